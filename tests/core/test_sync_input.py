"""Odd rows, odd cells and odd functions: one of them never ends a run, and none is made up."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_sync import ADA, BOB, EVE, FIELDS, READ, counts, rejects, row, sync

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.people.kinds import SEPARATOR
from whautomate_core.sync.contacts import sync_contacts


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"city": "a\0b"}, "NUL"),
        ({"city": f"a{SEPARATOR}b"}, "control characters"),
        ({"city": "\ud83d"}, "invalid text"),
        ({"city": "x" * 10_000_000}, "more than 1,048,576 characters"),
        ({"mobile": "\U0001f600"}, "not a phone number"),
        ({"mobile": "0151 2345678\ud83d"}, "invalid text"),
        ({"ok": "perhaps"}, "consent, column 'ok', is neither yes nor no but 'perhaps'"),
    ],
)
@pytest.mark.parametrize("drift", ["ignore", "detect"])
def test_an_odd_cell_rejects_its_row_and_no_other(
    cells: dict[str, str], reason: str, drift: Any, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    rows = [ADA, {**BOB, **cells}, EVE]
    report = sync(client, rows, rejects_path=str(tmp_path / "rejects.jsonl"), drift=drift)
    assert counts(report, "created", "rejected") == (2, 1)
    ((number, outcome, says, _),) = rejects(tmp_path)
    assert (number, outcome) == (2, "rejected")
    assert reason in says
    assert counts(sync(client, rows, drift=drift), "unchanged", "rejected") == (2, 1)


@pytest.mark.parametrize(
    ("mobile", "sent"),
    [("4934192541", None), ("4915123456789", "4915123456789"), ("+4915123456789", "4915123456789"),
     ("00491512 3456789", "4915123456789"), ("0491 5123456", "494915123456"), ("15123456789", "4915123456789")],
)  # fmt: skip
def test_a_number_that_can_be_read_in_two_ways_is_not_guessed(
    mobile: str, sent: str | None, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    rows = [{**ADA, "mobile": mobile}, BOB]
    sync(client, rows, rejects_path=str(tmp_path / "rejects.jsonl"))
    numbers = [one["phoneNumber"] for one in whautomate_emulator.contacts() if one["name"] == "Ada"]
    assert numbers == ([sent] if sent else [])
    if sent is None:
        assert "write + before the code" in rejects(tmp_path)[0][2]


def test_line_breaks_tabs_and_quotes_are_text(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [{**ADA, "city": 'Köln\n\t"Süd"\\'}])
    assert [one["customFields"] for one in whautomate_emulator.contacts()] == [{"city": 'Köln\n\t"Süd"\\'}]
    assert counts(sync(client, [{**ADA, "city": 'Köln\n\t"Süd"\\'}]), "unchanged", "requests") == (1, 0)


FUNCTIONS: dict[str, tuple[Callable[[dict[str, str]], Any], str]] = {
    "raises": (lambda cells: int(cells["who"]), "the function of customFields.x failed: ValueError"),
    "date": (lambda cells: date(2026, 1, 2), "the function of customFields.x returned what can't be sent: date"),
    "nan": (lambda cells: float("nan"), "returned what can't be sent: float"),
    "half": (lambda cells: "\ud83d", "returned what can't be sent: str"),
    "set": (lambda cells: {1}, "returned what can't be sent: set"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_gives_what_can_not_be_sent_rejects_the_row(
    name: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    function, reason = FUNCTIONS[name]
    fields = {**FIELDS, "customFields.x": lambda cells: function(cells) if cells["who"] == "Bob" else "y"}
    report = sync(client, [ADA, BOB, EVE], mapping=fields, rejects_path=str(tmp_path / "rejects.jsonl"))
    assert counts(report, "created", "rejected") == (2, 1)
    assert reason in rejects(tmp_path)[0][2]
    assert "Bob" not in rejects(tmp_path)[0][2]


def test_functions_and_constants_give_values(client: Client, whautomate_emulator: Emulator) -> None:
    fields = {
        "name": lambda cells: cells["who"].upper(),
        "phoneNumber": lambda cells: 15123456789,  # a number, as pandas would have it
        "customFields.source": {"value": "shop"},
        "customFields.size": lambda cells: None,
    }
    region = {"default_region": "DE"}
    assert sync_contacts(client, [{"who": "Ada"}], fields, **region)["created"] == 1
    (ada,) = whautomate_emulator.contacts()
    assert (ada["name"], ada["phoneNumber"]) == ("ADA", "4915123456789")
    assert ada["customFields"] == {"source": "shop"}
    # Whether a function has changed nobody can tell, so what it gives is compared with what was confirmed.
    assert counts(sync_contacts(client, [{"who": "Ada"}], fields, **region), "unchanged", "requests") == (1, 0)
    changed = {**fields, "customFields.size": lambda cells: "L"}
    assert sync_contacts(client, [{"who": "Ada"}], changed, **region)["updated"] == 1


def test_a_constant_that_can_not_be_sent_is_refused_at_once(client: Client, whautomate_emulator: Emulator) -> None:
    with pytest.raises(ConfigurationError, match=r"'customFields.since'.* can't be sent: date"):
        sync(client, [ADA], mapping={**FIELDS, "customFields.since": {"value": date(2026, 1, 2)}})
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize("put", [pytest.param(p, marks=pytest.mark.whautomate(put=p)) for p in ("replace", "merge")])
def test_empty_cells_are_left_alone_or_clear_what_is_there(
    put: str, client: Client, whautomate_emulator: Emulator
) -> None:
    full, empty = {**ADA, "stage": "Lead"}, {**ADA, "city": "", "stage": ""}
    sync(client, [full])
    assert sync(client, [empty], sync_name="keep")["unchanged"] == 1
    (ada,) = whautomate_emulator.contacts()
    assert (ada["stage"], ada["customFields"]["city"]) == ("Lead", "Köln")
    assert sync(client, [empty], nulls="clear", sync_name="clear")["updated"] == 1
    (ada,) = whautomate_emulator.contacts()
    assert (ada.get("stage") or "", ada["customFields"].get("city") or "", ada["name"]) == ("", "", "Ada")
    assert sync(client, [empty], nulls="clear", sync_name="clear", drift="detect")["unchanged"] == 1


def test_half_of_the_rows_without_a_number_are_counted_and_the_rest_goes_on(
    client: Client, whautomate_emulator: Emulator
) -> None:
    rows = [row(f"P{n}", f"0151 2345{n:04d}" if n % 2 else "") for n in range(10)]
    assert counts(sync(client, rows), "created", "rejected") == (5, 5)
    with pytest.raises(
        InvalidRequest, match="5 of 10 rows rejected, over max_rejected='10%': 5 x phone number is empty"
    ):
        sync(client, rows, max_rejected="10%")


def test_outcomes_tell_of_every_row_and_whole_keys_only_where_asked(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    rows, path = [ADA, {**ADA, "who": "A."}, BOB, row("X", "12")], tmp_path / "outcomes.jsonl"
    for show, first in (("masked", "+49…89"), ("whole", "4915123456789")):
        sync(client, rows, outcomes_path=str(path), show=show, sync_name=show)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [line["row"] for line in lines] == [1, 2, 3, 4]
        assert lines[1]["match"] == first
        assert path.stat().st_mode & 0o077 == 0
        # Also of those whom this very run created, and of rows that it left alone.
        held = {one["phoneNumber"]: one["id"] for one in whautomate_emulator.contacts()}
        ada, bob = held["4915123456789"], next(id for number, id in held.items() if number != "4915123456789")
        assert [line["id"] for line in lines] == [ada, ada, bob, None]
    assert [line["outcome"] for line in lines] == ["superseded", "unchanged", "unchanged", "rejected"]


def test_nothing_that_holds_rows_shows_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from whautomate_core.sync import run

    shown: list[str] = []
    read_source = run.read_source

    def read(context: Any, rows: Any) -> int:
        count = read_source(context, rows)
        shown.extend((repr(context), repr(rows), *map(repr, context.stage.people.all())))
        return count

    monkeypatch.setattr(run, "read_source", read)
    monkeypatch.setattr(run, "_plan", lambda context, order, *counts: 1 / len(shown.append(repr(order)) or []))
    with pytest.raises(ZeroDivisionError):
        sync_contacts(client, [ADA, BOB], FIELDS, **READ)
    assert len(shown) == 5
    assert not [one for one in ("Ada", "Köln", "23456789", "123456") if one in "".join(shown)]
