"""Segments: the audience of a broadcast, created if it doesn't exist."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from whautomate_core.api import contacts as contacts_api
from whautomate_core.api import segments
from whautomate_core.api.call import Json
from whautomate_core.api.check import body
from whautomate_core.api.lookups import location_id_of, tags_of
from whautomate_core.api.records import Segment, SegmentCriteria
from whautomate_core.client.guard import known
from whautomate_core.client.whole import require_agreed
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.job import job
from whautomate_core.messaging.lines import describe_audience, describe_segment
from whautomate_core.policy import numbers
from whautomate_core.values.words import counted

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)


@job("segments", describe_segment, reads=("{type}s",), writes=("segments/{name}",))
def ensure_segment(
    client: Client, name: str, criteria: SegmentCriteria, *, location_id: str | None = None, type: str = "contact"
) -> Json:
    """Create a segment at a location if it has none of that name. The opt-out tags are added to its `exclusionTags`.

    A segment without a location may hold people of all locations (white-label copies, evidence B), so one of that name
    is not taken for it.

    Returns: the segment; `created`, whether this call created it; `any_location`, whether it may hold people of all
        locations, because the server shows no location for it although it was created with one.

    Raises: `InvalidRequest` if a segment of that name has other criteria, or no location; `OutcomeUnknown` if the
        answer to its creation was lost and the segment can't be found.
    """
    location = str(client.account.require_location(location_id))
    if type not in ("contact", "client"):
        raise ConfigurationError(f"type must be contact or client, not {type!r}")
    given = body(SegmentCriteria, criteria)
    if not any(value not in (None, "", [], {}) for name, value in given.items() if name != "exclusionTags"):
        raise ConfigurationError(
            "criteria are empty, so the segment would hold everybody: name tags, a stage or other criteria"
        )
    excluded = list(dict.fromkeys([*(given.get("exclusionTags") or []), *opt_out_tags(client, type)]))
    wanted: SegmentCriteria = {**criteria, "exclusionTags": excluded}
    make = segments.create_segment({"name": name, "type": type, "criteria": wanted, "location": {"id": location}})
    key = f"segment/{location}/{name}"
    found: list[Any] = _at(client, name, location, key)
    created = False
    if not found:
        from whautomate_core.client.once import make_once

        looked = [found]  # it was read a moment ago

        def look() -> Segment | None:
            return next(iter(looked.pop() if looked else _at(client, name, location, key)), None)

        record, created = make_once(client, make, key, look, segments.get_segment)
        found = [record]
    different = [segment for segment in found if _differs(segment, wanted, type)]
    if different:
        raise InvalidRequest(
            f"segment {name!r} exists with other criteria ({_shown(different[0].get('criteria'))}) than wanted "
            f"({_shown(wanted)}). The API can't change segments: use another name, or delete the segment"
        )
    any_location = location_id_of(found[0]) is None
    if any_location:
        log.warning("%s, although it was created at location %s", _anywhere(found[0]), location)
    return {**found[0], "created": created, "any_location": any_location}


@job("segments", describe_audience, lane="bulk", reads=("contacts",), writes=("contacts", "segments/tag {tag}"))
def ensure_audience(
    client: Client, tag: str, *, contacts: list[str] | None = None, location_id: str | None = None
) -> Json:
    """Make a segment of everybody with a tag, or of a list of contacts, as the audience of a broadcast.

    Contacts of the list that lack the tag get it, which triggers its automations. All contacts are read first, and then
    those contacts of the list that were not among them, one by one. For a list all clients are read too, because an
    opt-out belongs to the person. Opted-out people get no tag, and the segment leaves them out.

    Args:
        tag: Name of the tag.
        contacts: Ids of contacts; defaults to everybody with the tag.
        location_id: Location of the segment; defaults to the account's.

    Returns: `id` and `name` of the segment; `people`, the number of people with the tag who have not opted out, at any
        location; `any_location`, as `ensure_segment` returns it; `tagged`, the number who got the tag now; `opted_out`,
        the number of contacts of the list that were left out.

    Raises: `InvalidRequest` if contacts that are not on the list have the tag, or an id belongs to no contact (nobody
        is tagged then); `ListUnstable`.
    """
    wanted = _checked(client, tag, contacts)
    concerned, refused = _concerned(client, tag, wanted)
    policy = client.account.policy
    lacking: list[Any] = []
    people = opted_out = others = 0
    for id, one in concerned.items():
        is_meant = wanted is None or id in wanted
        if policy.protects(one) or (wanted is not None and numbers(one) & refused):
            opted_out += is_meant
        elif is_meant:
            people += 1
            lacking += [] if tag in (one.get("tags") or []) else [one]
        else:
            others += 1
    _require_the_list(tag, wanted, concerned, others)
    log.info("%s without the tag %r, at a request each", counted(len(lacking), "contact"), tag)
    tagged = client.used.earlier.get("tagged", 0)
    client.used.changed = lambda: {"tagged": tagged}
    for one in lacking:
        call = known(contacts_api.add_contact_tags(one["id"], [tag]), one, policy, cleared=True)
        if call is not None:
            client.send(call)
        tagged += 1
    segment = ensure_segment(client, f"tag {tag}", {"tags": [tag]}, location_id=location_id)
    found = {"people": people, "tagged": tagged, "opted_out": opted_out}
    return {"id": segment["id"], "name": segment["name"], "any_location": segment["any_location"], **found}


def _checked(client: Client, tag: str, contacts: list[str] | None) -> set[str] | None:
    """The ids of the list. Raises `ConfigurationError` if the tag or the list can't make an audience."""
    if not isinstance(tag, str) or not tag.strip():
        raise ConfigurationError("tag must be the name of a tag")
    if client.account.policy.is_opt_out(tag):
        raise ConfigurationError(f"{tag!r} is an opt-out tag, and people with it are not messaged: use another tag")
    if contacts is not None and not contacts:
        raise ConfigurationError(
            "contacts is empty: no audience was made. If it came from failed_recipients, nobody may be tried again "
            "yet: see its later_at"
        )
    return None if contacts is None else set(contacts)


