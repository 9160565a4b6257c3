"""The catalogue of client tags. Clients carry tags by name, not by id."""

from __future__ import annotations

from whautomate_core.api.call import Act, Call, Json, acting, delete, get, listing, post
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import DeleteResult, SearchFilters, Tag, TagInput


@endpoint("listClientTags", "GET /v1/clientTags", "client tag")
def list_client_tags(*, filters: SearchFilters | None = None) -> Call[list[Tag]]:
    """List or search client tags (`GET /v1/clientTags`; official page, evidence A)."""
    return listing("/v1/clientTags", query(SearchFilters, filters))


@endpoint("createClientTag", "POST /v1/clientTags", "client tag", "created", identity=by("name"))
def create_client_tag(client_tag: TagInput, *, extra: Json | None = None) -> Call[Tag]:
    """Create a client tag (`POST /v1/clientTags`; official page, evidence A)."""
    return post("/v1/clientTags", body(TagInput, client_tag, extra))


@endpoint("getClientTag", "GET /v1/clientTags/{}", "client tag")
def get_client_tag(client_tag_id: str) -> Call[Tag]:
    """Show one client tag (`GET /v1/clientTags/{clientTagId}`; official page, evidence A)."""
    return get("/v1/clientTags/{}", client_tag_id=client_tag_id)


@endpoint("deleteClientTag", "DELETE /v1/clientTags/{}", "client tag", "deleted", act=Act.DROP_TAG)
def delete_client_tag(client_tag_id: str, *, allow_protected: bool = False) -> Call[DeleteResult]:
    """Delete a client tag (`DELETE /v1/clientTags/{clientTagId}`; official page, evidence A).

    It is not documented whether clients lose the tag, so deleting an opt-out tag is refused.
    """
    read = get_client_tag(client_tag_id)
    return acting(delete(read), Act.DROP_TAG, allow_protected, (read,))
