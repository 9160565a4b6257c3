"""What is written by hand of the operators of segments: making sure that one exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from whautomate_core.api.records import SegmentCriteria

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client


class WhautomateEnsureSegmentOperator(WhautomateJobOperator):
    """Make sure that a segment exists with these criteria. All arguments are templated.

    The opt-out tags are added to its `exclusionTags`. Returns `id`, `name`, `created`, `any_location` (whether it may
    hold people of all locations, because the server shows none for it), `requests`, and `waited`, the seconds spent
    waiting for permits.

    :param segment_name: Its name, which no other segment may have.
    :param criteria: The people in it, see `whautomate_core.api.records.SegmentCriteria`; or text that is their JSON.
    :param location_id: Its location; defaults to the connection's.
    :param type: The kind of people that it selects: `contact` or `client`.
    :raises InvalidRequest: for an unknown criterion, already when the DAG is parsed if the criteria are in it; if the
        segment of that name has other criteria, since the API can't change them, or no location.
    """

    job = "ensure_segment"
    template_fields: Sequence[str] = (
        "segment_name",
        "criteria",
        "location_id",
        "type",
        *WhautomateJobOperator.template_fields,
    )

    def __init__(
        self,
        *,
        segment_name: str | Templated,
        criteria: SegmentCriteria | Templated,
        location_id: str | Templated | None = None,
        type: str | Templated = "contact",
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.segment_name = segment_name
        self.criteria = criteria
        self.location_id = location_id
        self.type = type
        self.check_arguments(WhautomateEnsureSegmentOperator)

    def job_arguments(self) -> dict[str, Any]:
        """Return the rendered arguments by the names that the job's function has for them."""
        return super().job_arguments() | {"name": self.given("segment_name")}

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Find or make the segment."""
        from whautomate_core.messaging.segments import ensure_segment

        segment = ensure_segment(
            client,
            self.given("segment_name"),
            self.given("criteria"),
            location_id=self.given("location_id"),
            type=self.given("type"),
        )
        return {name: segment[name] for name in ("id", "name", "created", "any_location")}
