"""A run of a sync, from its rows to its report: read, look up, decide, plan, write, report."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress as suppress_error
from dataclasses import dataclass, replace
from functools import partial
from threading import Semaphore

from whautomate_core import telemetry
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.errors import BudgetExceeded, Busy, InvalidRequest, QuotaExhausted, StateUnavailable
from whautomate_core.people.location import Location
from whautomate_core.rows.files import Storage, fsspec_storage, open_file
from whautomate_core.rows.outcomes import reporting
from whautomate_core.rows.sources import Rows, Source, Table, rows
from whautomate_core.state.clock import steady
from whautomate_core.state.leases import LASTS, Held, Lease
from whautomate_core.sync.apply import apply, delete_gone, untag_others
from whautomate_core.sync.context import Context
from whautomate_core.sync.lines import describe_sync, describe_tags
from whautomate_core.sync.look import Looked, look_up
from whautomate_core.sync.mapping import PeopleMapping, people_mapping
from whautomate_core.sync.options import Drift, Members, Mode, Quota, Run, Show, WhenRunning
from whautomate_core.sync.plan import Plan, decide, make_plan
from whautomate_core.sync.read import read_source, read_suppressed
from whautomate_core.sync.report import (
    ADDED,
    OUTCOMES,
    TAGGING,
    log_failed,
    log_unsuppressed,
    log_unusable,
    require_few_failed,
    require_few_refusing,
    require_few_rejected,
    require_few_suppress_rejected,
    require_usable,
    write_outcomes,
    write_rejects,
)
from whautomate_core.sync.stage import Stage
from whautomate_core.sync.write import Writing
from whautomate_core.values.progress import Progress, waits
from whautomate_core.values.settling import SETTLE_AFTER
from whautomate_core.values.thresholds import Threshold, limit, require_within
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True, repr=False)
class Order:
    """What a run is to do, checked. It has no repr, since its source may be rows about people."""

    source: Source
    mapping: PeopleMapping
    tags: list[str]
    mode: Mode
    drift: Drift
    location: str
    members: Members | None = None
    """Who is to have the tag, if the job only gives a tag."""
    suppress: Order | None = None
    is_part: bool = False
    """Whether it is the `suppress` of another order, whose plan says what it does."""
    plan_only: bool = False
    over_quota: Quota = "spread"
    max_rejected: Threshold = "100%"
    max_consent_rejected: Threshold = 0
    max_failed: Threshold = 0
    max_created: Threshold | None = None
    max_added: Threshold | None = None
    max_removed: Threshold | None = None
    max_deleted: Threshold = "10%"
    rejects_path: str | None = None
    outcomes_path: str | None = None
    show: Show = "masked"
    settle_after: float = SETTLE_AFTER
    when_running: WhenRunning = "wait"


def run_sync(
    client: Client, name: str, order: Order, run: Run, progress: Progress, storage: Storage = fsspec_storage
) -> Json:
    """Do what an order says, or resume where an earlier try of the run stopped. Returns the report.

    Raises: errors that concern every row; `InvalidRequest` over a threshold; `BudgetExceeded` if the plan takes more
        requests than are left today and `over_quota` is `refuse`; `Busy` if another run has the sync.
    """
    started, requests = time.monotonic(), client.requests
    report: Json = {}
    with (
        _lease(client, f"{order.mapping.kind.name}s {name}", run, order.when_running) as lease,
        Stage() as stage,
        reporting(lambda: report),
    ):
        tally = stage.tally
        context = Context(
            client=client,
            mapping=order.mapping,
            tags=order.tags,
            mode=order.mode,
            drift=order.drift,
            location=Location(client, order.location),
            stage=stage,
            ledger=client.state.ledger(client.account.id),
            lease=lease,
            progress=progress,
            settle_after=order.settle_after,
            exactly=order.members == "exactly",
            began=started if run.began is None else run.began,
        )
        count, plan, ended, suppressing = 0, None, "unread", 0
        suppressed: Json = {}
        try:
            count = read_source(context, _rows(order, storage))
            ended = "stopped"
            require_few_rejected(order.max_rejected, tally, count)
            require_few_refusing(order.max_consent_rejected, tally, count)
            if order.suppress is not None:
                suppressing = _suppress(context, name, order, order.suppress, run, storage, suppressed)
            plan, read_at, looked, elsewhere = _plan(
                context, order, requests, int(suppressed.get("suppressed", 0)), suppressing
            )
            require_few_rejected(order.max_rejected, tally, count)
            log_unusable(tally, count)
            _require_caps(context, order, plan, count)
            if order.plan_only:
                ended = "planned"
            else:
                untag_others(context)
                planned = tally.outcomes()["created"] + plan.counts["to_create"]
                most = order.max_created
                spare = None if most is None else Semaphore(int(limit("max_created", most, count)) - planned)
                apply(Writing(context, read_at, looked.everybody, elsewhere, spare))
                delete_gone(context)
                ended = "done"
        finally:
            # Also if the work was stopped midway: what was done, and what is unsettled, must be reported.
            report |= _report(context, count, plan, suppressed, requests, started, order)
            if ended == "stopped":  # the error says why; this says what was done
                log.info(
                    "stopped before the end; so far %s", (describe_tags if order.members else describe_sync)(report)
                )
            log_failed(tally)
            if ended in ("stopped", "done") and not order.is_part:
                verb, outcomes = ("tag", TAGGING[:-2]) if order.members else ("sync", OUTCOMES)
                telemetry.rows(f"{verb}_{context.kind.name}s", report, outcomes)
            if ended != "unread":  # otherwise the files would look like those of an empty source
                write_rejects(order.rejects_path, tally, order.show, storage)
                write_outcomes(order.outcomes_path, tally, context.ledger, order.show, storage)
        require_few_failed(order.max_failed, tally, count)
        # Only now, since a row that can't be sent may say that a person loses a tag.
        require_usable(tally, count)
        return report


def _plan(
    context: Context, order: Order, requests: int, suppressed: int, suppressing: int
) -> tuple[Plan, float, Looked, bool]:
    read_at = steady()
    looked: Looked = look_up(context)
    elsewhere = decide(context, looked.everybody)
    if context.exactly:
        _keep_unsure(context)
    deletes = _find_gone(context) if context.mode == "mirror" else 0
    plan = make_plan(context, looked, elsewhere, context.client.requests - requests, deletes, suppressed, suppressing)
    if not order.is_part:
        log.info("plan: %s", plan)
        log.debug("people looked up: %s; planning took %s", looked.way, counted(plan.spent, "request"))
    return plan, read_at, looked, elsewhere


def _keep_unsure(context: Context) -> None:
    """Let people in no row keep the tags if a row can't be read, since it may be about any of them."""
    if context.stage.tally.rejected:
        context.stage.keep_holders()
        log.warning("People who are in no row keep the tag in this run: one of the rejected rows may be theirs.")


