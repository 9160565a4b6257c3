"""The stage: the rows of a run on disk, what is known of the people they are about, and what became of them.

All SQL of the stage is here, in `stage_file` (tables), `stage_people` (people) and `tally` (counts, reasons, reports).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import NamedTuple

from whautomate_core.client.pages import PAGE_SIZE
from whautomate_core.sync.stage_file import StageFile
from whautomate_core.sync.stage_people import StagedPeople
from whautomate_core.sync.tally import Tally


class Line(NamedTuple):
    """A row that can be sent, or was sent by an earlier run. Its repr holds no cell."""

    row: int
    match: str
    raw: str | None
    """Hash of the cells; None if the row has to be parsed in the next run."""
    cells: str
    person: str | None
    """What the row says, as JSON; None if the ledger has the row as it is."""
    unfit: str | None = None
    """Why the row can't be sent, if it says at the same time that the person does not consent."""
    outcome: str | None = None
    """What became of the row, if the ledger has it as it is: the fields of `Result`."""
    # Not False: sqlite3 takes longer to bind a bool, 1.2 µs for the three of each row.
    tagged: int = 0
    untagged: int = 0
    protected: int = 0

    def __repr__(self) -> str:
        return f"Line(row={self.row})"


class Other(NamedTuple):
    """Somebody who is in no row. The repr shows the id only."""

    rowid: int
    id: str
    match: str
    """Hash of what identifies them; empty where they are known by their tags only."""
    tags: list[str]

    def __repr__(self) -> str:
        return f"Other({self.id})"


class Stage:
    """The rows of a run. Used by one thread."""

    def __init__(self) -> None:
        self.page_size = PAGE_SIZE
        """Page size of the whole list, by which `Staged.page` counts."""
        self._file = StageFile()
        self.people = StagedPeople(self._file)
        """The people whom rows are about."""
        self.tally = Tally(self._file)
        """Counts, reasons and reports of what became of the rows."""

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.__exit__(kind, error, trace)

    # --- rows

    def add(self, lines: Iterable[Line]) -> None:
        """Add rows."""
        self._file.many(
            "INSERT INTO line (row, match, raw, cells, person, unfit, outcome, tagged, untagged, protected)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            lines,
        )

    def reject(self, rejects: Iterable[tuple[int, str, bool]]) -> None:
        """Note rows that can't be sent: number, reason, and whether a refusal of consent may be lost with the row."""
        self._file.many("INSERT INTO reject VALUES (?, ?, ?)", rejects)

    def supersede(self, rows: Iterable[int], later: int) -> None:
        """Note rows that are about the person of a later row."""
        self._file.many("INSERT INTO superseded VALUES (?, ?)", ((row, later) for row in rows))

    def find_repeated(self) -> None:
        """Find the people who are in several rows. Called once, when all rows were added."""
        self._file.run("CREATE INDEX line_match ON line (match)")
        self._file.run("INSERT INTO repeated SELECT match FROM line GROUP BY match HAVING count(*) > 1")
        self.tally.keep_known()

    def single_lines(self) -> Iterator[tuple[int, str, str | None, str | None, str]]:
        """The new and changed rows about people who are in one row: row, match, raw, unfit, person."""
        return self._file.run(
            "SELECT row, match, raw, unfit, person FROM line"
            " WHERE outcome IS NULL AND match NOT IN (SELECT match FROM repeated)"
        )

    def repeated_lines(self) -> Iterator[tuple[str, list[tuple[int, str | None, str, str | None]]]]:
        """The people who are in several rows, with all of these: match, and lines of row, unfit, cells, person."""
        for (match,) in self._file.all("SELECT match FROM repeated"):
            lines = "SELECT row, unfit, cells, person FROM line WHERE match = ? ORDER BY row"
            yield match, self._file.all(lines, (match,))

    # --- people who are in no row

    def are_in_rows(self, matches: Sequence[str]) -> set[str]:
        """Those of `matches` whom a row is about."""
        marks = ",".join("?" * len(matches))
        return {row[0] for row in self._file.run(f"SELECT match FROM line WHERE match IN ({marks})", matches)}  # noqa: S608

    def replace_holders(self, ids: Iterable[str], holders: Iterable[tuple[str, list[str], list[str]]]) -> None:
        """Note who holds a tag and is in no row, in place of what was noted of the people with these ids.

        Args:
            holders: Id, the matches they may have, and their tags.
        """
        self._file.many("DELETE FROM other WHERE id = ?", ((id,) for id in ids))
        for id, matches, tags in holders:
            if not matches or not self.are_in_rows(matches):
                values = (next(iter(matches), None), id, json.dumps(tags))
                self._file.run("INSERT INTO other (match, id, held) VALUES (?, ?, ?)", values)

    def keep_holders(self) -> None:
        """Let everybody keep the tag who is in no row."""
        self._file.run("UPDATE other SET outcome = 'kept' WHERE held IS NOT NULL")

    def add_gone(self, people: Iterable[tuple[str, str]]) -> None:
        """Note people who are to be deleted: match and id."""
        self._file.many("INSERT INTO other (match, id) VALUES (?, ?)", people)

    def others_to_untag(self) -> list[Other]:
        """The people in no row who are to lose tags."""
        found = self._file.all("SELECT rowid, id, match, held FROM other WHERE outcome IS NULL AND held IS NOT NULL")
        return [Other(rowid, id, match or "", json.loads(held)) for rowid, id, match, held in found]

    def others_to_delete(self) -> list[Other]:
        """The people in no row who are to be deleted."""
        found = self._file.all("SELECT rowid, id, match FROM other WHERE outcome IS NULL AND held IS NULL")
        return [Other(rowid, id, match, []) for rowid, id, match in found]

    def settle_other(self, other: Other, outcome: str, reason: str | None) -> None:
        """Note what became of somebody who is in no row."""
        self._file.run("UPDATE other SET outcome = ?, reason = ? WHERE rowid = ?", (outcome, reason, other.rowid))

    # --- numbers of people who opted out

    def refuse(self, numbers: Iterable[str]) -> None:
        """Note numbers of people who opted out elsewhere."""
        self._file.many("INSERT OR IGNORE INTO refused VALUES (?)", ((number,) for number in numbers))

    def refused(self) -> set[str]:
        """The numbers of people who opted out elsewhere."""
        return {number for (number,) in self._file.run("SELECT number FROM refused")}

    def suppress(self, numbers: Iterable[str], rejects: Iterable[tuple[int, str]]) -> None:
        """Note numbers that `suppress` names, and its rows that identify nobody: number and reason."""
        self._file.many("INSERT OR IGNORE INTO suppressed VALUES (?)", ((number,) for number in numbers))
        self._file.many("INSERT INTO suppress_reject VALUES (?, ?)", rejects)

    def suppressed(self) -> Iterator[tuple[str]]:
        """The numbers that `suppress` names, in order, as rows of one cell."""
        return self._file.run("SELECT number FROM suppressed ORDER BY number")
