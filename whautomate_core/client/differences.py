"""Writing only what differs. A PUT of what is there already costs requests, and may trigger automations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Call, Json, merge

if TYPE_CHECKING:
    from whautomate_core.client.client import Client


def differing(wanted: Mapping[str, Any], record: Mapping[str, Any]) -> Json:
    """The fields of `wanted` that a record doesn't hold yet, `customFields` key by key.

    The server may answer with more than was sent (`{"id": ...}` gets a name), in another order, with numbers as text,
    and without empty fields. None of that counts as a difference.
    """
    changes = {key: value for key, value in wanted.items() if not _holds(record.get(key), value)}
    if isinstance(wanted.get("customFields"), dict) and "customFields" in changes:
        changes["customFields"] = differing(wanted["customFields"], record.get("customFields") or {})
    return changes


def _holds(held: Any, wanted: Any) -> bool:
    if wanted in (None, "", [], {}):
        return held in (None, "", [], {})
    if isinstance(wanted, Mapping):
        return isinstance(held, Mapping) and all(_holds(held.get(key), value) for key, value in wanted.items())
    if isinstance(wanted, (list, tuple)):
        if not isinstance(held, (list, tuple)) or len(held) != len(wanted):
            return False
        rest = list(held)
        for value in wanted:
            place = next((number for number, one in enumerate(rest) if _holds(one, value)), None)
            if place is None:
                return False
            del rest[place]
        return True
    return bool(held == wanted) or (held is not None and str(held) == str(wanted))


def write_differing(
    client: Client,
    call: Call[Any],
    fields: Json,
    compare: Callable[[Mapping[str, Any], Mapping[str, Any]], Json] = differing,
) -> bool:
    """Send a PUT of fields if the record, read directly before, doesn't hold them. Returns whether it was sent.

    Args:
        call: The PUT.
        fields: What the record should hold.
        compare: fields, record -> those that differ. It may refuse them by raising.
    """
    sent = False

    def remaining_body(record: Json) -> Json | None:
        nonlocal sent
        changes = compare(fields, record)
        if not changes:
            return None
        sent = True  # it stays so if a repetition finds that it has happened
        return merge(record, changes)

    client.send(replace(call, remaining_body=remaining_body))
    return sent
