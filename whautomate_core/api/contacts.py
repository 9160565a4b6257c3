"""Contacts: the people who can be messaged."""

from __future__ import annotations

from whautomate_core.api._people import add_tags, anybody, remove_tags
from whautomate_core.api.call import Act, Call, Json, acting, delete, get, listing, post, put
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import Contact, ContactFilters, ContactInput, ContactUpdate, DeleteResult, TaggedRecord
from whautomate_core.values.phones import international, shared_digits


@endpoint("listContacts", "GET /v1/contacts", "contact")
def list_contacts(*, filters: ContactFilters | None = None) -> Call[list[Contact]]:
    """List or search contacts (`GET /v1/contacts`; official page, evidence A).

    It is not documented how `searchText` matches, nor whether several `tags` mean any or all of them.
    """
    return listing("/v1/contacts", query(ContactFilters, filters))


@endpoint("createContact", "POST /v1/contacts", "contact", "created", act=Act.CREATE, identity=by("phoneNumber"))
def create_contact(contact: ContactInput, *, extra: Json | None = None, allow_protected: bool = False) -> Call[Contact]:
    """Create a contact (`POST /v1/contacts`; official page, evidence A; `location` required per integrators, C).

    It is not documented what happens with a number that exists, so the call must happen once. The number is searched
    for first, among contacts and clients: opted-out people are not created again.
    """
    sent = body(ContactInput, contact, extra)
    same = anybody(shared_digits(international("phoneNumber", sent.get("phoneNumber"))))
    return acting(post("/v1/contacts", sent), Act.CREATE, allow_protected, same)


@endpoint("getContact", "GET /v1/contacts/{}", "contact")
def get_contact(contact_id: str) -> Call[Contact]:
    """Show one contact (`GET /v1/contacts/{contactId}`; official page, evidence A)."""
    return get("/v1/contacts/{}", contact_id=contact_id)


@endpoint("updateContact", "PUT /v1/contacts/{}", "contact", "updated", act=Act.CHANGE)
def update_contact(
    contact_id: str,
    contact: ContactUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    allow_protected: bool = False,
) -> Call[Contact]:
    """Write fields of a contact and keep the others (`PUT /v1/contacts/{contactId}`; white-label copy, evidence B).

    It is not documented whether PUT merges or replaces. So the contact is read directly before and sent back whole,
    with `customFields` merged key by key; `overwrite=True` sends `contact` alone. A change on the server between that
    read and the write, which takes one round trip, is overwritten. This includes an opt-out, since it is a tag.
    """
    sent = body(ContactUpdate, contact, extra)
    return acting(put(get_contact(contact_id), sent, overwrite), Act.CHANGE, allow_protected)


@endpoint("deleteContact", "DELETE /v1/contacts/{}", "contact", "deleted", act=Act.DELETE)
def delete_contact(contact_id: str, *, allow_protected: bool = False) -> Call[DeleteResult]:
    """Delete a contact (`DELETE /v1/contacts/{contactId}`; white-label copy, evidence B)."""
    read = get_contact(contact_id)
    return acting(delete(read), Act.DELETE, allow_protected, (read,))


@endpoint("addContactTags", "POST /v1/contacts/{}/tags/add", "contact", "tagged", act=Act.TAG)
def add_contact_tags(contact_id: str, tags: list[str], *, allow_protected: bool = False) -> Call[TaggedRecord]:
    """Add tags, by name (`POST /v1/contacts/{contactId}/tags/add`; path B, body and answer C).

    Tagging triggers automations that message people (the vendor's overview). So the contact is read first, and only
    missing tags are sent.
    """
    return add_tags("/v1/contacts/{}/tags/add", get_contact(contact_id), tags, allow_protected)


@endpoint("removeContactTags", "POST /v1/contacts/{}/tags/remove", "contact", "untagged", act=Act.UNTAG)
def remove_contact_tags(contact_id: str, tags: list[str], *, allow_protected: bool = False) -> Call[TaggedRecord]:
    """Remove tags, by name (`POST /v1/contacts/{contactId}/tags/remove`; path B, body and answer C).

    This too triggers automations. So the contact is read first, and only tags that it has are sent.
    """
    return remove_tags("/v1/contacts/{}/tags/remove", get_contact(contact_id), tags, allow_protected)
