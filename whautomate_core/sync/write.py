"""Writing one person: creating them, or writing the fields and tags that differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Semaphore
from typing import Any

from whautomate_core import telemetry
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
from whautomate_core.people.kinds import CONTACTS, keys_of
from whautomate_core.state.clock import steady
from whautomate_core.state.ledger import Confirmed, Result, Seen
from whautomate_core.sync.context import Context
from whautomate_core.sync.look import find, note_details, seen
from whautomate_core.sync.plan import change_of, concerns_each_record, holding, without_reaching
from whautomate_core.sync.stage_people import Change, Staged

FRESH = 300.0
"""Seconds for which what was read of a person may decide whether they get a tag."""


@dataclass(frozen=True)
class Writing:
    """What the steps of writing share."""

    context: Context
    read_at: float
    """When people were read, by the clock that runs on while the machine sleeps."""
    everybody: bool
    """Whether all opted-out people of the run's own kind are known."""
    elsewhere: bool
    """Whether all opted-out people of the other kind are known."""
    spare: Semaphore | None = None
    """How many more people than planned may be created; None for no limit."""
    tagged_for: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Id and tags of each record that gets tags -> the match of the person whom it gets them for."""

    def cleared(self, person: Staged) -> bool:
        """Whether it is known that nobody with this person's number has opted out: `change_of` leaves those out."""
        # A search for the number read all contacts with it.
        searched = self.context.kind is CONTACTS and person.searched
        return self.elsewhere and (self.everybody or searched)

    def is_fresh(self, read_at: float) -> bool:
        """Whether what was read at a time may still decide whether a person gets a tag."""
        return steady() - read_at <= FRESH


class Moved(NotFound):
    """The id names nobody any more."""


class Begun(OutcomeUnknown):
    """Another run has begun to create the same person."""


def write_person(writing: Writing, person: Staged) -> Result:
    """Do what was decided for one person, and return what became of their row.

    Raises: `Moved` and `WrongRecord` if their id names nobody any more, or somebody else; `Begun`; `PolicyRefused` if
        they have opted out; `ConfigurationError` if the account has no such location; what the server refused.
    """
    writing.context.require_lease()
    if person.action == "retry":
        return _retry(writing, person)
    return _create(writing, person) if person.action == "create" else change_person(writing, person)


def _retry(writing: Writing, person: Staged) -> Result:
    context = writing.context
    records = find(context, person)
    if records:
        return change_person(writing, found_again(context, person, records))
    if person.unfit:
        return Result("unchanged")  # there is nobody to lose a tag
    if context.mode == "update":
        return Result("missing")
    if person.opted_out:
        raise telemetry.refused("opted_out", "the person has opted out")
    if writing.spare is not None and not writing.spare.acquire(blocking=False):
        raise InvalidRequest(
            f"the {context.kind.name} was deleted at Whautomate, and creating one more would exceed max_created"
        )
    return _create(writing, person)


# --- people who are not there


def _create(writing: Writing, person: Staged) -> Result:
    """Create a person who was looked up in this run and is not there."""
    context = writing.context
    tags = context.tags if person.consent else []
    carried = {"tags": tags} if tags else {}
    call: Call[Any] = context.kind.create(
        {**person.fields, context.kind.location: {"id": context.location.id}, **carried}
    )
    # Whether their number has opted out is known or asked for: this run looked for contacts with the number, but not
    # for clients with another name.
    of_clients, of_contacts = call.reads or (None, None)
    unknown = (
        None if writing.elsewhere else of_clients if context.kind is CONTACTS else of_contacts,
        None if writing.everybody or context.kind is CONTACTS else of_clients,
    )
    call = replace(call, reads=tuple(read for read in unknown if read))

    def intend() -> None:
        # With the permit in hand: a process that dies while it waits for one has begun nothing.
        if not context.ledger.intend(person.match, context.creator, person.intent_at):
            raise Begun("another run has begun to create the person")

    try:
        answer = context.client.send(call, before=intend)
    except OutcomeUnknown:
        raise
    except WhautomateError as error:
        context.ledger.withdraw(person.match, context.creator)  # every other error means that the server did nothing
        context.location.require_after(error)
        raise
    id = answer.get("id")
    if not id:
        raise OutcomeUnknown(f"{call!r}: the answer has no id")
    note_details(context, str(id), person.fields)
    is_new = Seen(person.match, str(id), context.client.account.policy.protects(answer))
    result = created(context, person)
    if change_of(context, person, [answer]).is_none:
        confirmed = Confirmed(person.match, person.raw, person.payload, context.lease.run, result)
        context.ledger.see_created(is_new, context.lease.sync, confirmed)
        return result
    # It may be a person who was there: what the server does with a number that it knows is not documented.
    context.ledger.see([is_new])
    changed = change_person(writing, replace(person, id=is_new.id, records=None, searched=False, change=None))
    return result if changed == Result("unchanged") else changed


