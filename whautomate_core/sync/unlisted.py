"""People whom our own state knows and whom a list or search doesn't show: they are read by their ids.

Lists and searches may show new people late. So nobody whose id is known is taken for absent because one is silent.
"""

from __future__ import annotations

import json

from whautomate_core import settling
from whautomate_core.call import Json
from whautomate_core.errors import NotFound
from whautomate_core.once import made_id
from whautomate_core.sync.each import each
from whautomate_core.sync.job import Job
from whautomate_core.sync.kinds import keys_of
from whautomate_core.sync.staging import Staged


def know_made(job: Job) -> None:
    """Note the ids of those whom steps that create one person (not syncs, whose ledger has them) made lately."""
    made_by, account = f"POST {job.kind.list().path}", job.client.account.id
    claims = job.client.state.claims.latest(account, made_by, seconds=settling.SETTLE_AFTER)
    # Claims hold hashes of what was sent, so these are compared.
    made = {tuple(claim.payload.get(field) for field in job.kind.number): made_id(claim) for claim in claims}
    if not made:
        return
    digest = job.client.state.secret.digest
    for person in job.staging.people("outcome IS NULL AND id IS NULL"):
        number = [str(person.fields.get(field) or "") for field in job.kind.number]
        spelt = ([f"+{one.lstrip('+')}" for one in number], [one.lstrip("+") for one in number], number)
        ids = (made.get(tuple(map(digest, one))) for one in spelt)
        if id := next(filter(None, ids), None):
            job.staging.run("UPDATE person SET id = ?, absent = 0 WHERE match = ?", (id, person.match))


def read_unlisted(job: Job) -> None:
    """After everybody was read, read those who were not seen and whose id is known, a request each."""

    def one(person: Staged) -> Json | None:
        try:
            record: Json = job.client.send(job.kind.get(str(person.id)))
        except NotFound:
            return None
        # Under another id it is somebody else, and with another key they have changed: neither is who is meant.
        same = record.get("id") == person.id and person.key in keys_of(job.mapping.match, record)
        return record if same else None

    with each(job.client, job.staging.people("outcome IS NULL AND records IS NULL AND id IS NOT NULL"), one) as read:
        for done in read:
            if done.error is not None:
                outcome = ("failed", str(done.error), done.item.match)
                job.staging.run("UPDATE person SET outcome = ?, reason = ? WHERE match = ?", outcome)
            elif done.result is not None:
                records = (json.dumps([done.result]), done.item.match)
                job.staging.run("UPDATE person SET records = ? WHERE match = ?", records)
