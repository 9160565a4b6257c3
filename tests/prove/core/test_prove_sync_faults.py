"""10,000 rows over a server of which 5 % of the answers are faults of every kind: who is there in the end."""

import json
import os
import time
from pathlib import Path
from typing import Any, get_args

import pytest

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.emulator.faults import Kind
from whautomate_core.errors import WhautomateError
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.sync.options import Run
from whautomate_core.values.progress import silent

ROWS = int(os.environ.get("WHAUTOMATE_TEST_ROWS", "10000"))
MAPPING = {"name": "name", "phoneNumber": "mobile", "customFields.plan": "plan"}


@pytest.mark.whautomate(limits=((1_000_000, 60.0),), search_delay=0.0)
def test_the_end_is_exact_whatever_fails_on_the_way(
    whautomate_emulator: Emulator, tmp_path: Path, state_url: str, account: str
) -> None:
    emulator = whautomate_emulator
    emulator.add_contacts(
        {"name": "Old", "phoneNumber": f"49151{n:08d}", "customFields": {"kept": "x"}, "tags": ["kept"]}
        for n in range(0, ROWS, 4)
    )
    broken = set(range(3, ROWS, 50))
    rows = [
        {"name": f"N{n}", "mobile": "nonsense" if n in broken else f"+49151{n:08d}", "plan": f"p{n % 3}"}
        for n in range(ROWS)
    ]
    for kind in get_args(Kind):
        emulator.fault(kind, probability=0.05 / len(get_args(Kind)), seconds=0.05)
    settings = {"requests_per_minute": 10_000_000, "requests_per_day": 90_000_000, "location_id": emulator.location_id}
    there = account_from_settings(emulator.url, emulator.key, {**settings, "account": account, "state": state_url})
    rejects, reports, run = tmp_path / "rejects.jsonl", list[dict[str, Any]](), Run(holder="one")
    for _ in range(40):
        # A fault lasts 0.05 s at most, and a client pauses for longer than that.
        with Client(there, sleep=lambda seconds: time.sleep(min(seconds, 0.06))) as client:
            try:
                reports.append(
                    sync_contacts(
                        client,
                        rows,
                        MAPPING,
                        tags=["news"],
                        run=run,
                        settle_after=1.0,
                        rejects_path=str(rejects),
                        progress=silent,
                    )
                )
                break
            except WhautomateError as error:  # as an orchestrator tries again
                print(error)  # noqa: T201 - what a person wants to see of a failed proof
    assert reports, "it came to no end"
    assert {json.loads(line)["row"] for line in rejects.read_text().splitlines()} == {n + 1 for n in broken}
    found = {one["phoneNumber"]: one for one in emulator.contacts()}
    assert len(emulator.contacts()) == len(found)
    assert found.keys() == {f"49151{n:08d}" for n in range(ROWS) if n not in broken or n % 4 == 0}
    for n in set(range(ROWS)) - broken:
        one, old = found[f"49151{n:08d}"], n % 4 == 0
        assert one["customFields"] == {**({"kept": "x"} if old else {}), "plan": f"p{n % 3}"}
        assert (one["name"], one["tags"]) == (f"N{n}", ["kept", "news"] if old else ["news"])
    fired = [(event["kind"], event["contact"], event["tag"]) for event in emulator.automations()]
    assert len(fired) == len(set(fired))
    assert not any(event["again"] for event in emulator.automations())
    report = reports[0]
    assert report["rows"] == ROWS
    assert report["rejected"] == len(broken)
    assert report["created"] + report["updated"] + report["unchanged"] == ROWS - len(broken)
