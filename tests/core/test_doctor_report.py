"""`whautomate doctor` and its report: no key, no person, nothing of the account, whatever the server answers."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from doctor_worlds import NUMBER, asked, found, lived_in, reading, served, writing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import JSONResponse
from typer.testing import CliRunner

from whautomate_core.account import account_from_settings
from whautomate_core.cli.main import app
from whautomate_core.doctor.coverage import NOT_WRITTEN, PROBED
from whautomate_core.doctor.probe import LISTS, Answer
from whautomate_core.doctor.questions import QUESTIONS
from whautomate_core.doctor.read import ReadProbe
from whautomate_core.doctor.report import host_of, make_report
from whautomate_core.doctor.words import HIDDEN, shown
from whautomate_core.doctor.write_people import PersonProbe
from whautomate_core.doctor.write_tags import TagProbe
from whautomate_core.emulator import Emulator
from whautomate_core.emulator import app as emulator_app
from whautomate_core.emulator import errors as emulator_errors

DAY = date(2026, 3, 1)
ADA = "Ada Lovelace"
SECRETS = ("Ada", "Lovelace", "4915112345678", "15112345678", "cancer", "flu", "Bonn", "ada@example", "Main location")


@pytest.fixture
def run(whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WHAUTOMATE_KEY", whautomate_emulator.key)
    monkeypatch.setenv("WHAUTOMATE_HOST", whautomate_emulator.url)
    monkeypatch.setenv("WHAUTOMATE_PLAN", "subscribed")
    return lambda *arguments: CliRunner().invoke(app, ["doctor", *arguments])


def ids(emulator: Emulator) -> list[str]:
    resources = ("contacts", "clients", "locations", "staffs", "services", "appointments", "contactTags")
    return [one["id"] for resource in resources for one in emulator.records(resource)]


# --- what may be shown


@pytest.mark.parametrize(
    "name",
    ["error", "message", "statusCode", "startTimeUTC", "x-ratelimit-remaining", "Rescheduled", "No show", "cancelled",
     "x-amzn-requestid", "phoneNumber", "In progress"],
)  # fmt: skip
def test_names_of_known_words_are_shown(name: str) -> None:
    assert shown(name) == name


@pytest.mark.parametrize(
    "name",
    ["Ada", "ada.lovelace", "adaLovelace", "x-ada-limit", "4915112345678", "error 4915112345678", "cancer", "",
     "ada@example.com", "Sent to Ada", "失敗", "error|<b>", "error " * 20],
)  # fmt: skip
def test_other_names_are_not_shown(name: str) -> None:
    assert shown(name) == HIDDEN


# --- a server that puts people where names of fields, statuses and figures belong


def hostile(value: Any) -> Any:
    """An answer with people in it: in values that look like enums, and as names of fields."""
    if isinstance(value, list):
        return [hostile(one) for one in value]
    if isinstance(value, dict):
        held = {name: hostile(one) for name, one in value.items()}
        held |= {name: ADA for name in ("status", "channel", "type", "timezone") if name in held}
        return {**held, ADA: NUMBER, "4915112345678": "cancer"}
    return value


@pytest.mark.parametrize("resource", sorted(LISTS))
def test_a_hostile_server_gets_nobody_into_the_report(resource: str, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {
        "x-ratelimit-remaining": "4915112345678",
        "x-ada-lovelace-limit": "1",
        "ratelimit-policy": ADA,
        "x-amzn-requestid": "4915112345678",
        "retry-after": "Ada",
    }
    with served(gateway="none") as emulator:  # or it would write its own id over the header
        lived_in(emulator, 12)
        emulator.add_contacts([{"name": ADA, "phoneNumber": "+4915112345678", "tags": ["cancer"], "notes": "flu"}])
        known = ids(emulator)
        monkeypatch.setattr(emulator_app, "_json", lambda value: JSONResponse(hostile(value), headers=headers))
        monkeypatch.setattr(
            emulator_errors,
            "error",
            lambda problem: JSONResponse({ADA: {"cancer": 1}, "error": {ADA: "flu"}}, problem.status, headers),
        )
        probes: list[Any] = [reading(emulator, resource)]
        if resource not in NOT_WRITTEN:
            probes.append(writing(emulator, resource))
        for probe in probes:
            probe.run()
            page = make_report(probe, DAY)
            told = json.dumps([str(one) for one in probe.findings], ensure_ascii=False)
            for secret in (*SECRETS, emulator.key, NUMBER, NUMBER[1:], *known, probe.account.id):
                assert secret not in page
                assert secret not in told
            assert "ada-lovelace" not in page
            assert "127.0.0.1" not in page


@pytest.mark.parametrize("form", ["text", "words", "code", "object", "none"])
def test_the_log_of_a_broadcast(form: str) -> None:
    with served(broadcast_failed_share=0.5, log_error=form) as emulator:
        lived_in(emulator, 12)
        probe = reading(emulator, "broadcasts")
        probe.run()
        seen = asked(probe)
        said = found(probe, "log_error").found
    assert seen["log_error"] == form
    assert ("131026" in said) is (form in ("text", "code", "object"))
    assert HIDDEN not in [*seen["statuses"], *seen["log_statuses"]]


# --- a server whose answers have any shape

LEAVES = (
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False)
    | st.sampled_from([ADA, NUMBER, "", ".", "2020-01-01", "2020-01-01T10:00:00Z", "20200101", "10:00 AM"])
    | st.text(max_size=8)
)  # fmt: skip
NAMES = st.sampled_from(
    ["id", "name", "createdAt", "updatedAt", "location", "status", "phoneNumber", "phone", "countryCode", "isIncoming",
     "completedAt", "error", "date", "timezone", "slots", "startTime", "registrationDate", "serviceType",
     "customFields", "notes", "fullName", ADA]
)  # fmt: skip
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner), max_leaves=12)
RECORDS = st.dictionaries(NAMES, VALUES)
ANSWERS = {list: st.lists(RECORDS, max_size=4) | st.lists(VALUES, max_size=2), dict: RECORDS, object: VALUES}
"""Answers by the type that a call accepts: the client refuses any other."""


def answered(probe: Any, draw: Any) -> Any:
    """The probe, with answers of any shape instead of requests."""
    sent = itertools.count(1)
    last = 0

    def ask(call: Any) -> Answer:
        nonlocal last
        last = next(sent)
        problem = draw(st.sampled_from(["", "", "", "", "refused (400)"]))
        return Answer(400, problem=problem) if problem else Answer(200, draw(ANSWERS[call.answer]))

    probe.ask, probe.reached = ask, True
    probe._insist = lambda call, most: ask(call).value if probe.left > 0 else None
    type(probe).requests = property(lambda self: last)
    return probe


@given(st.data(), st.sampled_from(sorted(LISTS)), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_answers_of_any_shape_end_in_findings_that_name_nobody(data: Any, resource: str, write: bool) -> None:
    account = account_from_settings("https://api.whautomate.com", "key", {"plan": "subscribed", "location_id": "l1"})
    clock: dict[str, Any] = {"sleep": lambda seconds: None, "clock": lambda: 0.0}
    if not write or resource in NOT_WRITTEN:
        kind, arguments = ReadProbe, (account, resource)
    elif resource.endswith("_tags"):
        kind, arguments = TagProbe, (account, resource)
    else:
        kind, arguments = PersonProbe, (account, NUMBER, resource)
    probe = answered(type("Answered", (kind,), {})(*arguments, **clock), data.draw)
    probe.run()
    assert probe.requests <= probe.most
    page = make_report(probe, DAY)
    told = json.dumps([asdict(one) for one in probe.findings], ensure_ascii=False)
    for secret in (ADA, "Ada", NUMBER, NUMBER[1:]):
        assert secret not in page
        assert secret not in told
    assert all(one.name in QUESTIONS for one in probe.findings)


# --- the page


def test_the_report_says_what_was_found_and_where(tmp_path: Path, run: Any, whautomate_emulator: Emulator) -> None:
    lived_in(whautomate_emulator)
    path = tmp_path / "report.md"
    result = run("--yes", "--report", str(path))
    assert result.exit_code == 0
    assert f"Wrote {path}. Read it before you attach it to an issue." in result.output
    page = path.read_text()
    for part in ("| whautomate-pipelines | 0.", "| Host | own host |", "| Plan | subscribed |", "| Date | 20"):
        assert part in page
    assert "contacts, by reading, 10 requests" in page
    for text in ("What do you", "Which page is the first?", "1 (two integrators, C)", "page 1 is the first"):
        assert (text in page) is (text != "What do you")
    assert "| How many records does the largest page have? | 50, when 100 were requested |" in page
    for secret in (*SECRETS, whautomate_emulator.key, *ids(whautomate_emulator)):
        assert secret not in page
    assert all(line.count("|") in (0, 3, 6) for line in page.splitlines())


@pytest.mark.parametrize(
    ("host", "named"),
    [
        ("https://api.whautomate.com", "api.whautomate.com"),
        ("https://api.in.whautomate.com", "api.in.whautomate.com"),
        ("https://api.acme.example", "own host"),
        ("https://whautomate.com", "own host"),
    ],
)
def test_only_the_vendors_hosts_are_named(host: str, named: str) -> None:
    assert host_of(account_from_settings(host, "key", {})) == named


def test_the_report_says_why_a_run_ended_without_the_servers_words(whautomate_emulator: Emulator) -> None:
    for _ in range(2):
        whautomate_emulator.fault("500_before", probability=1.0, operation="createContact")
    probe = writing(whautomate_emulator)
    probe.run()
    assert probe.stopped is not None
    page = make_report(probe, DAY)
    assert "| Not everything was asked | it ended with an answer after which it could not go on |" in page


# --- the command


@pytest.mark.parametrize("resource", sorted(LISTS))
def test_the_command_asks_about_each_resource(run: Any, whautomate_emulator: Emulator, resource: str) -> None:
    lived_in(whautomate_emulator, 12)
    report = json.loads(run("--yes", "--json", "--resource", resource).stdout)
    assert report["resource"] == resource
    assert report["stopped"] is None
    names = [one["name"] for one in report["findings"]]
    assert {"page_cap", "order", "wrong_id", "gateway", "errors", "limit_headers"} <= {*names}
    assert sorted({*names}) == sorted(names)
    for one in report["findings"]:
        asked_for = QUESTIONS[one["name"]]
        assert (one["question"], one["evidence"], one["default"]) == (
            asked_for.text,
            asked_for.evidence,
            asked_for.default,
        )


@pytest.mark.parametrize("resource", ["contact_tags", "client_tags"])
def test_the_command_writes_tags_without_a_number(run: Any, whautomate_emulator: Emulator, resource: str) -> None:
    result = run("--yes", "--write", "--resource", resource)
    assert result.exit_code == 0, result.output
    assert whautomate_emulator.records("contactTags") == whautomate_emulator.records("clientTags") == []
    assert "left behind" not in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        *((["--write", "--resource", one], f"the doctor creates no {one}. {why}") for one, why in NOT_WRITTEN.items()),
        (["--resource", "contact"], "there is no such resource; did you mean contacts?"),
        (["--report", "--yes"], "--report takes the path of a file, such as whautomate-doctor.md, not '--yes'"),
        (["--resource", "zebras"], "it is one of appointments, "),
        (["--resource", "clients", "--write"], "go together"),
        (["--resource", "client_tags", "--scratch-number", NUMBER], "leave it out"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(
    run: Any, whautomate_emulator: Emulator, arguments: list[str], says: str
) -> None:
    result = run("--yes", *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert says in result.output
    assert whautomate_emulator.requests() == []


def test_each_question_belongs_to_a_probe_and_to_the_page() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "doctor.md").read_text(encoding="utf-8")
    assert [name for name in QUESTIONS if f"`{name}`" not in page] == []
    assert {*PROBED.values()} <= {*QUESTIONS}
    assert [one for one in LISTS if one not in NOT_WRITTEN] == ["client_tags", "clients", "contact_tags", "contacts"]
