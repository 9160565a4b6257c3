"""The runbook and the how-tos of operation show commands and what they print: each is run in its situation."""

from __future__ import annotations

import json
import os
import re
import shlex
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import account_of
from sqlalchemy import text
from typer.testing import CliRunner

from whautomate_core import InvalidRequest, sync_contacts
from whautomate_core.api import broadcasts
from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.state import open_state
from whautomate_core.values.limits import Limits

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations"
PAGE = (OPERATIONS / "runbook.md").read_text(encoding="utf-8")
HOW_TO = OPERATIONS.parent / "how-to"
NAMES = ("rotate-a-key.md", "several-accounts.md", "trial-key.md", "several-machines.md", "stop-everything.md")
PAGES = {"runbook": PAGE} | {one: (HOW_TO / one).read_text(encoding="utf-8") for one in NAMES}
BLOCKS = [
    (name, scene, textwrap.dedent(block))
    for name, page in PAGES.items()
    for scene, block in re.findall(
        r"<!-- scene: (\S+) -->\n *<!-- test: [^>]* -->\n\n *```console\n(.*?)```", page, re.S
    )
]

SHOWN = [  # what differs from run to run
    (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC", "TIME"),
    (r"in [\d,]+ s", "in SECONDS"),
    (r"process \d+ on \S+", "PROCESS"),
    (r"\(\S+@\S+\)", "(WHO)"),
    (r'at "[\d.]+", port \d+', "at HOST"),
    (r"\{.*\}", "RECORD"),
    (r"(?m)^[0-9a-f]{16}$", "HASH"),
]
KEY = "v2 airflow campaign send at 2026-03-01T06:00:00+00:00 sendWhatsappTemplate 9d2f61c0a7be4e13"


def open_claim(emulator: Emulator) -> None:
    by = "worker-1:2131:0a1b2c3d in scheduled__2026-03-01T06:00:00+00:00"
    open_state().claims.claim("shop", KEY, {}, "POST /v1/messages/whatsapp-template", by=by)


def scheduled(emulator: Emulator) -> None:
    open_state().pool("shop", Limits.subscribed()).acquire()
    segment = emulator.add_segment("vip", tags=["vip"], exclusionTags=["Unsubscribe"])
    emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789", "tags": ["vip"]}])
    location: Any = {"id": emulator.location_id}
    body: Any = {"name": "spring", "type": "client", "segments": [{"id": segment}], "location": location}
    body |= {"template": {"name": "sale", "language": "en"}, "scheduleDateTime": "2090-01-01T00:00:00Z"}
    with Client(account_of(emulator, account="other")) as client:
        client.send(broadcasts.create_broadcast(body))


def refused(emulator: Emulator) -> None:
    pool = open_state().pool("shop", Limits.subscribed())
    pool.pause(30.0, pool.acquire(5), "rate")


def used_up(emulator: Emulator) -> None:
    pool = open_state().pool("shop", Limits.trial())
    pool.acquire(60)
    _earlier()
    pool.acquire(40)


def _earlier() -> None:
    """Have all permits be two minutes older."""

    def work(connection: Any) -> None:
        for table, column in (("permit", "at"), ("pool", "last_at")):
            connection.execute(text(f'UPDATE whautomate_{table} SET "{column}" = "{column}" - 120'))

    open_state()._database.run(work)


def trial(emulator: Emulator) -> None:
    pool = open_state().pool("shop", Limits.trial())
    pool.acquire(43)
    _earlier()
    pool.acquire(1)


def stopped(emulator: Emulator) -> None:
    open_state().pool("shop", Limits.subscribed()).acquire()
    open_state().stops.stop("shop", "ada@desk")


SCENES: dict[str, Callable[[Emulator], object]] = {
    "nothing": lambda emulator: open_state(),
    "scheduled": scheduled,
    "open-claim": open_claim,
    "wrong-key": lambda emulator: None,
    "refused": refused,
    "used-up": used_up,
    "unnamed": lambda emulator: open_state().pool(account_of(emulator).id, Limits.subscribed()).acquire(),
    "new-key": lambda emulator: None,
    "two-accounts": lambda emulator: [
        open_state().pool(name, limits).acquire()
        for name, limits in (("berlin", Limits.subscribed()), ("mumbai", Limits.trial()))
    ],
    "trial": trial,
    "away": lambda emulator: None,
    "used": lambda emulator: open_state().pool("shop", Limits.subscribed()).acquire(),
    "stopped": stopped,
}


def shown(said: str) -> str:
    for pattern, name in SHOWN:
        said = re.sub(pattern, name, said)
    return said.strip()


@pytest.mark.parametrize(("page", "scene", "block"), BLOCKS, ids=[f"{page}-{scene}" for page, scene, _ in BLOCKS])
def test_a_command_prints_what_the_page_shows(
    page: str,
    scene: str,
    block: str,
    whautomate_emulator: Emulator,
    whautomate_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    SCENES[scene](whautomate_emulator)
    monkeypatch.setenv("WHAUTOMATE_HOST", whautomate_emulator.url)
    monkeypatch.setenv("WHAUTOMATE_KEY", "wrong" if scene == "wrong-key" else whautomate_emulator.key)
    monkeypatch.setenv("WHAUTOMATE_ACCOUNT", "shop")
    monkeypatch.setenv("WHAUTOMATE_PLAN", "subscribed")
    if scene == "away":
        monkeypatch.setattr("whautomate_core.state.database.PATIENCE", 0.1)
        monkeypatch.setenv("WHAUTOMATE_STATE", "postgresql://postgres@127.0.0.1:1/postgres")
    monkeypatch.setenv("STATE", f"sqlite:///{whautomate_home}/state.sqlite")
    line, _, output = block.partition("\n")
    command = line.removeprefix("$ whautomate ")
    if "k3Jd9sLq0Zx" in command:
        id = whautomate_emulator.records("broadcasts")[0]["id"]
        command, output = command.replace("k3Jd9sLq0Zx", id), output.replace("k3Jd9sLq0Zx", id)
    done = CliRunner().invoke(app, shlex.split(os.path.expandvars(command)))
    assert shown(done.output) == shown(output)
    assert done.exit_code == (1 if output.startswith("error") else 0)


def test_every_block_of_commands_is_run() -> None:
    assert len(BLOCKS) == sum(len(re.findall(r"\$ whautomate", page)) for page in PAGES.values())
    assert {scene for _, scene, _ in BLOCKS} == SCENES.keys()


def test_the_threshold_that_it_quotes_says_so(client: Client) -> None:
    rows = [{"name": "Ada", "phoneNumber": "+4915123456789"}, {"name": "Bob"}, {"name": "Cem"}]
    mapping = {"name": "name", "phoneNumber": "phoneNumber"}
    with pytest.raises(InvalidRequest) as error:
        sync_contacts(client, rows, mapping=mapping, max_rejected=1)
    assert f"`{error.value}`" in PAGE


def test_the_panels_that_it_names_are_on_the_dashboard() -> None:
    panels = json.loads((OPERATIONS / "metrics-grafana.json").read_text(encoding="utf-8"))["panels"]
    named = set(re.findall(r"dashboard's \*([^*]+)\*", PAGE))
    assert named
    assert named <= {one["title"] for one in panels}


def test_each_alert_has_a_section_and_leads_to_it() -> None:
    [group] = yaml.safe_load((OPERATIONS / "metrics-alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]:
        title, *_ = [part for part in PAGE.split("\n## ")[1:] if f"Alert **{rule['alert']}**" in part]
        anchor = re.sub(r"[^\w\- ]", "", title.partition("\n")[0].lower()).replace(" ", "-")
        assert rule["annotations"]["runbook"] == f"docs/operations/runbook.md#{anchor}"


@pytest.mark.parametrize("part", ["Means", "Over when"])
def test_each_section_says_what_it_means_and_when_it_is_over(part: Any) -> None:
    sections = PAGE.split("\n## ")[1:]
    assert [one.partition("\n")[0] for one in sections if f"**{part}" not in one] == []
