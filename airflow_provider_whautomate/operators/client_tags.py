# Written by scripts/generate: `nox -s generate` writes it anew.
"""The catalogue of client tags."""

from __future__ import annotations

from typing import Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.api import client_tags, records
from whautomate_core.api.call import Call, Json

__all__ = [
    "WhautomateCreateClientTagOperator",
    "WhautomateDeleteClientTagOperator",
    "WhautomateGetClientTagOperator",
    "WhautomateListClientTagsOperator",
]


class WhautomateListClientTagsOperator(WhautomateEndpointOperator):
    """List or search client tags (`GET /v1/clientTags`; official page, evidence A).

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

    endpoint = "client_tags.list_client_tags"
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
        self.check_arguments(WhautomateListClientTagsOperator)

    def call(self) -> Call[list[records.Tag]]:
        """Return the call of the rendered arguments."""
        return client_tags.list_client_tags(filters=self.given("filters"))


class WhautomateCreateClientTagOperator(WhautomateEndpointOperator):
    """Create a client tag (`POST /v1/clientTags`; official page, evidence A).

    :param client_tag: Fields, see `whautomate_core.api.records.TagInput` (templated).
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

    endpoint = "client_tags.create_client_tag"
    template_fields = ("client_tag", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"client_tag", "extra"})

    def __init__(
        self,
        *,
        client_tag: records.TagInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_tag = client_tag
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateClientTagOperator)

    def call(self) -> Call[records.Tag]:
        """Return the call of the rendered arguments."""
        return client_tags.create_client_tag(client_tag=self.given("client_tag"), extra=self.given("extra"))


class WhautomateGetClientTagOperator(WhautomateEndpointOperator):
    """Show one client tag (`GET /v1/clientTags/{clientTagId}`; official page, evidence A).

    :param client_tag_id: Id of the client tag (templated).
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

    endpoint = "client_tags.get_client_tag"
    reads = True
    template_fields = ("client_tag_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        client_tag_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_tag_id = client_tag_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetClientTagOperator)

    def call(self) -> Call[records.Tag]:
        """Return the call of the rendered arguments."""
        return client_tags.get_client_tag(client_tag_id=self.given("client_tag_id"))


class WhautomateDeleteClientTagOperator(WhautomateEndpointOperator):
    """Delete a client tag (`DELETE /v1/clientTags/{clientTagId}`; official page, evidence A).

    It is not documented whether clients lose the tag, so deleting an opt-out tag is refused.

    :param client_tag_id: Id of the client tag (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "client_tags.delete_client_tag"
    template_fields = ("client_tag_id", "allow_protected", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        client_tag_id: str | Templated,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_tag_id = client_tag_id
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateDeleteClientTagOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return client_tags.delete_client_tag(
            client_tag_id=self.given("client_tag_id"),
            allow_protected=self.given("allow_protected"),
        )
