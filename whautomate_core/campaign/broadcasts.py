"""A broadcast under one key is created once, however often its step runs.

There is no idempotency key in the API, so the name carries a short form of the key: who comes again finds it by name.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.api import broadcasts, segments
from whautomate_core.campaign.segments import find_segment
from whautomate_core.client import Client
from whautomate_core.errors import ConfigurationError, InvalidRequest, OutcomeUnknown, UnexpectedResponse
from whautomate_core.once import send_once
from whautomate_core.records import Broadcast, Template, body

log = logging.getLogger(__name__)

# How long to look for a broadcast whose creation got no answer: seconds before each look. A search may see a
# new record late, and the server may still be at work when we have given up waiting for it.
_PATIENCE = (0.0, 5.0, 15.0, 30.0)


def broadcast_name(name: str, key: str) -> str:
    """The name under which a broadcast stands at the vendor: `name` and a short form of `key`."""
    if not name.strip() or not key.strip():
        raise ConfigurationError("a broadcast needs a name and a key")
    return f"{name.strip()} {hashlib.sha256(key.encode()).hexdigest()[:10]}"


def create_broadcast_once(
    client: Client,
    name: str,
    key: str,
    template: Template,
    *,
    segment_name: str | None = None,
    segment_id: str | None = None,
    body_parameters: Sequence[str] = (),
    schedule_at: datetime | None = None,
    hold_minutes: float = 5.0,
    location_id: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> tuple[dict[str, Any], bool]:
    """Create the broadcast of `key`, or find it where it was created before.

    The segment must exclude everybody who opted out. It is always scheduled explicitly, at `schedule_at` or
    `hold_minutes` from now: what leaving the time out does is not documented.

    Returns: `id` and `name` of the broadcast, and whether this call created it.

    Raises: `PolicyRefused`; `InvalidRequest` where the broadcast of this key has another template or segment;
        `OutcomeUnknown` where its creation got no answer and it can't be seen: it is then never sent again by itself.
    """
    if (segment_name is None) == (segment_id is None):
        raise ConfigurationError("name the audience by either segment_name or segment_id")
    if schedule_at is not None and schedule_at.tzinfo is None:
        raise ConfigurationError("schedule_at has no time zone: give an aware datetime")
    if hold_minutes < 0:
        raise ConfigurationError("hold_minutes must not be negative")
    if isinstance(body_parameters, str):
        raise ConfigurationError("body_parameters must be a list of texts, one a placeholder")
    if not all(body(Template, template).values()):
        raise ConfigurationError("template needs its name and its language")
    location = location_id or client.account.location_id
    full_name = broadcast_name(name, key)
    segment = find_segment(client, segment_name) if segment_name else client.send(segments.get_segment(str(segment_id)))
    wanted: Any = {
        "name": full_name,
        # Seen is only "client" (official page), for clients; that contacts are "contact" is inferred from segments.
        "type": segment.get("type", "contact"),
        "segments": [{"id": segment["id"]}],
        "template": dict(template),
        **({"bodyTextParameters": list(body_parameters)} if body_parameters else {}),
        **({"location": {"id": location}} if location else {}),
    }
    # The time is worked out last and is no part of what is compared: it depends on when the step runs.
    at = schedule_at or clock() + timedelta(minutes=hold_minutes)
    scheduled: Any = {**wanted, "scheduleDateTime": _utc(at)}
    call = broadcasts.create_broadcast(scheduled)

    def find(patiently: bool) -> Broadcast | None:
        found = _find_patiently(client, full_name, sleep) if patiently else _find(client, full_name)
        return None if found is None else _same(found, wanted)

    def result(broadcast: Broadcast) -> dict[str, Any]:
        if not broadcast.get("id"):
            # An answer without an id is none; the name tells which it is.
            broadcast = find(True) or broadcast
        return {"id": broadcast.get("id"), "name": full_name}

    if schedule_at is not None and schedule_at < clock() and find(False) is None:
        raise InvalidRequest("schedule_at has passed: nothing is sent")
    try:
        made, created = send_once(client, key, call, result, find=find, payload=wanted)
    except OutcomeUnknown as error:
        raise OutcomeUnknown(
            f"{error}. No broadcast named {full_name!r} can be seen after {sum(_PATIENCE):.0f} s: look for it at "
            "Whautomate before you run this step again",
            status=error.status,
        ) from None
    if not made["id"]:
        raise UnexpectedResponse(f"the answer to the creation of {full_name!r} has no id, and it can't be found")
    log.info("broadcast %s %s", made["id"], f"created, scheduled for {_utc(at)}" if created else "was there already")
    return made, created


def _find(client: Client, full_name: str) -> Broadcast | None:
    # All pages and not `searchText`, which may see a new broadcast late: a retry would then send it again.
    call = broadcasts.list_broadcasts()
    found = [b for page in client.pages(call) for b in page if b.get("name") == full_name]
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} broadcasts named {full_name!r}: delete all but one at Whautomate")
    return found[0] if found else None


def _find_patiently(client: Client, full_name: str, sleep: Callable[[float], None]) -> Broadcast | None:
    for seconds in _PATIENCE:
        sleep(seconds)
        found = _find(client, full_name)
        if found is not None:
            return found
    return None


def _same(found: Broadcast, wanted: dict[str, Any]) -> Broadcast:
    different = [
        key for key in ("template", "segments", "bodyTextParameters") if key in found and found[key] != wanted.get(key)
    ]
    if different:
        raise InvalidRequest(
            f"the broadcast of this key is there with another {' and '.join(different)}: "
            "what was sent can't be changed, and a new one needs another key"
        )
    return found


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
