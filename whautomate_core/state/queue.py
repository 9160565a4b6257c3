"""Who is next in this process: threads and coroutines queue here, so that one of them at a time asks the store."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future


class Queue:
    """First come, first served. Whoever has a ticket that is done is at the front until it calls `leave`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._waiting: deque[tuple[Future[None], float | None]] = deque()
        self._asleep: tuple[float, Callable[[], Exception]] | None = None

    def enter(self, deadline: float | None) -> Future[None]:
        """Return a ticket, which is done at once if the queue is empty.

        It fails as soon as it is clear that the caller at the front sleeps beyond `deadline` (steady seconds).
        """
        ticket: Future[None] = Future()
        with self._lock:
            if not self._busy:
                self._busy = True
                ticket.set_result(None)
            elif self._asleep and deadline is not None and deadline < self._asleep[0]:
                ticket.set_exception(self._asleep[1]())
            else:
                self._waiting.append((ticket, deadline))
        return ticket

    def asleep(self, until: float, error: Callable[[], Exception]) -> None:
        """Say that the front is taken until then: callers that can't wait that long get `error`."""
        with self._lock:
            self._asleep = (until, error)
            waiting, self._waiting = self._waiting, deque()
            for ticket, deadline in waiting:
                if deadline is None or until <= deadline:
                    self._waiting.append((ticket, deadline))
                elif ticket.set_running_or_notify_cancel():
                    ticket.set_exception(error())

    def awake(self) -> None:
        """Say that the sleep is over and the store is asked again."""
        with self._lock:
            self._asleep = None

    def give_up(self, ticket: Future[None]) -> None:
        """Say that nobody waits for this ticket any more. It may have reached the front in that moment."""
        if not ticket.cancel() and not ticket.cancelled() and ticket.exception() is None:
            self.leave()

    def leave(self) -> None:
        """Let the next caller that still waits come to the front."""
        with self._lock:
            self._asleep = None
            while self._waiting:
                ticket, _ = self._waiting.popleft()
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._busy = False
