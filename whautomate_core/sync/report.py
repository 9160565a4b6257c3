"""The report of a run: its counts, the thresholds that make it fail, and files of what became of each row."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from whautomate_core.api.call import Json
from whautomate_core.errors import ConfigurationError, InvalidRequest, StateUnavailable
from whautomate_core.people.kinds import SEPARATOR
from whautomate_core.policy import digits
from whautomate_core.rows.files import Storage, write_records
from whautomate_core.state.ledger import Ledger
from whautomate_core.sync.options import Show
from whautomate_core.sync.stage_file import batches
from whautomate_core.sync.tally import Reasons, Tally
from whautomate_core.values.thresholds import Threshold, limit, log_rejected, require_some_used
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

OUTCOMES = (
    "created", "updated", "unchanged", "missing", "existing", "withheld", "rejected", "superseded", "failed",
    "unsettled",
)  # fmt: skip
"""Each row comes to one of these."""

ADDED = ("tagged", "untagged", "protected")
"""Counted besides."""

TAGGING = (
    "tagged", "already", "protected", "no_consent", "missing", "rejected", "superseded", "failed", "unsettled",
    "untagged", "kept",
)  # fmt: skip
"""The counts of a job that gives a tag: each row comes to one of them, except that `untagged` and `kept` count people
in no row and people who refuse consent."""


def require_within(name: str, threshold: Threshold, tally: Tally, outcomes: tuple[str, ...], rows: int) -> None:
    """Raise `InvalidRequest`, with the commonest reasons, if more than `threshold` of `rows` came to `outcomes`."""
    counts = tally.outcomes()
    count = sum(counts[outcome] for outcome in outcomes)
    if count > limit(name, threshold, rows):
        reasons = tally.reasons(Reasons.REJECTED if "rejected" in outcomes else Reasons.UNDONE)
        what = f"{count} of {counted(rows, 'row')} {name.removeprefix('max_')}"
        raise InvalidRequest(f"{what}, over {name}={threshold!r}: {reasons}")


def require_usable(tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest` if all rows are rejected."""
    require_some_used(tally.outcomes()["rejected"], rows, tally.reasons(Reasons.REJECTED))


def require_heard(threshold: Threshold, tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest` if more than `threshold` of `rows` may refuse consent and identify nobody."""
    says = "rows do not say yes to consent and identify nobody, so a person who refuses would keep the tags"
    _require_few("max_consent_rejected", threshold, tally, Reasons.REFUSING, rows, says)


def require_suppressed(threshold: Threshold, tally: Tally, rows: int) -> None:
    """Raise `InvalidRequest` if more than `threshold` of the `rows` of `suppress` identify nobody."""
    says = "rows of suppress can't be read, so a person who opted out might be messaged"
    _require_few("max_suppress_rejected", threshold, tally, Reasons.SUPPRESS, rows, says)


def _require_few(name: str, threshold: Threshold, tally: Tally, which: Reasons, rows: int, says: str) -> None:
    count = tally.count(which)
    if count > limit(name, threshold, rows):
        raise InvalidRequest(
            f"{count} of {rows} {says} (the first is row {tally.first(which)}); that is over {name}={threshold!r}, and "
            f"nothing was sent: {tally.reasons(which)}"
        )


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


def require_folder(name: str, path: str | None) -> None:
    """Raise `ConfigurationError` if the folder of a local file that is to be written does not exist."""
    if path is not None and "://" not in path and not Path(path).parent.is_dir():
        raise ConfigurationError(f"{name}: the folder {os.path.dirname(os.path.abspath(path))} does not exist")


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
