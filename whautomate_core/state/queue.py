"""Who is next in this process: threads and coroutines queue here, so that one of them at a time asks the store."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future


class Turns:
    """A queue for one turn. Whoever got its ticket (a done future) has the turn until it calls `leave`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._queue: deque[tuple[Future[None], float | None]] = deque()
        self._asleep: tuple[float, Callable[[], Exception]] | None = None

    def enter(self, deadline: float | None) -> Future[None]:
        """A ticket: done at once where nobody is before us.

        It fails as soon as it is clear that who has the turn sleeps beyond `deadline` (monotonic seconds).
        """
        ticket: Future[None] = Future()
        with self._lock:
            if not self._busy:
                self._busy = True
                ticket.set_result(None)
            elif self._asleep and deadline is not None and deadline < self._asleep[0]:
                ticket.set_exception(self._asleep[1]())
            else:
                self._queue.append((ticket, deadline))
        return ticket

    def asleep(self, until: float, error: Callable[[], Exception]) -> None:
        """Say that the turn is held until then: who can't wait that long gets `error`."""
        with self._lock:
            self._asleep = (until, error)
            waiting, self._queue = self._queue, deque()
            for ticket, deadline in waiting:
                if deadline is None or until <= deadline:
                    self._queue.append((ticket, deadline))
                elif ticket.set_running_or_notify_cancel():
                    ticket.set_exception(error())

    def awake(self) -> None:
        """Say that the sleep is over and the store is asked again."""
        with self._lock:
            self._asleep = None

    def give_up(self, ticket: Future[None]) -> None:
        """Say that whoever waits for this ticket waits no longer; the turn may have come in that moment."""
        if not ticket.cancel() and not ticket.cancelled() and ticket.exception() is None:
            self.leave()

    def leave(self) -> None:
        """Give the turn to the next who still wants it."""
        with self._lock:
            self._asleep = None
            while self._queue:
                ticket, _ = self._queue.popleft()
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._busy = False
