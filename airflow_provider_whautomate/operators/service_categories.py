"""Categories of services."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import service_categories


class WhautomateListServiceCategoriesOperator(WhautomateOperator, call=service_categories.list_service_categories): ...


class WhautomateCreateServiceCategoryOperator(WhautomateOperator, call=service_categories.create_service_category): ...


class WhautomateGetServiceCategoryOperator(WhautomateOperator, call=service_categories.get_service_category): ...


class WhautomateDeleteServiceCategoryOperator(WhautomateOperator, call=service_categories.delete_service_category): ...