def created(context: Context, person: Staged) -> Result:
    """The result of a row whose person was created, with the tags that they got."""
    return Result("created", tagged=bool(context.tags and person.consent))


def found_again(context: Context, person: Staged, records: list[Json]) -> Staged:
    """A person who was found just now, to be compared. The ledger notes that they are there."""
    found = seen(context, person.match, records)
    context.ledger.see([found])
    return replace(person, id=found.id, opted_out=found.opted_out, records=records, searched=True, change=None)


# --- people who are there


def change_person(writing: Writing, person: Staged) -> Result:
    """Write the fields that differ, take the tags that go, give the tags that are missing."""
    context = writing.context
    assert person.id is not None
    if context.mode == "insert":
        _, change, _ = _compare(writing, person)
        return Result("unchanged" if change.is_none else "existing")
    protected = False
    if person.records is not None and person.change is not None:
        records, change, read_at = person.records, person.change, person.read_at or writing.read_at
        updated = bool(change.fields)
        if change.fields:
            updated, protected = _update(writing, person, change.fields)
        if protected:
            change = replace(change, lacks=[])
    else:
        records, change, read_at = _compare(writing, person)
        updated = bool(change.fields)
    if (change.lacks or concerns_each_record(context, person)) and not (writing.everybody or person.searched):
        person, records, change = _with_others(context, person, records, change)
    if change.fields.keys() & {*context.kind.number, "email"}:
        note_details(context, str(person.id), person.fields)
    protected |= change.protected
    tagged = untagged = False
    if change.holds:
        untagged = _untag(context, person, change.holds, records)
        protected |= not untagged
    if whom := _to_tag(writing, person, change.lacks, records):
        tagged = _tag(writing, person, change.lacks, whom, read_at)
        protected |= not tagged
    return Result("updated" if updated else "unchanged", tagged, untagged, protected)


def _with_others(
    context: Context, person: Staged, records: list[Json], before: Change
) -> tuple[Staged, list[Json], Change]:
    """Search for the other records of a person whose tags are about to change: a segment may select each of them."""
    by_id = {record["id"]: record for record in [*records, *find(context, person)]}
    records = sorted(by_id.values(), key=lambda record: record["id"] != person.id)
    found = seen(context, person.match, records)
    context.ledger.see([found._replace(id=str(person.id))])
    now = change_of(context, person, records)
    lacks = [tag for tag in now.lacks if tag in before.lacks or context.client.account.policy.is_opt_out(tag)]
    change = Change(before.fields, lacks, now.holds, before.protected or now.protected)
    return replace(person, searched=True, opted_out=found.opted_out), records, change


def _update(writing: Writing, person: Staged, fields: Json) -> tuple[bool, bool]:
    """Write fields of a person who was read in this run; no stage and no other number if they have opted out by now.

    Returns: Whether anything was written, and whether the person has opted out.
    """
    context, id = writing.context, str(person.id)
    fits = _is_theirs(context, person)
    try:
        context.client.send(replace(context.kind.update(id, fields), fits=fits, cleared=writing.cleared(person)))
    except NotFound:
        raise Moved("deleted") from None
    except PolicyRefused:
        rest = without_reaching(context, fields)
        if rest:
            context.client.send(replace(context.kind.update(id, rest), fits=fits))
        _note_opted_out(context, person)
        return bool(rest), True
    return True, False


def _is_theirs(context: Context, person: Staged) -> Callable[[Mapping[str, Any]], bool]:
    """Tells whether a record is this person's."""
    return lambda record: person.key in keys_of(context.mapping.match, record)


def _note_opted_out(context: Context, person: Staged) -> None:
    """Note that a person has opted out: then they are not created again if they vanish."""
    context.ledger.see([Seen(person.match, str(person.id), True)])


