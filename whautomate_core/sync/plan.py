"""What a sync will do, worked out before anything is written, and what it will cost."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from whautomate_core.api.call import Json
from whautomate_core.client.differences import differing
from whautomate_core.people.kinds import same_number
from whautomate_core.policy import Policy, numbers
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.state.ledger import Result
from whautomate_core.state.pool import SharedPool
from whautomate_core.sync.context import Context
from whautomate_core.sync.lines import planned
from whautomate_core.sync.look import Looked, as_one, refuse_opted_out_elsewhere
from whautomate_core.sync.stage_file import batches
from whautomate_core.sync.stage_people import Change, Decision, Staged
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)


def change_of(context: Context, person: Staged, records: list[Json], *, refused: bool = False) -> Change:
    """Compare what a row says with what the server has, which is all records of a person.

    A segment may select each record. So a person who refuses consent loses the tags on all records, and a person who
    has a tag on any record does not get it again.

    Args:
        refused: Whether the person opted out through yet another record.
    """
    policy, record = context.client.account.policy, as_one(context, records)
    fields = differing(person.fields, record)
    if person.unfit:
        fields = {}
    # A number by which they are matched is theirs, and the server's spelling of it is left alone.
    if context.kind.phone in context.mapping.match or same_number(person.fields, record):
        fields = {name: value for name, value in fields.items() if name not in context.kind.number}
    lacks = [tag for tag in context.tags if person.consent and _lacks(policy, tag, records)]
    holds = [tag for tag in context.tags if not person.consent and holding(policy, [tag], records)]
    # Their number may be about to become that of somebody who opted out.
    refusing = context.refused & (numbers(record) | numbers(person.fields))
    if not (policy.protects(record) or refused or refusing):
        return Change(fields, lacks, holds, False)
    kept = without_reaching(context, fields)
    noted = [tag for tag in lacks if policy.is_opt_out(tag)]
    return Change(kept, noted, holds, kept != fields or noted != lacks)


def without_reaching(context: Context, fields: Json) -> Json:
    """The fields that are written to an opted-out person: no stage, and no other number."""
    return {name: value for name, value in fields.items() if name not in ("stage", *context.kind.number)}


def _lacks(policy: Policy, tag: str, records: list[Json]) -> bool:
    """Whether a person is to get a tag: none of the records has it. An opt-out tag is noted on each of them."""
    if policy.is_opt_out(tag):
        return not all(map(policy.protects, records))
    return not any(tag in (record.get("tags") or []) for record in records)


def holding(policy: Policy, tags: list[str], records: list[Json]) -> list[Json]:
    """The records of a person that are to lose tags. Records that have opted out are not changed."""
    return [record for record in records if {*tags} & {*(record.get("tags") or [])} and not policy.protects(record)]


def concerns_each_record(context: Context, person: Staged) -> bool:
    """Whether all records of a person have to be read, since a refusal or an opt-out concerns each of them."""
    return bool(context.tags) and (
        not person.consent or any(map(context.client.account.policy.is_opt_out, context.tags))
    )


def decide(context: Context, everybody: bool) -> bool:
    """Work out what is to be done with each of the people. Returns whether all opted-out people elsewhere were read.

    Args:
        everybody: Whether everybody of the run's own kind was read.
    """
    now = context.ledger.now()
    people = context.stage.people
    context.refused.update(context.stage.refused())
    _decide(context, people.undecided(), now, everybody)
    by_tags = not all(map(context.client.account.policy.is_opt_out, context.tags))
    reached = people.reached(by_tags=by_tags)
    count = len(reached)
    # If nobody is to be reached this stays unknown: a person who vanishes meanwhile, and is created anew, is asked for.
    elsewhere = count > 0 and refuse_opted_out_elsewhere(context, most=count)
    context.refused.update(context.stage.refused())
    _decide(context, reached, now, everybody)
    return elsewhere


_EQUAL = (Result("unchanged"), Result("unchanged", protected=True))


def _decide(context: Context, people: Iterable[Staged], now: float, everybody: bool) -> None:
    for batch in batches(people):
        equal: list[tuple[Staged, Result]] = []
        others: list[tuple[str, Decision]] = []
        for person in batch:
            decision = _decision(context, person, now, everybody)
            if person.unfit and (decision.action != "write" or context.mode == "insert"):
                decision = _nothing("rejected", person.unfit)
            if decision.result in _EQUAL:
                equal.append((person, decision.result))
            else:
                others.append((person.match, decision))
        context.confirm(equal)
        context.stage.people.decide(others)


def _decision(context: Context, person: Staged, now: float, everybody: bool) -> Decision:
    if person.id is None:
        if context.mode == "update":
            return _nothing("missing")
        if person.intent_at is not None and now - person.intent_at < context.settle_after:
            return _nothing("unsettled", "an earlier create is not settled yet")
        if person.opted_out or context.refused & numbers(person.fields):
            return _nothing("withheld", "the person has opted out")
        if not person.fields.get(context.kind.called):
            return _nothing("rejected", f"{context.kind.called} is empty, and a new {context.kind.name} needs one")
        return Decision("create")
    if person.records is None:
        # In mode `insert`, people whom the ledger has are there, if it is trusted.
        return _nothing("existing") if context.mode == "insert" and context.trusts else Decision("write")
    change = change_of(context, person, person.records)
    # A part of the list may not show all records of a person.
    is_whole = everybody or person.searched or not concerns_each_record(context, person) or context.mode == "insert"
    if change.is_none and is_whole:
        return Decision(result=Result("unchanged", protected=change.protected))
    if context.mode == "insert":
        return _nothing("existing")
    return Decision("write", change)


def _nothing(outcome: Outcome, reason: str | None = None) -> Decision:
    return Decision(result=Result(outcome), reason=reason)


# --- what it costs


@dataclass(frozen=True)
class Plan:
    """What a run will do."""

    counts: dict[str, int]
    spent: int
    """Requests that planning took."""
    requests: int
    """Requests to come, at least."""
    minutes: float
    """How long they wait for permits, days included. Those that are left go at once."""
    share_of_day: float
    """Share of a day's requests, in percent."""
    left_today: int
    finishes: datetime
    looked: Looked
    suppressed: int
    """How many people have got the opt-out tag already, because they opted out elsewhere."""

    def __str__(self) -> str:
        what = planned({**self.counts, "suppressed": self.suppressed})
        if not self.requests:
            return what
        requests = counted(self.requests, "more request")
        over = f", of {self.left_today:,} left today" if self.requests > self.left_today else ""
        return f"{what}; at least {requests}{over}, done by about {self.finishes:%Y-%m-%d %H:%M} UTC"

    def as_json(self) -> Json:
        """The plan as it is in the report."""
        return {
            **self.counts,
            "requests_spent": self.spent,
            "requests_to_come": self.requests,
            "minutes": round(self.minutes, 1),
            "share_of_day": f"{self.share_of_day:.1f}%",
            "left_today": self.left_today,
            "finishes": self.finishes.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "looked_up_by": self.looked.way,
        }