def _find_gone(context: Context) -> int:
    """Stage the people whom the source had before and no longer has, and return how many there are."""
    if context.stage.tally.rejected:
        log.warning("nobody is deleted, because the rejected rows may be about anybody")
        return 0
    count = 0
    for part in context.ledger.matches(context.lease.sync):
        gone = sorted(set(part) - context.stage.are_in_rows(part))
        known = context.ledger.people(gone)
        found = [(match, who.id) for match in gone if (who := known.get(match)) and who.id and not who.opted_out]
        context.stage.add_gone(found)
        count += len(found)
    return count


def _require_caps(context: Context, order: Order, plan: Plan, rows: int) -> None:
    """Raise if the plan does more than the job may, before anything is written."""
    kind, done, to_do = context.kind.name, context.stage.tally.outcomes(), plan.counts
    created = done["created"] + to_do["to_create"]
    require_within("max_created", order.max_created, created, rows, "row", f"would create a {kind}")
    added = done["tagged"] + to_do["tags_to_add"] + (to_do["to_compare"] if context.tags else 0)
    require_within("max_added", order.max_added, added, rows, "row", f"would give a {kind} tags")
    if context.mode == "mirror":
        there = sum(len(part) for part in context.ledger.matches(context.lease.sync))
        deleted = to_do["to_delete"]
        require_within("max_deleted", order.max_deleted, deleted, there, kind, "would be deleted")
    if context.exactly:
        removed = done["untagged"] + to_do["tags_to_remove"]
        # Not `done`, in which rows that refuse consent and leave nothing to take are unchanged too.
        there = removed + context.stage.tally.tagging()["unchanged"]
        require_within("max_removed", order.max_removed, removed, there, kind, "would lose the tag")
    if order.over_quota == "refuse" and plan.requests > plan.left_today:
        raise BudgetExceeded(
            f"the plan takes {plan.requests} requests, and {plan.left_today} are left today (over_quota='refuse'): "
            "nothing was sent"
        )