def _compare(writing: Writing, person: Staged) -> tuple[list[Json], Change, float]:
    """Read a person and write what differs directly after.

    Returns: The records, what differed, and when they were read.
    """
    context = writing.context
    others = [record for record in person.records or [] if record["id"] != person.id]
    read: list[tuple[Json, Change]] = []
    refused = False

    def remaining_body(record: Json) -> Json | None:
        change = change_of(context, person, [record, *others], refused=refused)
        read.append((record, change))
        return merge(record, change.fields) if change.fields and context.mode != "insert" else None

    # The call names only the fields that the policy asks about, although all are compared: `change_of` leaves them out
    # for opted-out people. If it is not known whether the person opted out through another record, the client asks
    # before it writes a stage or a number.
    fits, cleared = _is_theirs(context, person), writing.cleared(person)
    reaching = person.fields.keys() - without_reaching(context, person.fields).keys()
    if context.kind.phone in context.mapping.match:
        reaching -= {*context.kind.number}
    asked = {} if cleared else {name: person.fields[name] for name in reaching}
    read_at = steady()

    def put(fields: Json) -> Call[Any]:
        return replace(context.kind.update(str(person.id), fields), remaining_body=remaining_body, fits=fits)

    try:
        try:
            context.client.send(replace(put(asked), cleared=cleared))
        except PolicyRefused:
            refused = True
            context.client.send(put({}))
    except NotFound:
        raise Moved("deleted") from None
    records = [read[-1][0], *others]
    opted_out = any(map(context.client.account.policy.protects, records))
    if opted_out != person.opted_out:
        context.ledger.see([Seen(person.match, str(person.id), opted_out)])
    # The first reading says what differed: a repeated one finds it written.
    return records, read[0][1], read_at


def _to_tag(writing: Writing, person: Staged, tags: list[str], records: list[Json]) -> list[Json]:
    """The records of a person that get tags: an opt-out tag is noted on each of them.

    Rows with different numbers may name one client, whose number can be read in two ways (`numbers`). Then the client
    gets the tags for one of them.
    """
    policy = writing.context.client.account.policy
    if all(map(policy.is_opt_out, tags)):
        whom = [record for record in records if not policy.protects(record)]
    else:
        whom = [record for record in records if record["id"] == person.id]
    mine = person.match
    # One step, since other threads tag at the same time.
    return [one for one in whom if tags and writing.tagged_for.setdefault((one["id"], *tags), mine) == mine]


def _tag(writing: Writing, person: Staged, tags: list[str], records: list[Json], read_at: float) -> bool:
    """Give tags to records of a person. False if they have opted out.

    If they were read a while ago, they are read again, since they may have opted out since.
    """
    context, cleared = writing.context, writing.cleared(person)

    def give(record: Json) -> None:
        call = replace(context.kind.add_tags(record["id"], tags), fits=_is_theirs(context, person))
        if writing.is_fresh(read_at):
            send_known(context, call, record, cleared=cleared)
        else:
            context.client.send(replace(call, cleared=cleared))

    return _each_record(context, person, records, give)


def _untag(context: Context, person: Staged, tags: list[str], records: list[Json]) -> bool:
    """Take tags from every record of a person that has any. False if they have opted out."""

    def take(record: Json) -> None:
        call = replace(context.kind.remove_tags(record["id"], tags), fits=_is_theirs(context, person))
        send_known(context, call, record)

    return _each_record(context, person, holding(context.client.account.policy, tags, records), take)


def _each_record(context: Context, person: Staged, records: list[Json], do: Callable[[Json], None]) -> bool:
    """Do something with records of a person. False if the policy forbids it for any of them, as they have opted out."""
    permitted = True
    for record in records:
        try:
            do(record)
        except PolicyRefused:
            permitted = False
        except (NotFound, WrongRecord) as error:
            # A second record that was deleted or merged needs nothing any more.
            if record["id"] == person.id:
                raise Moved("deleted") if isinstance(error, NotFound) else error from None
    if not permitted:
        _note_opted_out(context, person)
    return permitted


def send_known(context: Context, call: Call[Any], record: Json, *, cleared: bool = True) -> None:
    """Send a tag call to a person whose record was read a moment ago."""
    rest = known(call, record, context.client.account.policy, cleared=cleared)
    if rest is not None:
        context.client.send(rest, before=context.require_lease)
