"""The pages of docs/how-to: all are listed, and their settings are taken. `test_documents.py` compares their code."""

import json
import re
from pathlib import Path

import pytest
import yaml

from whautomate_core.account import account_from_settings
from whautomate_core.api import broadcasts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import PolicyRefused
from whautomate_core.messaging.segments import ensure_segment

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "how-to"
PAGES = sorted(path.name for path in FOLDER.glob("*.md") if path.name != "index.md")


def text_of(page: str) -> str:
    return (FOLDER / page).read_text(encoding="utf-8")


def test_the_index_lists_each_page_once() -> None:
    assert sorted(re.findall(r"\]\(([\w-]+\.md)\)", text_of("index.md"))) == PAGES


def settings_of(page: str) -> dict[str, object]:
    (found,) = re.findall(r"^```json\n(.*?)^```", text_of(page), re.M | re.S)
    return dict(json.loads(found))


def test_the_part_of_the_limit_that_a_script_leaves_is_taken() -> None:
    account = account_from_settings("https://api.whautomate.com", "key", settings_of("moving-over.md"))
    assert account.location_id == "loc000000001"


def test_the_settings_for_staging_refuse_other_segments_with_the_words_of_the_page(
    whautomate_emulator: Emulator,
) -> None:
    account = account_from_settings(whautomate_emulator.url, whautomate_emulator.key, settings_of("staging.md"))
    whautomate_emulator.add_contacts([{"name": "N", "phoneNumber": "4915123456700", "tags": ["test"]}])
    with Client(account) as client:
        ids = {name: ensure_segment(client, name, {"tags": ["test"]})["id"] for name in ("test-segment", "all")}
        for name in ids:
            broadcast = {
                "name": name,
                "type": "contact",
                "segments": [{"id": ids[name]}],
                "template": {"name": "spring_sale", "language": "en"},
                "location": {"id": "loc000000001"},
                "scheduleDateTime": "2099-06-01T10:00:00Z",
            }
            if name == "test-segment":
                client.send(broadcasts.create_broadcast(broadcast))  # type: ignore[arg-type]
                continue
            with pytest.raises(PolicyRefused) as refused:
                client.send(broadcasts.create_broadcast(broadcast))  # type: ignore[arg-type]
    (words,) = re.findall(r"^sends go to .*$", text_of("staging.md"), re.M)
    assert words in str(refused.value)


def test_the_workflow_runs_tests_that_exist() -> None:
    workflow = yaml.safe_load((ROOT / "example_dags" / "tests" / "ci.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    tests = [word for command in commands if command.startswith("pytest ") for word in command.split()[1:]]
    assert len(tests) == 2
    assert all((ROOT / test).is_file() for test in tests)
