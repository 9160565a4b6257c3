"""State in PostgreSQL: how its connections are opened, and statements that need one round trip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import NoSuchModuleError

from whautomate_core.errors import ConfigurationError
from whautomate_core.values.confidential import raise_alone

_ALONE = "whautomate_alone"
"""Notes of a connection that its statements commit by themselves."""


def make_engine(url: URL) -> Engine:
    """Connections to the server. Raises `ConfigurationError` if its driver is missing."""
    try:
        engine = create_engine(
            url,
            isolation_level="READ COMMITTED",  # else what is read under the lock may be from before the lock
            pool_size=3,
            hide_parameters=True,
            connect_args={
                "connect_timeout": 5,
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 15_000,
            },
        )
    except (ImportError, NoSuchModuleError):
        raise_alone(
            ConfigurationError('state in PostgreSQL needs its driver: pip install "whautomate-pipelines[postgres]"')
        )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, record: Any) -> None:
        # A machine that vanishes within a transaction would hold everybody's lock until TCP gives up, in hours.
        with connection.cursor() as cursor:
            cursor.execute("SET idle_in_transaction_session_timeout = '30s'")
        connection.commit()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.info.pop(_ALONE, False):
            raw: Any = connection.connection.dbapi_connection
            raw.autocommit = False

    return engine


_NOT_THERE = ("42883", "42501")
"""Codes of PostgreSQL for a function that does not exist, or that this user may not run."""


_LACKS_RIGHT = ("42501", "3F000")
"""Codes for a right that is missing, and for no schema in the search path that the role may use."""


def missing_right(error: Any, role: str | None, said: str) -> str | None:
    """What to say of an error of the driver that means a missing right, and how to grant it; None for other errors.

    Args:
        error: The driver's error.
        role: Name of the user.
        said: What the driver says, as it may be shown.
    """
    if getattr(error, "pgcode", None) not in _LACKS_RIGHT:
        return None
    named = re.search(r"for schema (\S+)", str(error))
    schema, who = named[1] if named else "public", f'"{role}"' if role else "the role"
    another = "" if named else ". If its search_path names another schema than public, put that in its place"
    return (
        f"the state database (postgresql): its user lacks a right{said}. At its first start and after an upgrade, this "
        f"package makes tables and a function in the schema {schema}. As the owner of the schema, run: "
        f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {who}. Or start it once as a role that may, such as by "
        "`whautomate quota`, and as that role run: "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {who}; "
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA {schema} TO {who}{another}"
    )


def run_alone(engine: Engine, statement: str, values: Mapping[str, object]) -> Any:
    """Run one statement in a transaction of its own, in one round trip, and return its first row; None if it calls a
    function that does not exist or that this user may not run.

    Raises the driver's errors as they are.
    """
    # SQLAlchemy would send BEGIN and COMMIT separately, and would ask the server twice to switch autocommit. Here the
    # connection stays switched until the next ordinary transaction.
    connection: Any = engine.raw_connection()
    try:
        if not connection.info.get(_ALONE):
            connection.info[_ALONE] = True
            connection.dbapi_connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()
    except engine.dialect.dbapi.Error as error:  # type: ignore[union-attr]
        if engine.dialect.is_disconnect(error, connection.dbapi_connection, None):
            connection.invalidate(error)
        if getattr(error, "pgcode", None) in _NOT_THERE:
            return None
        raise
    finally:
        connection.close()
