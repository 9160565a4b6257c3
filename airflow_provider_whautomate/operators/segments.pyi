# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Segments: the endpoints, and the jobs that make one where there is none."""

from airflow.providers.common.compat.sdk import Context
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from typing import Any
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client

class WhautomateListSegmentsOperator(WhautomateOperator):
    """List or search segments (`GET /v1/segments`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.LocatedFilters` (templated).
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
        filters: records.LocatedFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateSegmentOperator(WhautomateOperator):
    """Create a segment (`POST /v1/segments`; official page, evidence A).

    :param segment: Fields, see `whautomate_core.api.records.SegmentInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
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
        segment: records.SegmentInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetSegmentOperator(WhautomateOperator):
    """Show one segment (`GET /v1/segments/{segmentId}`; path A, shape B: the official page declares it empty).

    :param segment_id: Id of the segment (templated).
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
        segment_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteSegmentOperator(WhautomateOperator):
    """Delete a segment (`DELETE /v1/segments/{segmentId}`; white-label copies, evidence B).

    :param segment_id: Id of the segment (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        segment_id: str | XComArg,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


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
    def __init__(self, *, segment_name: str, criteria: records.SegmentCriteria, location_id: str | None=None, type: str='contact', **kwargs: Unpack[TaskArguments]) -> None:
        ...
    def work(self, client: Client, context: Context) -> Any:
        ...


class WhautomateEnsureAudienceOperator(WhautomateOperator):
    """Make a tag, or a list of contacts, an audience for a broadcast: a segment of those who have the tag.

    Whoever of the list lacks the tag is given it, which fires its automations. All contacts are read first, and those
    of the list that they don't show one by one; for a list all clients too, since an opt-out belongs to the person. Who
    opted out gets no tag, and the segment leaves them out.

    Returns: `id` and `name` of the segment; `people`, how many have the tag and have not opted out; `tagged`, how many
        were given it now; `opted_out`, how many of the list were left out.

    Raises: `InvalidRequest` where contacts that are not on the list have the tag, or ids are no contact's: nobody is
        tagged then. `ListUnstable`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param tag: Name of the tag (templated).
    :param contacts: Ids of contacts; defaults to everybody who has the tag (templated).
    :param location_id: Location of the segment; defaults to the account's (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        tag: str | XComArg,
        contacts: list[str] | str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

