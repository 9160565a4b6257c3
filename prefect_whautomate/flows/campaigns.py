"""Flows from a source of people to a delivered broadcast, and for the report of a broadcast."""

# No annotations as text: Prefect may load this file by its path, and then nobody finds their names.

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from prefect import flow
from pydantic import Field

from prefect_whautomate.broadcasts import broadcast, failed_recipients, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts, tag_contacts
from prefect_whautomate.credentials import WhautomateCredentials
from prefect_whautomate.flows._forms import (
    Amount,
    Columns,
    Count,
    Minutes,
    Region,
    Seconds,
    Source,
    Text,
    Threshold,
    day_of_run,
    path_of,
    rows_of,
)
from prefect_whautomate.segments import ensure_segment
from whautomate_core.api.call import Json
from whautomate_core.api.records import Template
from whautomate_core.messaging.campaign import campaign_from
from whautomate_core.messaging.outcome import Ending, require_files
from whautomate_core.messaging.whole_campaign import steps_of_campaign
from whautomate_core.sync.options import Members


@flow
def contacts_to_campaign_flow(
    credentials: WhautomateCredentials,
    source: Source,
    mapping: Columns,
    consent_column: Text | None,
    tag: Text,
    name: Text,
    template: Template,
    segment_name: Text | None = None,
    members: Members = "exactly",
    default_region: Region | None = None,
    region_column: Text | None = None,
    suppress: Source | None = None,
    location_id: Text | None = None,
    max_rejected: Threshold = "100%",
    max_consent_rejected: Threshold = 0,
    max_suppress_rejected: Threshold = 0,
    max_created: Threshold | None = None,
    max_added: Threshold | None = None,
    max_removed: Threshold | None = "10%",
    rejects_path: Text | None = None,
    body_parameters: list[str] = [],  # noqa: B006
    header_parameters: list[str] = [],  # noqa: B006
    button_parameters: list[str] = [],  # noqa: B006
    header_media_url: Text | None = None,
    hold_minutes: Minutes = 5.0,
    send_window: tuple[str, str, str] | None = None,
    outside_window: Literal["shift", "skip", "fail"] = "shift",
    max_lateness: timedelta | None = timedelta(hours=6),
    min_recipients: Count = 1,
    max_recipients: Annotated[int, Field(ge=1)] | None = None,
    max_deviation: Threshold | None = None,
    unit_price: Amount | None = None,
    max_cost: Amount | None = None,
    cooldown: timedelta | None = timedelta(hours=20),
    min_delivered: Threshold | None = None,
    max_failed: Threshold | None = "5%",
    suppress_failed: bool = False,
    logs_path: Text | None = None,
    receipt_path: Text | None = None,
    poll_interval: Seconds = 60.0,
    timeout: Seconds = 86_400.0,
    day: date | None = None,
) -> Json:
    """Bring the people of a source to Whautomate, send them a broadcast, and wait until it is delivered.

    The broadcast of a name is sent once for each day, however often the flow runs for it. Opted-out people get none.

    Args:
        credentials: The account.
        source: Path or URL of a CSV, JSON lines or Parquet file, in which `{day}` stands for the day, or a query.
        mapping: Field of a contact and its column, such as `{"name": "full_name", "phoneNumber": "mobile"}`.
            `phoneNumber` is required.
        consent_column: Column that says yes or no. None says that everybody in the source has agreed.
        tag: Name of the tag that marks these people. It must be this campaign's own: everybody who has it gets the
            broadcast.
        name: Name of the broadcast. The flow sends one broadcast of a name for each day.
        template: Name and language of an approved template.
        segment_name: Name of the segment; defaults to that of the tag.
        members: `exactly`: people who are not in the source lose the tag, unless rows were rejected. `at_least`: nobody
            loses it, so people of earlier sources get the broadcast too.
        default_region: Country of numbers without a country code.
        region_column: Column with the country of the row's number.
        suppress: A source of people who opted out elsewhere. They get the opt-out tag.
        location_id: Location of new contacts, the segment and the broadcast; defaults to the account's.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share such as `5%`.
        max_consent_rejected: How many rows without consent may be about somebody we can't identify.
        max_suppress_rejected: How many rows of `suppress` may be about somebody we can't identify.
        max_created: How many contacts may be created before nothing is sent; defaults to unlimited.
        max_added: How many contacts may get the tag before nothing is sent; defaults to unlimited.
        max_removed: How many contacts may lose the tag before nothing is sent: a count, or a share of those who have
            it. If every run is for other people, set it to `100%`.
        rejects_path: File for the rows that were not used, in which `{day}` stands for the day.
        body_parameters: Values of the placeholders in the template's body.
        header_parameters: Values of the placeholders in its header.
        button_parameters: Values of the placeholders in the URLs of its buttons.
        header_media_url: URL of the image, video or document in its header.
        hold_minutes: Minimum minutes between creation and start, in which it can be cancelled.
        send_window: Hours in which it may start, as `["09:00", "20:00", "Europe/Berlin"]`.
        outside_window: Outside of these hours: start when they begin (`shift`), send nothing (`skip`), or `fail`.
        max_lateness: How long after its planned start a run may still send, as `PT6H`; None means no limit.
        min_recipients: Minimum number of people it reaches.
        max_recipients: Maximum number of people it may reach.
        max_deviation: How far the number of recipients may differ from the last broadcast of this name.
        unit_price: Price of one message.
        max_cost: Maximum cost.
        cooldown: How long the same content to the same segment is refused on another day; None permits it.
        min_delivered: Recipients that it must be delivered to: a count, or a share.
        max_failed: Recipients that may fail before the run does: a count, or a share; None means no limit.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp. Tags
            trigger automations.
        logs_path: File for the log, a line for each recipient with name and number; `{day}` stands for the day.
        receipt_path: File for the receipt: an HTML page if it ends in `.html`, else JSON; `{day}` stands for the day.
        poll_interval: Seconds until the second check for the end; doubles with each, up to a quarter of an hour.
        timeout: Seconds until the wait for the end gives up.
        day: The day of the campaign; defaults to the day (UTC) for which the run was planned.

    Returns: What each step returned: `sync`, `tag`, `segment`, `broadcast`, and `wait`, which is None if nothing was
        sent.
    """
    day = day or day_of_run()
    source_of_day, suppressed = rows_of(source, day), rows_of(suppress, day)
    paths = {"rejects_path": rejects_path, "logs_path": logs_path, "receipt_path": receipt_path}
    steps = steps_of_campaign(
        locals()
        | {name: path and path_of(path, day) for name, path in paths.items()}
        | {"source": source_of_day, "suppress": suppressed}
    )
    campaign_from(steps["broadcast"] | {"segment_name": steps["segment"]["segment_name"]})  # before anybody is synced
    require_files(Ending(logs_path=steps["wait"]["logs_path"], receipt_path=steps["wait"]["receipt_path"]))
    synced = sync_contacts(credentials, **steps["sync"])
    tagged = tag_contacts(credentials, **steps["tag"])
    segment = ensure_segment(credentials, **steps["segment"])
    sent = broadcast(
        credentials, **steps["broadcast"], segment_id=segment["id"], key=f"contacts_to_campaign {name} {day}"
    )
    ended = None if sent["skipped"] else wait_for_broadcast(credentials, sent["id"], **steps["wait"])
    return {"sync": synced, "tag": tagged, "segment": segment, "broadcast": sent, "wait": ended}


