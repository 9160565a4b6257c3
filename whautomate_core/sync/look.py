"""Looking people up at the server: by reading everybody page by page, or by a search for each, whichever is cheaper.

Reading everybody counts only if the whole list is known (`client/whole.py`); otherwise each person is searched for.
Lists and searches may show new people late. So nobody whose id our own state knows is taken for absent because a list
or search does not show them: they are read by their ids.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from whautomate_core.api._people import anybody
from whautomate_core.api.call import Call, Json
from whautomate_core.client.whole import Take, Whole, require_agreed
from whautomate_core.errors import NotFound, WrongRecord
from whautomate_core.people.kinds import CLIENTS, CONTACTS, key_of, keys_of, match_hash
from whautomate_core.people.known import Known, number_of, read_ids
from whautomate_core.policy import digits, numbers
from whautomate_core.state.ledger import Seen
from whautomate_core.sync.context import Context
from whautomate_core.sync.stage_file import batches
from whautomate_core.sync.stage_people import Staged
from whautomate_core.sync.workers import each
from whautomate_core.values.phones import shared_digits
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

FEW = 4
"""Requests that are enough to read a list of one page."""


@dataclass(frozen=True)
class Looked:
    """How people were looked up."""

    way: str
    """By reading everybody or by searches, and why."""
    everybody: bool
    """Whether everybody was read, so that a person who was not seen is not there."""


def look_up(context: Context) -> Looked:
    """Find out which of the people are there, and what the server has of them.

    People whose id is not known are looked up. Everybody is if the ledger is not trusted, or if that saves reading each
    of them before their PUT.
    """
    _note_made(context)
    pages = context.ledger.pages(context.lease.sync)
    all_of_them = not context.trusts or (pages is not None and context.puts_merge)
    people = context.stage.people
    unknown = len(people.undecided() if all_of_them else people.to_look_up())
    if not unknown and not context.exactly:
        return Looked("none needed", False)
    everybody = False
    if context.exactly or pages is None or pages <= unknown:
        # If the number of pages is not known: as many as searches would be needed, so that it costs twice as much at
        # worst.
        most = None if context.exactly or pages is not None else max(unknown, 1)
        if context.mode != "update" and (pages is None or pages <= FEW):
            # After this rest, a list of one page need not be read twice.
            rested = context.began + context.client.account.list_lag
            if rested > time.monotonic():
                _ask_first(context)
            context.client.rest_until(rested)
        everybody = _read_everybody(context, most)
    if everybody:
        _read_unlisted(context)
    searched = 0 if everybody else _search(context)
    _remember(context, everybody)
    if everybody:
        return Looked(f"reading everybody, because {counted(unknown, 'search')} would have cost more", True)
    why = "reading everybody would have cost more or the list kept changing"
    return Looked(f"{counted(searched, 'search')}, because {why}", False)


def _ask_first(context: Context) -> None:
    """Send a request before any wait, so that a wrong host, key or location is found out in the first seconds.

    Raises: `ConfigurationError` if the account has no such location; what `Client.send` raises.
    """
    if not context.location.require():
        # The list of people says.
        context.client.send(page_of(context.kind.list(), 1, 1))


def _note_made(context: Context) -> None:
    """Note the ids of people whom steps that create one person made lately; those of syncs are in the ledger."""
    known = Known(context.client, context.kind)
    if not known.has_made:
        return
    for person in context.stage.people.without_id():
        ids = known.made(number_of(context.kind, person.fields))
        if ids:
            context.stage.people.note_id(person.match, ids[0])


# --- everybody


def _read_everybody(context: Context, most: int | None) -> bool:
    """Read everybody. False if that takes more than `most` requests, or if what the whole list holds is not known.

    Raises: `ListUnstable` if people who are in no row are to lose the tags.
    """

    def take(records: Sequence[Json], page: int) -> None:
        by_match: dict[str, list[Json]] = {}
        holders: list[tuple[str, list[str], list[str]]] = []
        _refuse(context, records)  # first, since it raises if tags can't be read
        for record in records:
            found = [context.match_of(key) for key in keys_of(context.mapping.match, record)]
            for match in found:
                by_match.setdefault(match, []).append(record)
            tags = record.get("tags") or []
            if context.exactly and {*context.tags} & {*tags} and not context.client.account.policy.protects(record):
                holders.append((record["id"], found, tags))
        context.stage.people.add_records(by_match, page)
        if context.exactly:
            context.stage.replace_holders({record["id"] for record in records}, holders)

    listed = context.kind.list()
    read = read_all_people(context, listed, take, most, f"reading {context.kind.name}s")
    context.stage.page_size = read.size
    if read.ended:
        context.ledger.note_pages(context.lease.sync, read.requests)
        if context.exactly:
            require_agreed(listed, read, context.client.where)
        if not read.agreed:
            log.info("the list of %ss changed whenever it was read", context.kind.name)
    return read.agreed


def read_all_people(context: Context, call: Call[Any], take: Take, most: int | None, what: str) -> Whole:
    """Read a whole list of people, as it was when the run began.

    Args:
        take: Gets the records of each page that have an id, and its number, which is 0 if they were read before.
        most: The most requests to make; None for no limit.
    """
    counts = [0, 0]

    def taken(records: Sequence[Json], page: int) -> None:
        again = not page
        counts[again] += len(records)
        take([record for record in records if record.get("id")], page)
        context.progress(f"{what} again" if again else what, counts[again], 0)

    # A run that creates nobody does not need people who were created just now.
    since = None if context.mode == "update" else context.began
    return context.client.read_whole(call, taken, since=since, most=most)


def page_of(call: Call[Any], number: int, size: int) -> Call[Any]:
    """The call that reads one page of a list."""
    return replace(call, query={**call.query, "limit": str(size), "page": str(number)})


# --- one by one


def _search(context: Context) -> int:
    """Search for everybody who is not known, one by one, and return how many there were.

    Whether each was found is noted in the ledger at once, so that the run resumes there after an interruption.
    """
    people = context.stage.people
    whom = people.to_search()
    total, done = len(whom), 0
    with each(context.client, whom, functools.partial(find, context)) as found:
        for one in found:
            person, records = one.item, one.result
            if one.error is not None:
                people.settle(person.match, "failed", str(one.error))
            elif records:
                people.note_records(person.match, records, searched=True)
                context.ledger.see([seen(context, person.match, records)])
            else:
                people.note_absent(person.match)
                context.ledger.miss([person.match], context.lease.run)
            done += 1
            context.progress(f"looking {context.kind.name}s up", done, total)
    return done


def find(context: Context, person: Staged) -> list[Json]:
    """Search for somebody: all their records, those included that syncs with another `match` know."""
    contacts_or_clients = dict(zip((CLIENTS, CONTACTS), anybody(_searched_for(context, person)), strict=True))
    shown = [one for page in context.client.pages(contacts_or_clients[context.kind]) for one in page]
    ids = {*_known_otherwise(context, [person])[0]} - {person.id, *(one.get("id") for one in shown)}
    return _theirs(context, person, [*shown, *read_ids(context.client, context.kind, sorted(ids))])


def _searched_for(context: Context, person: Staged) -> str:
    if context.kind.phone in context.mapping.match:
        return shared_digits(digits("".join(str(person.fields.get(field) or "") for field in context.kind.number)))
    return str(person.fields[context.mapping.match[0]])


def _theirs(context: Context, person: Staged, records: Iterable[Json]) -> list[Json]:
    """The records that are this person's."""
    return [one for one in records if one.get("id") and person.key in keys_of(context.mapping.match, one)]


