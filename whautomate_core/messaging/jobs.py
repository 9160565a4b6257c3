"""The jobs around a broadcast. They take the fields of `campaign.Campaign`, where each field is described.

Written by scripts/make_jobs.py; a test compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from whautomate_core.api.call import Json
from whautomate_core.api.records import Template
from whautomate_core.errors import ConfigurationError
from whautomate_core.job import job
from whautomate_core.messaging.campaign import complete_campaign
from whautomate_core.messaging.lines import describe_broadcast, describe_cancelled, describe_plan
from whautomate_core.rows.files import Storage, fsspec_storage

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client


_PERSONAL = ("body_parameters", "header_parameters", "button_parameters", "header_media_url", "approver")
"""Values of placeholders may be about people, and the URL of a file may be signed."""

_AUDIENCE = ("segments/{segment_name}",)


@job("broadcasts", describe_plan, redacted=_PERSONAL, finished=False, reads=_AUDIENCE)
def plan_broadcast(
    client: Client,
    name: str,
    template: Template,
    *,
    segment_name: str | None = None,
    segment_id: str | None = None,
    retarget: str | None = None,
    retarget_type: str = "sent",
    body_parameters: Sequence[str] = (),
    header_parameters: Sequence[str] = (),
    button_parameters: Sequence[str] = (),
    header_media_url: str | None = None,
    template_text: Json | None = None,
    expected_parameters: Json | None = None,
    location_id: str | None = None,
    schedule_at: datetime | None = None,
    hold_minutes: float = 5.0,
    look_again: bool = True,
    send_window: tuple[str, str, str] | None = None,
    outside_window: str = "shift",
    max_lateness: timedelta | None = timedelta(hours=6),
    min_recipients: int = 1,
    max_recipients: int | None = None,
    max_deviation: str | None = None,
    unit_price: float | None = None,
    max_cost: float | None = None,
    cooldown: timedelta | None = timedelta(hours=20),
    approved_plan: Json | None = None,
    approver: str | None = None,
    min_delivered: int | str | None = None,
    max_failed: int | str | None = None,
    on_failed: str = "fail",
    suppress_failed: bool = False,
    logs_path: str | None = None,
    receipt_path: str | None = None,
    due: datetime | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Work out what a broadcast would send now, and to how many people, with the code that sends it. Writes nothing.

    Show the result to the person who approves it, and pass it to the broadcast as `approved_plan`: the broadcast is
    then sent as approved, or not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Args:
        name: Name of the broadcast. At Whautomate, a short hash of its key follows the name.
        template: Name and language of an approved template.
        segment_name: Name of the segment it is sent to. The segment must exclude opted-out people.
        segment_id: Id of the segment it is sent to.
        retarget: Id of an earlier broadcast whose recipients it is sent to. Their log is read first.
        retarget_type: Which recipients of the earlier broadcast it is sent to.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in the URLs of its buttons.
        header_media_url: URL of the image, video or document in its header.
        template_text: Texts of the template by component (header, body, button), to count their placeholders. Not
            templated.
        expected_parameters: Number of placeholders by component (header, body, button), instead of `template_text`.
        location_id: Location it belongs to; defaults to the account's.
        schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
        hold_minutes: Minimum minutes between creation and start, in which it can be cancelled.
        look_again: Check before the start for people who opted out since the creation, and create it anew without them.
            The step waits for that if the start is more than 90 seconds away.
        send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").
        outside_window: Outside of these hours: start when they begin (shift), send nothing (skip), or fail.
        max_lateness: How late after its due time it may still be sent; None means no limit. Later runs are skipped,
            such as those of a back-fill.
        min_recipients: Minimum number of people it reaches.
        max_recipients: Maximum number of people it may reach.
        max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as "50%",
            and by how much it may exceed an approved plan.
        unit_price: Price of one message.
        max_cost: Maximum cost.
        cooldown: How long the same content to the same segment is refused under another key; None permits it.
        approved_plan: The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is
            refused.
        approver: Name of the person who approved it, for the receipt.
        min_delivered: Minimum recipients it must be delivered to: a count, or a share like "95%".
        max_failed: Maximum recipients that may fail: a count, or a share like "5%"; defaults to unlimited.
        on_failed: What happens if min_delivered or max_failed is not met: the step fails, or logs a warning.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050), as
            `suppress_unreachable` does. Tags trigger automations.
        logs_path: File for the log, with one line for each recipient: JSON lines, or Parquet if it ends in .parquet. It
            holds names and numbers.
        receipt_path: File for the receipt: an HTML page if it ends in .html, else JSON.
        due: When the step was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
            `max_lateness`. Defaults to None: somebody started it by hand.
        storage: What opens URLs.

    Returns: `name`, `template`, `category` (`marketing`, `utility` or `authentication`; None if it isn't known),
        `parameters` (how many, by component), `segments` (names), `criteria`, `recipients` (the most it may reach),
        `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`, `last_recipients` (of the
        last broadcast of this name), `notes` (sentences: what could not be checked, and what may reach other people
        than meant), `hash` (differs for every other plan), `sent_before` (a broadcast with the same content and
        audience within `cooldown`: steps with another key refuse then; else None), `skipped` (why nothing would be
        sent, else None).

    Raises: `PolicyRefused` if a guard forbids it; `ConfigurationError`, also if a file that is written at its end can't
        be; `InvalidRequest`.
    """
    from whautomate_core.messaging import plan

    campaign = complete_campaign(
        name=name,
        template=template,
        segment_name=segment_name,
        segment_id=segment_id,
        retarget=retarget,
        retarget_type=retarget_type,
        body_parameters=body_parameters,
        header_parameters=header_parameters,
        button_parameters=button_parameters,
        header_media_url=header_media_url,
        template_text=template_text,
        expected_parameters=expected_parameters,
        location_id=location_id,
        schedule_at=schedule_at,
        hold_minutes=hold_minutes,
        look_again=look_again,
        send_window=send_window,
        outside_window=outside_window,
        max_lateness=max_lateness,
        min_recipients=min_recipients,
        max_recipients=max_recipients,
        max_deviation=max_deviation,
        unit_price=unit_price,
        max_cost=max_cost,
        cooldown=cooldown,
        approved_plan=approved_plan,
        approver=approver,
        min_delivered=min_delivered,
        max_failed=max_failed,
        on_failed=on_failed,
        suppress_failed=suppress_failed,
        logs_path=logs_path,
        receipt_path=receipt_path,
    )
    return plan.plan_broadcast(client, campaign, due=due, storage=storage)


