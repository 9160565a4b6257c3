"""Looking people up at the server: by reading everybody page by page, or by a search for each; whichever is cheaper.

Reading everybody counts only where the whole list is known (`client/whole.py`): else each is searched for.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from whautomate_core.api._people import anybody
from whautomate_core.api.call import Call, Json
from whautomate_core.client.whole import Take, Whole, require_agreed
from whautomate_core.people.kinds import CLIENTS, CONTACTS, keys_of
from whautomate_core.people.known import read_ids
from whautomate_core.policy import digits, numbers
from whautomate_core.state.ledger import Seen
from whautomate_core.sync.each import each
from whautomate_core.sync.job import Job
from whautomate_core.sync.rows import matcher
from whautomate_core.sync.staging import Staged, batches
from whautomate_core.sync.unlisted import know_made, known_otherwise, read_unlisted, theirs
from whautomate_core.values.phones import shared_digits
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

FEW = 4
"""Requests within which a list that fits one page is read."""


@dataclass(frozen=True)
class Looked:
    """How people were looked up."""

    way: str
    """By reading everybody or by searches, and why."""
    everybody: bool
    """Whether everybody was read, so that who was not seen is not there."""


def look_up(job: Job) -> Looked:
    """Find out who of the people is there, and what the server has of them.

    Those are looked up whose id is not known, and everybody where the ledger is not trusted, or where it spares reading
    each of them before their PUT.
    """
    know_made(job)
    pages = job.ledger.pages(job.lease.sync)
    all_of_them = not job.trusts or (pages is not None and _put_merges(job))
    unknown = job.staging.count(
        "SELECT count(*) FROM person WHERE outcome IS NULL AND (? OR (id IS NULL AND NOT absent))", (all_of_them,)
    )
    if not unknown and not job.exactly:
        return Looked("none needed", False)
    everybody = False
    if job.exactly or pages is None or pages <= unknown:
        # Where nobody knows how many there are: as many pages as searches would be needed, so that at worst it costs
        # twice as much.
        most = None if job.exactly or pages is not None else max(unknown, 1)
        if job.mode != "update" and (pages is None or pages <= FEW):
            # A list that fits one page need not be read twice then.
            job.client.rest_until(job.began + job.client.account.list_lag)
        everybody = _read_everybody(job, most)
    if everybody:
        read_unlisted(job)
    searched = 0 if everybody else _search(job)
    _remember(job, everybody)
    if everybody:
        return Looked(f"reading everybody, because {counted(unknown, 'search')} would have cost more", True)
    why = "reading everybody would have cost more or the list kept changing"
    return Looked(f"{counted(searched, 'search')}, because {why}", False)


def _put_merges(job: Job) -> bool:
    """Whether one request writes to somebody who was read, where it takes two else."""
    body = {name.partition(".")[0]: None for name in job.mapping.fields}
    return job.mode != "insert" and job.client.profile.spares_reading(job.kind.update("any", {}).path, body)


# --- everybody


def _read_everybody(job: Job, most: int | None) -> bool:
    """Read everybody. False where it takes more than `most` requests, or nobody knows what the list holds.

    Raises: `ListUnstable` where whoever is in no row is to lose the tags.
    """
    match_of = matcher(job)

    def take(records: Sequence[Json], page: int) -> None:
        by_match: dict[str, list[Json]] = {}
        strangers: list[tuple[str, str]] = []
        _refuse(job, records)  # first, since it raises where tags can't be read
        for record in records:
            found = [match_of(key) for key in keys_of(job.mapping.match, record)]
            for match in found:
                by_match.setdefault(match, []).append(record)
            holds = set(job.tags) & set(record.get("tags") or [])
            if job.exactly and holds and not job.client.account.policy.protects(record):
                strangers.append((record["id"], json.dumps(found)))
        _keep(job, by_match, page)
        if job.exactly:
            _keep_strangers(job, records, strangers)

    listed = job.kind.list()
    read = read_all_people(job, listed, take, most, f"reading {job.kind.name}s")
    job.staging.page_size = read.size
    if read.ended:
        job.ledger.note_pages(job.lease.sync, read.requests)
        if job.exactly:
            require_agreed(listed, read, job.client.where)
        if not read.agreed:
            log.info("the list of %ss changed whenever it was read", job.kind.name)
    return read.agreed


def read_all_people(job: Job, call: Call[Any], take: Take, most: int | None, what: str) -> Whole:
    """Read a whole list of people, as it was when the run began.

    Args:
        take: Is given the records of each page that have an id, and its number, 0 where they were read before.
        most: The most requests to make.
    """
    counts = [0, 0]

    def taken(records: Sequence[Json], page: int) -> None:
        again = not page
        counts[again] += len(records)
        take([record for record in records if record.get("id")], page)
        job.progress(f"{what} again" if again else what, counts[again], 0)

    # Who creates nobody has no need of those who came just now.
    since = None if job.mode == "update" else job.began
    return job.client.read_whole(call, taken, since=since, most=most)


def page_of(call: Call[Any], number: int, size: int) -> Call[Any]:
    """What reads one page of a list."""
    return replace(call, query={**call.query, "limit": str(size), "page": str(number)})


def _keep(job: Job, by_match: dict[str, list[Json]], page: int) -> None:
    """Note what the server has of the people we have rows about."""
    for batch in batches(by_match):
        marks = ",".join("?" * len(batch))
        held = job.staging.all(f"SELECT match, records FROM person WHERE match IN ({marks})", batch)  # noqa: S608
        changed = []
        for match, records in held:
            known = {record["id"]: record for record in json.loads(records or "[]")}
            known |= {record["id"]: record for record in by_match[match]}
            changed.append((json.dumps(list(known.values())), page, page, match))
        # Later passes have other pages.
        page_too = "UPDATE person SET records = ?, page = CASE WHEN ? > 0 THEN ? ELSE page END WHERE match = ?"
        job.staging.many(page_too, changed)


def _keep_strangers(job: Job, records: Sequence[Json], strangers: list[tuple[str, str]]) -> None:
    """Note who holds a tag and is in no row."""
    by_id = {record["id"]: record for record in records}
    job.staging.many("DELETE FROM extra WHERE id = ?", [(id,) for id in by_id])
    for id, found in strangers:
        matches = json.loads(found)
        if not matches or not job.staging.matching(matches, "line"):
            job.staging.run(
                "INSERT INTO extra (match, id, held) VALUES (?, ?, ?)",
                (next(iter(matches), None), id, json.dumps(by_id[id].get("tags") or [])),
            )


# --- one by one


def _search(job: Job) -> int:
    """Look for everybody who is not known, one by one, and return how many there were.

    Who is found, and who isn't, is noted in the ledger at once: after an interruption the run goes on from there.
    """
    whom = "outcome IS NULL AND id IS NULL AND records IS NULL AND NOT absent"
    total = job.staging.count(f"SELECT count(*) FROM person WHERE {whom}")  # noqa: S608
    done = 0
    with each(job.client, job.staging.people(whom), functools.partial(find, job)) as found:
        for one in found:
            if one.error is not None:
                job.staging.run(
                    "UPDATE person SET outcome = 'failed', reason = ? WHERE match = ?", (str(one.error), one.item.match)
                )
            elif one.result:
                records = json.dumps(one.result)
                job.staging.run(
                    "UPDATE person SET records = ?, searched = 1 WHERE match = ?", (records, one.item.match)
                )
                job.ledger.see([seen(job, one.item.match, one.result)])
            else:
                job.staging.run("UPDATE person SET absent = 1 WHERE match = ?", (one.item.match,))
                job.ledger.miss([one.item.match], job.lease.run)
            done += 1
            job.progress(f"looking {job.kind.name}s up", done, total)
    return done


def find(job: Job, person: Staged) -> list[Json]:
    """Search for somebody: every record that is theirs, and those that syncs which match otherwise know."""
    contacts_or_clients = dict(zip((CLIENTS, CONTACTS), anybody(_searched_for(job, person)), strict=True))
    shown = [one for page in job.client.pages(contacts_or_clients[job.kind]) for one in page]
    ids = {*known_otherwise(job, [person])[0]} - {person.id, *(one.get("id") for one in shown)}
    return theirs(job, person, [*shown, *read_ids(job.client, job.kind, sorted(ids))])


def _searched_for(job: Job, person: Staged) -> str:
    if job.kind.phone in job.mapping.match:
        return shared_digits(digits("".join(str(person.fields.get(field) or "") for field in job.kind.number)))
    return str(person.fields[job.mapping.match[0]])


# --- what was found


def _remember(job: Job, everybody: bool) -> None:
    """Note in the ledger and beside the rows who is there, and after reading everybody who is not."""
    for batch in batches(job.staging.people("records IS NOT NULL")):
        known = [seen(job, person.match, person.records or []) for person in batch]
        job.ledger.see(known)
        job.staging.many(
            "UPDATE person SET id = ?, opted_out = ?, intent_at = NULL, absent = 0 WHERE match = ?",
            [(one.id, one.opted_out, one.match) for one in known],
        )
    if everybody:
        for batch in batches(job.staging.people("outcome IS NULL AND records IS NULL")):
            job.ledger.miss([person.match for person in batch], job.lease.run)
            for person in batch:
                if person.id is not None:
                    job.ledger.lose(person.match)  # deleted at Whautomate
        job.staging.run("UPDATE person SET absent = 1, id = NULL WHERE outcome IS NULL AND records IS NULL")


def as_one(job: Job, records: list[Json]) -> Json:
    """What the server has of somebody: the oldest record, with an opt-out through any of them."""
    policy = job.client.account.policy
    for record in records:
        policy.protects(record)  # raises where its tags can't be read
    return functools.reduce(policy.as_one, records)


def seen(job: Job, match: str, records: list[Json]) -> Seen:
    """What the ledger notes of somebody whom the server has."""
    record = as_one(job, records)
    return Seen(match, record["id"], job.client.account.policy.protects(record))


# --- who opted out elsewhere


def refuse_opted_out_elsewhere(job: Job, most: int) -> bool:
    """Note the numbers of those who opted out among the other kind of people, making at most so many requests.

    False where there are more: then whoever is created, tagged or staged is searched for among them.
    """
    other = CLIENTS if job.kind is CONTACTS else CONTACTS

    def take(records: Sequence[Json], page: int) -> None:
        _refuse(job, records)

    return read_all_people(job, other.list(), take, most, f"reading {other.name}s").agreed


def _refuse(job: Job, records: Sequence[Json]) -> None:
    policy = job.client.account.policy
    refused = {number for record in records if policy.protects(record) for number in numbers(record)}
    job.staging.many("INSERT OR IGNORE INTO refused VALUES (?)", [(number,) for number in refused])
