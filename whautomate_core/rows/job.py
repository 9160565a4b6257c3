"""The engine of jobs over rows: read, reject, deduplicate, plan, apply, report.

A job says what its rows mean (`RowJob`); `run_rows` takes every row from the source to exactly one outcome.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, ClassVar, Protocol

from whautomate_core import telemetry
from whautomate_core.errors import (
    ConfigurationError,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.rows.files import Storage, fsspec_storage, open_file, write_records
from whautomate_core.rows.outcomes import CHANGES, ENDS, Outcome, reporting
from whautomate_core.rows.outputs import require_writable
from whautomate_core.rows.row import Named
from whautomate_core.rows.sources import Source, rows
from whautomate_core.rows.store import Item, Line, Store
from whautomate_core.values.arguments import require_kind
from whautomate_core.values.thresholds import (
    Threshold,
    check_threshold,
    log_rejected,
    require_some_used,
    require_within,
)
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

ROW_ERRORS = (InvalidRequest, NotFound, OutcomeUnknown, PolicyRefused, UnexpectedResponse)
"""Errors that concern one row, and not the next, unlike a key that is refused or permits that are used up."""

Wanted = Iterable[tuple[tuple[str, ...], Any]]
"""What a row asks for: keys, each with JSON. Most rows ask for one thing."""


class LeftOut(Exception):
    """Nothing is sent for a row, or it failed: its outcome and, if it has one, the reason. No personal data in it."""

    def __init__(self, outcome: Outcome, reason: str | None = None) -> None:
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason


class RowJob:
    """What the rows of one job mean. A job is a subclass, and a function that hands it to `run_rows`.

    `run_rows` calls the methods in the order in which they stand here. Only `read` and `apply` are required.
    """

    job: ClassVar[str] = "rows"
    """Name of the function that hands it to `run_rows`, for metrics."""

    outcomes: ClassVar[tuple[Outcome, ...]] = ("created", "updated", "unchanged")
    """The outcomes of a row in addition to `ENDS`. `unchanged` is always one of them."""

    beside: ClassVar[tuple[str, ...]] = ()
    """What is counted in addition to the rows (`outcomes.Beside`), in `report.beside`."""

    report: Report
    """Set by `run_rows`."""

    def prepare(self) -> None:
        """Check what the job is about, once the source is read. What is raised here ends the run."""

    def read(self, cells: Mapping[str, Any]) -> Wanted:
        """What a row asks for, and what identifies it.

        Raises: `InvalidRequest` or `ConfigurationError` to reject the row, `LeftOut` for another outcome. The message
            is the reason that users see.
        """
        raise NotImplementedError

    def choose(self, earlier: Item, later: Item) -> Item:
        """Which of two rows with the same key counts. Raises `LeftOut` if the later one contradicts the earlier.

        Where rows ask for several things, the earlier one must count.
        """
        return later

    def look(self, items: Store) -> None:
        """Read the existing records, and plan. Only reads may be sent. Raises `InvalidRequest` if a limit is
        exceeded."""

    def check(self, item: Item) -> None:
        """Raise as `read` does if the existing records make it impossible to do what a row asks for."""

    def begin(self) -> None:
        """What must be done before the rows, such as making room."""

    def apply(self, item: Item) -> Outcome:
        """Do what a row asks for. `ROW_ERRORS` concern this row only."""
        raise NotImplementedError

    def failed(self, item: Item, error: WhautomateError) -> LeftOut:
        """What an error of `apply` means for its row. Whatever this raises ends the run."""
        if isinstance(error, OutcomeUnknown):
            return LeftOut("unsettled", "its outcome is unknown, so it is not sent again automatically")
        if isinstance(error, PolicyRefused):
            return LeftOut("protected", "the person has opted out")
        return LeftOut("failed", str(error))

    def end(self) -> None:
        """What must be done after the rows, such as removing what they no longer name."""


def run_rows(
    job: RowJob,
    used: Used,
    lines: Iterable[Line],
    *,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> dict[str, Any]:
    """Take every row of a job to its outcome.

    The source is read to its end before the first request, so that no cursor of a database stays open while requests
    wait for permits. Rows wait on disk, not in memory.

    Args:
        job: What the rows mean.
        used: Of the client that does the work.
        lines: The rows (`read_lines`).
        max_rejected: Rows that may be rejected before nothing is sent.
        max_failed: Rows that may fail or be unsettled before the step fails.
        rejects_path: File for the rows that have a reason: `row`, `outcome`, `reason`. It is also written if the
            run is stopped.
        outcomes_path: The same for all rows.
        storage: What opens URLs.

    Returns: Counts: `rows`, those of `job.outcomes` and `ENDS`, and the additional counts.

    Raises: `ConfigurationError` before anything is sent; `InvalidRequest` over the thresholds, or where all rows are
        rejected; what concerns every row.
    """
    check_threshold("max_rejected", max_rejected)
    check_threshold("max_failed", max_failed)
    require_writable(storage=storage, rejects_path=rejects_path, outcomes_path=outcomes_path)
    with Store() as store:
        report = job.report = Report(job, used, store)
        with reporting(report.counts):
            report.rows = store.add_lines(lines)
            try:
                job.prepare()
                _read(job, store, report)
                report.require_few_rejected(max_rejected)
                job.look(store)
                _check(job, store, report)
                report.require_few_rejected(max_rejected)
                report.require_few_failed(max_failed, "nothing was sent: ")
                report.log_rejected()
                job.begin()
                _apply(job, store, report)
                job.end()
            finally:
                # Also if the run is stopped: what was done must not be lost.
                telemetry.rows(job.job, report.counts(), report.outcomes)
                for path, only_reasons in ((rejects_path, True), (outcomes_path, False)):
                    if path is not None:
                        write_records(path, store.outcomes(only_reasons=only_reasons), storage=storage)
            report.log_left_out()
            report.require_few_failed(max_failed)
            return report.counts()


def _read(job: RowJob, store: Store, report: Report) -> None:
    for line in store.lines():
        try:
            if line.problem:
                raise InvalidRequest(line.problem)
            _put(job, store, report, [Item(line.row, key, wanted) for key, wanted in job.read(line.cells)])
        except LeftOut as left:
            report.leave_out(line.row, left)
        except (ConfigurationError, InvalidRequest) as error:
            report.leave_out(line.row, LeftOut("rejected", str(error)))


def _put(job: RowJob, store: Store, report: Report, items: list[Item]) -> None:
    """Store what a row asks for. Where another row asks for the same, one of the two is superseded."""
    is_new = False
    for item in items:
        earlier = store.get(item.key)
        if earlier is not None and job.choose(earlier, item) is earlier:
            continue
        if earlier is not None:
            report.supersede(earlier.row, item.row)
        store.put(item)
        is_new = True
    if items and not is_new and earlier is not None:
        report.supersede(items[0].row, earlier.row)


def _check(job: RowJob, store: Store, report: Report) -> None:
    for item in store.items():
        try:
            job.check(item)
        except LeftOut as left:
            report.leave_out(item.row, left)
            store.drop(item)
        except InvalidRequest as error:
            report.leave_out(item.row, LeftOut("rejected", str(error)))
            store.drop(item)


def _apply(job: RowJob, store: Store, report: Report) -> None:
    for row, items in groupby(store.items(), attrgetter("row")):
        outcome: Outcome | None = None
        left: LeftOut | None = None
        for item in items:
            try:
                found = job.apply(item)
            except ROW_ERRORS as error:
                left = left or job.failed(item, error)
            else:
                outcome = outcome if outcome in CHANGES else found
        if left is not None:
            report.leave_out(row, left)
        elif outcome is not None:
            report.add(row, outcome)


def read_lines(source: Source, mapping: Mapping[str, str], storage: Storage = fsspec_storage) -> Iterator[Line]:
    """The rows of a source, with their cells by what they are.

    Args:
        source: The rows.
        mapping: What a cell is -> its column.
        storage: What opens URLs.
    """
    columns = list(dict.fromkeys(mapping.values()))
    for row in rows(source, columns, open_file=partial(open_file, storage=storage)):
        if row.problem:
            yield Line(row.number, {}, row.problem)
        else:
            cells = dict(zip(columns, row.cells, strict=True))
            yield Line(row.number, {name: cells[column] for name, column in mapping.items()})


def check_mapping(mapping: object, required: set[str], optional: set[str]) -> dict[str, str]:
    """A checked `mapping` of what a cell is to its column; None means that the required columns are named like that.

    Raises: `ConfigurationError` that names what is missing or unknown.
    """
    if mapping is None:
        return {name: Named(name, "mapping") for name in sorted(required)}
    require_kind("mapping", Mapping[str, str], mapping)
    assert isinstance(mapping, Mapping)
    if not all(isinstance(column, str) and column for column in mapping.values()):
        raise ConfigurationError("mapping must be a dict of field to the name of its column")
    known = ", ".join(sorted(required | optional))
    if missing := sorted(required - mapping.keys()):
        raise ConfigurationError(f"mapping lacks {', '.join(missing)}; it takes {known}")
    if unknown := sorted(map(str, mapping.keys() - required - optional)):
        raise ConfigurationError(f"mapping takes {known}, not {', '.join(unknown)}")
    return {name: Named(column, "mapping") for name, column in mapping.items()}


def region_mapping(region_column: str | None) -> dict[str, str]:
    """The cell `region`, if an argument names its column."""
    return {} if region_column is None else {"region": Named(region_column, "region_column")}


class Used(Protocol):
    """What a client knows of a step that waited for a permit and then started again."""

    earlier: Mapping[str, int]
    changed: Callable[[], Mapping[str, int]]


class Report:
    """The outcome of each row. Every row is noted once.

    A step that waited for a permit starts again, and finds unchanged what it had changed before: `counts` adds what
    the earlier attempts changed.
    """

    def __init__(self, job: RowJob, used: Used, store: Store) -> None:
        self.rows = 0
        self.beside: Counter[str] = Counter(dict.fromkeys(job.beside, 0))
        """What is counted in addition to the rows."""
        self._rows = Counter[str](dict.fromkeys((*job.outcomes, *ENDS), 0))
        self._store = store
        self._earlier = used.earlier
        self._changes = CHANGES & {*job.outcomes, *job.beside}
        self._logged = 0
        used.changed = self._changed

    @property
    def outcomes(self) -> Iterable[str]:
        """The outcomes that a row may have."""
        return self._rows.keys()

    def add(self, row: int, outcome: Outcome, reason: str | None = None) -> None:
        """Note the outcome of a row."""
        self._rows[outcome] += 1
        self._store.note(row, outcome, reason)

    def leave_out(self, row: int, left: LeftOut) -> None:
        """Note a row for which nothing is sent, or that failed."""
        self.add(row, left.outcome, left.reason)

    def supersede(self, row: int, by: int) -> None:
        """Note a row in whose place another one counts."""
        self.add(row, "superseded", f"row {by} is about the same and counts instead")

    @property
    def is_unsure(self) -> bool:
        """Whether some rows could not be read, so that nothing may count as gone because no row names it."""
        return bool(self._rows["rejected"] or self._rows["missing"])

    def require_few_rejected(self, max_rejected: Threshold) -> None:
        """Raise `InvalidRequest` where more rows are rejected than may be, or all of them."""
        rejected, reasons = self._rows["rejected"], self._store.reasons(["rejected"])
        require_within("max_rejected", max_rejected, rejected, self.rows, "row", "rejected", reasons)
        require_some_used(rejected, self.rows, reasons)

    def require_few_failed(self, max_failed: Threshold, so_far: str = "") -> None:
        """Raise `InvalidRequest` where more rows failed or are unsettled than may be."""
        failed = self._rows["failed"] + self._rows["unsettled"]
        reasons = so_far + self._store.reasons(["failed", "unsettled"])
        require_within("max_failed", max_failed, failed, self.rows, "row", "failed", reasons)

    def log_rejected(self) -> None:
        """Log how many rows were rejected before anything was sent, and why."""
        log_rejected(self._rows["rejected"], self.rows, self._store.reasons(["rejected"]))

    def log_left_out(self) -> None:
        """Log how many rows were left out or failed in addition to the rejected ones, and why."""
        outcomes: list[Outcome] = ["missing", "full", "protected", "failed", "unsettled"]
        if count := sum(self._rows[one] for one in outcomes):
            log.warning("%s not done: %s", counted(count, "row"), self._store.reasons(outcomes))

    def counts(self) -> dict[str, Any]:
        """The number of rows by outcome, earlier attempts included, then the additional counts."""
        counts = {"rows": self.rows, **self._rows, **self.beside}
        for name, count in self._earlier.items():
            counts[name] = counts.get(name, 0) + count
            if name in self._rows:
                counts["unchanged"] -= count
        return counts

    def _changed(self) -> dict[str, int]:
        """What the step has changed so far, in the attempts before this one too."""
        return {name: self._rows[name] + self.beside[name] + self._earlier.get(name, 0) for name in self._changes}
