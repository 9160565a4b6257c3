"""Tasks of segments.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from typing import Any

from prefect_whautomate._clients import open_client
from prefect_whautomate._endpoints import read, read_all, send, send_once
from prefect_whautomate._jobs import run_job
from prefect_whautomate._segments import ensure_segment as ensure_segment_job
from prefect_whautomate._task import whautomate_task
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import segments as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import LocatedFilters, Segment, SegmentCriteria, SegmentInput
from whautomate_core.messaging.segments import ensure_audience as ensure_audience_job

__all__ = ["create_segment", "delete_segment", "ensure_audience", "ensure_segment", "get_segment", "list_segments"]


@whautomate_task(finished_in_run=False)
def list_segments(
    credentials: WhautomateCredentials,
    *,
    filters: LocatedFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Segment] | Any:
    """List or search segments (`GET /v1/segments`; official page, evidence A).

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.LocatedFilters`.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The records without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.list_segments(filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def create_segment(
    credentials: WhautomateCredentials,
    segment: SegmentInput,
    *,
    extra: Json | None = None,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a segment (`POST /v1/segments`; official page, evidence A).

    Args:
        credentials: The block of the account.
        segment: Fields, see `whautomate_core.api.records.SegmentInput`.
        extra: Fields to send that the check of names does not know.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.create_segment(segment, extra=extra)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def get_segment(
    credentials: WhautomateCredentials,
    segment_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Segment | Any:
    """Show one segment (`GET /v1/segments/{segmentId}`; path A, shape B: the official page declares it empty).

    Args:
        credentials: The block of the account.
        segment_id: Id of the segment.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The record without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.get_segment(segment_id)
    return read(credentials, call, output_path=output_path, return_records=return_records, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def delete_segment(credentials: WhautomateCredentials, segment_id: str, *, max_requests: int | None = None) -> Json:
    """Delete a segment (`DELETE /v1/segments/{segmentId}`; white-label copies, evidence B).

    Args:
        credentials: The block of the account.
        segment_id: Id of the segment.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.delete_segment(segment_id)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def ensure_segment(
    credentials: WhautomateCredentials,
    segment_name: str,
    criteria: SegmentCriteria,
    *,
    location_id: str | None = None,
    type: str = "contact",
    max_requests: int | None = None,
) -> Json:
    """Create the segment of that name if there is none. Opted-out people are always excluded.

    Args:
        credentials: The block of the account.
        segment_name: Its exact name.
        criteria: The people it holds, such as `{"tags": ["newsletter"]}`.
        location_id: Location of a new segment; defaults to that of the credentials.
        type: The people it chooses from: `contact` or `client`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`, `name`; `created`, whether it was created now; `any_location`, whether it may hold people of all
        locations, because the server shows none for it. Also `requests`, and `waited`, the seconds spent waiting for
        permits.

    Raises:
        `InvalidRequest` if a segment of that name has other criteria, or no location.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.segments import ensure_segment

        @flow
        def my_flow(segment_name, criteria):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return ensure_segment(credentials, segment_name, criteria)
        ```
    """
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(client, ensure_segment_job, segment_name, criteria, location_id=location_id, type=type)


@whautomate_task(finished_in_run=True)
def ensure_audience(
    credentials: WhautomateCredentials,
    tag: str,
    *,
    contacts: list[str] | None = None,
    location_id: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Make a segment of everybody with a tag, or of a list of contacts, as the audience of a broadcast.

    Contacts of the list that lack the tag get it, which triggers its automations. All contacts are read first, and then
    those contacts of the list that were not among them, one by one. For a list all clients are read too, because an
    opt-out belongs to the person. Opted-out people get no tag, and the segment leaves them out.

    Args:
        credentials: The block of the account.
        tag: Name of the tag.
        contacts: Ids of contacts; defaults to everybody with the tag.
        location_id: Location of the segment; defaults to the account's.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` and `name` of the segment; `people`, the number of people with the tag who have not opted out, at any
        location; `any_location`, as `ensure_segment` returns it; `tagged`, the number who got the tag now; `opted_out`,
        the number of contacts of the list that were left out. Also `requests`, and `waited`, the seconds spent waiting
        for permits.

    Raises:
        `InvalidRequest` if contacts that are not on the list have the tag, or an id belongs to no contact (nobody is
        tagged then); `ListUnstable`.

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
    with open_client(credentials, lane="bulk", max_requests=max_requests) as client:
        return run_job(client, ensure_audience_job, tag, contacts=contacts, location_id=location_id)
