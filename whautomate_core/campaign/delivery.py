"""What became of a broadcast: one decision, for sensors that poke, triggers that poll and tasks that wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.records import Broadcast
from whautomate_core.sync.report import Threshold, limit

# No list of status values is documented; these words end a broadcast whatever else it says.
_DEAD = {"failed", "cancelled", "canceled", "rejected", "deleted"}


@dataclass(frozen=True)
class Delivery:
    """The figures of a broadcast, as small JSON by `as_dict`."""

    id: str
    status: str
    finished: bool
    failed: bool
    """Ended without being sent."""
    recipients: int
    sent: int
    delivered: int
    undelivered: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


SETTLING = timedelta(minutes=2)
"""How long figures are given to settle after a broadcast is complete: people's phones answer later."""


def delivery(broadcast: Broadcast, now: datetime | None = None) -> Delivery:
    """Read the figures of a broadcast as it stands.

    It is finished once `completedAt` is there and everybody is accounted for as delivered or failed, or two minutes
    have passed since, or its status is one that nothing follows.
    """
    status = str(broadcast.get("status") or "unknown")
    processed, sent = broadcast.get("processedStats") or {}, broadcast.get("deliveryStats") or {}
    recipients, delivered = int(processed.get("totalCount") or 0), int(sent.get("deliveredCount") or 0)
    undelivered = int(sent.get("failedCount") or 0)
    failed = status.casefold() in _DEAD
    completed = broadcast.get("completedAt")
    settled = delivered + undelivered >= recipients or _passed(str(completed), now or datetime.now(UTC)) >= SETTLING
    return Delivery(
        id=str(broadcast.get("id", "")),
        status=status,
        finished=failed or (bool(completed) and settled),
        failed=failed,
        recipients=recipients,
        sent=int(sent.get("sentCount") or 0),
        delivered=delivered,
        undelivered=undelivered,
    )


def _passed(since: str, now: datetime) -> timedelta:
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        return SETTLING  # no time that can be read: take the figures as they are
    return now - (at if at.tzinfo else at.replace(tzinfo=UTC))


def problem(found: Delivery, max_failed: Threshold | None) -> str | None:
    """What makes a finished broadcast a failure: it was not sent, or more than `max_failed` recipients weren't reached.

    `max_failed` is a count, or a share of the recipients such as "5%"; None accepts any number.
    """
    if found.failed:
        return f"broadcast {found.id} was not sent: its status is {found.status}"
    if max_failed is not None and found.undelivered > limit("max_failed", max_failed, found.recipients):
        return f"broadcast {found.id}: {found.undelivered} of {found.recipients} not reached, over {max_failed=}"
    return None


def poll_delays(first: float = 60.0, largest: float = 900.0) -> Iterator[float]:
    """Seconds to wait before each look: doubling, up to a quarter of an hour."""
    while True:
        yield first
        first = min(largest, first * 2)
