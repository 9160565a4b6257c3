"""Clients, the people who book: the endpoints, and the jobs that sync and tag them, find one, and write to one."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator, WhautomatePeopleJobOperator
from whautomate_core.api import clients
from whautomate_core.people import find as people
from whautomate_core.sync import clients as jobs


class WhautomateListClientsOperator(WhautomateOperator, call=clients.list_clients): ...


class WhautomateCreateClientOperator(WhautomateOperator, call=clients.create_client): ...


class WhautomateGetClientOperator(WhautomateOperator, call=clients.get_client): ...


class WhautomateUpdateClientOperator(WhautomateOperator, call=clients.update_client): ...


class WhautomateDeleteClientOperator(WhautomateOperator, call=clients.delete_client): ...


class WhautomateAddClientTagsOperator(WhautomateOperator, call=clients.add_client_tags): ...


class WhautomateRemoveClientTagsOperator(WhautomateOperator, call=clients.remove_client_tags): ...


class WhautomateSyncClientsOperator(WhautomatePeopleJobOperator, job=jobs.sync_clients): ...


class WhautomateTagClientsOperator(WhautomatePeopleJobOperator, job=jobs.tag_clients): ...


class WhautomateFindClientOperator(WhautomateJobOperator, job=people.find_client): ...


class WhautomateSetClientFieldsOperator(WhautomateJobOperator, job=people.set_client_fields): ...
