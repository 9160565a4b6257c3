"""What became of the rows of a run: counts, the commonest reasons, and the lines of the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from whautomate_core.sync.stage_file import StageFile
from whautomate_core.values.words import reason_line

_SUMS = "outcome, count(*), sum(tagged), sum(untagged), sum(protected)"


class Reasons(StrEnum):
    """Which rows: the value is the query of their reasons and row numbers."""

    REJECTED = (
        "SELECT reason, row FROM rejected UNION ALL"
        " SELECT reason, row FROM person WHERE outcome = 'rejected' AND unfit IS NULL"
    )
    REFUSING = "SELECT reason, row FROM reject WHERE refuses"
    """Rows that do not say yes to consent, of people who can't be identified."""
    SUPPRESS = "SELECT reason, row FROM suppress_reject"
    """Rows of `suppress` that identify nobody."""
    FAILED = "SELECT reason, row FROM person WHERE outcome IN ('failed', 'unsettled')"
    UNDONE = (
        "SELECT reason, row FROM person WHERE outcome IN ('failed', 'unsettled')"
        " UNION ALL SELECT reason, NULL FROM other WHERE outcome = 'failed'"
    )
    """Rows that failed or are unsettled, and people in no row who were to lose tags or be deleted, and could not."""


class Reject(NamedTuple):
    """A row that was not used as it is."""

    source: str
    """`source` or `suppress`."""
    row: int
    outcome: str
    reason: str | None
    key: str | None
    """What identifies the person, if that is known."""


class Used(NamedTuple):
    """A row of the source, with what became of it."""

    row: int
    outcome: str | None
    """None if a run that was stopped had not come to it."""
    tagged: bool
    untagged: bool
    protected: bool
    reason: str | None
    key: str | None
    id: str | None
    match: str | None


class Tally:
    """Counts and reasons, read from the stage."""

    def __init__(self, file: StageFile) -> None:
        self._file = file
        self._known: list[tuple[str, int, int, int, int]] | None = None

    @property
    def rejected(self) -> int:
        """How many rows can't be sent as they are. Some of them may be about people of whom nothing is known."""
        return self._file.count("SELECT count(*) FROM rejected")

    @property
    def duplicates(self) -> int:
        """How many records the people of the rows have besides one each."""
        extra = "SELECT sum(json_array_length(records) - 1) FROM person WHERE records IS NOT NULL"
        return self._file.count(extra)

    def outcomes(self) -> Counter[str]:
        """How many rows came to which outcome so far, and how many were `tagged`, `untagged` and `protected`.

        Of people in no row: `untagged`, `deleted`, `kept`, and `undone` for those who were to lose a tag or to be
        deleted and could not.
        """
        counts = Counter[str](
            rejected=self._file.count("SELECT count(*) FROM reject")
            + self._file.count("SELECT count(*) FROM person WHERE unfit IS NOT NULL AND outcome IS NULL"),
            superseded=self._file.count("SELECT count(*) FROM superseded"),
        )
        people = f"SELECT {_SUMS} FROM person WHERE outcome IS NOT NULL GROUP BY outcome"  # noqa: S608
        known = self._known_lines() if self._known is None else self._known
        for outcome, count, tagged, untagged, protected in (*known, *self._file.all(people)):
            counts.update({outcome: count})
            counts.update(tagged=tagged, untagged=untagged, protected=protected)
        for outcome, count in self._file.all("SELECT outcome, count(*) FROM other GROUP BY outcome"):
            counts["undone" if outcome == "failed" else outcome] += count if outcome != "withheld" else 0
        return counts

    def keep_known(self) -> None:
        """Count the rows that the ledger has as they are. Called once all rows were added: then they don't change, and
        there may be millions of them."""
        self._known = self._known_lines()

    def _known_lines(self) -> list[tuple[str, int, int, int, int]]:
        return self._file.all(
            f"SELECT {_SUMS} FROM line WHERE outcome IS NOT NULL AND match NOT IN (SELECT match FROM repeated)"  # noqa: S608
            " GROUP BY outcome"
        )

    def tagging(self) -> Counter[str]:
        """How many rows came to which outcome of a job that gives a tag."""
        outcomes = self.outcomes()
        same = ("missing", "rejected", "superseded", "failed", "unsettled", "untagged", "kept")
        counts = Counter[str]({name: outcomes[name] for name in same})
        unchanged = (
            "SELECT CASE WHEN NOT consent THEN 'no_consent' WHEN tagged THEN 'tagged' WHEN protected THEN 'protected'"
            " ELSE 'unchanged' END, count(*) FROM person WHERE outcome = 'unchanged' GROUP BY 1"
        )
        counts.update(dict(self._file.all(unchanged)))
        counts["protected"] += outcomes["withheld"]
        return counts

    def count(self, rows: Reasons) -> int:
        """How many rows there are of a sort."""
        return self._file.count(f"SELECT count(*) FROM ({rows})")  # noqa: S608

    def reasons(self, rows: Reasons) -> str:
        """The five commonest reasons of rows of a sort, with the first rows of each."""
        commonest = f"SELECT reason, count(*) FROM ({rows}) GROUP BY reason ORDER BY 2 DESC, 1 LIMIT 5"  # noqa: S608
        first = f"SELECT row FROM ({rows}) WHERE reason IS ? AND row IS NOT NULL ORDER BY row LIMIT 3"  # noqa: S608
        return "; ".join(
            reason_line(reason, count, [row for (row,) in self._file.all(first, (reason,))])
            for reason, count in self._file.all(commonest)
        )

    def rejects(self) -> Iterator[Reject]:
        """The rows that were not used as they are, in order."""
        query = (
            "SELECT 'source', row, 'rejected', reason, NULL FROM reject UNION ALL "
            "SELECT 'source', s.row, 'superseded', 'same person as row ' || s.later, p.key"
            " FROM superseded s JOIN line l ON l.row = s.row LEFT JOIN person p ON p.match = l.match UNION ALL "
            "SELECT 'source', row, outcome, reason, key FROM person"
            " WHERE outcome IN ('failed', 'unsettled', 'withheld', 'rejected') AND unfit IS NULL UNION ALL "
            "SELECT 'source', row, CASE outcome WHEN 'failed' THEN 'failed' WHEN 'unsettled' THEN 'unsettled'"
            " ELSE 'rejected' END, coalesce(reason, unfit), key FROM person WHERE unfit IS NOT NULL UNION ALL "
            "SELECT 'suppress', row, 'rejected', reason, NULL FROM suppress_reject ORDER BY 1, 2"
        )
        return map(Reject._make, self._file.run(query))

    def rows(self) -> Iterator[Used]:
        """All rows of the source, in order."""
        query = (
            "SELECT row, 'rejected', 0, 0, 0, reason, NULL, NULL, NULL FROM reject UNION ALL "
            "SELECT s.row, 'superseded', 0, 0, 0, 'same person as row ' || s.later, NULL, NULL, l.match"
            " FROM superseded s LEFT JOIN line l ON l.row = s.row UNION ALL "
            "SELECT row, outcome, tagged, untagged, protected, NULL, NULL, NULL, match FROM line"
            " WHERE outcome IS NOT NULL AND match NOT IN (SELECT match FROM repeated) UNION ALL "
            "SELECT row, outcome, tagged, untagged, protected, reason, key, id, match FROM person ORDER BY 1"
        )
        for row, outcome, tagged, untagged, protected, *rest in self._file.run(query):
            yield Used(row, outcome, bool(tagged), bool(untagged), bool(protected), *rest)
