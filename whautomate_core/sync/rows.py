"""Rows of a source -> the people they are about, each once, on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from whautomate_core.people.kinds import SEPARATOR, Hash, hasher, match_hash, other_keys
from whautomate_core.policy import numbers
from whautomate_core.rows.sources import Row, Rows
from whautomate_core.state.forgotten import REASON
from whautomate_core.state.ledger import NOBODY, Confirmed
from whautomate_core.sync.job import Job
from whautomate_core.sync.mapping import Person, Unfit, cells_of
from whautomate_core.sync.staging import Line, Staged, batches, batches_of_rows


def matcher(job: Job) -> Hash:
    """What makes the name of a person, as the ledger has it, of a key (`kinds.key_of`)."""
    return match_hash(job.client.state, job.kind, job.mapping.match)


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
    for batch in batches_of_rows(rows):
        taken: list[tuple[Row, str, str | None]] = []
        lines: list[Line] = []
        rejects: list[tuple[int, str, bool]] = []
        for row in batch:
            text = SEPARATOR.join(row.cells)
            if row.problem is None and text.count(SEPARATOR) >= len(row.cells):
                readable = tuple("" if SEPARATOR in cell else cell for cell in row.cells)
                row = Row(row.number, readable, "row holds control characters")
            taken.append((row, text, None if row.problem else raw_of(text)))
        known = job.ledger.known(job.lease.sync, [raw for *_, raw in taken if raw]) if skips else {}
        for row, text, raw in taken:
            number, cells, problem = row
            if raw and (confirmed := known.get(raw)):
                match, run, outcome = confirmed
                lines.append(Line(number, match, raw, text, None, outcome if run == job.lease.run else "unchanged"))
                continue
            try:
                person = read(cells, problem)
                lines.append(Line(number, match_of(person.key), raw, text, _said(person), None))
            except Unfit as unfit:
                if unfit.consents or unfit.about is None:
                    rejects.append((number, str(unfit), not unfit.consents))
                else:
                    # That they don't consent holds, whatever else is wrong with the row.
                    match = match_of(unfit.about.key)
                    lines.append(Line(number, match, None, "", _said(unfit.about), None, str(unfit)))
        job.staging.add(lines)
        job.staging.reject(rejects)
        count += len(batch)
        job.progress("reading rows", count, 0)
    _fold(job, read)
    return count


def _said(person: Person) -> str:
    return json.dumps([person.key, person.fields, person.consent])


def _fold(job: Job, read: Callable[[tuple[str, ...]], Person]) -> None:
    """Make people of the lines that have to be looked at."""
    staging = job.staging
    staging.run("CREATE INDEX line_match ON line (match)")
    staging.run("INSERT INTO twice SELECT match FROM line GROUP BY match HAVING count(*) > 1")
    once = staging.run(
        "SELECT row, match, raw, unfit, person FROM line WHERE known IS NULL AND match NOT IN (SELECT match FROM twice)"
    )
    for batch in batches(once):
        _put(job, [(row, match, raw, unfit, *json.loads(person)) for row, match, raw, unfit, person in batch])
    for (match,) in staging.all("SELECT match FROM twice"):
        lines = staging.all("SELECT row, unfit, cells, person FROM line WHERE match = ? ORDER BY row", (match,))
        # Of rows that can't be sent one stands for them all, where there is no other.
        fit = [line for line in lines if line[1] is None] or lines[-1:]
        staging.reject((row, unfit, False) for row, unfit, *_ in lines if unfit and (row, unfit) != fit[-1][:2])
        people = [Person(*json.loads(person)) if person else read(cells_of(cells)) for *_, cells, person in fit]
        *earlier, (latest, unfit, *_) = fit
        staging.many("INSERT INTO folded VALUES (?, ?)", [(row, latest) for row, *_ in earlier])
        consent = all(person.consent for person in people) and not any(unfit for _, unfit, *_ in lines)
        # Without a hash of cells: each of the rows is looked at again in the next run.
        _put(job, [(latest, match, None, unfit, people[-1].key, people[-1].fields, consent)])


def _put(job: Job, people: Sequence[tuple[int, str, str | None, str | None, str, Any, bool]]) -> None:
    matches = [match for _, match, *_ in people]
    match_of = matcher(job)
    others = {match_of(one): match for _, match, _, _, key, *_ in people for one in other_keys(job.mapping.match, key)}
    job.ledger.respell(job.lease.sync, others)
    payload_of = _hash(job, "payload")
    confirmed = job.ledger.payloads(job.lease.sync, matches)
    identities = job.ledger.people(matches)
    # Of whom no number is known, an e-mail address tells whether they asked to be forgotten. Families share them.
    reached = {match: numbers(fields) or {*filter(None, [fields.get("email")])} for _, match, *_, fields, _ in people}
    # Only their opt-outs are noted, wherever they are there again.
    notes_opt_outs = bool(job.tags) and all(map(job.client.account.policy.is_opt_out, job.tags))
    asked = set[str]() if notes_opt_outs else set[str]().union(*reached.values())
    forgotten = job.client.state.forgotten(job.client.account.id).among(asked)
    everybody = set[str]().union(*reached.values())
    opted_out = job.client.state.forgotten(job.client.account.id).among(everybody, opted_out=True)
    same: list[Confirmed] = []
    rows: list[tuple[Any, ...]] = []
    for row, match, raw, unfit, key, fields, consent in people:
        payload = payload_of(json.dumps([fields, job.tags if consent else [], consent], sort_keys=True))
        before, run, outcome = confirmed.get(match, (None, None, None))
        done = outcome if run == job.lease.run else None
        unchanged = job.trusts and before == payload and not unfit
        if unchanged:
            same.append(Confirmed(match, raw, payload, str(run), str(outcome)))
        who = identities.get(match, NOBODY)
        said = (match, row, key, json.dumps(fields), consent, raw, payload, unfit)
        # Who was looked for before a create was begun may be there since.
        absent = who.absent == job.lease.run and who.intent_at is None
        known = (who.id, absent, who.opted_out or bool(reached[match] & opted_out), who.intent_at)
        outcome, reason = ((done or "unchanged") if unchanged else None), None
        if reached[match] & forgotten:
            outcome, reason = "withheld", REASON
        rows.append((*said, *known, done, outcome, reason))
    job.ledger.confirm(job.lease.sync, same)  # their cells are written otherwise now
    # They lose tags that their row, once it is mended, may give again.
    job.ledger.doubt(job.lease.sync, [match for _, match, _, unfit, *_ in people if unfit and match in confirmed])
    job.staging.many(
        "INSERT INTO person (match, row, key, fields, consent, raw, payload, unfit, id, absent, opted_out, intent_at,"
        " done, outcome, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def finish(job: Job, done: Iterable[tuple[Staged, str]]) -> None:
    """Note people whose state the server has confirmed, with what became of them."""
    confirmed, outcomes = [], []
    for person, outcome in done:
        # Who was written earlier in this run is equal by now.
        if outcome == "unchanged" and person.done:
            outcome = person.done
        if person.unfit:
            outcome = (
                "rejected+untagged" if "untagged" in outcome else "rejected"
            )  # and the row is none to be confirmed
        else:
            confirmed.append(Confirmed(person.match, person.raw, person.payload, job.lease.run, outcome))
        outcomes.append((outcome, person.match))
    job.ledger.confirm(job.lease.sync, confirmed)
    job.staging.many("UPDATE person SET outcome = ?, reason = unfit WHERE match = ?", outcomes)


def _hash(job: Job, purpose: str) -> Hash:
    return hasher(job.client.state, purpose)
