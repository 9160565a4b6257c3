"""What tests of every environment share: a PostgreSQL database of their own, and either store by turns."""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import own_database

# Keep temporary files in memory where there is room: the state waits for the disk at each commit, and no test cuts the
# power. Here, and not once pytest is configured: other conftests make the homes of Airflow and Prefect when imported.
MEMORY = Path("/dev/shm")
if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


with contextlib.suppress(ImportError):  # the documents' environment has no hypothesis
    from hypothesis import settings

    settings.register_profile("any machine", deadline=None)  # how long an example takes says nothing on a busy machine
    settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL database of its own for these tests, which is dropped afterwards."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(own_database("test"))
        except Exception as error:
            says = (
                f"PostgreSQL can't be reached ({type(error).__name__}): `pip install psycopg2-binary`, "
                "`docker run -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres:15`, "
                "or name one in WHAUTOMATE_TEST_POSTGRES"
            )
            if os.environ.get("REQUIRE_SERVICES") == "1":
                pytest.fail(says, pytrace=False)
            pytest.skip(says)
        yield url


@pytest.fixture(autouse=True)
def no_list_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator's lists show everything at once; a test in which they don't tells the account."""
    from whautomate_core import account

    monkeypatch.setattr(account, "LIST_LAG", 0.0)


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Either store. The PostgreSQL one is shared by all tests: each has its `account` there."""
    return f"sqlite:///{tmp_path}/state.sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store that nobody has opened yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    from sqlalchemy import text

    from whautomate_core.state.database import Database

    url = request.getfixturevalue("postgres")
    admin = Database(url)._engine.execution_options(isolation_level="AUTOCOMMIT")
    name = f"whautomate_test_{os.getpid()}_{secrets.token_hex(4)}"
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield f"{url.rsplit('/', 1)[0]}/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def account() -> str:
    """An account that no other test has."""
    return f"account-{secrets.token_hex(6)}"
