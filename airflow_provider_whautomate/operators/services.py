"""Services, what can be booked: the endpoints, and the job that makes or changes one by its name."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core import catalogue
from whautomate_core.api import services


class WhautomateListServicesOperator(WhautomateOperator, call=services.list_services): ...


class WhautomateCreateServiceOperator(WhautomateOperator, call=services.create_service): ...


class WhautomateGetServiceOperator(WhautomateOperator, call=services.get_service): ...


class WhautomateUpdateServiceOperator(WhautomateOperator, call=services.update_service): ...


class WhautomateDeleteServiceOperator(WhautomateOperator, call=services.delete_service): ...


class WhautomateUpsertServiceOperator(WhautomateJobOperator, job=catalogue.upsert_service): ...
