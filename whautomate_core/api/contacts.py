"""Contacts: the people who can be messaged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from whautomate_core.call import Call, Json, ReadFirst, Repeat, merged, path_id
from whautomate_core.records import (
    Contact,
    ContactFilters,
    ContactInput,
    ContactUpdate,
    DeleteResult,
    TaggedRecord,
    TagNames,
    body,
    query,
)


def list_contacts(*, filters: ContactFilters | None = None) -> Call[list[Contact]]:
    """List or search contacts (`GET /v1/contacts`; official page, evidence A).

    Nothing is documented of how `searchText` matches, nor of whether several `tags` mean any or all.
    """
    return Call("GET", "/v1/contacts", query=query(ContactFilters, filters), answer=list)


def create_contact(contact: ContactInput, *, extra: Json | None = None) -> Call[Contact]:
    """Create a contact (`POST /v1/contacts`; official page, evidence A; `location` required per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`.
    """
    return Call("POST", "/v1/contacts", body=body(ContactInput, contact, extra), repeat=Repeat.ONCE)


def get_contact(contact_id: str) -> Call[Contact]:
    """Show one contact (`GET /v1/contacts/{contactId}`; official page, evidence A)."""
    return Call("GET", "/v1/contacts/{}", (path_id("contact_id", contact_id),))


def update_contact(
    contact_id: str, contact: ContactUpdate, *, extra: Json | None = None, overwrite: bool = False
) -> Call[Contact]:
    """Write fields of a contact and keep the others (`PUT /v1/contacts/{contactId}`; white-label copy, evidence B).

    Whether PUT merges or replaces is not documented, so the contact is read directly before and sent back whole,
    `customFields` key by key; `overwrite=True` sends `contact` alone. What changes on the server between that read and
    its write, within one round trip, is overwritten: an opt-out in that moment too, since it is a tag.
    """
    call: Call[Contact] = Call(
        "PUT",
        "/v1/contacts/{}",
        (path_id("contact_id", contact_id),),
        body=body(ContactUpdate, contact, extra),
        repeat=Repeat.IDEMPOTENT,
    )
    return merged(call, overwrite, get_contact(contact_id))


def delete_contact(contact_id: str) -> Call[DeleteResult]:
    """Delete a contact (`DELETE /v1/contacts/{contactId}`; white-label copy, evidence B)."""
    return Call("DELETE", "/v1/contacts/{}", (path_id("contact_id", contact_id),), repeat=Repeat.IDEMPOTENT)


def add_contact_tags(contact_id: str, tags: list[str]) -> Call[TaggedRecord]:
    """Add tags, by name (`POST /v1/contacts/{contactId}/tags/add`; path B, body and answer C).

    Tagging triggers automations that message people (the vendor's overview), so after an unknown outcome the
    contact is read and only what is missing is sent again.
    """
    return _tag_call("/v1/contacts/{}/tags/add", contact_id, tags, lambda held: [t for t in tags if t not in held])


def remove_contact_tags(contact_id: str, tags: list[str]) -> Call[TaggedRecord]:
    """Remove tags, by name (`POST /v1/contacts/{contactId}/tags/remove`; path B, body and answer C)."""
    return _tag_call("/v1/contacts/{}/tags/remove", contact_id, tags, lambda held: [t for t in tags if t in held])


def _tag_call(path: str, contact_id: str, tags: list[str], left: Any) -> Call[TaggedRecord]:
    call: Call[TaggedRecord] = Call(
        "POST",
        path,
        (path_id("contact_id", contact_id),),
        body=body(TagNames, {"tags": tags}),
        repeat=Repeat.ONCE,
    )

    def what_is_left(contact: Contact) -> Call[TaggedRecord] | None:
        names = left(contact.get("tags") or [])
        return replace(call, body={"tags": names}) if names else None

    return replace(call, recheck=ReadFirst(get_contact(contact_id), what_is_left))
