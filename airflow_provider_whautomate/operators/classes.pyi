# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Classes and who takes part: the endpoints, and the job that makes or changes one by its start."""

from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json

class WhautomateListClassesOperator(WhautomateOperator):
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D).

    :param filters: Filters, see `whautomate_core.records.ClassFilters` (templated).
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
        filters: records.ClassFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateClassOperator(WhautomateOperator):
    """Create a class (`POST /v1/classes`; path A, shape D).

    :param class_: Fields, see `whautomate_core.records.ClassInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
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
        class_: records.ClassInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetClassOperator(WhautomateOperator):
    """Show one class (`GET /v1/classes/{classId}`; path A, shape D).

    :param class_id: Id of the class (templated).
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
        class_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateClassOperator(WhautomateOperator):
    """Write fields of a class and keep the others (`PUT /v1/classes/{classId}`; path A, shape D).

    Read, merged, written, since nobody knows whether PUT merges; `overwrite=True` sends `class_` alone.

    :param class_id: Id of the class (templated).
    :param class_: Fields, see `whautomate_core.records.ClassUpdate` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param overwrite: Send the body alone, in place of merging it over what is there (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        class_id: str | XComArg,
        class_: records.ClassUpdate | str | XComArg,
        extra: Json | str | XComArg | None = None,
        overwrite: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteClassOperator(WhautomateOperator):
    """Delete a class (`DELETE /v1/classes/{classId}`; path A, result D). What its participants are told is unknown.

    :param class_id: Id of the class (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        class_id: str | XComArg,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListClassParticipantsOperator(WhautomateOperator):
    """Who takes part (`GET /v1/classes/{classId}/participants`; path A, shape D).

    :param class_id: Id of the class (templated).
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
        class_id: str | XComArg,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateAddClassParticipantOperator(WhautomateOperator):
    """Let a client take part (`POST /v1/classes/{classId}/participants/add`; path A, body D).

    :param class_id: Id of the class (templated).
    :param class_participant: Fields, see `whautomate_core.records.ClassParticipantInput` (templated).
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
        class_id: str | XComArg,
        class_participant: records.ClassParticipantInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRemoveClassParticipantOperator(WhautomateOperator):
    """Take a client out (`POST /v1/classes/{classId}/participants/cancel`; path A, body D).

    :param class_id: Id of the class (templated).
    :param class_participant: Fields, see `whautomate_core.records.ClassParticipantCancelInput` (templated).
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
        class_id: str | XComArg,
        class_participant: records.ClassParticipantCancelInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateListClientClassBookingsOperator(WhautomateOperator):
    """The classes of a client (`GET /v1/classes/clients/{clientId}/bookings`; path A, shape and paging D).

    :param client_id: Id of the client (templated).
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
        client_id: str | XComArg,
        filters: records.PageFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpsertClassOperator(WhautomateOperator):
    """Make the class of a service by a member of staff at a time where there is none, else write what differs.

    The classes of this member of staff at this location are read. One that was called off is there as well: it is
    not made anew. It is created once, whoever else tries.

    Returns: `id`, `created`, `changed` (whether fields were written over what was there).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where there are several
        such classes; `OutcomeUnknown` where the answer to its creation was lost and it is not there to be seen.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param service_id: Id of the service (templated).
    :param staff_id: Id of the member of staff (templated).
    :param date: Day it begins, `2026-03-01` (templated).
    :param time: Wall time it begins, `04:39 PM` (templated).
    :param timezone: Their IANA zone, such as `Europe/Berlin`. Of a time that comes twice when clocks are put back, either is the class; of the two the server chooses (templated).
    :param class_: Its other fields, such as `numberOfParticipants` (templated).
    :param location_id: Its location; the account's where None (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        service_id: str | XComArg,
        staff_id: str | XComArg,
        date: str | XComArg,
        time: str | XComArg,
        timezone: str | XComArg,
        class_: records.ClassUpdate | str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

