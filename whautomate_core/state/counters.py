"""How many requests the server says are left."""

from __future__ import annotations

from typing import NamedTuple


class Counters(NamedTuple):
    """What a server's headers say; the arguments of `SharedPool.counted`."""

    remaining: int
    """Requests left."""
    reset_after: float | None
    """Seconds until there are more; None if it does not say."""
    limit: int | None
    """Requests of a whole window; None if it does not say."""
