# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from airflow.providers.common.compat.sdk import ObjectStoragePath
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from airflow_provider_whautomate.sources import Sql
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Literal
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.rows.sources import Source

class WhautomateListContactsOperator(WhautomateOperator):
    """List or search contacts (`GET /v1/contacts`; official page, evidence A).

    Nothing is documented of how `searchText` matches, nor of whether several `tags` mean any or all.

    :param filters: Filters, see `whautomate_core.api.records.ContactFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.ContactFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateContactOperator(WhautomateOperator):
    """Create a contact (`POST /v1/contacts`; official page, evidence A; `location` required per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`. The number is searched for
    first, among contacts and clients: whoever has opted out is not created again.

    :param contact: Fields, see `whautomate_core.api.records.ContactInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact: records.ContactInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetContactOperator(WhautomateOperator):
    """Show one contact (`GET /v1/contacts/{contactId}`; official page, evidence A).

    :param contact_id: Id of the contact (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact_id: str | XComArg,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateContactOperator(WhautomateOperator):
    """Write fields of a contact and keep the others (`PUT /v1/contacts/{contactId}`; white-label copy, evidence B).

    Whether PUT merges or replaces is not documented, so the contact is read directly before and sent back whole,
    `customFields` key by key; `overwrite=True` sends `contact` alone. What changes on the server between that read and
    its write, within one round trip, is overwritten: an opt-out in that moment too, since it is a tag.

    :param contact_id: Id of the contact (templated).
    :param contact: Fields, see `whautomate_core.api.records.ContactUpdate` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param overwrite: Send the body alone, in place of merging it over what is there (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact_id: str | XComArg,
        contact: records.ContactUpdate | str | XComArg,
        extra: Json | str | XComArg | None = None,
        overwrite: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteContactOperator(WhautomateOperator):
    """Delete a contact (`DELETE /v1/contacts/{contactId}`; white-label copy, evidence B).

    :param contact_id: Id of the contact (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact_id: str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateAddContactTagsOperator(WhautomateOperator):
    """Add tags, by name (`POST /v1/contacts/{contactId}/tags/add`; path B, body and answer C).

    Tagging triggers automations that message people (the vendor's overview), so the contact is read first and only
    what is missing is sent.

    :param contact_id: Id of the contact (templated).
    :param tags: Names of tags (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact_id: str | XComArg,
        tags: list[str] | str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRemoveContactTagsOperator(WhautomateOperator):
    """Remove tags, by name (`POST /v1/contacts/{contactId}/tags/remove`; path B, body and answer C).

    This too triggers automations: the contact is read first and only what it holds is sent.

    :param contact_id: Id of the contact (templated).
    :param tags: Names of tags (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact_id: str | XComArg,
        tags: list[str] | str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSyncContactsOperator(WhautomateOperator):
    """Make contacts what a source says: create who is missing, write what differs.

    Nothing is sent for rows that are as the last run left them. New contacts carry `tags` from their creation, others
    get by tag calls what they lack. Who opted out gets neither tag nor stage, is not deleted and not made anew; who
    consents no more (`consent_column`) loses `tags`. Whatever dies in between, running it again goes on from there,
    and nobody is created or tagged twice.

    Returns: counts of rows: `rows`, and of these `created`, `updated`, `unchanged`, `missing` (not there, in mode
        `update`), `existing` (there, in mode `insert`), `withheld` (opted out, and so not created), `rejected` (unfit),
        `superseded` (a later row is about the same person), `failed` (refused by the server), `unsettled` (nobody knows
        whether they were created; a later run finds out); each row is one of them. Beside it `tagged`, `untagged`,
        `protected` (opted out, and so got no tag or stage), `deleted`, `suppressed`, `duplicates` (contacts that
        share a number), `suppress` with its own `rows`, `rejected` and `suppressed`, `plan` where it is only planned,
        paths, `requests`, `seconds`. A run that was interrupted tells what all its tries did.

    Raises: `ConfigurationError`, `InvalidRequest` for an unknown field, before anything is sent; `InvalidRequest`
        where a threshold or cap is passed; `BudgetExceeded` where `over_quota` refuses; errors of the client that
        concern every row, such as `AuthenticationError`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param mapping: Field of a contact -> its column; `{"value": ...}` is one value for all, a function gets the row. What they are matched by is required; `customFields.NAME` are custom fields (templated).
    :param match: What contacts are matched by: `phoneNumber` (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number; where empty, `default_region` holds (templated).
    :param consent_column: Column that says yes or no; rows that say no are synced and get no tag. A word that is neither counts as no, and its row is rejected. The tags are taken from whoever refuses, whatever else is wrong with the row (templated).
    :param nulls: What an empty cell means: `keep` what is there, or `clear` it (templated).
    :param tags: Names of tags for every contact that consents (templated).
    :param mode: `upsert`; `insert` only creates; `update` only writes to who is there; `mirror` also deletes whom this sync had before and the source has no more (templated).
    :param drift: `ignore`: what the last run confirmed is not looked at again. `detect`: everybody is read, and what was changed at Whautomate is written back (templated).
    :param suppress: A source of people who opted out elsewhere, with the same column of the number (and that of the region where it has one): first they get the opt-out tag, and none of them is created (templated).
    :param location_id: Location of new contacts; defaults to the account's (templated).
    :param plan_only: Work out what would be done and what it costs, and send nothing but reads (templated).
    :param over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d (templated).
    :param max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%" (templated).
    :param max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be found, before nothing is sent: likewise (templated).
    :param max_suppress_rejected: Rows of `suppress` that may name nobody before nothing is sent: likewise (templated).
    :param max_failed: Rows that the server may refuse, or leave unsettled, before the job is a failure: likewise (templated).
    :param max_created: The most contacts it may create, since creating fires automations; defaults to unlimited (templated).
    :param max_added: The most contacts it may give tags to, likewise (templated).
    :param max_deleted: The most contacts that `mirror` may delete: a count, or a share of those the sync has (templated).
    :param rejects_path: File for rows that were not used as they are (JSON lines, or Parquet): `of` (`source` or `suppress`), `row`, `outcome`, `reason`, `match`. Local, or the URL of an object (templated).
    :param outcomes_path: File for what became of each row (templated).
    :param show: How `match` shows in these files: `masked` (`+49…12`) or `whole` (templated).
    :param sync_name: What names this sync; runs of one name share what is known of its rows. Orchestrators name it after their task (templated).
    :param settle_after: Seconds after which a create that got no answer, and whom no look-up shows, is taken not to have happened (templated).
    :param when_running: Where another run of the sync is under way: `wait` for its end, or `stop` (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        source: Source | Sql | ObjectStoragePath | XComArg,
        mapping: Mapping[str, str | Mapping[str, Any] | Callable[[dict[str, str]], Any]] | str | XComArg,
        match: str | Sequence[str] | XComArg | None = None,
        default_region: str | XComArg | None = None,
        region_column: str | XComArg | None = None,
        consent_column: str | XComArg | None = None,
        nulls: Literal['keep', 'clear'] | str | XComArg = 'keep',
        tags: Sequence[str] | str | XComArg = ...,
        mode: Literal['upsert', 'insert', 'update', 'mirror'] | str | XComArg = 'upsert',
        drift: Literal['ignore', 'detect'] | str | XComArg = 'ignore',
        suppress: Source | Sql | ObjectStoragePath | XComArg | None = None,
        location_id: str | XComArg | None = None,
        plan_only: bool | str | XComArg = False,
        over_quota: Literal['spread', 'refuse'] | str | XComArg = 'spread',
        max_rejected: int | str | XComArg = '100%',
        max_consent_rejected: int | str | XComArg = 0,
        max_suppress_rejected: int | str | XComArg = 0,
        max_failed: int | str | XComArg = 0,
        max_created: int | str | XComArg | None = None,
        max_added: int | str | XComArg | None = None,
        max_deleted: int | str | XComArg = '10%',
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        show: Literal['masked', 'whole'] | str | XComArg = 'masked',
        sync_name: str | XComArg | None = None,
        settle_after: float | str | XComArg = 900.0,
        when_running: Literal['wait', 'stop'] | str | XComArg = 'wait',
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateTagContactsOperator(WhautomateOperator):
    """Give a tag to the contacts whom a source names, with the fewest calls. Nobody is created.

    Tagging fires automations that message people, so who has the tag, or opted out, is left alone.

    Returns: counts `rows`, and of these `tagged`, `already` (had it), `protected` (opted out), `no_consent`, `missing`
        (no such contact), `rejected`, `superseded`, `failed`; beside it `untagged`, `kept` (in no row, and kept the tag
        since rows were rejected), `plan` where it is only planned, paths, `requests`, `seconds`.

    Raises: `ConfigurationError` before anything is sent; `InvalidRequest` where a threshold or cap is passed.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param tag: Name of the tag (templated).
    :param match: Column of what contacts are matched by, as `{"phoneNumber": "mobile"}`; a column of the same name where None (templated).
    :param members: `at_least`: nobody loses the tag. `exactly`: who is in no row loses it, unless rows were rejected: they may be about anybody (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number; where empty, `default_region` holds (templated).
    :param consent_column: Column that says yes or no; who says no loses the tag, whatever else is wrong with the row. A word that is neither counts as no, and its row is rejected (templated).
    :param plan_only: Work out what would be done and what it costs, and send nothing but reads (templated).
    :param over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d (templated).
    :param max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%" (templated).
    :param max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be found, before nothing is sent: likewise (templated).
    :param max_failed: Rows that the server may refuse before the job is a failure: likewise (templated).
    :param max_added: The most contacts that may get the tag; defaults to unlimited (templated).
    :param max_removed: The most members who may lose it: a count or a share (templated).
    :param rejects_path: File for rows that were not used (JSON lines, or Parquet), local or the URL of an object (templated).
    :param outcomes_path: File for what became of each row (templated).
    :param show: How `match` shows in these files: `masked` (`+49…12`) or `whole` (templated).
    :param sync_name: What names this job; runs of one name never overlap. Orchestrators name it after their task (templated).
    :param when_running: Where another run of the job is under way: `wait` for its end, or `stop` (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        source: Source | Sql | ObjectStoragePath | XComArg,
        tag: str | XComArg,
        match: Mapping[str, str] | str | XComArg | None = None,
        members: Literal['at_least', 'exactly'] | str | XComArg = 'at_least',
        default_region: str | XComArg | None = None,
        region_column: str | XComArg | None = None,
        consent_column: str | XComArg | None = None,
        plan_only: bool | str | XComArg = False,
        over_quota: Literal['spread', 'refuse'] | str | XComArg = 'spread',
        max_rejected: int | str | XComArg = '100%',
        max_consent_rejected: int | str | XComArg = 0,
        max_failed: int | str | XComArg = 0,
        max_added: int | str | XComArg | None = None,
        max_removed: int | str | XComArg = '100%',
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        show: Literal['masked', 'whole'] | str | XComArg = 'masked',
        sync_name: str | XComArg | None = None,
        when_running: Literal['wait', 'stop'] | str | XComArg = 'wait',
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateExportOptOutsOperator(WhautomateOperator):
    """Write everybody who has an opt-out tag to a file: contacts and clients, since both are read whole.

    Returns: `path`, `records`, `contacts`, `clients` (how many of them opted out), `requests`.

    Raises: `ConfigurationError` where the file can't be written; `ListUnstable`, and there is no file, where a list
        changed whenever it was read.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param output_path: File of records `kind` (contact or client), `id`, `phoneNumber` (from its country code on, where there is one), `email`, `tags` (those that say so), `updatedAt`: JSON lines, or Parquet where it ends in `.parquet`. Local, where only its owner can read it, or the URL of an object. As a source of `suppress` its column is `phoneNumber`. A client whose number can be read in two ways is there with each (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        output_path: str | XComArg,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateFindContactOperator(WhautomateOperator):
    """The id of the contact with a phone number. Where several have it, the oldest.

    Costs one request, a search; neither how it matches nor how soon it shows new records is documented. Contacts whom
    it doesn't show, and whom a sync or a step created, are read by id, one more request for each.

    Returns: `id`; `duplicates`, how many others have the number; `protected`, whether any of them has opted out.
        Nothing else, so that no personal data gets into results.

    Raises: `InvalidRequest` for what is no number, before anything is sent; `NotFound`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param phone: Number as people write it (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param missing_ok: Return the id None where there is none (templated).
    :param thorough: Where the search shows none, read all contacts page by page (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        phone: str | XComArg,
        default_region: str | XComArg | None = None,
        missing_ok: bool | str | XComArg = False,
        thorough: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSetContactStageOperator(WhautomateOperator):
    """Move a contact to a stage. Stages fire automations that message people, so nothing is sent where it is there.

    The API lists no stages, so one that doesn't exist is the server's to refuse.

    Returns: `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` where the
        contact, or another contact or client with its number, has opted out: a search for each kind tells.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param stage: Name of the stage (templated).
    :param phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant (templated).
    :param contact_id: Id of the contact (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param thorough: Where the search for the number shows nobody, read all contacts page by page (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        stage: str | XComArg,
        phone: str | XComArg | None = None,
        contact_id: str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        thorough: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSetContactFieldsOperator(WhautomateOperator):
    """Write the fields of a contact that differ, `customFields` key by key; nothing is sent where none does.

    Returns: `id`; `changed`, False where nothing was sent; `duplicates`, how many others have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` for the stage
        or the number of a contact where it, or another contact or client with its number, has opted out.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param fields: Fields to write. Not `tags`, which the tag calls give and take one by one (templated).
    :param phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant (templated).
    :param contact_id: Id of the contact (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param thorough: Where the search for the number shows nobody, read all contacts page by page (templated).
    :param allow_protected: Also give a stage to opted-out people. Set it only after a deliberate human decision (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        fields: records.ContactUpdate | str | XComArg,
        phone: str | XComArg | None = None,
        contact_id: str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        thorough: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

