"""What is told of a run: its counts, thresholds that make it a failure, and files of what became of which row."""

from __future__ import annotations

import logging
import os
from collections import Counter
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
from whautomate_core.sync.staging import Staging, batches
from whautomate_core.values.thresholds import Threshold, limit, log_rejected, require_some_used
from whautomate_core.values.words import counted, reason_line

log = logging.getLogger(__name__)

OUTCOMES = (
    "created", "updated", "unchanged", "missing", "existing", "withheld", "rejected", "folded", "failed", "unsettled",
)  # fmt: skip
"""What becomes of a row: one of these."""

ADDED = ("tagged", "untagged", "protected")
"""What is told beside it."""

TAGGING = (
    "tagged", "already", "protected", "no_consent", "missing", "rejected", "folded", "failed", "unsettled", "untagged",
    "kept",
)  # fmt: skip
"""What is told where a tag is given: each row is one of them, `untagged` and `kept` are beside it."""


def require_within(name: str, threshold: Threshold, staging: Staging, outcomes: tuple[str, ...], rows: int) -> None:
    """Raise `InvalidRequest`, with the commonest reasons, where more than `threshold` of `rows` came to `outcomes`."""
    counts = count_outcomes(staging)
    count = sum(counts[outcome] for outcome in outcomes)
    if count <= limit(name, threshold, rows):
        return
    if "rejected" in outcomes:
        reasons = _REJECTED
    else:
        marks = ",".join(f"'{outcome}'" for outcome in outcomes)
        reasons = (
            f"SELECT reason, row FROM person WHERE outcome IN ({marks})"  # noqa: S608
            " UNION ALL SELECT reason, NULL FROM extra WHERE outcome = 'failed'"
        )
    what = f"{count} of {counted(rows, 'row')} {name.removeprefix('max_')}"
    raise InvalidRequest(f"{what}, over {name}={threshold!r}: {_commonest(staging, reasons)}")


def require_usable(staging: Staging, rows: int) -> None:
    """Raise `InvalidRequest` where all rows are rejected."""
    require_some_used(count_outcomes(staging)["rejected"], rows, _commonest(staging, _REJECTED))


def log_unusable(staging: Staging, rows: int) -> None:
    """Log which rows were rejected, and why."""
    log_rejected(count_outcomes(staging)["rejected"], rows, _commonest(staging, _REJECTED))


def log_unsuppressed(staging: Staging, rows: int) -> None:
    """Log which rows of `suppress` name nobody, and why."""
    rejected = staging.count("SELECT count(*) FROM suppress_reject")
    if rejected:
        reasons = _commonest(staging, "SELECT reason, row FROM suppress_reject")
        log.warning("%d of %s of suppress rejected: %s", rejected, counted(rows, "row"), reasons)


def log_failed(staging: Staging) -> None:
    """Log which rows failed, or have an unknown outcome, and why."""
    query = "SELECT reason, row FROM person WHERE outcome IN ('failed', 'unsettled')"
    failed = staging.count(f"SELECT count(*) FROM ({query})")  # noqa: S608
    if failed:
        log.warning("%s failed or without a known outcome: %s", counted(failed, "row"), _commonest(staging, query))


_REJECTED = (
    "SELECT reason, row FROM rejected UNION ALL"
    " SELECT reason, row FROM person WHERE outcome = 'rejected' AND unfit IS NULL"
)


def require_heard(threshold: Threshold, staging: Staging, rows: int) -> None:
    """Raise `InvalidRequest` where more than `threshold` of `rows` may refuse consent and name nobody."""
    says = "rows don't say yes to consent and name nobody, so somebody who refuses would keep tags"
    _require_few("max_consent_rejected", threshold, staging, "reject WHERE unheard", rows, says)


def require_suppressed(threshold: Threshold, staging: Staging, rows: int) -> None:
    """Raise `InvalidRequest` where more than `threshold` of the `rows` of `suppress` name nobody."""
    says = "rows of suppress can't be read, so somebody who opted out might be reached"
    _require_few("max_suppress_rejected", threshold, staging, "suppress_reject", rows, says)


def _require_few(name: str, threshold: Threshold, staging: Staging, table: str, rows: int, says: str) -> None:
    count, first = staging.all(f"SELECT count(*), min(row) FROM {table}")[0]  # noqa: S608
    if count > limit(name, threshold, rows):
        reasons = _commonest(staging, f"SELECT reason, row FROM {table}")  # noqa: S608
        raise InvalidRequest(
            f"{count} of {rows} {says} (the first is row {first}); that is over {name}={threshold!r}, and nothing was "
            f"sent: {reasons}"
        )


def _commonest(staging: Staging, query: str) -> str:
    commonest = f"SELECT reason, count(*) FROM ({query}) GROUP BY reason ORDER BY 2 DESC, 1 LIMIT 5"  # noqa: S608
    first = f"SELECT row FROM ({query}) WHERE reason IS ? AND row IS NOT NULL ORDER BY row LIMIT 3"  # noqa: S608
    return "; ".join(
        reason_line(reason, count, [row for (row,) in staging.all(first, (reason,))])
        for reason, count in staging.all(commonest)
    )