@flow
def campaign_report_flow(
    credentials: WhautomateCredentials,
    broadcast_id: Text,
    receipt_path: Text | None = None,
    logs_path: Text | None = None,
    failed_path: Text | None = None,
    min_delivered: Threshold | None = None,
    max_failed: Threshold | None = None,
    on_failed: Literal["fail", "warn"] = "fail",
    suppress_failed: bool = False,
    poll_interval: Seconds = 60.0,
    timeout: Seconds = 86_400.0,
    day: date | None = None,
) -> Json:
    """Wait until a broadcast is over, and write its receipt, its log, and whom it did not reach.

    If this run is cancelled, the broadcast stays scheduled.

    Args:
        credentials: The account.
        broadcast_id: Id of the broadcast.
        receipt_path: File for the receipt: an HTML page if it ends in `.html`, else JSON; `{day}` stands for the day.
        logs_path: File for the log, a line for each recipient with name and number; `{day}` stands for the day.
        failed_path: File with a line for each recipient that failed, which says who may be tried again, and when;
            `{day}` stands for the day.
        min_delivered: Recipients that it has to be delivered to: a count, or a share such as `95%`.
        max_failed: Recipients that may fail before the run does: a count, or a share; None means no limit.
        on_failed: What happens if `min_delivered` or `max_failed` is not kept: the run fails, or logs a warning.
        suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp. Tags
            trigger automations.
        poll_interval: Seconds until the second check for the end; doubles with each, up to a quarter of an hour.
        timeout: Seconds until the wait gives up.
        day: What `{day}` stands for; defaults to the day (UTC) for which the run was planned.

    Returns: The figures of the broadcast, as the task `wait_for_broadcast` returns them; with `failed_path`, `retry` is
        what the task `failed_recipients` returns.
    """
    day = day or day_of_run()
    ended: dict[str, Any] = wait_for_broadcast(
        credentials,
        broadcast_id,
        min_delivered=min_delivered,
        max_failed=max_failed,
        on_failed=on_failed,
        suppress_failed=suppress_failed,
        logs_path=logs_path and path_of(logs_path, day),
        receipt_path=receipt_path and path_of(receipt_path, day),
        cancel_on_kill=False,
        poll_interval=poll_interval,
        timeout=timeout,
    )
    if failed_path:
        ended["retry"] = failed_recipients(credentials, broadcast_id, output_path=path_of(failed_path, day))
    return ended
