"""Calls that show whom another call is about, beside those in its own `reads`: what the policy's guard needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whautomate_core.api import client_tags, clients, contact_tags, contacts, segments
from whautomate_core.api._people import anybody
from whautomate_core.api.call import Call

__all__ = ["anybody", "client", "people_of", "segment", "tags_of"]


def client(reference: Any) -> Call[Any]:
    """The client that a booking refers to."""
    return clients.get_client(reference["id"])


def segment(reference: Any) -> Call[Any]:
    """The segment that a broadcast refers to."""
    return segments.get_segment(reference["id"])


def people_of(kind: str) -> Call[Any]:
    """The list of all people of a kind: `contact` or `client`."""
    return clients.list_clients() if kind == "client" else contacts.list_contacts()


def tags_of(kind: str) -> Call[Any]:
    """The list of the tags of a kind of people: `contact` or `client`."""
    return client_tags.list_client_tags() if kind == "client" else contact_tags.list_contact_tags()


def location_id_of(record: Mapping[str, Any], field: str = "location") -> str | None:
    """The id of a record's location as a text, whether the record shows `{"id": ...}` (A) or the id alone; None if it
    shows none."""
    location = record.get(field)
    id = location.get("id") if isinstance(location, Mapping) else location
    return str(id) if isinstance(id, (str, int)) and id != "" else None
