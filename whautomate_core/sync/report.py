"""The report of a run: its counts, the thresholds that make it fail, and files of what became of each row."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from whautomate_core.api.call import Json
from whautomate_core.errors import StateUnavailable
from whautomate_core.people.kinds import SEPARATOR
from whautomate_core.policy import digits
from whautomate_core.rows.files import Storage, write_records
from whautomate_core.sync.options import Show
from whautomate_core.sync.stage_file import batches
from whautomate_core.sync.tally import Reasons, Tally
from whautomate_core.values.thresholds import Threshold, log_rejected, require_some_used, require_within
from whautomate_core.values.words import counted

if TYPE_CHECKING:  # DAG files import the jobs, and must not load a database for that
    from whautomate_core.state.ledger import Ledger

log = logging.getLogger(__name__)

OUTCOMES = (
    "created", "updated", "unchanged", "missing", "existing", "withheld", "rejected", "superseded", "failed",
    "unsettled",
)  # fmt: skip
"""Each row comes to one of these."""

ADDED = ("tagged", "untagged", "protected")
"""Counted besides."""

TAGGING = (
    "tagged", "unchanged", "protected", "no_consent", "missing", "rejected", "superseded", "failed", "unsettled",
    "untagged", "kept",
)  # fmt: skip
"""The counts of a job that gives a tag: each row comes to one of them, except that `untagged` and `kept` count people
in no row and people who refuse consent."""


def require_few_rejected(threshold: Threshold, tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest`, with the commonest reasons, if more rows are rejected than may be."""
    reasons = tally.reasons(Reasons.REJECTED)
    require_within("max_rejected", threshold, tally.outcomes()["rejected"], rows, "row", "rejected", reasons)


def require_few_failed(threshold: Threshold, tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest`, with the commonest reasons, if more rows failed or are unsettled than may be.

    People in no row who were to lose a tag or to be deleted, and could not, count as well.
    """
    counts = tally.outcomes()
    failed = counts["failed"] + counts["unsettled"] + counts["undone"]
    require_within("max_failed", threshold, failed, rows, "row", "failed", tally.reasons(Reasons.UNDONE))


def require_usable(tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest` if all rows are rejected."""
    require_some_used(tally.outcomes()["rejected"], rows, tally.reasons(Reasons.REJECTED))


def require_few_refusing(threshold: Threshold, tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest` if more rows than may be do not say yes to consent and identify nobody."""
    what = "do not say yes to consent and identify nobody, so a person who refuses would keep the tags"
    _require_few("max_consent_rejected", threshold, tally, Reasons.REFUSING, rows, "row", what)


def require_few_suppress_rejected(threshold: Threshold, tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest` if more rows of `suppress` than may be identify nobody."""
    what = "can't be read, so a person who opted out might be messaged"
    _require_few("max_suppress_rejected", threshold, tally, Reasons.SUPPRESS, rows, "row of suppress", what)


def _require_few(
    name: str, threshold: Threshold, tally: Tally, which: Reasons, rows: int, noun: str, what: str
) -> None:
    more = f"nothing was sent: {tally.reasons(which)}"
    require_within(name, threshold, tally.count(which), rows, noun, what, more)


def log_unusable(tally: Tally, rows: int) -> None:
    """Log which rows were rejected, and why."""
    log_rejected(tally.outcomes()["rejected"], rows, tally.reasons(Reasons.REJECTED))


def log_unsuppressed(tally: Tally, rows: int) -> None:
    """Log which rows of `suppress` identify nobody, and why."""
    if rejected := tally.count(Reasons.SUPPRESS):
        log.warning(
            "%d of %s of suppress rejected: %s", rejected, counted(rows, "row"), tally.reasons(Reasons.SUPPRESS)
        )


def log_failed(tally: Tally) -> None:
    """Log which rows failed or have an unknown outcome, and why."""
    if failed := tally.count(Reasons.FAILED):
        log.warning("%s failed or had no known outcome: %s", counted(failed, "row"), tally.reasons(Reasons.FAILED))


# --- files


def write_rejects(path: str | None, tally: Tally, show: Show, storage: Storage) -> None:
    """Write the rows that were not used as they are: their source, row, outcome, reason, and whom they are about."""
    if path is not None:
        write_records(path, _rejects(tally, show), storage=storage)


def write_outcomes(path: str | None, tally: Tally, ledger: Ledger, show: Show, storage: Storage) -> None:
    """Write every row with what became of it, and whom it is about."""
    if path is not None:
        write_records(path, _outcomes(tally, ledger, show), storage=storage)


def _rejects(tally: Tally, show: Show) -> Iterator[Json]:
    for one in tally.rejects():
        match = shown(one.key, show)
        yield {"of": one.source, "row": one.row, "outcome": one.outcome, "reason": one.reason, "match": match}


def _outcomes(tally: Tally, ledger: Ledger, show: Show) -> Iterator[Json]:
    for batch in batches(tally.rows()):
        ids: dict[str, str | None] = {}
        # The ledger knows the ids of people whom this run created, and of those whose row is unchanged. If the state
        # database can't be reached, the file is written without them.
        with suppress(StateUnavailable):
            found = ledger.people([one.match for one in batch if one.match and not one.id])
            ids = {match: who.id for match, who in found.items()}
        for one in batch:
            yield {
                **{"row": one.row, "outcome": one.outcome or "pending", "tagged": one.tagged},
                **{"untagged": one.untagged, "protected": one.protected, "reason": one.reason},
                **{"match": shown(one.key, show), "id": one.id or ids.get(one.match or "")},
            }


def shown(key: str | None, show: Show) -> str | None:
    """A key as files show it: `+49…12` in place of a number, first letters in place of a name."""
    if key is None or show == "whole":
        return key and key.replace(SEPARATOR, " ")
    return " ".join(
        f"+{part[:2]}…{part[-2:]}" if part == digits(part) else f"{part[:1]}…" for part in key.split(SEPARATOR)
    )
