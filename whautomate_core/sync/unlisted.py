"""People whom our own state knows and whom a list or search doesn't show: they are read by their ids.

Lists and searches may show new people late. So nobody whose id is known is taken for absent because one is silent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from whautomate_core.call import Json
from whautomate_core.errors import NotFound, WrongRecord
from whautomate_core.known import Known, number_of
from whautomate_core.state.ledger import Seen
from whautomate_core.sync.each import each
from whautomate_core.sync.job import Job
from whautomate_core.sync.kinds import keys_of
from whautomate_core.sync.staging import Staged


def know_made(job: Job) -> None:
    """Note the ids of those whom steps that create one person made lately; those of syncs are in the ledger."""
    known = Known(job.client, job.kind)
    if not known.has_made:
        return
    for person in job.staging.people("outcome IS NULL AND id IS NULL"):
        ids = known.made(number_of(job.kind, person.fields))
        if ids:
            job.staging.run("UPDATE person SET id = ?, absent = 0 WHERE match = ?", (ids[0], person.match))


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