def make_plan(
    context: Context,
    looked: Looked,
    elsewhere: bool,
    spent: int,
    deletes: int,
    suppressed: int = 0,
    suppressing: int = 0,
) -> Plan:
    """Count what was decided, and what it costs.

    Args:
        context: Of the run.
        looked: How people were looked up.
        elsewhere: Whether all opted-out people of the other kind are known.
        spent: Requests that were made so far.
        deletes: How many people are to be deleted.
        suppressed: How many people got the opt-out tag because they opted out elsewhere, or are to get it.
        suppressing: Requests that giving it will take; 0 if they have it.
    """
    people, outcomes = context.stage.people, context.stage.tally.outcomes()
    creates, unread = len(people.to_create()), len(people.to_compare())
    updates = adds = removes = 0
    for change in people.changes():
        updates += bool(change.fields)
        adds += bool(change.lacks)
        removes += bool(change.holds)
    others = len(context.stage.others_to_untag())
    consenting = len(people.to_create_with_tags()) if context.tags else 0
    per_update = 1 if context.puts_merge else 2
    requests = (
        creates * (1 if elsewhere else 2) + updates * per_update + unread * 2 + adds + removes + others + 2 * deletes
    )
    requests += suppressing
    counts = {
        "to_create": creates,
        "to_update": updates,
        "to_compare": unread,
        "unchanged": outcomes["unchanged"],
        "rejected": outcomes["rejected"],
        "superseded": outcomes["superseded"],
        "tags_to_add": adds + consenting,
        "tags_to_remove": removes + others,
        "to_delete": deletes,
        "to_suppress": suppressed if suppressing else 0,
        "protected": outcomes["protected"] + outcomes["withheld"],
    }
    windows, pace = _left(context)
    left, most, seconds = windows[-1]
    day = round(most * 86_400 / seconds)
    minutes = seconds_for(requests, windows, pace) / 60
    finishes = datetime.now(UTC) + timedelta(minutes=minutes)
    share, done = 100 * (spent + requests) / day, 0 if suppressing else suppressed
    return Plan(counts, spent, requests, minutes, share, left, finishes, looked, done)


def _left(context: Context) -> tuple[list[tuple[int, int, float]], float]:
    """The windows, shortest first, and the pace of the account, as `seconds_for` takes them."""
    pool = context.client.pool
    if not isinstance(pool, SharedPool):
        return [(count, count, seconds) for count, seconds in context.client.account.limits.windows], 0.0
    usage = pool.usage()
    return sorted(usage.remaining, key=lambda one: one[2]), usage.paced.seconds if usage.paced else 0.0


def seconds_for(requests: int, windows: Iterable[tuple[int, int, float]], pace: float = 0.0) -> float:
    """How long so many requests wait for permits: those that are left go at once, and then a window at a time.

    Args:
        requests: How many there are.
        windows: Permits left, of how many, in how many seconds.
        pace: Seconds from one request to the next.
    """
    waits = (math.ceil((requests - left) / count) * seconds for left, count, seconds in windows if requests > left)
    return max(requests * pace, *waits, 0.0)
