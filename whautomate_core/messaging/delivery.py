"""What became of a broadcast."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.api.records import Broadcast

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
    since = moment(completed)
    # Where its time can't be read the figures are taken as they are.
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


def moment(text: object) -> datetime | None:
    """A time of the server's; UTC where it names no zone, None where it is none."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
