# Written by scripts/generate: `nox -s generate` writes it anew.
"""Segments: the audiences of broadcasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators._segments import WhautomateEnsureSegmentOperator
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from whautomate_core.api import records, segments
from whautomate_core.api.call import Call, Json

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateCreateSegmentOperator",
    "WhautomateDeleteSegmentOperator",
    "WhautomateEnsureAudienceOperator",
    "WhautomateEnsureSegmentOperator",
    "WhautomateGetSegmentOperator",
    "WhautomateListSegmentsOperator",
]


class WhautomateListSegmentsOperator(WhautomateEndpointOperator):
    """List or search segments (`GET /v1/segments`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.LocatedFilters` (templated).
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

    endpoint = "segments.list_segments"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.LocatedFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListSegmentsOperator)

    def call(self) -> Call[list[records.Segment]]:
        """Return the call of the rendered arguments."""
        return segments.list_segments(filters=self.given("filters"))


class WhautomateCreateSegmentOperator(WhautomateEndpointOperator):
    """Create a segment (`POST /v1/segments`; official page, evidence A).

    :param segment: Fields, see `whautomate_core.api.records.SegmentInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "segments.create_segment"
    template_fields = ("segment", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "segment"})

    def __init__(
        self,
        *,
        segment: records.SegmentInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.segment = segment
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateSegmentOperator)

    def call(self) -> Call[records.Segment]:
        """Return the call of the rendered arguments."""
        return segments.create_segment(segment=self.given("segment"), extra=self.given("extra"))


class WhautomateGetSegmentOperator(WhautomateEndpointOperator):
    """Show one segment (`GET /v1/segments/{segmentId}`; path A, shape B: the official page declares it empty).

    :param segment_id: Id of the segment (templated).
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

    endpoint = "segments.get_segment"
    reads = True
    template_fields = ("segment_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        segment_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.segment_id = segment_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetSegmentOperator)

    def call(self) -> Call[records.Segment]:
        """Return the call of the rendered arguments."""
        return segments.get_segment(segment_id=self.given("segment_id"))


class WhautomateDeleteSegmentOperator(WhautomateEndpointOperator):
    """Delete a segment (`DELETE /v1/segments/{segmentId}`; white-label copies, evidence B).

    :param segment_id: Id of the segment (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "segments.delete_segment"
    template_fields = ("segment_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        segment_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.segment_id = segment_id
        self.check_arguments(WhautomateDeleteSegmentOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return segments.delete_segment(segment_id=self.given("segment_id"))


class WhautomateEnsureAudienceOperator(WhautomateJobOperator):
    """Make a segment of everybody with a tag, or of a list of contacts, as the audience of a broadcast.

    Contacts of the list that lack the tag get it, which triggers its automations. All contacts are read first, and then
    those contacts of the list that were not among them, one by one. For a list all clients are read too, because an
    opt-out belongs to the person. Opted-out people get no tag, and the segment leaves them out.

    Returns: `id` and `name` of the segment; `people`, the number of people with the tag who have not opted out, at any
        location; `any_location`, as `ensure_segment` returns it; `tagged`, the number who got the tag now; `opted_out`,
        the number of contacts of the list that were left out.

    Raises: `InvalidRequest` if contacts that are not on the list have the tag, or an id belongs to no contact (nobody
        is tagged then); `ListUnstable`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param tag: Name of the tag (templated).
    :param contacts: Ids of contacts; defaults to everybody with the tag (templated).
    :param location_id: Location of the segment; defaults to the account's (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "ensure_audience"
    lane = "bulk"
    template_fields = ("tag", "contacts", "location_id", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        tag: str | Templated,
        contacts: list[str] | Templated | None = None,
        location_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.tag = tag
        self.contacts = contacts
        self.location_id = location_id
        self.check_arguments(WhautomateEnsureAudienceOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.messaging.segments import ensure_audience

        return ensure_audience(
            client,
            tag=self.given("tag"),
            contacts=self.given("contacts"),
            location_id=self.given("location_id"),
        )
