"""All endpoints, of every resource. Code that needs one of them imports the module of its resource instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from whautomate_core.api import (
    account,
    appointments,
    broadcasts,
    classes,
    client_tags,
    clients,
    contact_tags,
    contacts,
    locations,
    messages,
    segments,
    service_categories,
    services,
    staffs,
    webhooks,
)
from whautomate_core.api.endpoint import Endpoint, registered

RESOURCES = (
    account, appointments, broadcasts, classes, client_tags, clients, contact_tags, contacts, locations, messages,
    segments, service_categories, services, staffs, webhooks,
)  # fmt: skip
"""The modules that hold endpoints."""

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {one.id: one for module in RESOURCES for one in registered() if one.function.__module__ == module.__name__}
)
"""operationId -> endpoint, by resource, in the order of the modules."""

BY_NAME: Mapping[str, Endpoint] = MappingProxyType({f"{one.resource}.{one.name}": one for one in ENDPOINTS.values()})
"""`contacts.create_contact` -> endpoint."""

BY_REQUEST: Mapping[str, Endpoint] = MappingProxyType({one.request: one for one in ENDPOINTS.values()})
"""`POST /v1/contacts` -> endpoint; ids in the path are `{}`."""
