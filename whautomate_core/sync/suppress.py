"""Who opted out elsewhere: the rows of `suppress`. One that can't be read is never taken for one that isn't there."""

from __future__ import annotations

from dataclasses import replace

from whautomate_core.api.call import Json
from whautomate_core.policy import numbers
from whautomate_core.rows.sources import Rows
from whautomate_core.sync.mapping import PeopleMapping, Person, Unfit
from whautomate_core.sync.staging import Staging, batches_of_rows


def stage_suppressed(staging: Staging, mapping: PeopleMapping, rows: Rows, counts: Json) -> None:
    """Read whom a source names to its end: their numbers, and the rows that name nobody with their reasons.

    A row whose number is there names somebody, whatever else is wrong with it.

    Args:
        counts: Is filled with what there was: `rows`, `rejected`, and `suppressed`, nobody yet.
    """
    region = mapping.region_column if mapping.region_column in rows.columns else None
    read = replace(mapping, region_column=region).reader(rows.columns)
    counts.update(rows=0, rejected=0, suppressed=0)
    for batch in batches_of_rows(rows):
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
        wholes = ["".join(person.fields[field] for field in mapping.kind.number) for person in people]
        staging.many("INSERT OR IGNORE INTO suppressed VALUES (?)", [(whole,) for whole in wholes])
        refused = {number for person in people for number in numbers(person.fields)}
        staging.many("INSERT OR IGNORE INTO refused VALUES (?)", [(number,) for number in refused])
        staging.many("INSERT INTO suppress_reject VALUES (?, ?)", rejects)
        counts["rows"] += len(batch)
        counts["rejected"] += len(rejects)
