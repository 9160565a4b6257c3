"""The catalogue of contact tags. Contacts carry tags by name, not by id."""

from __future__ import annotations

from whautomate_core.call import Call, Json, Repeat, path_id
from whautomate_core.records import DeleteResult, SearchFilters, Tag, TagInput, body, query


def list_contact_tags(*, filters: SearchFilters | None = None) -> Call[list[Tag]]:
    """List or search contact tags (`GET /v1/contactTags`; official page, evidence A)."""
    return Call("GET", "/v1/contactTags", query=query(SearchFilters, filters), answer=list)


def create_contact_tag(contact_tag: TagInput, *, extra: Json | None = None) -> Call[Tag]:
    """Create a contact tag (`POST /v1/contactTags`; official page, evidence A)."""
    return Call("POST", "/v1/contactTags", body=body(TagInput, contact_tag, extra), repeat=Repeat.ONCE)


def get_contact_tag(contact_tag_id: str) -> Call[Tag]:
    """Show one contact tag (`GET /v1/contactTags/{contactTagId}`; path A, shape B)."""
    return Call("GET", "/v1/contactTags/{}", (path_id("contact_tag_id", contact_tag_id),))


def delete_contact_tag(contact_tag_id: str) -> Call[DeleteResult]:
    """Delete a contact tag (`DELETE /v1/contactTags/{contactTagId}`; white-label copies, evidence B)."""
    return Call("DELETE", "/v1/contactTags/{}", (path_id("contact_tag_id", contact_tag_id),), repeat=Repeat.IDEMPOTENT)
