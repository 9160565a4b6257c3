"""The state database itself: where it lies, who may read it, what happens when it is away, old, new, or inherited."""

import logging
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forwarder import Forwarder
from sqlalchemy import inspect, text
from state_workers import PATIENCE, processes

from whautomate_core.errors import ConfigurationError, StateUnavailable
from whautomate_core.state import State, open_state, schema, sqlite
from whautomate_core.state import database as module
from whautomate_core.state.database import Database, default_url
from whautomate_core.state.sqlite import file_system
from whautomate_core.values.limits import Limits

LIMITS = Limits([(100, 60.0)])


# --- where it lies


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_state(f"sqlite:///{tmp_path}/new/state.sqlite").pool("a", LIMITS).acquire()
    finally:
        os.umask(before)
    files = list((tmp_path / "new").iterdir())
    assert {path.name for path in files} >= {"state.sqlite", "state.sqlite-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_the_default_is_under_whautomate_home(whautomate_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_state().pool("a", LIMITS)
    assert (whautomate_home / "state.sqlite").exists()
    monkeypatch.chdir(whautomate_home.parent)
    monkeypatch.setenv("WHAUTOMATE_HOME", "relative")
    assert default_url() == f"sqlite:///{whautomate_home.parent}/relative/state.sqlite"


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(sqlite, "file_system", lambda path: kind)
    with pytest.raises(ConfigurationError, match=rf"network file system \({kind}\).*postgresql://"):
        open_state(f"sqlite:///{tmp_path}/state.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_file_system_knows_mount_points_in_any_alphabet(monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = "1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 0:4 / /daten/für\\040später rw - nfs4 host:/ rw\n"
    odd = b"3 1 0:5 / /daten/\xfc rw - cifs host:/ rw\n"
    monkeypatch.setattr(Path, "read_bytes", lambda path: mounts.encode() + odd)
    assert file_system(Path("/daten/für später/state.sqlite")) == "nfs4"
    assert file_system(Path(os.fsdecode(b"/daten/\xfc/state.sqlite"))) == "cifs"
    assert file_system(Path("/daten/für")) == "ext4"


def test_file_system_tells_the_nearest_mount(tmp_path: Path) -> None:
    assert file_system(Path("/proc/self/status")) == "proc"
    assert file_system(tmp_path / "not" / "there") not in ("", "proc")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "a file"),
        ("sqlite:///:memory:", "a file"),
        ("sqlite:///state.sqlite", "absolute"),
        ("sqlite:////proc/state.sqlite", "can't be written"),
        ("mysql://localhost/x", "not mysql"),
        ("nonsense", "sqlite:////path or postgresql://"),
    ],
)
def test_a_url_that_cannot_be_one(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        open_state(url)


def test_a_file_that_is_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    path = tmp_path / "state.sqlite"
    path.write_text("this is a letter, and nothing else " * 100)
    with pytest.raises((ConfigurationError, StateUnavailable), match="not a database"):
        open_state(f"sqlite:///{path}")
    assert path.read_text().startswith("this is a letter")


# --- when it is away


@pytest.fixture
def forwarder(postgres: str) -> Iterator[Forwarder]:
    host, _, port = postgres.split("@")[1].split("/")[0].partition(":")
    forwarder = Forwarder((host, int(port or 5432)))
    yield forwarder
    forwarder.stop()


def test_away_it_fails_closed_without_the_password_and_recovers_by_itself(
    postgres: str,
    account: str,
    forwarder: Forwarder,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.5)
    url = f"postgresql://postgres:hunter2secret@127.0.0.1:{forwarder.port}/{postgres.rsplit('/', 1)[1]}"
    state = open_state(url)
    pool = state.pool(account, LIMITS)
    pool.acquire()
    forwarder.stop()
    for action in (pool.acquire, lambda: state.claims.claim(account, "k", {}, "POST /x"), pool.pause, pool.usage):
        with pytest.raises(StateUnavailable, match=r"can't be reached.*nothing is sent") as raised:
            action()  # type: ignore[operator]
        assert "hunter2secret" not in str(raised.value)
        assert raised.value.__cause__ is None
    assert "hunter2secret" not in caplog.text
    assert "hunter2secret" not in repr(state) + repr(state._database)
    forwarder.start()
    pool.acquire()
    assert pool.remaining() == [98]


def test_a_short_absence_is_waited_out(
    postgres: str, account: str, forwarder: Forwarder, caplog: pytest.LogCaptureFixture
) -> None:
    pool = open_state(f"postgresql://postgres@127.0.0.1:{forwarder.port}/{postgres.rsplit('/', 1)[1]}").pool(
        account, LIMITS
    )
    pool.acquire()
    forwarder.stop()
    back = logging.Handler()
    back.emit = lambda record: forwarder.start()  # type: ignore[method-assign]
    module.log.addHandler(back)
    try:
        with caplog.at_level(logging.WARNING):
            pool.acquire()
    finally:
        module.log.removeHandler(back)
    assert sum("can't be reached" in message for message in caplog.messages) == 1


def test_a_state_that_could_not_be_opened_is_opened_later(
    postgres: str, forwarder: Forwarder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    url = f"postgresql://postgres:hunter2secret@127.0.0.1:{forwarder.port}/{postgres.rsplit('/', 1)[1]}"
    forwarder.stop()
    with pytest.raises(StateUnavailable, match="Connection refused") as raised:
        open_state(url)
    assert "hunter2secret" not in str(raised.value)
    forwarder.start()
    open_state(url)


def test_a_file_locked_for_long_fails_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/state.sqlite"
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    monkeypatch.setattr(sqlite, "BUSY", 0.2)
    pool = open_state(url).pool("a", LIMITS)
    holder = Database(url)
    with holder._engine.begin(), pytest.raises(StateUnavailable, match="database is locked"):
        pool.acquire()
    pool.acquire()


def test_a_process_stopped_within_a_transaction_on_postgresql_does_not_stop_the_pool_for_ever(postgres: str) -> None:
    with Database(postgres)._engine.begin() as connection:
        says = connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar()
        assert connection.execute(text("SHOW transaction_isolation")).scalar() == "read committed"
    assert says == "30s"


# --- versions


NEXT = len(schema.UPGRADES) + 1


def more(*steps: Callable[[Any], None]) -> tuple[Callable[[Any], None], ...]:
    return (*schema.UPGRADES, *steps)


def add_column(connection: Any) -> None:
    connection.execute(text("ALTER TABLE whautomate_claim ADD COLUMN note VARCHAR"))  # fails if it is done twice


def upgrade(url: str, ready: Any, outcomes: Any) -> None:
    original = schema.upgrade
    schema.upgrade = lambda connection: original(connection, more(add_column))  # type: ignore[assignment]
    ready.wait()
    try:
        Database(url)
        outcomes.put("done")
    except Exception as error:
        outcomes.put(repr(error))


@pytest.mark.parametrize("is_new", [True, False])
def test_several_processes_upgrade_at_once_and_it_is_done_once(empty_url: str, is_new: bool) -> None:
    if not is_new:
        open_state(empty_url).pool("a", LIMITS).acquire(7)
    ready, outcomes = processes.Barrier(4), processes.Queue()
    started = [processes.Process(target=upgrade, args=(empty_url, ready, outcomes)) for _ in range(4)]
    for process in started:
        process.start()
    assert [outcomes.get(timeout=PATIENCE) for _ in started] == ["done"] * 4
    for process in started:
        process.join()
    # Now it is newer than this package.
    with pytest.raises(ConfigurationError, match=f"version {NEXT}, this package knows {NEXT - 1}: upgrade the package"):
        Database(empty_url)


def test_an_upgrade_keeps_what_is_there_and_one_that_fails_changes_nothing(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_state(empty_url).pool("a", LIMITS).acquire(7)
    original = schema.upgrade

    def fails(connection: Any) -> None:
        add_column(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(schema, "upgrade", lambda connection: original(connection, more(fails)))
    with pytest.raises(ZeroDivisionError):
        Database(empty_url)
    monkeypatch.setattr(schema, "upgrade", lambda connection: original(connection, more(add_column)))
    with Database(empty_url)._engine.begin() as connection:
        assert connection.execute(text("SELECT seq FROM whautomate_pool")).scalar() == 7
        assert connection.execute(text("SELECT version FROM whautomate_schema")).all() == [(NEXT,)]
        connection.execute(text("SELECT note FROM whautomate_claim"))


OLD_CLAIMS = """
CREATE TABLE whautomate_claim (
    account VARCHAR NOT NULL, key VARCHAR NOT NULL, payload TEXT NOT NULL, what VARCHAR NOT NULL,
    status VARCHAR NOT NULL, result TEXT, made_at FLOAT NOT NULL, made_by VARCHAR NOT NULL, PRIMARY KEY (account, key)
)
"""


def test_claims_of_the_first_version_are_found_after_the_upgrade(empty_url: str, monkeypatch: Any) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "upgrade", lambda connection: None)
        with Database(empty_url)._engine.begin() as connection:
            schema.schema_version.create(connection)
            schema.UPGRADES[0](connection)
            connection.execute(text("INSERT INTO whautomate_schema VALUES (1)"))
            connection.execute(text("DROP TABLE whautomate_claim"))
            connection.execute(text(OLD_CLAIMS))
            connection.execute(text("CREATE INDEX whautomate_claim_made ON whautomate_claim (account, what, made_at)"))
            old = "INSERT INTO whautomate_claim VALUES ('a', :key, '{}', 'POST /x', 'settled', '1', 7.5, 'host:1:x')"
            connection.execute(text(old), {"key": '["dag", "task", 3, "at noon"]'})
    claims = State(empty_url).claims
    [found] = claims.of_first_form("a", '["dag", "task", ', ', "at noon"]')
    assert (found.settled, found.result, found.made_at) == (True, 1, 7.5)
    assert not claims.claim("a", found.key, {}, "POST /x").mine
    assert claims.claim("a", "v2 airflow dag task at noon x 1", {}, "POST /x", named="v2 by another name").mine
    assert claims.of_first_form("a", "v2", "") == []
    named = claims.look("a", "v2 by another name", {}, "POST /x")
    assert named is not None
    assert named.key == "v2 airflow dag task at noon x 1"
    with State(empty_url)._database._engine.begin() as connection:
        indexes = {index["name"] for index in inspect(connection).get_indexes("whautomate_claim")}
    assert indexes == {index.name for index in schema.claims.indexes}


# --- forks


def wait_for(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    assert status == 0


def forked(body: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            body()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    return pid


def test_what_a_forked_child_writes_outlives_its_parent(state_url: str, account: str) -> None:
    """SQLite: where a child inherits connections, it writes to a log that the parent removes when it ends."""
    parent_gone, child_pid = os.pipe(), os.pipe()

    def child() -> None:
        state = open_state(state_url)
        state.pool(account, LIMITS).acquire(10)
        os.write(child_pid[1], b"x")
        os.read(parent_gone[0], 1)
        state.claims.claim(account, "of the child", {}, "POST /x")
        os.write(child_pid[1], b"y")

    def parent() -> None:
        state = open_state(state_url)
        state.pool(account, LIMITS).acquire(5)
        forked(child)
        os.read(child_pid[0], 1)
        state._database._engine.dispose()  # as at its end

    wait_for(forked(parent))
    os.write(parent_gone[1], b"x")
    assert os.read(child_pid[0], 1) == b"y"
    state = open_state(state_url)
    assert [claim.key for claim in state.claims.open(account)] == ["of the child"]
    assert state.pool(account, LIMITS).remaining() == [85]


def test_a_fork_amid_transactions_of_other_threads(state_url: str, account: str) -> None:
    many = 10**7
    pool, stop = open_state(state_url).pool(account, Limits([(many, 60.0)])), threading.Event()
    taken: list[int] = []

    def work() -> None:
        mine = 0
        while not stop.is_set():
            pool.acquire(lane="bulk" if mine % 2 else "interactive")
            mine += 1
        taken.append(mine)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()

    def child() -> None:
        signal.alarm(int(PATIENCE))  # a lock that was held at the fork would never be free
        for _ in range(3):
            open_state(state_url).pool(account, Limits([(many, 60.0)])).acquire()

    for _ in range(12):
        time.sleep(0.02)
        wait_for(forked(child))
    stop.set()
    for thread in threads:
        thread.join()
    assert pool.remaining() == [many - 12 * 3 - sum(taken)]


def test_a_second_look_at_the_file_drops_no_locks(tmp_path: Path) -> None:
    """POSIX: closing any descriptor of a file drops all locks that the process holds on it."""
    url = f"sqlite:///{tmp_path}/state.sqlite"
    first = Database(url)
    pool = open_state(url).pool("a", LIMITS)
    pool.acquire()

    def locks() -> int:
        inode = f":{(tmp_path / 'state.sqlite').stat().st_ino} "
        return sum(
            inode in line and f" {os.getpid()} " in line for line in Path("/proc/locks").read_text().splitlines()
        )

    held = locks()
    assert held > 0
    second = Database(url.replace("state.sqlite", "./state.sqlite"))
    assert locks() >= held
    assert first is not second


def test_an_error_of_the_database_tells_no_value(state_url: str) -> None:
    with pytest.raises(Exception, match="SELECT") as error:  # of SQLAlchemy, which shows what it sent
        Database(state_url).run(lambda connection: connection.execute(text("SELECT :a, :b"), {"a": "secret", "b": {}}))
    assert "secret" not in str(error.value)
