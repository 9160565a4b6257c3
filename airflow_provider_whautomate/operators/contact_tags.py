"""The catalogue of contact tags."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import contact_tags


class WhautomateListContactTagsOperator(WhautomateOperator, call=contact_tags.list_contact_tags): ...


class WhautomateCreateContactTagOperator(WhautomateOperator, call=contact_tags.create_contact_tag): ...


class WhautomateGetContactTagOperator(WhautomateOperator, call=contact_tags.get_contact_tag): ...


class WhautomateDeleteContactTagOperator(WhautomateOperator, call=contact_tags.delete_contact_tag): ...
