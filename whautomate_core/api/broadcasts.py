"""Broadcasts: one WhatsApp template to everybody in the target segments."""

from __future__ import annotations

from whautomate_core.call import Call, Json, Repeat, merged, path_id
from whautomate_core.records import (
    Broadcast,
    BroadcastFilters,
    BroadcastInput,
    BroadcastLog,
    DeleteResult,
    PageFilters,
    body,
    query,
)


def list_broadcasts(*, filters: BroadcastFilters | None = None) -> Call[list[Broadcast]]:
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A)."""
    return Call("GET", "/v1/broadcasts", query=query(BroadcastFilters, filters), answer=list)


def create_broadcast(broadcast: BroadcastInput, *, extra: Json | None = None) -> Call[Broadcast]:
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    It can't be recalled once it started and the vendor has no idempotency key, so the call is made `ONCE`. Whether
    leaving out `scheduleDateTime` (UTC) sends at once is not documented.
    """
    return Call("POST", "/v1/broadcasts", body=body(BroadcastInput, broadcast, extra), repeat=Repeat.ONCE)


def get_broadcast(broadcast_id: str) -> Call[Broadcast]:
    """Show one broadcast with its figures (`GET /v1/broadcasts/{broadcastId}`; white-label copy, evidence B)."""
    return Call("GET", "/v1/broadcasts/{}", (path_id("broadcast_id", broadcast_id),))


def update_broadcast(
    broadcast_id: str, broadcast: BroadcastInput, *, extra: Json | None = None, overwrite: bool = False
) -> Call[Broadcast]:
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B)."""
    call: Call[Broadcast] = Call(
        "PUT",
        "/v1/broadcasts/{}",
        (path_id("broadcast_id", broadcast_id),),
        body=body(BroadcastInput, broadcast, extra),
        repeat=Repeat.IDEMPOTENT,
    )
    return merged(call, overwrite, get_broadcast(broadcast_id))


def delete_broadcast(broadcast_id: str) -> Call[DeleteResult]:
    """Delete a broadcast (`DELETE /v1/broadcasts/{broadcastId}`; white-label copy, evidence B)."""
    return Call("DELETE", "/v1/broadcasts/{}", (path_id("broadcast_id", broadcast_id),), repeat=Repeat.IDEMPOTENT)


def list_broadcast_logs(broadcast_id: str, *, filters: PageFilters | None = None) -> Call[list[BroadcastLog]]:
    """One line a recipient (`GET /v1/broadcasts/{broadcastId}/logs`; integrators, evidence C)."""
    return Call(
        "GET",
        "/v1/broadcasts/{}/logs",
        (path_id("broadcast_id", broadcast_id),),
        query=query(PageFilters, filters),
        answer=list,
    )
