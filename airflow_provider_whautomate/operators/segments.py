"""Segments: the endpoints, and the jobs that make one where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate._arguments import named_after
from airflow_provider_whautomate.operators.base import WhautomateOperator, check_own, from_text
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core.api import records, segments
from whautomate_core.messaging.segments import ensure_audience

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client


class WhautomateListSegmentsOperator(WhautomateOperator, call=segments.list_segments): ...


class WhautomateCreateSegmentOperator(WhautomateOperator, call=segments.create_segment): ...


class WhautomateGetSegmentOperator(WhautomateOperator, call=segments.get_segment): ...


class WhautomateDeleteSegmentOperator(WhautomateOperator, call=segments.delete_segment): ...


class WhautomateEnsureSegmentOperator(WhautomateOperator):
    """Make sure that a segment exists with these criteria. All arguments are templated.

    The opt-out tags are added to its `exclusionTags`. Returns `id`, `name`, `created`, `requests`, and `waited`, the
    seconds spent waiting for permits.

    :param segment_name: Its name, which must be no other segment's.
    :param criteria: Whom it holds, see `whautomate_core.api.records.SegmentCriteria`; or text that is its JSON.
    :param location_id: Its location; defaults to the connection's.
    :param type: Whom it chooses among: `contact` or `client`.
    :raises InvalidRequest: for an unknown criterion, when the DAG is parsed where it stands in it; where a segment of
        that name has other criteria, since the API can't change them.
    """

    template_fields: Sequence[str] = (
        "segment_name",
        "criteria",
        "location_id",
        "type",
        *WhautomateOperator.template_fields,
    )
    _job_name = "ensure_segment"

    def __init__(
        self,
        *,
        segment_name: str,
        criteria: records.SegmentCriteria,
        location_id: str | None = None,
        type: str = "contact",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.segment_name = segment_name
        self.criteria = criteria
        self.location_id = location_id
        self.type = type
        with named_after(self):
            check_own(self, WhautomateEnsureSegmentOperator)

    def work(self, client: Client, context: Context) -> Any:
        """Find or make the segment."""
        from whautomate_core.messaging.segments import ensure_segment

        criteria = from_text("criteria", records.SegmentCriteria, self.criteria)
        segment = ensure_segment(client, self.segment_name, criteria, location_id=self.location_id, type=self.type)
        return {name: segment[name] for name in ("id", "name", "created")}


class WhautomateEnsureAudienceOperator(WhautomateJobOperator, job=ensure_audience):
    lane = "bulk"
