"""Categories of services."""

from __future__ import annotations

from whautomate_core.api.call import Call, Json, delete, get, listing, post
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import DeleteResult, LocatedFilters, ServiceCategory, ServiceCategoryInput


@endpoint("listServiceCategories", "GET /v1/serviceCategories", "service category")
def list_service_categories(*, filters: LocatedFilters | None = None) -> Call[list[ServiceCategory]]:
    """List or search categories (`GET /v1/serviceCategories`; official page, evidence A)."""
    return listing("/v1/serviceCategories", query(LocatedFilters, filters))


@endpoint(
    "createServiceCategory", "POST /v1/serviceCategories", "service category", "created", identity=by("name location")
)
def create_service_category(
    service_category: ServiceCategoryInput, *, extra: Json | None = None
) -> Call[ServiceCategory]:
    """Create a category (`POST /v1/serviceCategories`; official page, evidence A)."""
    return post("/v1/serviceCategories", body(ServiceCategoryInput, service_category, extra))


@endpoint("getServiceCategory", "GET /v1/serviceCategories/{}", "service category")
def get_service_category(service_category_id: str) -> Call[ServiceCategory]:
    """Show one category (`GET /v1/serviceCategories/{serviceCategoryId}`; official page, evidence A)."""
    return get("/v1/serviceCategories/{}", service_category_id=service_category_id)


@endpoint("deleteServiceCategory", "DELETE /v1/serviceCategories/{}", "service category", "deleted")
def delete_service_category(service_category_id: str) -> Call[DeleteResult]:
    """Delete a category (`DELETE /v1/serviceCategories/{serviceCategoryId}`; path C, shape D)."""
    return delete(get_service_category(service_category_id))
