"""PostgreSQL databases of a test's own."""

import contextlib
import os
import secrets
from collections.abc import Iterator

SERVER = os.environ.get("WHAUTOMATE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


@contextlib.contextmanager
def own_database(purpose: str) -> Iterator[str]:
    """Make a database that is dropped at the end, and give its URL."""
    import psycopg2

    name = f"whautomate_{purpose}_{os.getpid()}_{secrets.token_hex(4)}"
    with contextlib.closing(psycopg2.connect(SERVER, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")  # no test cuts the power
            try:
                yield f"{SERVER.rsplit('/', 1)[0]}/{name}"
            finally:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
