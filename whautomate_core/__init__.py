"""Whautomate without an orchestrator: calls, clients, sync and campaigns. Imports neither Airflow nor Prefect.

The public names are here: `from whautomate_core import Client, account_from_settings, sync_contacts`. The functions
that make calls are in `whautomate_core.api`, one module a resource. What is heavy is loaded when it is first used, so
importing this package loads no HTTP client and no database.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Call
from whautomate_core.errors import (
    AuthenticationError,
    BudgetExceeded,
    Busy,
    ConfigurationError,
    ConnectionFailed,
    DiskFull,
    InvalidRequest,
    KeyTaken,
    ListUnstable,
    NoSuchPath,
    NotDelivered,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StateLost,
    StateUnavailable,
    Stopped,
    UnexpectedResponse,
    UnreadableRecord,
    WhautomateError,
    WrongRecord,
)
from whautomate_core.version import __version__ as __version__

if TYPE_CHECKING:
    from whautomate_core.account import Account, account_from_settings
    from whautomate_core.api.endpoint import Endpoint
    from whautomate_core.api.registry import ENDPOINTS
    from whautomate_core.bookings.appointments import cancel_booking, reschedule_booking
    from whautomate_core.bookings.catalogue import upsert_class, upsert_service
    from whautomate_core.bookings.exports import export_appointments, export_bookings, export_classes
    from whautomate_core.bookings.participants import enrol_participants
    from whautomate_core.bookings.services import sync_services
    from whautomate_core.bookings.slots import book_slot
    from whautomate_core.bookings.staff_blocks import sync_staff_blocks
    from whautomate_core.bookings.timetable import sync_classes
    from whautomate_core.client.client import AsyncClient, Client
    from whautomate_core.job import Job
    from whautomate_core.jobs import JOBS
    from whautomate_core.messaging.jobs import broadcast, cancel_broadcast, plan_broadcast
    from whautomate_core.messaging.messages import send_template_to_contacts
    from whautomate_core.messaging.segments import ensure_audience, ensure_segment
    from whautomate_core.messaging.unreachable import failed_recipients, suppress_unreachable
    from whautomate_core.people.find import find_client, find_contact
    from whautomate_core.people.opt_outs import export_opt_outs
    from whautomate_core.people.update import set_client_fields, set_contact_fields, set_contact_stage
    from whautomate_core.policy import Policy
    from whautomate_core.rows.sql import Sql
    from whautomate_core.rows.tables import Table
    from whautomate_core.sync.clients import sync_clients, tag_clients
    from whautomate_core.sync.contacts import sync_contacts, tag_contacts
    from whautomate_core.values.limits import Limits

__all__ = [
    "ENDPOINTS",
    "JOBS",
    "Account",
    "AsyncClient",
    "AuthenticationError",
    "BudgetExceeded",
    "Busy",
    "Call",
    "Client",
    "ConfigurationError",
    "ConnectionFailed",
    "DiskFull",
    "Endpoint",
    "InvalidRequest",
    "Job",
    "KeyTaken",
    "Limits",
    "ListUnstable",
    "NoSuchPath",
    "NotDelivered",
    "NotFound",
    "OutcomeUnknown",
    "Policy",
    "PolicyRefused",
    "QuotaExhausted",
    "RateLimited",
    "ServerError",
    "Sql",
    "StateLost",
    "StateUnavailable",
    "Stopped",
    "Table",
    "UnexpectedResponse",
    "UnreadableRecord",
    "WhautomateError",
    "WrongRecord",
    "account_from_settings",
    "book_slot",
    "broadcast",
    "cancel_booking",
    "cancel_broadcast",
    "enrol_participants",
    "ensure_audience",
    "ensure_segment",
    "export_appointments",
    "export_bookings",
    "export_classes",
    "export_opt_outs",
    "failed_recipients",
    "find_client",
    "find_contact",
    "plan_broadcast",
    "reschedule_booking",
    "send_template_to_contacts",
    "set_client_fields",
    "set_contact_fields",
    "set_contact_stage",
    "suppress_unreachable",
    "sync_classes",
    "sync_clients",
    "sync_contacts",
    "sync_services",
    "sync_staff_blocks",
    "tag_clients",
    "tag_contacts",
    "upsert_class",
    "upsert_service",
]

_HOMES = {
    "Account": "account",
    "AsyncClient": "client.client",
    "Client": "client.client",
    "ENDPOINTS": "api.registry",
    "Endpoint": "api.endpoint",
    "JOBS": "jobs",
    "Job": "job",
    "Limits": "values.limits",
    "Policy": "policy",
    "Sql": "rows.sql",
    "Table": "rows.tables",
    "account_from_settings": "account",
    "book_slot": "bookings.slots",
    "broadcast": "messaging.jobs",
    "cancel_booking": "bookings.appointments",
    "cancel_broadcast": "messaging.jobs",
    "enrol_participants": "bookings.participants",
    "ensure_audience": "messaging.segments",
    "ensure_segment": "messaging.segments",
    "export_appointments": "bookings.exports",
    "export_bookings": "bookings.exports",
    "export_classes": "bookings.exports",
    "export_opt_outs": "people.opt_outs",
    "failed_recipients": "messaging.unreachable",
    "find_client": "people.find",
    "find_contact": "people.find",
    "plan_broadcast": "messaging.jobs",
    "reschedule_booking": "bookings.appointments",
    "send_template_to_contacts": "messaging.messages",
    "set_client_fields": "people.update",
    "set_contact_fields": "people.update",
    "set_contact_stage": "people.update",
    "suppress_unreachable": "messaging.unreachable",
    "sync_classes": "bookings.timetable",
    "sync_clients": "sync.clients",
    "sync_contacts": "sync.contacts",
    "sync_services": "bookings.services",
    "sync_staff_blocks": "bookings.staff_blocks",
    "tag_clients": "sync.clients",
    "tag_contacts": "sync.contacts",
    "upsert_class": "bookings.catalogue",
    "upsert_service": "bookings.catalogue",
}
"""Name -> the module it is loaded from. The imports above say the same to type checkers; a test compares them."""


def __getattr__(name: str) -> Any:
    """Load a public name."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


def __dir__() -> list[str]:
    """Names that exist, loaded or not."""
    return sorted({*globals(), *__all__})