@job("broadcasts", describe_broadcast, redacted=_PERSONAL, reads=_AUDIENCE, writes=("broadcasts/{name}",))
def broadcast(
    client: Client,
    name: str,
    template: Template,
    *,
    segment_name: str | None = None,
    segment_id: str | None = None,
    retarget: str | None = None,
    retarget_type: str = "sent",
    body_parameters: Sequence[str] = (),
    header_parameters: Sequence[str] = (),
    button_parameters: Sequence[str] = (),
    header_media_url: str | None = None,
    template_text: Json | None = None,
    expected_parameters: Json | None = None,
    location_id: str | None = None,
    schedule_at: datetime | None = None,
    hold_minutes: float = 5.0,
    look_again: bool = True,
    send_window: tuple[str, str, str] | None = None,
    outside_window: str = "shift",
    max_lateness: timedelta | None = timedelta(hours=6),
    min_recipients: int = 1,
    max_recipients: int | None = None,
    max_deviation: str | None = None,
    unit_price: float | None = None,
    max_cost: float | None = None,
    cooldown: timedelta | None = timedelta(hours=20),
    approved_plan: Json | None = None,
    approver: str | None = None,
    min_delivered: int | str | None = None,
    max_failed: int | str | None = None,
    on_failed: str = "fail",
    suppress_failed: bool = False,
    logs_path: str | None = None,
    receipt_path: str | None = None,
    key: str | None = None,
    due: datetime | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Send a WhatsApp template to everybody in a segment. It is created once under its key, however often this runs.

    Before it is created, its recipients are counted by reading all contacts or clients, and its guards are checked. It
    is then read back, and deleted if it differs from what was sent. If it starts more than 90 seconds later, it is
    checked for people who opted out in the meantime, and created anew without them (`look_again`). People who opt out
    in the last 90 seconds may still get it. A broadcast that was cancelled or deleted is not sent again under its key.

    Args:
        name: Name of the broadcast. At Whautomate, a short hash of its key follows the name.
        template: Name and language of an approved template.
        segment_name: Name of the segment it is sent to. The segment must exclude opted-out people.
        segment_id: Id of the segment it is sent to.
        retarget: Id of an earlier broadcast whose recipients it is sent to. Their log is read first.
        retarget_type: Which recipients of the earlier broadcast it is sent to.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in the URLs of its buttons.
        header_media_url: URL of the image, video or document in its header.
        template_text: Texts of the template by component (header, body, button), to count their placeholders. Not
            templated.
        expected_parameters: Number of placeholders by component (header, body, button), instead of `template_text`.
        location_id: Location it belongs to; defaults to the account's.
        schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
        hold_minutes: Minimum minutes between creation and start, in which it can be cancelled.
        look_again: Check before the start for people who opted out since the creation, and create it anew without them.
            The step waits for that if the start is more than 90 seconds away.
        send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin").
        outside_window: Outside of these hours: start when they begin (shift), send nothing (skip), or fail.
        max_lateness: How late after its due time it may still be sent; None means no limit. Later runs are skipped,
            such as those of a back-fill.
        min_recipients: Minimum number of people it reaches.
        max_recipients: Maximum number of people it may reach.
        max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as "50%",
            and by how much it may exceed an approved plan.
        unit_price: Price of one message.
        max_cost: Maximum cost.
        cooldown: How long the same content to the same segment is refused under another key; None permits it.
        approved_plan: The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is
            refused.
        approver: Name of the person who approved it, for the receipt.
        min_delivered: Minimum recipients it must be delivered to: a count, or a share like "95%".
        max_failed: Maximum recipients that may fail: a count, or a share like "5%"; defaults to unlimited.
        on_failed: What happens if min_delivered or max_failed is not met: the step fails, or logs a warning.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050), as
            `suppress_unreachable` does. Tags trigger automations.
        logs_path: File for the log, with one line for each recipient: JSON lines, or Parquet if it ends in .parquet. It
            holds names and numbers.
        receipt_path: File for the receipt: an HTML page if it ends in .html, else JSON.
        key: Identifies the broadcast. Never anything that changes between two runs of the same step.
        due: When the step was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
            `max_lateness`. Defaults to None: somebody started it by hand.
        storage: What opens URLs.

    Returns: `id` and `name` at Whautomate; `created`, whether this attempt created it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that created it; `start`; `recipients`, the most it may reach, and `recipients_least`;
        `excluded`, the number of people left out by tag; `cost`; `hash`, `category` and `notes` of its plan; `looked`,
        whether it was checked for opt-outs during the hold; `anew`, whether it was created anew because of them;
        `look_at`, when to call again for that check, in seconds since the epoch, else None; `skipped`, why nothing was
        sent, else None.

    Raises: `PolicyRefused` if a guard forbids it, or it was cancelled; `InvalidRequest` if the broadcast of this key
        has other content; `OutcomeUnknown` if it is unknown whether it was created: then it is not sent again;
        `ConfigurationError`, also if a file that is written at its end can't be.
    """
    from whautomate_core.messaging.send import send_broadcast

    campaign = complete_campaign(
        name=name,
        template=template,
        segment_name=segment_name,
        segment_id=segment_id,
        retarget=retarget,
        retarget_type=retarget_type,
        body_parameters=body_parameters,
        header_parameters=header_parameters,
        button_parameters=button_parameters,
        header_media_url=header_media_url,
        template_text=template_text,
        expected_parameters=expected_parameters,
        location_id=location_id,
        schedule_at=schedule_at,
        hold_minutes=hold_minutes,
        look_again=look_again,
        send_window=send_window,
        outside_window=outside_window,
        max_lateness=max_lateness,
        min_recipients=min_recipients,
        max_recipients=max_recipients,
        max_deviation=max_deviation,
        unit_price=unit_price,
        max_cost=max_cost,
        cooldown=cooldown,
        approved_plan=approved_plan,
        approver=approver,
        min_delivered=min_delivered,
        max_failed=max_failed,
        on_failed=on_failed,
        suppress_failed=suppress_failed,
        logs_path=logs_path,
        receipt_path=receipt_path,
    )
    if key is None:
        raise ConfigurationError("key is missing: it identifies the broadcast when this step runs again")
    return send_broadcast(client, campaign, key, due=due, storage=storage)


@job("broadcasts", describe_cancelled, finished=False)
def cancel_broadcast(client: Client, *, key: str | None = None, broadcast_id: str | None = None) -> Json:
    """Cancel a broadcast: delete it if it is scheduled to start more than a minute from now.

    Its claim becomes final, so that no step with the same key sends it again.

    Args:
        key: The key it was created under; this or `broadcast_id`.
        broadcast_id: Its id.

    Returns: `cancelled`, whether it was; `id`; `why` it wasn't, else None.

    Raises: `ConfigurationError`; `UnexpectedResponse` if it still exists after it was deleted.
    """
    from whautomate_core.messaging import cancel

    return cancel.cancel_broadcast(client, key=key, broadcast_id=broadcast_id)