def count_outcomes(staging: Staging) -> Counter[str]:
    """How many rows came to what, so far."""
    counts = Counter[str](
        rejected=staging.count(
            "SELECT (SELECT count(*) FROM reject)"
            " + (SELECT count(*) FROM person WHERE unfit IS NOT NULL AND outcome IS NULL)"
        ),
        folded=staging.count("SELECT count(*) FROM folded"),
    )
    known = "SELECT known, count(*) FROM line WHERE known IS NOT NULL AND match NOT IN (SELECT match FROM twice)"
    people = "SELECT outcome, count(*) FROM person WHERE outcome IS NOT NULL GROUP BY outcome"
    for query in (f"{known} GROUP BY known", people):
        for outcome, count in staging.all(query):
            for one in outcome.split("+"):
                counts[one] += count
    for outcome, count in staging.all("SELECT outcome, count(*) FROM extra GROUP BY outcome"):
        # Beside the rows: who was to lose a tag, or to be deleted, and could not.
        counts["undone" if outcome == "failed" else outcome] += count if outcome != "withheld" else 0
    return counts


def count_tagging(staging: Staging, outcomes: Counter[str]) -> Counter[str]:
    """The same where a tag is given."""
    counts = Counter[str](
        {name: outcomes[name] for name in ("missing", "rejected", "folded", "failed", "unsettled", "untagged", "kept")}
    )
    for consent, outcome, count in staging.all(
        "SELECT consent, outcome, count(*) FROM person WHERE outcome LIKE 'unchanged%' GROUP BY consent, outcome"
    ):
        parts = outcome.split("+")
        name = (
            "no_consent" if not consent else next((one for one in ("tagged", "protected") if one in parts), "already")
        )
        counts[name] += count
    counts["protected"] += outcomes["withheld"]
    return counts


# --- files


def require_folder(name: str, path: str | None) -> None:
    """Raise `ConfigurationError` where the folder of a local file to be written isn't there."""
    if path is not None and "://" not in path and not Path(path).parent.is_dir():
        raise ConfigurationError(f"{name}: the folder {os.path.dirname(os.path.abspath(path))} does not exist")


def write_rejects(path: str | None, staging: Staging, show: Show, storage: Storage) -> None:
    """Write the rows that were not used as they are: of which source, row, outcome, reason, and whom they are about."""
    if path is not None:
        write_records(path, _rejects(staging, show), storage=storage)


def write_outcomes(path: str | None, staging: Staging, ledger: Ledger, show: Show, storage: Storage) -> None:
    """Write every row with what became of it, and whose it is."""
    if path is not None:
        write_records(path, _outcomes(staging, ledger, show), storage=storage)


def _rejects(staging: Staging, show: Show) -> Iterator[Json]:
    query = (
        "SELECT 'source', row, 'rejected', reason, NULL FROM reject UNION ALL "
        "SELECT 'source', f.row, 'folded', 'same person as row ' || f.later, p.key"
        " FROM folded f JOIN line l ON l.row = f.row LEFT JOIN person p ON p.match = l.match UNION ALL "
        "SELECT 'source', row, outcome, reason, key FROM person"
        " WHERE outcome IN ('failed', 'unsettled', 'withheld', 'rejected') AND unfit IS NULL UNION ALL "
        "SELECT 'source', row, CASE outcome WHEN 'failed' THEN 'failed' WHEN 'unsettled' THEN 'unsettled'"
        " ELSE 'rejected' END, coalesce(reason, unfit), key FROM person WHERE unfit IS NOT NULL UNION ALL "
        "SELECT 'suppress', row, 'rejected', reason, NULL FROM suppress_reject ORDER BY 1, 2"
    )
    for source, row, outcome, reason, key in staging.run(query):
        yield {"of": source, "row": row, "outcome": outcome, "reason": reason, "match": shown(key, show)}


def _outcomes(staging: Staging, ledger: Ledger, show: Show) -> Iterator[Json]:
    query = (
        "SELECT row, 'rejected', reason, NULL, NULL, NULL FROM reject UNION ALL "
        "SELECT f.row, 'folded', 'same person as row ' || f.later, NULL, NULL, l.match"
        " FROM folded f LEFT JOIN line l ON l.row = f.row UNION ALL "
        "SELECT row, known, NULL, NULL, NULL, match FROM line WHERE known IS NOT NULL AND match NOT IN"
        " (SELECT match FROM twice) UNION ALL "
        "SELECT row, outcome, reason, key, id, match FROM person ORDER BY 1"
    )
    for batch in batches(staging.run(query)):
        ids: dict[str, str | None] = {}
        # Whom this run created, and whose row is as it was, the ledger knows by id. Without it the file is written too.
        with suppress(StateUnavailable):
            found = ledger.people([match for *_, id, match in batch if match and not id])
            ids = {match: who.id for match, who in found.items()}
        for row, outcome, reason, key, id, match in batch:
            named = {"row": row, "outcome": outcome or "pending", "reason": reason, "match": shown(key, show)}
            yield {**named, "id": id or ids.get(match)}


def shown(key: str | None, show: Show) -> str | None:
    """A key as it is shown: `+49…12` in place of a number, the first letters in place of a name."""
    if key is None or show == "whole":
        return key and key.replace(SEPARATOR, " ")
    return " ".join(
        f"+{part[:2]}…{part[-2:]}" if part == digits(part) else f"{part[:1]}…" for part in key.split(SEPARATOR)
    )
