"""The jobs: make Whautomate's people what a source says, and tag them. `contacts.py` and `clients.py` name them.

DAG files read the signatures: what does the work loads when it is done.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, get_args

from whautomate_core.errors import ConfigurationError
from whautomate_core.people.kinds import CONTACTS, Kind
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.sources import Source
from whautomate_core.sync.mapping import check_tags, people_mapping
from whautomate_core.sync.options import (
    Column,
    Drift,
    Members,
    Mode,
    Nulls,
    Quota,
    Run,
    Show,
    WhenRunning,
    check_cap,
    check_choice,
)
from whautomate_core.sync.report import require_folder
from whautomate_core.values.progress import LogProgress, Progress
from whautomate_core.values.settling import SETTLE_AFTER
from whautomate_core.values.thresholds import Threshold, check_threshold

if TYPE_CHECKING:
    from whautomate_core.client.client import Client
    from whautomate_core.sync.run import Order

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


def of_kind(kind: Kind, job: Callable[Concatenate[Kind, P], R]) -> Callable[P, R]:
    """A job for contacts, or for clients: under its name and with its words."""

    @functools.wraps(job)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return job(kind, *args, **kwargs)

    run.__name__ = run.__qualname__ = job.__name__.replace("people", f"{kind.name}s")
    run.__module__ = f"{__package__}.{kind.name}s"
    run.__annotations__ = {name: hint for name, hint in job.__annotations__.items() if name != "kind"}
    run.kind = kind  # type: ignore[attr-defined]
    signature = inspect.signature(job)
    run.__signature__ = signature.replace(parameters=list(signature.parameters.values())[1:])  # type: ignore[attr-defined]
    if kind is not CONTACTS:
        words = {_MATCHED: _matched(kind), "contact": kind.name, CONTACTS.phone: kind.phone}
        for word, own in words.items():
            run.__doc__ = (run.__doc__ or "").replace(word, own)
    return run


_MATCHED = "What contacts are matched by: `phoneNumber`."


def _matched(kind: Kind) -> str:
    fields, default = ([f"`{name}`" for name in names] for names in (kind.matches, kind.match))
    among = f"{', '.join(fields[:-1])} and {fields[-1]}"
    return f"What {kind.name}s are matched by: one or more of {among}. Defaults to {' and '.join(default)}."


def sync_people(
    kind: Kind,
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
    max_created: int | None = None,
    max_added: int | None = None,
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
    """Make contacts what a source says: create who is missing, write what differs.

    Nothing is sent for rows that are as the last run left them. New contacts carry `tags` from their creation, others
    get by tag calls what they lack. Who opted out gets neither tag nor stage, is not deleted and not made anew; who
    consents no more (`consent_column`) loses `tags`. Whatever dies in between, running it again goes on from there,
    and nobody is created or tagged twice.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: Field of a contact -> its column; `{"value": ...}` is one value for all, a function gets the row.
            What they are matched by is required; `customFields.NAME` are custom fields.
        match: What contacts are matched by: `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; rows that say no are synced and get no tag. A word that is neither
            counts as no, and its row is rejected. The tags are taken from whoever refuses, whatever else is wrong with
            the row.
        nulls: What an empty cell means: `keep` what is there, or `clear` it.
        tags: Names of tags for every contact that consents.
        mode: `upsert`; `insert` only creates; `update` only writes to who is there; `mirror` also deletes whom this
            sync had before and the source has no more.
        drift: `ignore`: what the last run confirmed is not looked at again. `detect`: everybody is read, and what was
            changed at Whautomate is written back.
        suppress: A source of people who opted out elsewhere, with the same column of the number (and that of the
            region where it has one): first they get the opt-out tag, and none of them is created.
        location_id: Location of new contacts; defaults to the account's.
        plan_only: Work out what would be done and what it costs, and send nothing but reads.
        over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be
            found, before nothing is sent: likewise.
        max_suppress_rejected: Rows of `suppress` that may name nobody before nothing is sent: likewise.
        max_failed: Rows that the server may refuse, or leave unsettled, before the job is a failure: likewise.
        max_created: The most contacts it may create, since creating fires automations; defaults to unlimited.
        max_added: The most contacts it may give tags to, likewise.
        max_deleted: The most contacts that `mirror` may delete: a count, or a share of those the sync has.
        rejects_path: File for rows that were not used as they are (JSON lines, or Parquet): `of` (`source` or
            `suppress`), `row`, `outcome`, `reason`, `match`. Local, or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: What names this sync; runs of one name share what is known of its rows. Orchestrators name it after
            their task.
        settle_after: Seconds after which a create that got no answer, and whom no look-up shows, is taken not to have
            happened.
        when_running: Where another run of the sync is under way: `wait` for its end, or `stop`.

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
    """
    check_arguments(kind, locals())
    run = run or Run()
    if mode == "mirror" and not (sync_name or run.is_one):
        raise ConfigurationError(
            "mode='mirror' needs sync_name: it deletes whom the sync of that name had before, and no other"
        )
    if mode == "mirror" and run.part:
        raise ConfigurationError(
            "mode='mirror' needs the whole source in one task: chunks of a mapped task don't know of each other's rows"
        )
    columns = people_mapping(
        kind,
        mapping,
        match=match,
        default_region=default_region,
        region_column=region_column,
        consent_column=consent_column,
        nulls=nulls,
    )
    tags = check_tags(tags, client.account.policy)
    location = client.account.require_location(location_id)
    common: dict[str, Any] = {"show": show, "when_running": when_running, "settle_after": float(settle_after)}
    from whautomate_core.sync.run import Order, run_sync

    order = Order(
        source,
        columns,
        tags,
        mode,
        drift,
        location,
        suppress=None if suppress is None else _suppressing(client, columns, suppress, max_suppress_rejected, common),
        plan_only=plan_only,
        over_quota=over_quota,
        max_rejected=max_rejected,
        max_consent_rejected=max_consent_rejected,
        max_failed=max_failed,
        max_created=max_created,
        max_added=max_added,
        max_deleted=max_deleted,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        **common,
    )
    return run_sync(client, sync_name or _name(client, run, order), order, run, progress or LogProgress(log), storage)


def tag_people(
    kind: Kind,
    client: Client,
    source: Source,
    tag: str,
    match: Mapping[str, str] | None = None,
    *,
    members: Members = "at_least",
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
    plan_only: bool = False,
    over_quota: Quota = "spread",
    max_rejected: Threshold = "100%",
    max_consent_rejected: Threshold = 0,
    max_failed: Threshold = 0,
    max_added: int | None = None,
    max_removed: Threshold = "100%",
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    show: Show = "masked",
    sync_name: str | None = None,
    when_running: WhenRunning = "wait",
    run: Run | None = None,
    progress: Progress | None = None,
    storage: Storage = fsspec_storage,
) -> dict[str, Any]:
    """Give a tag to the contacts whom a source names, with the fewest calls. Nobody is created.

    Tagging fires automations that message people, so who has the tag, or opted out, is left alone.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        tag: Name of the tag.
        match: Column of what contacts are matched by, as `{"phoneNumber": "mobile"}`; a column of the same name where
            None.
        members: `at_least`: nobody loses the tag. `exactly`: who is in no row loses it, unless rows were rejected: they
            may be about anybody.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; who says no loses the tag, whatever else is wrong with the row. A
            word that is neither counts as no, and its row is rejected.
        plan_only: Work out what would be done and what it costs, and send nothing but reads.
        over_quota: What doesn't fit into what is left of the day is `spread` over the next ones, or `refuse`d.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
        max_consent_rejected: Rows that may say no to consent, or nothing that can be read, and name nobody who can be
            found, before nothing is sent: likewise.
        max_failed: Rows that the server may refuse before the job is a failure: likewise.
        max_added: The most contacts that may get the tag; defaults to unlimited.
        max_removed: The most members who may lose it: a count or a share.
        rejects_path: File for rows that were not used (JSON lines, or Parquet), local or the URL of an object.
        outcomes_path: File for what became of each row.
        show: How `match` shows in these files: `masked` (`+49…12`) or `whole`.
        sync_name: What names this job; runs of one name never overlap. Orchestrators name it after their task.
        when_running: Where another run of the job is under way: `wait` for its end, or `stop`.

    Returns: counts `rows`, and of these `tagged`, `already` (had it), `protected` (opted out), `no_consent`, `missing`
        (no such contact), `rejected`, `superseded`, `failed`; beside it `untagged`, `kept` (in no row, and kept the tag
        since rows were rejected), `plan` where it is only planned, paths, `requests`, `seconds`.

    Raises: `ConfigurationError` before anything is sent; `InvalidRequest` where a threshold or cap is passed.
    """
    check_arguments(kind, locals())
    run = run or Run()
    if members == "exactly" and run.part:
        raise ConfigurationError(
            "members='exactly' needs the whole source in one task: chunks of a mapped task don't know of each other"
        )
    match = {name: name for name in kind.match} if match is None else match
    columns = people_mapping(
        kind,
        match,
        match=tuple(match),
        default_region=default_region,
        region_column=region_column,
        consent_column=consent_column,
    )
    from whautomate_core.sync.run import Order, run_sync

    order = Order(
        source,
        columns,
        check_tags([tag], client.account.policy),
        "update",
        "detect",
        "",
        members=members,
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
        when_running=when_running,
    )
    return run_sync(client, sync_name or _name(client, run, order), order, run, progress or LogProgress(log), storage)


def _name(client: Client, run: Run, order: Order) -> str:
    """The name of a sync that is given none."""
    if run.is_one:
        return run.name
    wanted = [order.mapping.fingerprint(), order.tags, order.mode, order.members]
    return f"{run.name} {client.state.secret.digest(wanted)}"


_CHOICES: dict[str, Any] = {
    "mode": Mode, "drift": Drift, "over_quota": Quota, "members": Members, "show": Show, "when_running": WhenRunning,
    "nulls": Nulls,
}  # fmt: skip
_THRESHOLDS = {
    "max_rejected",
    "max_consent_rejected",
    "max_suppress_rejected",
    "max_failed",
    "max_deleted",
    "max_removed",
}
_CAPS = {"max_created", "max_added"}


def check_arguments(kind: Kind, given: Mapping[str, Any]) -> None:
    """Check those arguments of a job that are given; the country of numbers is checked when it is done.

    Raises: `ConfigurationError`, `InvalidRequest` that name the argument.
    """
    for name, value in given.items():
        if name in _CHOICES:
            check_choice(name, value, get_args(_CHOICES[name]))
        elif name in _THRESHOLDS:
            check_threshold(name, value)
        elif name in _CAPS:
            check_cap(name, value)
    if "mapping" in given:
        people_mapping(kind, given["mapping"], match=given.get("match"))
    elif isinstance(match := given.get("match"), Mapping):
        people_mapping(kind, match, match=tuple(match))
    check_tags([given["tag"]] if "tag" in given else given.get("tags", ()))
    seconds = given.get("settle_after", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
        raise ConfigurationError("settle_after must be a number of seconds, 0 or more")
    for name in ("rejects_path", "outcomes_path"):
        require_folder(name, given.get(name))


def _suppressing(client: Client, mapping: Any, source: Source, most: Threshold, common: dict[str, Any]) -> Any:
    """What is done first: those whom a source names get the opt-out tag."""
    from whautomate_core.rows.row import IfThere
    from whautomate_core.sync.run import Order

    if mapping.kind.phone not in mapping.fields:
        raise ConfigurationError(f"suppress finds people by their number: map {mapping.kind.phone}")
    by_number = people_mapping(
        mapping.kind,
        {mapping.kind.phone: mapping.fields[mapping.kind.phone]},
        match=mapping.kind.phone,
        default_region=mapping.default_region,
        region_column=IfThere(mapping.region_column) if mapping.region_column else None,
    )
    opt_out = client.account.policy.opt_out_tags[0]
    return Order(source, by_number, [opt_out], "update", "detect", "", max_rejected=most, **common)
