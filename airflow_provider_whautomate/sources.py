"""Sources of rows as operators take them, and the files that they write: what a DAG gives, opened for the core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from airflow.providers.common.compat.sdk import AirflowException, BaseHook

from airflow_provider_whautomate._arguments import from_text
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.sources import Source

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    from whautomate_core.rows.sources import OpenFile, Table

SOURCES = frozenset({"source", "suppress"})
"""Arguments that are sources of rows."""


class Sql(NamedTuple):
    """The rows of a query at an Airflow connection, instead of a path or rows. All fields are templated.

    PostgreSQL is read by a server-side cursor, other databases in the batches that their driver offers. Nothing is
    committed. Airflow's rendered fields show the query and the names of its parameters.

    :param sql: A SELECT, with its database's own placeholders, such as `%(since)s` for PostgreSQL.
    :param conn_id: The connection: PostgreSQL, Snowflake, BigQuery, or any that `SQLExecuteQueryOperator` takes.
    :param parameters: Values of the placeholders. Put values about people here, not into the query.
    """

    sql: str
    conn_id: str
    parameters: Mapping[str, Any] | Sequence[Any] | None = None

    # A tuple, not a class with `template_fields`: Airflow renders those in place, so mapped tasks in one process would
    # share what the first one rendered, and results of other tasks in them would be no dependencies.

    def __repr__(self) -> str:
        given = self.parameters or ()
        names = ", ".join(given) if isinstance(given, Mapping) else f"{len(given)} values"
        return f"Sql({self.sql!r}, conn_id={self.conn_id!r}{f', parameters: {names}' if given else ''})"


if TYPE_CHECKING:
    RowSource: TypeAlias = Source | Sql | ObjectStoragePath
    """What operators take as a source of rows."""
else:
    RowSource = Source  # checks take the others for rows, and ObjectStoragePath would load fsspec


def open_source(source: Any) -> tuple[Source, OpenFile]:
    """Return a rendered source for `whautomate_core.rows.sources.rows`, and what opens its files.

    :param source: A path, the URL of an object (`s3://conn_id@bucket/key`), an `ObjectStoragePath`, `Sql`, rows, or
        the JSON text of rows, which a template makes of the result of another task.
    :raises ConfigurationError: for other text, and for a query that fails.
    """
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    from whautomate_core.rows.files import open_file

    if isinstance(source, Sql):
        return _run(source), open_file
    if isinstance(source, ObjectStoragePath):
        return str(source), lambda _: source.fs.open(source.path, "rb")
    if is_json(source):
        source = from_text("source", list[Any], source)
    return source, partial(open_file, storage=airflow_storage)


def airflow_storage(url: str) -> tuple[Any, str]:
    """Return the file system of `s3://conn_id@bucket/key`, with the credentials of that connection, and the path in it.

    :param url: The URL of an object.
    :raises ConfigurationError: if Airflow can't open such a URL.
    """
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    try:
        path = ObjectStoragePath(url)
        return path.fs, path.path
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"{url.partition('://')[0]}:// can't be opened: {error}; is Airflow's provider of that storage there?"
        ) from None


def is_json(source: Any) -> bool:
    """Whether a source is the text of rows, not a path.

    :param source: An operator's source.
    """
    return isinstance(source, str) and source.lstrip().startswith(("[", "{"))


def _run(query: Sql) -> Table:
    from airflow.providers.common.sql.hooks.sql import DbApiHook

    from whautomate_core.rows.sources import Table
    from whautomate_core.rows.sql import BATCH, query_failed, told_apart
    from whautomate_core.values.confidential import raise_alone

    connection = BaseHook.get_connection(query.conn_id)
    try:
        hook = connection.get_hook()  # type: ignore[no-untyped-call]
    except AirflowException as error:
        raise ConfigurationError(f"connection {query.conn_id!r} can't be used: {error}") from None
    if not isinstance(hook, DbApiHook):
        raise ConfigurationError(f"connection {query.conn_id!r} ({connection.conn_type}) is not a database connection")
    with ExitStack() as opened:
        try:
            database = opened.enter_context(closing(hook.get_conn()))
            # A named cursor of psycopg is one of the server, read in batches; an unnamed one reads all rows at once.
            named = ["whautomate"] if type(database).__module__.startswith("psycopg") else []
            cursor = opened.enter_context(closing(database.cursor(*named)))
            cursor.execute(query.sql, *([query.parameters] if query.parameters else []))
            first = cursor.fetchmany(BATCH)  # a named cursor knows its columns only from here on
        except Exception as error:
            raise_alone(query_failed(error, [connection.password]))
        rest = opened.pop_all()

    def found() -> Iterator[Sequence[Any]]:
        part = first
        with rest:
            while part:
                # Some connections are configured to return dicts.
                yield from (tuple(row.values()) if isinstance(row, dict) else row for row in part)
                try:
                    part = cursor.fetchmany(BATCH)
                except Exception as error:
                    raise_alone(query_failed(error, [connection.password]))

    return Table([column[0] for column in cursor.description], told_apart(cursor, found()))
