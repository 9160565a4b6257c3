"""What the jobs of bookings, and of what can be booked, say of their results in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.values.lines import LEFT_ALONE, Describe, describe_rows
from whautomate_core.values.words import time_of

describe_services = describe_rows(
    {"created": "created", "updated": "updated", "unchanged": "unchanged", **LEFT_ALONE},
    {"categories": ("category", "created")},
)
describe_classes = describe_rows(
    {"created": "created", "updated": "updated", "unchanged": "unchanged", **LEFT_ALONE},
    {"deleted": "deleted", "kept": "no longer in the rows, but kept"},
)
describe_participants = describe_rows(
    {
        "booked": "booked",
        "waitlisted": "put on the waitlist",
        "unchanged": "already booked",
        "full": "left out because the class is full",
        "missing": "not found",
        **LEFT_ALONE,
    },
    {"removed": "removed", "kept": "no longer in the rows, but kept"},
)
describe_staff_blocks = describe_rows(
    {
        "created": "created",
        "unchanged": "already there",
        "past": "in the past, too far ahead or without a length",
        **LEFT_ALONE,
    },
    {"removed": "removed", "kept": "no longer in the rows, but kept"},
)


def describe_upserted(noun: str) -> Describe:
    """The line of a job that makes sure that a record is there, with these fields.

    Args:
        noun: What the record is: `service`.
    """

    def line(result: Mapping[str, Any]) -> str:
        did = "created" if result["created"] else "updated" if result["changed"] else "unchanged; nothing sent"
        return f"{noun} {result['id']} {did}"

    return line


def describe_slot(result: Mapping[str, Any]) -> str:
    """The line of `book_slot`."""
    if result["id"] is None:
        return "no slot is free; nothing booked"
    what = f"appointment {result['id']}"
    staff = f" with member of staff {result['staff_id']}" if result.get("staff_id") else ""  # claims of 0.1 lack it
    at = f"for {time_of(result['start'])}{staff}"
    return f"{what} booked {at}" if result["booked"] else f"{what} already booked {at}; nothing sent"
