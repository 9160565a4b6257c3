"""Tasks of webhooks.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from typing import Any

from prefect_whautomate._endpoints import read, read_all, send, send_once
from prefect_whautomate._task import whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import webhooks as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import PageFilters, Webhook, WebhookInput, WebhookUpdate

__all__ = ["create_webhook", "delete_webhook", "get_webhook", "list_webhooks", "update_webhook"]


@whautomate_task(finished_in_run=False)
def list_webhooks(
    credentials: WhautomateCredentials,
    *,
    filters: PageFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Webhook] | Any:
    """List webhooks (`GET /v1/webhooks`; official page, evidence A).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.PageFilters`.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The records without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.webhooks import list_webhooks

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_webhooks(credentials)
        ```
    """
    call = api.list_webhooks(filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def create_webhook(
    credentials: WhautomateCredentials,
    webhook: WebhookInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a webhook (`POST /v1/webhooks`; official page, evidence A).

    Args:
        credentials: The block of the account.
        webhook: Fields, see `whautomate_core.api.records.WebhookInput`.
        extra: Fields to send that the check of names does not know.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.webhooks import create_webhook

        @flow
        def my_flow(webhook):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_webhook(credentials, webhook)
        ```
    """
    call = api.create_webhook(webhook, extra=extra)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def get_webhook(
    credentials: WhautomateCredentials,
    webhook_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Webhook | Any:
    """Show one webhook (`GET /v1/webhooks/{webhookId}`; official page, evidence A).

    Args:
        credentials: The block of the account.
        webhook_id: Id of the webhook.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The record without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.webhooks import get_webhook

        @flow
        def my_flow(webhook_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_webhook(credentials, webhook_id)
        ```
    """
    call = api.get_webhook(webhook_id)
    return read(credentials, call, output_path=output_path, return_records=return_records, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def update_webhook(
    credentials: WhautomateCredentials,
    webhook_id: str,
    webhook: WebhookUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write fields of a webhook and keep the others (`PUT /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    The contract requires `name`, `active` and `serverUrl`, which are taken from the existing webhook unless
    `overwrite=True`.

    Args:
        credentials: The block of the account.
        webhook_id: Id of the webhook.
        webhook: Fields, see `whautomate_core.api.records.WebhookUpdate`.
        extra: Fields to send that the check of names does not know.
        overwrite: Send the body alone, instead of merging it into what is there.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.webhooks import update_webhook

        @flow
        def my_flow(webhook_id, webhook):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_webhook(credentials, webhook_id, webhook)
        ```
    """
    call = api.update_webhook(webhook_id, webhook, extra=extra, overwrite=overwrite)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def delete_webhook(credentials: WhautomateCredentials, webhook_id: str, *, max_requests: int | None = None) -> Json:
    """Delete a webhook (`DELETE /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    Args:
        credentials: The block of the account.
        webhook_id: Id of the webhook.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.webhooks import delete_webhook

        @flow
        def my_flow(webhook_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_webhook(credentials, webhook_id)
        ```
    """
    call = api.delete_webhook(webhook_id)
    return send(credentials, call, max_requests=max_requests)
