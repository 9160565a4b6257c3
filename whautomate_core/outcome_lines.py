"""The line that a step ends with: what happened, in one sentence.

Operators, tasks and commands log it last. It is made of what a step returns, so it holds ids, counts, times, paths and
the names of segments, broadcasts and tags; nothing about people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Call
from whautomate_core.values.redaction import shown_id
from whautomate_core.values.words import counted, time_of

if TYPE_CHECKING:
    from whautomate_core.state.claims import Claim


def made(claim: Claim) -> str:
    """When, and by which run, the call of a claim was sent."""
    return f"at {time_of(claim.made_at)}{f' by {claim.run}' if claim.run else ''}"


# --- endpoints

_NOUNS = {
    "get_account_info": "account",
    "list_appointment_slots": "day of slots",
    "list_broadcast_logs": "log entry",
    "list_class_participants": "participant",
    "list_client_class_bookings": "class booking",
    "list_contact_messages": "message",
    "list_staffs": "member of staff",
    "get_staff": "member of staff",
}
"""What an endpoint is about, where its name doesn't say so."""

_VERBS = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "get": "read",
    "book": "booked",
    "reschedule": "rescheduled",
    "cancel": "cancelled",
    "send": "sent",
}

_CHANNELS = {"whatsapp": "WhatsApp", "messenger": "Messenger", "instagram": "Instagram", "telegram": "Telegram"}


def endpoint_line(
    endpoint: str, call: Call[Any], result: Any, *, did: bool = True, earlier: Claim | None = None
) -> str:
    """What an endpoint did.

    Args:
        endpoint: Name of its function: `update_contact`.
        call: What was sent.
        result: What the step returns: a record or its summary, a list of records, or `path` and `records`.
        did: Whether there was anything to send: tag calls look first what is missing (`call.watched`).
        earlier: The claim of the attempt that sent it before, where this one sent nothing.
    """
    verb, _, rest = endpoint.partition("_")
    noun = _NOUNS.get(endpoint) or (_singular if verb == "list" else str)(rest.removeprefix("staff_")).replace("_", " ")
    written = isinstance(result, Mapping) and {"path", "records"} <= result.keys()
    if verb == "list":
        found = counted(result["records"] if written else len(result), noun)
        of = f" of {_PARENTS[call.path.split('/{}')[0].rpartition('/')[2]]} {call.ids[-1]}" if call.ids else ""
        return f"{found}{of} written to {result['path']}" if written else f"{found}{of} read"
    id = result.get("id") if isinstance(result, Mapping) else None
    if verb in ("add", "remove"):
        return _tags_line(verb, call, did) if "tags" in rest else _seat_line(verb, call, earlier)
    if verb == "send":
        channel, _, kind = rest.partition("_")
        noun = f"{_CHANNELS[channel]} {kind} message"
    named = " ".join(filter(None, (noun, str(id or next(reversed(call.ids), "")))))
    if written:
        return f"{named} written to {result['path']}"
    return _done(named, _VERBS[verb], earlier)


_PARENTS = {
    "broadcasts": "broadcast", "classes": "class", "clients": "client", "messages": "contact",
    "staffs": "member of staff",
}  # fmt: skip


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name.removesuffix("es") if name.endswith("sses") else name.removesuffix("s")


def _tags_line(verb: str, call: Call[Any], did: bool) -> str:
    kind = call.path.split("/")[2].removesuffix("s")
    names = (call.body or {}).get("tags") or []
    tags = f"the {'tag' if len(names) == 1 else 'tags'} {', '.join(names)}"
    done, already = ("now has", "already had") if verb == "add" else ("no longer has", "did not have")
    has = done if did else already
    return f"{kind} {call.ids[-1]} {has} {tags}{'' if did else '; nothing sent'}"


def _seat_line(verb: str, call: Call[Any], earlier: Claim | None) -> str:
    done = "added to" if verb == "add" else "removed from"
    return _done("1 participant", f"{done} class {call.ids[-1]}", earlier)


def _done(what: str, done: str, earlier: Claim | None) -> str:
    return f"{what} {done}" if earlier is None else f"{what} already {done} {made(earlier)}; nothing sent"


# --- jobs


def job_line(job: str, result: Mapping[str, Any]) -> str:
    """What a job did.

    Args:
        job: Name of its function: `sync_contacts`.
        result: What it returned.
    """
    if result.get("skipped"):
        return f"skipped: {result['skipped']}; nothing sent"
    return JOBS[job](result)


