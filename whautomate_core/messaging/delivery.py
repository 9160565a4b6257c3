"""The delivery figures of a broadcast."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.api.records import Broadcast
from whautomate_core.values.times import instant

# The documents list no status values. These words end a broadcast, whatever else the record says.
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
"""How long to wait for the figures to settle after a broadcast is complete: phones confirm delivery later."""


def delivery(broadcast: Broadcast, now: datetime | None = None) -> Delivery:
    """Read the figures of a broadcast as it stands.

    The broadcast is finished once `completedAt` is set and every recipient counts as delivered or failed, or two
    minutes have passed since then, or its status is final.
    """
    status = str(broadcast.get("status") or "unknown")
    processed, sent = broadcast.get("processedStats") or {}, broadcast.get("deliveryStats") or {}
    recipients, delivered = int(processed.get("totalCount") or 0), int(sent.get("deliveredCount") or 0)
    undelivered = int(sent.get("failedCount") or 0)
    failed = status.casefold() in _DEAD
    completed = broadcast.get("completedAt")
    since = instant(completed)
    # If the time can't be read, the figures are taken as they are.
    passed = SETTLING if since is None else (now or datetime.now(UTC)) - since
    settled = delivered + undelivered >= recipients or passed >= SETTLING
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
