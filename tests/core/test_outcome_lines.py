"""The line that a step ends with says in plain English what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract_examples import Operation, operations
from whautomate_core.api.call import Call, Repeat
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.jobs import JOBS
from whautomate_core.state.claims import Claim
from whautomate_core.values.words import counted, reasons_of, requests_line

RUN = "run manual__1 (DAG spring, task send, try 1)"


def claim(**more: Any) -> Claim:
    given = {"made_at": 1772392800.0, "made_by": f"host:12:ab in {RUN}", **more}
    return Claim("account", "key", "POST /v1/contacts", True, {}, **given)


def called(operation: Operation) -> Call[Any]:
    return ENDPOINTS[operation.id].function(**operation.arguments())


def lines(operation: Operation) -> Iterator[str]:
    """Every line that an endpoint may end with."""
    call = called(operation)
    if operation.lists:
        for count in (0, 1, 2):
            yield endpoint_line(call, [{}] * count)
    else:
        yield endpoint_line(call, {"id": "x1"})
    if operation.method == "GET":
        yield endpoint_line(call, {"path": "/data/out.jsonl", "records": 1})
    if call.repeat is Repeat.ONCE:
        yield endpoint_line(call, {"id": "x1"}, earlier=claim().origin)
    if call.remaining_body is not None:
        yield endpoint_line(call, {"id": "x1"}, did=False)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_every_endpoint_ends_with_a_sentence(operation: Operation) -> None:
    for line in lines(operation):
        assert re.search(
            r"(read|created|updated|deleted|sent|booked|rescheduled|cancelled|to class \S+|from class \S+|"
            r"out\.jsonl|the tags? .+)( at 2026-03-01 19:20 UTC by run .+)?(; nothing sent)?$",
            line,
        ), line
        assert not re.search(r"None|[{}]", line), line
    if operation.lists:
        none, one, two = list(lines(operation))[:3]
        assert (none.replace("0", "2", 1), one.replace("1", "2", 1) == two) == (two, False)


def line_of(id: str, result: Any = None, **more: Any) -> str:
    operation = next(one for one in operations() if one.id == id)
    return endpoint_line(called(operation), {"id": "x1"} if result is None else result, **more)


def test_endpoint_lines_read_well() -> None:
    assert line_of("updateContact") == "contact x1 updated"
    assert line_of("listContactTags", [{}] * 12) == "12 contact tags read"
    assert line_of("listServiceCategories", [{}]) == "1 service category read"
    assert line_of("listClasses", [{}]) == "1 class read"
    assert line_of("listStaffs", [{}] * 2) == "2 members of staff read"
    assert line_of("listAppointmentSlots", [{}] * 2) == "2 days of slots read"
    assert line_of("listClientClassBookings", [{}] * 2) == "2 class bookings of client id-of-client_id read"
    written = {"path": "/data/log.jsonl", "records": 3}
    assert (
        line_of("listBroadcastLogs", written)
        == "3 log entries of broadcast id-of-broadcast_id written to /data/log.jsonl"
    )
    assert line_of("sendWhatsappText") == "WhatsApp text message x1 sent"
    assert line_of("sendWhatsappText", earlier=claim().origin) == (
        f"WhatsApp text message x1 already sent at 2026-03-01 19:20 UTC by {RUN}; nothing sent"
    )
    assert line_of("sendWhatsappText", earlier=claim(made_by="host:12:ab").origin) == (
        "WhatsApp text message x1 already sent at 2026-03-01 19:20 UTC; nothing sent"
    )
    assert line_of("addContactTags") == "contact id-of-contact_id now has the tag text"
    assert line_of("addContactTags", did=False) == "contact id-of-contact_id already had the tag text; nothing sent"
    assert line_of("addClassParticipant") == "1 participant added to class id-of-class_id"


@pytest.mark.parametrize(
    ("job", "result", "line"),
    [
        (
            "sync_contacts",
            {"rows": 503, "created": 480, "updated": 0, "unchanged": 20, "rejected": 3, "tagged": 480},
            "503 rows: 480 created, 20 unchanged, 3 rejected; 480 tagged",
        ),
        ("sync_clients", {"rows": 0}, "0 rows: nothing to do"),
        (
            "sync_contacts",
            {"rows": 1, "plan": {"to_create": 1, "unchanged": 0, "requests_to_come": 1, "minutes": 0.1}},
            "plan for 1 row: 1 to create; at least 1 request, about 0.1 min; nothing sent",
        ),
        (
            "sync_contacts",
            {
                "rows": 3,
                "plan": {"protected": 1, "superseded": 1, "unchanged": 1, "requests_to_come": 0, "minutes": 0.0},
            },
            "plan for 3 rows: 1 unchanged, 1 not created or tagged because they opted out or asked to be forgotten, "
            "1 superseded by another row; nothing "
            "to send",
        ),
        ("tag_contacts", {"rows": 2, "tagged": 1, "unchanged": 1}, "2 rows: 1 tagged, 1 already tagged"),
        (
            "export_opt_outs",
            {"path": "/data/out.jsonl", "records": 2, "contacts": 1, "clients": 2},
            "1 contact and 2 clients opted out; 2 records written to /data/out.jsonl",
        ),
        ("find_contact", {"id": "c1", "duplicates": 0}, "contact c1 found"),
        ("find_contact", {"id": "c1", "duplicates": 1}, "contact c1 found; 1 contact more with the same number"),
        ("find_client", {"id": None, "duplicates": 0}, "no client found"),
        ("set_contact_stage", {"id": "c1", "changed": False}, "contact c1 already in the stage; nothing sent"),
        ("set_client_fields", {"id": "c1", "changed": True}, "client c1 updated"),
        (
            "ensure_segment",
            {"id": "s1", "name": "spring", "created": True, "any_location": False},
            "segment spring (s1) created",
        ),
        (
            "ensure_segment",
            {"id": "s1", "name": "spring", "created": False, "any_location": True},
            "segment spring (s1) already there; nothing sent; it has no location, so it may hold people of all "
            "locations",
        ),
        (
            "plan_broadcast",
            {
                "name": "s",
                "category": "utility",
                "recipients": 5,
                "start": "2026-03-01T19:20:00.000Z",
                "notes": ["Odd."],
            },
            "plan of utility broadcast s: up to 5 recipients, start at 2026-03-01 19:20 UTC; nothing sent. Odd.",
        ),
        (
            "broadcast",
            {"id": "b1", "name": "spring ab", "created": True, "recipients": 5, "start": "2026-03-01T19:20:00.000Z"},
            "broadcast spring ab (b1) created for up to 5 recipients, starts at 2026-03-01 19:20 UTC",
        ),
        (
            "broadcast",
            {
                "id": "omB1",
                "name": "spring ab",
                "created": False,
                "created_at": "2026-03-01T19:20:00.000Z",
                "created_by": RUN,
            },
            f"broadcast spring ab (omB1) already created at 2026-03-01 19:20 UTC by {RUN}; nothing sent",
        ),
        (
            "broadcast",
            {"id": "b1", "name": "spring ab", "created": True, "delivered": 5, "recipients": 5, "undelivered": 0},
            "broadcast spring ab (b1): 5 of 5 delivered, 0 not delivered",
        ),
        ("broadcast", {"id": None, "skipped": "the run is 7 h late"}, "skipped: the run is 7 h late; nothing sent"),
        ("cancel_broadcast", {"id": "b1", "cancelled": True, "why": None}, "broadcast b1 cancelled"),
        ("send_template_to_contacts", {"rows": 3, "sent": 2, "unchanged": 1}, "3 rows: 2 sent, 1 already sent before"),
        (
            "book_slot",
            {"id": "a1", "start": "2026-03-01T19:20:00Z", "staff_id": "s1", "booked": False},
            "appointment a1 already booked for 2026-03-01 19:20 UTC with member of staff s1; nothing sent",
        ),
        ("book_slot", {"id": None, "booked": False}, "no slot is free; nothing booked"),
        (
            "reschedule_booking",
            {"id": "a1", "start": "2026-03-01T19:20:00Z", "changed": True},
            "appointment a1 moved to 2026-03-01 19:20 UTC",
        ),
        ("cancel_booking", {"id": "a1", "changed": False}, "appointment a1 already cancelled; nothing sent"),
        ("upsert_service", {"id": "s1", "created": False, "changed": False}, "service s1 unchanged; nothing sent"),
        ("sync_services", {"rows": 2, "created": 2, "categories": 1}, "2 rows: 2 created; 1 category created"),
        (
            "enrol_participants",
            {"rows": 2, "booked": 1, "full": 1},
            "2 rows: 1 booked, 1 left out because the class is full",
        ),
        ("export_classes", {"path": "/data/c.parquet", "records": 1}, "1 record written to /data/c.parquet"),
    ],
)
def test_job_lines_read_well(job: str, result: dict[str, Any], line: str) -> None:
    assert JOBS[job].line(result) == line


def test_reasons_are_counted_and_name_their_first_rows() -> None:
    rejects = [(9, "no name"), *((row, "no phone number") for row in (4, 17, 2, 30))]
    assert reasons_of(rejects) == "4 x no phone number (rows 2, 4, 17, …); 1 x no name (row 9)"


def test_numbers_have_their_nouns() -> None:
    nouns = ("request", "class", "category", "day of slots", "member of staff")
    assert [counted(1, noun) for noun in nouns] == [f"1 {noun}" for noun in nouns]
    assert [counted(2, noun) for noun in nouns] == [
        "2 requests", "2 classes", "2 categories", "2 days of slots", "2 members of staff",
    ]  # fmt: skip


def test_a_claim_says_which_run_made_it_and_in_which_process() -> None:
    assert (claim().process, claim().run) == (("host", 12), RUN)
    alone = claim(made_by="host:12:ab")
    assert (alone.process, alone.run) == (("host", 12), None)


def test_waits_of_several_requests_are_said_to_be_a_sum() -> None:
    assert requests_line(1, 3.5) == "1 request; waited 3.5 s for permits"
    both = "467 requests; waited 229.1 s for permits, summed over parallel requests"
    assert requests_line(467, 229.1) == both
    assert requests_line(2, 0.0) == requests_line(2, 0.99) == "2 requests"


def test_people_are_counted() -> None:
    assert [counted(count, "person") for count in (0, 1, 2)] == ["0 people", "1 person", "2 people"]
