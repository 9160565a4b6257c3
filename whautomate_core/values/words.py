"""Counts, times and reasons as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime


def is_rendered_none(text: str) -> bool:
    """Whether a text is what a template, JavaScript or pandas makes of a missing value: `None`, `null`, `nan`."""
    return text.strip() in ("None", "null", "undefined", "nan", "NaN", "NaT", "<NA>")


def rendered_none(name: str, text: str) -> str:
    """What to say of such a text.

    Args:
        name: Name of the argument.
        text: The text.
    """
    return f"{name} is {text.strip()!r}, which is what a template makes of a missing value"


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 request", "2 requests", "3 classes", "4 service categories", "5 people"."""
    if count == 1:
        return f"1 {noun}"
    if noun == "person":
        return f"{count} people"
    head, of, rest = noun.partition(" of ")
    head = (
        f"{head[:-1]}ies"
        if head.endswith("y") and head != "day"
        else f"{head}{'es' if head.endswith(('s', 'ch')) else 's'}"
    )
    return f"{count} {head}{of}{rest}"


def time_of(at: float | str) -> str:
    """A moment, in seconds since the epoch or ISO 8601, as people read it: "2026-03-01 19:20 UTC"."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else datetime.fromtimestamp(at, UTC)
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def soon(at: float) -> str:
    """A moment to come, in seconds since the epoch: "19:12:05 UTC", or with its date if that is another day."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment:%H:%M:%S} UTC" if moment.date() == datetime.now(UTC).date() else time_of(at)


def requests_line(requests: int, waited: float) -> str:
    """What a step used: "1 request; waited 3.5 s for permits"; waits below a second are left out.

    Requests may wait side by side, so their waits add up to more than the step took.
    """
    of_all = ", summed over parallel requests" if requests > 1 else ""
    waits = f"; waited {waited:.1f} s for permits{of_all}" if waited >= 1 else ""
    return f"{counted(requests, 'request')}{waits}"


def reasons_of(rejects: Iterable[tuple[int, str]]) -> str:
    """Why rows were rejected, the commonest reasons first, each with its count and first rows.

    Args:
        rejects: Row number and reason of each.
    """
    rows: dict[str, list[int]] = {}
    for row, reason in rejects:
        rows.setdefault(reason, []).append(row)
    commonest = sorted(rows.items(), key=lambda one: -len(one[1]))[:5]
    return "; ".join(reason_line(reason, len(found), sorted(found)[:3]) for reason, found in commonest)


def reason_line(reason: str, count: int, rows: list[int]) -> str:
    """A reason with its count and first rows: "2 x no phone number (rows 4, 17)"."""
    if not rows:
        return f"{count} x {reason}"
    more = ", …" if count > len(rows) else ""
    return f"{count} x {reason} ({'row' if count == 1 else 'rows'} {', '.join(map(str, rows))}{more})"
