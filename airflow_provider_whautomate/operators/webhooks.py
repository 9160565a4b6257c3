"""Webhooks: where events are reported to."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import webhooks


class WhautomateListWebhooksOperator(WhautomateOperator, call=webhooks.list_webhooks): ...


class WhautomateCreateWebhookOperator(WhautomateOperator, call=webhooks.create_webhook): ...


class WhautomateGetWebhookOperator(WhautomateOperator, call=webhooks.get_webhook): ...


class WhautomateUpdateWebhookOperator(WhautomateOperator, call=webhooks.update_webhook): ...


class WhautomateDeleteWebhookOperator(WhautomateOperator, call=webhooks.delete_webhook): ...
