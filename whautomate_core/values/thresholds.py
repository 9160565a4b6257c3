"""How much may go wrong before it is a failure: a count, or a share."""

from __future__ import annotations

import logging
from typing import TypeAlias

from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

Threshold: TypeAlias = int | str
"""A count of rows, or a share of them such as "5%"."""


def check_threshold(name: str, threshold: Threshold) -> None:
    """Raise `ConfigurationError` unless it is a count or a share."""
    limit(name, threshold, 100)


def limit(name: str, threshold: Threshold, rows: int) -> float:
    """The threshold as a count of `rows`. Raises `ConfigurationError` unless it is a count or a share."""
    try:
        if isinstance(threshold, str) and threshold.endswith("%") and 0 <= float(threshold[:-1]) <= 100:
            return float(threshold[:-1]) / 100 * rows
        # A template makes the text "5" of the count 5.
        if not isinstance(threshold, bool) and str(threshold).isascii() and str(threshold).isdigit():
            return int(threshold)
    except ValueError:
        pass
    raise ConfigurationError(f'{name} must be a whole number of rows or a share like "5%", not {threshold!r}')


def require_some_used(rejected: int, rows: int, reasons: str) -> None:
    """Raise `InvalidRequest` where all rows are rejected, whatever is permitted: then the source is another."""
    if rejected == rows > 0:
        raise InvalidRequest(f"all {counted(rows, 'row')} rejected: {reasons}")


def log_rejected(rejected: int, rows: int, reasons: str) -> None:
    """Log how many rows were rejected and why, if any were.

    Args:
        reasons: As `words.reasons_of` words them.
    """
    if 0 < rejected < rows:  # of all of them `require_some_used` says it
        more = " (more than half; max_rejected limits how many may be)" if 2 * rejected > rows else ""
        log.warning("%d of %s rejected%s: %s", rejected, counted(rows, "row"), more, reasons)
