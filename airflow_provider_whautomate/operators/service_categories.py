# Written by scripts/generate: `nox -s generate` writes it anew.
"""Categories of services."""

from __future__ import annotations

from typing import Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.api import records, service_categories
from whautomate_core.api.call import Call, Json

__all__ = [
    "WhautomateCreateServiceCategoryOperator",
    "WhautomateDeleteServiceCategoryOperator",
    "WhautomateGetServiceCategoryOperator",
    "WhautomateListServiceCategoriesOperator",
]


class WhautomateListServiceCategoriesOperator(WhautomateEndpointOperator):
    """List or search categories (`GET /v1/serviceCategories`; official page, evidence A).

    :param filters: Filters, see `whautomate_core.api.records.LocatedFilters` (templated).
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

    endpoint = "service_categories.list_service_categories"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.LocatedFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListServiceCategoriesOperator)

    def call(self) -> Call[list[records.ServiceCategory]]:
        """Return the call of the rendered arguments."""
        return service_categories.list_service_categories(filters=self.given("filters"))


class WhautomateCreateServiceCategoryOperator(WhautomateEndpointOperator):
    """Create a category (`POST /v1/serviceCategories`; official page, evidence A).

    :param service_category: Fields, see `whautomate_core.api.records.ServiceCategoryInput` (templated).
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

    endpoint = "service_categories.create_service_category"
    template_fields = ("service_category", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "service_category"})

    def __init__(
        self,
        *,
        service_category: records.ServiceCategoryInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_category = service_category
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateServiceCategoryOperator)

    def call(self) -> Call[records.ServiceCategory]:
        """Return the call of the rendered arguments."""
        return service_categories.create_service_category(
            service_category=self.given("service_category"),
            extra=self.given("extra"),
        )


class WhautomateGetServiceCategoryOperator(WhautomateEndpointOperator):
    """Show one category (`GET /v1/serviceCategories/{serviceCategoryId}`; official page, evidence A).

    :param service_category_id: Id of the service category (templated).
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

    endpoint = "service_categories.get_service_category"
    reads = True
    template_fields = ("service_category_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        service_category_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_category_id = service_category_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetServiceCategoryOperator)

    def call(self) -> Call[records.ServiceCategory]:
        """Return the call of the rendered arguments."""
        return service_categories.get_service_category(service_category_id=self.given("service_category_id"))


class WhautomateDeleteServiceCategoryOperator(WhautomateEndpointOperator):
    """Delete a category (`DELETE /v1/serviceCategories/{serviceCategoryId}`; path C, shape D).

    :param service_category_id: Id of the service category (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "service_categories.delete_service_category"
    template_fields = ("service_category_id", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        service_category_id: str | Templated,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.service_category_id = service_category_id
        self.check_arguments(WhautomateDeleteServiceCategoryOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return service_categories.delete_service_category(service_category_id=self.given("service_category_id"))
