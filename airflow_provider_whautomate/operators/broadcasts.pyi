# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Broadcasts: the endpoints, and the job that creates one exactly once."""

from airflow.providers.common.compat.sdk import Context
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json
from whautomate_core.client import Client

class WhautomateListBroadcastsOperator(WhautomateOperator):
    """List or search broadcasts (`GET /v1/broadcasts`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.records.BroadcastFilters` (templated).
    :param max_records: The most records to read; all where None (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.BroadcastFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateBroadcastOperator(WhautomateOperator):
    """Create a broadcast (`POST /v1/broadcasts`; official page, evidence A).

    It can't be recalled once it started and the vendor has no idempotency key, so the call is made `ONCE`. Whether
    leaving out `scheduleDateTime` (UTC) sends at once is not documented. Its segments are read first: each must
    exclude who opted out.

    :param broadcast: Fields, see `whautomate_core.records.BroadcastInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param key: What makes it the same call when the task runs again; DAG, task, map index and logical date (run id
        where there is none) where None. Never anything that changes between two runs of the same task (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateBroadcastOperator(WhautomateOperator):
    """Write fields of a broadcast, keep the others (`PUT /v1/broadcasts/{broadcastId}`; white-label copy, B).

    The contract requires `name` and `type`, which are taken from what is there unless `overwrite=True`.

    :param broadcast_id: Id of the broadcast (templated).
    :param broadcast: Fields, see `whautomate_core.records.BroadcastUpdate` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param overwrite: Send the body alone, in place of merging it over what is there (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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
    :param filters: Filters, see `whautomate_core.records.PageFilters` (templated).
    :param max_records: The most records to read; all where None (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        broadcast_id: str | XComArg,
        filters: records.PageFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateBroadcastOperator(WhautomateOperator):
    """Message everybody in a segment with a WhatsApp template: created once, however often the task runs.

    A run of the same logical date is the same broadcast: retries, clears and back-fills find it by its name, which
    ends in a short form of `key`. All arguments are templated.

    Returns `id`, `name`, `created` (whether this run made it), `requests`, and `waited`, the seconds spent waiting for
    permits.

    :param name: Name of the broadcast, for people.
    :param template: The template, as `{"name": "spring_sale", "language": "en"}`.
    :param segment_name: The audience, by the name of a segment; it must exclude everybody who opted out.
    :param segment_id: The audience, by id, in place of `segment_name`.
    :param body_parameters: Values of the template's placeholders, in order.
    :param schedule_at: When to send: a datetime with a zone, or ISO 8601 text with an offset.
    :param hold_minutes: How long after its creation it is sent where `schedule_at` is None, so that it can be stopped.
    :param key: What makes it the same broadcast; DAG, task, map index and logical date (run id where there is none)
        where None. Never anything that changes between two runs of the same task.
    :param location_id: Location it belongs to; the connection's where None.
    :raises ConfigurationError: for arguments that can't work, when the DAG is parsed where they stand in it.
    :raises AirflowFailException: without retry, where a segment would reach people who opted out, or where nobody
        knows whether the broadcast was created.
    """
    def __init__(self, *, name: str, template: records.Template, segment_name: str | None=None, segment_id: str | None=None, body_parameters: Sequence[str]=(), schedule_at: datetime | str | None=None, hold_minutes: float | str=5, key: str | None=None, location_id: str | None=None, **kwargs: Unpack[TaskArguments]) -> None:
        ...
    def work(self, client: Client, context: Context) -> Any:
        ...

