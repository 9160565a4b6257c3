"""Clients: the people who book."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import clients


class WhautomateListClientsOperator(WhautomateOperator, call=clients.list_clients): ...


class WhautomateCreateClientOperator(WhautomateOperator, call=clients.create_client): ...


class WhautomateGetClientOperator(WhautomateOperator, call=clients.get_client): ...


class WhautomateUpdateClientOperator(WhautomateOperator, call=clients.update_client): ...


class WhautomateDeleteClientOperator(WhautomateOperator, call=clients.delete_client): ...


class WhautomateAddClientTagsOperator(WhautomateOperator, call=clients.add_client_tags): ...


class WhautomateRemoveClientTagsOperator(WhautomateOperator, call=clients.remove_client_tags): ...
