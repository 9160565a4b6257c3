"""What the jobs of `contacts.py` and `clients.py` do, for either kind of people.

DAG files load this to check arguments. What does the work loads when it is done.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from whautomate_core.errors import ConfigurationError
from whautomate_core.people.kinds import Kind
from whautomate_core.rows.files import Storage
from whautomate_core.rows.outputs import require_folder, require_writable
from whautomate_core.rows.row import IfThere
from whautomate_core.rows.sources import Source
from whautomate_core.sync.mapping import PeopleMapping, check_tags, people_mapping
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
    check_choice,
)
from whautomate_core.values.arguments import require_kind
from whautomate_core.values.numbers import require_seconds
from whautomate_core.values.progress import LogProgress, Progress
from whautomate_core.values.thresholds import Threshold, check_threshold

if TYPE_CHECKING:
    from whautomate_core.client.client import Client
    from whautomate_core.sync.run import Order

log = logging.getLogger(__name__)


def sync_people(
    kind: Kind,
    client: Client,
    source: Source,
    mapping: Mapping[str, Column],
    *,
    match: str | Sequence[str] | None,
    default_region: str | None,
    region_column: str | None,
    consent_column: str | None,
    nulls: Nulls,
    tags: Sequence[str],
    mode: Mode,
    drift: Drift,
    suppress: Source | None,
    location_id: str | None,
    max_suppress_rejected: Threshold,
    show: Show,
    settle_after: float,
    when_running: WhenRunning,
    sync_name: str | None,
    run: Run | None,
    progress: Progress | None,
    storage: Storage,
    **more: Any,
) -> dict[str, Any]:
    """Make people match a source. The arguments are those of `sync_contacts`; `more` are fields of `Order`."""
    check_arguments(kind, {**locals(), **more})
    run = run or Run()
    if mode == "mirror" and not (sync_name or run.is_one):
        raise ConfigurationError(
            "mode='mirror' needs sync_name: it deletes people whom the sync of that name had before, and nobody else"
        )
    if mode == "mirror" and run.part:
        raise ConfigurationError(
            "mode='mirror' needs the whole source in one task: chunks of a mapped task don't know each other's rows"
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
    from whautomate_core.sync.run import Order

    suppressing = None if suppress is None else _suppressing(client, columns, suppress, max_suppress_rejected, common)
    order = Order(source, columns, tags, mode, drift, location, suppress=suppressing, **common, **more)
    return _run(client, order, sync_name, run, progress, storage)


def tag_people(
    kind: Kind,
    client: Client,
    source: Source,
    tag: str,
    mapping: Mapping[str, str] | None,
    *,
    match: str | Sequence[str] | None,
    members: Members,
    default_region: str | None,
    region_column: str | None,
    consent_column: str | None,
    sync_name: str | None,
    run: Run | None,
    progress: Progress | None,
    storage: Storage,
    **more: Any,
) -> dict[str, Any]:
    """Give a tag to people. The arguments are those of `tag_contacts`; `more` are fields of `Order`."""
    check_arguments(kind, {**locals(), **more})
    run = run or Run()
    if members == "exactly" and run.part:
        raise ConfigurationError(
            "members='exactly' needs the whole source in one task: chunks of a mapped task don't know each other's rows"
        )
    columns = _tag_mapping(
        kind,
        mapping,
        match,
        default_region=default_region,
        region_column=region_column,
        consent_column=consent_column,
    )
    from whautomate_core.sync.run import Order

    tags = check_tags([tag], client.account.policy)
    order = Order(source, columns, tags, "update", "detect", "", members=members, **more)
    return _run(client, order, sync_name, run, progress, storage)


def _run(
    client: Client, order: Order, sync_name: str | None, run: Run, progress: Progress | None, storage: Storage
) -> dict[str, Any]:
    from whautomate_core.sync.run import run_sync

    require_writable(storage=storage, rejects_path=order.rejects_path, outcomes_path=order.outcomes_path)

    return run_sync(client, sync_name or _name(client, run, order), order, run, progress or LogProgress(log), storage)


def _name(client: Client, run: Run, order: Order) -> str:
    """The name of a sync that the caller did not name."""
    if run.is_one:
        return run.name
    wanted = [order.mapping.fingerprint(), order.tags, order.mode, order.members]
    return f"{run.name} {client.state.secret.digest(wanted)}"


def _suppressing(
    client: Client, mapping: PeopleMapping, source: Source, max_rejected: Threshold, common: dict[str, Any]
) -> Order:
    """What is done first: the people whom a source names get the opt-out tag."""
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
    return Order(source, by_number, [opt_out], "update", "detect", "", max_rejected=max_rejected, **common)


# --- arguments


_CHOICES: dict[str, Any] = {
    "mode": Mode, "drift": Drift, "over_quota": Quota, "members": Members, "show": Show, "when_running": WhenRunning,
    "nulls": Nulls,
}  # fmt: skip
_THRESHOLDS = {
    "max_rejected", "max_consent_rejected", "max_suppress_rejected", "max_failed", "max_created", "max_added",
    "max_removed", "max_deleted",
}  # fmt: skip


def check_arguments(kind: Kind, given: Mapping[str, Any]) -> None:
    """Check those arguments of a job that are given. Whether `default_region` is a country is checked by the run.

    Raises: `ConfigurationError`, `InvalidRequest` that name the argument.
    """
    for name, value in given.items():
        if name in _CHOICES:
            check_choice(name, value, get_args(_CHOICES[name]))
        elif name in _THRESHOLDS:
            check_threshold(name, value)
    if given.keys() & {"tag", "members", "max_removed"}:
        _tag_mapping(kind, given.get("mapping"), given.get("match"))
    elif "mapping" in given:
        people_mapping(kind, given["mapping"], match=given.get("match"))
    check_tags([given["tag"]] if "tag" in given else given.get("tags", ()))
    require_seconds("settle_after", given.get("settle_after", 0), zero=True)
    for name in ("rejects_path", "outcomes_path"):
        require_folder(name, given.get(name))


def _tag_mapping(
    kind: Kind,
    mapping: Mapping[str, str] | None,
    match: str | Sequence[str] | None,
    *,
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
) -> PeopleMapping:
    """The mapping of a job that gives a tag: its fields are those by which people are told apart, and no others."""
    if mapping is None:
        fields = kind.match if match is None else (match,) if isinstance(match, str) else tuple(match)
        mapping = {field: field for field in fields}
    require_kind("mapping", Mapping[str, str], mapping)
    checked = people_mapping(
        kind,
        mapping,
        match=tuple(mapping) if match is None else match,
        default_region=default_region,
        region_column=region_column,
        consent_column=consent_column,
    )
    others = [field for field in mapping if field not in checked.match]
    if others:
        raise ConfigurationError(
            f"mapping names {', '.join(others)}, which is not in match: a job that gives a tag writes no fields"
        )
    return checked
