# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Clients, the people who book: the endpoints, and the jobs that sync and tag them, find one, and write to one."""

from collections.abc import Coroutine
from collections.abc import Mapping
from collections.abc import Sequence
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import Client
from whautomate_core.api.records import ClientFilters
from whautomate_core.api.records import ClientInput
from whautomate_core.api.records import ClientUpdate
from whautomate_core.rows.sources import Source
from whautomate_core.sync.options import Column
from whautomate_core.sync.options import Drift
from whautomate_core.sync.options import Members
from whautomate_core.sync.options import Mode
from whautomate_core.sync.options import Nulls
from whautomate_core.sync.options import Quota
from whautomate_core.sync.options import Show
from whautomate_core.sync.options import WhenRunning
from whautomate_core.values.thresholds import Threshold

class _list_clients(Task[..., list[Client]]):
    """List or search clients (`GET /v1/clients`; integrators, evidence C).

    Which date `startDate` and `endDate` mean is not documented.

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Client]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_clients: _list_clients

class _alist_clients(Task[..., Coroutine[Any, Any, list[Client]]]):
    """`list_clients` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Client]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ClientFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_clients: _alist_clients

class _create_client(Task[..., dict[str, Any]]):
    """Create a client (`POST /v1/clients`; official page, evidence A; required fields per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`. The number (the e-mail where
    there is none) is searched for first: whoever has opted out is not created again.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, client: ClientInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_client: _create_client

class _acreate_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client: ClientInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_client: _acreate_client

class _get_client(Task[..., Client]):
    """Show one client (`GET /v1/clients/{clientId}`; integrators, evidence C).

    Args:
        credentials: Where to and as whom.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Client: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_client: _get_client

class _aget_client(Task[..., Coroutine[Any, Any, Client]]):
    """`get_client` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Client]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_client: _aget_client

class _update_client(Task[..., dict[str, Any]]):
    """Write fields of a client and keep the others (`PUT /v1/clients/{clientId}`; integrators, evidence C).

    As `contacts.update_contact`: read, merged, written; `overwrite=True` sends `client` alone.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, client_id: str, client: ClientUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_client: _update_client

class _aupdate_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, client: ClientUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_client: _aupdate_client

class _delete_client(Task[..., dict[str, Any]]):
    """Delete a client (`DELETE /v1/clients/{clientId}`; integrators, evidence C).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_client: _delete_client

class _adelete_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_client: _adelete_client

class _add_client_tags(Task[..., dict[str, Any]]):
    """Add tags, by name (`POST /v1/clients/{clientId}/tags/add`; integrators, evidence C).

    As `contacts.add_contact_tags`: the client is read first and only what is missing is sent.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

add_client_tags: _add_client_tags

