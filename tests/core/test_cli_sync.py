"""`whautomate sync`, as a person starts it, judged by what the emulator holds and was sent."""

import json
import math
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from state_workers import PATIENCE
from typer.testing import CliRunner

from whautomate_core.cli import terminal
from whautomate_core.cli.main import app
from whautomate_core.emulator import Emulator
from whautomate_core.sync.workers import WORKERS

MAP = ("--map", "name=who", "--map", "phoneNumber=mobile", "--map", "customFields.city=city")


def people(count: int) -> str:
    return "who,mobile,city,ok\n" + "".join(f"P{n},+4915123450{n:03},Köln,yes\n" for n in range(count))


@pytest.fixture
def environment(whautomate_emulator: Emulator) -> dict[str, str]:
    given = {"KEY": whautomate_emulator.key, "HOST": whautomate_emulator.url, "PLAN": "subscribed", "LIST_LAG": "0"}
    given["LOCATION_ID"] = whautomate_emulator.location_id
    return {f"WHAUTOMATE_{name}": value for name, value in given.items()}


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(text: str, *arguments: str, **more: Any) -> Any:
        Path("people.csv").write_text(text, encoding="utf-8")
        return CliRunner().invoke(app, ["sync", "people.csv", *arguments], **more)

    return run


def writes(emulator: Emulator) -> list[str]:
    return [request["operation"] for request in emulator.requests() if request["method"] != "GET"]


def test_it_syncs_a_file_and_the_second_time_sends_nothing(run: Any, whautomate_emulator: Emulator) -> None:
    text = people(3) + "Bad,12,Bonn,yes\nNo,+4915123450900,Bonn,no\n"
    options = (*MAP, "--tag", "news", "--consent-column", "ok", "--rejects", "rejects.jsonl", "--yes")
    result = run(text, *options, "--outcomes", "outcomes.jsonl")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["rows"], report["created"], report["rejected"], report["tagged"]) == (5, 4, 1, 3)
    held = {contact["name"]: contact for contact in whautomate_emulator.contacts()}
    assert {name: contact.get("tags", []) for name, contact in held.items()} == {
        **{f"P{n}": ["news"] for n in range(3)},
        "No": [],
    }
    assert held["P0"]["customFields"] == {"city": "Köln"}
    (reject,) = [json.loads(line) for line in Path("rejects.jsonl").read_text().splitlines()]
    assert (reject["row"], reject["outcome"]) == (5, "rejected")
    assert len(Path("outcomes.jsonl").read_text().splitlines()) == 5

    before = len(whautomate_emulator.requests())
    assert json.loads(run(text, *options).stdout)["unchanged"] == 4
    assert len(whautomate_emulator.requests()) == before


