"""Segments: the endpoints, and the job that makes sure one is there."""

from __future__ import annotations

from typing import Any

from prefect_whautomate._runs import task_client, used
from prefect_whautomate._tasks import async_twin, endpoint_tasks, job_tasks, say, whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import segments
from whautomate_core.api.records import SegmentCriteria
from whautomate_core.client.client import Client
from whautomate_core.job import job_of
from whautomate_core.messaging import segments as jobs

list_segments, alist_segments = endpoint_tasks(segments.list_segments)
create_segment, acreate_segment = endpoint_tasks(segments.create_segment)
get_segment, aget_segment = endpoint_tasks(segments.get_segment)
delete_segment, adelete_segment = endpoint_tasks(segments.delete_segment)
ensure_audience, aensure_audience = job_tasks(jobs.ensure_audience, __name__)


@whautomate_task
def ensure_segment(
    credentials: WhautomateCredentials,
    segment_name: str,
    criteria: SegmentCriteria,
    *,
    location_id: str | None = None,
    type: str = "contact",
    max_requests: int | None = None,
) -> dict[str, Any]:
    """The segment of that name, made where there is none. People who opted out are always excluded.

    Args:
        credentials: Where to and as whom.
        segment_name: Its exact name.
        criteria: Whom it holds, such as `{"tags": ["newsletter"]}`.
        location_id: Location of a new segment; defaults to that of the credentials.
        type: Whom it chooses among: `contact` or `client`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `name`, `created` (whether it was made now), `requests`, `waited` (seconds, for permits).

    Raises:
        InvalidRequest: Where a segment of that name has other criteria.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import ensure_segment

        @flow
        def subscribers():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return ensure_segment(credentials, "newsletter-subscribers", {"tags": ["newsletter"]})
        ```
    """
    with task_client(Client, credentials, max_requests=max_requests) as client:
        segment = jobs.ensure_segment(client, segment_name, criteria, location_id=location_id, type=type)
        made = {"id": segment["id"], "name": segment_name, "created": segment["created"]}
        say(client, job_of(jobs.ensure_segment).line(made))
        return {**made, **used(client)}


aensure_segment = async_twin(ensure_segment)