class _aadd_client_tags(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`add_client_tags` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aadd_client_tags: _aadd_client_tags

class _remove_client_tags(Task[..., dict[str, Any]]):
    """Remove tags, by name (`POST /v1/clients/{clientId}/tags/remove`; integrators, evidence C).

    As `contacts.remove_contact_tags`: the client is read first and only what it holds is sent.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

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
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

remove_client_tags: _remove_client_tags

class _aremove_client_tags(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`remove_client_tags` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aremove_client_tags: _aremove_client_tags

class _find_client(Task[..., dict[str, Any]]):
    """The id of the client with a phone number or an e-mail address. Where several have it, the oldest.

    Costs one search, as `find_contact`. Clients whom it doesn't show, and whom a sync or a step created, are read by
    id, one more request for each, whether the sync matches by number, address or name.

    Args:
        credentials: Where to and as whom.
        phone: Number as people write it; this or `email_address`.
        email_address: E-mail address, in any spelling of upper and lower case.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None where there is none.
        thorough: Where the search shows none, read all clients page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `duplicates`, how many others have it; `protected`, whether any of them has opted out. Nothing
        else, so that no personal data gets into results.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

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
    def __call__(self, credentials: WhautomateCredentials, *, phone: str | None = ..., email_address: str | None = ..., default_region: str | None = ..., missing_ok: bool = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

find_client: _find_client

class _afind_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`find_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, *, phone: str | None = ..., email_address: str | None = ..., default_region: str | None = ..., missing_ok: bool = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

afind_client: _afind_client

class _set_client_fields(Task[..., dict[str, Any]]):
    """Write the fields of a client that differ, `customFields` key by key; nothing is sent where none does.

    Args:
        credentials: Where to and as whom.
        fields: Fields to write. Not `tags`, which the tag calls give and take one by one.
        phone: Number of the client as people write it; this, `email_address` or `client_id`. Of several with it, the oldest is meant.
        email_address: E-mail address of the client; the same of several.
        client_id: Id of the client.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search shows nobody, read all clients page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number or address.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

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
    def __call__(self, credentials: WhautomateCredentials, fields: ClientUpdate, *, phone: str | None = ..., email_address: str | None = ..., client_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

set_client_fields: _set_client_fields

class _aset_client_fields(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`set_client_fields` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, fields: ClientUpdate, *, phone: str | None = ..., email_address: str | None = ..., client_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aset_client_fields: _aset_client_fields

class _sync_clients(Task[..., dict[str, Any]]):
    """Make clients what a source says: create who is missing, write what differs.

    Nothing is sent for rows that are as the last run left them. New clients carry `tags` from their creation, others
    get by tag calls what they lack. Who opted out gets neither tag nor stage, is not deleted and not made anew; who
    consents no more (`consent_column`) loses `tags`. Whatever dies in between, running it again goes on from there,
    and nobody is created or tagged twice.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: Field of a client -> its column; `{"value": ...}` is one value for all, a function gets the row. What they are matched by is required; `customFields.NAME` are custom fields.
        match: What clients are matched by: one or more of `phone`, `email` and `fullName`. Defaults to `phone` and `fullName`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; rows that say no are synced and get no tag. A word that is neither counts as no, and its row is rejected. The tags are taken from whoever refuses, whatever else is wrong with the row.
        nulls: What an empty cell means: `keep` what is there, or `clear` it.
        tags: Names of tags for every client that consents.
        mode: `upsert`; `insert` only creates; `update` only writes to who is there; `mirror` also deletes whom this sync had before and the source has no more.
        drift: `ignore`: what the last run confirmed is not looked at again. `detect`: everybody is read, and what was changed at Whautomate is written back.
        suppress: A source of people who opted out elsewhere, with the same column of the number (and that of the region where it has one): first they get the opt-out tag, and none of them is created.
        location_id: Location of new clients; defaults to the account's.
        plan_only: Work out what would be done and what it costs, and send nothing but reads.
        over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be found, before nothing is sent: likewise.
        max_suppress_rejected: Rows of `suppress` that may name nobody before nothing is sent: likewise.
        max_failed: Rows that the server may refuse, or leave unsettled, before the job is a failure: likewise.
        max_created: The most clients it may create, since creating fires automations; defaults to unlimited.
        max_added: The most clients it may give tags to, likewise.
        max_deleted: The most clients that `mirror` may delete: a count, or a share of those the sync has.
        rejects_path: File for rows that were not used as they are (JSON lines, or Parquet): `of` (`source` or `suppress`), `row`, `outcome`, `reason`, `match`. Local, or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: What names this sync; runs of one name share what is known of its rows. Orchestrators name it after their task.
        settle_after: Seconds after which a create that got no answer, and whom no look-up shows, is taken not to have happened.
        when_running: Where another run of the sync is under way: `wait` for its end, or `stop`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        counts of rows: `rows`, and of these `created`, `updated`, `unchanged`, `missing` (not there, in mode
        `update`), `existing` (there, in mode `insert`), `withheld` (opted out, and so not created), `rejected` (unfit),
        `superseded` (a later row is about the same person), `failed` (refused by the server), `unsettled` (nobody knows
        whether they were created; a later run finds out); each row is one of them. Beside it `tagged`, `untagged`,
        `protected` (opted out, and so got no tag or stage), `deleted`, `suppressed`, `duplicates` (clients that
        share a number), `suppress` with its own `rows`, `rejected` and `suppressed`, `plan` where it is only planned,
        paths, `requests`, `seconds`. A run that was interrupted tells what all its tries did.

    Raises:
        `ConfigurationError`, `InvalidRequest` for an unknown field, before anything is sent; `InvalidRequest`
        where a threshold or cap is passed; `BudgetExceeded` where `over_quota` refuses; errors of the client that
        concern every row, such as `AuthenticationError`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

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
    def __call__(self, credentials: WhautomateCredentials, source: Source, mapping: Mapping[str, Column], *, match: str | Sequence[str] | None = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., nulls: Nulls = ..., tags: Sequence[str] = ..., mode: Mode = ..., drift: Drift = ..., suppress: Source | None = ..., location_id: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_suppress_rejected: Threshold = ..., max_failed: Threshold = ..., max_created: int | None = ..., max_added: int | None = ..., max_deleted: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., settle_after: float = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

sync_clients: _sync_clients

class _async_clients(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`sync_clients` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, mapping: Mapping[str, Column], *, match: str | Sequence[str] | None = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., nulls: Nulls = ..., tags: Sequence[str] = ..., mode: Mode = ..., drift: Drift = ..., suppress: Source | None = ..., location_id: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_suppress_rejected: Threshold = ..., max_failed: Threshold = ..., max_created: int | None = ..., max_added: int | None = ..., max_deleted: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., settle_after: float = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

async_clients: _async_clients

class _tag_clients(Task[..., dict[str, Any]]):
    """Give a tag to the clients whom a source names, with the fewest calls. Nobody is created.

    Tagging fires automations that message people, so who has the tag, or opted out, is left alone.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        tag: Name of the tag.
        match: Column of what clients are matched by, as `{"phone": "mobile"}`; a column of the same name where None.
        members: `at_least`: nobody loses the tag. `exactly`: who is in no row loses it, unless rows were rejected: they may be about anybody.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; who says no loses the tag, whatever else is wrong with the row. A word that is neither counts as no, and its row is rejected.
        plan_only: Work out what would be done and what it costs, and send nothing but reads.
        over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be found, before nothing is sent: likewise.
        max_failed: Rows that the server may refuse before the job is a failure: likewise.
        max_added: The most clients that may get the tag; defaults to unlimited.
        max_removed: The most members who may lose it: a count or a share.
        rejects_path: File for rows that were not used (JSON lines, or Parquet), local or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: What names this job; runs of one name never overlap. Orchestrators name it after their task.
        when_running: Where another run of the job is under way: `wait` for its end, or `stop`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        counts `rows`, and of these `tagged`, `already` (had it), `protected` (opted out), `no_consent`, `missing`
        (no such client), `rejected`, `superseded`, `failed`; beside it `untagged`, `kept` (in no row, and kept the tag
        since rows were rejected), `plan` where it is only planned, paths, `requests`, `seconds`.

    Raises:
        `ConfigurationError` before anything is sent; `InvalidRequest` where a threshold or cap is passed.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

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
    def __call__(self, credentials: WhautomateCredentials, source: Source, tag: str, match: Mapping[str, str] | None = ..., *, members: Members = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_failed: Threshold = ..., max_added: int | None = ..., max_removed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

tag_clients: _tag_clients

class _atag_clients(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`tag_clients` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, tag: str, match: Mapping[str, str] | None = ..., *, members: Members = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_failed: Threshold = ..., max_added: int | None = ..., max_removed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

atag_clients: _atag_clients

class _wait_for_client(Task[..., dict[str, Any]]):
    """Wait until a client has a tag. Clients have no stages.

    Args:
        credentials: Where to and as whom.
        client_id: Its id.
        tag: Name of the tag, in any spelling of upper and lower case.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`.
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

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
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tag: str, *, poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_client: _wait_for_client

class _await_for_client(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_client` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, client_id: str, tag: str, *, poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_client: _await_for_client