def test_a_missing_location_says_how_a_terminal_names_one(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHAUTOMATE_LOCATION_ID")
    result = run(people(1), *MAP, "--plan")
    assert result.exit_code == 1
    assert (
        "location_id is missing: add --set location_id=… or set WHAUTOMATE_LOCATION_ID; "
        "`whautomate call locations.list_locations` lists the ids"
    ) in result.stderr
    assert run(people(1), *MAP, "--plan", "--set", "location_id=loc000000001").exit_code == 0


def test_a_plan_writes_nothing_not_even_opt_outs(run: Any, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    whautomate_emulator.add_contacts([{"name": "Out", "phoneNumber": "4915123450001"}])
    (tmp_path / "out.csv").write_text("mobile\n+4915123450001\n+4915123450002\n")
    result = run(people(3), *MAP, "--suppress", "out.csv", "--plan")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["plan"]["to_create"], report["suppressed"], report["withheld"]) == (1, 1, 1)
    assert report["requests"] == len(whautomate_emulator.requests()) > 0
    assert writes(whautomate_emulator) == []


def test_a_row_of_suppress_that_names_nobody_stops_it_unless_it_may_be(
    run: Any, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "out.csv").write_text("mobile\n4915123450001\n")
    options = (*MAP, "--suppress", "out.csv", "--rejects", "rejects.jsonl", "--yes")
    result = run(people(1), *options)
    assert result.exit_code == 1
    assert "1 of 1 row of suppress can't be read" in " ".join(result.output.split())
    assert whautomate_emulator.requests() == []
    (reject,) = [json.loads(line) for line in Path("rejects.jsonl").read_text().splitlines()]
    assert (reject["of"], reject["row"]) == ("suppress", 2)
    assert json.loads(run(people(1), *options, "--max-suppress-rejected", "1").stdout)["created"] == 1


@pytest.mark.parametrize(("answer", "created"), [("y", 2), ("n", 0)])
def test_it_asks_before_it_writes(
    answer: str, created: int, run: Any, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "_is_person_there", lambda: True)
    result = run(people(2), *MAP, input=f"{answer}\n")
    assert '"to_create": 2' in result.stderr
    assert result.exit_code == (0 if created else 1)
    assert len(whautomate_emulator.contacts()) == created


def test_what_it_waits_for_is_said(run: Any) -> None:
    result = run(people(1), *MAP, "--yes", "--set", "list_lag=4")
    assert json.loads(result.stdout)["created"] == 1
    assert "because new records may take 4 s to show in it (list_lag)" in " ".join(result.stderr.split())


def test_plan_and_work_wait_once_for_new_records_to_show(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_is_person_there", lambda: True)
    result = run(people(1), *MAP, "--set", "list_lag=1", input="y\n")
    assert '"created": 1' in result.stdout
    assert " ".join(result.stderr.split()).count("(list_lag)") <= 1


def test_a_plan_writes_the_outcomes_it_is_asked_for(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "outcomes.jsonl"
    assert run(people(2), *MAP, "--plan", "--outcomes", str(path)).exit_code == 0
    assert [json.loads(line)["outcome"] for line in path.read_text().splitlines()] == ["pending", "pending"]


def test_where_nobody_can_be_asked_nothing_is_written(run: Any, whautomate_emulator: Emulator) -> None:
    result = run(people(2), *MAP)
    assert result.exit_code == 1
    assert "add --yes to continue" in result.stderr
    assert writes(whautomate_emulator) == []


def test_clients_are_told_apart_by_name_too(run: Any, whautomate_emulator: Emulator) -> None:
    text = "who,mobile\nAnn,0151 23450001\nBen,0151 23450001\n"
    options = ("--clients", "--map", "fullName=who", "--map", "phone=mobile", "--region", "DE", "--yes")
    assert json.loads(run(text, *options).stdout)["created"] == 2
    assert {client["fullName"] for client in whautomate_emulator.clients()} == {"Ann", "Ben"}


def test_modes_and_drift(run: Any, whautomate_emulator: Emulator) -> None:
    named = (*MAP, "--name", "crm", "--yes")
    assert json.loads(run(people(20), *named).stdout)["created"] == 20
    assert json.loads(run(people(21), *named, "--mode", "update").stdout)["missing"] == 1
    assert json.loads(run(people(21), *named, "--mode", "insert").stdout)["created"] == 1
    one = whautomate_emulator.contacts()[0]
    changed = {"name": one["name"], "phoneNumber": one["phoneNumber"], "customFields": {"city": "Bonn"}}
    url = f"{whautomate_emulator.url}/v1/contacts/{one['id']}"
    assert httpx.put(url, json=changed, headers={"x-api-key": whautomate_emulator.key}).is_success
    assert json.loads(run(people(21), *named).stdout)["updated"] == 0
    assert json.loads(run(people(21), *named, "--detect").stdout)["updated"] == 1
    assert json.loads(run(people(20), *named, "--mode", "mirror").stdout)["deleted"] == 1
    assert len(whautomate_emulator.contacts()) == 20


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--map", "name"), "--map takes FIELD=COLUMN, such as phoneNumber=mobile, not 'name'"),
        (("--map", "name=who", "--map", "name=mobile"), "--map names name twice"),
        (("--map", "name=who"), "mapping must name the column of phoneNumber"),
        ((*MAP, "--map", "nmae=who"), "nmae is not a known field; did you mean name?"),
        (("--map", "name=who", "--map", "phoneNumber=phone"), "no column 'phone'; there are 'who', 'mobile', 'city'"),
        ((*MAP, "--mode", "replace"), "mode must be upsert, insert, update or mirror, not 'replace'"),
        ((*MAP, "--mode", "mirror"), "--mode mirror needs --name"),
        ((*MAP, "--region", "Germany"), "default_region must be a two-letter country code"),
        ((*MAP, "--region", "uk"), "such as DE, not 'uk'; did you mean GB?"),
        (
            ("--map", "name=who", "--map", "phone_number=mobile"),
            "contacts are matched by phoneNumber; you wrote phone_number; did you mean phoneNumber?",
        ),
        ((*MAP, "--rejects", "none/rejects.jsonl"), "/none does not exist"),
    ],
)
def test_what_can_not_be_right_is_said_before_anything_is_sent(
    arguments: tuple[str, ...], says: str, run: Any, whautomate_emulator: Emulator
) -> None:
    result = run(people(2), *arguments, "--yes")
    assert result.exit_code == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert whautomate_emulator.requests() == []


def test_ctrl_c_stops_it_cleanly_and_it_goes_on_where_it_was(
    environment: dict[str, str], whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text(people(60), encoding="utf-8")
    # As many answers as are awaited at once are held, so that it can't end before it is stopped.
    for number in range(11, 11 + WORKERS):
        whautomate_emulator.fault("slow", on=number, operation="createContact", seconds=math.inf)
    command = [str(Path(sys.executable).parent / "whautomate"), "sync", "people.csv", *MAP, "--yes"]
    started = subprocess.Popen(
        [*command, "--outcomes", "outcomes.jsonl"],
        cwd=tmp_path,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has its background jobs ignore it, and the tests that run in one hand that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        looks = threading.Event()
        while whautomate_emulator.held() < WORKERS:
            assert started.poll() is None, started.communicate()
            looks.wait(0.05)
        started.send_signal(signal.SIGINT)
        whautomate_emulator.release()
        _, said = started.communicate(timeout=PATIENCE)
    finally:
        started.kill()
        started.wait()
    assert started.returncode == 1
    assert said.splitlines()[-1] == "error: stopped; run it again to resume"
    assert "Traceback" not in said
    done = whautomate_emulator.contacts()
    assert len(done) == 10 + WORKERS
    outcomes = [json.loads(line)["outcome"] for line in (tmp_path / "outcomes.jsonl").read_text().splitlines()]
    assert set(outcomes) == {"created", "pending"}
    assert outcomes.count("created") == 10

    whautomate_emulator.clear_faults()
    again = subprocess.run(
        command,
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    report = json.loads(again.stdout)
    assert (report["created"], report["unchanged"], report["unsettled"]) == (60 - len(done), len(done), 0)
    found = {contact["phoneNumber"] for contact in whautomate_emulator.contacts()}
    assert len(found) == len(whautomate_emulator.contacts()) == 60