# --- by ids that our own state knows


def _read_unlisted(context: Context) -> None:
    """After everybody was read, read the people who were not seen and whose id is known, one request each."""
    people = context.stage.people

    def one(person: Staged) -> Json | None:
        try:
            record: Json = context.client.send(context.kind.get(str(person.id)))
        except NotFound:
            return None
        return record

    _read_known_otherwise(context)
    with each(context.client, people.to_read_by_id(), one) as read:
        for done in read:
            person, record = done.item, done.result
            if isinstance(done.error, WrongRecord):
                joined_opt_out(context, person, done.error.record)
            elif done.error is not None:
                people.settle(person.match, "failed", str(done.error))
            elif record is not None and person.key not in keys_of(context.mapping.match, record):
                joined_opt_out(context, person, record)
            elif record is not None:
                people.note_records(person.match, [record])


def _read_known_otherwise(context: Context) -> None:
    """Read the people who were not seen, and whom a sync with another `match` knows, one request each."""
    people = context.stage.people

    def known() -> Iterator[tuple[Staged, list[str]]]:
        for batch in batches(people.unread_without_id()):
            found = zip(batch, _known_otherwise(context, batch), strict=True)
            yield from ((person, ids) for person, ids in found if ids)

    def one(known: tuple[Staged, list[str]]) -> list[Json]:
        person, ids = known
        return _theirs(context, person, read_ids(context.client, context.kind, ids))

    with each(context.client, known(), one) as read:
        for done in read:
            person, _ = done.item
            if done.error is not None:
                people.settle(person.match, "failed", str(done.error))
            elif done.result:
                people.note_records(person.match, done.result)


