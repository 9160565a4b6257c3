"""What the how-tos of operation say beside the commands that test_runbook.py runs: keys, names, cancelling."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import NoLimit, account_of
from databases import SERVER

from whautomate_core.account import Account, account_from_settings
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.errors import AuthenticationError
from whautomate_core.messaging.jobs import broadcast
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.state import open_state

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def page(name: str) -> str:
    return (HOW_TO / name).read_text(encoding="utf-8")


def code(name: str, language: str, after: str = "") -> str:
    return re.findall(rf"{after}[^`]*```{language}\n(.*?)```", page(name), re.S)[0]


def message(account: Account, to: str, key: str) -> bool:
    """Send a message under a key. Returns whether it was sent now."""
    body: Any = {"contact": {"id": to}, "template": {"name": "sale", "language": "en"}}
    body["location"] = {"id": Emulator.location_id}
    with Client(account, pool=NoLimit(), sleep=lambda seconds: None) as client:
        return send_once(client, key, send_whatsapp_template(body), lambda one: {"id": one.get("id")})[1]


def with_key(emulator: Emulator, key: str, **settings: Any) -> Account:
    return account_from_settings(emulator.url, key, {"plan": "subscribed", **settings})


def test_a_key_changes_while_steps_run_and_nothing_is_sent_twice(whautomate_emulator: Emulator) -> None:
    emulator = whautomate_emulator
    (ada,) = emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789"}])
    old, new = (with_key(emulator, key, account="shop") for key in (emulator.key, "another"))
    assert message(old, ada, "one")
    with pytest.raises(AuthenticationError):
        message(new, ada, "two")  # as when the old key is invalid before the connection has the new one
    assert open_state().claims.open() == []
    assert [message(old, ada, key) for key in ("one", "two", "one", "two")] == [False, True, False, False]
    assert len(emulator.messages()) == 2


def test_without_a_name_another_key_is_another_account_unless_its_id_becomes_the_name(
    whautomate_emulator: Emulator,
) -> None:
    unnamed, other = (with_key(whautomate_emulator, key) for key in (whautomate_emulator.key, "another"))
    assert unnamed.id != other.id
    assert re.fullmatch("[0-9a-f]{16}", unnamed.id)
    given = json.loads(code("rotate-a-key.md", "json"))
    assert set(given) == {"account", "plan"}
    kept = with_key(whautomate_emulator, "another", **given | {"account": unnamed.id})
    assert kept.id == unnamed.id
    (ada,) = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789"}])
    assert message(unnamed, ada, "one")
    named = with_key(whautomate_emulator, whautomate_emulator.key, account=unnamed.id)
    assert not message(named, ada, "one")
    assert not message(unnamed, ada, "one")


def test_accounts_of_two_regions_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {}
    for name in ("BERLIN_KEY", "MUMBAI_KEY"):
        monkeypatch.setenv(name, name.lower())
    exec(code("several-accounts.md", "python"), names)
    berlin, mumbai = names["berlin"], names["mumbai"]
    assert (berlin.id, mumbai.id) == ("berlin", "mumbai")
    assert (berlin.host, mumbai.host) == ("https://api.whautomate.com", "https://api.in.whautomate.com")


def test_a_broadcast_is_cancelled_by_its_key(whautomate_emulator: Emulator, capsys: Any) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789", "tags": ["vip"]}])
    account = account_of(whautomate_emulator, account="shop", plan="subscribed")
    with Client(account, pool=NoLimit(), sleep=lambda seconds: None) as client:
        ensure_segment(client, "vip", {"tags": ["vip"]})
        template = {"name": "sale", "language": "en"}
        sent = broadcast(client, "spring", template, segment_name="vip", key="spring-2026", hold_minutes=30)
        exec(code("stop-everything.md", "python"), {"client": client})
    assert capsys.readouterr().out == f"broadcast {sent['id']} is cancelled\n"
    assert whautomate_emulator.records("broadcasts") == []


@pytest.mark.skipif(
    shutil.which("psql") is None and os.environ.get("REQUIRE_SERVICES") != "1", reason="psql is not installed"
)
def test_the_database_of_several_machines_is_made_and_used(postgres: str) -> None:
    name = f"machines_{os.getpid()}_{secrets.token_hex(3)}"
    command = code("several-machines.md", "bash").replace("whautomate", name)
    environment = os.environ | {"ADMIN": SERVER, "PASSWORD": "wa-secret"}
    try:
        subprocess.run(["bash", "-euc", command], env=environment, check=True, capture_output=True)
        state = re.sub(r"//[^@/]*@", f"//{name}:wa-secret@", SERVER).rsplit("/", 1)[0] + f"/{name}"
        script = Path(sys.executable).parent / "whautomate"
        done = subprocess.run([script, "quota", "--state", state], capture_output=True, text=True, check=False)
        assert done.stdout == "no account has made a request yet\n", done.stderr
    finally:
        undo = ["-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", "-c", f"DROP ROLE IF EXISTS {name}"]
        subprocess.run(["psql", SERVER, *undo], check=True, capture_output=True)