def _suppress(
    context: Context, name: str, order: Order, suppress: Order, run: Run, storage: Storage, counts: Json
) -> int:
    """Give the opt-out tag to people who opted out elsewhere, and note their numbers, so that none of them is created.

    Fills `counts`, and returns how many requests it would take if it is only planned, else 0.
    """
    read_suppressed(context.stage, suppress.mapping, _rows(suppress, storage, may_be_empty=True), counts)
    require_few_suppress_rejected(suppress.max_rejected, context.stage.tally, counts["rows"])
    log_unsuppressed(context.stage.tally, counts["rows"])
    if counts["rows"] == counts["rejected"]:
        return 0
    phone = suppress.mapping.kind.phone
    numbers = Table([phone], context.stage.suppressed())
    by_number = people_mapping(suppress.mapping.kind, {phone: phone}, match=phone)
    opt_out = replace(
        suppress, source=numbers, mapping=by_number, plan_only=order.plan_only, max_rejected=0, is_part=True
    )
    report = run_sync(context.client, f"{name} (suppressed)", opt_out, run, context.progress, storage)
    planned = report.get("plan")
    counts["suppressed"] = int(planned["tags_to_add"] if planned else report["tagged"])
    return int(planned["requests_to_come"]) if planned else 0


def _rows(order: Order, storage: Storage, *, may_be_empty: bool = False) -> Rows:
    columns = None if order.mapping.has_functions else order.mapping.columns
    open_it = partial(open_file, storage=storage)
    return rows(order.source, columns, open_file=open_it, may_be_empty=may_be_empty)


def _report(
    context: Context, count: int, plan: Plan | None, suppressed: Json, requests: int, started: float, order: Order
) -> Json:
    tally = context.stage.tally
    counts = tally.outcomes()
    named: tuple[str, ...] = (*OUTCOMES, *ADDED, "deleted", "suppressed")
    counts["suppressed"] = suppressed.get("suppressed", 0)
    if order.members:
        counts, named = tally.tagging(), TAGGING
    duplicates = tally.duplicates
    if duplicates:
        log.warning(
            "%d %ss have the number of another: somebody who opted out through one of them may still be reached through"
            " the other, so merge them at Whautomate",
            *(duplicates, context.kind.name),
        )
    paths = {name: getattr(order, name) for name in ("rejects_path", "outcomes_path") if getattr(order, name)}
    return {
        "rows": count,
        **{name: counts[name] for name in named},
        "duplicates": duplicates,
        **({"suppress": suppressed} if suppressed else {}),
        **({"plan": plan.as_json()} if plan and order.plan_only else {}),
        **paths,
        "requests": context.client.requests - requests,
        "seconds": round(time.monotonic() - started, 1),
    }


# --- one run at a time


@contextmanager
def _lease(client: Client, name: str, run: Run, when_running: str) -> Iterator[Lease]:
    """Hold the lease of a sync, renew it while the work goes on, and release it when the work ends."""
    leases = client.state.leases
    while isinstance(lease := leases.take(client.account.id, name, run.holder, run.part), Held):
        says = f"another run of the sync {name!r} is under way"
        if when_running == "stop":
            raise InvalidRequest(f"{says}: nothing was sent (when_running='wait' waits for its end)")
        wait = min(lease.seconds, 30.0) + 1.0
        if client.max_wait is not None and wait > client.max_wait:
            raise Busy(f"{says}: looking again in {wait:.0f} s", next_permit_at=time.time() + wait)
        waits.info("%s: looking again in %.0f s", says, wait)
        time.sleep(wait)
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(LASTS / 4):
            # Without the database, nothing is sent either.
            with suppress_error(StateUnavailable):
                if not leases.renew(lease):
                    log.warning("another try of this run has taken over: this one sends nothing more")
                    client.stop()
                    return

    threading.Thread(target=live, name="whautomate-lease", daemon=True).start()
    try:
        yield lease
    except QuotaExhausted as error:
        # The run resumes when there are permits; until then no other run may begin.
        leases.renew(lease, max(0.0, (error.next_permit_at or time.time()) - time.time()) + 900.0)
        raise
    except BaseException:
        leases.renew(lease, 0.0)
        raise
    else:
        leases.end(lease)
    finally:
        ended.set()
