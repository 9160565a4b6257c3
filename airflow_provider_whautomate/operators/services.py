# Written by scripts/generate: `nox -s generate` writes it anew.
"""Services: what can be booked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from airflow_provider_whautomate.sources import RowSource, airflow_storage
from whautomate_core.api import records, services
from whautomate_core.api.call import Call, Json
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateCreateServiceOperator",
    "WhautomateDeleteServiceOperator",
    "WhautomateGetServiceOperator",
    "WhautomateListServicesOperator",
    "WhautomateSyncServicesOperator",
    "WhautomateUpdateServiceOperator",
    "WhautomateUpsertServiceOperator",
]


class WhautomateListServicesOperator(WhautomateEndpointOperator):
    """List or search services (`GET /v1/services`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.ServiceFilters` (templated).
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

    endpoint = "services.list_services"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.ServiceFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListServicesOperator)

    def call(self) -> Call[list[records.Service]]:
        """Return the call of the rendered arguments."""
        return services.list_services(filters=self.given("filters"))


class WhautomateCreateServiceOperator(WhautomateEndpointOperator):
    """Create a service (`POST /v1/services`; path C, body inferred from the documented list, D).

    :param service: Fields, see `whautomate_core.api.records.ServiceInput` (templated).
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

    endpoint = "services.create_service"
    template_fields = ("service", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "service"})

    def __init__(
        self,
        *,
        service: records.ServiceInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service = service
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateServiceOperator)

    def call(self) -> Call[records.Service]:
        """Return the call of the rendered arguments."""
        return services.create_service(service=self.given("service"), extra=self.given("extra"))


class WhautomateGetServiceOperator(WhautomateEndpointOperator):
    """Show one service (`GET /v1/services/{serviceId}`; path C, shape D).

    :param service_id: Id of the service (templated).
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

    endpoint = "services.get_service"
    reads = True
    template_fields = ("service_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        service_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_id = service_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetServiceOperator)

    def call(self) -> Call[records.Service]:
        """Return the call of the rendered arguments."""
        return services.get_service(service_id=self.given("service_id"))


class WhautomateUpdateServiceOperator(WhautomateEndpointOperator):
    """Write fields of a service and keep the others (`PUT /v1/services/{serviceId}`; path C, shape D).

    The service is read, merged and written, since nobody knows whether PUT merges; `overwrite=True` sends `service`
    alone.

    :param service_id: Id of the service (templated).
    :param service: Fields, see `whautomate_core.api.records.ServiceUpdate` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param overwrite: Send the body alone, instead of merging it into what is there (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "services.update_service"
    template_fields = ("service_id", "service", "extra", "overwrite", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "service"})

    def __init__(
        self,
        *,
        service_id: str | Templated,
        service: records.ServiceUpdate | Templated,
        extra: Json | Templated | None = None,
        overwrite: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_id = service_id
        self.service = service
        self.extra = extra
        self.overwrite = overwrite
        self.check_arguments(WhautomateUpdateServiceOperator)

    def call(self) -> Call[records.Service]:
        """Return the call of the rendered arguments."""
        return services.update_service(
            service_id=self.given("service_id"),
            service=self.given("service"),
            extra=self.given("extra"),
            overwrite=self.given("overwrite"),
        )


class WhautomateDeleteServiceOperator(WhautomateEndpointOperator):
    """Delete a service (`DELETE /v1/services/{serviceId}`; no source shows it, evidence D).

    :param service_id: Id of the service (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "services.delete_service"
    template_fields = ("service_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        service_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_id = service_id
        self.check_arguments(WhautomateDeleteServiceOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return services.delete_service(service_id=self.given("service_id"))


class WhautomateUpsertServiceOperator(WhautomateJobOperator):
    """Create the service with a name at a location if it is missing; otherwise write the fields that differ.

    All services are read; an unchanged one costs no more requests. It is created once, even if several runs try at the
    same time.

    Returns: `id`, `created`, `changed` (whether fields were written over what was there).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where several services
        have the name; `OutcomeUnknown` where the answer to its creation was lost and no list shows it.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param name: Exact name of the service (templated).
    :param service: Its other fields; `serviceType` is required (APPOINTMENT, CLASS or ADD_ON) (templated).
    :param location_id: Its location; defaults to the account's (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "upsert_service"
    template_fields = ("name", "service", "location_id", *WhautomateJobOperator.template_fields)
    redacted_fields = frozenset({"service"})

    def __init__(
        self,
        *,
        name: str | Templated,
        service: records.ServiceUpdate | Templated,
        location_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.name = name
        self.service = service
        self.location_id = location_id
        self.check_arguments(WhautomateUpsertServiceOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.catalogue import upsert_service

        return upsert_service(
            client,
            name=self.given("name"),
            service=self.given("service"),
            location_id=self.given("location_id"),
        )


class WhautomateSyncServicesOperator(WhautomateJobOperator):
    """Create the services of a price list that are missing, and write the fields that differ.

    Services are identified by name and location. Empty cells leave the field alone, services that the list does not
    name stay, and of several rows about one service the last counts. All services are read once; unchanged ones cost
    no more requests. Running it again continues where it stopped.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        service), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `categories`
        (created).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param mapping: What the API calls a value -> its column, such as `{"name": "treatment", "sellingPrice": "price"}`:
        `name`, `location` (an id), `category` (a name), and the fields of a service that are one value. Numbers have a
        point, such as 12.5; yes and no may also be true and false (templated).
    :param service: Fields of every service, such as `{"serviceType": "APPOINTMENT"}`, which new ones need. A cell takes
        precedence over them (templated).
    :param location_id: Location of rows that name none; defaults to the account's (templated).
    :param make_categories: Create categories that are missing; otherwise their rows are rejected (templated).
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

    job = "sync_services"
    template_fields = (
        "source",
        "mapping",
        "service",
        "location_id",
        "make_categories",
        "max_rejected",
        "max_failed",
        "rejects_path",
        "outcomes_path",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"mapping", "service", "source"})

    def __init__(
        self,
        *,
        source: RowSource | Templated,
        mapping: Mapping[str, str] | Templated,
        service: records.ServiceUpdate | Templated | None = None,
        location_id: str | Templated | None = None,
        make_categories: bool | Templated = False,
        max_rejected: Threshold | Templated = "100%",
        max_failed: Threshold | Templated = 0,
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.mapping = mapping
        self.service = service
        self.location_id = location_id
        self.make_categories = make_categories
        self.max_rejected = max_rejected
        self.max_failed = max_failed
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.check_arguments(WhautomateSyncServicesOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.bookings.services import sync_services

        return sync_services(
            client,
            source=self.rows_of("source"),
            mapping=self.given("mapping"),
            service=self.given("service"),
            location_id=self.given("location_id"),
            make_categories=self.given("make_categories"),
            max_rejected=self.given("max_rejected"),
            max_failed=self.given("max_failed"),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            storage=airflow_storage,
        )
