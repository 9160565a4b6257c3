"""Reading sources: their rows, and the people they are about, each once, to the stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from whautomate_core.api.call import Json
from whautomate_core.people.kinds import SEPARATOR, hasher, other_keys
from whautomate_core.policy import numbers
from whautomate_core.rows.row import LONGEST_LINE
from whautomate_core.rows.sources import Row, Rows
from whautomate_core.state.forgotten import REASON
from whautomate_core.state.ledger import NOBODY, Confirmed, Result
from whautomate_core.sync.context import Context
from whautomate_core.sync.mapping import PeopleMapping, Person, Unfit, cells_of
from whautomate_core.sync.stage import Line, Stage
from whautomate_core.sync.stage_file import BATCH, batches
from whautomate_core.sync.stage_people import Staged

UNCHANGED = Result("unchanged")
_CONFIRMED_BEFORE = ("unchanged",)
"""The last fields of the line of a row that an earlier run confirmed."""


def read_source(context: Context, rows: Rows) -> int:
    """Read a source to its end, and return how many rows it has.

    A row whose cells are as the ledger has them is not parsed: what it says was confirmed. If several rows are about
    one person, the latest wins, except that a refusal of consent in any of them holds.
    """
    read = context.mapping.reader(rows.columns)
    # Whether a function has changed can't be seen.
    skips = context.trusts and not context.mapping.has_functions
    raw_of = hasher(context.client.state, f"raw 2 {context.mapping.fingerprint()} {json.dumps(context.tags)}")
    count = 0
    for batch in _batches_of_rows(rows):
        taken: list[tuple[Row, str, str | None]] = []
        lines: list[Line] = []
        rejects: list[tuple[int, str, bool]] = []
        for row in batch:
            text = SEPARATOR.join(row.cells)
            if row.problem is None and text.count(SEPARATOR) >= len(row.cells):
                readable = tuple("" if SEPARATOR in cell else cell for cell in row.cells)
                row = Row(row.number, readable, "row holds control characters")
            taken.append((row, text, None if row.problem else raw_of(text)))
        known = context.ledger.known(context.lease.sync, [raw for *_, raw in taken if raw]) if skips else {}
        # What an earlier try of this run did counts as done by this run.
        own = [match for match, run in known.values() if run == context.lease.run]
        earlier = {match: result for match, (*_, result) in context.ledger.payloads(context.lease.sync, own).items()}
        for row, text, raw in taken:
            number, cells, problem = row
            if raw and (confirmed := known.get(raw)):
                match, _ = confirmed
                result = earlier.get(match, _CONFIRMED_BEFORE)
                lines.append(Line(number, match, raw, text, None, None, *result))
                continue
            try:
                person = read(cells, problem)
                lines.append(Line(number, context.match_of(person.key), raw, text, _as_json(person)))
            except Unfit as unfit:
                if unfit.consents or unfit.about is None:
                    rejects.append((number, str(unfit), not unfit.consents))
                else:
                    # The refusal of consent holds, whatever else is wrong with the row.
                    match = context.match_of(unfit.about.key)
                    lines.append(Line(number, match, None, "", _as_json(unfit.about), str(unfit)))
        context.stage.add(lines)
        context.stage.reject(rejects)
        count += len(batch)
        context.progress("reading rows", count, 0)
    context.stage.find_repeated()
    for some in batches(_people(context, read)):
        _stage_people(context, some)
    return count


class _Wanted(NamedTuple):
    """What a row wants of a person. Its repr holds no personal data."""

    row: int
    match: str
    raw: str | None
    unfit: str | None
    key: str
    fields: Json
    consent: bool

    def __repr__(self) -> str:
        return f"_Wanted(row={self.row})"


def _as_json(person: Person) -> str:
    return json.dumps([person.key, person.fields, person.consent])


def _people(context: Context, read: Callable[[tuple[str, ...]], Person]) -> Iterator[_Wanted]:
    """The people whom new and changed rows are about, each once."""
    stage = context.stage
    for row, match, raw, unfit, person in stage.single_lines():
        yield _Wanted(row, match, raw, unfit, *json.loads(person))
    for match, lines in stage.repeated_lines():
        # If none of the rows can be sent, the last one stands for them all.
        fit = [line for line in lines if line[1] is None] or lines[-1:]
        stage.reject((row, unfit, False) for row, unfit, *_ in lines if unfit and (row, unfit) != fit[-1][:2])
        people = [Person(*json.loads(person)) if person else read(cells_of(cells)) for *_, cells, person in fit]
        *earlier, (latest, unfit, *_) = fit
        stage.supersede((row for row, *_ in earlier), latest)
        consent = all(person.consent for person in people) and not any(unfit for _, unfit, *_ in lines)
        # Without a hash of cells, so that each of the rows is parsed again in the next run.
        yield _Wanted(latest, match, None, unfit, people[-1].key, people[-1].fields, consent)


def _stage_people(context: Context, people: Sequence[_Wanted]) -> None:
    """Stage people with what the ledger knows of them."""
    ledger, sync = context.ledger, context.lease.sync
    respelt = {
        context.match_of(other): one.match for one in people for other in other_keys(context.mapping.match, one.key)
    }
    ledger.respell(sync, respelt)
    payload_of = hasher(context.client.state, "payload")
    matches = [one.match for one in people]
    confirmed, identities = ledger.payloads(sync, matches), ledger.people(matches)
    # Only of people without a known number does an e-mail address say that they asked to be forgotten: families share
    # addresses.
    reached = {one.match: numbers(one.fields) or {*filter(None, [one.fields.get("email")])} for one in people}
    forgotten, opted_out = _among_forgotten(context, reached.values())
    staged: list[Staged] = []
    same: list[Confirmed] = []
    for one in people:
        payload = payload_of(json.dumps([one.fields, context.tags if one.consent else [], one.consent], sort_keys=True))
        before, run, result = confirmed.get(one.match, (None, None, UNCHANGED))
        done = result if run == context.lease.run else None
        is_same = context.trusts and before == payload and not one.unfit
        if is_same:
            same.append(Confirmed(one.match, one.raw, payload, str(run), result))
        became, reason = ((done or UNCHANGED) if is_same else None), None
        if reached[one.match] & forgotten:
            became, reason = Result("withheld"), REASON
        who = identities.get(one.match, NOBODY)
        staged.append(
            Staged(
                *(one.match, one.row, one.key, one.fields, one.consent, one.raw, payload, one.unfit),
                id=who.id,
                # A person who was looked for before a create was begun may be there since.
                absent=who.absent == context.lease.run and who.intent_at is None,
                opted_out=who.opted_out or bool(reached[one.match] & opted_out),
                intent_at=who.intent_at,
                done=done,
                result=became,
                reason=reason,
            )
        )
    ledger.confirm(sync, same)  # their cells are written differently now
    # These people lose tags that their row may give again once it is corrected.
    ledger.doubt(sync, [one.match for one in people if one.unfit and one.match in confirmed])
    context.stage.people.add(staged)


def _among_forgotten(context: Context, reached: Iterable[set[str]]) -> tuple[set[str], set[str]]:
    """Numbers and addresses of people who asked to be forgotten, and those of them who had opted out before."""
    everybody = set[str]().union(*reached)
    # A run that only notes opt-outs notes them on every record, also on one that somebody else created since.
    notes_opt_outs = bool(context.tags) and all(map(context.client.account.policy.is_opt_out, context.tags))
    forgotten = context.client.state.forgotten(context.client.account.id)
    asked = forgotten.among(set() if notes_opt_outs else everybody)
    return asked, forgotten.among(everybody, opted_out=True)


def read_suppressed(stage: Stage, mapping: PeopleMapping, rows: Rows, counts: dict[str, Any]) -> None:
    """Read the source of people who opted out elsewhere: their numbers, and the rows that identify nobody.

    A row with a number that can be read identifies a person, whatever else is wrong with it.

    Args:
        counts: Is filled with `rows`, `rejected`, and `suppressed`, which is 0 so far.
    """
    region = mapping.region_column if mapping.region_column in rows.columns else None
    read = replace(mapping, region_column=region).reader(rows.columns)
    counts.update(rows=0, rejected=0, suppressed=0)
    for batch in _batches_of_rows(rows):
        people: list[Person] = []
        rejects: list[tuple[int, str]] = []
        for row in batch:
            try:
                people.append(read(row.cells, row.problem))
            except Unfit as unfit:
                if unfit.about is None:
                    rejects.append((row.number, str(unfit)))
                else:
                    people.append(unfit.about)
        stage.suppress(("".join(one.fields[field] for field in mapping.kind.number) for one in people), rejects)
        stage.refuse({number for one in people for number in numbers(one.fields)})
        counts["rows"] += len(batch)
        counts["rejected"] += len(rejects)


def _batches_of_rows(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of `BATCH`, or fewer if they are large."""
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(map(len, row.cells))
        if len(batch) == BATCH or characters > LONGEST_LINE:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
