"""A query to a database that SQLAlchemy supports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.row import single
from whautomate_core.rows.tables import Table
from whautomate_core.values.confidential import raise_alone
from whautomate_core.values.redaction import database_url, driver_words, secrets_of

if TYPE_CHECKING:
    from pydantic import SecretStr

BATCH = 2000
"""Rows fetched at a time."""

_ABOUT_THE_QUERY = {"OperationalError", "ProgrammingError", "InterfaceError", "InvalidRequestError"}
"""Errors of drivers (PEP 249) and SQLAlchemy that quote the query or the server. Others may quote values of rows."""


@dataclass(frozen=True)
class Sql:
    """The rows of a query, read through a server-side cursor if there is one, in a transaction that is never committed.

    The repr holds neither the URL nor values.
    """

    query: str
    """A SELECT. `:name` stands for a parameter."""
    url: str | SecretStr = field(repr=False)
    """The database as a SQLAlchemy URL, such as `postgresql://user:password@host/database`."""
    parameters: Mapping[str, Any] | None = field(default=None, repr=False)
    """Name -> value. Values about people belong here, not in the query."""


def run(sql: Sql, opened: ExitStack) -> Table:
    """Run the query. `opened` gets what must be closed after the last row."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError
    from sqlalchemy.pool import NullPool

    url = database_url(sql.url, "the url of Sql")
    try:
        engine = create_engine(url, future=True, hide_parameters=True, poolclass=NullPool)
    except (ImportError, NoSuchModuleError):
        kind = url.drivername
        raise_alone(
            ConfigurationError(
                f"Sql needs the driver of {kind}"
                + (': pip install "whautomate-pipelines[postgres]"' if kind.startswith("postgresql") else "")
            )
        )
    except (ArgumentError, TypeError, ValueError):
        raise_alone(ConfigurationError(f"the url of Sql has a parameter that {url.drivername} does not know"))
    opened.enter_context(_query_errors(secrets_of(url)))
    connection = opened.enter_context(engine.connect())
    connection = connection.execution_options(stream_results=True, max_row_buffer=BATCH, postgresql_readonly=True)
    result = connection.execute(text(sql.query), dict(sql.parameters or {}))
    if not result.returns_rows:
        raise ConfigurationError("the query returns no rows: it must be a SELECT")
    return Table(list(result.keys()), told_apart(result.cursor, result.yield_per(BATCH)))


_FLOAT4 = {"psycopg2": 700, "psycopg": 700, "pg8000": 700, "redshift_connector": 700}
_FLOAT4 |= {"pymysql": 4, "MySQLdb": 4, "mysql": 4}
"""Package of a driver -> its code of columns of 32-bit floats: PostgreSQL's OID of `real`, MySQL's of `float`."""


def told_apart(cursor: Any, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
    """The rows of a cursor (PEP 249) that has run a query, with 32-bit floats as `single` writes them.

    Drivers return each as a 64-bit float, whose extra digits would look intended.
    """
    code = _FLOAT4.get(type(cursor).__module__.partition(".")[0])
    narrow = {place for place, column in enumerate(cursor.description) if code is not None and column[1] == code}
    if not narrow:
        return rows
    return (tuple(single(value) if place in narrow else value for place, value in enumerate(row)) for row in rows)


def query_failed(error: Exception, secrets: Iterable[object] = ()) -> ConfigurationError:
    """The error for a query that failed, with the driver's text if it holds no cell; secrets are left out."""
    cause = getattr(error, "orig", None) or error
    kinds = {kind.__name__ for kind in type(cause).__mro__}
    said = driver_words(cause, secrets) if kinds & _ABOUT_THE_QUERY else ""
    return ConfigurationError(f"the query failed: {type(cause).__name__}{said}")


@contextmanager
def _query_errors(secrets: Iterable[object]) -> Iterator[None]:
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        raise_alone(query_failed(error, secrets))
