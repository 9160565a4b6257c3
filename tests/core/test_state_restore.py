"""What docs/operations/state.md says of copies: its commands, and what is lost when an older copy is restored."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import NoLimit, account_of
from databases import own_database

from whautomate_core import state as states
from whautomate_core import sync_contacts
from whautomate_core.account import Account
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.errors import InvalidRequest
from whautomate_core.messaging.jobs import broadcast
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.state import State, open_state, state_file
from whautomate_core.state.schema import UPGRADES
from whautomate_core.values.limits import Limits

PAGE = (Path(__file__).parents[2] / "docs" / "operations" / "state.md").read_text(encoding="utf-8")
MAPPING = {"name": "name", "phoneNumber": "phoneNumber", "stage": "stage"}
TEMPLATE = {"name": "sale", "language": "en"}


def command(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->\n *<!-- test: [^>]* -->\n\n *```bash\n(.*?)```", PAGE, re.S)
    return textwrap.dedent(found)


class Store:
    """A state database, and the page's commands about it."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.kind = "sqlite" if url.startswith("sqlite") else "postgresql"
        scripts = Path(sys.executable).parent
        self._environment = os.environ | {
            "WHAUTOMATE_HOME": str(home),
            "WHAUTOMATE_STATE": url,
            "COPY": str(home.parent / "copy"),
            "STATE": url,
            "PATH": f"{scripts}:{os.environ['PATH']}",
        }

    def run(self, name: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", command(name)], env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def back_up(self) -> None:
        self.run(f"backup-{self.kind}")
        assert (Path(self._environment["COPY"]).stat().st_mode & 0o077) == 0

    def restore(self) -> None:
        """As other processes would: this one would refuse another file."""
        self.run(f"restore-{self.kind}")
        for one in list(states._states.values()):
            one._database._engine.dispose()
        states._states.clear()
        state_file._known.clear()
        state_file._secrets.clear()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, whautomate_home: Path) -> Iterator[Store]:
    tools = ("sqlite3",) if request.param == "sqlite" else ("pg_dump", "pg_restore")
    if missing := [one for one in tools if shutil.which(one) is None]:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"{missing[0]} is not installed")
        pytest.skip(f"{missing[0]} is not installed")
    if request.param == "sqlite":
        yield Store(f"sqlite:///{whautomate_home}/state.sqlite", whautomate_home)
        return
    request.getfixturevalue("postgres")
    with own_database("restored") as url:
        whautomate_home.parent.mkdir(exist_ok=True)
        yield Store(url, whautomate_home)
        states._states.clear()


class Work:
    """What steps do at the account."""

    def __init__(self, emulator: Emulator, account: Account) -> None:
        self._emulator = emulator
        self._account = account
        (self._to,) = emulator.add_contacts([{"name": "Zoe", "phoneNumber": "+4915123450000", "tags": ["vip"]}])

    def _client(self) -> Client:
        return Client(self._account, pool=NoLimit(), sleep=lambda seconds: None)

    def message(self, key: str) -> bool:
        """Send a message under a key. Returns whether it was sent now."""
        body: Any = {"contact": {"id": self._to}, "template": TEMPLATE, "location": {"id": self._emulator.location_id}}
        with self._client() as client:
            return send_once(client, key, send_whatsapp_template(body), lambda one: {"id": one.get("id")})[1]

    def sync(self, *people: tuple[str, str, str], **more: Any) -> dict[str, Any]:
        rows = [{"name": name, "phoneNumber": number, "stage": stage} for name, number, stage in people]
        with self._client() as client:
            return sync_contacts(client, rows, mapping=MAPPING, sync_name="nightly", **more)

    def broadcast(self) -> dict[str, Any]:
        with self._client() as client:
            ensure_segment(client, "vip", {"tags": ["vip"]})
            return broadcast(client, "spring", TEMPLATE, segment_name="vip", key="spring", hold_minutes=0)

    def stage_of(self, name: str) -> str:
        (found,) = [one for one in self._emulator.records("contacts") if one["name"] == name]
        return str(found["stage"])


ADA, BOB, CEM = (f"+4915123456{number}" for number in (789, 788, 787))


def test_what_a_restored_copy_has_lost_and_what_it_has_not(store: Store, whautomate_emulator: Emulator) -> None:
    account = account_of(whautomate_emulator, account="shop", plan="subscribed", state=store.url)
    work = Work(whautomate_emulator, account)

    def state() -> State:
        return open_state(store.url)

    assert work.message("before")
    assert work.sync(("Ada", ADA, "Lead"), ("Bob", BOB, "Lead"))["created"] == 2
    state().claims.claim("shop", "under way", {}, "POST /v1/messages")
    store.back_up()

    assert work.message("after")
    sent = work.broadcast()
    assert work.sync(("Ada", ADA, "Customer"), ("Bob", BOB, "Customer"), ("Cem", CEM, "Lead"))["created"] == 1
    state().claims.settle("shop", "under way", {"id": "m1"})
    state().pool("shop", Limits.subscribed()).acquire(7)
    state().stops.stop("shop")
    state().forgotten("shop").add("4915123456786")
    secret = state().secret.value()

    store.restore()
    assert state().secret.value() == secret
    assert state().stops.stopped() == []
    assert state().forgotten("shop").is_empty()
    assert state().pool("shop", Limits.subscribed()).remaining()[1] == 432_000

    said = store.run("after-restore")
    assert said.startswith("sends of account shop have been stopped since ")
    assert "under way\n  POST /v1/messages, account shop" in said
    state().stops.resume("shop")

    assert not work.message("before")
    assert work.message("after"), "the second time: its claim is lost"
    with pytest.raises(InvalidRequest, match=r"this state has no record of it, and it has started. Nothing was sent"):
        work.broadcast()
    assert [one["id"] for one in whautomate_emulator.records("broadcasts")] == [sent["id"]]

    # Ada's row is what it was when the copy was made, Bob's is what it was changed to.
    report = work.sync(("Ada", ADA, "Lead"), ("Bob", BOB, "Customer"), ("Cem", CEM, "Lead"))
    assert (report["created"], report["failed"]) == (0, 0)
    assert [work.stage_of(one) for one in ("Ada", "Bob", "Cem")] == ["Customer", "Customer", "Lead"]
    work.sync(("Ada", ADA, "Lead"), ("Bob", BOB, "Customer"), ("Cem", CEM, "Lead"), drift="detect")
    assert work.stage_of("Ada") == "Lead"
    assert len(whautomate_emulator.records("contacts")) == 4


def test_the_page_quotes_what_an_older_package_says() -> None:
    newer = len(UPGRADES)
    words = f"the state database is of version {newer + 1}, this package knows {newer}: upgrade the package"
    assert words in PAGE  # tests/core/test_state_database.py sees it raised
