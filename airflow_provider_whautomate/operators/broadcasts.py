# Written by scripts/generate: `nox -s generate` writes it anew.
"""Broadcasts: one WhatsApp template to everybody in the target segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Unpack

from airflow.providers.common.compat.sdk import conf

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators._broadcasts import (
    CampaignOperator,
    SendingOperator,
    WhautomateCancelBroadcastOperator,
)
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from airflow_provider_whautomate.sources import airflow_storage
from whautomate_core.api import broadcasts, records
from whautomate_core.api.call import Call, Json

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateBroadcastOperator",
    "WhautomateCancelBroadcastOperator",
    "WhautomateCreateBroadcastOperator",
    "WhautomateDeleteBroadcastOperator",
    "WhautomateFailedRecipientsOperator",
    "WhautomateGetBroadcastOperator",
    "WhautomateListBroadcastLogsOperator",
    "WhautomateListBroadcastsOperator",
    "WhautomatePlanBroadcastOperator",
    "WhautomateSuppressUnreachableOperator",
    "WhautomateUpdateBroadcastOperator",
]


class WhautomateListBroadcastsOperator(WhautomateEndpointOperator):
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.BroadcastFilters` (templated).
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

    endpoint = "broadcasts.list_broadcasts"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.BroadcastFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListBroadcastsOperator)

    def call(self) -> Call[list[records.Broadcast]]:
        """Return the call of the rendered arguments."""
        return broadcasts.list_broadcasts(filters=self.given("filters"))


class WhautomateCreateBroadcastOperator(WhautomateEndpointOperator):
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    A broadcast can't be recalled once it has started, and the vendor has no idempotency key, so the call must happen
    once. It is not documented whether a broadcast without `scheduleDateTime` (UTC) is sent at once. Its segments are
    read first: each must exclude people who opted out.

    :param broadcast: Fields, see `whautomate_core.api.records.BroadcastInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "broadcasts.create_broadcast"
    template_fields = ("broadcast", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"broadcast", "extra"})

    def __init__(
        self,
        *,
        broadcast: records.BroadcastInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast = broadcast
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateCreateBroadcastOperator)

    def call(self) -> Call[records.Broadcast]:
        """Return the call of the rendered arguments."""
        return broadcasts.create_broadcast(
            broadcast=self.given("broadcast"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateGetBroadcastOperator(WhautomateEndpointOperator):
    """Show one broadcast with its figures (`GET /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    :param broadcast_id: Id of the broadcast (templated).
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

    endpoint = "broadcasts.get_broadcast"
    reads = True
    template_fields = ("broadcast_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetBroadcastOperator)

    def call(self) -> Call[records.Broadcast]:
        """Return the call of the rendered arguments."""
        return broadcasts.get_broadcast(broadcast_id=self.given("broadcast_id"))


class WhautomateUpdateBroadcastOperator(WhautomateEndpointOperator):
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B).

    The contract requires `name` and `type`, which are taken from the existing broadcast unless `overwrite=True`.

    :param broadcast_id: Id of the broadcast (templated).
    :param broadcast: Fields, see `whautomate_core.api.records.BroadcastUpdate` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param overwrite: Send the body alone, instead of merging it into what is there (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "broadcasts.update_broadcast"
    template_fields = (
        "broadcast_id",
        "broadcast",
        "extra",
        "overwrite",
        "allow_protected",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"broadcast", "extra"})

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        broadcast: records.BroadcastUpdate | Templated,
        extra: Json | Templated | None = None,
        overwrite: bool | Templated = False,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.broadcast = broadcast
        self.extra = extra
        self.overwrite = overwrite
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateUpdateBroadcastOperator)

    def call(self) -> Call[records.Broadcast]:
        """Return the call of the rendered arguments."""
        return broadcasts.update_broadcast(
            broadcast_id=self.given("broadcast_id"),
            broadcast=self.given("broadcast"),
            extra=self.given("extra"),
            overwrite=self.given("overwrite"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateDeleteBroadcastOperator(WhautomateEndpointOperator):
    """Delete a broadcast (`DELETE /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    :param broadcast_id: Id of the broadcast (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "broadcasts.delete_broadcast"
    template_fields = ("broadcast_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.check_arguments(WhautomateDeleteBroadcastOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return broadcasts.delete_broadcast(broadcast_id=self.given("broadcast_id"))


class WhautomateListBroadcastLogsOperator(WhautomateEndpointOperator):
    """List the log of a broadcast, a line per recipient (`GET /v1/broadcasts/{broadcastId}/logs`; integrators, C).

    :param broadcast_id: Id of the broadcast (templated).
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

    endpoint = "broadcasts.list_broadcast_logs"
    reads = True
    template_fields = (
        "broadcast_id",
        "filters",
        "max_records",
        "output_path",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        filters: records.PageFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListBroadcastLogsOperator)

    def call(self) -> Call[list[records.BroadcastLog]]:
        """Return the call of the rendered arguments."""
        return broadcasts.list_broadcast_logs(broadcast_id=self.given("broadcast_id"), filters=self.given("filters"))


class WhautomatePlanBroadcastOperator(CampaignOperator):
    """Work out what a broadcast would send now, and to how many people, with the code that sends it. Writes nothing.

    Show the result to the person who approves it, and pass it to the broadcast as `approved_plan`: the broadcast is
    then sent as approved, or not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Returns: `name`, `template`, `category` (`marketing`, `utility` or `authentication`; None if it isn't known),
        `parameters` (how many, by component), `segments` (names), `criteria`, `recipients` (the most it may reach),
        `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`, `last_recipients` (of the
        last broadcast of this name), `notes` (sentences: what could not be checked, and what may reach other people
        than meant), `hash` (differs for every other plan), `sent_before` (a broadcast with the same content and
        audience within `cooldown`: steps with another key refuse then; else None), `skipped` (why nothing would be
        sent, else None).

    Raises: `PolicyRefused` if a guard forbids it; `ConfigurationError`, also if a file that is written at its end can't
        be; `InvalidRequest`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param name: Name of the broadcast. At Whautomate, a short hash of its key follows the name (templated).
    :param template: Name and language of an approved template (templated).
    :param segment_name: Name of the segment it is sent to. The segment must exclude opted-out people (templated).
    :param segment_id: Id of the segment it is sent to (templated).
    :param retarget: Id of an earlier broadcast whose recipients it is sent to. Their log is read first (templated).
    :param retarget_type: Which recipients of the earlier broadcast it is sent to (templated).
    :param body_parameters: Values of the placeholders in the template's body (templated).
    :param header_parameters: Values of the placeholders in its header (templated).
    :param button_parameters: Values of the placeholders in the URLs of its buttons (templated).
    :param header_media_url: URL of the image, video or document in its header (templated).
    :param template_text: Texts of the template by component (header, body, button), to count their placeholders. Not
        templated.
    :param expected_parameters: Number of placeholders by component (header, body, button), instead of `template_text`
        (templated).
    :param location_id: Location it belongs to; defaults to the account's (templated).
    :param schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now (templated).
    :param hold_minutes: Minimum minutes between creation and start, in which it can be cancelled (templated).
    :param look_again: Check before the start for people who opted out since the creation, and create it anew without
        them. The step waits for that if the start is more than 90 seconds away (templated).
    :param send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin")
        (templated).
    :param outside_window: Outside of these hours: start when they begin (shift), send nothing (skip), or fail
        (templated).
    :param max_lateness: How late after its due time it may still be sent; None means no limit. Later runs are skipped,
        such as those of a back-fill (templated).
    :param min_recipients: Minimum number of people it reaches (templated).
    :param max_recipients: Maximum number of people it may reach (templated).
    :param max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as
        "50%", and by how much it may exceed an approved plan (templated).
    :param unit_price: Price of one message (templated).
    :param max_cost: Maximum cost (templated).
    :param cooldown: How long the same content to the same segment is refused under another key; None permits it
        (templated).
    :param approved_plan: The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is
        refused (templated).
    :param approver: Name of the person who approved it, for the receipt (templated).
    :param min_delivered: Minimum recipients it must be delivered to: a count, or a share like "95%" (templated).
    :param max_failed: Maximum recipients that may fail: a count, or a share like "5%"; defaults to unlimited
        (templated).
    :param on_failed: What happens if min_delivered or max_failed is not met: the step fails, or logs a warning
        (templated).
    :param suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050),
        as `suppress_unreachable` does. Tags trigger automations (templated).
    :param logs_path: File for the log, with one line for each recipient: JSON lines, or Parquet if it ends in .parquet.
        It holds names and numbers (templated).
    :param receipt_path: File for the receipt: an HTML page if it ends in .html, else JSON (templated).
    :param due: When the task was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
        `max_lateness`. Defaults to when its DAG run was due, and to no time if somebody started that by hand
        (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "plan_broadcast"
    template_fields = (
        "name",
        "template",
        "segment_name",
        "segment_id",
        "retarget",
        "retarget_type",
        "body_parameters",
        "header_parameters",
        "button_parameters",
        "header_media_url",
        "expected_parameters",
        "location_id",
        "schedule_at",
        "hold_minutes",
        "look_again",
        "send_window",
        "outside_window",
        "max_lateness",
        "min_recipients",
        "max_recipients",
        "max_deviation",
        "unit_price",
        "max_cost",
        "cooldown",
        "approved_plan",
        "approver",
        "min_delivered",
        "max_failed",
        "on_failed",
        "suppress_failed",
        "logs_path",
        "receipt_path",
        "due",
        *CampaignOperator.template_fields,
    )
    redacted_fields = frozenset(
        {"approver", "body_parameters", "button_parameters", "header_media_url", "header_parameters"},
    )

    def __init__(
        self,
        *,
        name: str | Templated,
        template: records.Template | Templated,
        segment_name: str | Templated | None = None,
        segment_id: str | Templated | None = None,
        retarget: str | Templated | None = None,
        retarget_type: str | Templated = "sent",
        body_parameters: Sequence[str] | Templated = (),
        header_parameters: Sequence[str] | Templated = (),
        button_parameters: Sequence[str] | Templated = (),
        header_media_url: str | Templated | None = None,
        template_text: Json | None = None,
        expected_parameters: Json | Templated | None = None,
        location_id: str | Templated | None = None,
        schedule_at: datetime | Templated | None = None,
        hold_minutes: float | Templated = 5.0,
        look_again: bool | Templated = True,
        send_window: tuple[str, str, str] | Templated | None = None,
        outside_window: str | Templated = "shift",
        max_lateness: timedelta | Templated | None = timedelta(hours=6),
        min_recipients: int | Templated = 1,
        max_recipients: int | Templated | None = None,
        max_deviation: str | Templated | None = None,
        unit_price: float | Templated | None = None,
        max_cost: float | Templated | None = None,
        cooldown: timedelta | Templated | None = timedelta(hours=20),
        approved_plan: Json | Templated | None = None,
        approver: str | Templated | None = None,
        min_delivered: int | str | Templated | None = None,
        max_failed: int | str | Templated | None = None,
        on_failed: str | Templated = "fail",
        suppress_failed: bool | Templated = False,
        logs_path: str | Templated | None = None,
        receipt_path: str | Templated | None = None,
        due: datetime | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.name = name
        self.template = template
        self.segment_name = segment_name
        self.segment_id = segment_id
        self.retarget = retarget
        self.retarget_type = retarget_type
        self.body_parameters = body_parameters
        self.header_parameters = header_parameters
        self.button_parameters = button_parameters
        self.header_media_url = header_media_url
        self.template_text = template_text
        self.expected_parameters = expected_parameters
        self.location_id = location_id
        self.schedule_at = schedule_at
        self.hold_minutes = hold_minutes
        self.look_again = look_again
        self.send_window = send_window
        self.outside_window = outside_window
        self.max_lateness = max_lateness
        self.min_recipients = min_recipients
        self.max_recipients = max_recipients
        self.max_deviation = max_deviation
        self.unit_price = unit_price
        self.max_cost = max_cost
        self.cooldown = cooldown
        self.approved_plan = approved_plan
        self.approver = approver
        self.min_delivered = min_delivered
        self.max_failed = max_failed
        self.on_failed = on_failed
        self.suppress_failed = suppress_failed
        self.logs_path = logs_path
        self.receipt_path = receipt_path
        self.due = due
        self.check_arguments(WhautomatePlanBroadcastOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.messaging.jobs import plan_broadcast

        return plan_broadcast(
            client,
            name=self.given("name"),
            template=self.given("template"),
            segment_name=self.given("segment_name"),
            segment_id=self.given("segment_id"),
            retarget=self.given("retarget"),
            retarget_type=self.given("retarget_type"),
            body_parameters=self.given("body_parameters"),
            header_parameters=self.given("header_parameters"),
            button_parameters=self.given("button_parameters"),
            header_media_url=self.given("header_media_url"),
            template_text=self.given("template_text"),
            expected_parameters=self.given("expected_parameters"),
            location_id=self.given("location_id"),
            schedule_at=self.given("schedule_at"),
            hold_minutes=self.given("hold_minutes"),
            look_again=self.given("look_again"),
            send_window=self.given("send_window"),
            outside_window=self.given("outside_window"),
            max_lateness=self.given("max_lateness"),
            min_recipients=self.given("min_recipients"),
            max_recipients=self.given("max_recipients"),
            max_deviation=self.given("max_deviation"),
            unit_price=self.given("unit_price"),
            max_cost=self.given("max_cost"),
            cooldown=self.given("cooldown"),
            approved_plan=self.given("approved_plan"),
            approver=self.given("approver"),
            min_delivered=self.given("min_delivered"),
            max_failed=self.given("max_failed"),
            on_failed=self.given("on_failed"),
            suppress_failed=self.given("suppress_failed"),
            logs_path=self.given("logs_path"),
            receipt_path=self.given("receipt_path"),
            due=self.when_due(context),
            storage=airflow_storage,
        )


class WhautomateBroadcastOperator(SendingOperator):
    """Send a WhatsApp template to everybody in a segment. It is created once under its key, however often this runs.

    Before it is created, its recipients are counted by reading all contacts or clients, and its guards are checked. It
    is then read back, and deleted if it differs from what was sent. If it starts more than 90 seconds later, it is
    checked for people who opted out in the meantime, and created anew without them (`look_again`). People who opt out
    in the last 90 seconds may still get it. A broadcast that was cancelled or deleted is not sent again under its key.

    Returns: `id` and `name` at Whautomate; `created`, whether this attempt created it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that created it; `start`; `recipients`, the most it may reach, and `recipients_least`;
        `excluded`, the number of people left out by tag; `cost`; `hash`, `category` and `notes` of its plan; `looked`,
        whether it was checked for opt-outs during the hold; `anew`, whether it was created anew because of them;
        `look_at`, when to call again for that check, in seconds since the epoch, else None; `skipped`, why nothing was
        sent, else None.

    Raises: `PolicyRefused` if a guard forbids it, or it was cancelled; `InvalidRequest` if the broadcast of this key
        has other content; `OutcomeUnknown` if it is unknown whether it was created: then it is not sent again;
        `ConfigurationError`, also if a file that is written at its end can't be.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param name: Name of the broadcast. At Whautomate, a short hash of its key follows the name (templated).
    :param template: Name and language of an approved template (templated).
    :param segment_name: Name of the segment it is sent to. The segment must exclude opted-out people (templated).
    :param segment_id: Id of the segment it is sent to (templated).
    :param retarget: Id of an earlier broadcast whose recipients it is sent to. Their log is read first (templated).
    :param retarget_type: Which recipients of the earlier broadcast it is sent to (templated).
    :param body_parameters: Values of the placeholders in the template's body (templated).
    :param header_parameters: Values of the placeholders in its header (templated).
    :param button_parameters: Values of the placeholders in the URLs of its buttons (templated).
    :param header_media_url: URL of the image, video or document in its header (templated).
    :param template_text: Texts of the template by component (header, body, button), to count their placeholders. Not
        templated.
    :param expected_parameters: Number of placeholders by component (header, body, button), instead of `template_text`
        (templated).
    :param location_id: Location it belongs to; defaults to the account's (templated).
    :param schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now (templated).
    :param hold_minutes: Minimum minutes between creation and start, in which it can be cancelled (templated).
    :param look_again: Check before the start for people who opted out since the creation, and create it anew without
        them. The step waits for that if the start is more than 90 seconds away (templated).
    :param send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin")
        (templated).
    :param outside_window: Outside of these hours: start when they begin (shift), send nothing (skip), or fail
        (templated).
    :param max_lateness: How late after its due time it may still be sent; None means no limit. Later runs are skipped,
        such as those of a back-fill (templated).
    :param min_recipients: Minimum number of people it reaches (templated).
    :param max_recipients: Maximum number of people it may reach (templated).
    :param max_deviation: How far the number of recipients may differ from the last broadcast of this name, such as
        "50%", and by how much it may exceed an approved plan (templated).
    :param unit_price: Price of one message (templated).
    :param max_cost: Maximum cost (templated).
    :param cooldown: How long the same content to the same segment is refused under another key; None permits it
        (templated).
    :param approved_plan: The result of `plan_broadcast` that somebody approved. A broadcast that differs from it is
        refused (templated).
    :param approver: Name of the person who approved it, for the receipt (templated).
    :param min_delivered: Minimum recipients it must be delivered to: a count, or a share like "95%" (templated).
    :param max_failed: Maximum recipients that may fail: a count, or a share like "5%"; defaults to unlimited
        (templated).
    :param on_failed: What happens if min_delivered or max_failed is not met: the step fails, or logs a warning
        (templated).
    :param suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050),
        as `suppress_unreachable` does. Tags trigger automations (templated).
    :param logs_path: File for the log, with one line for each recipient: JSON lines, or Parquet if it ends in .parquet.
        It holds names and numbers (templated).
    :param receipt_path: File for the receipt: an HTML page if it ends in .html, else JSON (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param due: When the task was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
        `max_lateness`. Defaults to when its DAG run was due, and to no time if somebody started that by hand
        (templated).
    :param wait: Wait until it is finished, or a threshold decides. Then `logs_path` and `receipt_path` are written, and
        the figures are returned as well.
    :param deferrable: Wait in the triggerer, for the end of the hold as well, without a worker slot.
    :param poll_interval: Seconds until the second check; doubles with each, up to 15 minutes.
    :param timeout: Seconds after its start until the wait is given up, however often the task is deferred or tried.
    :param cancel_on_kill: Whether the end of the task cancels the broadcast while it is still scheduled. None: if a
        person marked the task as failed, or its last attempt has failed; not if it is cleared or marked as done, and
        not if its worker is ended with attempts left, since the next attempt resumes it. True: then as well. False:
        never.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "broadcast"
    template_fields = (
        "name",
        "template",
        "segment_name",
        "segment_id",
        "retarget",
        "retarget_type",
        "body_parameters",
        "header_parameters",
        "button_parameters",
        "header_media_url",
        "expected_parameters",
        "location_id",
        "schedule_at",
        "hold_minutes",
        "look_again",
        "send_window",
        "outside_window",
        "max_lateness",
        "min_recipients",
        "max_recipients",
        "max_deviation",
        "unit_price",
        "max_cost",
        "cooldown",
        "approved_plan",
        "approver",
        "min_delivered",
        "max_failed",
        "on_failed",
        "suppress_failed",
        "logs_path",
        "receipt_path",
        "key",
        "due",
        *SendingOperator.template_fields,
    )
    redacted_fields = frozenset(
        {"approver", "body_parameters", "button_parameters", "header_media_url", "header_parameters"},
    )

    def __init__(
        self,
        *,
        name: str | Templated,
        template: records.Template | Templated,
        segment_name: str | Templated | None = None,
        segment_id: str | Templated | None = None,
        retarget: str | Templated | None = None,
        retarget_type: str | Templated = "sent",
        body_parameters: Sequence[str] | Templated = (),
        header_parameters: Sequence[str] | Templated = (),
        button_parameters: Sequence[str] | Templated = (),
        header_media_url: str | Templated | None = None,
        template_text: Json | None = None,
        expected_parameters: Json | Templated | None = None,
        location_id: str | Templated | None = None,
        schedule_at: datetime | Templated | None = None,
        hold_minutes: float | Templated = 5.0,
        look_again: bool | Templated = True,
        send_window: tuple[str, str, str] | Templated | None = None,
        outside_window: str | Templated = "shift",
        max_lateness: timedelta | Templated | None = timedelta(hours=6),
        min_recipients: int | Templated = 1,
        max_recipients: int | Templated | None = None,
        max_deviation: str | Templated | None = None,
        unit_price: float | Templated | None = None,
        max_cost: float | Templated | None = None,
        cooldown: timedelta | Templated | None = timedelta(hours=20),
        approved_plan: Json | Templated | None = None,
        approver: str | Templated | None = None,
        min_delivered: int | str | Templated | None = None,
        max_failed: int | str | Templated | None = None,
        on_failed: str | Templated = "fail",
        suppress_failed: bool | Templated = False,
        logs_path: str | Templated | None = None,
        receipt_path: str | Templated | None = None,
        key: str | Templated | None = None,
        due: datetime | Templated | None = None,
        wait: bool = False,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        poll_interval: float | timedelta = 60.0,
        timeout: float | timedelta = 86_400.0,
        cancel_on_kill: bool | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(
            wait=wait,
            deferrable=deferrable,
            poll_interval=poll_interval,
            timeout=timeout,
            cancel_on_kill=cancel_on_kill,
            **kwargs,
        )
        self.name = name
        self.template = template
        self.segment_name = segment_name
        self.segment_id = segment_id
        self.retarget = retarget
        self.retarget_type = retarget_type
        self.body_parameters = body_parameters
        self.header_parameters = header_parameters
        self.button_parameters = button_parameters
        self.header_media_url = header_media_url
        self.template_text = template_text
        self.expected_parameters = expected_parameters
        self.location_id = location_id
        self.schedule_at = schedule_at
        self.hold_minutes = hold_minutes
        self.look_again = look_again
        self.send_window = send_window
        self.outside_window = outside_window
        self.max_lateness = max_lateness
        self.min_recipients = min_recipients
        self.max_recipients = max_recipients
        self.max_deviation = max_deviation
        self.unit_price = unit_price
        self.max_cost = max_cost
        self.cooldown = cooldown
        self.approved_plan = approved_plan
        self.approver = approver
        self.min_delivered = min_delivered
        self.max_failed = max_failed
        self.on_failed = on_failed
        self.suppress_failed = suppress_failed
        self.logs_path = logs_path
        self.receipt_path = receipt_path
        self.key = key
        self.due = due
        self.check_arguments(WhautomateBroadcastOperator)


class WhautomateSuppressUnreachableOperator(WhautomateJobOperator):
    """Give the opt-out tag to recipients of a broadcast who stopped your marketing messages in WhatsApp (131050).

    All their contacts and clients get the account's first opt-out tag, each once, however often this runs. Tags trigger
    automations. People who can't be reached at all (131026) get no tag: they are only counted, and written to a file
    for somebody to look at. The log is read, a request for each page of recipients. If somebody stopped, contacts and
    clients are looked up as a sync does it.

    Returns: `broadcast_id`; `undelivered`, how many recipients failed; `codes`, how many by WhatsApp's code (`unread`
        where it can't be read); `stopped`, the people who stopped marketing, of whom `tagged`, `unchanged` (they had
        the tag) and `missing` (no contact or client has their number, or the log has none that can be read);
        `unreachable`, how many can't be reached.

    Raises: `InvalidRequest` if somebody could not be given the tag; `ConfigurationError` if the file can't be written.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param broadcast_id: Id of the broadcast. If it is not finished yet, run this again afterwards (templated).
    :param unreachable_path: File for the recipients who can't be reached: `phoneNumber`, `code`, `meaning`, `failedAt`;
        JSON lines, or Parquet if it ends in `.parquet`. `suppress` of a sync takes it, and so does a job that gives a
        tag (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "suppress_unreachable"
    lane = "bulk"
    template_fields = ("broadcast_id", "unreachable_path", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        unreachable_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.unreachable_path = unreachable_path
        self.check_arguments(WhautomateSuppressUnreachableOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.messaging.unreachable import suppress_unreachable

        return suppress_unreachable(
            client,
            broadcast_id=self.given("broadcast_id"),
            unreachable_path=self.given("unreachable_path"),
            storage=airflow_storage,
        )


class WhautomateFailedRecipientsOperator(WhautomateJobOperator):
    """Find the recipients of a broadcast that failed, and who of them may be tried again now.

    Nobody who stopped your marketing messages (131050), can't be reached, or failed for a reason that can't be read may
    be tried again, nor whom the broadcast reached through another contact or client with their number; after WhatsApp's
    limits (131049, 131048) a day has to pass. To try the others again, give `contacts`
    to `ensure_audience`, and send a broadcast to its segment. The log is read, a request for each page of recipients,
    and then all contacts, if there is somebody to try again.

    Returns: `broadcast_id`; `undelivered`, how many recipients failed; `codes`, how many by WhatsApp's code (`unread`
        where it can't be read); `contacts`, the ids of contacts who may be tried again now; `later`, how many people
        may be later, and `later_at`, when all of them may (ISO 8601, UTC; None if there are none); `never`, how many
        recipients are not to be tried again; `missing`, how many people could be tried again now, but opted out or have
        no contact.

    Raises: `ListUnstable`; `ConfigurationError` if the file can't be written.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param broadcast_id: Id of the broadcast (templated).
    :param output_path: File with a line for each recipient that failed: `phoneNumber`, `code`, `meaning`, `failedAt`,
        `tryAgainAt` (UTC; none for those who are not to be tried again); JSON lines, or Parquet if it ends in
        `.parquet` (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "failed_recipients"
    lane = "bulk"
    template_fields = ("broadcast_id", "output_path", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        output_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.output_path = output_path
        self.check_arguments(WhautomateFailedRecipientsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.messaging.unreachable import failed_recipients

        return failed_recipients(
            client,
            broadcast_id=self.given("broadcast_id"),
            output_path=self.given("output_path"),
            storage=airflow_storage,
        )
