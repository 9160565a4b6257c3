# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Broadcasts: the endpoints, and the jobs that plan one, send it exactly once, wait for its end, and cancel it."""

from airflow.providers.common.compat.sdk import Context
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from datetime import datetime
from datetime import timedelta
from typing import Any
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.client.client import Client as OneClient

class WhautomateListBroadcastsOperator(WhautomateOperator):
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.BroadcastFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.BroadcastFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateBroadcastOperator(WhautomateOperator):
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    It can't be recalled once it started and the vendor has no idempotency key, so the call is made `ONCE`. Whether
    leaving out `scheduleDateTime` (UTC) sends at once is not documented. Its segments are read first: each must
    exclude who opted out.

    :param broadcast: Fields, see `whautomate_core.api.records.BroadcastInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast: records.BroadcastInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetBroadcastOperator(WhautomateOperator):
    """Show one broadcast with its figures (`GET /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    :param broadcast_id: Id of the broadcast (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateBroadcastOperator(WhautomateOperator):
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B).

    The contract requires `name` and `type`, which are taken from what is there unless `overwrite=True`.

    :param broadcast_id: Id of the broadcast (templated).
    :param broadcast: Fields, see `whautomate_core.api.records.BroadcastUpdate` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param overwrite: Send the body alone, in place of merging it over what is there (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast_id: str | XComArg,
        broadcast: records.BroadcastUpdate | str | XComArg,
        extra: Json | str | XComArg | None = None,
        overwrite: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteBroadcastOperator(WhautomateOperator):
    """Delete a broadcast (`DELETE /v1/broadcasts/{broadcastId}`; white-label copy, evidence B).

    :param broadcast_id: Id of the broadcast (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast_id: str | XComArg,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListBroadcastLogsOperator(WhautomateOperator):
    """One line a recipient (`GET /v1/broadcasts/{broadcastId}/logs`; integrators, evidence C).

    :param broadcast_id: Id of the broadcast (templated).
    :param filters: Filters, see `whautomate_core.api.records.PageFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast_id: str | XComArg,
        filters: records.PageFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomatePlanBroadcastOperator(WhautomateOperator):
    """Work out what a broadcast would send now, and to how many, through the code that sends it. Nothing is written.

    Whoever approves it sees what it returns; given to the broadcast as `approved_plan`, it is sent as approved or
    not at all. Counting the audience reads all contacts, or clients: a request for each page.

    Returns: `name`, `template`, `parameters` (how many, by component), `segments` (names), `criteria`, `recipients`
        (the most it may reach), `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`,
        `last_recipients` (of the last one of this name), `hash` (what tells another plan from this one), `skipped` (why
        nothing would be sent, else None).

    Raises: `PolicyRefused` where a guard forbids it; `ConfigurationError` and `InvalidRequest`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param name: Name of the broadcast, for people. At Whautomate a short form of the key follows it (templated).
    :param template: Name and language of an approved template (templated).
    :param segment_name: Whom it reaches, by the name of a segment; it must exclude everybody who opted out (templated).
    :param segment_id: Whom it reaches, by the id of a segment (templated).
    :param retarget: Whom it reaches: recipients of the broadcast with this id. Their log is read first (templated).
    :param retarget_type: Which of them (templated).
    :param body_parameters: Values of the placeholders in the template's body (templated).
    :param header_parameters: Values of the placeholders in its header (templated).
    :param button_parameters: Values of the placeholders in its buttons' addresses (templated).
    :param header_media_url: Address of the picture, video or file in its header (templated).
    :param template_text: Texts of the template, by header, body and button: their placeholders are counted. Not templated.
    :param expected_parameters: How many placeholders header, body and button have, in place of `template_text` (templated).
    :param location_id: Location it belongs to; defaults to the account's (templated).
    :param schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now (templated).
    :param hold_minutes: Minutes at least between its creation and its start, in which it can be cancelled (templated).
    :param look_again: Look before its start for people who opted out since its creation, and make it anew without them. The step waits until then, where the start is over 90 seconds ahead (templated).
    :param send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin") (templated).
    :param outside_window: What happens outside of them: it starts when they begin, or it isn't sent (templated).
    :param max_lateness: How long after it was due it may still be sent; None means no limit. Later it is skipped, and so is every run of a back-fill (templated).
    :param min_recipients: The fewest people it may reach (templated).
    :param max_recipients: The most people it may reach (templated).
    :param max_deviation: How far its recipients may be off those of the last broadcast of this name, such as "50%"; and by how much they may exceed an approved plan (templated).
    :param unit_price: Price of one message (templated).
    :param max_cost: The most it may cost (templated).
    :param cooldown: For how long the same to the same segment is refused under another key; None: it is meant (templated).
    :param approved_plan: The plan that somebody approved; what isn't as planned is refused (templated).
    :param approver: Who approved it, for the receipt (templated).
    :param min_delivered: Recipients it has to be delivered to: a count, or a share like "95%" (templated).
    :param max_failed: Recipients that may not be reached: a count, or a share like "5%"; defaults to unlimited (templated).
    :param on_failed: What happens where min_delivered or max_failed isn't kept (templated).
    :param logs_path: File for the log, a line a recipient: JSON lines, or Parquet where it ends in .parquet. It has names and numbers. Failures are counted by reason from it (templated).
    :param receipt_path: File for the receipt: a page where it ends in .html, else JSON (templated).
    :param due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); see `max_lateness` (templated).
    :param whautomate_conn_id: The connection (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        name: str | XComArg,
        template: records.Template | str | XComArg,
        segment_name: str | XComArg | None = None,
        segment_id: str | XComArg | None = None,
        retarget: str | XComArg | None = None,
        retarget_type: str | XComArg = 'sent',
        body_parameters: list[str] | str | XComArg = [],
        header_parameters: list[str] | str | XComArg = [],
        button_parameters: list[str] | str | XComArg = [],
        header_media_url: str | XComArg | None = None,
        template_text: Json | str | XComArg | None = None,
        expected_parameters: Json | str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        schedule_at: datetime | str | XComArg | None = None,
        hold_minutes: float | str | XComArg = 5.0,
        look_again: bool | str | XComArg = True,
        send_window: tuple[str, str, str] | str | XComArg | None = None,
        outside_window: str | XComArg = 'shift',
        max_lateness: timedelta | str | XComArg = ...,
        min_recipients: int | str | XComArg = 1,
        max_recipients: int | str | XComArg | None = None,
        max_deviation: str | XComArg | None = None,
        unit_price: float | str | XComArg | None = None,
        max_cost: float | str | XComArg | None = None,
        cooldown: timedelta | str | XComArg = ...,
        approved_plan: Json | str | XComArg | None = None,
        approver: str | XComArg | None = None,
        min_delivered: int | str | XComArg | None = None,
        max_failed: int | str | XComArg | None = None,
        on_failed: str | XComArg = 'fail',
        logs_path: str | XComArg | None = None,
        receipt_path: str | XComArg | None = None,
        due: datetime | str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateBroadcastOperator(WhautomateOperator):
    """Message everybody in a segment with a WhatsApp template: created once under its key, however often this runs.

    Before it is created its recipients are counted, by reading all contacts or clients, and its guards are asked. Then
    it is read back, and deleted where it is not as it was sent. Where it starts over 90 seconds later, people who opt
    out until then are looked for before, and it is made anew without them (`look_again`); who opts out within the last
    90 seconds may still get it. What was cancelled or deleted is not sent again under its key.

    Returns: `id` and `name` at Whautomate; `created`, whether this attempt made it; `created_at` (ISO 8601, UTC) and
        `created_by`, the run that made it; `start`; `recipients`,
        the most it may reach, and `recipients_least`; `excluded`, how many were left out by tag; `cost`; `hash` of its
        plan; `looked`, whether people who opted out during the hold were looked for; `anew`, whether it was made anew
        for them; `look_at`, when to call again for that, in seconds since the epoch, else None; `skipped`, why nothing
        was sent, else None.

    Raises: `PolicyRefused` where a guard forbids it, or it was cancelled; `InvalidRequest` where the broadcast of this
        key has another content; `OutcomeUnknown` where nobody knows whether it was created: it is not sent again then.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param name: Name of the broadcast, for people. At Whautomate a short form of the key follows it (templated).
    :param template: Name and language of an approved template (templated).
    :param segment_name: Whom it reaches, by the name of a segment; it must exclude everybody who opted out (templated).
    :param segment_id: Whom it reaches, by the id of a segment (templated).
    :param retarget: Whom it reaches: recipients of the broadcast with this id. Their log is read first (templated).
    :param retarget_type: Which of them (templated).
    :param body_parameters: Values of the placeholders in the template's body (templated).
    :param header_parameters: Values of the placeholders in its header (templated).
    :param button_parameters: Values of the placeholders in its buttons' addresses (templated).
    :param header_media_url: Address of the picture, video or file in its header (templated).
    :param template_text: Texts of the template, by header, body and button: their placeholders are counted. Not templated.
    :param expected_parameters: How many placeholders header, body and button have, in place of `template_text` (templated).
    :param location_id: Location it belongs to; defaults to the account's (templated).
    :param schedule_at: When it starts, with a time zone; defaults to `hold_minutes` from now (templated).
    :param hold_minutes: Minutes at least between its creation and its start, in which it can be cancelled (templated).
    :param look_again: Look before its start for people who opted out since its creation, and make it anew without them. The step waits until then, where the start is over 90 seconds ahead (templated).
    :param send_window: Hours in which it may start: from, until and their zone, as ("09:00", "20:00", "Europe/Berlin") (templated).
    :param outside_window: What happens outside of them: it starts when they begin, or it isn't sent (templated).
    :param max_lateness: How long after it was due it may still be sent; None means no limit. Later it is skipped, and so is every run of a back-fill (templated).
    :param min_recipients: The fewest people it may reach (templated).
    :param max_recipients: The most people it may reach (templated).
    :param max_deviation: How far its recipients may be off those of the last broadcast of this name, such as "50%"; and by how much they may exceed an approved plan (templated).
    :param unit_price: Price of one message (templated).
    :param max_cost: The most it may cost (templated).
    :param cooldown: For how long the same to the same segment is refused under another key; None: it is meant (templated).
    :param approved_plan: The plan that somebody approved; what isn't as planned is refused (templated).
    :param approver: Who approved it, for the receipt (templated).
    :param min_delivered: Recipients it has to be delivered to: a count, or a share like "95%" (templated).
    :param max_failed: Recipients that may not be reached: a count, or a share like "5%"; defaults to unlimited (templated).
    :param on_failed: What happens where min_delivered or max_failed isn't kept (templated).
    :param logs_path: File for the log, a line a recipient: JSON lines, or Parquet where it ends in .parquet. It has names and numbers. Failures are counted by reason from it (templated).
    :param receipt_path: File for the receipt: a page where it ends in .html, else JSON (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if there is none), and the person or booking that it is about. Never anything that changes between two runs of the same task, such as the map index (templated).
    :param due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); see `max_lateness` (templated).
    :param wait: Wait until it is finished, or a threshold decides; then `logs_path` and `receipt_path` are written and
        the figures returned as well.
    :param deferrable: Wait in the triggerer, for the end of the hold as well, without a worker slot.
    :param poll_interval: Seconds until the second look; doubles with each, up to 15 minutes.
    :param timeout: Seconds after its start until the wait is given up, however often the task is deferred or tried.
    :param cancel_on_kill: Whether the end of the task cancels the broadcast while it is still scheduled. None: where a
        person marked the task as failed, or its last attempt has failed; not where it is cleared or marked as done, and
        not where its worker is ended with attempts left, since the next attempt resumes it. True: there as well.
        False: never.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        name: str | XComArg,
        template: records.Template | str | XComArg,
        segment_name: str | XComArg | None = None,
        segment_id: str | XComArg | None = None,
        retarget: str | XComArg | None = None,
        retarget_type: str | XComArg = 'sent',
        body_parameters: list[str] | str | XComArg = [],
        header_parameters: list[str] | str | XComArg = [],
        button_parameters: list[str] | str | XComArg = [],
        header_media_url: str | XComArg | None = None,
        template_text: Json | str | XComArg | None = None,
        expected_parameters: Json | str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        schedule_at: datetime | str | XComArg | None = None,
        hold_minutes: float | str | XComArg = 5.0,
        look_again: bool | str | XComArg = True,
        send_window: tuple[str, str, str] | str | XComArg | None = None,
        outside_window: str | XComArg = 'shift',
        max_lateness: timedelta | str | XComArg = ...,
        min_recipients: int | str | XComArg = 1,
        max_recipients: int | str | XComArg | None = None,
        max_deviation: str | XComArg | None = None,
        unit_price: float | str | XComArg | None = None,
        max_cost: float | str | XComArg | None = None,
        cooldown: timedelta | str | XComArg = ...,
        approved_plan: Json | str | XComArg | None = None,
        approver: str | XComArg | None = None,
        min_delivered: int | str | XComArg | None = None,
        max_failed: int | str | XComArg | None = None,
        on_failed: str | XComArg = 'fail',
        logs_path: str | XComArg | None = None,
        receipt_path: str | XComArg | None = None,
        key: str | XComArg | None = None,
        due: datetime | str | XComArg | None = None,
        wait: bool = False,
        deferrable: bool = False,
        poll_interval: float | timedelta = 60.0,
        timeout: float | timedelta = 86400.0,
        cancel_on_kill: bool | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCancelBroadcastOperator(WhautomateOperator):
    """Cancel a broadcast: delete it where it is still scheduled, and its start over a minute ahead.

    For teardown, and for a task of its own in the DAG of the broadcast. Its claim becomes final, so that the task that
    made it doesn't send it again, and fails without retry. All arguments are templated.

    Returns `cancelled`, `id`, `why` it wasn't (else None), `requests`, and `waited`, the seconds spent waiting for
    permits.

    :param of_task: The task that sends it, by its id, in the same DAG run; this, `key` or `broadcast_id`.
    :param key: The key it was created under.
    :param broadcast_id: Its id.
    """
    def __init__(self, *, of_task: str | None=None, key: str | None=None, broadcast_id: str | None=None, **kwargs: Unpack[TaskArguments]) -> None:
        ...
    def work(self, client: Client, context: Context) -> Any:
        ...

