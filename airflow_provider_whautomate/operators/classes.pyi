# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Classes and who takes part: the endpoints, and the jobs on one class, a timetable, participants and exports."""

from airflow.providers.common.compat.sdk import ObjectStoragePath
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from airflow_provider_whautomate.sources import Sql
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from typing import Literal
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.rows.sources import Source

class WhautomateListClassesOperator(WhautomateOperator):
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D).

    :param filters: Filters, see `whautomate_core.api.records.ClassFilters` (templated).
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
        filters: records.ClassFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateClassOperator(WhautomateOperator):
    """Create a class (`POST /v1/classes`; path A, shape D).

    :param class_: Fields, see `whautomate_core.api.records.ClassInput` (templated).
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
        class_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateClassOperator(WhautomateOperator):
    """Write fields of a class and keep the others (`PUT /v1/classes/{classId}`; path A, shape D).

    Read, merged, written, since nobody knows whether PUT merges; `overwrite=True` sends `class_` alone.

    :param class_id: Id of the class (templated).
    :param class_: Fields, see `whautomate_core.api.records.ClassUpdate` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param overwrite: Send the body alone, in place of merging it over what is there (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
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
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
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
        class_id: str | XComArg,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateAddClassParticipantOperator(WhautomateOperator):
    """Let a client take part (`POST /v1/classes/{classId}/participants/add`; path A, body D).

    :param class_id: Id of the class (templated).
    :param class_participant: Fields, see `whautomate_core.api.records.ClassParticipantInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
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
    :param class_participant: Fields, see `whautomate_core.api.records.ClassParticipantCancelInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
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
    :param filters: Filters, see `whautomate_core.api.records.PageFilters` (templated).
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
        client_id: str | XComArg,
        filters: records.PageFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpsertClassOperator(WhautomateOperator):
    """Make the class of a service by a member of staff at a time where there is none, else write what differs.

    The classes of this member of staff at this location are read. One that was cancelled is there as well: it is
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
    :param location_id: Its location; defaults to the account's (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
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


class WhautomateSyncClassesOperator(WhautomateOperator):
    """Create the classes of a timetable that are missing, and write the fields that differ.

    Classes are identified by location, member of staff, service and start; a cancelled class counts as there. A class
    that starts at another time is another class. Classes that the timetable does not name are deleted only if
    `earliest` and `latest` say which period it covers, only in that period, and only up to `max_deleted`. None is
    deleted while a row can't be read, because that row may name it, and a class with participants is deleted only with
    `delete_booked`. The classes of a location are read once. Running it again continues where it stopped.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        class), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `deleted`,
        and `kept` (no longer in the timetable, but it has participants, or a row can't be read).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param timezone: IANA zone of the location, such as `Europe/Berlin`: of times without an offset, and of new classes (templated).
    :param mapping: What a value is -> its column: `service` (an id or a name), `staff` (an id or an e-mail address), `start`, and optionally `location` (an id), `numberOfParticipants` and `notes`. Defaults to columns named `service`, `staff` and `start` (templated).
    :param class_: Other fields of every class, such as `{"numberOfParticipants": 12}`. A cell takes precedence over them (templated).
    :param location_id: Location of rows that name none; defaults to the account's (templated).
    :param now: Rows that start before it are in the past, and rejected: a datetime with a time zone, or text with an offset; defaults to the time of the run (templated).
    :param earliest: Start of the period that the timetable covers; without it nothing is deleted (templated).
    :param latest: Its end, which is not part of it (templated).
    :param max_deleted: How many classes may be deleted before nothing is sent: a count, or a share of the classes in the period like `"10%"` (templated).
    :param delete_booked: Also delete classes with participants, who may be notified (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"` (templated).
    :param rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        source: Source | Sql | ObjectStoragePath | XComArg,
        timezone: str | XComArg,
        mapping: Mapping[str, str] | str | XComArg | None = None,
        class_: records.ClassUpdate | str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        now: datetime | str | XComArg | None = None,
        earliest: datetime | str | XComArg | None = None,
        latest: datetime | str | XComArg | None = None,
        max_deleted: int | str | XComArg = '10%',
        delete_booked: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        max_rejected: int | str | XComArg = '100%',
        max_failed: int | str | XComArg = 0,
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateEnrolParticipantsOperator(WhautomateOperator):
    """Enrol the clients of rows in a class; with `members="exactly"`, also remove everybody else.

    Clients who already take part or wait are left alone, also if they do so through another client record with the
    number or address of the row (otherwise the oldest of these is enrolled), or if a run enrolled them within the last
    15 minutes and the list does not show them yet. A client whom somebody removed by hand in that time is enrolled
    again by a later run, if the rows still name them. Opted-out people are neither enrolled nor removed, because
    either sends a message. Nobody is removed while a row can't be matched, because it may name one of them. Running it
    again continues where it stopped.

    Returns: Counts: `rows`, of which `booked`, `waitlisted` (the class was full), `unchanged` (took part or waited
        before), `full` (left out, without the waitlist), `missing` (no such client), `superseded` (the same client as
        an earlier row), `rejected`, `protected` (opted out), `failed`, `unsettled` (the outcome is unknown; a later
        run looks); beside them `removed` and `kept` (not in the rows and not removed: opted out, or a row can't be
        matched).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` for a class that has
        begun or was cancelled, and over the thresholds; `NotFound` where there is no such class.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param class_id: Id of the class (templated).
    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param mapping: What identifies the client -> its column: one of `client_id`, `phone` and `email`; defaults to the column `client_id`. Each row that has no id costs a search (templated).
    :param members: `at_least`: the others stay. `exactly`: they are removed (templated).
    :param waitlist: If the class is full, put clients on the waitlist; otherwise leave them out (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number; where it is empty, `default_region` applies (templated).
    :param thorough: Where a search finds no client, read all clients page by page (templated).
    :param max_removed: How many may be removed before nothing is sent: a count, or a share of the participants like `"50%"`; defaults to unlimited, but never all of them because the source names nobody (templated).
    :param allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human decision (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"` (templated).
    :param rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        class_id: str | XComArg,
        source: Source | Sql | ObjectStoragePath | XComArg,
        mapping: Mapping[str, str] | str | XComArg | None = None,
        members: Literal['at_least', 'exactly'] | str | XComArg = 'at_least',
        waitlist: bool | str | XComArg = True,
        default_region: str | XComArg | None = None,
        region_column: str | XComArg | None = None,
        thorough: bool | str | XComArg = False,
        max_removed: int | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        max_rejected: int | str | XComArg = '100%',
        max_failed: int | str | XComArg = 0,
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateExportClassesOperator(WhautomateOperator):
    """Write the classes of a period to a file, one row each.

    All classes are read, since nobody knows which date the server's filters mean. The same period gives the same rows;
    whether a booking counts as a change of its class is not known.

    Returns: `path`; `records`, how many rows it has; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes whenever it is read: no
        file is written.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a local one can be read by its owner only (templated).
    :param earliest: Begin of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not in it any more (templated).
    :param by: What is in the period: `start`, or the last change (`changed`); one without a time of change always is (templated).
    :param location_id: Of one location; defaults to all (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        output_path: str | XComArg,
        earliest: datetime | str | XComArg,
        latest: datetime | str | XComArg,
        by: Literal['start', 'changed'] | str | XComArg = 'start',
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateExportBookingsOperator(WhautomateOperator):
    """Write who takes part in the classes that begin in a period to a file, one row for each place ever taken.

    All classes are read, then the participants of each in the period: a request a class. Of people there are ids only.

    Returns: `path`; `records`, how many rows it has; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes whenever it is read: no
        file is written.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a local one can be read by its owner only (templated).
    :param earliest: Begin of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not in it any more (templated).
    :param location_id: Of one location; defaults to all (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        output_path: str | XComArg,
        earliest: datetime | str | XComArg,
        latest: datetime | str | XComArg,
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

