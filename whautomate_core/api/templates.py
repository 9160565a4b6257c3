"""The list of WhatsApp templates. It is no endpoint of Whautomate's documents: only two white-label copies show it."""

from __future__ import annotations

from whautomate_core.api.call import Call, Json, listing


def list_templates(location_id: str | None = None) -> Call[list[Json]]:
    """List the WhatsApp templates of a location (`GET /v1/whatsapp-templates`; white-label copies, evidence B).

    The copies require a `workspaceId`, and where they say workspace, Whautomate says location (B). Whether Whautomate
    has this list is not documented; `Profile.template_list` says what was found.

    Returns: records of `id` and `template`, which has `name`, `language`, `category`, `status` (one copy only) and
        WhatsApp's `components`.
    """
    return listing("/v1/whatsapp-templates", {"locationId": location_id} if location_id else {})
