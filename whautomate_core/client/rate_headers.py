"""What an answer's headers say about rates: when to try again, and how many requests the server has left for us.

No evidence says that the vendor sends any of them; these are the usual names.
"""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping

import httpx

from whautomate_core.client.server_words import is_quota
from whautomate_core.state.counters import Counters
from whautomate_core.state.pool import Refusal

LONGEST_RETRY_AFTER = 86_400.0
_NUMBER = re.compile(r"\s*(\d{1,15}(?:\.\d{1,9})?)\s*(?:[,;].*)?", re.ASCII)
_EPOCH = 1e9
"""A reset of at least so many seconds is a time, a smaller one is a span."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, one day at most; None if it asks for nothing that can be read."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):  # not a time, or one outside the range of a timestamp
            return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def asks_for_pause(response: httpx.Response, content: bytes) -> Refusal | None:
    """Why the server wants no requests for some time: 429, or a 503 that says for how long. None if it doesn't."""
    if response.status_code == 429:
        return "quota" if is_quota(response.headers, content) else "rate"
    return "busy" if response.status_code == 503 and retry_after(response.headers) is not None else None


def counters(headers: Mapping[str, str], now: float) -> Counters | None:
    """Read `RateLimit-Remaining`, `-Reset` and `-Limit`, or the same with `X-`; None if nothing credible is there.

    A reset is a number of seconds from now, or a time in seconds or milliseconds since the epoch. What is not a number
    counts as missing, and so does a reset that is past or over a month away.

    Args:
        headers: Their names in any case.
        now: Seconds since the epoch.
    """
    found = {lower: headers[name] for name in headers if "ratelimit-" in (lower := name.lower())}
    if not found:
        return None
    for prefix in ("ratelimit-", "x-ratelimit-"):
        remaining = _number(found.get(f"{prefix}remaining"))
        if remaining is not None:
            limit = _number(found.get(f"{prefix}limit"))
            reset = _reset(_number(found.get(f"{prefix}reset")), now)
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
