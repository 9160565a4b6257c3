# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Services, what can be booked: the endpoints, and the job that makes or changes one by its name."""

from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json

class WhautomateListServicesOperator(WhautomateOperator):
    """List or search services (`GET /v1/services`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.records.ServiceFilters` (templated).
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
        filters: records.ServiceFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateServiceOperator(WhautomateOperator):
    """Create a service (`POST /v1/services`; path C, body inferred from the documented list, D).

    :param service: Fields, see `whautomate_core.records.ServiceInput` (templated).
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
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateServiceOperator(WhautomateOperator):
    """Write fields of a service and keep the others (`PUT /v1/services/{serviceId}`; path C, shape D).

    Read, merged, written, since nobody knows whether PUT merges; `overwrite=True` sends `service` alone.

    :param service_id: Id of the service (templated).
    :param service: Fields, see `whautomate_core.records.ServiceUpdate` (templated).
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
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
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
        name: str | XComArg,
        service: records.ServiceUpdate | str | XComArg,
        location_id: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

