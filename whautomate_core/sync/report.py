"""What is told of a run: thresholds that make it a failure, and the file of rows that were not sent."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.sync.mapping import Reject

Threshold = int | str
"""A count of rows, or a share of them such as "5%"."""


def check_threshold(name: str, threshold: Threshold) -> None:
    """Raise `ConfigurationError` unless it is a count or a share."""
    limit(name, threshold, 100)


def require_within(name: str, threshold: Threshold, rejects: list[Reject], rows: int) -> None:
    """Raise `InvalidRequest`, with the commonest reasons, where more than `threshold` of `rows` are in `rejects`."""
    if len(rejects) <= limit(name, threshold, rows):
        return
    reasons = Counter(reject.reason for reject in rejects).most_common(5)
    said = "; ".join(f"{count} x {reason}" for reason, count in reasons)
    raise InvalidRequest(f"{len(rejects)} of {rows} rows, over {name}={threshold!r}: {said}")


def limit(name: str, threshold: Threshold, rows: int) -> float:
    """The threshold as a count of `rows`. Raises `ConfigurationError` unless it is a count or a share."""
    try:
        if isinstance(threshold, int) and not isinstance(threshold, bool) and threshold >= 0:
            return threshold
        if isinstance(threshold, str) and threshold.endswith("%") and 0 <= float(threshold[:-1]) <= 100:
            return float(threshold[:-1]) / 100 * rows
    except ValueError:
        pass
    raise ConfigurationError(f'{name} must be a whole number of rows or a share like "5%", not {threshold!r}')


def require_folder(name: str, path: str | None) -> None:
    """Raise `ConfigurationError` where the folder of a file to be written isn't there."""
    if path is not None and not Path(path).parent.is_dir():
        raise ConfigurationError(f"{name}: its folder does not exist")


def write_rejects(path: str | None, rejects: list[Reject]) -> None:
    """Write one JSON object a line with row number and reason; neither holds personal data."""
    if path is not None:
        lines = [json.dumps({"row": reject.row, "reason": reject.reason}) + "\n" for reject in rejects]
        Path(path).write_text("".join(lines), encoding="utf-8")
