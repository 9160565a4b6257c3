"""The catalogue of client tags."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import client_tags


class WhautomateListClientTagsOperator(WhautomateOperator, call=client_tags.list_client_tags): ...


class WhautomateCreateClientTagOperator(WhautomateOperator, call=client_tags.create_client_tag): ...


class WhautomateGetClientTagOperator(WhautomateOperator, call=client_tags.get_client_tag): ...


class WhautomateDeleteClientTagOperator(WhautomateOperator, call=client_tags.delete_client_tag): ...
