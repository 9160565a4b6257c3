"""When a call is sent again, and how long to wait before. tenacity counts, waits and logs."""

from __future__ import annotations

import logging
from typing import Any

from tenacity import RetryCallState, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from whautomate_core.api.call import Call
from whautomate_core.errors import ConnectionFailed, NotFound, RateLimited, ServerError, WhautomateError

log = logging.getLogger(__name__)

ATTEMPTS = 6
"""How often a request that may be repeated is made before its error is raised."""
REPEATED: tuple[type[WhautomateError], ...] = (RateLimited, ConnectionFailed, ServerError)
"""Errors after which a call is sent again. Calls that must happen once raise them only if the server did nothing."""

backoff = wait_random_exponential(multiplier=0.5, max=30.0)


def retrying(attempts: int, *errors: type[WhautomateError]) -> dict[str, Any]:
    """The arguments of `tenacity.Retrying` and `AsyncRetrying` to repeat a request after these errors."""

    def log_retry(state: RetryCallState) -> None:
        error = state.outcome and state.outcome.exception()
        log.info("%s; trying again (%d of %d)", error, state.attempt_number, attempts)

    return {
        "retry": retry_if_exception_type(errors),
        "stop": stop_after_attempt(attempts),
        "wait": _wait,
        "before_sleep": log_retry,
        "reraise": True,
    }


def _wait(state: RetryCallState) -> float:
    # After a 429 the pool is paused, so the wait for the next permit is enough.
    error = state.outcome.exception() if state.outcome else None
    return 0.0 if isinstance(error, RateLimited) else backoff(state)


def gone(call: Call[Any], error: NotFound, may_have_happened: bool) -> Any:
    """The answer of a DELETE that finds nothing, if an earlier attempt may have deleted it. Else raises `error`."""
    if call.method == "DELETE" and may_have_happened:
        return {"success": True}
    raise error
