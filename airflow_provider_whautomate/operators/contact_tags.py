# Written by scripts/generate: `nox -s generate` writes it anew.
"""The catalogue of contact tags."""

from __future__ import annotations

from typing import Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.api import contact_tags, records
from whautomate_core.api.call import Call, Json

__all__ = [
    "WhautomateCreateContactTagOperator",
    "WhautomateDeleteContactTagOperator",
    "WhautomateGetContactTagOperator",
    "WhautomateListContactTagsOperator",
]


class WhautomateListContactTagsOperator(WhautomateEndpointOperator):
    """List or search contact tags (`GET /v1/contactTags`; official page, evidence A).

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

    endpoint = "contact_tags.list_contact_tags"
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
        self.check_arguments(WhautomateListContactTagsOperator)

    def call(self) -> Call[list[records.Tag]]:
        """Return the call of the rendered arguments."""
        return contact_tags.list_contact_tags(filters=self.given("filters"))


class WhautomateCreateContactTagOperator(WhautomateEndpointOperator):
    """Create a contact tag (`POST /v1/contactTags`; official page, evidence A).

    :param contact_tag: Fields, see `whautomate_core.api.records.TagInput` (templated).
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

    endpoint = "contact_tags.create_contact_tag"
    template_fields = ("contact_tag", "extra", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"contact_tag", "extra"})

    def __init__(
        self,
        *,
        contact_tag: records.TagInput | Templated,
        extra: Json | Templated | None = None,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.contact_tag = contact_tag
        self.extra = extra
        self.key = key
        self.check_arguments(WhautomateCreateContactTagOperator)

    def call(self) -> Call[records.Tag]:
        """Return the call of the rendered arguments."""
        return contact_tags.create_contact_tag(contact_tag=self.given("contact_tag"), extra=self.given("extra"))


class WhautomateGetContactTagOperator(WhautomateEndpointOperator):
    """Show one contact tag (`GET /v1/contactTags/{contactTagId}`; path A, shape B).

    :param contact_tag_id: Id of the contact tag (templated).
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

    endpoint = "contact_tags.get_contact_tag"
    reads = True
    template_fields = ("contact_tag_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        contact_tag_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.contact_tag_id = contact_tag_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetContactTagOperator)

    def call(self) -> Call[records.Tag]:
        """Return the call of the rendered arguments."""
        return contact_tags.get_contact_tag(contact_tag_id=self.given("contact_tag_id"))


class WhautomateDeleteContactTagOperator(WhautomateEndpointOperator):
    """Delete a contact tag (`DELETE /v1/contactTags/{contactTagId}`; white-label copies, evidence B).

    It is not documented whether contacts lose the tag, so deleting an opt-out tag is refused.

    :param contact_tag_id: Id of the contact tag (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "contact_tags.delete_contact_tag"
    template_fields = ("contact_tag_id", "allow_protected", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        contact_tag_id: str | Templated,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.contact_tag_id = contact_tag_id
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateDeleteContactTagOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return contact_tags.delete_contact_tag(
            contact_tag_id=self.given("contact_tag_id"),
            allow_protected=self.given("allow_protected"),
        )
