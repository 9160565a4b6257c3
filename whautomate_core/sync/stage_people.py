"""The people of the stage: what rows say of them, what the server has of them, and what is to be done."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from whautomate_core.api.call import Json
from whautomate_core.state.ledger import Result, Seen
from whautomate_core.sync.stage_file import BATCH, StageFile, batches


@dataclass(frozen=True)
class Change:
    """How a person who is there differs from what a row says. The repr holds no personal data."""

    fields: Json = field(repr=False)
    """Fields to write."""
    lacks: list[str]
    """Tags to give."""
    holds: list[str]
    """Tags to take."""
    protected: bool
    """Whether the person has opted out, and so does not get a tag or stage that the row gives."""

    @property
    def is_none(self) -> bool:
        return not (self.fields or self.lacks or self.holds)


@dataclass(frozen=True, repr=False)
class Staged:
    """Somebody whom rows are about. It has no repr, since it is about people."""

    match: str
    row: int
    key: str
    fields: Json
    consent: bool
    raw: str | None
    payload: str
    unfit: str | None = None
    """Why only their tags are written: their row can't be sent, and says that they do not consent."""
    id: str | None = None
    absent: bool = False
    opted_out: bool = False
    intent_at: float | None = None
    done: Result | None = None
    """What became of their row earlier in this run."""
    result: Result | None = None
    reason: str | None = None
    action: str | None = None
    change: Change | None = None
    records: list[Json] | None = None
    searched: bool = False
    """Whether `records` are what a search for them shows: all of theirs."""
    page: int = 0
    """The page of the whole list that showed them, 0 if none did."""
    read_at: float | None = None
    """When they were read again, by the clock that runs on while the machine sleeps."""


@dataclass(frozen=True)
class Decision:
    """What is to be done with somebody, or why nothing is."""

    action: str | None = None
    change: Change | None = None
    result: Result | None = None
    reason: str | None = None


_COLUMNS = (
    "match, row, key, fields, consent, raw, payload, unfit, id, absent, opted_out, intent_at, done, done_tagged,"
    " done_untagged, done_protected, outcome, tagged, untagged, protected, reason, action, change, records, searched,"
    " page"
)
_SET_RESULT = "outcome = ?, tagged = ?, untagged = ?, protected = ?, reason = ?"
_UNDECIDED = "outcome IS NULL"
_UNREAD = f"{_UNDECIDED} AND records IS NULL"


class Selection:
    """People on whom a condition holds, in the order of pages, then rows. They may be changed meanwhile."""

    def __init__(self, file: StageFile, condition: str) -> None:
        self._file, self._condition = file, condition

    def __len__(self) -> int:
        return self._file.count(f"SELECT count(*) FROM person WHERE {self._condition}")  # noqa: S608

    def __iter__(self) -> Iterator[Staged]:
        last = (-1, -1)
        while True:
            found = self._file.all(
                f"SELECT {_COLUMNS} FROM person WHERE (page, row) > (?, ?) AND ({self._condition})"  # noqa: S608
                f" ORDER BY page, row LIMIT {BATCH}",
                last,
            )
            yield from map(_staged, found)
            if len(found) < BATCH:
                return
            last = (found[-1][-1], found[-1][1])


