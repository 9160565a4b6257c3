# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Services, what can be booked: the endpoints, and the jobs that make or change one, or those of a price list."""

from airflow.providers.common.compat.sdk import ObjectStoragePath
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from airflow_provider_whautomate.sources import Sql
from collections.abc import Mapping
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.rows.sources import Source

class WhautomateListServicesOperator(WhautomateOperator):
    """List or search services (`GET /v1/services`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.ServiceFilters` (templated).
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
        filters: records.ServiceFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateServiceOperator(WhautomateOperator):
    """Create a service (`POST /v1/services`; path C, body inferred from the documented list, D).

    :param service: Fields, see `whautomate_core.api.records.ServiceInput` (templated).
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
        service: records.ServiceInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetServiceOperator(WhautomateOperator):
    """Show one service (`GET /v1/services/{serviceId}`; path C, shape D).

    :param service_id: Id of the service (templated).
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
        service_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateServiceOperator(WhautomateOperator):
    """Write fields of a service and keep the others (`PUT /v1/services/{serviceId}`; path C, shape D).

    Read, merged, written, since nobody knows whether PUT merges; `overwrite=True` sends `service` alone.

    :param service_id: Id of the service (templated).
    :param service: Fields, see `whautomate_core.api.records.ServiceUpdate` (templated).
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
        service_id: str | XComArg,
        service: records.ServiceUpdate | str | XComArg,
        extra: Json | str | XComArg | None = None,
        overwrite: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteServiceOperator(WhautomateOperator):
    """Delete a service (`DELETE /v1/services/{serviceId}`; no source shows it, evidence D).

    :param service_id: Id of the service (templated).
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
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpsertServiceOperator(WhautomateOperator):
    """Make the service of a name at a location where there is none, else write the fields that differ.

    All services are read; unchanged ones cost no more. It is created once, whoever else tries.

    Returns: `id`, `created`, `changed` (whether fields were written over what was there).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where several services
        have the name; `OutcomeUnknown` where the answer to its creation was lost and it is not there to be seen.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param name: Exact name of the service (templated).
    :param service: Its other fields; `serviceType` is required (APPOINTMENT, CLASS or ADD_ON) (templated).
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
        name: str | XComArg,
        service: records.ServiceUpdate | str | XComArg,
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSyncServicesOperator(WhautomateOperator):
    """Create the services of a price list that are missing, and write the fields that differ.

    Services are identified by name and location. Empty cells leave the field alone, services that the list does not
    name stay, and of several rows about one service the last counts. All services are read once; unchanged ones cost
    no more requests. Running it again continues where it stopped.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        service), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `categories`
        (created).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param mapping: What the API calls a value -> its column, such as `{"name": "treatment", "sellingPrice": "price"}`: `name`, `location` (an id), `category` (a name), and the fields of a service that are one value. Numbers have a point, such as 12.5; yes and no may also be true and false (templated).
    :param service: Fields of every service, such as `{"serviceType": "APPOINTMENT"}`, which new ones need. A cell takes precedence over them (templated).
    :param location_id: Location of rows that name none; defaults to the account's (templated).
    :param make_categories: Create categories that are missing; otherwise their rows are rejected (templated).
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
        mapping: Mapping[str, str] | str | XComArg,
        service: records.ServiceUpdate | str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        make_categories: bool | str | XComArg = False,
        max_rejected: int | str | XComArg = '100%',
        max_failed: int | str | XComArg = 0,
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

