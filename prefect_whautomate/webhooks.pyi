# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Webhooks: where events are reported to."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import PageFilters
from whautomate_core.api.records import Webhook
from whautomate_core.api.records import WebhookInput
from whautomate_core.api.records import WebhookUpdate

class _list_webhooks(Task[..., list[Webhook]]):
    """List webhooks (`GET /v1/webhooks`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: PageFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Webhook]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_webhooks: _list_webhooks

class _alist_webhooks(Task[..., Coroutine[Any, Any, list[Webhook]]]):
    """`list_webhooks` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: PageFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Webhook]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: PageFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_webhooks: _alist_webhooks

class _create_webhook(Task[..., dict[str, Any]]):
    """Create a webhook (`POST /v1/webhooks`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, webhook: WebhookInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_webhook: _create_webhook

class _acreate_webhook(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_webhook` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, webhook: WebhookInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_webhook: _acreate_webhook

class _get_webhook(Task[..., Webhook]):
    """Show one webhook (`GET /v1/webhooks/{webhookId}`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Webhook: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_webhook: _get_webhook

class _aget_webhook(Task[..., Coroutine[Any, Any, Webhook]]):
    """`get_webhook` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Webhook]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_webhook: _aget_webhook

class _update_webhook(Task[..., dict[str, Any]]):
    """Write fields of a webhook and keep the others (`PUT /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    The contract requires `name`, `active` and `serverUrl`, which are taken from what is there unless
    `overwrite=True`.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, webhook: WebhookUpdate, *, extra: Json | None = ..., overwrite: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_webhook: _update_webhook

class _aupdate_webhook(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_webhook` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, webhook: WebhookUpdate, *, extra: Json | None = ..., overwrite: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_webhook: _aupdate_webhook

class _delete_webhook(Task[..., dict[str, Any]]):
    """Delete a webhook (`DELETE /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_webhook: _delete_webhook

class _adelete_webhook(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_webhook` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, webhook_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_webhook: _adelete_webhook

