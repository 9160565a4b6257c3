"""How many rows or records may be concerned before it is a failure: a count, or a share."""

from __future__ import annotations

import logging
from typing import TypeAlias

from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

Threshold: TypeAlias = int | str
"""A count, or a share such as "5%"."""


def check_threshold(name: str, threshold: Threshold | None) -> None:
    """Raise `ConfigurationError` unless a threshold is a count or a share; None means no limit."""
    if threshold is not None:
        limit(name, threshold, 100)


def limit(name: str, threshold: Threshold, of: int) -> float:
    """A threshold as a count, where a share is one of `of`. Raises `ConfigurationError` unless it is either."""
    try:
        if isinstance(threshold, str) and threshold.endswith("%") and 0 <= float(threshold[:-1]) <= 100:
            return float(threshold[:-1]) / 100 * of
        # A template makes the text "5" of the count 5.
        if not isinstance(threshold, bool) and str(threshold).isascii() and str(threshold).isdigit():
            return int(threshold)
    except ValueError:
        pass
    raise ConfigurationError(f'{name} must be a whole number or a share like "5%", not {threshold!r}')


def require_within(
    name: str, threshold: Threshold | None, count: int, of: int, noun: str, what: str, more: str = "nothing was sent"
) -> None:
    """Raise `InvalidRequest` where a count is over a threshold; None means no limit.

    The error reads "3 of 20 classes would be deleted, over max_deleted='10%': nothing was sent".

    Args:
        name: Of the argument that has the threshold.
        threshold: Its value.
        count: How many there are.
        of: What a share is a share of.
        noun: What is counted, in the singular.
        what: What has happened or would happen to them.
        more: What else is to be said, such as why.
    """
    if threshold is not None and count > limit(name, threshold, of):
        raise _over(name, f"{count} of {counted(of, noun)} {what}, over {name}={threshold!r}: {more}")


def require_some_used(rejected: int, rows: int, reasons: str) -> None:
    """Raise `InvalidRequest` where all rows are rejected, whatever the threshold: it is probably the wrong source."""
    if rejected == rows > 0:
        which = "the only row was" if rows == 1 else f"all {rows:,} rows"
        raise _over("max_rejected", f"{which} rejected: {reasons}")


def _over(name: str, message: str) -> InvalidRequest:
    error = InvalidRequest(message)
    error.over = name
    return error


def log_rejected(rejected: int, rows: int, reasons: str) -> None:
    """Log how many rows were rejected and why, if any were.

    Args:
        reasons: As `words.reasons_of` words them.
    """
    if 0 < rejected < rows:  # of all of them `require_some_used` says it
        more = " (more than half; max_rejected limits how many may be)" if 2 * rejected > rows else ""
        log.warning("%d of %s rejected%s: %s", rejected, counted(rows, "row"), more, reasons)
