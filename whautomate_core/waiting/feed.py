"""Lists that grow, such as the messages of a contact, and what is new in them since the last look.

A feed is a plain value that says what to read, and what of it a watcher is told: ids of records and times, and nothing
else. A cursor is what a watcher has reported of a feed. Both do no I/O.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from whautomate_core.api.call import Json
from whautomate_core.values.times import instant
from whautomate_core.waiting.condition import Check, PagesOf

log = logging.getLogger(__name__)

LATE = 86_400.0
"""Seconds by which a record may come into its list later than its own time, and still be reported."""

AHEAD = 3600.0
"""Seconds by which a clock may be set back without a look that takes what was reported a day ago for new."""


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

    def __str__(self) -> str:
        """What is watched, for the log: `messages of contact_id c1`."""
        return self.kind + "".join(f" of {name} {value}" for name, value in dataclasses.asdict(self).items())


@dataclass(frozen=True)
class Cursor:
    """What a watcher has reported of a feed, or found there when it began."""

    since: float
    """Nothing older is reported; in seconds since the epoch."""
    seen: dict[str, float | None]
    """Ids of records -> when they were made."""
    missing: dict[str, float] = dataclasses.field(default_factory=dict)
    """Ids of records without a time that have left the list -> since when, in seconds since the epoch."""

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
        # A record that is missing may have been left out of one answer, and come again in the next.
        missing = {id: self.missing.get(id, now) for id, at in self.seen.items() if at is None and id not in there}
        missing = {id: since for id, since in missing.items() if since > now - LATE}
        kept = {
            id: at
            for id, at in self.seen.items()
            if (id in there or id in missing if at is None else later._counts(at))
        }
        return dataclasses.replace(later, seen=kept, missing=missing)

    def not_ahead_of(self, now: float) -> Self:
        """The cursor as it is used now: if the clock was ahead when it was moved, it would skip all until then."""
        return self if self.since <= now - LATE + AHEAD else dataclasses.replace(self, since=now - LATE)

    def _counts(self, at: float | None) -> bool:
        return at is None or at >= self.since

    def as_json(self) -> Json:
        """The cursor as JSON."""
        return dataclasses.asdict(self)


def identified(feed: Feed, records: Collection[Any]) -> list[Any]:
    """Those records that have an id. Without one, nobody can tell whether a record is new: a warning counts those."""
    found = [one for one in records if one.get("id") is not None]
    if len(found) < len(records):
        log.warning(
            "%d of %d records of %s have no id, so they can't be reported",
            len(records) - len(found),
            len(records),
            feed,
        )
    return found


def made_at(record: Any) -> float | None:
    """When a record was made, in seconds since the epoch; None where it doesn't say."""
    at = instant(record.get("createdAt"))
    return at.timestamp() if at else None
