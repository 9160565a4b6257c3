"""Tasks of contacts, as coroutines.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from typing import Any

from prefect_whautomate import contacts as blocking
from prefect_whautomate._jobs import checked
from prefect_whautomate._task import whautomate_task
from prefect_whautomate._waiting import wait_for_async
from prefect_whautomate.aio._endpoints import read, read_all, send, send_once
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import contacts as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import Contact, ContactFilters, ContactInput, ContactUpdate
from whautomate_core.people.conditions import ContactHas
from whautomate_core.rows.sources import Source
from whautomate_core.sync.options import Column, Drift, Members, Mode, Nulls, Quota, Show, WhenRunning
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "add_contact_tags",
    "create_contact",
    "delete_contact",
    "export_opt_outs",
    "find_contact",
    "get_contact",
    "list_contacts",
    "remove_contact_tags",
    "set_contact_fields",
    "set_contact_stage",
    "sync_contacts",
    "tag_contacts",
    "update_contact",
    "wait_for_contact",
]


@whautomate_task(finished_in_run=False)
async def list_contacts(
    credentials: WhautomateCredentials,
    *,
    filters: ContactFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Contact] | Any:
    """List or search contacts (`GET /v1/contacts`; official page, evidence A).

    It is not documented how `searchText` matches, nor whether several `tags` mean any or all of them.

    Args:
        credentials: The block of the account.
        filters: Filters, see `whautomate_core.api.records.ContactFilters`.
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
        from prefect_whautomate.aio.contacts import list_contacts

        @flow
        async def my_flow():
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await list_contacts(credentials)
        ```
    """
    call = api.list_contacts(filters=filters)
    return await read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def create_contact(
    credentials: WhautomateCredentials,
    contact: ContactInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Create a contact (`POST /v1/contacts`; official page, evidence A; `location` required per integrators, C).

    It is not documented what happens with a number that exists, so the call must happen once. The number is searched
    for first, among contacts and clients: opted-out people are not created again.

    Args:
        credentials: The block of the account.
        contact: Fields, see `whautomate_core.api.records.ContactInput`.
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
        from prefect_whautomate.aio.contacts import create_contact

        @flow
        async def my_flow(contact):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await create_contact(credentials, contact)
        ```
    """
    call = api.create_contact(contact, extra=extra, allow_protected=allow_protected)
    return await send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def get_contact(
    credentials: WhautomateCredentials,
    contact_id: str,
    *,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> Contact | Any:
    """Show one contact (`GET /v1/contacts/{contactId}`; official page, evidence A).

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
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
        from prefect_whautomate.aio.contacts import get_contact

        @flow
        async def my_flow(contact_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await get_contact(credentials, contact_id)
        ```
    """
    call = api.get_contact(contact_id)
    return await read(
        credentials,
        call,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def update_contact(
    credentials: WhautomateCredentials,
    contact_id: str,
    contact: ContactUpdate,
    *,
    extra: Json | None = None,
    overwrite: bool = False,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write fields of a contact and keep the others (`PUT /v1/contacts/{contactId}`; white-label copy, evidence B).

    It is not documented whether PUT merges or replaces. So the contact is read directly before and sent back whole,
    with `customFields` merged key by key; `overwrite=True` sends `contact` alone. A change on the server between that
    read and the write, which takes one round trip, is overwritten. This includes an opt-out, since it is a tag.

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
        contact: Fields, see `whautomate_core.api.records.ContactUpdate`.
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
        from prefect_whautomate.aio.contacts import update_contact

        @flow
        async def my_flow(contact_id, contact):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await update_contact(credentials, contact_id, contact)
        ```
    """
    call = api.update_contact(contact_id, contact, extra=extra, overwrite=overwrite, allow_protected=allow_protected)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
async def delete_contact(
    credentials: WhautomateCredentials,
    contact_id: str,
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Delete a contact (`DELETE /v1/contacts/{contactId}`; white-label copy, evidence B).

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
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
        from prefect_whautomate.aio.contacts import delete_contact

        @flow
        async def my_flow(contact_id):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await delete_contact(credentials, contact_id)
        ```
    """
    call = api.delete_contact(contact_id, allow_protected=allow_protected)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def add_contact_tags(
    credentials: WhautomateCredentials,
    contact_id: str,
    tags: list[str],
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Add tags, by name (`POST /v1/contacts/{contactId}/tags/add`; path B, body and answer C).

    Tagging triggers automations that message people (the vendor's overview). So the contact is read first, and only
    missing tags are sent.

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
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
        from prefect_whautomate.aio.contacts import add_contact_tags

        @flow
        async def my_flow(contact_id, tags):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await add_contact_tags(credentials, contact_id, tags)
        ```
    """
    call = api.add_contact_tags(contact_id, tags, allow_protected=allow_protected)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def remove_contact_tags(
    credentials: WhautomateCredentials,
    contact_id: str,
    tags: list[str],
    *,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Remove tags, by name (`POST /v1/contacts/{contactId}/tags/remove`; path B, body and answer C).

    This too triggers automations. So the contact is read first, and only tags that it has are sent.

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
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
        from prefect_whautomate.aio.contacts import remove_contact_tags

        @flow
        async def my_flow(contact_id, tags):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await remove_contact_tags(credentials, contact_id, tags)
        ```
    """
    call = api.remove_contact_tags(contact_id, tags, allow_protected=allow_protected)
    return await send(credentials, call, max_requests=max_requests)


@whautomate_task(finished_in_run=True)
async def sync_contacts(
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
    """Make contacts match a source: create the contacts that are missing, and write the fields that differ.

    Rows that have not changed since the last run send nothing. New contacts get `tags` when they are created; others
    get the tags that they lack. Opted-out people get neither a tag nor a stage, are not deleted, and are not created
    again. People who no longer consent (`consent_column`) lose `tags`. After a crash, run it again: it resumes where
    it stopped, and nobody is created or tagged twice.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: Field of a contact -> its column. `{"value": ...}` is one value for all rows; a function gets each row
            as a dict. The fields of `match` are required. `customFields.NAME` is a custom field.
        match: Fields by which contacts are told apart: `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number. Where it is empty, `default_region` applies.
        consent_column: Column that says yes or no. People who say no are synced without `tags`, and lose those they
            have, whatever else is wrong with the row. Any other word counts as no, and its row is rejected.
        nulls: What an empty cell does: `keep` the value that is there, or `clear` it.
        tags: Names of the tags that every contact who consents gets.
        mode: `upsert` creates and writes; `insert` only creates; `update` only writes; `mirror` creates and writes, and
            deletes contacts whom this sync had before and the source no longer has.
        drift: `ignore` does not look at rows that have not changed. `detect` reads everybody, and writes back what was
            changed at Whautomate.
        suppress: A source of people who opted out elsewhere. It has the same column for the number, and may have the
            one for the region. These people get the opt-out tag first, and none of them is created.
        location_id: Location of new contacts; defaults to the account's.
        plan_only: Only work out what would be done and what it would cost: nothing is sent but reads.
        over_quota: If the plan takes more requests than are left today: `spread` them over the next days, or `refuse`.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share of all rows such as "5%".
        max_consent_rejected: How many rows without consent may be about somebody we can't identify before nothing is
            sent: a count, or a share of all rows.
        max_suppress_rejected: How many rows of `suppress` may be about somebody we can't identify before nothing is
            sent: a count, or a share of its rows.
        max_failed: Rows that the server may refuse, or whose outcome is unknown, before the job fails: a count, or a
            share of all rows.
        max_created: How many contacts may be created before nothing is sent, because creating triggers automations: a
            count, or a share of all rows. Defaults to unlimited.
        max_added: How many contacts may get tags before nothing is sent: a count, or a share of all rows. Defaults to
            unlimited.
        max_deleted: How many contacts `mirror` may delete before nothing is sent: a count, or a share of those whom the
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
        (contacts that share a number), `suppress` with its own `rows`, `rejected` and `suppressed`, `plan` if it is
        only planned, the paths, `requests`, `seconds`. A run that was interrupted counts what all its attempts did.
        Also `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError`, and `InvalidRequest` for an unknown field, before anything is sent; `InvalidRequest` over
        a threshold; `BudgetExceeded` if `over_quota` refuses; errors of the client that concern every row, such as
        `AuthenticationError`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contacts import sync_contacts

        @flow
        async def my_flow(source, mapping):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await sync_contacts(credentials, source, mapping)
        ```
    """
    return await to_thread(
        blocking.sync_contacts.fn,
        credentials,
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
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def tag_contacts(
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
    """Give a tag to the contacts that a source names, with as few requests as possible. Nobody is created.

    People who already have the tag are not tagged again, because tagging triggers automations that message them.
    Opted-out people do not get it.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        tag: Name of the tag.
        mapping: Field by which contacts are told apart -> its column, such as `{"phoneNumber": "mobile"}`. Defaults to
            columns that are named like the fields.
        match: Fields by which contacts are told apart; defaults to those of `mapping`.
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
        max_added: How many contacts may get the tag before nothing is sent: a count, or a share of all rows. Defaults
            to unlimited.
        max_removed: How many contacts may lose the tag before nothing is sent: a count, or a share of those who have
            it. Defaults to unlimited.
        rejects_path: File for the rows that were not used (JSON lines, or Parquet), local or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: Name of this job. Runs of one name never overlap. Orchestrators name it after their task.
        when_running: If another run of the job is under way: `wait` for its end, or `stop`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts of rows: `rows`; of these `tagged`, `unchanged` (had the tag), `protected` (opted out), `no_consent`,
        `missing` (no such contact), `rejected`, `superseded`, `failed` and `unsettled`. Besides: `untagged`, `kept` (in
        no row, and kept the tag because rows were rejected), `plan` if it is only planned, the paths, `requests`,
        `seconds`. Also `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` before anything is sent; `InvalidRequest` over a threshold.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contacts import tag_contacts

        @flow
        async def my_flow(source, tag):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await tag_contacts(credentials, source, tag)
        ```
    """
    return await to_thread(
        blocking.tag_contacts.fn,
        credentials,
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
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
async def export_opt_outs(
    credentials: WhautomateCredentials,
    output_path: str,
    *,
    max_requests: int | None = None,
) -> Json:
    """Write all opted-out people, contacts and clients, to a file. Both lists are read whole.

    Args:
        credentials: The block of the account.
        output_path: File of records `kind` (contact or client), `id`, `phoneNumber` (from its country code on, where
            there is one), `email`, `tags` (the opt-out tags), `updatedAt`: JSON lines, or Parquet where it ends in
            `.parquet`. Local, where only its owner can read it, or the URL of an object. As a source of `suppress` its
            column is `phoneNumber`. A client whose number can be read in two ways is in it once for each.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`, `records`, `contacts` and `clients` (how many opted out), `requests`. Also `waited`, the seconds spent
        waiting for permits.

    Raises:
        `ConfigurationError` if the file can't be written; `ListUnstable`, without a file, if a list changed whenever it
        was read.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contacts import export_opt_outs

        @flow
        async def my_flow(output_path):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await export_opt_outs(credentials, output_path)
        ```
    """
    return await to_thread(blocking.export_opt_outs.fn, credentials, output_path, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
async def find_contact(
    credentials: WhautomateCredentials,
    phone: str,
    *,
    default_region: str | None = None,
    missing_ok: bool = False,
    thorough: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Find the id of the contact with a phone number. If several have the number, it is the oldest.

    It costs one request, a search. The vendor documents neither how a search matches nor how soon it shows new records.
    Contacts that the search does not show, but that a sync or a step created, are read by id, one more request each.

    Args:
        credentials: The block of the account.
        phone: Phone number as people write it.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None if there is no such contact, instead of raising `NotFound`.
        thorough: If the search shows nobody, read all contacts page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `duplicates`, how many other contacts have the number; `protected`, whether any of them has opted out.
        Nothing else, so that no personal data gets into results. Also `requests`, and `waited`, the seconds spent
        waiting for permits.

    Raises:
        `InvalidRequest` if it is not a phone number, before anything is sent; `NotFound`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contacts import find_contact

        @flow
        async def my_flow(phone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await find_contact(credentials, phone)
        ```
    """
    return await to_thread(
        blocking.find_contact.fn,
        credentials,
        phone,
        default_region=default_region,
        missing_ok=missing_ok,
        thorough=thorough,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def set_contact_stage(
    credentials: WhautomateCredentials,
    stage: str,
    *,
    phone: str | None = None,
    contact_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Move a contact to a stage. If the contact is there already, nothing is sent.

    Moving a contact triggers automations that message them. The API lists no stages, so the server decides whether a
    stage exists.

    Args:
        credentials: The block of the account.
        stage: Name of the stage.
        phone: Phone number of the contact as people write it; this or `contact_id`. If several contacts have the
            number, the oldest is moved.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: If the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False if nothing was sent; `duplicates`, how many other contacts have the number. Also
        `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` if the contact
        has opted out, or another contact or client with the same number, which a search for each kind tells.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contacts import set_contact_stage

        @flow
        async def my_flow(stage, phone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await set_contact_stage(credentials, stage, phone=phone)
        ```
    """
    return await to_thread(
        blocking.set_contact_stage.fn,
        credentials,
        stage,
        phone=phone,
        contact_id=contact_id,
        default_region=default_region,
        thorough=thorough,
        allow_protected=allow_protected,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def set_contact_fields(
    credentials: WhautomateCredentials,
    fields: ContactUpdate,
    *,
    phone: str | None = None,
    contact_id: str | None = None,
    default_region: str | None = None,
    thorough: bool = False,
    allow_protected: bool = False,
    max_requests: int | None = None,
) -> Json:
    """Write the fields of a contact that differ, and `customFields` key by key. If none differs, nothing is sent.

    Args:
        credentials: The block of the account.
        fields: Fields to write. Not `tags`: the tag calls give and take tags one by one.
        phone: Phone number of the contact as people write it; this or `contact_id`. If several contacts have the
            number, the oldest is changed.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: If the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also give a stage to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False if nothing was sent; `duplicates`, how many other contacts have the number. Also
        `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` if a stage or
        number is to be written, and the contact, or another contact or client with the same number, has opted out.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.aio.contacts import set_contact_fields

        @flow
        async def my_flow(fields, phone):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await set_contact_fields(credentials, fields, phone=phone)
        ```
    """
    return await to_thread(
        blocking.set_contact_fields.fn,
        credentials,
        fields,
        phone=phone,
        contact_id=contact_id,
        default_region=default_region,
        thorough=thorough,
        allow_protected=allow_protected,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=True)
async def wait_for_contact(
    credentials: WhautomateCredentials,
    contact_id: str | None = None,
    *,
    phone: str | None = None,
    tag: str | None = None,
    stage: str | None = None,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until a contact has a tag, a stage, or both. Upper and lower case are the same.

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact; this or `phone`.
        phone: A number. Any contact with that number will do, and there may be none yet.
        tag: Name of a tag.
        stage: Name of a stage.
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
        from prefect_whautomate.aio.contacts import wait_for_contact

        @flow
        async def my_flow(phone, tag):
            credentials = await WhautomateCredentials.aload("BLOCK_NAME")
            return await wait_for_contact(credentials, phone=phone, tag=tag)
        ```
    """
    condition = checked(ContactHas, contact_id, phone=phone, tag=tag, stage=stage)
    return await wait_for_async(
        credentials,
        condition,
        poll_interval=poll_interval,
        timeout=timeout,
        max_requests=max_requests,
    )
