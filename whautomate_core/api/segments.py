"""Segments: the audiences of broadcasts. No source shows an update, or a list of members."""

from __future__ import annotations

from whautomate_core.api.call import Call, Json, delete, get, listing, post
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import DeleteResult, LocatedFilters, Segment, SegmentInput


@endpoint("listSegments", "GET /v1/segments", "segment")
def list_segments(*, filters: LocatedFilters | None = None) -> Call[list[Segment]]:
    """List or search segments (`GET /v1/segments`; official page, evidence A)."""
    return listing("/v1/segments", query(LocatedFilters, filters))


@endpoint("createSegment", "POST /v1/segments", "segment", "created", identity=by("name location"))
def create_segment(segment: SegmentInput, *, extra: Json | None = None) -> Call[Segment]:
    """Create a segment (`POST /v1/segments`; official page, evidence A)."""
    return post("/v1/segments", body(SegmentInput, segment, extra))


@endpoint("getSegment", "GET /v1/segments/{}", "segment")
def get_segment(segment_id: str) -> Call[Segment]:
    """Show one segment (`GET /v1/segments/{segmentId}`; path A, shape B: the official page declares it empty)."""
    return get("/v1/segments/{}", segment_id=segment_id)


@endpoint("deleteSegment", "DELETE /v1/segments/{}", "segment", "deleted")
def delete_segment(segment_id: str) -> Call[DeleteResult]:
    """Delete a segment (`DELETE /v1/segments/{segmentId}`; white-label copies, evidence B)."""
    return delete(get_segment(segment_id))
