"""Groups of tasks that are used together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from airflow.providers.common.compat.sdk import TaskGroup

from airflow_provider_whautomate._arguments import Templated, knows_arguments
from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomatePlanBroadcastOperator,
)
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator, WhautomateTagContactsOperator
from airflow_provider_whautomate.operators.segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.sources import RowSource
from whautomate_core.api.call import Json
from whautomate_core.api.records import Template
from whautomate_core.errors import ConfigurationError
from whautomate_core.messaging.whole_campaign import steps_of_campaign
from whautomate_core.sync.options import Column, Members
from whautomate_core.values.thresholds import Threshold


@knows_arguments
def contacts_to_campaign(
    *,
    source: RowSource | Templated,
    mapping: Mapping[str, Column],
    consent_column: str | Templated | None,
    tag: str | Templated,
    name: str | Templated,
    template: Template | Templated,
    group_id: str = "campaign",
    segment_name: str | Templated | None = None,
    members: Members | Templated = "exactly",
    default_region: str | Templated | None = None,
    region_column: str | Templated | None = None,
    suppress: RowSource | Templated | None = None,
    location_id: str | Templated | None = None,
    max_rejected: Threshold | Templated = "100%",
    max_consent_rejected: Threshold | Templated = 0,
    max_suppress_rejected: Threshold | Templated = 0,
    max_created: Threshold | Templated | None = None,
    max_added: Threshold | Templated | None = None,
    max_removed: Threshold | Templated | None = "10%",
    rejects_path: str | Templated | None = None,
    body_parameters: Sequence[str] | Templated = (),
    header_parameters: Sequence[str] | Templated = (),
    button_parameters: Sequence[str] | Templated = (),
    header_media_url: str | Templated | None = None,
    template_text: Json | None = None,
    schedule_at: datetime | Templated | None = None,
    hold_minutes: float | Templated = 5.0,
    send_window: tuple[str, str, str] | Templated | None = None,
    outside_window: str | Templated = "shift",
    max_lateness: timedelta | Templated | None = timedelta(hours=6),
    min_recipients: int | Templated = 1,
    max_recipients: int | Templated | None = None,
    max_deviation: str | Templated | None = None,
    unit_price: float | Templated | None = None,
    max_cost: float | Templated | None = None,
    cooldown: timedelta | Templated | None = timedelta(hours=20),
    min_delivered: Threshold | Templated | None = None,
    max_failed: Threshold | Templated | None = "5%",
    suppress_failed: bool | Templated = False,
    logs_path: str | Templated | None = None,
    receipt_path: str | Templated | None = None,
    deferrable: bool = True,
    poll_interval: float | timedelta = 60.0,
    timeout: float | timedelta = 86_400.0,
    whautomate_conn_id: str | None = None,
    default_args: Mapping[str, Any] | None = None,
) -> TaskGroup:
    """Add tasks that bring the people of a source to Whautomate, send them a broadcast, and wait until it is delivered.

    The tasks of the group, in this order; what they return is the result of their operators:

    - `sync` creates and updates the contacts of the source (`WhautomateSyncContactsOperator`).
    - `tag` makes these people, and nobody else, have the tag (`WhautomateTagContactsOperator`).
    - `segment` makes sure that there is a segment of the tag, without opted-out people
      (`WhautomateEnsureSegmentOperator`).
    - `plan` works out what will be sent, and to how many people (`WhautomatePlanBroadcastOperator`).
    - `broadcast` sends it, or refuses if that is no longer what was planned (`WhautomateBroadcastOperator`).
    - `wait` waits for its figures (`WhautomateBroadcastSensor`).

    Their ids are `campaign.sync` and so on, with the group's id before the dot. They are part of the keys under which
    sends are claimed: a run whose group was renamed may send again what it has sent.

    :param source: As for `WhautomateSyncContactsOperator`. It is read by `sync` and by `tag`.
    :param mapping: Field of a contact -> its column, as there. `phoneNumber` is required, and must be a column.
    :param consent_column: Column that says yes or no, as there. None says that everybody in the source has agreed.
    :param tag: Name of the tag. It must be this group's own: everybody who has it gets the broadcast.
    :param name: Name of the broadcast. In a mapped task group, each needs another.
    :param template: Name and language of an approved template.
    :param group_id: Id of the group, which must be another for each group of a DAG.
    :param segment_name: Name of the segment; defaults to that of the tag.
    :param members: `exactly`: people who are not in the source lose the tag, unless rows were rejected, since these may
        be about anybody (then `kept` of the task `tag` counts them). `at_least`: nobody loses it, so people of earlier
        sources get the broadcast too.
    :param default_region: Country of numbers without a country code, such as `DE`.
    :param region_column: Column with the country of the row's number.
    :param suppress: A source of people who opted out elsewhere.
    :param location_id: Location of new contacts, the segment and the broadcast; defaults to the connection's.
    :param max_rejected: Rows that may be unfit before nothing is sent: a count, or a share of all rows such as "5%".
    :param max_consent_rejected: Rows that may refuse consent, or not say yes or no, and identify nobody.
    :param max_suppress_rejected: Rows of `suppress` that may identify nobody.
    :param max_created: How many contacts may be created before nothing is sent; defaults to unlimited.
    :param max_added: How many contacts may get the tag before nothing is sent; defaults to unlimited.
    :param max_removed: How many contacts may lose the tag before nothing is sent: a count, or a share of those who have
        it. If every run is for other people, set it to "100%".
    :param rejects_path: File for the rows that were not used.
    :param body_parameters: Values of the placeholders in the template's body.
    :param header_parameters: Values of the placeholders in its header.
    :param button_parameters: Values of the placeholders in the URLs of its buttons.
    :param header_media_url: URL of the image, video or document in its header.
    :param template_text: Texts of the template by component, to count their placeholders. Not templated.
    :param schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now.
    :param hold_minutes: Minimum minutes between creation and start, in which it can be cancelled.
    :param send_window: Hours in which it may start, as ("09:00", "20:00", "Europe/Berlin").
    :param outside_window: Outside of these hours: start when they begin (`shift`), send nothing (`skip`), or `fail`.
    :param max_lateness: How late after its due time it may still be sent; None means no limit.
    :param min_recipients: Minimum number of people it reaches.
    :param max_recipients: Maximum number of people it may reach.
    :param max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as
        "50%", and by how much it may exceed the plan.
    :param unit_price: Price of one message.
    :param max_cost: Maximum cost.
    :param cooldown: How long the same content to the same segment is refused under another key; None permits it.
    :param min_delivered: Recipients that it must be delivered to: a count, or a share.
    :param max_failed: Recipients that may fail before `wait` does: a count, or a share; None means no limit.
    :param suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050).
        Tags trigger automations.
    :param logs_path: File for the log, a line for each recipient with name and number.
    :param receipt_path: File for the receipt: an HTML page if it ends in .html, else JSON.
    :param deferrable: Wait for the end of the hold and of the broadcast in the triggerer, without a worker slot.
    :param poll_interval: Seconds until the second check for the end; doubles with each, up to 15 minutes.
    :param timeout: Seconds until `wait` gives up.
    :param whautomate_conn_id: The connection; defaults to that of `default_args`, else `whautomate_default`.
    :param default_args: Arguments of all its tasks, such as `pool` or `retries`, as for Airflow's `TaskGroup`.
    :return: The group. `get_child_by_label("wait")` is one of its tasks, and `.output` of that is what it returned.
    :raises ConfigurationError: and `InvalidRequest`, which name task and argument, for what is wrong in the DAG file.

    All arguments are templated, except `mapping` (its column of `phoneNumber`), `template_text` and those below
    `receipt_path`.
    """
    try:
        steps = steps_of_campaign(locals())
    except ConfigurationError as error:
        raise ConfigurationError(f"task group {group_id!r}: {error}") from None
    of_all: Any = dict(default_args or {})
    if whautomate_conn_id is not None:
        of_all["whautomate_conn_id"] = whautomate_conn_id
    with TaskGroup(group_id, default_args=of_all) as group:
        sync = WhautomateSyncContactsOperator(task_id="sync", **steps["sync"])
        tagged = WhautomateTagContactsOperator(task_id="tag", **steps["tag"])
        segment = WhautomateEnsureSegmentOperator(task_id="segment", **steps["segment"])
        campaign: Any = {**steps["broadcast"], "segment_id": _id_of(segment)}
        # Nothing is sent if the files of its end can't be written, which `plan` checks.
        files: Any = {"logs_path": logs_path, "receipt_path": receipt_path}
        plan = WhautomatePlanBroadcastOperator(task_id="plan", **campaign, **files)
        broadcast = WhautomateBroadcastOperator(
            task_id="broadcast", **campaign, approved_plan=plan.output, deferrable=deferrable
        )
        wait = WhautomateBroadcastSensor(
            task_id="wait", broadcast_id=_id_of(broadcast), **steps["wait"], deferrable=deferrable
        )
        sync >> tagged >> segment >> plan >> broadcast >> wait
    return group


def _id_of(task: Any) -> Any:
    """The id that a task will have returned."""
    return task.output["id"]
