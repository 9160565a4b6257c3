"""Sources of rows as operators take them: what a DAG gives -> what `whautomate_core.rows.sources` reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow.providers.common.compat.sdk import AirflowException, BaseHook

from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from whautomate_core.rows.sources import OpenFile, Source, Table


class Sql(NamedTuple):
    """The rows of a query at a connection of Airflow's, in place of a path or rows. All fields are templated.

    From PostgreSQL they come by a cursor of the server, from other databases in parts as their driver has them.
    Nothing is committed. Airflow's rendered fields show the query and the names of its parameters.

    :param sql: A SELECT, with its database's own placeholders, such as `%(since)s` for PostgreSQL.
    :param conn_id: The connection: of PostgreSQL, Snowflake, BigQuery, or any that `SQLExecuteQueryOperator` takes.
    :param parameters: Values of the placeholders. What is about people belongs here, and not into the query.
    """

    sql: str
    conn_id: str
    parameters: Mapping[str, Any] | Sequence[Any] | None = None

    # A tuple and no class with `template_fields`: those Airflow renders in place, so that mapped tasks of one process
    # would share what the first rendered, and results of other tasks in them are no dependencies.

    def __repr__(self) -> str:
        given = self.parameters or ()
        names = ", ".join(given) if isinstance(given, Mapping) else f"{len(given)} values"
        return f"Sql({self.sql!r}, conn_id={self.conn_id!r}{f', parameters: {names}' if given else ''})"


def open_source(source: Any) -> tuple[Source, OpenFile]:
    """Return an operator's source, once rendered, for `whautomate_core.rows.sources.rows`, and what opens its files.

    :param source: A path, the URL of an object (`s3://conn_id@bucket/key`), an `ObjectStoragePath`, `Sql`, rows, or
        the JSON text of rows, as a template makes it of what another task returned.
    :raises ConfigurationError: for text that is neither; for a query that fails.
    """
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    from airflow_provider_whautomate.operators.base import _storage, from_text
    from whautomate_core.rows.files import open_file

    if isinstance(source, Sql):
        return _run(source), open_file
    if isinstance(source, ObjectStoragePath):
        return str(source), lambda _: source.fs.open(source.path, "rb")
    if is_json(source):
        source = from_text("source", list[Any], source)
    return source, partial(open_file, storage=_storage)


def is_json(source: Any) -> bool:
    """Whether a source is text of rows, and no path."""
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
            # A cursor with a name is one of the server, which psycopg reads from in parts; without, it reads all.
            named = ["whautomate"] if type(database).__module__.startswith("psycopg") else []
            cursor = opened.enter_context(closing(database.cursor(*named)))
            cursor.execute(query.sql, *([query.parameters] if query.parameters else []))
            first = cursor.fetchmany(BATCH)  # of a cursor with a name the columns are known from here on
        except Exception as error:
            raise_alone(query_failed(error, [connection.password]))
        rest = opened.pop_all()

    def found() -> Iterator[Sequence[Any]]:
        part = first
        with rest:
            while part:
                # Some connections are set to give dicts.
                yield from (tuple(row.values()) if isinstance(row, dict) else row for row in part)
                try:
                    part = cursor.fetchmany(BATCH)
                except Exception as error:
                    raise_alone(query_failed(error, [connection.password]))

    return Table([column[0] for column in cursor.description], told_apart(cursor, found()))
