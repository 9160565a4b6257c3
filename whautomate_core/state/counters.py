"""The counters that a server may send with an answer, under the names that are usual."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_NUMBER = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(?:[,;].*)?", re.ASCII)
_EPOCH = 1e9
"""A reset of so many seconds or more is a time and not a span."""


class Counters(NamedTuple):
    """What `SharedPool.counted` takes."""

    remaining: int
    reset_after: float | None
    limit: int | None


def counters(headers: Mapping[str, str], now: float) -> Counters | None:
    """Read `RateLimit-Remaining`, `-Reset` and `-Limit`, or the same with `X-`; None where nothing is left to believe.

    No evidence says that the vendor sends any. A reset may be seconds from now, or the time in seconds or milliseconds
    since the epoch, of which `now` (seconds since the epoch) is taken. What is no number, or a reset that is past or
    over a month away, is as if it were not there.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    for prefix in ("ratelimit-", "x-ratelimit-"):
        remaining = _number(lower.get(f"{prefix}remaining"))
        if remaining is not None:
            limit = _number(lower.get(f"{prefix}limit"))
            reset = _reset(_number(lower.get(f"{prefix}reset")), now)
            return Counters(int(remaining), reset, None if limit is None else int(limit))
    return None


def _number(text: str | None) -> float | None:
    found = _NUMBER.fullmatch(text or "")
    return float(found[1]) if found else None


def _reset(value: float | None, now: float) -> float | None:
    if value is None:
        return None
    if value >= 1000 * _EPOCH:
        value /= 1000
    after = value - now if value >= _EPOCH else value
    return after if 0 <= after <= 31 * 86_400 else None