def _rows(outcomes: Mapping[str, str], beside: Mapping[str, str]) -> Callable[[Mapping[str, Any]], str]:
    """The line of a job over rows: how many came to what, then what else was done. Zeros are left out."""

    def line(result: Mapping[str, Any]) -> str:
        def said(words: Mapping[str, str]) -> str:
            return ", ".join(_said(result[name], word) for name, word in words.items() if result.get(name))

        found, more = said(outcomes), said(beside)
        nothing = "nothing was done" if result["rows"] else "nothing to do"
        return f"{counted(result['rows'], 'row')}: {found or nothing}{f'; {more}' if more else ''}"

    return line


def _said(count: int, words: str) -> str:
    """How many came to what; `category+ created` has a noun, which follows the number."""
    noun, plus, done = words.partition("+")
    return f"{counted(count, noun)}{done}" if plus else f"{count} {words}"


_ENDS = {
    "rejected": "rejected",
    "folded": "superseded by a later row",
    "failed": "failed",
    "unsettled": "with an unknown outcome",
}

_sync_done = _rows(
    {
        "created": "created",
        "updated": "updated",
        "unchanged": "unchanged",
        "missing": "not found",
        "existing": "already there",
        "withheld": "not created because they opted out or asked to be forgotten",
        **_ENDS,
    },
    {
        "tagged": "tagged",
        "untagged": "untagged",
        "protected": "not tagged because they opted out or asked to be forgotten",
        "deleted": "deleted",
        "suppressed": "given the opt-out tag",
    },
)

_tag_done = _rows(
    {
        "tagged": "tagged",
        "already": "already tagged",
        "protected": "not tagged because they opted out or asked to be forgotten",
        "no_consent": "not tagged without consent",
        "missing": "not found",
        **_ENDS,
    },
    {"untagged": "untagged", "kept": "kept the tag because rows were rejected"},
)

_PLANNED = {
    "to_create": "to create",
    "to_update": "to update",
    "to_compare": "to compare",
    "unchanged": "unchanged",
    "tags_to_add": "to tag",
    "tags_to_remove": "to untag",
    "to_delete": "to delete",
    "protected": "left alone because they opted out or asked to be forgotten",
    "rejected": "rejected",
    "folded": "superseded by a later row",
}


def planned(counts: Mapping[str, Any]) -> str:
    """The counts of a plan: "3 to create, 1 superseded by a later row"."""
    return ", ".join(f"{counts[name]} {word}" for name, word in _PLANNED.items() if counts.get(name)) or "nothing to do"


def _people(done: Callable[[Mapping[str, Any]], str]) -> Callable[[Mapping[str, Any]], str]:
    def line(result: Mapping[str, Any]) -> str:
        plan = result.get("plan")
        if plan is None:
            return done(result)
        head = f"plan for {counted(result['rows'], 'row')}: {planned(plan)}"
        if not plan["requests_to_come"]:
            return f"{head}; nothing to send"
        requests = counted(plan["requests_to_come"], "request")
        return f"{head}; at least {requests}, about {plan['minutes']:g} min; nothing sent"

    return line


_SAME = {"protected": "left alone because they opted out or asked to be forgotten", **_ENDS}

_services = _rows(
    {"created": "created", "updated": "updated", "unchanged": "unchanged", **_SAME},
    {"categories": "category+ created"},
)

_classes = _rows(
    {"created": "created", "updated": "updated", "unchanged": "unchanged", **_SAME},
    {"deleted": "deleted", "kept": "no longer in the rows, but kept"},
)

_participants = _rows(
    {
        "booked": "booked",
        "waitlisted": "put on the waitlist",
        "there": "already booked",
        "full": "left out because the class is full",
        "missing": "not found",
        **_SAME,
    },
    {"removed": "removed", "kept": "no longer in the rows, but kept"},
)

_staff_blocks = _rows(
    {"added": "added", "there": "already there", "past": "in the past, too far ahead or without a length", **_SAME},
    {"removed": "removed", "kept": "no longer in the rows, but kept"},
)

_messages = _rows(
    {
        "sent": "sent",
        "already": "already sent before",
        "opted_out": "not sent because they opted out, asked to be forgotten or are not listed",
        "rejected": "rejected",
        "unsettled": "with an unknown outcome",
        "doubles": "duplicate+",
    },
    {},
)


def _opt_outs(result: Mapping[str, Any]) -> str:
    who = f"{counted(result['contacts'], 'contact')} and {counted(result['clients'], 'client')} opted out"
    return f"{who}; {_export(result)}"


def _export(result: Mapping[str, Any]) -> str:
    return f"{counted(result['records'], 'record')} written to {result['path']}"


