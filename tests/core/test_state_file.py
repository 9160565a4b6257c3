"""The state file stays the one that the process began with, and its owner's alone."""

import os
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import account_of
from test_forks import Child

from whautomate_core.api.contacts import create_contact
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, StateLost, StateUnavailable
from whautomate_core.state import open_state, state_file
from whautomate_core.state.database import Database
from whautomate_core.values.limits import Limits

LIMITS = Limits([(1000, 60.0)])
SAYS = r"state\.sqlite was deleted or replaced while this process ran"


def delete(path: Path) -> None:
    for one in path.parent.iterdir():
        one.unlink()


def replace(path: Path) -> None:
    delete(path)
    Child(lambda: _make(path)).result()


def _make(path: Path) -> None:
    """Open the file as another process would that has never seen it."""
    state_file._known.clear()
    state_file._secrets.clear()
    Database(f"sqlite:///{path}")


def restore_a_backup(path: Path) -> None:
    """Replace the file by renaming another over it, as most tools do."""
    shutil.copy(path, path.with_suffix(".backup"))
    os.replace(path.with_suffix(".backup"), path)


def move_the_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def delete_the_log(path: Path) -> None:
    path.with_name("state.sqlite-wal").unlink()


LOSSES = [delete, replace, restore_a_backup, move_the_folder, delete_the_log]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.sqlite"


@pytest.mark.parametrize("lose", LOSSES)
def test_a_file_that_is_lost_stops_the_process_that_uses_it(lose: Callable[[Path], None], path: Path) -> None:
    state = open_state(f"sqlite:///{path}")
    pool = state.pool("a", LIMITS)
    pool.acquire()
    lose(path)
    uses: list[Callable[[], Any]] = [
        pool.acquire,
        lambda: state.claims.claim("a", "key", {}, "POST /v1/contacts"),
        lambda: state.claims.get("a", "key"),
    ]
    for use in [*uses, *uses]:
        with pytest.raises(StateLost, match=SAYS):
            use()
    if path.exists() and lose is not delete_the_log:
        with pytest.raises(StateLost):
            Database(f"sqlite:///{path}")


@pytest.mark.parametrize("lose", [delete, replace])
def test_nor_does_a_child_or_a_second_state_begin_with_another_file(lose: Callable[[Path], None], path: Path) -> None:
    open_state(f"sqlite:///{path}")
    lose(path)

    def begin() -> None:
        with pytest.raises(StateLost, match=SAYS):
            open_state(f"sqlite:///{path}").pool("a", LIMITS).acquire()

    Child(begin).result()
    with pytest.raises(StateLost, match=SAYS):
        Database(f"sqlite:///{path}")
    assert lose is replace or not path.exists()


def test_a_new_file_with_the_inode_of_the_old_is_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{path}")
    database._engine.dispose()  # as a fork does: nothing keeps the inode from being used again
    replace(path)
    monkeypatch.setitem(state_file._known, path, state_file._identity(path))
    with pytest.raises(StateLost, match=SAYS):
        database.run(lambda connection: None)


def test_a_file_that_is_put_back_goes_on(path: Path) -> None:
    pool = open_state(f"sqlite:///{path}").pool("a", LIMITS)
    path.parent.rename(path.parent.with_name("elsewhere"))
    with pytest.raises(StateUnavailable):
        pool.acquire()
    path.parent.with_name("elsewhere").rename(path.parent)
    pool.acquire()


def test_what_is_written_as_the_file_goes_binds_nobody(path: Path) -> None:
    """Deleted within a transaction: a claim in it would be seen by nobody else."""
    database = Database(f"sqlite:///{path}")
    with pytest.raises(StateLost):
        database.run(lambda connection: delete(path))


def test_nothing_is_sent_once_the_file_is_gone(path: Path, whautomate_emulator: Emulator) -> None:
    account = account_of(whautomate_emulator, plan="subscribed", state=f"sqlite:///{path}")
    contact: Any = {"name": "Ada", "phoneNumber": "+4915123456789", "location": {"id": account.location_id}}
    with Client(account) as client:
        send_once(client, "one", create_contact(contact), lambda made: {"id": made["id"]})
        sent = len(whautomate_emulator.requests())
        delete(path)
        with pytest.raises(StateLost):
            send_once(client, "two", create_contact(contact), lambda made: {"id": made["id"]})
    assert len(whautomate_emulator.requests()) == sent


def test_many_threads_on_a_healthy_file_never_take_it_for_lost(path: Path) -> None:
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(30):
                Database(f"sqlite:///{path}").run(lambda connection: None)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


# --- modes


def modes(path: Path) -> set[int]:
    return {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}


def test_a_looser_mode_is_tightened_at_each_connect(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(f"sqlite:///{path}")
    assert modes(path) == {0o600}
    assert caplog.records == []
    for one in (*path.parent.iterdir(), path.parent):
        one.chmod(0o777)
    database._engine.dispose()
    database.run(lambda connection: None)
    assert modes(path) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert f"{path} could be read by others (mode 777); now only its owner can read it" in caplog.text


def test_a_folder_with_other_things_in_it_is_not_ours(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    (path.parent / "other").touch()
    Database(f"sqlite:///{path}")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_shared_folder_such_as_tmp_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o1777)
    Database(f"sqlite:///{path}")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o1777


def test_a_file_that_others_can_read_and_own_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    path.touch(0o644)

    def refuse(*_: Any) -> None:
        raise PermissionError(1, "not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    with pytest.raises(ConfigurationError, match=r"can be read by others \(mode 644\).*set its mode to 600"):
        Database(f"sqlite:///{path}")
