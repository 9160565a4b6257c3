"""Business locations."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import locations


class WhautomateListLocationsOperator(WhautomateOperator, call=locations.list_locations): ...


class WhautomateGetLocationOperator(WhautomateOperator, call=locations.get_location): ...
