"""Writing what was planned. The ledger moves for each of the people once the server has confirmed them."""

from __future__ import annotations

import functools
import itertools
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from threading import Semaphore
from typing import Any

from whautomate_core.api.call import Call, Json, merge
from whautomate_core.client.guard import known
from whautomate_core.errors import (
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    WhautomateError,
    WrongRecord,
)
from whautomate_core.people.kinds import CONTACTS, keys_of, other_keys
from whautomate_core.state.clock import steady
from whautomate_core.state.forgotten import reason_of
from whautomate_core.state.ledger import Confirmed, Seen
from whautomate_core.sync.each import Done, each
from whautomate_core.sync.job import Job
from whautomate_core.sync.look import find, page_of, seen
from whautomate_core.sync.plan import Change, change_of, concerns_each_record, holding, without_reaching
from whautomate_core.sync.rows import finish, matcher
from whautomate_core.sync.staging import Staged
from whautomate_core.sync.unlisted import joined_opt_out, note_details

log = logging.getLogger(__name__)

FRESH = 300.0
"""Seconds for which what was read of somebody may decide whether they get a tag."""

FLUSH = 40
"""People after whom the ledger is written: what a crash forgets of them is found equal when it is looked at again."""


@dataclass(frozen=True)
class Writing:
    """What the steps of writing share."""

    job: Job
    read_at: float
    """When people were read, by the clock that runs on while the machine sleeps."""
    everybody: bool
    """Whether all who opted out among people of the job's own kind are known."""
    elsewhere: bool
    """The same of the other kind."""
    spare: Semaphore | None = None
    """How many more than were planned may be created; None where any number may."""

    def cleared(self, person: Staged) -> bool:
        """Whether it is known that nobody with somebody's number has opted out, since `change_of` leaves those out."""
        # By a search for the number all contacts with it were read.
        searched = self.job.kind is CONTACTS and person.searched
        return self.elsewhere and (self.everybody or searched)


class _Moved(NotFound):
    """The id names nobody any more."""


class _Begun(OutcomeUnknown):
    """Another run has begun to create the same person."""


def apply(writing: Writing) -> None:
    """Do what was decided: first what keeps people from being messaged."""
    job = writing.job
    total = job.staging.count("SELECT count(*) FROM person WHERE action IS NOT NULL AND outcome IS NULL")
    done = 0
    for condition in ("json_array_length(change, '$.holds') > 0", "action = 'create'", "action = 'write'"):
        people = job.staging.people(f"outcome IS NULL AND action IS NOT NULL AND {condition}")
        done = _write(writing, people, done, total)
    # Whose id named nobody any more is looked up again, and is written then or made anew.
    again = job.staging.people("outcome IS NULL AND action = 'again'")
    _write(writing, again, done, total)
    _settle_unknown(writing)


def _write(writing: Writing, people: Iterable[Staged], done: int, total: int) -> int:
    job = writing.job
    finished: list[tuple[Staged, str]] = []
    try:
        with each(job.client, _fresh(writing, people), functools.partial(_one, writing)) as written:
            for one in written:
                outcome, reason = _outcome(one)
                if isinstance(one.error, WrongRecord) and joined_opt_out(job, one.item, one.error.record):
                    outcome, reason = "withheld", "the record became part of another, which has opted out"
                if outcome == "again" and one.item.action == "again":
                    outcome, reason = "failed", "somebody else kept changing the record"
                if outcome == "again":
                    job.ledger.lose(one.item.match)
                    job.staging.run(
                        "UPDATE person SET action = 'again', id = NULL, records = NULL, searched = 0, page = 0"
                        " WHERE match = ?",
                        (one.item.match,),
                    )
                elif outcome in ("failed", "unsettled", "withheld", "missing", "existing"):
                    action = None if isinstance(one.error, _Begun) else one.item.action
                    job.staging.run(
                        "UPDATE person SET outcome = ?, reason = ?, action = ? WHERE match = ?",
                        (outcome, reason, action, one.item.match),
                    )
                else:
                    finished.append((one.item, outcome))
                if len(finished) >= FLUSH:
                    finish(job, finished)
                    finished = []
                done += outcome != "again"  # they come once more
                job.progress(f"writing {job.kind.name}s", done, total)
    finally:
        # Also where the work was stopped midway.
        finish(job, finished)
    return done


