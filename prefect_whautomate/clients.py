"""Tasks of clients.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prefect_whautomate._clients import open_client
from prefect_whautomate._endpoints import read, read_all, send, send_once
from prefect_whautomate._flow_runs import sync_run
from prefect_whautomate._jobs import checked, run_job
from prefect_whautomate._progress import RunProgress
from prefect_whautomate._task import whautomate_task
from prefect_whautomate._waiting import wait_for
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import clients as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import Client, ClientFilters, ClientInput, ClientUpdate
from whautomate_core.people.conditions import ClientHas
from whautomate_core.people.find import find_client as find_client_job
from whautomate_core.people.update import set_client_fields as set_client_fields_job
from whautomate_core.rows.sources import Source
from whautomate_core.sync.clients import sync_clients as sync_clients_job
from whautomate_core.sync.clients import tag_clients as tag_clients_job
from whautomate_core.sync.options import Column, Drift, Members, Mode, Nulls, Quota, Show, WhenRunning
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "add_client_tags",
    "create_client",
    "delete_client",
    "find_client",
    "get_client",
    "list_clients",
    "remove_client_tags",
    "set_client_fields",
    "sync_clients",
    "tag_clients",
    "update_client",
    "wait_for_client",
]


@whautomate_task(finished_in_run=False)
def list_clients(
    credentials: WhautomateCredentials,
    *,
    filters: ClientFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Client] | Any:
    """List or search clients (`GET /v1/clients`; integrators, evidence C).

    It is not documented which date `startDate` and `endDate` refer to.

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.ClientFilters`.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The records without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import list_clients

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_clients(credentials)
        ```
    """
    call = api.list_clients(filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def create_client(
    credentials: WhautomateCredentials,
    client: ClientInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a client (`POST /v1/clients`; official page, evidence A; required fields per integrators, C).

    It is not documented what happens with a number that exists, so the call must happen once. The number (or the
    e-mail address if there is none) is searched for first: opted-out people are not created again.

    Args:
        credentials: The block of the account.
        client: Fields, see `whautomate_core.api.records.ClientInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import create_client

        @flow
        def my_flow(client):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_client(credentials, client)
        ```
    """
    call = api.create_client(client, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def get_client(
    credentials: WhautomateCredentials,
    client_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Client | Any:
    """Show one client (`GET /v1/clients/{clientId}`; integrators, evidence C).

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The record without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import get_client

        @flow
        def my_flow(client_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_client(credentials, client_id)
        ```
    """
    call = api.get_client(client_id)
    return read(credentials, call, output_path=output_path, return_records=return_records, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def update_client(
    credentials: WhautomateCredentials,
    client_id: str,
    client: ClientUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write fields of a client and keep the others (`PUT /v1/clients/{clientId}`; integrators, evidence C).

    As for `contacts.update_contact`, the client is read, merged and written; `overwrite=True` sends `client` alone.

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        client: Fields, see `whautomate_core.api.records.ClientUpdate`.
        extra: Fields to send that the check of names does not know.
        overwrite: Send the body alone, instead of merging it into what is there.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import update_client

        @flow
        def my_flow(client_id, client):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_client(credentials, client_id, client)
        ```
    """
    call = api.update_client(client_id, client, extra=extra, overwrite=overwrite, allow_protected=allow_protected)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def delete_client(
    credentials: WhautomateCredentials,
    client_id: str,
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Delete a client (`DELETE /v1/clients/{clientId}`; integrators, evidence C).

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import delete_client

        @flow
        def my_flow(client_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_client(credentials, client_id)
        ```
    """
    call = api.delete_client(client_id, allow_protected=allow_protected)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def add_client_tags(
    credentials: WhautomateCredentials,
    client_id: str,
    tags: list[str],
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Add tags, by name (`POST /v1/clients/{clientId}/tags/add`; integrators, evidence C).

    As for `contacts.add_contact_tags`, the client is read first, and only missing tags are sent.

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        tags: Names of tags.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import add_client_tags

        @flow
        def my_flow(client_id, tags):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return add_client_tags(credentials, client_id, tags)
        ```
    """
    call = api.add_client_tags(client_id, tags, allow_protected=allow_protected)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def remove_client_tags(
    credentials: WhautomateCredentials,
    client_id: str,
    tags: list[str],
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Remove tags, by name (`POST /v1/clients/{clientId}/tags/remove`; integrators, evidence C).

    As for `contacts.remove_contact_tags`, the client is read first, and only tags that they have are sent.

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        tags: Names of tags.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import remove_client_tags

        @flow
        def my_flow(client_id, tags):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return remove_client_tags(credentials, client_id, tags)
        ```
    """
    call = api.remove_client_tags(client_id, tags, allow_protected=allow_protected)
    return send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
def sync_clients(
    credentials: WhautomateCredentials,
    source: Source,
    mapping: Mapping[str, Column],
    *,
    match: str | Sequence[str] | None = None,
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
    nulls: Nulls = "keep",
    tags: Sequence[str] = (),
    mode: Mode = "upsert",
    drift: Drift = "ignore",
    suppress: Source | None = None,
    location_id: str | None = None,
    plan_only: bool = False,
    over_quota: Quota = "spread",
    max_rejected: Threshold = "100%",
    max_consent_rejected: Threshold = 0,
    max_suppress_rejected: Threshold = 0,
    max_failed: Threshold = 0,
    max_created: Threshold | None = None,
    max_added: Threshold | None = None,
    max_deleted: Threshold = "10%",
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    show: Show = "masked",
    sync_name: str | None = None,
    settle_after: float = 900.0,
    when_running: WhenRunning = "wait",
    max_requests: int | None = None,
) -> Json:
    """Make clients match a source: create the clients that are missing, and write the fields that differ.

    Rows that have not changed since the last run send nothing. New clients get `tags` when they are created; others
    get the tags that they lack. Opted-out people get neither a tag nor a stage, are not deleted, and are not created
    again. People who no longer consent (`consent_column`) lose `tags`. After a crash, run it again: it resumes where
    it stopped, and nobody is created or tagged twice.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: Field of a client -> its column. `{"value": ...}` is one value for all rows; a function gets each row
            as a dict. The fields of `match` are required. `customFields.NAME` is a custom field.
        match: Fields by which clients are told apart: one or more of `phone`, `email` and `fullName`. Defaults to
            `phone` and `fullName`, since families share numbers.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number. Where it is empty, `default_region` applies.
        consent_column: Column that says yes or no. People who say no are synced without `tags`, and lose those they
            have, whatever else is wrong with the row. Any other word counts as no, and its row is rejected.
        nulls: What an empty cell does: `keep` the value that is there, or `clear` it.
        tags: Names of the tags that every client who consents gets.
        mode: `upsert` creates and writes; `insert` only creates; `update` only writes; `mirror` creates and writes, and
            deletes clients whom this sync had before and the source no longer has.
        drift: `ignore` does not look at rows that have not changed. `detect` reads everybody, and writes back what was
            changed at Whautomate.
        suppress: A source of people who opted out elsewhere. It has the same column for the number, and may have the
            one for the region. These people get the opt-out tag first, and none of them is created.
        location_id: Location of new clients; defaults to the account's.
        plan_only: Only work out what would be done and what it would cost: nothing is sent but reads.
        over_quota: If the plan takes more requests than are left today: `spread` them over the next days, or `refuse`.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share of all rows such as "5%".
        max_consent_rejected: How many rows without consent may be about somebody we can't identify before nothing is
            sent: a count, or a share of all rows.
        max_suppress_rejected: How many rows of `suppress` may be about somebody we can't identify before nothing is
            sent: a count, or a share of its rows.
        max_failed: Rows that the server may refuse, or whose outcome is unknown, before the job fails: a count, or a
            share of all rows.
        max_created: How many clients may be created before nothing is sent, because creating triggers automations: a
            count, or a share of all rows. Defaults to unlimited.
        max_added: How many clients may get tags before nothing is sent: a count, or a share of all rows. Defaults to
            unlimited.
        max_deleted: How many clients `mirror` may delete before nothing is sent: a count, or a share of those whom the
            sync has.
        rejects_path: File for the rows that were not used as they are (JSON lines, or Parquet), local or the URL of an
            object: `of` (`source` or `suppress`), `row`, `outcome`, `reason`, `match`.
        outcomes_path: File for what became of each row: `row`, `outcome`, `tagged`, `untagged`, `protected`, `reason`,
            `match`, `id`.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: Name of this sync. Runs of one name share what is known of its rows, and never overlap. Orchestrators
            name it after their task.
        settle_after: Seconds after which a create that got no answer, and that no look-up shows, is taken not to have
            happened.
        when_running: If another run of the sync is under way: `wait` for its end, or `stop`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts of rows: `rows`; of these `created`, `updated`, `unchanged`, `missing` (not there, in mode `update`),
        `existing` (there, in mode `insert`), `withheld` (opted out, so not created), `rejected` (unfit), `superseded`
        (a later row is about the same person), `failed` (refused by the server) and `unsettled` (it is not known
        whether they were created; a later run finds out). Each row counts as one of these. Besides: `tagged`,
        `untagged`, `protected` (opted out, so not tagged or moved to a stage), `deleted`, `suppressed`, `duplicates`
        (clients that share a number), `suppress` with its own `rows`, `rejected` and `suppressed`, `plan` if it is only
        planned, the paths, `requests`, `seconds`. A run that was interrupted counts what all its attempts did. Also
        `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError`, and `InvalidRequest` for an unknown field, before anything is sent; `InvalidRequest` over
        a threshold; `BudgetExceeded` if `over_quota` refuses; errors of the client that concern every row, such as
        `AuthenticationError`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import sync_clients

        @flow
        def my_flow(source, mapping):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return sync_clients(credentials, source, mapping)
        ```
    """
    with open_client(credentials, lane="bulk", max_requests=max_requests) as client:
        return run_job(
            client,
            sync_clients_job,
            source,
            mapping,
            match=match,
            default_region=default_region,
            region_column=region_column,
            consent_column=consent_column,
            nulls=nulls,
            tags=tags,
            mode=mode,
            drift=drift,
            suppress=suppress,
            location_id=location_id,
            plan_only=plan_only,
            over_quota=over_quota,
            max_rejected=max_rejected,
            max_consent_rejected=max_consent_rejected,
            max_suppress_rejected=max_suppress_rejected,
            max_failed=max_failed,
            max_created=max_created,
            max_added=max_added,
            max_deleted=max_deleted,
            rejects_path=rejects_path,
            outcomes_path=outcomes_path,
            show=show,
            sync_name=sync_name,
            settle_after=settle_after,
            when_running=when_running,
            run=sync_run(source, whole=mode == "mirror"),
            progress=RunProgress(),
        )


@whautomate_task(finished_in_run=True)
def tag_clients(
    credentials: WhautomateCredentials,
    source: Source,
    tag: str,
    mapping: Mapping[str, str] | None = None,
    *,
    match: str | Sequence[str] | None = None,
    members: Members = "at_least",
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
    plan_only: bool = False,
    over_quota: Quota = "spread",
    max_rejected: Threshold = "100%",
    max_consent_rejected: Threshold = 0,
    max_failed: Threshold = 0,
    max_added: Threshold | None = None,
    max_removed: Threshold | None = None,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    show: Show = "masked",
    sync_name: str | None = None,
    when_running: WhenRunning = "wait",
    max_requests: int | None = None,
) -> Json:
    """Give a tag to the clients that a source names, with as few requests as possible. Nobody is created.

    People who already have the tag are not tagged again, because tagging triggers automations that message them.
    Opted-out people do not get it.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        tag: Name of the tag.
        mapping: Field by which clients are told apart -> its column, such as `{"phone": "mobile"}`. Defaults to columns
            that are named like the fields.
        match: Fields by which clients are told apart; defaults to those of `mapping`.
        members: `at_least`: nobody loses the tag. `exactly`: people in no row lose it, unless rows were rejected, since
            these may be about anybody.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number. Where it is empty, `default_region` applies.
        consent_column: Column that says yes or no. People who say no lose the tag, whatever else is wrong with the row.
            Any other word counts as no, and its row is rejected.
        plan_only: Only work out what would be done and what it would cost: nothing is sent but reads.
        over_quota: If the plan takes more requests than are left today: `spread` them over the next days, or `refuse`.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share of all rows such as "5%".
        max_consent_rejected: How many rows without consent may be about somebody we can't identify before nothing is
            sent: a count, or a share of all rows.
        max_failed: Rows that the server may refuse, or whose outcome is unknown, before the job fails: a count, or a
            share of all rows.
        max_added: How many clients may get the tag before nothing is sent: a count, or a share of all rows. Defaults to
            unlimited.
        max_removed: How many clients may lose the tag before nothing is sent: a count, or a share of those who have it.
            Defaults to unlimited.
        rejects_path: File for the rows that were not used (JSON lines, or Parquet), local or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: Name of this job. Runs of one name never overlap. Orchestrators name it after their task.
        when_running: If another run of the job is under way: `wait` for its end, or `stop`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts of rows: `rows`; of these `tagged`, `unchanged` (had the tag), `protected` (opted out), `no_consent`,
        `missing` (no such client), `rejected`, `superseded`, `failed` and `unsettled`. Besides: `untagged`, `kept` (in
        no row, and kept the tag because rows were rejected), `plan` if it is only planned, the paths, `requests`,
        `seconds`. Also `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` before anything is sent; `InvalidRequest` over a threshold.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import tag_clients

        @flow
        def my_flow(source, tag):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return tag_clients(credentials, source, tag)
        ```
    """
    with open_client(credentials, lane="bulk", max_requests=max_requests) as client:
        return run_job(
            client,
            tag_clients_job,
            source,
            tag,
            mapping,
            match=match,
            members=members,
            default_region=default_region,
            region_column=region_column,
            consent_column=consent_column,
            plan_only=plan_only,
            over_quota=over_quota,
            max_rejected=max_rejected,
            max_consent_rejected=max_consent_rejected,
            max_failed=max_failed,
            max_added=max_added,
            max_removed=max_removed,
            rejects_path=rejects_path,
            outcomes_path=outcomes_path,
            show=show,
            sync_name=sync_name,
            when_running=when_running,
            run=sync_run(source, whole=members == "exactly"),
            progress=RunProgress(),
        )


@whautomate_task(finished_in_run=False)
def find_client(
    credentials: WhautomateCredentials,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    default_region: str | None = None,
    missing_ok: bool = False,
    thorough: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Find the id of the client with a phone number or an e-mail address. If several have it, it is the oldest.

    It costs one search, like `find_contact`. Clients that the search does not show, but that a sync or a step created,
    are read by id, one more request each, whether the sync matches by number, address or name.

    Args:
        credentials: The block of the account.
        phone: Phone number as people write it. Give this or `email_address`.
        email_address: E-mail address; upper and lower case make no difference.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None if there is no such client, instead of raising `NotFound`.
        thorough: If the search shows nobody, read all clients page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `duplicates`, how many other clients have the number or address; `protected`, whether any of them has
        opted out. Nothing else, so that no personal data gets into results. Also `requests`, and `waited`, the seconds
        spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import find_client

        @flow
        def my_flow(phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return find_client(credentials, phone=phone)
        ```
    """
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(
            client,
            find_client_job,
            phone=phone,
            email_address=email_address,
            default_region=default_region,
            missing_ok=missing_ok,
            thorough=thorough,
        )


@whautomate_task(finished_in_run=True)
def set_client_fields(
    credentials: WhautomateCredentials,
    fields: ClientUpdate,
    *,
    phone: str | None = None,
    email_address: str | None = None,
    client_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write the fields of a client that differ, and `customFields` key by key. If none differs, nothing is sent.

    Args:
        credentials: The block of the account.
        fields: Fields to write. Not `tags`: the tag calls give and take tags one by one.
        phone: Phone number of the client as people write it; this, `email_address` or `client_id`. If several clients
            have the number, the oldest is changed.
        email_address: E-mail address of the client. If several clients have it, the oldest is changed.
        client_id: Id of the client.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: If the search shows nobody, read all clients page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False if nothing was sent; `duplicates`, how many other clients have the number or address.
        Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import set_client_fields

        @flow
        def my_flow(fields, phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return set_client_fields(credentials, fields, phone=phone)
        ```
    """
    with open_client(credentials, max_requests=max_requests) as client:
        return run_job(
            client,
            set_client_fields_job,
            fields,
            phone=phone,
            email_address=email_address,
            client_id=client_id,
            default_region=default_region,
            thorough=thorough,
        )


@whautomate_task(finished_in_run=True)
def wait_for_client(
    credentials: WhautomateCredentials,
    client_id: str,
    tag: str,
    *,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until a client has a tag. Upper and lower case are the same. Clients have no stages.

    Args:
        credentials: The block of the account.
        client_id: Id of the client.
        tag: Name of a tag.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`. Also `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.clients import wait_for_client

        @flow
        def my_flow(client_id, tag):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_client(credentials, client_id, tag)
        ```
    """
    condition = checked(ClientHas, client_id, tag)
    return wait_for(credentials, condition, poll_interval=poll_interval, timeout=timeout, max_requests=max_requests)
