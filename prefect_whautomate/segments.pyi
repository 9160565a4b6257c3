# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Segments: the endpoints, and the job that makes sure one is there."""

from collections.abc import Coroutine
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import LocatedFilters
from whautomate_core.api.records import Segment
from whautomate_core.api.records import SegmentCriteria
from whautomate_core.api.records import SegmentInput

class _list_segments(Task[..., list[Segment]]):
    """List or search segments (`GET /v1/segments`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import list_segments

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_segments(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Segment]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_segments: _list_segments

class _alist_segments(Task[..., Coroutine[Any, Any, list[Segment]]]):
    """`list_segments` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Segment]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: LocatedFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_segments: _alist_segments

class _create_segment(Task[..., dict[str, Any]]):
    """Create a segment (`POST /v1/segments`; official page, evidence A).

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import create_segment

        @flow
        def my_flow(segment):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_segment(credentials, segment)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, segment: SegmentInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_segment: _create_segment

class _acreate_segment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_segment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, segment: SegmentInput, *, extra: Json | None = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_segment: _acreate_segment

class _get_segment(Task[..., Segment]):
    """Show one segment (`GET /v1/segments/{segmentId}`; path A, shape B: the official page declares it empty).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import get_segment

        @flow
        def my_flow(segment_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_segment(credentials, segment_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, segment_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Segment: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, segment_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_segment: _get_segment

class _aget_segment(Task[..., Coroutine[Any, Any, Segment]]):
    """`get_segment` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, segment_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Segment]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, segment_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_segment: _aget_segment

class _delete_segment(Task[..., dict[str, Any]]):
    """Delete a segment (`DELETE /v1/segments/{segmentId}`; white-label copies, evidence B).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import delete_segment

        @flow
        def my_flow(segment_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_segment(credentials, segment_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, segment_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_segment: _delete_segment

class _adelete_segment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_segment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, segment_id: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_segment: _adelete_segment

class _ensure_audience(Task[..., dict[str, Any]]):
    """Make a tag, or a list of contacts, an audience for a broadcast: a segment of those who have the tag.

    Whoever of the list lacks the tag is given it, which fires its automations. All contacts are read first, and those
    of the list that they don't show one by one; for a list all clients too, since an opt-out belongs to the person. Who
    opted out gets no tag, and the segment leaves them out.

    Args:
        credentials: Where to and as whom.
        tag: Name of the tag.
        contacts: Ids of contacts; defaults to everybody who has the tag.
        location_id: Location of the segment; defaults to the account's.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` and `name` of the segment; `people`, how many have the tag and have not opted out; `tagged`, how many
        were given it now; `opted_out`, how many of the list were left out.

    Raises:
        `InvalidRequest` where contacts that are not on the list have the tag, or ids are no contact's: nobody is
        tagged then. `ListUnstable`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import ensure_audience

        @flow
        def my_flow(tag):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return ensure_audience(credentials, tag)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, tag: str, *, contacts: list[str] | None = ..., location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

ensure_audience: _ensure_audience

class _aensure_audience(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`ensure_audience` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, tag: str, *, contacts: list[str] | None = ..., location_id: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aensure_audience: _aensure_audience

class _ensure_segment(Task[..., dict[str, Any]]):
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
    def __call__(self, credentials: WhautomateCredentials, segment_name: str, criteria: SegmentCriteria, *, location_id: str | None = ..., type: str = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

ensure_segment: _ensure_segment

class _aensure_segment(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`ensure_segment` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, segment_name: str, criteria: SegmentCriteria, *, location_id: str | None = ..., type: str = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aensure_segment: _aensure_segment

