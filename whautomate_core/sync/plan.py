"""What a sync will do, worked out before anything is written, and what it will cost."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.client.differences import differing
from whautomate_core.people.find import same_number
from whautomate_core.policy import Policy, numbers
from whautomate_core.state.pool import SharedPool
from whautomate_core.sync.job import Job
from whautomate_core.sync.lines import planned
from whautomate_core.sync.look import Looked, as_one, refuse_opted_out_elsewhere
from whautomate_core.sync.report import count_outcomes
from whautomate_core.sync.rows import finish
from whautomate_core.sync.staging import Staged, batches
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """What of somebody who is there differs from what a row says."""

    fields: Json
    lacks: list[str]
    """Tags to give."""
    holds: list[str]
    """Tags to take."""
    protected: bool
    """Whether they opted out, and so don't get a tag or stage that they would have got."""

    @property
    def is_none(self) -> bool:
        return not (self.fields or self.lacks or self.holds)


def change_of(job: Job, person: Staged, records: list[Json], *, refused: bool = False) -> Change:
    """Compare what a row says with what the server has: all of somebody's records.

    A segment may choose each of them. So who refuses loses the tags everywhere, and who holds a tag through any of them
    is not given it again. `refused`: they opted out through another record.
    """
    policy, record = job.client.account.policy, as_one(job, records)
    fields = differing(person.fields, record)
    if person.unfit:
        fields = {}
    # Where they are matched by the number it is theirs, and the server's spelling of it is left alone.
    if job.kind.phone in job.mapping.match or same_number(person.fields, record):
        fields = {name: value for name, value in fields.items() if name not in job.kind.number}
    lacks = [tag for tag in job.tags if person.consent and _lacks(policy, tag, records)]
    holds = [tag for tag in job.tags if not person.consent and holding(policy, [tag], records)]
    # The number may be about to become that of somebody who opted out.
    refusing = job.refused & (numbers(record) | numbers(person.fields))
    if not (policy.protects(record) or refused or refusing):
        return Change(fields, lacks, holds, False)
    kept = without_reaching(job, fields)
    noted = [tag for tag in lacks if policy.is_opt_out(tag)]
    return Change(kept, noted, holds, kept != fields or noted != lacks)


def without_reaching(job: Job, fields: Json) -> Json:
    """Of fields to write those that somebody who opted out gets: no stage, and no other number."""
    return {name: value for name, value in fields.items() if name not in ("stage", *job.kind.number)}


def _lacks(policy: Policy, tag: str, records: list[Json]) -> bool:
    """Whether somebody is to get a tag: no record of theirs has it. An opt-out is noted on each of them."""
    if policy.is_opt_out(tag):
        return not all(map(policy.protects, records))
    return not any(tag in (record.get("tags") or []) for record in records)


def holding(policy: Policy, tags: list[str], records: list[Json]) -> list[Json]:
    """Those of somebody's records that are to lose tags. Of who opted out nothing is changed."""
    return [record for record in records if {*tags} & {*(record.get("tags") or [])} and not policy.protects(record)]


def concerns_each_record(job: Job, person: Staged) -> bool:
    """Whether each record of somebody has to be seen: who refuses loses tags on all, and an opt-out is noted on all."""
    return bool(job.tags) and (not person.consent or any(map(job.client.account.policy.is_opt_out, job.tags)))


def decide(job: Job, everybody: bool) -> bool:
    """Work out what is to be done with each of the people. Returns whether all who opted out elsewhere were read.

    Args:
        everybody: Whether everybody was read.
    """
    now = job.ledger.now()
    job.refused.update(row[0] for row in job.staging.all("SELECT number FROM refused"))
    _decide(job, "outcome IS NULL", now, everybody)
    reached = _reached(job)
    count = job.staging.count(f"SELECT count(*) FROM person WHERE {reached}")  # noqa: S608
    # Where nobody is to be reached it is not known: whoever has vanished by then, and is made anew, is asked for.
    elsewhere = count > 0 and refuse_opted_out_elsewhere(job, most=count)
    job.refused.update(row[0] for row in job.staging.all("SELECT number FROM refused"))
    _decide(job, reached, now, everybody)
    return elsewhere


def _reached(job: Job) -> str:
    """The condition on whom what was decided may message, through automations: who is made, tagged or staged."""
    tagged = not all(map(job.client.account.policy.is_opt_out, job.tags))
    staged = "json_type(change, '$.fields.stage') IS NOT NULL"
    changes = [staged, "change IS NULL AND json_type(fields, '$.stage') IS NOT NULL"]
    if tagged:
        changes += ["json_array_length(change, '$.lacks') > 0", "change IS NULL AND consent"]
    return f"outcome IS NULL AND (action = 'create' OR action = 'write' AND ({' OR '.join(changes)}))"


def _decide(job: Job, whom: str, now: float, everybody: bool) -> None:
    for batch in batches(job.staging.people(whom)):
        equal: list[tuple[Staged, str]] = []
        rows: list[tuple[Any, ...]] = []
        for person in batch:
            action, change, outcome, reason = _decided(job, person, now, everybody)
            if person.unfit and (action != "write" or job.mode == "insert"):
                action, change, outcome, reason = None, None, "rejected", person.unfit
            if outcome in ("unchanged", "unchanged+protected"):
                equal.append((person, outcome))
            else:
                rows.append((action, change and json.dumps(change), outcome, reason, person.match))
        finish(job, equal)
        job.staging.many("UPDATE person SET action = ?, change = ?, outcome = ?, reason = ? WHERE match = ?", rows)


