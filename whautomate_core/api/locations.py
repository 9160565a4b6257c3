"""Business locations: every contact, segment and broadcast belongs to one."""

from __future__ import annotations

from whautomate_core.api.call import Call, get, listing
from whautomate_core.api.check import query
from whautomate_core.api.endpoint import endpoint
from whautomate_core.api.records import Location, SearchFilters


@endpoint("listLocations", "GET /v1/locations", "location")
def list_locations(*, filters: SearchFilters | None = None) -> Call[list[Location]]:
    """List or search locations (`GET /v1/locations`; evidence C)."""
    return listing("/v1/locations", query(SearchFilters, filters))


@endpoint("getLocation", "GET /v1/locations/{}", "location")
def get_location(location_id: str) -> Call[Location]:
    """Show one location (`GET /v1/locations/{locationId}`; evidence C)."""
    return get("/v1/locations/{}", location_id=location_id)
