# Written by scripts/generate: `nox -s generate` writes it anew.
"""Webhooks: addresses to which Whautomate reports events."""

from __future__ import annotations

from typing import Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.api import records, webhooks
from whautomate_core.api.call import Call, Json

__all__ = [
    "WhautomateCreateWebhookOperator",
    "WhautomateDeleteWebhookOperator",
    "WhautomateGetWebhookOperator",
    "WhautomateListWebhooksOperator",
    "WhautomateUpdateWebhookOperator",
]


class WhautomateListWebhooksOperator(WhautomateEndpointOperator):
    """List webhooks (`GET /v1/webhooks`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.PageFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
        .parquet; local, or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one
        can be read by its owner only. The task then returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its database
        as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "webhooks.list_webhooks"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.PageFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListWebhooksOperator)

    def call(self) -> Call[list[records.Webhook]]:
        """Return the call of the rendered arguments."""
        return webhooks.list_webhooks(filters=self.given("filters"))


class WhautomateCreateWebhookOperator(WhautomateEndpointOperator):
    """Create a webhook (`POST /v1/webhooks`; official page, evidence A).

    :param webhook: Fields, see `whautomate_core.api.records.WebhookInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "webhooks.create_webhook"
    template_fields = ("webhook", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "webhook"})

    def __init__(
        self,
        *,
        webhook: records.WebhookInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.webhook = webhook
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateWebhookOperator)

    def call(self) -> Call[records.Webhook]:
        """Return the call of the rendered arguments."""
        return webhooks.create_webhook(webhook=self.given("webhook"), extra=self.given("extra"))


class WhautomateGetWebhookOperator(WhautomateEndpointOperator):
    """Show one webhook (`GET /v1/webhooks/{webhookId}`; official page, evidence A).

    :param webhook_id: Id of the webhook (templated).
    :param output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
        .parquet; local, or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one
        can be read by its owner only. The task then returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its database
        as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "webhooks.get_webhook"
    reads = True
    template_fields = ("webhook_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        webhook_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.webhook_id = webhook_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetWebhookOperator)

    def call(self) -> Call[records.Webhook]:
        """Return the call of the rendered arguments."""
        return webhooks.get_webhook(webhook_id=self.given("webhook_id"))


class WhautomateUpdateWebhookOperator(WhautomateEndpointOperator):
    """Write fields of a webhook and keep the others (`PUT /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    The contract requires `name`, `active` and `serverUrl`, which are taken from the existing webhook unless
    `overwrite=True`.

    :param webhook_id: Id of the webhook (templated).
    :param webhook: Fields, see `whautomate_core.api.records.WebhookUpdate` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param overwrite: Send the body alone, instead of merging it into what is there (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "webhooks.update_webhook"
    template_fields = ("webhook_id", "webhook", "extra", "overwrite", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "webhook"})

    def __init__(
        self,
        *,
        webhook_id: str | Templated,
        webhook: records.WebhookUpdate | Templated,
        extra: Json | Templated | None = None,
        overwrite: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.webhook_id = webhook_id
        self.webhook = webhook
        self.extra = extra
        self.overwrite = overwrite
        self.check_arguments(WhautomateUpdateWebhookOperator)

    def call(self) -> Call[records.Webhook]:
        """Return the call of the rendered arguments."""
        return webhooks.update_webhook(
            webhook_id=self.given("webhook_id"),
            webhook=self.given("webhook"),
            extra=self.given("extra"),
            overwrite=self.given("overwrite"),
        )


class WhautomateDeleteWebhookOperator(WhautomateEndpointOperator):
    """Delete a webhook (`DELETE /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    :param webhook_id: Id of the webhook (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "webhooks.delete_webhook"
    template_fields = ("webhook_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        webhook_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.webhook_id = webhook_id
        self.check_arguments(WhautomateDeleteWebhookOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return webhooks.delete_webhook(webhook_id=self.given("webhook_id"))