def _fresh(writing: Writing, people: Iterable[Staged]) -> Iterator[Staged]:
    """The people; where they were read a while ago, those of a page are read again by one request before any gets tags.

    Who is not on it any more is left as they were, and so read singly.
    """
    job = writing.job
    for page, group in itertools.groupby(people, lambda person: person.page):
        if not page or steady() - writing.read_at <= FRESH:
            yield from group
            continue
        of_page = list(group)
        by_id: dict[str, Json] = {}
        read_at = steady()
        if sum(bool(person.change and person.change["lacks"]) for person in of_page) > 1:
            asked = page_of(job.kind.list(), page, job.staging.page_size)
            by_id = {str(one.get("id")): one for one in job.client.send(asked)}
        for person in of_page:
            yield _read_again(job, person, by_id, read_at)


def _read_again(job: Job, person: Staged, by_id: dict[str, Json], read_at: float) -> Staged:
    held = person.records or []
    records = [by_id[record["id"]] for record in held if record["id"] in by_id]
    is_theirs = all(person.key in keys_of(job.mapping.match, record) for record in records)
    if not records or len(records) < len(held) or not is_theirs:
        return person
    found = seen(job, person.match, records)
    if found.opted_out != person.opted_out:
        job.ledger.see([found])
    change = asdict(change_of(job, person, records))
    return replace(person, records=records, change=change, opted_out=found.opted_out, read_at=read_at)


def _outcome(one: Done[Staged, str]) -> tuple[str, str | None]:
    if one.error is None:
        return str(one.result), None
    if isinstance(one.error, (_Moved, WrongRecord)):
        return "again", None
    if isinstance(one.error, OutcomeUnknown):
        return "unsettled", str(one.error)
    if isinstance(one.error, PolicyRefused):
        return "withheld", reason_of(one.error) or "the person has opted out"
    return "failed", str(one.error)


def _one(writing: Writing, person: Staged) -> str:
    writing.job.require_lease()
    if person.action == "again":
        return _again(writing, person)
    return _create(writing, person) if person.action == "create" else _change(writing, person)


def _again(writing: Writing, person: Staged) -> str:
    job = writing.job
    records = find(job, person)
    if records:
        return _change(writing, _found(job, person, records))
    if person.unfit:
        return "unchanged"  # there is nobody to lose a tag
    if job.mode == "update":
        return "missing"
    if person.opted_out:
        raise PolicyRefused("the person has opted out")
    if writing.spare is not None and not writing.spare.acquire(blocking=False):
        raise InvalidRequest(f"the {job.kind.name} was deleted at Whautomate, and one more is over max_created")
    return _create(writing, person)


# --- people who are not there


