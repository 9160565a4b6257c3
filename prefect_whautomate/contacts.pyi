# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from collections.abc import Coroutine
from collections.abc import Mapping
from collections.abc import Sequence
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import Contact
from whautomate_core.api.records import ContactFilters
from whautomate_core.api.records import ContactInput
from whautomate_core.api.records import ContactUpdate
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

class _list_contacts(Task[..., list[Contact]]):
    """List or search contacts (`GET /v1/contacts`; official page, evidence A).

    Nothing is documented of how `searchText` matches, nor of whether several `tags` mean any or all.

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
        from prefect_whautomate.contacts import list_contacts

        @flow
        def my_flow():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_contacts(credentials)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ContactFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Contact]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ContactFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_contacts: _list_contacts

class _alist_contacts(Task[..., Coroutine[Any, Any, list[Contact]]]):
    """`list_contacts` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, *, filters: ContactFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Contact]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, *, filters: ContactFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_contacts: _alist_contacts

class _create_contact(Task[..., dict[str, Any]]):
    """Create a contact (`POST /v1/contacts`; official page, evidence A; `location` required per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`. The number is searched for
    first, among contacts and clients: whoever has opted out is not created again.

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
        from prefect_whautomate.contacts import create_contact

        @flow
        def my_flow(contact):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return create_contact(credentials, contact)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact: ContactInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

create_contact: _create_contact

class _acreate_contact(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`create_contact` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact: ContactInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

acreate_contact: _acreate_contact

class _get_contact(Task[..., Contact]):
    """Show one contact (`GET /v1/contacts/{contactId}`; official page, evidence A).

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
        from prefect_whautomate.contacts import get_contact

        @flow
        def my_flow(contact_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return get_contact(credentials, contact_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Contact: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

get_contact: _get_contact

class _aget_contact(Task[..., Coroutine[Any, Any, Contact]]):
    """`get_contact` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, Contact]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

aget_contact: _aget_contact

class _update_contact(Task[..., dict[str, Any]]):
    """Write fields of a contact and keep the others (`PUT /v1/contacts/{contactId}`; white-label copy, evidence B).

    Whether PUT merges or replaces is not documented, so the contact is read directly before and sent back whole,
    `customFields` key by key; `overwrite=True` sends `contact` alone. What changes on the server between that read and
    its write, within one round trip, is overwritten: an opt-out in that moment too, since it is a tag.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import update_contact

        @flow
        def my_flow(contact_id, contact):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return update_contact(credentials, contact_id, contact)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, contact: ContactUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

update_contact: _update_contact

class _aupdate_contact(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`update_contact` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, contact: ContactUpdate, *, extra: Json | None = ..., overwrite: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aupdate_contact: _aupdate_contact

class _delete_contact(Task[..., dict[str, Any]]):
    """Delete a contact (`DELETE /v1/contacts/{contactId}`; white-label copy, evidence B).

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import delete_contact

        @flow
        def my_flow(contact_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return delete_contact(credentials, contact_id)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

delete_contact: _delete_contact

class _adelete_contact(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`delete_contact` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

adelete_contact: _adelete_contact

class _add_contact_tags(Task[..., dict[str, Any]]):
    """Add tags, by name (`POST /v1/contacts/{contactId}/tags/add`; path B, body and answer C).

    Tagging triggers automations that message people (the vendor's overview), so the contact is read first and only
    what is missing is sent.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import add_contact_tags

        @flow
        def my_flow(contact_id, tags):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return add_contact_tags(credentials, contact_id, tags)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

add_contact_tags: _add_contact_tags

class _aadd_contact_tags(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`add_contact_tags` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aadd_contact_tags: _aadd_contact_tags

class _remove_contact_tags(Task[..., dict[str, Any]]):
    """Remove tags, by name (`POST /v1/contacts/{contactId}/tags/remove`; path B, body and answer C).

    This too triggers automations: the contact is read first and only what it holds is sent.

    Args:
        credentials: Where to and as whom.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import remove_contact_tags

        @flow
        def my_flow(contact_id, tags):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return remove_contact_tags(credentials, contact_id, tags)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

remove_contact_tags: _remove_contact_tags

class _aremove_contact_tags(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`remove_contact_tags` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, tags: list[str], *, allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aremove_contact_tags: _aremove_contact_tags

class _find_contact(Task[..., dict[str, Any]]):
    """The id of the contact with a phone number. Where several have it, the oldest.

    Costs one request, a search; neither how it matches nor how soon it shows new records is documented. Contacts whom
    it doesn't show, and whom a sync or a step created, are read by id, one more request for each.

    Args:
        credentials: Where to and as whom.
        phone: Number as people write it.
        default_region: Country of a number without a country code, such as `DE`.
        missing_ok: Return the id None where there is none.
        thorough: Where the search shows none, read all contacts page by page.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `duplicates`, how many others have the number; `protected`, whether any of them has opted out.
        Nothing else, so that no personal data gets into results.

    Raises:
        `InvalidRequest` for what is no number, before anything is sent; `NotFound`.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import find_contact

        @flow
        def my_flow(phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return find_contact(credentials, phone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, phone: str, *, default_region: str | None = ..., missing_ok: bool = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

find_contact: _find_contact

class _afind_contact(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`find_contact` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, phone: str, *, default_region: str | None = ..., missing_ok: bool = ..., thorough: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

afind_contact: _afind_contact

class _set_contact_stage(Task[..., dict[str, Any]]):
    """Move a contact to a stage. Stages fire automations that message people, so nothing is sent where it is there.

    The API lists no stages, so one that doesn't exist is the server's to refuse.

    Args:
        credentials: Where to and as whom.
        stage: Name of the stage.
        phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` where the
        contact, or another contact or client with its number, has opted out: a search for each kind tells.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import set_contact_stage

        @flow
        def my_flow(stage, phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return set_contact_stage(credentials, stage, phone=phone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, stage: str, *, phone: str | None = ..., contact_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

set_contact_stage: _set_contact_stage

class _aset_contact_stage(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`set_contact_stage` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, stage: str, *, phone: str | None = ..., contact_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aset_contact_stage: _aset_contact_stage

class _set_contact_fields(Task[..., dict[str, Any]]):
    """Write the fields of a contact that differ, `customFields` key by key; nothing is sent where none does.

    Args:
        credentials: Where to and as whom.
        fields: Fields to write. Not `tags`, which the tag calls give and take one by one.
        phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant.
        contact_id: Id of the contact.
        default_region: Country of a number without a country code, such as `DE`.
        thorough: Where the search for the number shows nobody, read all contacts page by page.
        allow_protected: Also give a stage to opted-out people. Set it only after a deliberate human decision.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number.

    Raises:
        `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` for the stage
        or the number of a contact where it, or another contact or client with its number, has opted out.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import set_contact_fields

        @flow
        def my_flow(fields, phone):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return set_contact_fields(credentials, fields, phone=phone)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, fields: ContactUpdate, *, phone: str | None = ..., contact_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

set_contact_fields: _set_contact_fields

class _aset_contact_fields(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`set_contact_fields` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, fields: ContactUpdate, *, phone: str | None = ..., contact_id: str | None = ..., default_region: str | None = ..., thorough: bool = ..., allow_protected: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aset_contact_fields: _aset_contact_fields

class _sync_contacts(Task[..., dict[str, Any]]):
    """Make contacts what a source says: create who is missing, write what differs.

    Nothing is sent for rows that are as the last run left them. New contacts carry `tags` from their creation, others
    get by tag calls what they lack. Who opted out gets neither tag nor stage, is not deleted and not made anew; who
    consents no more (`consent_column`) loses `tags`. Whatever dies in between, running it again goes on from there,
    and nobody is created or tagged twice.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: Field of a contact -> its column; `{"value": ...}` is one value for all, a function gets the row. What they are matched by is required; `customFields.NAME` are custom fields.
        match: What contacts are matched by: `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; rows that say no are synced and get no tag. A word that is neither counts as no, and its row is rejected. The tags are taken from whoever refuses, whatever else is wrong with the row.
        nulls: What an empty cell means: `keep` what is there, or `clear` it.
        tags: Names of tags for every contact that consents.
        mode: `upsert`; `insert` only creates; `update` only writes to who is there; `mirror` also deletes whom this sync had before and the source has no more.
        drift: `ignore`: what the last run confirmed is not looked at again. `detect`: everybody is read, and what was changed at Whautomate is written back.
        suppress: A source of people who opted out elsewhere, with the same column of the number (and that of the region where it has one): first they get the opt-out tag, and none of them is created.
        location_id: Location of new contacts; defaults to the account's.
        plan_only: Work out what would be done and what it costs, and send nothing but reads.
        over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be found, before nothing is sent: likewise.
        max_suppress_rejected: Rows of `suppress` that may name nobody before nothing is sent: likewise.
        max_failed: Rows that the server may refuse, or leave unsettled, before the job is a failure: likewise.
        max_created: The most contacts it may create, since creating fires automations; defaults to unlimited.
        max_added: The most contacts it may give tags to, likewise.
        max_deleted: The most contacts that `mirror` may delete: a count, or a share of those the sync has.
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
        `protected` (opted out, and so got no tag or stage), `deleted`, `suppressed`, `duplicates` (contacts that
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
        from prefect_whautomate.contacts import sync_contacts

        @flow
        def my_flow(source, mapping):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return sync_contacts(credentials, source, mapping)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, source: Source, mapping: Mapping[str, Column], *, match: str | Sequence[str] | None = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., nulls: Nulls = ..., tags: Sequence[str] = ..., mode: Mode = ..., drift: Drift = ..., suppress: Source | None = ..., location_id: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_suppress_rejected: Threshold = ..., max_failed: Threshold = ..., max_created: int | None = ..., max_added: int | None = ..., max_deleted: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., settle_after: float = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

sync_contacts: _sync_contacts

class _async_contacts(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`sync_contacts` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, mapping: Mapping[str, Column], *, match: str | Sequence[str] | None = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., nulls: Nulls = ..., tags: Sequence[str] = ..., mode: Mode = ..., drift: Drift = ..., suppress: Source | None = ..., location_id: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_suppress_rejected: Threshold = ..., max_failed: Threshold = ..., max_created: int | None = ..., max_added: int | None = ..., max_deleted: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., settle_after: float = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

async_contacts: _async_contacts

class _tag_contacts(Task[..., dict[str, Any]]):
    """Give a tag to the contacts whom a source names, with the fewest calls. Nobody is created.

    Tagging fires automations that message people, so who has the tag, or opted out, is left alone.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        tag: Name of the tag.
        match: Column of what contacts are matched by, as `{"phoneNumber": "mobile"}`; a column of the same name where None.
        members: `at_least`: nobody loses the tag. `exactly`: who is in no row loses it, unless rows were rejected: they may be about anybody.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; who says no loses the tag, whatever else is wrong with the row. A word that is neither counts as no, and its row is rejected.
        plan_only: Work out what would be done and what it costs, and send nothing but reads.
        over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be found, before nothing is sent: likewise.
        max_failed: Rows that the server may refuse before the job is a failure: likewise.
        max_added: The most contacts that may get the tag; defaults to unlimited.
        max_removed: The most members who may lose it: a count or a share.
        rejects_path: File for rows that were not used (JSON lines, or Parquet), local or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: What names this job; runs of one name never overlap. Orchestrators name it after their task.
        when_running: Where another run of the job is under way: `wait` for its end, or `stop`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        counts `rows`, and of these `tagged`, `already` (had it), `protected` (opted out), `no_consent`, `missing`
        (no such contact), `rejected`, `superseded`, `failed`; beside it `untagged`, `kept` (in no row, and kept the tag
        since rows were rejected), `plan` where it is only planned, paths, `requests`, `seconds`.

    Raises:
        `ConfigurationError` before anything is sent; `InvalidRequest` where a threshold or cap is passed.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import tag_contacts

        @flow
        def my_flow(source, tag):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return tag_contacts(credentials, source, tag)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, source: Source, tag: str, match: Mapping[str, str] | None = ..., *, members: Members = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_failed: Threshold = ..., max_added: int | None = ..., max_removed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

tag_contacts: _tag_contacts

class _atag_contacts(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`tag_contacts` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, tag: str, match: Mapping[str, str] | None = ..., *, members: Members = ..., default_region: str | None = ..., region_column: str | None = ..., consent_column: str | None = ..., plan_only: bool = ..., over_quota: Quota = ..., max_rejected: Threshold = ..., max_consent_rejected: Threshold = ..., max_failed: Threshold = ..., max_added: int | None = ..., max_removed: Threshold = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., show: Show = ..., sync_name: str | None = ..., when_running: WhenRunning = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

atag_contacts: _atag_contacts

class _export_opt_outs(Task[..., dict[str, Any]]):
    """Write everybody who has an opt-out tag to a file: contacts and clients, since both are read whole.

    Args:
        credentials: Where to and as whom.
        output_path: File of records `kind` (contact or client), `id`, `phoneNumber` (from its country code on, where there is one), `email`, `tags` (those that say so), `updatedAt`: JSON lines, or Parquet where it ends in `.parquet`. Local, where only its owner can read it, or the URL of an object. As a source of `suppress` its column is `phoneNumber`. A client whose number can be read in two ways is there with each.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `path`, `records`, `contacts`, `clients` (how many of them opted out), `requests`.

    Raises:
        `ConfigurationError` where the file can't be written; `ListUnstable`, and there is no file, where a list
        changed whenever it was read.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import export_opt_outs

        @flow
        def my_flow(output_path):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return export_opt_outs(credentials, output_path)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, output_path: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

export_opt_outs: _export_opt_outs

class _aexport_opt_outs(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`export_opt_outs` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, output_path: str, *, max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

aexport_opt_outs: _aexport_opt_outs

class _wait_for_contact(Task[..., dict[str, Any]]):
    """Wait until a contact has a tag, a stage, or both.

    Args:
        credentials: Where to and as whom.
        contact_id: Its id; this or `phone`.
        phone: A number; which of the contacts that have it does not matter. There may be none yet.
        tag: Name of a tag, in any spelling of upper and lower case.
        stage: Name of a stage, likewise.
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
        from prefect_whautomate.contacts import wait_for_contact

        @flow
        def my_flow(contact_id, phone, tag, stage):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_contact(credentials, contact_id=contact_id, phone=phone, tag=tag, stage=stage)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_id: str | None = ..., *, phone: str | None = ..., tag: str | None = ..., stage: str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_contact: _wait_for_contact

class _await_for_contact(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_contact` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_id: str | None = ..., *, phone: str | None = ..., tag: str | None = ..., stage: str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_contact: _await_for_contact

