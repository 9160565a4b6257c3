# Written by scripts/generate: `nox -s generate` writes it anew.
"""Classes: times at which many people can take part, and the people who do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from airflow_provider_whautomate.sources import RowSource, airflow_storage
from whautomate_core.api import classes, records
from whautomate_core.api.call import Call, Json
from whautomate_core.values.members import Members
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateAddClassParticipantOperator",
    "WhautomateCreateClassOperator",
    "WhautomateDeleteClassOperator",
    "WhautomateEnrolParticipantsOperator",
    "WhautomateExportBookingsOperator",
    "WhautomateExportClassesOperator",
    "WhautomateGetClassOperator",
    "WhautomateListClassParticipantsOperator",
    "WhautomateListClassesOperator",
    "WhautomateListClientClassBookingsOperator",
    "WhautomateRemoveClassParticipantOperator",
    "WhautomateSyncClassesOperator",
    "WhautomateUpdateClassOperator",
    "WhautomateUpsertClassOperator",
]


class WhautomateListClassesOperator(WhautomateEndpointOperator):
    """List classes (`GET /v1/classes`; path A, names of the filters and shape D).

    :param filters: Filters, see `whautomate_core.api.records.ClassFilters` (templated).
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

    endpoint = "classes.list_classes"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.ClassFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListClassesOperator)

    def call(self) -> Call[list[records.Class]]:
        """Return the call of the rendered arguments."""
        return classes.list_classes(filters=self.given("filters"))