def _create(writing: Writing, person: Staged) -> str:
    """Create somebody who was looked up in this run and is not there."""
    job = writing.job
    tags = job.tags if person.consent else []
    carried = {"tags": tags} if tags else {}
    call: Call[Any] = job.kind.create({**person.fields, job.kind.location: {"id": job.location}, **carried})
    # Who opted out is known, or searched for: contacts with their number were looked for, clients of another name not.
    of_clients, of_contacts = call.reads or (None, None)
    unknown = (
        None if writing.elsewhere else of_clients if job.kind is CONTACTS else of_contacts,
        None if writing.everybody or job.kind is CONTACTS else of_clients,
    )
    call = replace(call, reads=tuple(read for read in unknown if read))

    def intend() -> None:
        # With the permit in hand: who dies waiting for one has begun nothing.
        if not job.ledger.intend(person.match, job.by, person.intent_at):
            raise _Begun("another run has begun to create the person")

    try:
        answer = job.client.send(call, before=intend)
    except OutcomeUnknown:
        raise
    except WhautomateError:
        job.ledger.withdraw(person.match, job.by)  # every other error says that the server did nothing
        raise
    id = answer.get("id")
    if not id:
        raise OutcomeUnknown(f"{call!r}: the answer has no id")
    note_details(job, str(id), person.fields)
    is_new = Seen(person.match, str(id), job.client.account.policy.protects(answer))
    outcome = _created(job, person)
    if change_of(job, person, [answer]).is_none:
        confirmed = Confirmed(person.match, person.raw, person.payload, job.lease.run, outcome)
        job.ledger.see_created(is_new, job.lease.sync, confirmed)
        return outcome
    # It may be somebody who was there: what the server does with a number that it knows is not documented.
    job.ledger.see([is_new])
    changed = _change(writing, replace(person, id=is_new.id, records=None, searched=False, change=None))
    return outcome if changed == "unchanged" else changed


def _created(job: Job, person: Staged) -> str:
    return "created+tagged" if job.tags and person.consent else "created"


def _found(job: Job, person: Staged, records: list[Json]) -> Staged:
    """Somebody who was looked for just now, to be compared; that they are there is noted."""
    found = seen(job, person.match, records)
    job.ledger.see([found])
    return replace(person, id=found.id, opted_out=found.opted_out, records=records, searched=True, change=None)


def _settle_unknown(writing: Writing) -> None:
    """Look for those whose creation got no clear answer: who is there was created. Who isn't may come yet."""
    job = writing.job

    def one(person: Staged) -> str | None:
        records = find(job, person)
        if not records:
            return None
        # Somebody else may have created them in that moment, so they are compared.
        found = _found(job, person, records)
        is_ours = change_of(job, person, records).is_none
        return _created(job, person) if is_ours else _change(writing, found)

    unknown = job.staging.people("outcome = 'unsettled' AND action IN ('create', 'again')")
    with each(job.client, unknown, one) as looked:
        found = [(done.item, done.result) for done in looked if done.result]
    finish(job, [(person, outcome) for person, outcome in found if outcome != "existing"])
    others = [(person.match,) for person, outcome in found if outcome == "existing"]
    job.staging.many("UPDATE person SET outcome = 'existing', reason = NULL WHERE match = ?", others)


# --- people who are there


def _change(writing: Writing, person: Staged) -> str:
    """Write the fields that differ, take the tags that go, give those that are missing."""
    job = writing.job
    assert person.id is not None
    if job.mode == "insert":
        _, change, _ = _compare(writing, person)
        return "unchanged" if change.is_none else "existing"
    flags = set[str]()
    if person.records is not None and person.change is not None:
        records, read_at = person.records, person.read_at or writing.read_at
        change = Change(**person.change)
        if change.fields:
            flags |= _update(writing, person, change.fields)
            if "protected" in flags:
                change = replace(change, lacks=[])
    else:
        records, change, read_at = _compare(writing, person)
        flags |= {"updated"} if change.fields else set()
    if (change.lacks or concerns_each_record(job, person)) and not (writing.everybody or person.searched):
        person, records, change = _with_others(job, person, records, change)
    if change.fields.keys() & {*job.kind.number, "email"}:
        note_details(job, str(person.id), person.fields)
    if change.protected:
        flags.add("protected")
    if change.holds:
        flags.add(_untag(job, person, change.holds, records))
    if change.lacks:
        flags.add(_tag(writing, person, change.lacks, records, read_at))
    return "+".join(["updated" if "updated" in flags else "unchanged", *sorted(flags - {"updated"})])


