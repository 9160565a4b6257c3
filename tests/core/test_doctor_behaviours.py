"""The doctor finds each behaviour that it has a probe for, in several combinations, within its requests."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from doctor_worlds import asked, lived_in, reading, served, stands, writing

from whautomate_core.doctor.coverage import PROBED
from whautomate_core.doctor.probe import LISTS
from whautomate_core.doctor.read import READS
from whautomate_core.doctor.write import WRITES
from whautomate_core.emulator import Emulator

COMBINATIONS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set()),
    (
        {
            "put": "merge", "known_number": "reject", "known_client": "reuse", "known_tag": "duplicate",
            "phone_form": "plus", "client_phone": "apart", "page_default": 20, "page_cap": 40, "page_start": "asked",
            "order": "oldest_first", "search_delay": 0.0, "list_lag": 0.0, "template_list": "location",
            "client_dates": "registered", "incoming_form": "boolean", "block_fields": "dates", "slot_times": "utc",
            "next_three_days": 4, "booking_dates": "held", "log_error": "object",
        },
        set(),
    ),
    (
        {
            "put": "merge", "known_number": "reuse", "known_client": "reject", "known_tag": "reuse",
            "order": "active_first", "slot_times": "clock", "rescheduled_status": "Booked",
            "template_list": "workspace", "page_cap": 100, "search_delay": 5.0, "log_error": "words",
        },
        # nothing shows which pages start where, if no limit is reduced; no status shows that Booked is a moved one's
        {"page_start", "rescheduled_status"},
    ),
    (
        {"page_default": 100, "page_cap": 100, "search_delay": 3600.0, "list_lag": 12.0, "template_list": "open",
         "error_in_200": ["createContact"], "retry_after": True, "log_error": "none"},
        {"page_start", "search_delay"},
    ),
    (
        {"page_default": 3, "page_cap": 30, "page_start": "asked", "order": "oldest_first", "search_delay": 12.0,
         "list_lag": 4.0, "known_tag": "duplicate", "client_dates": "registered", "slot_times": "clock"},
        set(),
    ),
]  # fmt: skip
"""Behaviour -> the behaviours that stay unknown."""

READ = ("clients", "staffs", "services", "appointments", "classes", "broadcasts", "segments")
TEMPLATE_LIST = {"open": "answers", "location": "answers", "workspace": "refuses", "absent": "absent"}
BLOCKS = {"times": {"startTime", "endTime"}, "dates": {"startDate", "endDate"}}


def everything(emulator: Emulator) -> dict[str, Any]:
    """What all runs find about one account, by the name of the finding."""
    found: dict[str, Any] = {}
    for probe in (
        *(reading(emulator, one) for one in ("contacts", *READ)),
        *(writing(emulator, one) for one in ("contacts", "clients", "contact_tags")),
    ):
        sent, before = len(emulator.requests()), stands(emulator)
        probe.run()
        made = emulator.requests()[sent:]
        assert len(made) == probe.requests <= probe.most
        assert probe.most == (READS if probe.how == "by reading" else WRITES)
        assert [one for one in made if one["status"] == 429] == []
        assert probe.left_behind == []
        assert stands(emulator) == before
        if probe.how == "by reading":
            assert {one["method"] for one in made} == {"GET"}
        new = asked(probe)
        json.dumps([asdict(one) for one in probe.findings])
        # The contacts' run answers for lists; what one run can't tell, another may.
        found = {**new, **{name: value for name, value in found.items() if value is not None or name not in new}}
    return found


@pytest.mark.parametrize(("behaviour", "unknown"), COMBINATIONS)
def test_each_behaviour_is_found(behaviour: dict[str, Any], unknown: set[str]) -> None:
    with served(broadcast_failed_share=0.2, **behaviour) as emulator:
        lived_in(emulator)
        found = everything(emulator)
        truth = emulator.behaviour
    assert {name for name, finding in PROBED.items() if found[finding] is None} == unknown
    for name, finding in PROBED.items():
        value, true = found[finding], getattr(truth, name)
        if name in unknown:
            continue
        if name in ("search_delay", "list_lag"):
            assert true <= value <= true + 60, name  # the next look, on any machine
        elif name == "block_fields":
            assert set(value) >= BLOCKS[true]
        elif name == "template_list":
            assert value == TEMPLATE_LIST[true]
        else:
            assert value == true, name


@pytest.mark.parametrize("resource", sorted(LISTS))
def test_an_empty_account_leaves_questions_open_and_stops_nothing(resource: str) -> None:
    with served() as emulator:
        probe = reading(emulator, resource)
        probe.run()
        found = asked(probe)
        assert probe.requests == len(emulator.requests()) <= READS
    assert found["wrong_id"] == 404
    assert found["order"] is None
    assert found["page_cap"] is None
