"""`whautomate quota` and `whautomate claims`, as a person reads them."""

import os
import re
import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from whautomate_core.cli.main import app
from whautomate_core.state import open_state
from whautomate_core.values.limits import Limits, margin


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments])


def test_quota(whautomate_home: Any) -> None:
    open_state()
    assert run("quota").output == "no account has made a request yet\n"
    trial = open_state().pool("shop", Limits.trial())
    trial.acquire(3)
    open_state().pool("other", Limits([(2, 600.0)])).acquire(2)
    open_state().pool("other", Limits([(2, 600.0)])).pause(300.0)
    before = time.time()
    output = run("quota").output
    asked = f"  last request: by process {os.getpid()} on {socket.gethostname()}\n"
    shop = f"shop\n  left: 57 of 60 a minute, 97 of 100 a day\n  next request: may be sent now\n{asked}"
    assert shop in output
    other = output.replace(shop, "")
    due = r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC) \(in (\d+) s\)"
    paused = rf"  paused: until {due}, because the server answered 429\n"
    why = "because Whautomate refused requests that came close together"
    undo = "Undo: `whautomate doctor --forget`"
    pace = rf"  Paced since [-\d]+ [:\d]+ UTC: one request every 305.00 s, {why}\. {undo}\.\n"
    told = re.fullmatch(rf"other\n  left: 0 of 2 per 600 s\n{paused}{pace}  next request: {due}\n{asked}", other)
    assert told
    for when, seconds, most in ((*told.group(1, 2), 300), (*told.group(3, 4), 600 + margin(600))):
        assert 0 < int(seconds) <= most
        due_at = datetime.strptime(when, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC).timestamp()
        assert before - 2 < due_at - int(seconds) <= time.time() + 1  # both are rounded


def test_quota_of_a_database_that_is_away_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whautomate_core.state.database.PATIENCE", 0.1)
    found = run("quota", "--state", "postgresql://postgres:hunter2@127.0.0.1:1/postgres")
    assert found.exit_code == 1
    assert found.output.startswith("error: the state database (postgresql) can't be reached")
    assert "hunter2" not in found.output
    assert "Traceback" not in found.output


def test_quota_of_another_database(state_url: str, account: str) -> None:
    open_state(state_url).pool(account, Limits.subscribed()).acquire()
    output = run("quota", "--state", state_url).output
    assert f"{account}\n  left: 299 of 300 a minute, 431999 of 432000 a day\n" in output


def test_claims_are_listed_and_released(whautomate_home: Any) -> None:
    open_state()
    assert run("claims").output == "no open claims\n"
    book = open_state().claims
    book.claim("shop", "dag/task/2026-01-01", {"name": "Ada"}, "POST /broadcasts")
    book.claim("shop", "settled", {}, "POST /broadcasts")
    book.settle("shop", "settled", {})
    listed = run("claims").output
    assert "dag/task/2026-01-01\n  POST /broadcasts, account shop, started 20" in listed
    assert "settled" not in listed
    assert "Ada" not in listed
    released = run("claims", "release", "dag/task/2026-01-01")
    assert released.exit_code == 0
    assert released.output == "released: the next run of dag/task/2026-01-01 sends it again\n"
    assert book.claim("shop", "dag/task/2026-01-01", {}, "POST /broadcasts").mine


def test_a_claim_that_happened_is_confirmed_and_never_sent_again(state_url: str, account: str) -> None:
    where = ["claims", "--state", state_url]
    book = open_state(state_url).claims
    book.claim(account, "seen", {}, "POST /x")
    done = run(*where, "confirm", "seen", "--account", account)
    assert done.output == "confirmed: seen is not sent again, and no longer listed\n"
    assert book.open(account) == []
    assert book.count_open(account) == (0, 0.0)
    kept = book.claim(account, "seen", {}, "POST /x")
    assert (kept.mine, kept.settled) == (False, False)
    assert run(*where, "confirm", "seen", "--account", account).exit_code == 1


def test_a_claim_that_was_confirmed_by_mistake_is_listed_if_asked_and_released(state_url: str, account: str) -> None:
    where = ["claims", "--state", state_url]
    book = open_state(state_url).claims
    book.claim(account, "mistaken", {}, "POST /x")
    book.claim(account, "settled", {}, "POST /x")
    book.settle(account, "settled", {})
    run(*where, "confirm", "mistaken", "--account", account)
    listed = run(*where, "--confirmed").output
    assert f"mistaken\n  POST /x, account {account}, started 20" in listed
    assert f"settled\n  POST /x, account {account}" not in listed
    undone = run(*where, "release", "mistaken", "--account", account)
    assert (undone.exit_code, undone.output) == (0, "released: the next run of mistaken sends it again\n")
    assert book.claim(account, "mistaken", {}, "POST /x").mine
    assert run(*where, "release", "settled", "--account", account).exit_code == 1


