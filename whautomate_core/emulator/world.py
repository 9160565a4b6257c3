"""What every part of a running emulator uses: the records, the clock, the behaviour, and planned events."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .behaviour import Behaviour
from .faults import Faults
from .limits import Limits
from .store import Store

Json = dict[str, Any]

LOCATION_ID = "loc000000001"
"""The first location of a new emulator. The second is loc000000002."""

STAFF_ID = "stf000000001"
"""A staff member of `LOCATION_ID`; a new emulator has this one and `OTHER_STAFF_ID`, the API can't create any."""

OTHER_STAFF_ID = "stf000000002"
"""A staff member of both locations."""

TIMEZONE = "Europe/Berlin"
"""The zone of both locations."""


class Problem(Exception):
    """A request that is answered with an error.

    status, said: of the answer. message: why, for whoever runs the emulator; it holds no value that was sent.
    """

    def __init__(self, status: int, message: str, said: str = "Invalid parameters") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.said = said


def unknown_id(resource: str, reason: str) -> Problem:
    """An id that leads to no record, in the documented form (A for locations, by analogy for others)."""
    one = {"classes": "class", "serviceCategories": "serviceCategory"}.get(resource, resource.removesuffix("s"))
    return Problem(404, reason, f"Invalid {one}Id")


@dataclass
class Planned:
    """A change by somebody else between two calls: after a number of calls, or before the nth of an operation (and
    page)."""

    do: Callable[[World], object]
    calls: int | None = None
    operation: str | None = None
    on: int = 1
    page: int | None = None

    def is_due(self, operation: str, page: str) -> bool:
        """Whether it happens before this call, which is counted."""
        if operation != self.operation or self.page not in (None, int(page) if page.isdigit() else 1):
            return False
        self.on -= 1
        return self.on <= 0


@dataclass
class Alias:
    """What an id leads to that is no longer, or not only, that of its own record."""

    record: str
    """Id of the other record."""
    keeps_id: bool
    """Whether the other record is shown under the id that was asked for."""


class World:
    """The state of one emulator.

    path: ":memory:" or a file. clock: gives seconds since 1970. `lock` is held by whoever touches anything here;
    requests come in the server's thread, questions of tests in another.
    """

    def __init__(self, behaviour: Behaviour, path: str, clock: Callable[[], float]) -> None:
        self.behaviour = behaviour
        self.lock = threading.RLock()
        self.store = Store(path, behaviour.seed)
        self.rng = random.Random(behaviour.seed)  # noqa: S311 - repeatable is the point
        self.faults = Faults(self.rng)
        self.aliases: dict[str, Alias] = {}
        """Id -> the record that is read and written in its place."""
        self.planned: list[Planned] = []
        self.request: int | None = None
        """Number of the request being carried out, for the log of automations."""
        self.next_start: float | None = None
        """When the next waiting broadcast may start; spares looking before each request."""
        self.refuse: Callable[[float], None] | None = None
        """Closes the port for a number of seconds. Set by the server that runs the app."""
        self._pauses: set[asyncio.Future[None]] = set()
        self._clock = clock
        self._offset = float(self.store.meta("offset") or 0.0)
        self._begin()

    def now(self) -> float:
        """Seconds since 1970 on the emulator's clock."""
        return self._clock() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward without waiting."""
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self._offset += seconds
        self.store.set_meta("offset", repr(self._offset))

    async def pause(self, seconds: float) -> None:
        """Wait so long, or until `release`."""
        end = asyncio.get_running_loop().create_future()
        with self.lock:
            self._pauses.add(end)
        try:
            await asyncio.wait([end], timeout=seconds)
        finally:
            with self.lock:
                self._pauses.discard(end)

    def held(self) -> int:
        """How many pauses there are now."""
        with self.lock:
            return len(self._pauses)

    def release(self) -> None:
        """End all pauses, from any thread."""
        with self.lock:
            for end in self._pauses:
                end.get_loop().call_soon_threadsafe(_end, end)

    def reset(self) -> None:
        """Forget records, requests, faults and opt-outs; the clock stays where it is."""
        with self.store.transaction():
            self.store.clear()
        self.rng.seed(self.behaviour.seed)
        self.faults.clear()
        self.aliases.clear()
        self.planned.clear()
        self._begin()

    # Records, where it matters to the caller that one is missing

    def create(self, resource: str, fields: Json) -> Json:
        """Keep a new record, dated now."""
        now = self.now()
        return self.store.insert(resource, {**fields, "createdAt": iso(now), "updatedAt": iso(now)}, now)

    def existing(self, resource: str, id: str) -> Json:
        """The record a path asks for; raises Problem 404."""
        record = self._of_id(resource, id)
        if record is None:
            raise unknown_id(resource, f"no such record in {resource}")
        return record

    def named(self, resource: str, reference: Json | None, field: str) -> Json:
        """The record a body or query refers to by `field`. Raises Problem where it names none: 404 for a location (A)
        and a client (A), 400 for others."""
        if reference is None:
            raise Problem(400, f"{field} is required")
        if "id" not in reference:
            raise Problem(400, f"{field}.id is required")
        record = self._of_id(resource, reference["id"])
        if record is None:
            wrong = f"{field}.id names none of the {resource}"
            raise unknown_id(resource, wrong) if resource in ("locations", "clients") else Problem(400, wrong)
        return record

    def _of_id(self, resource: str, id: str) -> Json | None:
        alias = self.aliases.get(id)
        return self.store.get(resource, alias.record if alias else id)

    def check_location(self, fields: Json, field: str = "location") -> Json:
        """The fields as they are; raises Problem 404 where their location isn't there."""
        if field in fields:
            self.named("locations", fields[field], field)
        return fields

    def _begin(self) -> None:
        behaviour = self.behaviour
        self.limits = Limits(
            behaviour.limits, behaviour.window, behaviour.window_phase, behaviour.refused_count, behaviour.burst
        )
        longest = max((seconds for _, seconds in behaviour.limits), default=0.0)
        # A restarted emulator still remembers the day.
        for row in self.store.rows("SELECT at FROM requests WHERE counted AND at > ?", self.now() - longest):
            self.limits.ask(row["at"])
        self.next_start = self.now()
        if not self.store.select("locations", limit=1):
            second = "loc000000002"
            # These have always been there, so that no list lags behind them.
            for id, title in ((LOCATION_ID, "Main location"), (second, "Second location")):
                self.store.insert("locations", {"title": title, "phone": "", "city": ""}, 0.0, id)
            for id, name, places in ((STAFF_ID, "Sam", [LOCATION_ID]), (OTHER_STAFF_ID, "Kim", [LOCATION_ID, second])):
                staff = {"firstName": name, "lastName": "Staff", "active": True, "locations": places}
                self.store.insert("staffs", staff, 0.0, id)


def _end(pause: asyncio.Future[None]) -> None:
    if not pause.done():
        pause.set_result(None)


def iso(at: float) -> str:
    """An instant as the vendor writes it: UTC, milliseconds, Z."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str, field: str) -> float:
    """Seconds since 1970 for a time as sent; without an offset it is UTC. Raises Problem 400."""
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Problem(400, f"{field} must be a time such as 2026-01-31T09:00:00Z") from None
