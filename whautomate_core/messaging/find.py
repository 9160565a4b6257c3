"""Finding a broadcast by its name, and comparing it with what was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from whautomate_core.api import broadcasts
from whautomate_core.api.call import Json
from whautomate_core.api.records import Broadcast
from whautomate_core.client.client import Client
from whautomate_core.errors import InvalidRequest, KeyTaken
from whautomate_core.values.times import instant

PATIENCE = (0.0, 5.0, 15.0, 30.0)
"""Seconds to wait before each search for a broadcast whose creation got no answer. A search may show a new record late,
and the server may still be at work after we stopped waiting for it."""


def find_patiently(
    client: Client, full_name: str, patience: tuple[float, ...], sleep: Callable[[float], object]
) -> Broadcast | None:
    for seconds in patience:
        sleep(seconds)
        found = _find(client, full_name)
        if found is not None:
            return found
    return None


def _find(client: Client, full_name: str) -> Broadcast | None:
    # Reads all pages instead of using `searchText`, which may show a new broadcast late: a retry would send it again.
    return named((one for page in client.pages(broadcasts.list_broadcasts()) for one in page), full_name)


def named(listed: Iterable[Broadcast], full_name: str) -> Broadcast | None:
    found = [one for one in listed if one.get("name") == full_name]
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} broadcasts named {full_name!r}: delete all but one at Whautomate")
    return found[0] if found else None


def same(found: Broadcast, wanted: Json) -> Broadcast:
    different = differing(found, wanted)
    if different:
        raise KeyTaken(
            f"a broadcast of this key exists with another {' and '.join(different)}. "
            "What was sent can't be changed; to send something new, use another key"
        )
    return found


def differing(there: Mapping[str, Any], wanted: Json) -> list[str]:
    """The fields whose values differ from what was sent. Fields that the broadcast doesn't show are not compared."""
    return [
        name for name, value in wanted.items() if name in there and _plain(name, there[name]) != _plain(name, value)
    ]


def _plain(name: str, value: Any) -> Any:
    """A field in comparable form: the server adds to references, and formats times its own way."""
    if name == "scheduleDateTime":
        return instant(value) or value
    if name == "segments":
        return sorted(str(one.get("id")) for one in value or [])
    if name == "template" and isinstance(value, dict):
        return value.get("name"), value.get("language")
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if name == "retargetEngagementType":
        return str(value).casefold()
    return value
