"""The job behind the task `ensure_segment`. Nothing here needs Prefect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whautomate_core.api.call import Json
from whautomate_core.api.records import SegmentCriteria
from whautomate_core.job import job
from whautomate_core.messaging import segments
from whautomate_core.messaging.lines import describe_segment

if TYPE_CHECKING:
    from whautomate_core.client.client import Client


@job("segments", describe_segment, reads=("{type}s",), writes=("segments/{segment_name}",))
def ensure_segment(
    client: Client,
    segment_name: str,
    criteria: SegmentCriteria,
    *,
    location_id: str | None = None,
    type: str = "contact",
) -> Json:
    """Create the segment of that name if there is none. Opted-out people are always excluded.

    Args:
        segment_name: Its exact name.
        criteria: The people it holds, such as `{"tags": ["newsletter"]}`.
        location_id: Location of a new segment; defaults to that of the credentials.
        type: The people it chooses from: `contact` or `client`.

    Returns: `id`, `name`; `created`, whether it was created now; `any_location`, whether it may hold people of all
        locations, because the server shows none for it.

    Raises: `InvalidRequest` if a segment of that name has other criteria, or no location.
    """
    segment = segments.ensure_segment(client, segment_name, criteria, location_id=location_id, type=type)
    return {"name": segment_name, **{field: segment[field] for field in ("id", "created", "any_location")}}
