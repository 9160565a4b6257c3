"""Waiting in the triggerer for a permit of the account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent


class WhautomateQuotaTrigger(BaseTrigger):
    """Waits until a moment. Since Airflow 3, Airflow's own trigger of this kind is in a separate package.

    :param until: The moment, in seconds since the epoch.
    """

    def __init__(self, until: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its argument."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"until": self.until}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait."""
        while (rest := self.until - time.time()) > 0:
            await asyncio.sleep(min(rest, 60.0))  # the clock may be set meanwhile
        yield TriggerEvent(self.until)  # type: ignore[no-untyped-call]
