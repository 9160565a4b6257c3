"""Services: what can be booked."""

from __future__ import annotations

from whautomate_core.api.call import Call, Json, delete, get, listing, post, put
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import DeleteResult, Service, ServiceFilters, ServiceInput, ServiceUpdate


@endpoint("listServices", "GET /v1/services", "service")
def list_services(*, filters: ServiceFilters | None = None) -> Call[list[Service]]:
    """List or search services (`GET /v1/services`; official page, evidence A)."""
    return listing("/v1/services", query(ServiceFilters, filters))


@endpoint("createService", "POST /v1/services", "service", "created", identity=by("name location"))
def create_service(service: ServiceInput, *, extra: Json | None = None) -> Call[Service]:
    """Create a service (`POST /v1/services`; path C, body inferred from the documented list, D)."""
    return post("/v1/services", body(ServiceInput, service, extra))


@endpoint("getService", "GET /v1/services/{}", "service")
def get_service(service_id: str) -> Call[Service]:
    """Show one service (`GET /v1/services/{serviceId}`; path C, shape D)."""
    return get("/v1/services/{}", service_id=service_id)


@endpoint("updateService", "PUT /v1/services/{}", "service", "updated")
def update_service(
    service_id: str, service: ServiceUpdate, *, extra: Json | None = None, overwrite: bool = False
) -> Call[Service]:
    """Write fields of a service and keep the others (`PUT /v1/services/{serviceId}`; path C, shape D).

    The service is read, merged and written, since nobody knows whether PUT merges; `overwrite=True` sends `service`
    alone.
    """
    return put(get_service(service_id), body(ServiceUpdate, service, extra), overwrite)


@endpoint("deleteService", "DELETE /v1/services/{}", "service", "deleted")
def delete_service(service_id: str) -> Call[DeleteResult]:
    """Delete a service (`DELETE /v1/services/{serviceId}`; no source shows it, evidence D)."""
    return delete(get_service(service_id))
