"""Broadcasts: one WhatsApp template to everybody in the target segments."""

from __future__ import annotations

from whautomate_core.api.call import Act, Call, Json, acting, delete, get, listing, post, put
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import (
    Broadcast,
    BroadcastFilters,
    BroadcastInput,
    BroadcastLog,
    BroadcastUpdate,
    DeleteResult,
    PageFilters,
)


@endpoint("listBroadcasts", "GET /v1/broadcasts", "broadcast")
def list_broadcasts(*, filters: BroadcastFilters | None = None) -> Call[list[Broadcast]]:
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A)."""
    return listing("/v1/broadcasts", query(BroadcastFilters, filters))


@endpoint("createBroadcast", "POST /v1/broadcasts", "broadcast", "created", act=Act.BROADCAST, identity=by("name"))
def create_broadcast(
    broadcast: BroadcastInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[Broadcast]:
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    A broadcast can't be recalled once it has started, and the vendor has no idempotency key, so the call must happen
    once. It is not documented whether a broadcast without `scheduleDateTime` (UTC) is sent at once. Its segments are
    read first: each must exclude people who opted out.
    """
    sent = body(BroadcastInput, broadcast, extra)
    return acting(post("/v1/broadcasts", sent), Act.BROADCAST, allow_protected)


@endpoint("getBroadcast", "GET /v1/broadcasts/{}", "broadcast")
def get_broadcast(broadcast_id: str) -> Call[Broadcast]:
    """Show one broadcast with its figures (`GET /v1/broadcasts/{broadcastId}`; white-label copy, evidence B)."""
    return get("/v1/broadcasts/{}", broadcast_id=broadcast_id)


@endpoint("updateBroadcast", "PUT /v1/broadcasts/{}", "broadcast", "updated", act=Act.BROADCAST)
def update_broadcast(
    broadcast_id: str,
    broadcast: BroadcastUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    allow_protected: bool = False,
) -> Call[Broadcast]:
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B).

    The contract requires `name` and `type`, which are taken from the existing broadcast unless `overwrite=True`.
    """
    sent = body(BroadcastInput if overwrite else BroadcastUpdate, broadcast, extra)
    return acting(put(get_broadcast(broadcast_id), sent, overwrite), Act.BROADCAST, allow_protected)


@endpoint("deleteBroadcast", "DELETE /v1/broadcasts/{}", "broadcast", "deleted")
def delete_broadcast(broadcast_id: str) -> Call[DeleteResult]:
    """Delete a broadcast (`DELETE /v1/broadcasts/{broadcastId}`; white-label copy, evidence B)."""
    return delete(get_broadcast(broadcast_id))


@endpoint("listBroadcastLogs", "GET /v1/broadcasts/{}/logs", "log entry", within="broadcast")
def list_broadcast_logs(broadcast_id: str, *, filters: PageFilters | None = None) -> Call[list[BroadcastLog]]:
    """List the log of a broadcast, a line per recipient (`GET /v1/broadcasts/{broadcastId}/logs`; integrators, C)."""
    return listing("/v1/broadcasts/{}/logs", query(PageFilters, filters), broadcast_id=broadcast_id)
