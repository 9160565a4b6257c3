"""The catalogue of contact tags. Contacts carry tags by name, not by id."""

from __future__ import annotations

from whautomate_core.api.call import Act, Call, Json, acting, delete, get, listing, post
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import DeleteResult, SearchFilters, Tag, TagInput


@endpoint("listContactTags", "GET /v1/contactTags", "contact tag")
def list_contact_tags(*, filters: SearchFilters | None = None) -> Call[list[Tag]]:
    """List or search contact tags (`GET /v1/contactTags`; official page, evidence A)."""
    return listing("/v1/contactTags", query(SearchFilters, filters))


@endpoint("createContactTag", "POST /v1/contactTags", "contact tag", "created", identity=by("name"))
def create_contact_tag(contact_tag: TagInput, *, extra: Json | None = None) -> Call[Tag]:
    """Create a contact tag (`POST /v1/contactTags`; official page, evidence A)."""
    return post("/v1/contactTags", body(TagInput, contact_tag, extra))


@endpoint("getContactTag", "GET /v1/contactTags/{}", "contact tag")
def get_contact_tag(contact_tag_id: str) -> Call[Tag]:
    """Show one contact tag (`GET /v1/contactTags/{contactTagId}`; path A, shape B)."""
    return get("/v1/contactTags/{}", contact_tag_id=contact_tag_id)


@endpoint("deleteContactTag", "DELETE /v1/contactTags/{}", "contact tag", "deleted", act=Act.DROP_TAG)
def delete_contact_tag(contact_tag_id: str, *, allow_protected: bool = False) -> Call[DeleteResult]:
    """Delete a contact tag (`DELETE /v1/contactTags/{contactTagId}`; white-label copies, evidence B).

    It is not documented whether contacts lose the tag, so deleting an opt-out tag is refused.
    """
    read = get_contact_tag(contact_tag_id)
    return acting(delete(read), Act.DROP_TAG, allow_protected, (read,))
