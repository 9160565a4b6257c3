"""Clients, the people who book: the endpoints, and the jobs that find one and write to one."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core import people
from whautomate_core.api import clients


class WhautomateListClientsOperator(WhautomateOperator, call=clients.list_clients): ...


class WhautomateCreateClientOperator(WhautomateOperator, call=clients.create_client): ...


class WhautomateGetClientOperator(WhautomateOperator, call=clients.get_client): ...


class WhautomateUpdateClientOperator(WhautomateOperator, call=clients.update_client): ...


class WhautomateDeleteClientOperator(WhautomateOperator, call=clients.delete_client): ...


class WhautomateAddClientTagsOperator(WhautomateOperator, call=clients.add_client_tags): ...


class WhautomateRemoveClientTagsOperator(WhautomateOperator, call=clients.remove_client_tags): ...


class WhautomateFindClientOperator(WhautomateJobOperator, job=people.find_client): ...


class WhautomateSetClientFieldsOperator(WhautomateJobOperator, job=people.set_client_fields): ...