class StagedPeople:
    """The people whom rows are about. Used by one thread."""

    def __init__(self, file: StageFile) -> None:
        self._file = file

    def add(self, people: Iterable[Staged]) -> None:
        """Add people, as their rows and the ledger have them."""
        self._file.many(
            "INSERT INTO person (match, row, key, fields, consent, raw, payload, unfit, id, absent, opted_out,"
            " intent_at, done, done_tagged, done_untagged, done_protected, outcome, tagged, untagged, protected,"
            " reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            map(_inserted, people),
        )

    # --- who

    def all(self) -> Selection:
        """Everybody."""
        return self._whose("1")

    def undecided(self) -> Selection:
        """Those of whom nobody has decided what is to be done."""
        return self._whose(_UNDECIDED)

    def without_id(self) -> Selection:
        """Those whose id is not known."""
        return self._whose(f"{_UNDECIDED} AND id IS NULL")

    def to_look_up(self) -> Selection:
        """Those whose id is not known, without those whom this run looked for and did not find."""
        return self._whose(f"{_UNDECIDED} AND id IS NULL AND NOT absent")

    def to_search(self) -> Selection:
        """Those of `to_look_up` who were not read."""
        return self._whose(f"{_UNREAD} AND id IS NULL AND NOT absent")

    def to_read_by_id(self) -> Selection:
        """Those who were not read and whose id is known."""
        return self._whose(f"{_UNREAD} AND id IS NOT NULL")

    def unread_without_id(self) -> Selection:
        """Those who were not read and whose id is not known."""
        return self._whose(f"{_UNREAD} AND id IS NULL")

    def unread(self) -> Selection:
        """Those who were not read."""
        return self._whose(_UNREAD)

    def read(self) -> Selection:
        """Those who were read."""
        return self._whose("records IS NOT NULL")

    def reached(self, *, by_tags: bool) -> Selection:
        """Those whom what was decided may message through automations: who is created, tagged or moved to a stage.

        Args:
            by_tags: Whether the tags of the run are any but opt-out tags.
        """
        changes = [
            "json_type(change, '$.fields.stage') IS NOT NULL",
            "change IS NULL AND json_type(fields, '$.stage') IS NOT NULL",
        ]
        if by_tags:
            changes += ["json_array_length(change, '$.lacks') > 0", "change IS NULL AND consent"]
        return self._whose(f"{_UNDECIDED} AND (action = 'create' OR action = 'write' AND ({' OR '.join(changes)}))")

    def to_do(self) -> Selection:
        """Those with whom something is to be done."""
        return self._whose(f"{_UNDECIDED} AND action IS NOT NULL")

    def to_untag(self) -> Selection:
        """Those who are to lose tags."""
        return self._whose(f"{_UNDECIDED} AND action IS NOT NULL AND json_array_length(change, '$.holds') > 0")

    def to_create(self) -> Selection:
        """Those who are to be created."""
        return self._whose(f"{_UNDECIDED} AND action = 'create'")

    def to_create_with_tags(self) -> Selection:
        """Those who are to be created and who consent."""
        return self._whose("action = 'create' AND consent")

    def to_write(self) -> Selection:
        """Those who are there and are to be written."""
        return self._whose(f"{_UNDECIDED} AND action = 'write'")

    def to_compare(self) -> Selection:
        """Those who are there, and are read before it is known what is to be written."""
        return self._whose("action = 'write' AND change IS NULL")

    def to_retry(self) -> Selection:
        """Those whose id turned out to name nobody, or somebody else."""
        return self._whose(f"{_UNDECIDED} AND action = 'retry'")

    def unsettled_creates(self) -> Selection:
        """Those whose creation by this run got no clear answer."""
        return self._whose("outcome = 'unsettled' AND action IN ('create', 'retry')")

    def changes(self) -> Iterator[Change]:
        """What is to be written to each person who was compared."""
        for (text,) in self._file.run("SELECT change FROM person WHERE action = 'write' AND change IS NOT NULL"):
            yield _read_change(text)

    # --- what is known of them

    def note_id(self, match: str, id: str) -> None:
        """Note the id of somebody who was created lately."""
        self._file.run("UPDATE person SET id = ?, absent = 0 WHERE match = ?", (id, match))

    def note_opted_out(self, match: str) -> None:
        """Note that somebody has opted out."""
        self._file.run("UPDATE person SET opted_out = 1 WHERE match = ?", (match,))

    def note_absent(self, match: str) -> None:
        """Note that somebody was searched for and not found."""
        self._file.run("UPDATE person SET absent = 1 WHERE match = ?", (match,))

    def note_records(self, match: str, records: list[Json], *, searched: bool = False) -> None:
        """Note what the server has of somebody.

        Args:
            searched: Whether a search for them shows these records.
        """
        values = (json.dumps(records), searched, match)
        self._file.run("UPDATE person SET records = ?, searched = max(searched, ?) WHERE match = ?", values)

    def add_records(self, by_match: Mapping[str, list[Json]], page: int) -> None:
        """Add records that a page of the whole list shows to those that are known of the people.

        Args:
            by_match: The records of each match; matches whom no row is about are left out.
            page: Number of the page; 0 keeps the one that was noted, since later passes have other pages.
        """
        for batch in batches(by_match):
            marks = ",".join("?" * len(batch))
            held = self._file.all(f"SELECT match, records FROM person WHERE match IN ({marks})", batch)  # noqa: S608
            changed = []
            for match, text in held:
                records = {record["id"]: record for record in json.loads(text or "[]")}
                records |= {record["id"]: record for record in by_match[match]}
                changed.append((json.dumps(list(records.values())), page, page, match))
            self._file.many(
                "UPDATE person SET records = ?, page = CASE WHEN ? > 0 THEN ? ELSE page END WHERE match = ?", changed
            )

    def note_seen(self, seen: Iterable[Seen]) -> None:
        """Note whom the server has; that settles an intent."""
        self._file.many(
            "UPDATE person SET id = ?, opted_out = ?, intent_at = NULL, absent = 0 WHERE match = ?",
            ((one.id, one.opted_out, one.match) for one in seen),
        )

    def note_unread_absent(self) -> None:
        """Note that everybody who was not read is not there."""
        self._file.run(f"UPDATE person SET absent = 1, id = NULL WHERE {_UNREAD}")  # noqa: S608

    # --- what is to be done, and what became of them

    def decide(self, decisions: Iterable[tuple[str, Decision]]) -> None:
        """Note what is to be done with people: match and decision."""
        self._file.many(
            f"UPDATE person SET {_SET_RESULT}, action = ?, change = ? WHERE match = ?",  # noqa: S608
            (
                (
                    *result_columns(one.result),
                    one.reason,
                    one.action,
                    one.change and json.dumps(asdict(one.change)),
                    match,
                )
                for match, one in decisions
            ),
        )

    def retry(self, match: str) -> None:
        """Let somebody be looked up again, since their id names nobody any more, or somebody else."""
        self._file.run(
            "UPDATE person SET action = 'retry', id = NULL, records = NULL, searched = 0, page = 0 WHERE match = ?",
            (match,),
        )

    def settle(self, match: str, outcome: str, reason: str | None = None) -> None:
        """Note what became of somebody whom the server did not confirm."""
        self._file.run(
            f"UPDATE person SET {_SET_RESULT} WHERE match = ?",  # noqa: S608
            (*Result(outcome), reason, match),
        )

    def give_up_create(self, match: str) -> None:
        """Forget that somebody was to be created by this run: another run has begun it."""
        self._file.run("UPDATE person SET action = NULL WHERE match = ?", (match,))

    def confirm(self, results: Iterable[tuple[str, Result]]) -> None:
        """Note what became of people, as the server confirmed it: match and result."""
        self._file.many(
            "UPDATE person SET outcome = ?, tagged = ?, untagged = ?, protected = ?, reason = unfit WHERE match = ?",
            ((*result, match) for match, result in results),
        )

    def _whose(self, condition: str) -> Selection:
        return Selection(self._file, condition)


