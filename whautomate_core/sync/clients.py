"""The jobs that bring rows about clients to Whautomate. Written from `contacts.py`: `nox -s generate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from whautomate_core.job import job
from whautomate_core.people.kinds import CLIENTS
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.sources import Source
from whautomate_core.sync.jobs import sync_people, tag_people
from whautomate_core.sync.lines import describe_sync, describe_tags
from whautomate_core.sync.options import Column, Drift, Members, Mode, Nulls, Quota, Run, Show, WhenRunning
from whautomate_core.values.progress import Progress
from whautomate_core.values.settling import SETTLE_AFTER
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP for that
    from whautomate_core.client.client import Client


@job(
    "clients",
    describe_sync,
    lane="bulk",
    redacted=("source", "mapping", "suppress"),
    kind="client",
    writes=("clients",),
)
def sync_clients(
    client: Client,
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
    settle_after: float = SETTLE_AFTER,
    when_running: WhenRunning = "wait",
    run: Run | None = None,
    progress: Progress | None = None,
    storage: Storage = fsspec_storage,
) -> dict[str, Any]:
    """Make clients match a source: create the clients that are missing, and write the fields that differ.

    Rows that have not changed since the last run send nothing. New clients get `tags` when they are created; others
    get the tags that they lack. Opted-out people get neither a tag nor a stage, are not deleted, and are not created
    again. People who no longer consent (`consent_column`) lose `tags`. After a crash, run it again: it resumes where
    it stopped, and nobody is created or tagged twice.

    Args:
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
        sync_name: Name of this sync. Runs of one name share what is known of its rows, and never overlap.
            Orchestrators name it after their task.
        settle_after: Seconds after which a create that got no answer, and that no look-up shows, is taken not to have
            happened.
        when_running: If another run of the sync is under way: `wait` for its end, or `stop`.

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
    """
    return sync_people(CLIENTS, **locals())


@job("clients", describe_tags, lane="bulk", redacted=("source", "mapping"), kind="client", writes=("clients",))
def tag_clients(
    client: Client,
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
    run: Run | None = None,
    progress: Progress | None = None,
    storage: Storage = fsspec_storage,
) -> dict[str, Any]:
    """Give a tag to the clients that a source names, with as few requests as possible. Nobody is created.

    People who already have the tag are not tagged again, because tagging triggers automations that message them.
    Opted-out people do not get it.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        tag: Name of the tag.
        mapping: Field by which clients are told apart -> its column, such as `{"phone": "mobile"}`. Defaults to
            columns that are named like the fields.
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
        max_added: How many clients may get the tag before nothing is sent: a count, or a share of all rows. Defaults
            to unlimited.
        max_removed: How many clients may lose the tag before nothing is sent: a count, or a share of those who have
            it. Defaults to unlimited.
        rejects_path: File for the rows that were not used (JSON lines, or Parquet), local or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: Name of this job. Runs of one name never overlap. Orchestrators name it after their task.
        when_running: If another run of the job is under way: `wait` for its end, or `stop`.

    Returns: Counts of rows: `rows`; of these `tagged`, `unchanged` (had the tag), `protected` (opted out),
        `no_consent`, `missing` (no such client), `rejected`, `superseded`, `failed` and `unsettled`. Besides:
        `untagged`, `kept` (in no row, and kept the tag because rows were rejected), `plan` if it is only planned, the
        paths, `requests`, `seconds`.

    Raises: `ConfigurationError` before anything is sent; `InvalidRequest` over a threshold.
    """
    return tag_people(CLIENTS, **locals())