def _concerned(client: Client, tag: str, wanted: set[str] | None) -> tuple[dict[str, Any], set[str]]:
    """Contacts that have the tag or are on the list, by id, and the numbers of everybody who opted out."""
    from whautomate_core.messaging.audience import opted_out_clients

    concerned: dict[str, Any] = {}
    refused: set[str] = set()

    def take(page: Sequence[Any], number: int) -> None:
        for one in page:
            refused.update(numbers(one) if client.account.policy.protects(one) else ())
            id = str(one.get("id"))
            if (wanted is not None and id in wanted) or tag in (one.get("tags") or []):
                concerned[id] = one
            else:
                concerned.pop(id, None)

    listed = contacts_api.list_contacts()
    require_agreed(listed, client.read_whole(listed, take), client.where)
    if wanted is None:
        return concerned, refused
    for id in sorted(wanted - concerned.keys()):
        with suppress(NotFound):  # a list may not show a new contact yet
            concerned[id] = client.send(contacts_api.get_contact(id))
    refused |= opted_out_clients(client)
    reached = set[str]().union(*map(numbers, concerned.values()))
    refused |= client.state.forgotten(client.account.id).refused(reached)
    return concerned, refused


def _require_the_list(tag: str, wanted: set[str] | None, concerned: dict[str, Any], others: int) -> None:
    """Raise `InvalidRequest` if ids of the list belong to no contact, or contacts not on it have the tag."""
    if wanted is not None and wanted - concerned.keys():
        missing = len(wanted - concerned.keys())
        raise InvalidRequest(f"contacts: {missing} of {len(wanted)} ids belong to no contact, so nobody was tagged")
    if others:
        have = "has" if others == 1 else "have"
        raise InvalidRequest(
            f"{counted(others, 'contact')} not on the list {have} the tag {tag!r} and would get the "
            "broadcast: remove it from them, or choose another tag"
        )


def find_segment(client: Client, name: str) -> Segment:
    """The segment of that name. Raises `NotFound`, or `InvalidRequest` if there are several."""
    found = _named(client, name)
    if not found:
        raise NotFound(
            f"there is no segment named {name!r} in account {client.account.id}; check the name, or create it with "
            "ensure_segment"
        )
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} segments named {name!r}: choose one with segment_id")
    return found[0]


def opt_out_tags(client: Client, kind: str) -> list[str]:
    """The opt-out tags of `contact` or `client`, in every spelling in use."""
    # The policy checks the whole list again before a broadcast goes to the segment.
    names = (tag["name"] for page in client.pages(tags_of(kind)) for tag in page if tag.get("name"))
    return client.account.policy.spellings(names)


def place_notes(segment: Segment, location_id: str | None) -> list[str]:
    """What is to be said of the location of a segment that a broadcast of a location goes to."""
    own = location_id_of(segment)
    if own is None:
        return [_anywhere(segment)]
    if location_id is not None and str(location_id) != own:
        named = f"segment {segment.get('name')!r} belongs to location {own}, and the broadcast to {location_id}"
        return [f"{named}: it is not documented whom it reaches"]
    return []


def _at(client: Client, name: str, location: str, key: str) -> list[Segment]:
    """The segments of that name at a location, or the one that was created there under the key, wherever it is now.

    Raises: `InvalidRequest` if there is only one without a location, which somebody else made.
    """
    from whautomate_core.client.once import made_id

    named = _named(client, name)
    if found := [segment for segment in named if location_id_of(segment) == location]:
        return found
    claim = client.state.claims.get(client.account.id, key)
    made = made_id(claim) if claim is not None else None
    unplaced = [segment for segment in named if location_id_of(segment) is None]
    if mine := [segment for segment in unplaced if str(segment.get("id")) == made]:
        return mine
    if unplaced:
        raise InvalidRequest(
            f"{_anywhere(unplaced[0])}, and one of location {location} was asked for: use another name, delete it at "
            "Whautomate, or send to it by its id (segment_id) if all locations are meant"
        )
    return []


def _named(client: Client, name: str) -> list[Segment]:
    # Reads all pages instead of using `searchText`: it is not documented how that matches, or when it shows new
    # records.
    from whautomate_core.client.once import with_made

    hashed = client.state.secret.digest(name)
    about = lambda claim: claim.key.endswith(f"/{name}") or claim.payload.get("name") == hashed  # noqa: E731
    listed = client.everything(segments.list_segments())
    every = with_made(client, listed, "POST /v1/segments", segments.get_segment, about)
    return [segment for segment in every if segment.get("name") == name]


def _anywhere(segment: Segment) -> str:
    named = f"segment {segment.get('name')!r} ({segment.get('id')})"
    return f"{named} has no location, so it may hold people of all locations"


def _differs(segment: Segment, wanted: SegmentCriteria, type: str) -> bool:
    return segment.get("type") != type or _comparable(segment.get("criteria")) != _comparable(wanted)


def _comparable(criteria: Any) -> dict[str, Any]:
    given = {key: value for key, value in (criteria or {}).items() if value not in (None, "", [], {})}
    return {key: sorted(value, key=str) if isinstance(value, list) else value for key, value in given.items()}


def _shown(criteria: Any) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(_comparable(criteria).items())) or "none"
