"""Webhooks: addresses to which Whautomate reports events. No signature is documented; a fixed header can be one."""

from __future__ import annotations

from whautomate_core.api.call import Call, Json, delete, get, listing, post, put
from whautomate_core.api.check import body, query
from whautomate_core.api.endpoint import by, endpoint
from whautomate_core.api.records import DeleteResult, PageFilters, Webhook, WebhookInput, WebhookUpdate


@endpoint("listWebhooks", "GET /v1/webhooks", "webhook")
def list_webhooks(*, filters: PageFilters | None = None) -> Call[list[Webhook]]:
    """List webhooks (`GET /v1/webhooks`; official page, evidence A)."""
    return listing("/v1/webhooks", query(PageFilters, filters))


@endpoint("createWebhook", "POST /v1/webhooks", "webhook", "created", identity=by("name"))
def create_webhook(webhook: WebhookInput, *, extra: Json | None = None) -> Call[Webhook]:
    """Create a webhook (`POST /v1/webhooks`; official page, evidence A)."""
    return post("/v1/webhooks", body(WebhookInput, webhook, extra))


@endpoint("getWebhook", "GET /v1/webhooks/{}", "webhook")
def get_webhook(webhook_id: str) -> Call[Webhook]:
    """Show one webhook (`GET /v1/webhooks/{webhookId}`; official page, evidence A)."""
    return get("/v1/webhooks/{}", webhook_id=webhook_id)


@endpoint("updateWebhook", "PUT /v1/webhooks/{}", "webhook", "updated")
def update_webhook(
    webhook_id: str, webhook: WebhookUpdate, *, extra: Json | None = None, overwrite: bool = False
) -> Call[Webhook]:
    """Write fields of a webhook and keep the others (`PUT /v1/webhooks/{webhookId}`; white-label copy, evidence B).

    The contract requires `name`, `active` and `serverUrl`, which are taken from the existing webhook unless
    `overwrite=True`.
    """
    sent = body(WebhookInput if overwrite else WebhookUpdate, webhook, extra)
    return put(get_webhook(webhook_id), sent, overwrite)


@endpoint("deleteWebhook", "DELETE /v1/webhooks/{}", "webhook", "deleted")
def delete_webhook(webhook_id: str) -> Call[DeleteResult]:
    """Delete a webhook (`DELETE /v1/webhooks/{webhookId}`; white-label copy, evidence B)."""
    return delete(get_webhook(webhook_id))
