"""What can become of a row: one set of names for every job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, get_args

from whautomate_core.errors import WhautomateError

Outcome = Literal[
    "created",
    "updated",
    "unchanged",
    "sent",
    "tagged",
    "booked",
    "waitlisted",
    "full",
    "past",
    "missing",
    "existing",
    "no_consent",
    "withheld",
    "protected",
    "superseded",
    "rejected",
    "failed",
    "unsettled",
]
"""A job counts each row under exactly one of these names.

| Outcome | What it means |
|---|---|
| created | The record was created. |
| updated | Fields of the record were written. |
| unchanged | It was so already, or an earlier run did it: nothing was sent. |
| sent | The message was sent. |
| tagged | The tag was given. |
| booked | The client got a place. |
| waitlisted | The class was full: the client is on its waitlist. |
| full | The class was full: the client was left out. |
| past | The time is over, too far ahead, or has no length. |
| missing | The record that the row names was not found. |
| existing | The record was there before, and the job only creates. |
| no_consent | The row says that the person does not consent. |
| withheld | The person opted out or asked to be forgotten, and so was not created. |
| protected | The person opted out, and so was left alone. |
| superseded | Another row about the same thing counts instead. |
| rejected | The row can't be used; its reason says why. |
| failed | The server refused it, or it contradicts what was sent before. |
| unsettled | The outcome is unknown. A later run finds out; nothing is sent twice on a guess. |
"""

Beside = Literal["blocks", "categories", "tagged", "untagged", "removed", "deleted", "kept", "suppressed"]
"""What a job counts beside its rows.

| Count | What it means |
|---|---|
| blocks | Times that the rows ask to block. |
| categories | Categories that were created. |
| tagged, untagged | People who got or lost a tag. |
| removed | Places or blocks that were removed because the source no longer names them. |
| deleted | Records that were deleted because the source no longer names them. |
| kept | What the source no longer names, and what was kept all the same. |
| suppressed | People who got the opt-out tag. |
"""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

ENDS: tuple[Outcome, ...] = ("superseded", "rejected", "protected", "failed", "unsettled")
"""The outcomes that the rows of any job can have."""

CHANGES: frozenset[str] = frozenset(
    ("created", "updated", "sent", "booked", "waitlisted", "categories", "removed", "deleted")
)
"""The outcomes and counts that say that something was changed at Whautomate."""

COUNTS: frozenset[str] = frozenset(
    (*OUTCOMES, *get_args(Beside), "rows", "records", "contacts", "clients", "people", "opted_out", "recipients",
     "recipients_least", "delivered", "read", "undelivered", "stopped", "unreachable", "later", "never",
     "duplicates", "requests")
)  # fmt: skip
"""What results of jobs count. Other numbers in them may be ids or prices."""


def counts_of(report: Mapping[str, Any]) -> dict[str, int]:
    """What the result of a job counts: nothing else of it leaves for catalogues, events and other pipelines."""
    return {name: value for name, value in report.items() if name in COUNTS and type(value) is int}


@contextmanager
def reporting(counts: Callable[[], Mapping[str, Any]]) -> Iterator[None]:
    """Give a context whose errors carry what was done before them, in `WhautomateError.report`."""
    try:
        yield
    except WhautomateError as error:
        error.report = counts_of(counts())
        raise
