# Written by scripts/generate: `nox -s generate` writes it anew.
"""Clients: the people who book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._runs import sync_run
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.operators.job import WhautomateJobOperator, WhautomatePeopleJobOperator
from airflow_provider_whautomate.sources import RowSource, airflow_storage
from whautomate_core.api import clients, records
from whautomate_core.api.call import Call, Json
from whautomate_core.people.kinds import CLIENTS
from whautomate_core.sync.options import Column, Drift, Members, Mode, Nulls, Quota, Show, WhenRunning
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateAddClientTagsOperator",
    "WhautomateCreateClientOperator",
    "WhautomateDeleteClientOperator",
    "WhautomateFindClientOperator",
    "WhautomateGetClientOperator",
    "WhautomateListClientsOperator",
    "WhautomateRemoveClientTagsOperator",
    "WhautomateSetClientFieldsOperator",
    "WhautomateSyncClientsOperator",
    "WhautomateTagClientsOperator",
    "WhautomateUpdateClientOperator",
]


class WhautomateListClientsOperator(WhautomateEndpointOperator):
    """List or search clients (`GET /v1/clients`; integrators, evidence C).

    It is not documented which date `startDate` and `endDate` refer to.

    :param filters: Filters, see `whautomate_core.api.records.ClientFilters` (templated).
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

    endpoint = "clients.list_clients"
    reads = True
    template_fields = ("filters", "max_records", "output_path", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        filters: records.ClientFilters | Templated | None = None,
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
        self.check_arguments(WhautomateListClientsOperator)

    def call(self) -> Call[list[records.Client]]:
        """Return the call of the rendered arguments."""
        return clients.list_clients(filters=self.given("filters"))


class WhautomateCreateClientOperator(WhautomateEndpointOperator):
    """Create a client (`POST /v1/clients`; official page, evidence A; required fields per integrators, C).

    It is not documented what happens with a number that exists, so the call must happen once. The number (or the
    e-mail address if there is none) is searched for first: opted-out people are not created again.

    :param client: Fields, see `whautomate_core.api.records.ClientInput` (templated).
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

    endpoint = "clients.create_client"
    template_fields = ("client", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"client", "extra"})

    def __init__(
        self,
        *,
        client: records.ClientInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client = client
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateCreateClientOperator)

    def call(self) -> Call[records.Client]:
        """Return the call of the rendered arguments."""
        return clients.create_client(
            client=self.given("client"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateGetClientOperator(WhautomateEndpointOperator):
    """Show one client (`GET /v1/clients/{clientId}`; integrators, evidence C).

    :param client_id: Id of the client (templated).
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

    endpoint = "clients.get_client"
    reads = True
    template_fields = ("client_id", "output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        client_id: str | Templated,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetClientOperator)

    def call(self) -> Call[records.Client]:
        """Return the call of the rendered arguments."""
        return clients.get_client(client_id=self.given("client_id"))


class WhautomateUpdateClientOperator(WhautomateEndpointOperator):
    """Write fields of a client and keep the others (`PUT /v1/clients/{clientId}`; integrators, evidence C).

    As for `contacts.update_contact`, the client is read, merged and written; `overwrite=True` sends `client` alone.

    :param client_id: Id of the client (templated).
    :param client: Fields, see `whautomate_core.api.records.ClientUpdate` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param overwrite: Send the body alone, instead of merging it into what is there (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "clients.update_client"
    template_fields = (
        "client_id",
        "client",
        "extra",
        "overwrite",
        "allow_protected",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"client", "extra"})

    def __init__(
        self,
        *,
        client_id: str | Templated,
        client: records.ClientUpdate | Templated,
        extra: Json | Templated | None = None,
        overwrite: bool | Templated = False,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.client = client
        self.extra = extra
        self.overwrite = overwrite
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateUpdateClientOperator)

    def call(self) -> Call[records.Client]:
        """Return the call of the rendered arguments."""
        return clients.update_client(
            client_id=self.given("client_id"),
            client=self.given("client"),
            extra=self.given("extra"),
            overwrite=self.given("overwrite"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateDeleteClientOperator(WhautomateEndpointOperator):
    """Delete a client (`DELETE /v1/clients/{clientId}`; integrators, evidence C).

    :param client_id: Id of the client (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "clients.delete_client"
    template_fields = ("client_id", "allow_protected", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        client_id: str | Templated,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateDeleteClientOperator)

    def call(self) -> Call[records.DeleteResult]:
        """Return the call of the rendered arguments."""
        return clients.delete_client(client_id=self.given("client_id"), allow_protected=self.given("allow_protected"))


class WhautomateAddClientTagsOperator(WhautomateEndpointOperator):
    """Add tags, by name (`POST /v1/clients/{clientId}/tags/add`; integrators, evidence C).

    As for `contacts.add_contact_tags`, the client is read first, and only missing tags are sent.

    :param client_id: Id of the client (templated).
    :param tags: Names of tags (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "clients.add_client_tags"
    template_fields = ("client_id", "tags", "allow_protected", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        client_id: str | Templated,
        tags: list[str] | Templated,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.tags = tags
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateAddClientTagsOperator)

    def call(self) -> Call[records.TaggedRecord]:
        """Return the call of the rendered arguments."""
        return clients.add_client_tags(
            client_id=self.given("client_id"),
            tags=self.given("tags"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateRemoveClientTagsOperator(WhautomateEndpointOperator):
    """Remove tags, by name (`POST /v1/clients/{clientId}/tags/remove`; integrators, evidence C).

    As for `contacts.remove_contact_tags`, the client is read first, and only tags that they have are sent.

    :param client_id: Id of the client (templated).
    :param tags: Names of tags (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "clients.remove_client_tags"
    template_fields = ("client_id", "tags", "allow_protected", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        client_id: str | Templated,
        tags: list[str] | Templated,
        allow_protected: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.client_id = client_id
        self.tags = tags
        self.allow_protected = allow_protected
        self.check_arguments(WhautomateRemoveClientTagsOperator)

    def call(self) -> Call[records.TaggedRecord]:
        """Return the call of the rendered arguments."""
        return clients.remove_client_tags(
            client_id=self.given("client_id"),
            tags=self.given("tags"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSyncClientsOperator(WhautomatePeopleJobOperator):
    """Make clients match a source: create the clients that are missing, and write the fields that differ.

    Rows that have not changed since the last run send nothing. New clients get `tags` when they are created; others
    get the tags that they lack. Opted-out people get neither a tag nor a stage, are not deleted, and are not created
    again. People who no longer consent (`consent_column`) lose `tags`. After a crash, run it again: it resumes where
    it stopped, and nobody is created or tagged twice.

    Returns: Counts of rows: `rows`; of these `created`, `updated`, `unchanged`, `missing` (not there, in mode
        `update`), `existing` (there, in mode `insert`), `withheld` (opted out, so not created), `rejected` (unfit),
        `superseded` (a later row is about the same person), `failed` (refused by the server) and `unsettled` (it is
        not known whether they were created; a later run finds out). Each row counts as one of these. Besides: `tagged`,
        `untagged`, `protected` (opted out, so not tagged or moved to a stage), `deleted`, `suppressed`, `duplicates`
        (clients that share a number), `suppress` with its own `rows`, `rejected` and `suppressed`, `plan` if it is
        only planned, the paths, `requests`, `seconds`. A run that was interrupted counts what all its attempts did.

    Raises: `ConfigurationError`, and `InvalidRequest` for an unknown field, before anything is sent; `InvalidRequest`
        over a threshold; `BudgetExceeded` if `over_quota` refuses; errors of the client that concern every row, such as
        `AuthenticationError`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param mapping: Field of a client -> its column. `{"value": ...}` is one value for all rows; a function gets each
        row as a dict. The fields of `match` are required. `customFields.NAME` is a custom field (templated).
    :param match: Fields by which clients are told apart: one or more of `phone`, `email` and `fullName`. Defaults to
        `phone` and `fullName`, since families share numbers (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number. Where it is empty, `default_region` applies
        (templated).
    :param consent_column: Column that says yes or no. People who say no are synced without `tags`, and lose those they
        have, whatever else is wrong with the row. Any other word counts as no, and its row is rejected (templated).
    :param nulls: What an empty cell does: `keep` the value that is there, or `clear` it (templated).
    :param tags: Names of the tags that every client who consents gets (templated).
    :param mode: `upsert` creates and writes; `insert` only creates; `update` only writes; `mirror` creates and writes,
        and deletes clients whom this sync had before and the source no longer has (templated).
    :param drift: `ignore` does not look at rows that have not changed. `detect` reads everybody, and writes back what
        was changed at Whautomate (templated).
    :param suppress: A source of people who opted out elsewhere. It has the same column for the number, and may have the
        one for the region. These people get the opt-out tag first, and none of them is created (templated).
    :param location_id: Location of new clients; defaults to the account's (templated).
    :param plan_only: Only work out what would be done and what it would cost: nothing is sent but reads (templated).
    :param over_quota: If the plan takes more requests than are left today: `spread` them over the next days, or
        `refuse` (templated).
    :param max_rejected: Rows that may be unfit before nothing is sent: a count, or a share of all rows such as "5%"
        (templated).
    :param max_consent_rejected: How many rows without consent may be about somebody we can't identify before nothing is
        sent: a count, or a share of all rows (templated).
    :param max_suppress_rejected: How many rows of `suppress` may be about somebody we can't identify before nothing is
        sent: a count, or a share of its rows (templated).
    :param max_failed: Rows that the server may refuse, or whose outcome is unknown, before the job fails: a count, or a
        share of all rows (templated).
    :param max_created: How many clients may be created before nothing is sent, because creating triggers automations: a
        count, or a share of all rows. Defaults to unlimited (templated).
    :param max_added: How many clients may get tags before nothing is sent: a count, or a share of all rows. Defaults to
        unlimited (templated).
    :param max_deleted: How many clients `mirror` may delete before nothing is sent: a count, or a share of those whom
        the sync has (templated).
    :param rejects_path: File for the rows that were not used as they are (JSON lines, or Parquet), local or the URL of
        an object: `of` (`source` or `suppress`), `row`, `outcome`, `reason`, `match` (templated).
    :param outcomes_path: File for what became of each row: `row`, `outcome`, `tagged`, `untagged`, `protected`,
        `reason`, `match`, `id` (templated).
    :param show: How `match` shows in these files: `masked` (`+49…12`) or `whole` (templated).
    :param sync_name: Name of this sync. Runs of one name share what is known of its rows, and never overlap.
        Orchestrators name it after their task (templated).
    :param settle_after: Seconds after which a create that got no answer, and that no look-up shows, is taken not to
        have happened (templated).
    :param when_running: If another run of the sync is under way: `wait` for its end, or `stop` (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "sync_clients"
    kind = CLIENTS
    template_fields = (
        "source",
        "mapping",
        "match",
        "default_region",
        "region_column",
        "consent_column",
        "nulls",
        "tags",
        "mode",
        "drift",
        "suppress",
        "location_id",
        "plan_only",
        "over_quota",
        "max_rejected",
        "max_consent_rejected",
        "max_suppress_rejected",
        "max_failed",
        "max_created",
        "max_added",
        "max_deleted",
        "rejects_path",
        "outcomes_path",
        "show",
        "sync_name",
        "settle_after",
        "when_running",
        *WhautomatePeopleJobOperator.template_fields,
    )
    redacted_fields = frozenset({"mapping", "source", "suppress"})

    def __init__(
        self,
        *,
        source: RowSource | Templated,
        mapping: Mapping[str, Column] | Templated,
        match: str | Sequence[str] | Templated | None = None,
        default_region: str | Templated | None = None,
        region_column: str | Templated | None = None,
        consent_column: str | Templated | None = None,
        nulls: Nulls | Templated = "keep",
        tags: Sequence[str] | Templated = (),
        mode: Mode | Templated = "upsert",
        drift: Drift | Templated = "ignore",
        suppress: RowSource | Templated | None = None,
        location_id: str | Templated | None = None,
        plan_only: bool | Templated = False,
        over_quota: Quota | Templated = "spread",
        max_rejected: Threshold | Templated = "100%",
        max_consent_rejected: Threshold | Templated = 0,
        max_suppress_rejected: Threshold | Templated = 0,
        max_failed: Threshold | Templated = 0,
        max_created: Threshold | Templated | None = None,
        max_added: Threshold | Templated | None = None,
        max_deleted: Threshold | Templated = "10%",
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        show: Show | Templated = "masked",
        sync_name: str | Templated | None = None,
        settle_after: float | Templated = 900.0,
        when_running: WhenRunning | Templated = "wait",
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.mapping = mapping
        self.match = match
        self.default_region = default_region
        self.region_column = region_column
        self.consent_column = consent_column
        self.nulls = nulls
        self.tags = tags
        self.mode = mode
        self.drift = drift
        self.suppress = suppress
        self.location_id = location_id
        self.plan_only = plan_only
        self.over_quota = over_quota
        self.max_rejected = max_rejected
        self.max_consent_rejected = max_consent_rejected
        self.max_suppress_rejected = max_suppress_rejected
        self.max_failed = max_failed
        self.max_created = max_created
        self.max_added = max_added
        self.max_deleted = max_deleted
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.show = show
        self.sync_name = sync_name
        self.settle_after = settle_after
        self.when_running = when_running
        self.check_arguments(WhautomateSyncClientsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.sync.clients import sync_clients

        return sync_clients(
            client,
            source=self.rows_of("source"),
            mapping=self.given("mapping"),
            match=self.given("match"),
            default_region=self.given("default_region"),
            region_column=self.given("region_column"),
            consent_column=self.given("consent_column"),
            nulls=self.given("nulls"),
            tags=self.given("tags"),
            mode=self.given("mode"),
            drift=self.given("drift"),
            suppress=self.rows_of("suppress"),
            location_id=self.given("location_id"),
            plan_only=self.given("plan_only"),
            over_quota=self.given("over_quota"),
            max_rejected=self.given("max_rejected"),
            max_consent_rejected=self.given("max_consent_rejected"),
            max_suppress_rejected=self.given("max_suppress_rejected"),
            max_failed=self.given("max_failed"),
            max_created=self.given("max_created"),
            max_added=self.given("max_added"),
            max_deleted=self.given("max_deleted"),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            show=self.given("show"),
            sync_name=self.given("sync_name"),
            settle_after=self.given("settle_after"),
            when_running=self.given("when_running"),
            run=sync_run(context),
            storage=airflow_storage,
        )


class WhautomateTagClientsOperator(WhautomatePeopleJobOperator):
    """Give a tag to the clients that a source names, with as few requests as possible. Nobody is created.

    People who already have the tag are not tagged again, because tagging triggers automations that message them.
    Opted-out people do not get it.

    Returns: Counts of rows: `rows`; of these `tagged`, `unchanged` (had the tag), `protected` (opted out),
        `no_consent`, `missing` (no such client), `rejected`, `superseded`, `failed` and `unsettled`. Besides:
        `untagged`, `kept` (in no row, and kept the tag because rows were rejected), `plan` if it is only planned, the
        paths, `requests`, `seconds`.

    Raises: `ConfigurationError` before anything is sent; `InvalidRequest` over a threshold.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param tag: Name of the tag (templated).
    :param mapping: Field by which clients are told apart -> its column, such as `{"phone": "mobile"}`. Defaults to
        columns that are named like the fields (templated).
    :param match: Fields by which clients are told apart; defaults to those of `mapping` (templated).
    :param members: `at_least`: nobody loses the tag. `exactly`: people in no row lose it, unless rows were rejected,
        since these may be about anybody (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number. Where it is empty, `default_region` applies
        (templated).
    :param consent_column: Column that says yes or no. People who say no lose the tag, whatever else is wrong with the
        row. Any other word counts as no, and its row is rejected (templated).
    :param plan_only: Only work out what would be done and what it would cost: nothing is sent but reads (templated).
    :param over_quota: If the plan takes more requests than are left today: `spread` them over the next days, or
        `refuse` (templated).
    :param max_rejected: Rows that may be unfit before nothing is sent: a count, or a share of all rows such as "5%"
        (templated).
    :param max_consent_rejected: How many rows without consent may be about somebody we can't identify before nothing is
        sent: a count, or a share of all rows (templated).
    :param max_failed: Rows that the server may refuse, or whose outcome is unknown, before the job fails: a count, or a
        share of all rows (templated).
    :param max_added: How many clients may get the tag before nothing is sent: a count, or a share of all rows. Defaults
        to unlimited (templated).
    :param max_removed: How many clients may lose the tag before nothing is sent: a count, or a share of those who have
        it. Defaults to unlimited (templated).
    :param rejects_path: File for the rows that were not used (JSON lines, or Parquet), local or the URL of an object
        (templated).
    :param outcomes_path: File for what became of each row (templated).
    :param show: How `match` shows in these files: `masked` (`+49…12`) or `whole` (templated).
    :param sync_name: Name of this job. Runs of one name never overlap. Orchestrators name it after their task
        (templated).
    :param when_running: If another run of the job is under way: `wait` for its end, or `stop` (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "tag_clients"
    kind = CLIENTS
    template_fields = (
        "source",
        "tag",
        "mapping",
        "match",
        "members",
        "default_region",
        "region_column",
        "consent_column",
        "plan_only",
        "over_quota",
        "max_rejected",
        "max_consent_rejected",
        "max_failed",
        "max_added",
        "max_removed",
        "rejects_path",
        "outcomes_path",
        "show",
        "sync_name",
        "when_running",
        *WhautomatePeopleJobOperator.template_fields,
    )
    redacted_fields = frozenset({"mapping", "source"})

    def __init__(
        self,
        *,
        source: RowSource | Templated,
        tag: str | Templated,
        mapping: Mapping[str, str] | Templated | None = None,
        match: str | Sequence[str] | Templated | None = None,
        members: Members | Templated = "at_least",
        default_region: str | Templated | None = None,
        region_column: str | Templated | None = None,
        consent_column: str | Templated | None = None,
        plan_only: bool | Templated = False,
        over_quota: Quota | Templated = "spread",
        max_rejected: Threshold | Templated = "100%",
        max_consent_rejected: Threshold | Templated = 0,
        max_failed: Threshold | Templated = 0,
        max_added: Threshold | Templated | None = None,
        max_removed: Threshold | Templated | None = None,
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        show: Show | Templated = "masked",
        sync_name: str | Templated | None = None,
        when_running: WhenRunning | Templated = "wait",
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.tag = tag
        self.mapping = mapping
        self.match = match
        self.members = members
        self.default_region = default_region
        self.region_column = region_column
        self.consent_column = consent_column
        self.plan_only = plan_only
        self.over_quota = over_quota
        self.max_rejected = max_rejected
        self.max_consent_rejected = max_consent_rejected
        self.max_failed = max_failed
        self.max_added = max_added
        self.max_removed = max_removed
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.show = show
        self.sync_name = sync_name
        self.when_running = when_running
        self.check_arguments(WhautomateTagClientsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.sync.clients import tag_clients

        return tag_clients(
            client,
            source=self.rows_of("source"),
            tag=self.given("tag"),
            mapping=self.given("mapping"),
            match=self.given("match"),
            members=self.given("members"),
            default_region=self.given("default_region"),
            region_column=self.given("region_column"),
            consent_column=self.given("consent_column"),
            plan_only=self.given("plan_only"),
            over_quota=self.given("over_quota"),
            max_rejected=self.given("max_rejected"),
            max_consent_rejected=self.given("max_consent_rejected"),
            max_failed=self.given("max_failed"),
            max_added=self.given("max_added"),
            max_removed=self.given("max_removed"),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            show=self.given("show"),
            sync_name=self.given("sync_name"),
            when_running=self.given("when_running"),
            run=sync_run(context),
            storage=airflow_storage,
        )


class WhautomateFindClientOperator(WhautomateJobOperator):
    """Find the id of the client with a phone number or an e-mail address. If several have it, it is the oldest.

    It costs one search, like `find_contact`. Clients that the search does not show, but that a sync or a step created,
    are read by id, one more request each, whether the sync matches by number, address or name.

    Returns: `id`; `duplicates`, how many other clients have the number or address; `protected`, whether any of them has
        opted out. Nothing else, so that no personal data gets into results.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param phone: Phone number as people write it. Give this or `email_address` (templated).
    :param email_address: E-mail address; upper and lower case make no difference (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param missing_ok: Return the id None if there is no such client, instead of raising `NotFound` (templated).
    :param thorough: If the search shows nobody, read all clients page by page (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "find_client"
    template_fields = (
        "phone",
        "email_address",
        "default_region",
        "missing_ok",
        "thorough",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"email_address", "phone"})

    def __init__(
        self,
        *,
        phone: str | Templated | None = None,
        email_address: str | Templated | None = None,
        default_region: str | Templated | None = None,
        missing_ok: bool | Templated = False,
        thorough: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.phone = phone
        self.email_address = email_address
        self.default_region = default_region
        self.missing_ok = missing_ok
        self.thorough = thorough
        self.check_arguments(WhautomateFindClientOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.people.find import find_client

        return find_client(
            client,
            phone=self.given("phone"),
            email_address=self.given("email_address"),
            default_region=self.given("default_region"),
            missing_ok=self.given("missing_ok"),
            thorough=self.given("thorough"),
        )


class WhautomateSetClientFieldsOperator(WhautomateJobOperator):
    """Write the fields of a client that differ, and `customFields` key by key. If none differs, nothing is sent.

    Returns: `id`; `changed`, False if nothing was sent; `duplicates`, how many other clients have the number or
        address.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param fields: Fields to write. Not `tags`: the tag calls give and take tags one by one (templated).
    :param phone: Phone number of the client as people write it; this, `email_address` or `client_id`. If several
        clients have the number, the oldest is changed (templated).
    :param email_address: E-mail address of the client. If several clients have it, the oldest is changed (templated).
    :param client_id: Id of the client (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param thorough: If the search shows nobody, read all clients page by page (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "set_client_fields"
    template_fields = (
        "fields",
        "phone",
        "email_address",
        "client_id",
        "default_region",
        "thorough",
        *WhautomateJobOperator.template_fields,
    )
    redacted_fields = frozenset({"email_address", "fields", "phone"})

    def __init__(
        self,
        *,
        fields: records.ClientUpdate | Templated,
        phone: str | Templated | None = None,
        email_address: str | Templated | None = None,
        client_id: str | Templated | None = None,
        default_region: str | Templated | None = None,
        thorough: bool | Templated = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.fields = fields
        self.phone = phone
        self.email_address = email_address
        self.client_id = client_id
        self.default_region = default_region
        self.thorough = thorough
        self.check_arguments(WhautomateSetClientFieldsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.people.update import set_client_fields

        return set_client_fields(
            client,
            fields=self.given("fields"),
            phone=self.given("phone"),
            email_address=self.given("email_address"),
            client_id=self.given("client_id"),
            default_region=self.given("default_region"),
            thorough=self.given("thorough"),
        )
