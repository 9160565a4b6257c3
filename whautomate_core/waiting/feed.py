"""Lists that grow, such as the messages of a contact, and what is new in them since the last look.

A feed is a plain value that says what to read, and what of it a watcher is told: ids of records and times, and nothing
else. A cursor is what a watcher has reported of a feed. Both do no I/O.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from whautomate_core.api.call import Json
from whautomate_core.values.times import instant
from whautomate_core.waiting.condition import Check, PagesOf

LATE = 86_400.0
"""Seconds by which a record may come into its list later than its own time, and still be reported."""


@dataclass(frozen=True)
class Entry:
    """A record of a feed, as a watcher is told of it."""

    id: str
    at: float | None
    """When it was made, in seconds since the epoch; None where it doesn't say."""
    ids: Json
    """Ids of what it is about."""

    def as_json(self) -> Json:
        """What a watcher is told: ids and a time."""
        at = None if self.at is None else datetime.fromtimestamp(self.at, UTC).isoformat()
        return {"id": self.id, **self.ids, "at": at}


@dataclass(frozen=True)
class Feed:
    """Base of the feeds. Their fields are plain JSON."""

    kind: ClassVar[str]
    """Names the feed in what is kept of it."""

    def read(self, since: float, pages_of: PagesOf) -> Check[list[Entry]]:
        """Read its records. Those made before `since`, in seconds since the epoch, may be left out."""
        raise NotImplementedError

    def as_json(self) -> Json:
        """The feed as JSON, which identifies it."""
        return {"kind": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class Cursor:
    """What a watcher has reported of a feed, or found there when it began."""

    since: float
    """Nothing older is reported; in seconds since the epoch."""
    seen: dict[str, float | None]
    """Ids of records -> when they were made."""

    @classmethod
    def begin(cls, entries: Iterable[Entry], now: float) -> Self:
        """Begin to watch: what is there by now is not reported."""
        return cls(now - LATE, {}).with_seen(entries)

    def news(self, entries: Iterable[Entry]) -> list[Entry]:
        """The records that were not reported yet, the oldest first."""
        new = {one.id: one for one in entries if one.id not in self.seen and self._counts(one.at)}
        return sorted(new.values(), key=lambda one: one.at or 0.0)

    def with_seen(self, entries: Iterable[Entry]) -> Self:
        """The cursor once records were reported."""
        return dataclasses.replace(self, seen=self.seen | {one.id: one.at for one in entries if self._counts(one.at)})

    def moved(self, entries: Collection[Entry], now: float) -> Self:
        """The cursor after a look, which need not remember what can't come again."""
        later = dataclasses.replace(self, since=max(self.since, now - LATE))
        there = {one.id for one in entries}
        kept = {id: at for id, at in self.seen.items() if (id in there if at is None else later._counts(at))}
        return dataclasses.replace(later, seen=kept)

    def _counts(self, at: float | None) -> bool:
        return at is None or at >= self.since

    def as_json(self) -> Json:
        """The cursor as JSON."""
        return dataclasses.asdict(self)


def made_at(record: Any) -> float | None:
    """When a record was made, in seconds since the epoch; None where it doesn't say."""
    at = instant(record.get("createdAt"))
    return at.timestamp() if at else None
