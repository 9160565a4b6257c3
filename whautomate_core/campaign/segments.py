"""Whom a broadcast reaches."""

from __future__ import annotations

from typing import Any

from whautomate_core.api import segments
from whautomate_core.client import Client
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.once import make_once
from whautomate_core.prepare import tags_of
from whautomate_core.records import Segment, SegmentCriteria, body


def ensure_segment(
    client: Client, name: str, criteria: SegmentCriteria, *, location_id: str | None = None, type: str = "contact"
) -> Segment:
    """The segment of that name, made where there is none. The opt-out tags are added to its `exclusionTags`.

    Raises: `InvalidRequest` where a segment of that name has other criteria, or several do; `OutcomeUnknown` where
        the answer to its creation was lost and it is not there to be seen.
    """
    location = client.account.require_location(location_id)
    if type not in ("contact", "client"):
        raise ConfigurationError(f"type must be contact or client, not {type!r}")
    given = body(SegmentCriteria, criteria)
    if not any(value not in (None, "", [], {}) for name, value in given.items() if name != "exclusionTags"):
        raise ConfigurationError("criteria choose nobody in particular, so everybody: name tags, a stage or the like")
    excluded = list(dict.fromkeys([*(given.get("exclusionTags") or []), *_opt_out_tags(client, type)]))
    wanted: SegmentCriteria = {**criteria, "exclusionTags": excluded}
    make = segments.create_segment({"name": name, "type": type, "criteria": wanted, "location": {"id": location}})
    found: list[Any] = _named(client, name, location)
    if not found:
        look = lambda: next(iter(_named(client, name, location)), None)  # noqa: E731
        found = [make_once(client, make, f"segment/{location}/{name}", look, segments.get_segment)[0]]
    different = [segment for segment in found if _differs(segment, wanted, type)]
    if different:
        raise InvalidRequest(
            f"segment {name!r} is there with other criteria ({_shown(different[0].get('criteria'))}, wanted "
            f"{_shown(wanted)}); segments can't be changed by the API: take another name, or delete it"
        )
    segment: Segment = found[0]
    return segment


def find_segment(client: Client, name: str) -> Segment:
    """The one segment of that name. Raises `NotFound`, `InvalidRequest` where there are several."""
    found = _named(client, name)
    if not found:
        raise NotFound(f"there is no segment named {name!r}")
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} segments named {name!r}: name one by segment_id")
    return found[0]


def _opt_out_tags(client: Client, kind: str) -> list[str]:
    names = (tag["name"] for page in client.pages(tags_of(kind)) for tag in page if tag.get("name"))
    return client.account.policy.spellings(names)


def _named(client: Client, name: str, location_id: str | None = None) -> list[Segment]:
    # All pages and not `searchText`: how it matches is not documented, nor whether it sees new records at once.
    found = [s for page in client.pages(segments.list_segments()) for s in page if s.get("name") == name]
    return [segment for segment in found if location_id in (None, _location_of(segment, location_id))]


def _location_of(segment: Segment, unknown: str | None) -> str | None:
    location = segment.get("location")
    return location["id"] if location else unknown


def _differs(segment: Segment, wanted: SegmentCriteria, type: str) -> bool:
    return segment.get("type") != type or _comparable(segment.get("criteria")) != _comparable(wanted)


def _comparable(criteria: Any) -> dict[str, Any]:
    given = {key: value for key, value in (criteria or {}).items() if value not in (None, "", [], {})}
    return {key: sorted(value, key=str) if isinstance(value, list) else value for key, value in given.items()}


def _shown(criteria: Any) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(_comparable(criteria).items())) or "none"
