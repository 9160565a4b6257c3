"""What became of a broadcast: one decision, for sensors that poke, triggers that poll and tasks that wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from whautomate_core.records import Broadcast

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


def delivery(broadcast: Broadcast) -> Delivery:
    """Read the figures. It is finished once `completedAt` is there, or a status that nothing follows."""
    status = str(broadcast.get("status") or "unknown")
    processed, delivered = broadcast.get("processedStats") or {}, broadcast.get("deliveryStats") or {}
    failed = status.casefold() in _DEAD
    return Delivery(
        id=str(broadcast.get("id", "")),
        status=status,
        finished=failed or bool(broadcast.get("completedAt")),
        failed=failed,
        recipients=int(processed.get("totalCount") or 0),
        sent=int(delivered.get("sentCount") or 0),
        delivered=int(delivered.get("deliveredCount") or 0),
        undelivered=int(delivered.get("failedCount") or 0),
    )


def poll_delays(first: float = 60.0, largest: float = 900.0) -> Iterator[float]:
    """Seconds to wait before each look: doubling, up to a quarter of an hour."""
    while True:
        yield first
        first = min(largest, first * 2)