def _with_others(job: Job, person: Staged, records: list[Json], before: Change) -> tuple[Staged, list[Json], Change]:
    """Search for the other records of somebody whose tags are about to change: a segment may choose each of them."""
    by_id = {record["id"]: record for record in [*records, *find(job, person)]}
    records = sorted(by_id.values(), key=lambda record: record["id"] != person.id)
    found = seen(job, person.match, records)
    job.ledger.see([found._replace(id=str(person.id))])
    now = change_of(job, person, records)
    lacks = [tag for tag in now.lacks if tag in before.lacks or job.client.account.policy.is_opt_out(tag)]
    change = Change(before.fields, lacks, now.holds, before.protected or now.protected)
    return replace(person, searched=True, opted_out=found.opted_out), records, change


def _update(writing: Writing, person: Staged, fields: Json) -> set[str]:
    """Write fields of somebody who was read in this run. Who has opted out by now gets no stage and no other number."""
    job, id = writing.job, str(person.id)
    fits = _is_theirs(job, person)
    try:
        job.client.send(replace(job.kind.update(id, fields), fits=fits, cleared=writing.cleared(person)))
    except NotFound:
        raise _Moved("deleted") from None
    except PolicyRefused:
        rest = without_reaching(job, fields)
        if rest:
            job.client.send(replace(job.kind.update(id, rest), fits=fits))
        return {_protected(job, person)} | ({"updated"} if rest else set())
    return {"updated"}


def _is_theirs(job: Job, person: Staged) -> Callable[[Mapping[str, Any]], bool]:
    """What tells whether a record is that of somebody."""
    return lambda record: person.key in keys_of(job.mapping.match, record)


def _protected(job: Job, person: Staged) -> str:
    """Note that somebody has opted out: then they are not made anew, should they vanish."""
    job.ledger.see([Seen(person.match, str(person.id), True)])
    return "protected"


def _compare(writing: Writing, person: Staged) -> tuple[list[Json], Change, float]:
    """Read somebody and write what differs directly after. Gives the records, what differed, and when it was read."""
    job = writing.job
    others = [record for record in person.records or [] if record["id"] != person.id]
    read: list[tuple[Json, Change]] = []
    refused = False

    def remaining_body(record: Json) -> Json | None:
        change = change_of(job, person, [record, *others], refused=refused)
        read.append((record, change))
        return merge(record, change.fields) if change.fields and job.mode != "insert" else None

    # All that is compared, without what the policy asks about: it is left out above for who opted out. Where nobody
    # knows yet whether they did through another record, the client asks before it gives them a stage or a number.
    fits, cleared = _is_theirs(job, person), writing.cleared(person)
    reaching = person.fields.keys() - without_reaching(job, person.fields).keys()
    if job.kind.phone in job.mapping.match:
        reaching -= {*job.kind.number}
    asked = {} if cleared else {name: person.fields[name] for name in reaching}
    read_at = steady()
    try:
        try:
            job.client.send(
                replace(
                    job.kind.update(str(person.id), asked), remaining_body=remaining_body, fits=fits, cleared=cleared
                )
            )
        except PolicyRefused:
            refused = True
            job.client.send(replace(job.kind.update(str(person.id), {}), remaining_body=remaining_body, fits=fits))
    except NotFound:
        raise _Moved("deleted") from None
    records = [read[-1][0], *others]
    opted_out = any(map(job.client.account.policy.protects, records))
    if opted_out != person.opted_out:
        job.ledger.see([Seen(person.match, str(person.id), opted_out)])
    # The first reading says what differed: a repetition finds it written.
    return (records, read[0][1], read_at)


