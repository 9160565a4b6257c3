"""Whom a broadcast reaches."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from whautomate_core.api import contacts as contacts_api
from whautomate_core.api import segments
from whautomate_core.api.call import Json
from whautomate_core.api.check import body
from whautomate_core.api.records import Segment, SegmentCriteria
from whautomate_core.client.guard import known, tags_of
from whautomate_core.client.whole import require_agreed
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound
from whautomate_core.job import job
from whautomate_core.messaging.lines import describe_audience, describe_segment
from whautomate_core.policy import numbers
from whautomate_core.values.words import counted

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)


@job("segments", describe_segment)
def ensure_segment(
    client: Client, name: str, criteria: SegmentCriteria, *, location_id: str | None = None, type: str = "contact"
) -> Json:
    """Create the segment of that name if there is none. The opt-out tags are added to its `exclusionTags`.

    Returns: the segment, and in `created` whether this call created it.

    Raises: `InvalidRequest` where a segment of that name has other criteria, or several do; `OutcomeUnknown` where
        the answer to its creation was lost and it is not there to be seen.
    """
    location = client.account.require_location(location_id)
    if type not in ("contact", "client"):
        raise ConfigurationError(f"type must be contact or client, not {type!r}")
    given = body(SegmentCriteria, criteria)
    if not any(value not in (None, "", [], {}) for name, value in given.items() if name != "exclusionTags"):
        raise ConfigurationError("criteria choose nobody in particular, so everybody: name tags, a stage or the like")
    excluded = list(dict.fromkeys([*(given.get("exclusionTags") or []), *opt_out_tags(client, type)]))
    wanted: SegmentCriteria = {**criteria, "exclusionTags": excluded}
    make = segments.create_segment({"name": name, "type": type, "criteria": wanted, "location": {"id": location}})
    found: list[Any] = _named(client, name, location)
    created = False
    if not found:
        from whautomate_core.client.once import make_once

        looked = [found]  # a moment ago

        def look() -> Segment | None:
            return next(iter(looked.pop() if looked else _named(client, name, location)), None)

        record, created = make_once(client, make, f"segment/{location}/{name}", look, segments.get_segment)
        found = [record]
    different = [segment for segment in found if _differs(segment, wanted, type)]
    if different:
        raise InvalidRequest(
            f"segment {name!r} is there with other criteria ({_shown(different[0].get('criteria'))}, wanted "
            f"{_shown(wanted)}); segments can't be changed by the API: take another name, or delete it"
        )
    return {**found[0], "created": created}


@job("segments", describe_audience, lane="bulk")
def ensure_audience(
    client: Client, tag: str, *, contacts: list[str] | None = None, location_id: str | None = None
) -> Json:
    """Make a tag, or a list of contacts, an audience for a broadcast: a segment of those who have the tag.

    Whoever of the list lacks the tag is given it, which fires its automations. All contacts are read first, and those
    of the list that they don't show one by one; for a list all clients too, since an opt-out belongs to the person. Who
    opted out gets no tag, and the segment leaves them out.

    Args:
        tag: Name of the tag.
        contacts: Ids of contacts; defaults to everybody who has the tag.
        location_id: Location of the segment; defaults to the account's.

    Returns: `id` and `name` of the segment; `people`, how many have the tag and have not opted out; `tagged`, how many
        were given it now; `opted_out`, how many of the list were left out.

    Raises: `InvalidRequest` where contacts that are not on the list have the tag, or ids are no contact's: nobody is
        tagged then. `ListUnstable`.
    """
    from whautomate_core.messaging.audience import opted_out_clients

    if not isinstance(tag, str) or not tag.strip():
        raise ConfigurationError("tag must be the name of a tag")
    policy = client.account.policy
    if policy.is_opt_out(tag):
        raise ConfigurationError("tag is an opt-out tag: nobody who has it is messaged")
    if contacts is not None and not contacts:
        raise ConfigurationError("contacts is empty: there is nobody to send to")
    wanted = None if contacts is None else set(contacts)
    concerned: dict[str, Any] = {}
    refused: set[str] = set()

    def take(page: Sequence[Any], number: int) -> None:
        for one in page:
            refused.update(numbers(one) if policy.protects(one) else ())
            id = str(one.get("id"))
            if (wanted is not None and id in wanted) or tag in (one.get("tags") or []):
                concerned[id] = one
            else:
                concerned.pop(id, None)

    listed = contacts_api.list_contacts()
    require_agreed(listed, client.read_whole(listed, take), client.where)
    for id in sorted((wanted or set()) - concerned.keys()):
        with suppress(NotFound):  # a list may not show a new one yet
            concerned[id] = client.send(contacts_api.get_contact(id))
    if wanted is not None:
        refused |= opted_out_clients(client)
        reached = set[str]().union(*map(numbers, concerned.values()))
        refused |= client.state.forgotten(client.account.id).refused(reached)
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
    if wanted is not None and wanted - concerned.keys():
        missing = len(wanted - concerned.keys())
        raise InvalidRequest(f"contacts: {missing} of {len(wanted)} ids are no contact's: nobody is tagged")
    if others:
        have = "has" if others == 1 else "have"
        raise InvalidRequest(
            f"{counted(others, 'contact')} not on the list {have} the tag {tag!r} and would get the "
            "broadcast: remove it from them, or choose another tag"
        )
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
    return {"id": segment["id"], "name": segment["name"], **found}


def find_segment(client: Client, name: str) -> Segment:
    """The one segment of that name. Raises `NotFound`, `InvalidRequest` where there are several."""
    found = _named(client, name)
    if not found:
        raise NotFound(f"there is no segment named {name!r}")
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} segments named {name!r}: name one by segment_id")
    return found[0]


def opt_out_tags(client: Client, kind: str) -> list[str]:
    """The opt-out tags of `contact` or `client`, in each spelling there is."""
    # The policy asks again, of the whole list, before a broadcast goes to the segment.
    names = (tag["name"] for page in client.pages(tags_of(kind)) for tag in page if tag.get("name"))
    return client.account.policy.spellings(names)


def _named(client: Client, name: str, location_id: str | None = None) -> list[Segment]:
    # All pages and not `searchText`: how it matches is not documented, nor whether it sees new records at once.
    from whautomate_core.client.once import with_made

    hashed = client.state.secret.digest(name)
    about = lambda claim: claim.key.endswith(f"/{name}") or claim.payload.get("name") == hashed  # noqa: E731
    listed = client.everything(segments.list_segments())
    every = with_made(client, listed, "POST /v1/segments", segments.get_segment, about)
    found = [segment for segment in every if segment.get("name") == name]
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