def _decided(
    job: Job, person: Staged, now: float, everybody: bool
) -> tuple[str | None, Json | None, str | None, str | None]:
    """Action, change, outcome and reason: an action or an outcome."""
    if person.id is None:
        if job.mode == "update":
            return None, None, "missing", None
        if person.intent_at is not None and now - person.intent_at < job.settle_after:
            return None, None, "unsettled", "a create of before is not settled yet"
        if person.opted_out or job.refused & numbers(person.fields):
            return None, None, "withheld", "the person has opted out"
        if not person.fields.get(job.kind.called):
            return None, None, "rejected", f"{job.kind.called} is empty, and a new {job.kind.name} needs one"
        return "create", None, None, None
    if person.records is None:
        # In mode `insert` whom the ledger has is there, unless it is not trusted.
        return (None, None, "existing", None) if job.mode == "insert" and job.trusts else ("write", None, None, None)
    change = change_of(job, person, person.records)
    # Part of a list may show some of somebody's records.
    is_whole = everybody or person.searched or not concerns_each_record(job, person) or job.mode == "insert"
    if change.is_none and is_whole:
        return None, None, "unchanged+protected" if change.protected else "unchanged", None
    if job.mode == "insert":
        return None, None, "existing", None
    return "write", asdict(change), None, None


# --- what it costs


@dataclass(frozen=True)
class Plan:
    """What a run will do."""

    counts: dict[str, int]
    spent: int
    """Requests made to find it out."""
    requests: int
    """Requests to come, at least."""
    minutes: float
    """What they take at the account's rate, with the days that are waited for."""
    share_of_day: float
    """Of the requests of a day, in percent."""
    left_today: int
    finishes: datetime
    looked: Looked

    def __str__(self) -> str:
        to_come = f"at least {self.requests:,} to come" if self.requests else "none to come"
        minutes = f"about {self.minutes:.0f} min, " if self.minutes >= 1 else ""
        return (
            f"{planned(self.counts)}; {counted(self.spent, 'request')} made, {to_come}, {self.left_today:,} left "
            f"today; {minutes}done by {self.finishes:%Y-%m-%d %H:%M} UTC; look-up: {self.looked.way}"
        )

    def as_json(self) -> Json:
        """As it is reported."""
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


def make_plan(job: Job, looked: Looked, elsewhere: bool, spent: int, deletes: int) -> Plan:
    """Count what was decided, and what it costs."""
    staging, outcomes = job.staging, count_outcomes(job.staging)
    creates = staging.count("SELECT count(*) FROM person WHERE action = 'create'")
    unread = staging.count("SELECT count(*) FROM person WHERE action = 'write' AND change IS NULL")
    known = staging.run("SELECT change FROM person WHERE action = 'write' AND change IS NOT NULL")
    updates = adds = removes = 0
    for (text,) in known:
        change = json.loads(text)
        updates += bool(change["fields"])
        adds += bool(change["lacks"])
        removes += bool(change["holds"])
    extra = staging.count("SELECT count(*) FROM extra WHERE outcome IS NULL") - deletes
    consenting = staging.count("SELECT count(*) FROM person WHERE action = 'create' AND consent") if job.tags else 0
    per_update = 1 if job.client.profile.put_merges else 2
    requests = (
        creates * (1 if elsewhere else 2) + updates * per_update + unread * 2 + adds + removes + extra + 2 * deletes
    )
    counts = {
        "to_create": creates,
        "to_update": updates,
        "to_compare": unread,
        "unchanged": outcomes["unchanged"],
        "rejected": outcomes["rejected"],
        "folded": outcomes["folded"],
        "tags_to_add": adds + consenting,
        "tags_to_remove": removes + extra,
        "to_delete": deletes,
        "protected": outcomes["protected"] + outcomes["withheld"],
    }
    minute, day, left = _rates(job)
    days_waited = math.ceil((requests - left) / day) if requests > left else 0
    minutes = requests / minute + days_waited * 1440
    finishes = datetime.now(UTC) + timedelta(minutes=minutes)
    return Plan(counts, spent, requests, minutes, 100 * (spent + requests) / day, left, finishes, looked)


def _rates(job: Job) -> tuple[float, int, int]:
    """Requests a minute, requests a day, and how many of them are left today."""
    pool = job.client.pool
    if not isinstance(pool, SharedPool):
        windows = job.client.account.limits.windows
        remaining = [(count, count, seconds) for count, seconds in windows]
    else:
        remaining = pool.usage().remaining
    *shorter, (left, day, seconds) = sorted(remaining, key=lambda one: one[2])
    per_day = round(day * 86_400 / seconds)
    # The longest window is waited for only once it is used up.
    minute = min((count * 60 / window for _, count, window in shorter), default=day * 60 / seconds)
    return minute, per_day, left
