"""Services, what can be booked: the endpoints, and the jobs that make or change one, or those of a price list."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core.api import services
from whautomate_core.bookings import catalogue
from whautomate_core.bookings import services as lists


class WhautomateListServicesOperator(WhautomateOperator, call=services.list_services): ...


class WhautomateCreateServiceOperator(WhautomateOperator, call=services.create_service): ...


class WhautomateGetServiceOperator(WhautomateOperator, call=services.get_service): ...


class WhautomateUpdateServiceOperator(WhautomateOperator, call=services.update_service): ...


class WhautomateDeleteServiceOperator(WhautomateOperator, call=services.delete_service): ...


class WhautomateUpsertServiceOperator(WhautomateJobOperator, job=catalogue.upsert_service): ...


class WhautomateSyncServicesOperator(WhautomateJobOperator, job=lists.sync_services): ...
