"""Rows of a source -> the people they are about, each once, on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from whautomate_core.sources import Rows
from whautomate_core.state import State
from whautomate_core.state.ledger import NOBODY, Confirmed
from whautomate_core.sync.job import Job
from whautomate_core.sync.kinds import Kind, other_keys
from whautomate_core.sync.mapping import Person, cells_of, text_of
from whautomate_core.sync.staging import Line, Staged, batches

Hash = Callable[[str], str]


def matcher(job: Job) -> Hash:
    """What makes the name of a person, as the ledger has it, of a key (`kinds.key_of`)."""
    return match_hash(job.client.state, job.kind, job.mapping.match)


def match_hash(state: State, kind: Kind, match: Sequence[str]) -> Hash:
    """The same for syncs that match people of a kind by these fields."""
    return _hashed(state, f"match {kind.name} {' '.join(match)}")


def stage(job: Job, rows: Rows) -> int:
    """Read a source to its end, and return how many rows it has.

    A row whose cells the ledger has as they are is not taken apart: what it says was confirmed. Of several rows about
    one person the latest wins, but not over a refusal of consent.
    """
    read = job.mapping.reader(rows.columns)
    # Of functions nobody can tell whether they have changed.
    skips = job.trusts and not job.mapping.has_functions
    raw_of = _hash(job, f"raw 2 {job.mapping.fingerprint()} {json.dumps(job.tags)}")
    match_of, count = matcher(job), 0
    for batch in batches(rows):
        lines: list[Line] = []
        rejects: list[tuple[int, str]] = []
        texts: list[tuple[int, tuple[str, ...], str, str]] = []
        for number, cells, problem in batch:
            try:
                if problem:
                    raise ValueError(problem)
                text = text_of(cells)
                texts.append((number, cells, text, raw_of(text)))
            except UnicodeEncodeError:  # half an emoji, as JavaScript cuts them
                rejects.append((number, "row holds half a character"))
            except ValueError as error:
                rejects.append((number, str(error)))
        known = job.ledger.known(job.lease.sync, [raw for *_, raw in texts]) if skips else {}
        for number, cells, text, raw in texts:
            if confirmed := known.get(raw):
                match, run, outcome = confirmed
                lines.append(Line(number, match, raw, text, None, outcome if run == job.lease.run else "unchanged"))
                continue
            try:
                person = read(cells)
            except ValueError as error:
                rejects.append((number, str(error)))
                continue
            said = json.dumps([person.key, person.fields, person.consent])
            lines.append(Line(number, match_of(person.key), raw, text, said, None))
        job.staging.add(lines)
        job.staging.reject(rejects)
        count += len(batch)
        job.progress("reading rows", count, 0)
    _fold(job, read)
    return count


def _fold(job: Job, read: Callable[[tuple[str, ...]], Person]) -> None:
    """Make people of the lines that have to be looked at."""
    staging = job.staging
    staging.run("CREATE INDEX line_match ON line (match)")
    staging.run("INSERT INTO twice SELECT match FROM line GROUP BY match HAVING count(*) > 1")
    once = staging.run(
        "SELECT row, match, raw, person FROM line WHERE known IS NULL AND match NOT IN (SELECT match FROM twice)"
    )
    for batch in batches(once):
        _put(job, [(row, match, raw, *json.loads(person)) for row, match, raw, person in batch])
    for (match,) in staging.all("SELECT match FROM twice"):
        lines = staging.all("SELECT row, cells, person FROM line WHERE match = ? ORDER BY row", (match,))
        people = [Person(*json.loads(person)) if person else read(cells_of(cells)) for _, cells, person in lines]
        *earlier, latest = (row for row, *_ in lines)
        staging.many("INSERT INTO folded VALUES (?, ?)", [(row, latest) for row in earlier])
        consent = all(person.consent for person in people)
        # Without a hash of cells: each of the rows is looked at again in the next run.
        _put(job, [(latest, match, None, people[-1].key, people[-1].fields, consent)])


def _put(job: Job, people: Sequence[tuple[int, str, str | None, str, Any, bool]]) -> None:
    matches = [match for _, match, *_ in people]
    match_of = matcher(job)
    others = {match_of(one): match for _, match, _, key, *_ in people for one in other_keys(job.mapping.match, key)}
    job.ledger.respell(job.lease.sync, others)
    payload_of = _hash(job, "payload")
    confirmed = job.ledger.payloads(job.lease.sync, matches)
    identities = job.ledger.people(matches)
    same: list[Confirmed] = []
    rows: list[tuple[Any, ...]] = []
    for row, match, raw, key, fields, consent in people:
        payload = payload_of(json.dumps([fields, job.tags if consent else [], consent], sort_keys=True))
        before, run, outcome = confirmed.get(match, (None, None, None))
        done = outcome if run == job.lease.run else None
        unchanged = job.trusts and before == payload
        if unchanged:
            same.append(Confirmed(match, raw, payload, str(run), str(outcome)))
        who = identities.get(match, NOBODY)
        said = (match, row, key, json.dumps(fields), consent, raw, payload)
        # Who was looked for before a create was begun may be there since.
        absent = who.absent == job.lease.run and who.intent_at is None
        known = (who.id, absent, who.opted_out, who.intent_at)
        rows.append((*said, *known, done, (done or "unchanged") if unchanged else None))
    job.ledger.confirm(job.lease.sync, same)  # their cells are written otherwise now
    job.staging.many(
        "INSERT INTO person (match, row, key, fields, consent, raw, payload, id, absent, opted_out, intent_at, done,"
        " outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def finish(job: Job, done: Iterable[tuple[Staged, str]]) -> None:
    """Note people whose state the server has confirmed, with what became of them."""
    confirmed, outcomes = [], []
    for person, outcome in done:
        # Who was written earlier in this run is equal by now.
        if outcome == "unchanged" and person.done:
            outcome = person.done
        confirmed.append(Confirmed(person.match, person.raw, person.payload, job.lease.run, outcome))
        outcomes.append((outcome, person.match))
    job.ledger.confirm(job.lease.sync, confirmed)
    job.staging.many("UPDATE person SET outcome = ?, reason = NULL WHERE match = ?", outcomes)


def _hash(job: Job, purpose: str) -> Hash:
    return _hashed(job.client.state, purpose)


def _hashed(state: State, purpose: str) -> Hash:
    empty = state.secret.hasher(purpose)

    def hash(text: str) -> str:
        one = empty.copy()
        one.update(text.encode())
        return str(one.hexdigest())

    return hash
