"""What broadcasts, appointments, classes, availability blocks and free slots show by being read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.doctor.people import ask_dates, location_of
from whautomate_core.doctor.probe import Probe, a_page
from whautomate_core.doctor.words import HIDDEN, shown
from whautomate_core.values.codes import CODES, code_of, has_failed, read_code

_BLOCK = {"id", "staffId", "reason", "startDate", "endDate", "startTime", "endTime", "createdAt", "updatedAt"}
_ERRORS = {
    "text": "a text that names WhatsApp's code",
    "words": "a text without a code",
    "code": "the code alone",
    "object": "an object",
    "none": "empty",
}
"""What the error of a line that failed may be."""
_ZONES = ("UTC", "Asia/Kathmandu")
_BETWEEN = timedelta(hours=5, minutes=45)
"""How much later clocks in the second zone are. No usual length of a slot divides it."""


def ask_broadcasts(probe: Probe, broadcasts: list[Json]) -> None:
    """Look at the logs of a few broadcasts that have ended, until one shows an error."""
    _note_statuses(probe, "statuses", broadcasts)
    ended = [one for one in broadcasts if one.get("completedAt")]
    lines: list[Json] = []
    problem = ""
    for one in ended[: probe.left]:
        answer = probe.ask(a_page("/v1/broadcasts/{}/logs", of=one["id"], page=1, limit=PAGE_SIZE))
        lines, problem = lines + answer.records, problem or answer.problem
        if any(map(has_failed, lines)):
            break
    _note_statuses(probe, "log_statuses", lines)
    failed = [line for line in lines if has_failed(line)]
    forms = sorted({_error_form(line.get("error")) for line in failed})
    codes = sorted({code_of(line) or "" for line in failed} & {*CODES})
    found = " and ".join(_ERRORS[one] for one in forms) + (f"; codes: {', '.join(codes)}" if codes else "")
    unknown = problem or f"no failure among {len(lines)} lines of broadcasts that have ended"
    probe.note("log_error", found or f"unknown: {unknown}", " and ".join(forms) or None)


def ask_appointments(probe: Probe, appointments: list[Json]) -> None:
    seen = _note_statuses(probe, "statuses", appointments)
    value = "Rescheduled" if "Rescheduled" in seen else None
    probe.note("rescheduled_status", value or "unknown: no appointment has the status Rescheduled", value)
    _ask_booking_dates(probe, appointments)


def ask_classes(probe: Probe, classes: list[Json]) -> None:
    _note_statuses(probe, "statuses", classes)
    _ask_booking_dates(probe, classes)


def ask_staffs(probe: Probe, staffs: list[Json]) -> None:
    """Look for an availability block of a few members of staff."""
    looked = 0
    for one in staffs[: probe.left]:
        blocks = probe.ask(a_page("/v1/staffs/{}/availabilityBlocks", of=one["id"]))
        looked += 1
        if blocks.records:
            fields = sorted({shown(name) for name in blocks.records[0]})
            return probe.note("block_fields", ", ".join(fields), fields, differs=not set(fields) <= _BLOCK)
        if blocks.problem:
            return probe.note("block_fields", f"unknown: {blocks.problem}")
    found = f"none of {looked} members of staff has a block" if looked else "no staff"
    return probe.note("block_fields", f"unknown: {found}")


def ask_services(probe: Probe, services: list[Json]) -> None:
    """Ask for free slots of a few services, and of the first that has some in two time zones."""
    days: list[list[Json]] = []
    day = datetime.fromtimestamp(probe.server_date or time.time(), UTC).date() + timedelta(days=1)
    offered = [one for one in services if one.get("serviceType", "APPOINTMENT") == "APPOINTMENT"
               and one.get("active") is not False]  # fmt: skip
    for one in offered:
        if probe.left < len(_ZONES):
            break
        query = {"serviceId": str(one["id"]), "date": str(day), "nextThreeDays": "true"}
        if place := location_of(probe, [one], "location"):
            query["locationId"] = place
        days = [probe.ask(a_page("/v1/appointments/slots", **query, timezone=_ZONES[0])).records]
        if _times(days[0]):
            days.append(probe.ask(a_page("/v1/appointments/slots", **query, timezone=_ZONES[1])).records)
            break
    unknown = "unknown: no service with free slots"
    value, found = _slot_times(*days) if len(days) > 1 else (None, unknown)
    probe.note("slot_times", found, value)
    count = _count_days(day, days[0]) if len(days) > 1 else None
    probe.note("next_three_days", str(count) if count else unknown, count)


def _ask_booking_dates(probe: Probe, bookings: list[Json]) -> None:
    ask_dates(probe, bookings, "booking_dates", "date", {"created": "the day of booking", "held": "the day it is held"})


def _note_statuses(probe: Probe, question: str, records: Iterable[Json]) -> list[str]:
    """Note the statuses of records, as far as they may be shown."""
    seen = sorted({shown(str(one["status"])) for one in records if one.get("status")})
    words = ", ".join("others that are not shown" if one == HIDDEN else one for one in seen)
    probe.note(question, words or "unknown: no record has one", seen or None)
    return seen


def _error_form(error: Any) -> str:
    """The form of an error in a log, as in `_ERRORS`."""
    if not error:
        return "none"
    if isinstance(error, dict):
        return "object"
    if str(error).isdecimal():
        return "code"
    return "text" if read_code(error) else "words"


def _times(days: Iterable[Json]) -> set[str]:
    slots = [slot for one in days for slot in one.get("slots") or [] if isinstance(slot, dict)]
    return {str(slot["startTime"]) for slot in slots if slot.get("startTime")}


def _slot_times(first: list[Json], second: list[Json]) -> tuple[str | None, str]:
    """What slots show that were asked for in two time zones."""
    times, others = _times(first), _times(second)
    if all(re.fullmatch(r"\d{1,2}:\d\d ?[AaPp][Mm]", one) for one in times):
        return "clock", "as a booking takes them: 04:39 PM"
    if not all(one.endswith("Z") and _read(one) for one in times | others):
        return "other", "neither ISO times with a Z nor 04:39 PM"
    instants, later = {_read(one) for one in times}, {_read(one) for one in others}
    same = len(instants & later)
    moved = len({at + _BETWEEN for at in instants if at} & later)
    if moved > same:
        return "wall", "wall time of the zone that was asked for, with a false Z"
    if same > moved and all(one.get("timezone") == _ZONES[1] for one in second):
        return "utc", "UTC"
    return None, "unknown: two time zones give the same times, so timezone may be ignored"


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _count_days(first: date, days: Iterable[Json]) -> int | None:
    """The days from the one that was asked for to the last that the answer names; None if that is too few to tell."""
    named = [
        date.fromisoformat(str(one["date"])[:10]) for one in days if re.match(r"\d{4}-\d\d-\d\d", str(one.get("date")))
    ]
    count = (max(named) - first).days + 1 if named else 0
    return count if count >= 3 else None


ASKS: dict[str, Callable[[Probe, list[Json]], None]] = {
    "broadcasts": ask_broadcasts,
    "appointments": ask_appointments,
    "classes": ask_classes,
    "staffs": ask_staffs,
    "services": ask_services,
}
"""As `people.ASKS`."""