def _found(kind: str) -> Callable[[Mapping[str, Any]], str]:
    def line(result: Mapping[str, Any]) -> str:
        if result["id"] is None:
            return f"no {kind} found"
        others = result.get("doubles")
        return f"{kind} {result['id']} found{f'; {counted(others, kind)} more with the same number' if others else ''}"

    return line


def _changed(noun: str, done: str, already: str) -> Callable[[Mapping[str, Any]], str]:
    def line(result: Mapping[str, Any]) -> str:
        at = f" to {time_of(result['start'])}" if result.get("start") and result["changed"] else ""
        return f"{noun} {result['id']} " + (f"{done}{at}" if result["changed"] else f"{already}; nothing sent")

    return line


def _upserted(noun: str) -> Callable[[Mapping[str, Any]], str]:
    def line(result: Mapping[str, Any]) -> str:
        did = "created" if result["created"] else "updated" if result["changed"] else "unchanged; nothing sent"
        return f"{noun} {result['id']} {did}"

    return line


def _segment(result: Mapping[str, Any]) -> str:
    did = "created" if result["created"] else "already there; nothing sent"
    return f"segment {result['name']} ({result['id']}) {did}"


def _audience(result: Mapping[str, Any]) -> str:
    people, out = counted(result["people"], "contact"), result["opted_out"]
    left_out = f", {out} left out because they opted out" if out else ""
    return f"segment {result['name']} ({result['id']}): {people}, {result['tagged']} of them newly tagged{left_out}"


def _broadcast(result: Mapping[str, Any]) -> str:
    named = f"broadcast {result['name']} ({result['id']})"
    if "delivered" in result:
        return f"{named}: {delivered(result)}"
    if not result["created"]:
        return f"{named} already created {_by(result)}; nothing sent"
    return (
        f"{named} created for up to {counted(result['recipients'], 'recipient')}, starts at {time_of(result['start'])}"
    )


def _by(result: Mapping[str, Any]) -> str:
    by = f" by {result['created_by']}" if result.get("created_by") else ""
    return f"at {time_of(result['created_at'])}{by}" if result.get("created_at") else "before"


def delivered(figures: Mapping[str, Any]) -> str:
    """The figures of a broadcast: "5 of 5 delivered, 0 failed"."""
    return f"{figures['delivered']} of {figures['recipients']} delivered, {figures['undelivered']} failed"


def _plan(result: Mapping[str, Any]) -> str:
    cost = f", cost {result['cost']:g}" if result.get("cost") is not None else ""
    return (
        f"plan of broadcast {result['name']}: up to {counted(result['recipients'], 'recipient')}, "
        f"start at {time_of(result['start'])}{cost}; nothing sent"
    )


def _cancelled(result: Mapping[str, Any]) -> str:
    named = f"broadcast {shown_id(result['id'])}" if result["id"] else "broadcast"
    return f"{named} cancelled" if result["cancelled"] else f"{named} not cancelled: {result['why']}"


def _slot(result: Mapping[str, Any]) -> str:
    if result["id"] is None:
        return "no slot is free; nothing booked"
    what = f"appointment {result['id']}"
    staff = f" with member of staff {result['staff_id']}" if result.get("staff_id") else ""  # claims of 0.1 lack it
    at = f"for {time_of(result['start'])}{staff}"
    return f"{what} booked {at}" if result["booked"] else f"{what} already booked {at}; nothing sent"


JOBS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "sync_contacts": _people(_sync_done),
    "sync_clients": _people(_sync_done),
    "tag_contacts": _people(_tag_done),
    "tag_clients": _people(_tag_done),
    "export_opt_outs": _opt_outs,
    "find_contact": _found("contact"),
    "find_client": _found("client"),
    "set_contact_stage": _changed("contact", "moved to the stage", "already in the stage"),
    "set_contact_fields": _changed("contact", "updated", "unchanged"),
    "set_client_fields": _changed("client", "updated", "unchanged"),
    "ensure_segment": _segment,
    "ensure_audience": _audience,
    "plan_broadcast": _plan,
    "broadcast": _broadcast,
    "cancel_broadcast": _cancelled,
    "send_template_to_contacts": _messages,
    "book_slot": _slot,
    "reschedule_booking": _changed("appointment", "moved", "already at that time"),
    "cancel_booking": _changed("appointment", "cancelled", "already cancelled"),
    "export_appointments": _export,
    "export_classes": _export,
    "export_bookings": _export,
    "upsert_service": _upserted("service"),
    "upsert_class": _upserted("class"),
    "sync_services": _services,
    "sync_classes": _classes,
    "enrol_participants": _participants,
    "sync_staff_blocks": _staff_blocks,
}
"""Name of a job's function -> what it says of its result."""
