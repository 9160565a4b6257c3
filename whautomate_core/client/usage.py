"""What a client has used: requests, waits for permits, and what its step has changed so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from whautomate_core import telemetry
from whautomate_core.errors import BudgetExceeded, Stopped
from whautomate_core.state.pool import Grant, Lane
from whautomate_core.values.words import counted, requests_line


class Used:
    """What a client has used so far, and whether it may go on. Threads may share it.

    Args:
        max_requests: How many requests it may make; None for any number.
        lane: Its lane, for metrics.
    """

    def __init__(self, max_requests: int | None, lane: Lane = "interactive") -> None:
        self.requests = 0
        """Requests sent, repeats included."""
        self.waited = 0.0
        """Seconds waited for permits, added up over all threads and tasks."""
        self.earlier: Mapping[str, int] = {}
        """What the step had changed before it deferred and began again: number by outcome."""
        self.changed: Callable[[], Mapping[str, int]] = lambda: self.earlier
        """Returns what the step has changed so far, `earlier` included. Jobs that report such numbers set it."""
        self._taken = 0
        self._most = max_requests
        self._lane = lane
        self._stopped = threading.Event()
        self.stopped_at: float | None = None
        """When `stop` was called first, by the monotonic clock."""
        self.begin_anew()

    def begin_anew(self) -> None:
        """Continue in a forked child, with locks of its own: the parent's may be held by threads that it lacks."""
        self._lock = threading.Lock()
        was_stopped, self._stopped = self._stopped.is_set(), threading.Event()
        if was_stopped:
            self._stopped.set()

    def take(self, permits: int) -> None:
        """Reserve so many requests. Raises `BudgetExceeded` if `max_requests` does not allow them, `Stopped` after
        `stop`."""
        self.require_running()
        with self._lock:
            if self._most is not None and self._taken + permits > self._most:
                raise BudgetExceeded(
                    f"the step has made {counted(self.requests, 'request')}, the next call takes {permits}, and "
                    f"max_requests is {self._most}"
                )
            self._taken += permits

    def give_back(self, grant: Grant | None) -> None:
        """Return what was reserved for a second request that turned out to be unnecessary."""
        with self._lock:
            self._taken -= grant.permits - 1 if grant else 0

    def stop(self) -> None:
        """Let no more requests leave."""
        self.stopped_at = self.stopped_at or time.monotonic()
        self._stopped.set()

    def require_running(self) -> None:
        """Raise `Stopped` if no more requests may leave."""
        if self._stopped.is_set():
            raise Stopped("the step was told to stop")

    def sleep(self, seconds: float) -> float:
        """Sleep, and return how long it was. Raises `Stopped` as soon as `stop` is called."""
        started = time.monotonic()
        self._stopped.wait(seconds)
        self.require_running()
        return time.monotonic() - started

    def wait(self, seconds: float) -> None:
        """Add seconds that were waited for permits."""
        with self._lock:
            self.waited += seconds
        telemetry.waited(seconds, self._lane)

    def send(self) -> None:
        """Count a request that is sent now."""
        with self._lock:
            self.requests += 1

    def go_on(self, requests: int, waited: float, changed: Mapping[str, int] | None = None) -> None:
        """Continue from what an earlier part of the step used and changed."""
        with self._lock:
            self.requests += requests
            self._taken += requests
            self.waited += waited
            self.earlier = changed or {}

    def __str__(self) -> str:
        return requests_line(self.requests, self.waited)
