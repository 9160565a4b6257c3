# Written by scripts/generate: `nox -s generate` writes it anew.
"""Business locations: every contact, segment and broadcast belongs to one."""

from __future__ import annotations

from typing import Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.api import locations, records
from whautomate_core.api.call import Call

__all__ = ["WhautomateGetLocationOperator", "WhautomateListLocationsOperator"]


class WhautomateListLocationsOperator(WhautomateEndpointOperator):
    """List or search locations (`GET /v1/locations`; evidence C).

    :param filters: Filters, see `whautomate_core.api.records.SearchFilters` (templated).
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

    endpoint = "locations.list_locations"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.SearchFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListLocationsOperator)

    def call(self) -> Call[list[records.Location]]:
        """Return the call of the rendered arguments."""
        return locations.list_locations(filters=self.given("filters"))


class WhautomateGetLocationOperator(WhautomateEndpointOperator):
    """Show one location (`GET /v1/locations/{locationId}`; evidence C).

    :param location_id: Id of the location (templated).
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

    endpoint = "locations.get_location"
    reads = True
    template_fields = ("location_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        location_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.location_id = location_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetLocationOperator)

    def call(self) -> Call[records.Location]:
        """Return the call of the rendered arguments."""
        return locations.get_location(location_id=self.given("location_id"))
