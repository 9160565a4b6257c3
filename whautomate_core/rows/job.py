"""What the jobs over rows share: reading them, and a report in which every row is counted once."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from whautomate_core.api.call import Json
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
from whautomate_core.rows.sources import Source, rows
from whautomate_core.values.thresholds import Threshold, limit, log_rejected, require_some_used
from whautomate_core.values.words import counted, reasons_of

if TYPE_CHECKING:  # DAG files import this, and must not load HTTP for that
    from whautomate_core.client.usage import Used

log = logging.getLogger(__name__)

ROW_ERRORS = (InvalidRequest, NotFound, OutcomeUnknown, PolicyRefused, UnexpectedResponse)
"""What fails one row and says nothing of the next, unlike a key that is refused, or permits that are used up."""

Numbered: TypeAlias = "tuple[int, dict[str, str]]"
"""The number of a row in its source, and its cells by what they are, as stripped text."""


def read_rows(
    source: Source, mapping: Mapping[str, str], report: Report, storage: Storage = fsspec_storage
) -> Iterator[Numbered]:
    """The rows of a source, by what their cells are; those that can't be read are in the report instead.

    Args:
        mapping: What a cell is -> its column.
    """
    columns = list(dict.fromkeys(mapping.values()))
    for row in rows(source, columns, open_file=partial(open_file, storage=storage)):
        report.rows += 1
        if row.problem:
            report.reject(row.number, row.problem)
        else:
            cells = dict(zip(columns, row.cells, strict=True))
            yield row.number, {name: cells[column] for name, column in mapping.items()}


def check_mapping(mapping: object, required: set[str], optional: set[str]) -> dict[str, str]:
    """`mapping`, what a cell is -> its column. Raises `ConfigurationError` that names what is missing or unknown."""
    if not isinstance(mapping, Mapping) or not all(isinstance(column, str) and column for column in mapping.values()):
        raise ConfigurationError("mapping must be a dict of what a cell is to the name of its column")
    known = ", ".join(sorted(required | optional))
    if missing := sorted(required - mapping.keys()):
        raise ConfigurationError(f"mapping lacks {', '.join(missing)}; it takes {known}")
    if unknown := sorted(map(str, mapping.keys() - required - optional)):
        raise ConfigurationError(f"mapping takes {known}, not {', '.join(unknown)}")
    return dict(mapping)


class Report:
    """What became of each row. `add` and `reject` are called once for each.

    A step that waited for a permit begins anew, and finds what it had changed before as it should be. `changes` are
    then counted as what they were.

    Args:
        used: Of the client that does the work.
        outcomes: What may become of a row.
        changes: Those of them, and of `others`, that change something at Whautomate.
        same: The outcome of rows that find everything as it should be.
    """

    def __init__(self, used: Used, *outcomes: str, changes: Collection[str], same: str) -> None:
        self._changes, self._same, self._earlier = changes, same, used.earlier
        used.changed = self._changed
        self.rows = 0
        self.others: Counter[str] = Counter()
        """What is counted beside the rows, such as records that were removed."""
        self._counts = Counter(dict.fromkeys((*outcomes, "rejected", "protected", "failed", "unsettled"), 0))
        self._rejects: list[Json] = []
        self._logged = 0

    def add(self, outcome: str, count: int = 1) -> None:
        self._counts[outcome] += count

    def reject(self, row: int, reason: str, outcome: str = "rejected") -> None:
        """Count a row that nothing is sent for, or that failed. `reason` holds no personal data."""
        self.add(outcome)
        self._rejects.append({"row": row, "reason": reason})

    def failed(self, row: int, error: WhautomateError) -> None:
        """Count a row whose call failed with one of `ROW_ERRORS`."""
        if isinstance(error, OutcomeUnknown):
            self.reject(row, "nobody knows whether it happened: it is not sent again by itself", "unsettled")
        elif isinstance(error, PolicyRefused):
            self.reject(row, "the person has opted out", "protected")
        else:
            self.reject(row, str(error), "failed")

    @property
    def unsure(self) -> bool:
        """Whether there are rows of which nobody knows what they meant, so that nothing may be taken for gone."""
        return bool(self._counts["rejected"])

    def require_few_rejected(self, max_rejected: Threshold) -> None:
        """Raise `InvalidRequest`, with the commonest reasons, where more rows are rejected than may be, or all."""
        rejected = self._counts["rejected"]
        self._require("max_rejected", max_rejected, rejected)
        require_some_used(rejected, self.rows, self._reasons())
        log_rejected(rejected, self.rows, self._reasons())
        self._logged = len(self._rejects)

    def finish(self, max_failed: Threshold, rejects_path: str | None, storage: Storage = fsspec_storage) -> Json:
        """The counts, once the rejects are written. Raises `InvalidRequest` where more failed than may."""
        if rejects_path is not None:
            write_records(rejects_path, self._rejects, storage=storage)
        if later := self._rejects[self._logged :]:
            log.warning("%s left out: %s", counted(len(later), "row"), _reasons(later))
        self._require("max_failed", max_failed, self._counts["failed"] + self._counts["unsettled"])
        counts = {"rows": self.rows, **self._counts, **self.others}
        for name, count in self._earlier.items():
            counts[name] = counts.get(name, 0) + count
            if name in self._counts:
                counts[self._same] -= count
        return counts

    def _changed(self) -> dict[str, int]:
        """What the step has changed so far, also before it waited for a permit."""
        return {name: self._counts[name] + self.others[name] + self._earlier.get(name, 0) for name in self._changes}

    def _require(self, name: str, threshold: Threshold, count: int) -> None:
        if count > limit(name, threshold, self.rows):
            what = f"{count} of {counted(self.rows, 'row')} {name.removeprefix('max_')}"
            raise InvalidRequest(f"{what}, over {name}={threshold!r}: {self._reasons()}")

    def _reasons(self) -> str:
        return _reasons(self._rejects)


def _reasons(rejects: list[Json]) -> str:
    return reasons_of((one["row"], one["reason"]) for one in rejects)
