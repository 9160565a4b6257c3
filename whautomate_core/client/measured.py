"""What a client measures where somebody listens (`telemetry.py`): its requests, the account's pool and open claims."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from typing import Any

from whautomate_core import telemetry
from whautomate_core.account import Account
from whautomate_core.api.call import Act, Call
from whautomate_core.api.endpoint import endpoint_id
from whautomate_core.client.steps import Send
from whautomate_core.errors import WhautomateError
from whautomate_core.state import open_state
from whautomate_core.state.pool import Pool, SharedPool

EVERY = 10.0
"""Seconds between two looks at an account's pool and claims, while its requests are sent."""

_SENT = {Act.MESSAGE: "messages_sent", Act.FREE_MESSAGE: "messages_sent", Act.BROADCAST: "broadcasts_sent"}


def measured(step: Send) -> Generator[Send, Any, Any]:
    """Carry out a step that sends a request, and measure it. Gives what the step gives."""
    if telemetry.receiver is None:
        return (yield step)
    started = time.monotonic()
    try:
        answer = yield step
    except Exception as error:
        _tell(step.call, time.monotonic() - started, error)
        raise
    _tell(step.call, time.monotonic() - started)
    if step.call.method == "POST" and step.call.act in _SENT:
        telemetry.count(_SENT[step.call.act])
    return answer


def _tell(call: Call[Any], seconds: float, error: Exception | None = None) -> None:
    endpoint, outcome = endpoint_id(call), telemetry.outcome_of(error)
    telemetry.count("requests", endpoint=endpoint, outcome=outcome)
    attributes: dict[str, str | int] = {} if error is None else {"error__type": outcome}
    if status := getattr(error, "status", None):
        attributes["http__response__status_code"] = status
    telemetry.span(f"whautomate.{endpoint}", seconds, http__request__method=call.method, **attributes)


class Gauges:
    """What of an account is shown as it stands: permits left, and claims whose outcome is unknown.

    They are read from the state database, at most once in `EVERY` seconds in a process, and when a client that sent
    something is closed.
    """

    def __init__(self, account: Account, pool: Pool) -> None:
        self._account = account
        self._pool = pool
        self._sends = False

    def are_due(self) -> bool:
        """Whether to look now, before a request."""
        if telemetry.receiver is None:
            return False
        self._sends = True
        return time.monotonic() - _looked.get(self._account.id, -EVERY) >= EVERY

    def close(self) -> None:
        """Show how things stand at the end."""
        if telemetry.receiver is not None and self._sends:
            self.report()

    async def aclose(self) -> None:
        """`close` without blocking the event loop."""
        if telemetry.receiver is not None and self._sends:
            await asyncio.to_thread(self.report)

    def report(self) -> None:
        """Look at the state database. Nothing is reported if it can't be reached."""
        account = self._account
        _looked[account.id] = time.monotonic()
        try:
            usage = self._pool.usage() if isinstance(self._pool, SharedPool) else None
            claims, oldest = open_state(account.state).claims.count_open(account.id)
        except WhautomateError:
            return
        for left, _, seconds in usage.remaining if usage else ():
            telemetry.gauge("permits_left", left, account.name, window=f"{seconds:g}")
        telemetry.gauge("open_claims", claims, account.name)
        telemetry.gauge("oldest_open_claim_seconds", round(oldest, 1), account.name)


_looked: dict[str, float] = {}
"""Of the process: account -> when somebody looked, by the monotonic clock."""
