"""What docs/security.md says of the state database and of logs, after steps have done real work."""

from __future__ import annotations

import inspect
import logging
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of
from sqlalchemy import select

from whautomate_core import sync_contacts
from whautomate_core.api.contacts import list_contacts
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.cli.emulator import emulator as emulator_command
from whautomate_core.client import transport
from whautomate_core.client.answers import LARGEST_ANSWER
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.emulator.server import serve
from whautomate_core.errors import UnexpectedResponse
from whautomate_core.messaging.jobs import broadcast
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.state import State, open_state
from whautomate_core.state.schema import metadata

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
SECRETS = ("Lovelace", "15123456789", "ada.l@example.com", "birthday-text")


def stored(state: State) -> str:
    """Everything in the tables, as text."""
    tables = metadata.sorted_tables
    return state._database.run(
        lambda connection: "\n".join(str(tuple(row)) for one in tables for row in connection.execute(select(one)))
    )


def test_state_and_logs_hold_no_key_person_or_text(
    whautomate_emulator: Emulator, state_url: str, account: str, caplog: pytest.LogCaptureFixture, whautomate_home: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator = whautomate_emulator
    rows = [
        {"name": "Ada Lovelace", "mobile": "+49 151 23456789", "note": "ada.l@example.com"},
        {"name": "Bob Lovelace"},
    ]
    of = account_of(emulator, account=account, plan="subscribed", state=state_url)
    template: Any = {"name": "sale", "language": "en"}
    with Client(of, pool=NoLimit(), sleep=lambda seconds: None) as client:
        mapping = {"name": "name", "phoneNumber": "mobile", "notes": "note"}
        report = sync_contacts(client, rows, mapping=mapping, tags=["vip"], sync_name="my-sync")
        assert (report["created"], report["rejected"]) == (1, 1)
        (ada,) = emulator.contacts()
        body: Any = {"contact": {"id": ada["id"]}, "template": template, "location": {"id": emulator.location_id}}
        body["bodyTextParameters"] = ["birthday-text"]
        send_once(client, "my-key", send_whatsapp_template(body), lambda one: {"id": one.get("id")})
        ensure_segment(client, "vip", {"tags": ["vip"]})
        broadcast(
            client, "my-broadcast", template, segment_name="vip", body_parameters=["birthday-text"], key="its-key"
        )
    held, logged = stored(open_state(state_url)), caplog.text
    for secret in (*SECRETS, emulator.key):
        assert secret not in held, secret
        assert secret not in logged, secret
    for chosen in ("my-sync", "my-key", "my-broadcast", "its-key", account, ada["id"]):
        assert chosen in held, "the page says that it is stored in clear"
    if state_url.startswith("sqlite"):
        path = Path(state_url.removeprefix("sqlite:///"))
        for file in path.parent.glob(f"{path.name}*"):
            assert not [one for one in SECRETS if one.encode() in file.read_bytes()], file


def test_a_redirect_is_not_followed_and_certificates_are_checked(whautomate_emulator: Emulator) -> None:
    seen: list[str] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://other.example/v1/contacts"})

    of = account_of(whautomate_emulator, account="shop", plan="subscribed")
    with (
        Client(of, pool=NoLimit(), sleep=lambda seconds: None, transport=httpx.MockTransport(elsewhere)) as client,
        pytest.raises(UnexpectedResponse, match="redirected"),
    ):
        client.send(list_contacts())
    assert set(seen) == {"127.0.0.1"}
    context = transport._ssl_context(of)
    assert (context.verify_mode.name, context.check_hostname) == ("CERT_REQUIRED", True)


def test_the_figures_that_it_names(state_url: str) -> None:
    state = open_state(state_url)
    assert len(state.secret.value()) == 64, "32 bytes, as hexadecimal digits"
    assert len(state.secret.digest("x")) * 4 == 64
    assert state.secret.hasher("x").digest_size * 8 == 128
    assert LARGEST_ANSWER == 32 * 2**20
    assert inspect.signature(serve).parameters["host"].default == "127.0.0.1"
    assert "host" not in inspect.signature(emulator_command).parameters


def test_what_it_points_to_is_there() -> None:
    tests = re.findall(r"\]\(\.\./(tests/[^)]+)\)", PAGE)
    assert len(tests) >= 9
    assert [one for one in tests if not (ROOT / one).is_file()] == []
    assert "Report a\nvulnerability" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_the_package_asks_for_no_more_than_it_says() -> None:
    """No setting turns the check of certificates off."""
    found = subprocess.run(
        ["grep", "-rnE", r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False", ROOT / "whautomate_core"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line for line in found.stdout.splitlines() if ".pyc" not in line] == []