def _tag(writing: Writing, person: Staged, tags: list[str], records: list[Json], read_at: float) -> str:
    """Give tags to somebody. Where they were read a while ago, they are read again: who opted out since gets none."""
    job, cleared = writing.job, writing.cleared(person)

    def give(record: Json) -> None:
        call = replace(job.kind.add_tags(record["id"], tags), fits=_is_theirs(job, person))
        if steady() - read_at > FRESH:
            job.client.send(replace(call, cleared=cleared))
        else:
            _send_known(job, call, record, cleared=cleared)

    policy = job.client.account.policy
    if all(map(policy.is_opt_out, tags)):
        whom = [record for record in records if not policy.protects(record)]
    else:
        whom = [record for record in records if record["id"] == person.id]
    return "tagged" if _each_record(person, whom, give) else _protected(job, person)


def _untag(job: Job, person: Staged, tags: list[str], records: list[Json]) -> str:
    """Take tags from every record of somebody that holds any."""

    def take(record: Json) -> None:
        call = replace(job.kind.remove_tags(record["id"], tags), fits=_is_theirs(job, person))
        _send_known(job, call, record)

    whom = holding(job.client.account.policy, tags, records)
    return "untagged" if _each_record(person, whom, take) else _protected(job, person)


def _each_record(person: Staged, records: list[Json], do: Callable[[Json], None]) -> bool:
    """Do something with records of somebody. False where the policy forbids it for any of them."""
    permitted = True
    for record in records:
        try:
            do(record)
        except PolicyRefused:
            permitted = False
        except (NotFound, WrongRecord) as error:
            # A second record that was deleted or merged needs nothing any more.
            if record["id"] == person.id:
                raise _Moved("deleted") if isinstance(error, NotFound) else error from None
    return permitted


def _send_known(job: Job, call: Call[Any], record: Json, *, cleared: bool = True) -> None:
    """Send a tag call to somebody whose record was read a moment ago."""
    rest = known(call, record, job.client.account.policy, cleared=cleared)
    if rest is not None:
        job.client.send(rest, before=job.require_lease)


# --- people whom no row is about


def untag_strangers(job: Job) -> None:
    """Take the tags from those who hold them and are in no row."""

    def one(stranger: tuple[int, str, str]) -> None:
        _, id, held = stranger
        tags = [tag for tag in job.tags if tag in json.loads(held)]
        _send_known(job, job.kind.remove_tags(id, tags), {"id": id, "tags": json.loads(held)})

    _each_stranger(job, "SELECT rowid, id, held FROM extra WHERE outcome IS NULL AND held IS NOT NULL", one, "untagged")


def delete_gone(job: Job) -> None:
    """Delete those whom the source had before and has no more; nobody whose id leads to somebody else by now."""
    match_of, match_by = matcher(job), job.mapping.match

    def one(gone: tuple[int, str, str]) -> None:
        _, id, match = gone

        def is_theirs(record: Mapping[str, Any]) -> bool:
            keys = [spelt for key in keys_of(match_by, record) for spelt in (key, *other_keys(match_by, key))]
            return match in map(match_of, keys)

        job.client.send(replace(job.kind.delete(id), fits=is_theirs))  # who is gone already is deleted as well

    _each_stranger(job, "SELECT rowid, id, match FROM extra WHERE outcome IS NULL AND held IS NULL", one, "deleted")


def _each_stranger(job: Job, query: str, do: Any, outcome: str) -> None:
    strangers = job.staging.all(query)
    with each(job.client, strangers, do) as finished:
        for number, one in enumerate(finished, start=1):
            rowid, id, match = one.item
            happened = outcome if one.error is None or isinstance(one.error, NotFound) else _outcome(one)[0]
            if isinstance(one.error, WrongRecord):
                happened = "kept"
                log.warning("%s %s is left alone: %s", job.kind.name, id, one.error)
            if outcome == "deleted" and happened in ("deleted", "kept"):
                job.ledger.forget(job.lease.sync, match)
            reason = str(one.error) if happened == "failed" else None
            job.staging.run("UPDATE extra SET outcome = ?, reason = ? WHERE rowid = ?", (happened, reason, rowid))
            job.progress(f"{outcome.removesuffix('ed')}ing {job.kind.name}s", number, len(strangers))
