"""Segments: whom a broadcast reaches. There is no update and no list of members (nothing found in any source)."""

from __future__ import annotations

from whautomate_core.call import Call, Json, Repeat, path_id
from whautomate_core.records import DeleteResult, Segment, SegmentFilters, SegmentInput, body, query


def list_segments(*, filters: SegmentFilters | None = None) -> Call[list[Segment]]:
    """List or search segments (`GET /v1/segments`; official page, evidence A)."""
    return Call("GET", "/v1/segments", query=query(SegmentFilters, filters), answer=list)


def create_segment(segment: SegmentInput, *, extra: Json | None = None) -> Call[Segment]:
    """Create a segment (`POST /v1/segments`; official page, evidence A)."""
    return Call("POST", "/v1/segments", body=body(SegmentInput, segment, extra), repeat=Repeat.ONCE)


def get_segment(segment_id: str) -> Call[Segment]:
    """Show one segment (`GET /v1/segments/{segmentId}`; path A, shape B: the official page declares it empty)."""
    return Call("GET", "/v1/segments/{}", (path_id("segment_id", segment_id),))


def delete_segment(segment_id: str) -> Call[DeleteResult]:
    """Delete a segment (`DELETE /v1/segments/{segmentId}`; white-label copies, evidence B)."""
    return Call("DELETE", "/v1/segments/{}", (path_id("segment_id", segment_id),), repeat=Repeat.IDEMPOTENT)