def test_release_wants_one_open_claim(whautomate_home: Any) -> None:
    book = open_state().claims
    missing = run("claims", "release", "k")
    assert missing.exit_code == 1
    assert "error: no open or confirmed claim has this key" in missing.output
    assert "error: no open claim has this key" in run("claims", "confirm", "k").output
    assert run("claims", "--confirmed").output == "no confirmed claims\n"
    for account in ("one", "two"):
        book.claim(account, "k", {}, "POST /x")
    several = run("claims", "release", "k")
    assert several.exit_code == 1
    assert "name one with --account: one, two" in several.output
    assert run("claims", "release", "k", "--account", "one").exit_code == 0
    assert [claim.account for claim in book.open()] == ["two"]


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        ({}, "POST /x"),
        ({}, "POST /v1/broadcasts"),
        ({}, "POST /v1/classes/{}/participants/add"),
        ({}, "POST /v1/contacts"),
        ({"name": "vip"}, "POST /v1/segments"),
    ],
)
def test_a_settled_claim_is_not_released(payload: Any, what: str, whautomate_home: Any) -> None:
    book = open_state().claims
    book.claim("shop", "k", payload, what)
    book.settle("shop", "k", {"id": 1})
    assert run("claims", "release", "k", "--yes").exit_code == 1
    assert book.claim("shop", "k", payload, what).result == {"id": 1}


def test_claims_of_another_database(state_url: str, account: str) -> None:
    book = open_state(state_url).claims
    book.claim(account, "far", {}, "POST /x")
    assert f"account {account}" in run("claims", "--state", state_url).output
    assert run("claims", "--state", state_url, "release", "far", "--account", account).exit_code == 0
    assert book.open(account) == []


def test_what_cannot_be_opened_is_a_sentence(whautomate_home: Any) -> None:
    for command in (["quota"], ["claims"]):
        result = run(*command, "--state", "mysql://user:hunter2@localhost/x")
        assert result.exit_code == 1
        assert result.output.startswith("error: state can be sqlite:////path or postgresql://")
        assert "hunter2" not in result.output


@pytest.mark.parametrize(
    ("state", "says", "hidden"),
    [
        ("/srv/core.db", "for the file /srv/core.db write sqlite:////srv/core.db", "%40"),
        ("core.db", "must be an address such as sqlite:////path", "%40"),
        ("user:hunter2@host/db", "%40", "hunter2"),
        ("/hunter2@host/db", "%40", "hunter2"),
        ("postgresql://user:hun@ter2@host/db", "%40", "ter2"),
    ],
)
def test_a_state_that_is_no_address_is_told_how_to_be_one(
    whautomate_home: Any, state: str, says: str, hidden: str
) -> None:
    output = run("quota", "--state", state).output
    assert says in output
    assert hidden not in output


def test_quota_says_that_the_day_is_used_up(whautomate_home: Any) -> None:
    open_state().pool("shop", Limits.subscribed()).pause(None, None, "quota")
    assert "because Whautomate says the day's requests are used up" in run("quota").output


@pytest.mark.parametrize(
    "command",
    [
        ["quota"],
        ["claims"],
        ["claims", "release", "k"],
        ["claims", "confirm", "k"],
        ["state", "prune", "--older-than", "180d"],
        ["stop-sends", "--list"],
        ["resume-sends", "--account", "shop", "--yes"],
        ["people", "readmit", "+4915123456700"],
        ["doctor", "--forget"],
    ],
)
def test_what_needs_a_state_that_exists_makes_no_new_one(
    command: list[str], whautomate_home: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHAUTOMATE_HOST", "https://api.whautomate.com")
    monkeypatch.setenv("WHAUTOMATE_KEY", "k")
    told = run(*command)
    assert told.exit_code == 1
    path = whautomate_home / "state.sqlite"
    assert told.output == (
        f"error: there is no state file at {path}: give the one that your steps use, as --state or WHAUTOMATE_STATE, "
        "or its folder as WHAUTOMATE_HOME\n"
    )
    assert not path.exists()


def test_what_may_come_first_says_that_it_made_a_new_state(whautomate_home: Any) -> None:
    new = f"warning: there was no state file at {whautomate_home}/state.sqlite, so a new one was made. Steps that use "
    stopped = run("stop-sends", "--account", "shop")
    assert stopped.exit_code == 0
    assert stopped.stderr.startswith(new)
    assert "sends of account shop have been stopped" in stopped.stdout
    assert "no state file" not in run("stop-sends", "--account", "shop").stderr