def note_details(context: Context, id: str, fields: Json) -> None:
    """Note the number and address that were written to somebody, if the sync matches by something else."""
    context.ledger.note(id, _details(context, fields))


def _known_otherwise(context: Context, people: Sequence[Staged]) -> list[list[str]]:
    """For each of the people the ids that syncs with another `match` have for their number and address."""
    details = [_details(context, person.fields) for person in people]
    ids = context.ledger.ids([*chain.from_iterable(details)])
    return [list(dict.fromkeys(id for one in of for id in ids.get(one, ()))) for of in details]


def _details(context: Context, fields: Json) -> list[str]:
    """The number and address of somebody as the ledger has them, without the one by which they are matched."""
    others = [
        field
        for field in (context.kind.phone, "email")
        if field in context.kind.matches and str(fields.get(field) or "").strip()
    ]
    alone = [(field,) for field in others if (field,) != context.mapping.match]
    return [match_hash(context.client.state, context.kind, one)(key_of(one, fields)) for one in alone]


def joined_opt_out(context: Context, person: Staged, record: Mapping[str, Any] | None) -> bool:
    """Whether somebody's id leads to a record that is another person's by now, and that has opted out.

    Then the two records were merged, and the opt-out may be this person's. It is noted as theirs, so that they are not
    created again.
    """
    if record is None or not context.client.account.policy.protects(record):
        return False
    context.ledger.see([Seen(person.match, str(person.id), True)])
    context.stage.people.note_opted_out(person.match)
    return True


# --- what was found


def _remember(context: Context, everybody: bool) -> None:
    """Note in the ledger and on the stage who is there and, after reading everybody, who is not."""
    people = context.stage.people
    for batch in batches(people.read()):
        known = [seen(context, person.match, person.records or []) for person in batch]
        context.ledger.see(known)
        people.note_seen(known)
    if everybody:
        for batch in batches(people.unread()):
            context.ledger.miss([person.match for person in batch], context.lease.run)
            for person in batch:
                if person.id is not None:
                    context.ledger.lose(person.match)  # deleted at Whautomate
        people.note_unread_absent()


def as_one(context: Context, records: list[Json]) -> Json:
    """What the server has of somebody: the oldest record, with an opt-out through any of them."""
    policy = context.client.account.policy
    for record in records:
        policy.protects(record)  # raises if its tags can't be read
    return functools.reduce(policy.as_one, records)


def seen(context: Context, match: str, records: list[Json]) -> Seen:
    """What the ledger notes of somebody whom the server has."""
    record = as_one(context, records)
    return Seen(match, record["id"], context.client.account.policy.protects(record))


# --- people who opted out elsewhere


def refuse_opted_out_elsewhere(context: Context, most: int) -> bool:
    """Note the numbers of opted-out people of the other kind, with at most `most` requests.

    False if that takes more: then everybody who is created, tagged or moved to a stage is searched for among them.
    """
    other = CLIENTS if context.kind is CONTACTS else CONTACTS

    def take(records: Sequence[Json], page: int) -> None:
        _refuse(context, records)

    return read_all_people(context, other.list(), take, most, f"reading {other.name}s").agreed


def _refuse(context: Context, records: Sequence[Json]) -> None:
    policy = context.client.account.policy
    context.stage.refuse({number for one in records if policy.protects(one) for number in numbers(one)})
