"""Staff, and the times when they are not available. No source shows a way to create or change staff."""

from __future__ import annotations

from whautomate_core.api.call import Call, Json, delete, get, listing, post
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import (
    AvailabilityBlock,
    AvailabilityBlockInput,
    BlockFilters,
    DeleteResult,
    LocatedFilters,
    Staff,
)


@endpoint("listStaffs", "GET /v1/staffs", "member of staff")
def list_staffs(*, filters: LocatedFilters | None = None) -> Call[list[Staff]]:
    """List or search staff (`GET /v1/staffs`; white-label copy, evidence B)."""
    return listing("/v1/staffs", query(LocatedFilters, filters))


@endpoint("getStaff", "GET /v1/staffs/{}", "member of staff")
def get_staff(staff_id: str) -> Call[Staff]:
    """Show one member of staff (`GET /v1/staffs/{staffId}`; white-label copy, evidence B)."""
    return get("/v1/staffs/{}", staff_id=staff_id)


@endpoint(
    "listStaffAvailabilityBlocks",
    "GET /v1/staffs/{}/availabilityBlocks",
    "availability block",
    within="member of staff",
    paged=False,
)
def list_staff_availability_blocks(
    staff_id: str, *, filters: BlockFilters | None = None
) -> Call[list[AvailabilityBlock]]:
    """List blocked times of staff (`GET /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    The two integrators who have it name the filters and fields differently.
    """
    return listing("/v1/staffs/{}/availabilityBlocks", query(BlockFilters, filters), paged=False, staff_id=staff_id)


@endpoint(
    "createStaffAvailabilityBlock",
    "POST /v1/staffs/{}/availabilityBlocks",
    "availability block",
    "created",
    identity=by("startDate endDate", "startTime endTime"),
)
def create_staff_availability_block(
    staff_id: str, availability_block: AvailabilityBlockInput, *, extra: Json | None = None
) -> Call[AvailabilityBlock]:
    """Block somebody's time (`POST /v1/staffs/{staffId}/availabilityBlocks`; path C, shape D: inferred).

    No reliable source shows the body; `extra={"startTime": ...}` sends the fields of the other integrator.
    """
    sent = body(AvailabilityBlockInput, availability_block, extra)
    return post("/v1/staffs/{}/availabilityBlocks", sent, staff_id=staff_id)


@endpoint("getStaffAvailabilityBlock", "GET /v1/staffs/{}/availabilityBlocks/{}", "availability block")
def get_staff_availability_block(staff_id: str, availability_block_id: str) -> Call[AvailabilityBlock]:
    """Show one block (`GET /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D)."""
    return get("/v1/staffs/{}/availabilityBlocks/{}", staff_id=staff_id, availability_block_id=availability_block_id)


@endpoint("deleteStaffAvailabilityBlock", "DELETE /v1/staffs/{}/availabilityBlocks/{}", "availability block", "deleted")
def delete_staff_availability_block(staff_id: str, availability_block_id: str) -> Call[DeleteResult]:
    """Delete a block (`DELETE /v1/staffs/{staffId}/availabilityBlocks/{availabilityBlockId}`; path C, shape D)."""
    return delete(get_staff_availability_block(staff_id, availability_block_id))
