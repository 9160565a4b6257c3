"""People whom our own state knows and whom a list or search doesn't show: they are read by their ids.

Lists and searches may show new people late. So nobody whose id is known is taken for absent because one is silent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.errors import NotFound, WrongRecord
from whautomate_core.people.kinds import key_of, keys_of, match_hash
from whautomate_core.people.known import Known, number_of, read_ids
from whautomate_core.state.ledger import Seen
from whautomate_core.sync.each import each
from whautomate_core.sync.job import Job
from whautomate_core.sync.staging import Staged, batches


def know_made(job: Job) -> None:
    """Note the ids of those whom steps that create one person made lately; those of syncs are in the ledger."""
    known = Known(job.client, job.kind)
    if not known.has_made:
        return
    for person in job.staging.people("outcome IS NULL AND id IS NULL"):
        ids = known.made(number_of(job.kind, person.fields))
        if ids:
            job.staging.run("UPDATE person SET id = ?, absent = 0 WHERE match = ?", (ids[0], person.match))


def note_details(job: Job, id: str, fields: Json) -> None:
    """Note by which number and address somebody was written, where they are matched by something else."""
    job.ledger.note(id, _details(job, fields))


def known_otherwise(job: Job, people: Sequence[Staged]) -> list[list[str]]:
    """For each of the people the ids that syncs which match by something else have for their number and address."""
    details = [_details(job, person.fields) for person in people]
    ids = job.ledger.ids([*chain.from_iterable(details)])
    return [list(dict.fromkeys(id for one in of for id in ids.get(one, ()))) for of in details]


def _details(job: Job, fields: Json) -> list[str]:
    """The number and the address of somebody as the ledger has them, without the one that they are matched by."""
    others = [
        field
        for field in (job.kind.phone, "email")
        if field in job.kind.matches and str(fields.get(field) or "").strip()
    ]
    alone = [(field,) for field in others if (field,) != job.mapping.match]
    return [match_hash(job.client.state, job.kind, one)(key_of(one, fields)) for one in alone]


def joined_opt_out(job: Job, person: Staged, record: Mapping[str, Any] | None) -> bool:
    """Whether the id of somebody leads to a record by now that is another's, and has opted out.

    Then the two were merged, and the opt-out may be theirs: it is noted as such, so that they are not made anew.
    """
    if record is None or not job.client.account.policy.protects(record):
        return False
    job.ledger.see([Seen(person.match, str(person.id), True)])
    job.staging.run("UPDATE person SET opted_out = 1 WHERE match = ?", (person.match,))
    return True


def read_unlisted(job: Job) -> None:
    """After everybody was read, read those who were not seen and whose id is known, a request each."""

    def one(person: Staged) -> Json | None:
        try:
            record: Json = job.client.send(job.kind.get(str(person.id)))
        except NotFound:
            return None
        return record

    _read_known_otherwise(job)
    with each(job.client, job.staging.people("outcome IS NULL AND records IS NULL AND id IS NOT NULL"), one) as read:
        for done in read:
            if isinstance(done.error, WrongRecord):
                joined_opt_out(job, done.item, done.error.record)
            elif done.error is not None:
                outcome = ("failed", str(done.error), done.item.match)
                job.staging.run("UPDATE person SET outcome = ?, reason = ? WHERE match = ?", outcome)
            elif done.result is not None and done.item.key not in keys_of(job.mapping.match, done.result):
                joined_opt_out(job, done.item, done.result)
            elif done.result is not None:
                records = (json.dumps([done.result]), done.item.match)
                job.staging.run("UPDATE person SET records = ? WHERE match = ?", records)


def _read_known_otherwise(job: Job) -> None:
    """Read those who were not seen, and whom a sync knows that matches by something else, a request each."""

    def known() -> Iterator[tuple[Staged, list[str]]]:
        for batch in batches(job.staging.people("outcome IS NULL AND records IS NULL AND id IS NULL")):
            yield from ((person, ids) for person, ids in zip(batch, known_otherwise(job, batch), strict=True) if ids)

    def one(known: tuple[Staged, list[str]]) -> list[Json]:
        person, ids = known
        return theirs(job, person, read_ids(job.client, job.kind, ids))

    with each(job.client, known(), one) as read:
        for done in read:
            person, _ = done.item
            if done.error is not None:
                outcome = ("failed", str(done.error), person.match)
                job.staging.run("UPDATE person SET outcome = ?, reason = ? WHERE match = ?", outcome)
            elif done.result:
                job.staging.run(
                    "UPDATE person SET records = ? WHERE match = ?", (json.dumps(done.result), person.match)
                )


def theirs(job: Job, person: Staged, records: Iterable[Json]) -> list[Json]:
    """Those of the records that are somebody's."""
    return [one for one in records if one.get("id") and person.key in keys_of(job.mapping.match, one)]
