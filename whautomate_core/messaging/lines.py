"""What the jobs of segments, broadcasts and messages say of their results in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.values.lines import ENDS, describe_rows
from whautomate_core.values.redaction import shown_id
from whautomate_core.values.words import counted, time_of

describe_messages = describe_rows(
    {
        "sent": "sent",
        "unchanged": "already sent before",
        "protected": "not sent because they opted out, asked to be forgotten or are not listed",
        **ENDS,
    }
)


def describe_segment(result: Mapping[str, Any]) -> str:
    """The line of `ensure_segment`."""
    did = "created" if result["created"] else "already there; nothing sent"
    return f"segment {result['name']} ({result['id']}) {did}{_anywhere(result)}"


def _anywhere(result: Mapping[str, Any]) -> str:
    return "; it has no location, so it may hold people of all locations" if result["any_location"] else ""


def describe_audience(result: Mapping[str, Any]) -> str:
    """The line of `ensure_audience`."""
    people, out = counted(result["people"], "contact"), result["opted_out"]
    left_out = f", {out} left out because they opted out" if out else ""
    tagged = f"{result['tagged']} of them newly tagged"
    return f"segment {result['name']} ({result['id']}): {people}, {tagged}{left_out}{_anywhere(result)}"


def describe_broadcast(result: Mapping[str, Any]) -> str:
    """The line of `broadcast`, with the figures of its delivery where it waited for them."""
    named = f"broadcast {result['name']} ({result['id']})"
    if "delivered" in result:
        return f"{named}: {delivered(result)}{_suppressed(result)}"
    if not result["created"]:
        return f"{named} already created {_by(result)}; nothing sent"
    return (
        f"{named} created for up to {counted(result['recipients'], 'recipient')}, starts at {time_of(result['start'])}"
    )


def _by(result: Mapping[str, Any]) -> str:
    by = f" by {result['created_by']}" if result.get("created_by") else ""
    return f"at {time_of(result['created_at'])}{by}" if result.get("created_at") else "before"


def _named(id: str) -> str:
    return f"broadcast {shown_id(id, of_person=False)}"


def delivered(figures: Mapping[str, Any]) -> str:
    """The figures of a broadcast: "5 of 5 delivered, 0 not delivered"."""
    return f"{figures['delivered']} of {figures['recipients']} delivered, {figures['undelivered']} not delivered"


def describe_end(figures: Mapping[str, Any]) -> str:
    """The line of a wait for a broadcast that ended: its figures, and what became of people who stopped marketing."""
    return f"{_named(figures['id'])} is {figures['status']}: {delivered(figures)}{_suppressed(figures)}"


def _suppressed(figures: Mapping[str, Any]) -> str:
    found = figures.get("suppressed") or {}
    stopped = sum(found.values())
    return f"; {_stopped(stopped, found)}" if stopped else ""


def _stopped(stopped: int, found: Mapping[str, Any]) -> str:
    missing = f", {found['missing']} not found" if found["missing"] else ""
    return (
        f"{counted(stopped, 'recipient')} stopped marketing (131050): {found['tagged']} newly given the opt-out tag, "
        f"{found['unchanged']} had it{missing}"
    )


def describe_plan(result: Mapping[str, Any]) -> str:
    """The line of `plan_broadcast`."""
    cost = f", cost {result['cost']:g}" if result.get("cost") is not None else ""
    kind = f"{result['category']} " if result["category"] else ""
    return (
        f"plan of {kind}broadcast {result['name']}: up to {counted(result['recipients'], 'recipient')}, "
        f"start at {time_of(result['start'])}{cost}; nothing sent{''.join(f'. {one}' for one in result['notes'])}"
    )


def plan_in_words(plan: Mapping[str, Any]) -> str:
    """A plan as Markdown for the person who approves it."""
    template, values = plan["template"], sum(plan["parameters"].values())
    filled = f", filled with {counted(values, 'value')}" if values else ""
    left_out = [f"{count} with the tag {tag}" for tag, count in plan["excluded"].items() if count]
    cost = "not known" if plan["cost"] is None else f"at most {plan['cost']:g}"
    last = plan["last_recipients"]
    lines = [
        *([f"Already sent: {plan['sent_before']}"] if plan["sent_before"] else []),
        f"Template: {template.get('name')} ({template.get('language')}){filled}",
        f"Category: {plan['category'] or 'not known'}",
        f"Recipients: up to {plan['recipients']}, of {' and '.join(map(str, plan['segments'])) or 'no segment'}",
        f"Left out: {', '.join(left_out) or 'nobody'}",
        f"Starts: {time_of(plan['start'])}",
        f"Cost: {cost}",
        f"Last broadcast of this name: {'none' if last is None else counted(last, 'recipient')}",
        *(f"Note: {one}" for one in plan["notes"]),
    ]
    # One line each: a name with a line break must not look like another line of the plan.
    parts = (" ".join(line.split()).partition(": ") for line in lines)
    return "\n".join(f"- **{head}:** {rest}" for head, _, rest in parts)


def describe_cancelled(result: Mapping[str, Any]) -> str:
    """The line of `cancel_broadcast`."""
    named = _named(result["id"]) if result["id"] else "broadcast"
    return f"{named} cancelled" if result["cancelled"] else f"{named} not cancelled: {result['why']}"


def describe_suppressed(result: Mapping[str, Any]) -> str:
    """The line of `suppress_unreachable`."""
    stopped = _stopped(result["stopped"], result)
    return f"{_named(result['broadcast_id'])}: {stopped}; {result['unreachable']} can't be reached"


def describe_failed(result: Mapping[str, Any]) -> str:
    """The line of `failed_recipients`."""
    return (
        f"{_named(result['broadcast_id'])}: {counted(result['undelivered'], 'recipient')} failed, of whom "
        f"{counted(len(result['contacts']), 'contact')} may be tried again now, {result['later']} later and "
        f"{result['never']} not at all"
    )