def result_columns(result: Result | None) -> Sequence[Any]:
    """The values of the columns outcome, tagged, untagged and protected."""
    return (None, 0, 0, 0) if result is None else result


def _inserted(one: Staged) -> Sequence[Any]:
    return (
        *(one.match, one.row, one.key, json.dumps(one.fields), one.consent, one.raw, one.payload, one.unfit),
        *(
            one.id,
            one.absent,
            one.opted_out,
            one.intent_at,
            *result_columns(one.done),
            *result_columns(one.result),
            one.reason,
        ),
    )


def _staged(row: Sequence[Any]) -> Staged:
    match, number, key, fields, consent, raw, payload, unfit, id, absent, opted_out, intent_at, *rest = row
    done, result, (reason, action, change, records, searched, page) = rest[:4], rest[4:8], rest[8:]
    return Staged(
        *(match, number, key, json.loads(fields), bool(consent), raw, payload, unfit),
        *(id, bool(absent), bool(opted_out), intent_at, _read_result(done), _read_result(result), reason),
        *(action, change and _read_change(change), records and json.loads(records), bool(searched), page),
    )


def _read_result(columns: Sequence[Any]) -> Result | None:
    outcome, *flags = columns
    return None if outcome is None else Result(outcome, *map(bool, flags))


def _read_change(text: str) -> Change:
    return Change(**json.loads(text))
