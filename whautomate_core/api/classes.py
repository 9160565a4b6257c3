"""Classes: times at which many people can take part, and the people who do.

Method and path are from the official page's prose (A); the bodies are inferred (D). Times are as in `appointments`.
Taking part sends reminders, so the client is read first, and people who opted out are left alone.
"""

from __future__ import annotations

from typing import Any

from whautomate_core.api.call import Act, Call, Json, acting, delete, get, listing, post, put, referred
from whautomate_core.api.check import body, query
from whautomate_core.api.clients import get_client
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import (
    Class,
    ClassFilters,
    ClassInput,
    ClassParticipant,
    ClassParticipantCancelInput,
    ClassParticipantInput,
    ClassUpdate,
    DeleteResult,
    EmptyResult,
    PageFilters,
)


@endpoint("listClasses", "GET /v1/classes", "class")
def list_classes(*, filters: ClassFilters | None = None) -> Call[list[Class]]:
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D)."""
    return listing("/v1/classes", query(ClassFilters, filters))


@endpoint("createClass", "POST /v1/classes", "class", "created", identity=by("service staff location date time"))
def create_class(class_: ClassInput, *, extra: Json | None = None) -> Call[Class]:
    """Create a class (`POST /v1/classes`; path A, shape D)."""
    return post("/v1/classes", body(ClassInput, class_, extra))


@endpoint("getClass", "GET /v1/classes/{}", "class")
def get_class(class_id: str) -> Call[Class]:
    """Show one class (`GET /v1/classes/{classId}`; path A, shape D)."""
    return get("/v1/classes/{}", class_id=class_id)


@endpoint("updateClass", "PUT /v1/classes/{}", "class", "updated")
def update_class(
    class_id: str, class_: ClassUpdate, *, extra: Json | None = None, overwrite: bool = False
) -> Call[Class]:
    """Write fields of a class and keep the others (`PUT /v1/classes/{classId}`; path A, shape D).

    The class is read, merged and written, since nobody knows whether PUT merges; `overwrite=True` sends `class_` alone.
    """
    return put(get_class(class_id), body(ClassUpdate, class_, extra), overwrite)


@endpoint("deleteClass", "DELETE /v1/classes/{}", "class", "deleted")
def delete_class(class_id: str) -> Call[DeleteResult]:
    """Delete a class (`DELETE /v1/classes/{classId}`; path A, result D). Nobody knows what its participants hear."""
    return delete(get_class(class_id))


@endpoint("listClassParticipants", "GET /v1/classes/{}/participants", "participant", within="class", paged=False)
def list_class_participants(class_id: str) -> Call[list[ClassParticipant]]:
    """List the participants of a class (`GET /v1/classes/{classId}/participants`; path A, shape D)."""
    return listing("/v1/classes/{}/participants", paged=False, class_id=class_id)


@endpoint(
    "addClassParticipant",
    "POST /v1/classes/{}/participants/add",
    "participant",
    "added to",
    within="class",
    act=Act.BOOK,
    identity=by("client", "clientId"),
)
def add_class_participant(
    class_id: str,
    class_participant: ClassParticipantInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
) -> Call[ClassParticipant]:
    """Add a client to a class (`POST /v1/classes/{classId}/participants/add`; path A, body D)."""
    sent = body(ClassParticipantInput, class_participant, extra)
    call = post("/v1/classes/{}/participants/add", sent, class_id=class_id)
    return acting(call, Act.BOOK, allow_protected, _clients(sent))


@endpoint(
    "removeClassParticipant",
    "POST /v1/classes/{}/participants/cancel",
    "participant",
    "removed from",
    within="class",
    act=Act.BOOK,
    identity=by("participantId", "client", "clientId"),
)
def remove_class_participant(
    class_id: str,
    class_participant: ClassParticipantCancelInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
) -> Call[EmptyResult]:
    """Remove a client from a class (`POST /v1/classes/{classId}/participants/cancel`; path A, body D)."""
    sent = body(ClassParticipantCancelInput, class_participant, extra)
    call = post("/v1/classes/{}/participants/cancel", sent, class_id=class_id)
    listed = (list_class_participants(class_id),) if sent.get("participantId") else ()
    return acting(call, Act.BOOK, allow_protected, _clients(sent) + listed)


@endpoint("listClientClassBookings", "GET /v1/classes/clients/{}/bookings", "class booking", within="client")
def list_client_class_bookings(client_id: str, *, filters: PageFilters | None = None) -> Call[list[ClassParticipant]]:
    """List the classes of a client (`GET /v1/classes/clients/{clientId}/bookings`; path A, shape and paging D)."""
    return listing("/v1/classes/clients/{}/bookings", query(PageFilters, filters), client_id=client_id)


def _clients(sent: Json) -> tuple[Call[Any], ...]:
    """The reads of each client that a body names. If it names two, nobody knows which one the server would take."""
    named = [referred(sent, "client")] if sent.get("client") else []
    if sent.get("clientId"):
        named.append(sent["clientId"])
    return tuple(map(get_client, dict.fromkeys(named)))