class WhautomateCreateClassOperator(WhautomateEndpointOperator):
    """Create a class (`POST /v1/classes`; path A, shape D).

    :param class_: Fields, see `whautomate_core.api.records.ClassInput` (templated).
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

    endpoint = "classes.create_class"
    template_fields = ("class_", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"class_", "extra"})

    def __init__(
        self,
        *,
        class_: records.ClassInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_ = class_
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateClassOperator)

    def call(self) -> Call[records.Class]:
        """Return the call of the rendered arguments."""
        return classes.create_class(class_=self.given("class_"), extra=self.given("extra"))


class WhautomateGetClassOperator(WhautomateEndpointOperator):
    """Show one class (`GET /v1/classes/{classId}`; path A, shape D).

    :param class_id: Id of the class (templated).
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

    endpoint = "classes.get_class"
    reads = True
    template_fields = ("class_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        class_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetClassOperator)

    def call(self) -> Call[records.Class]:
        """Return the call of the rendered arguments."""
        return classes.get_class(class_id=self.given("class_id"))


class WhautomateUpdateClassOperator(WhautomateEndpointOperator):
    """Write fields of a class and keep the others (`PUT /v1/classes/{classId}`; path A, shape D).

    The class is read, merged and written, since nobody knows whether PUT merges; `overwrite=True` sends `class_` alone.

    :param class_id: Id of the class (templated).
    :param class_: Fields, see `whautomate_core.api.records.ClassUpdate` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param overwrite: Send the body alone, instead of merging it into what is there (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "classes.update_class"
    template_fields = ("class_id", "class_", "extra", "overwrite", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"class_", "extra"})

    def __init__(
        self,
        *,
        class_id: str | Templated,
        class_: records.ClassUpdate | Templated,
        extra: Json | Templated | None = None,
        overwrite: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.class_ = class_
        self.extra = extra
        self.overwrite = overwrite
        self.check_arguments(WhautomateUpdateClassOperator)

    def call(self) -> Call[records.Class]:
        """Return the call of the rendered arguments."""
        return classes.update_class(
            class_id=self.given("class_id"),
            class_=self.given("class_"),
            extra=self.given("extra"),
            overwrite=self.given("overwrite"),
        )


class WhautomateDeleteClassOperator(WhautomateEndpointOperator):
    """Delete a class (`DELETE /v1/classes/{classId}`; path A, result D). Nobody knows what its participants hear.

    :param class_id: Id of the class (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "classes.delete_class"
    template_fields = ("class_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        class_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.check_arguments(WhautomateDeleteClassOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return classes.delete_class(class_id=self.given("class_id"))


class WhautomateListClassParticipantsOperator(WhautomateEndpointOperator):
    """List the participants of a class (`GET /v1/classes/{classId}/participants`; path A, shape D).

    :param class_id: Id of the class (templated).
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

    endpoint = "classes.list_class_participants"
    reads = True
    template_fields = ("class_id", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        class_id: str | Templated,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListClassParticipantsOperator)

    def call(self) -> Call[list[records.ClassParticipant]]:
        """Return the call of the rendered arguments."""
        return classes.list_class_participants(class_id=self.given("class_id"))


class WhautomateAddClassParticipantOperator(WhautomateEndpointOperator):
    """Add a client to a class (`POST /v1/classes/{classId}/participants/add`; path A, body D).

    :param class_id: Id of the class (templated).
    :param class_participant: Fields, see `whautomate_core.api.records.ClassParticipantInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "classes.add_class_participant"
    template_fields = (
        "class_id",
        "class_participant",
        "extra",
        "allow_protected",
        "key",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"class_participant", "extra"})

    def __init__(
        self,
        *,
        class_id: str | Templated,
        class_participant: records.ClassParticipantInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.class_participant = class_participant
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateAddClassParticipantOperator)

    def call(self) -> Call[records.ClassParticipant]:
        """Return the call of the rendered arguments."""
        return classes.add_class_participant(
            class_id=self.given("class_id"),
            class_participant=self.given("class_participant"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateRemoveClassParticipantOperator(WhautomateEndpointOperator):
    """Remove a client from a class (`POST /v1/classes/{classId}/participants/cancel`; path A, body D).

    :param class_id: Id of the class (templated).
    :param class_participant: Fields, see `whautomate_core.api.records.ClassParticipantCancelInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "classes.remove_class_participant"
    template_fields = (
        "class_id",
        "class_participant",
        "extra",
        "allow_protected",
        "key",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"class_participant", "extra"})

    def __init__(
        self,
        *,
        class_id: str | Templated,
        class_participant: records.ClassParticipantCancelInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.class_participant = class_participant
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateRemoveClassParticipantOperator)

    def call(self) -> Call[records.EmptyResult]:
        """Return the call of the rendered arguments."""
        return classes.remove_class_participant(
            class_id=self.given("class_id"),
            class_participant=self.given("class_participant"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateListClientClassBookingsOperator(WhautomateEndpointOperator):
    """List the classes of a client (`GET /v1/classes/clients/{clientId}/bookings`; path A, shape and paging D).

    :param client_id: Id of the client (templated).
    :param filters: Filters, see `whautomate_core.api.records.PageFilters` (templated).
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

    endpoint = "classes.list_client_class_bookings"
    reads = True
    template_fields = (
        "client_id",
        "filters",
        "max_records",
        "output_path",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        client_id: str | Templated,
        filters: records.PageFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListClientClassBookingsOperator)

    def call(self) -> Call[list[records.ClassParticipant]]:
        """Return the call of the rendered arguments."""
        return classes.list_client_class_bookings(client_id=self.given("client_id"), filters=self.given("filters"))


class WhautomateUpsertClassOperator(WhautomateJobOperator):
    """Create the class of a service by a member of staff at a time if it is missing; otherwise write what differs.

    The classes of this member of staff at this location are read. A cancelled class counts as there: it is not created
    again. The class is created once, even if several runs try at the same time.

    Returns: `id`, `created`, `changed` (whether fields were written over what was there).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where there are several
        such classes; `OutcomeUnknown` where the answer to its creation was lost and no list shows it.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param service_id: Id of the service (templated).
    :param staff_id: Id of the member of staff (templated).
    :param date: Day it begins, `2026-03-01` (templated).
    :param time: Wall time it begins, `04:39 PM` (templated).
    :param timezone: Their IANA zone, such as `Europe/Berlin`. If a time comes twice because clocks are put back, either
        is the class; the server chooses one of the two (templated).
    :param class_: Its other fields, such as `numberOfParticipants` (templated).
    :param location_id: Its location; defaults to the account's (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "upsert_class"
    template_fields = (
        "service_id",
        "staff_id",
        "date",
        "time",
        "timezone",
        "class_",
        "location_id",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"class_"})

    def __init__(
        self,
        *,
        service_id: str | Templated,
        staff_id: str | Templated,
        date: str | Templated,
        time: str | Templated,
        timezone: str | Templated,
        class_: records.ClassUpdate | Templated | None = None,
        location_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_id = service_id
        self.staff_id = staff_id
        self.date = date
        self.time = time
        self.timezone = timezone
        self.class_ = class_
        self.location_id = location_id
        self.check_arguments(WhautomateUpsertClassOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.catalogue import upsert_class

        return upsert_class(
            client,
            service_id=self.given("service_id"),
            staff_id=self.given("staff_id"),
            date=self.given("date"),
            time=self.given("time"),
            timezone=self.given("timezone"),
            class_=self.given("class_"),
            location_id=self.given("location_id"),
        )


class WhautomateSyncClassesOperator(WhautomateJobOperator):
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

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param timezone: IANA zone of the location, such as `Europe/Berlin`: of times without an offset, and of new classes
        (templated).
    :param mapping: What a value is -> its column: `service` (an id or a name), `staff` (an id or an e-mail address),
        `start`, and optionally `location` (an id), `numberOfParticipants` and `notes`. Defaults to columns named
        `service`, `staff` and `start` (templated).
    :param class_: Other fields of every class, such as `{"numberOfParticipants": 12}`. A cell takes precedence over
        them (templated).
    :param location_id: Location of rows that name none; defaults to the account's (templated).
    :param now: Rows that start before it are in the past, and rejected: a datetime with a time zone, or text with an
        offset; defaults to the time of the run (templated).
    :param earliest: Start of the period that the timetable covers; without it nothing is deleted (templated).
    :param latest: Its end, which is not part of it (templated).
    :param max_deleted: How many classes may be deleted before nothing is sent: a count, or a share of the classes in
        the period like `"10%"` (templated).
    :param delete_booked: Also delete classes with participants, who may be notified (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`
        (templated).
    :param rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
        Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "sync_classes"
    template_fields = (
        "source",
        "timezone",
        "mapping",
        "class_",
        "location_id",
        "now",
        "earliest",
        "latest",
        "max_deleted",
        "delete_booked",
        "allow_protected",
        "max_rejected",
        "max_failed",
        "rejects_path",
        "outcomes_path",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"class_", "mapping", "source"})

    def __init__(
        self,
        *,
        source: RowSource | Templated,
        timezone: str | Templated,
        mapping: Mapping[str, str] | Templated | None = None,
        class_: records.ClassUpdate | Templated | None = None,
        location_id: str | Templated | None = None,
        now: datetime | str | Templated | None = None,
        earliest: datetime | str | Templated | None = None,
        latest: datetime | str | Templated | None = None,
        max_deleted: Threshold | Templated = 0,
        delete_booked: bool | Templated = False,
        allow_protected: bool | Templated = False,
        max_rejected: Threshold | Templated = "100%",
        max_failed: Threshold | Templated = 0,
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.timezone = timezone
        self.mapping = mapping
        self.class_ = class_
        self.location_id = location_id
        self.now = now
        self.earliest = earliest
        self.latest = latest
        self.max_deleted = max_deleted
        self.delete_booked = delete_booked
        self.allow_protected = allow_protected
        self.max_rejected = max_rejected
        self.max_failed = max_failed
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.check_arguments(WhautomateSyncClassesOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.timetable import sync_classes

        return sync_classes(
            client,
            source=self.rows_of("source"),
            timezone=self.given("timezone"),
            mapping=self.given("mapping"),
            class_=self.given("class_"),
            location_id=self.given("location_id"),
            now=self.given("now"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            max_deleted=self.given("max_deleted"),
            delete_booked=self.given("delete_booked"),
            allow_protected=self.given("allow_protected"),
            max_rejected=self.given("max_rejected"),
            max_failed=self.given("max_failed"),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            storage=airflow_storage,
        )


class WhautomateEnrolParticipantsOperator(WhautomateJobOperator):
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

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param class_id: Id of the class (templated).
    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param mapping: What identifies the client -> its column: one of `client_id`, `phone` and `email`; defaults to the
        column `client_id`. Each row that has no id costs a search (templated).
    :param members: `at_least`: the others stay. `exactly`: they are removed (templated).
    :param waitlist: If the class is full, put clients on the waitlist; otherwise leave them out (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number; where it is empty, `default_region` applies
        (templated).
    :param thorough: Where a search finds no client, read all clients page by page (templated).
    :param max_removed: How many may be removed before nothing is sent: a count, or a share of the participants like
        `"50%"`; defaults to unlimited, but never all of them because the source names nobody (templated).
    :param allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate
        human decision (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`
        (templated).
    :param rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
        Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "enrol_participants"
    template_fields = (
        "class_id",
        "source",
        "mapping",
        "members",
        "waitlist",
        "default_region",
        "region_column",
        "thorough",
        "max_removed",
        "allow_protected",
        "max_rejected",
        "max_failed",
        "rejects_path",
        "outcomes_path",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"mapping", "source"})

    def __init__(
        self,
        *,
        class_id: str | Templated,
        source: RowSource | Templated,
        mapping: Mapping[str, str] | Templated | None = None,
        members: Members | Templated = "at_least",
        waitlist: bool | Templated = True,
        default_region: str | Templated | None = None,
        region_column: str | Templated | None = None,
        thorough: bool | Templated = False,
        max_removed: Threshold | Templated | None = None,
        allow_protected: bool | Templated = False,
        max_rejected: Threshold | Templated = "100%",
        max_failed: Threshold | Templated = 0,
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.class_id = class_id
        self.source = source
        self.mapping = mapping
        self.members = members
        self.waitlist = waitlist
        self.default_region = default_region
        self.region_column = region_column
        self.thorough = thorough
        self.max_removed = max_removed
        self.allow_protected = allow_protected
        self.max_rejected = max_rejected
        self.max_failed = max_failed
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.check_arguments(WhautomateEnrolParticipantsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.participants import enrol_participants

        return enrol_participants(
            client,
            class_id=self.given("class_id"),
            source=self.rows_of("source"),
            mapping=self.given("mapping"),
            members=self.given("members"),
            waitlist=self.given("waitlist"),
            default_region=self.given("default_region"),
            region_column=self.given("region_column"),
            thorough=self.given("thorough"),
            max_removed=self.given("max_removed"),
            allow_protected=self.given("allow_protected"),
            max_rejected=self.given("max_rejected"),
            max_failed=self.given("max_failed"),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            storage=airflow_storage,
        )


class WhautomateExportClassesOperator(WhautomateJobOperator):
    """Write the classes of a period to a file, one row each.

    All classes are read, because it is not documented which date the server's filters mean. The same period gives the
    same rows. It is not known whether a booking counts as a change of its class.

    Returns: `path`; `records`, the number of rows; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is
        read; no file is written then.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
        object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one
        (templated).
    :param earliest: Start of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not part of it (templated).
    :param by: What must be in the period: the start, or the last change (`changed`). A record without a time of change
        always counts as changed (templated).
    :param location_id: Only those of this location; defaults to all (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "export_classes"
    template_fields = ("output_path", "earliest", "latest", "by", "location_id", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        output_path: str | Templated,
        earliest: datetime | str | Templated,
        latest: datetime | str | Templated,
        by: Literal["start", "changed"] | Templated = "start",
        location_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.output_path = output_path
        self.earliest = earliest
        self.latest = latest
        self.by = by
        self.location_id = location_id
        self.check_arguments(WhautomateExportClassesOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.exports import export_classes

        return export_classes(
            client,
            output_path=self.given("output_path"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            by=self.given("by"),
            location_id=self.given("location_id"),
            storage=airflow_storage,
        )


class WhautomateExportBookingsOperator(WhautomateJobOperator):
    """Write the places in classes that start in a period to a file, one row for each place ever taken.

    All classes are read, then the participants of each class in the period, one request per class. The file holds ids
    of people, and nothing else about them.

    Returns: `path`; `records`, the number of rows; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is
        read; no file is written then.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
        object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one
        (templated).
    :param earliest: Start of the period: a datetime with a time zone, or text with an offset (templated).
    :param latest: Its end, which is not part of it (templated).
    :param location_id: Only those of this location; defaults to all (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "export_bookings"
    template_fields = ("output_path", "earliest", "latest", "location_id", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        output_path: str | Templated,
        earliest: datetime | str | Templated,
        latest: datetime | str | Templated,
        location_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.output_path = output_path
        self.earliest = earliest
        self.latest = latest
        self.location_id = location_id
        self.check_arguments(WhautomateExportBookingsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.exports import export_bookings

        return export_bookings(
            client,
            output_path=self.given("output_path"),
            earliest=self.given("earliest"),
            latest=self.given("latest"),
            location_id=self.given("location_id"),
            storage=airflow_storage,
        )
