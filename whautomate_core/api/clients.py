"""Clients: the people who book. They are separate records from contacts, with tags of their own."""

from __future__ import annotations

from whautomate_core.api._people import add_tags, anybody, remove_tags
from whautomate_core.api.call import Act, Call, Json, acting, delete, get, listing, post, put
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import Client, ClientFilters, ClientInput, ClientUpdate, DeleteResult, TaggedRecord
from whautomate_core.values.phones import international, shared_digits


@endpoint("listClients", "GET /v1/clients", "client")
def list_clients(*, filters: ClientFilters | None = None) -> Call[list[Client]]:
    """List or search clients (`GET /v1/clients`; integrators, evidence C).

    It is not documented which date `startDate` and `endDate` refer to.
    """
    return listing("/v1/clients", query(ClientFilters, filters))


@endpoint(
    "createClient",
    "POST /v1/clients",
    "client",
    "created",
    act=Act.CREATE,
    identity=by("phone countryCode", "email", "fullName"),
)
def create_client(client: ClientInput, *, extra: Json | None = None, allow_protected: bool = False) -> Call[Client]:
    """Create a client (`POST /v1/clients`; official page, evidence A; required fields per integrators, C).

    It is not documented what happens with a number that exists, so the call must happen once. The number (or the
    e-mail address if there is none) is searched for first: opted-out people are not created again.
    """
    sent = body(ClientInput, client, extra)
    about = str(sent.get("email") or "")
    if phone := sent.get("phone"):
        about = shared_digits(international("phone after countryCode", f"{sent.get('countryCode') or ''}{phone}"))
    return acting(post("/v1/clients", sent), Act.CREATE, allow_protected, anybody(about) if about else ())


@endpoint("getClient", "GET /v1/clients/{}", "client")
def get_client(client_id: str) -> Call[Client]:
    """Show one client (`GET /v1/clients/{clientId}`; integrators, evidence C)."""
    return get("/v1/clients/{}", client_id=client_id)


@endpoint("updateClient", "PUT /v1/clients/{}", "client", "updated", act=Act.CHANGE)
def update_client(
    client_id: str,
    client: ClientUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    allow_protected: bool = False,
) -> Call[Client]:
    """Write fields of a client and keep the others (`PUT /v1/clients/{clientId}`; integrators, evidence C).

    As for `contacts.update_contact`, the client is read, merged and written; `overwrite=True` sends `client` alone.
    """
    sent = body(ClientUpdate, client, extra)
    return acting(put(get_client(client_id), sent, overwrite), Act.CHANGE, allow_protected)


@endpoint("deleteClient", "DELETE /v1/clients/{}", "client", "deleted", act=Act.DELETE)
def delete_client(client_id: str, *, allow_protected: bool = False) -> Call[DeleteResult]:
    """Delete a client (`DELETE /v1/clients/{clientId}`; integrators, evidence C)."""
    read = get_client(client_id)
    return acting(delete(read), Act.DELETE, allow_protected, (read,))


@endpoint("addClientTags", "POST /v1/clients/{}/tags/add", "client", "tagged", act=Act.TAG)
def add_client_tags(client_id: str, tags: list[str], *, allow_protected: bool = False) -> Call[TaggedRecord]:
    """Add tags, by name (`POST /v1/clients/{clientId}/tags/add`; integrators, evidence C).

    As for `contacts.add_contact_tags`, the client is read first, and only missing tags are sent.
    """
    return add_tags("/v1/clients/{}/tags/add", get_client(client_id), tags, allow_protected)


@endpoint("removeClientTags", "POST /v1/clients/{}/tags/remove", "client", "untagged", act=Act.UNTAG)
def remove_client_tags(client_id: str, tags: list[str], *, allow_protected: bool = False) -> Call[TaggedRecord]:
    """Remove tags, by name (`POST /v1/clients/{clientId}/tags/remove`; integrators, evidence C).

    As for `contacts.remove_contact_tags`, the client is read first, and only tags that they have are sent.
    """
    return remove_tags("/v1/clients/{}/tags/remove", get_client(client_id), tags, allow_protected)
