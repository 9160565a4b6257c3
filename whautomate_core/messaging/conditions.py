"""Waiting for broadcasts and messages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from whautomate_core.api.broadcasts import get_broadcast, list_broadcasts
from whautomate_core.api.contacts import get_contact
from whautomate_core.api.messages import list_contact_messages
from whautomate_core.api.records import Broadcast
from whautomate_core.errors import InvalidRequest, NoSuchPath, NotFound, UnexpectedResponse, UnreadableRecord
from whautomate_core.messaging.delivery import delivery
from whautomate_core.messaging.lines import delivered
from whautomate_core.values.redaction import shown_id
from whautomate_core.values.thresholds import Threshold, check_threshold, limit
from whautomate_core.values.times import aware, instant
from whautomate_core.values.words import counted, time_of
from whautomate_core.waiting.condition import Check, Condition, PagesOf, Seen, read_record


@dataclass(frozen=True)
class BroadcastReached(Condition):
    """Wait until a broadcast is finished, or has reached `min_delivered`.

    A count decides as soon as it is passed. A share is one of the number of recipients, which may not be final before
    the broadcast is complete. So a share decides then, or once the server counts more recipients than it has processed.

    Args:
        broadcast_id: Id of the broadcast.
        min_delivered: Recipients that it must be delivered to: a count, or a share like "95%". The wait ends when they
            are reached, and fails if the broadcast ends with fewer.
        max_failed: Recipients that may fail before the wait does, finished or not: a count, or a share like "5%";
            defaults to unlimited.

    Returns: `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`.
    """

    kind: ClassVar[str] = "broadcast"
    checked_together: ClassVar[bool] = True

    broadcast_id: str
    _: KW_ONLY
    min_delivered: Threshold | None = None
    max_failed: Threshold | None = None

    def __post_init__(self) -> None:
        get_broadcast(self.broadcast_id)  # checks the id
        for name in ("min_delivered", "max_failed"):
            threshold = getattr(self, name)
            if threshold is not None:
                check_threshold(name, threshold)
                # A template makes the text "5" of the count 5.
                object.__setattr__(self, name, threshold if str(threshold).endswith("%") else int(threshold))

    @property
    def unmet(self) -> str:
        return f"broadcast {self.broadcast_id} is not finished"

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        return self.decide((yield from read_record(get_broadcast(self.broadcast_id), "status")))

    @classmethod
    def check_together(
        cls, asking: Collection[Self], due: Collection[Self], pages_of: PagesOf
    ) -> Check[dict[Self, Seen | Exception]]:
        ids, due_ids = ({one.broadcast_id for one in some} for some in (asking, due))
        found = yield from broadcasts_now(ids, due_ids, pages_of)
        records = {one: found[one.broadcast_id] for one in asking if one.broadcast_id in found}
        return {one: of if isinstance(of, Exception) else one.decide(of) for one, of in records.items()}

    def decide(self, broadcast: Broadcast, now: datetime | None = None) -> Seen:
        """What the state of a broadcast means."""
        now = now or datetime.now(UTC)
        found = delivery(broadcast, now)
        known = found.as_dict()
        words = f"broadcast {found.id} is {found.status}: {delivered(known)}"
        if found.failed:
            return Seen(words, problem=f"broadcast {found.id} was not sent: its status is {found.status}", known=known)
        final = bool(broadcast.get("completedAt")) or _counted_ahead(broadcast)

        def decides(threshold: Threshold) -> bool:
            return found.finished or final or isinstance(threshold, int)

        most, least = self.max_failed, self.min_delivered
        if most is not None and decides(most) and found.undelivered > limit("max_failed", most, found.recipients):
            problem = f"{found.undelivered} of {found.recipients} not reached, over max_failed={most!r}"
            return Seen(words, problem=f"broadcast {found.id}: {problem}", known=known)
        if least is not None and decides(least) and found.delivered >= limit("min_delivered", least, found.recipients):
            return Seen(words, result=known)
        if found.finished and least is not None:
            problem = f"{found.delivered} of {found.recipients} delivered, under min_delivered={least!r}"
            return Seen(words, problem=f"broadcast {found.id}: {problem}", known=known)
        return Seen(words, result=known if found.finished else None, not_before=_starts_at(broadcast))


def _counted_ahead(broadcast: Broadcast) -> bool:
    """Whether the server counts more recipients than it has processed so far."""
    figures = broadcast.get("processedStats") or {}
    try:
        return int(figures["totalCount"]) > int(figures["successCount"]) + int(figures["failureCount"])
    except (KeyError, TypeError, ValueError):
        return False


def _starts_at(broadcast: Broadcast) -> float:
    """When a broadcast that has not started is due to, in seconds since the epoch."""
    due = None if broadcast.get("startedAt") else instant(broadcast.get("scheduleDateTime"))
    return due.timestamp() if due else 0.0


def broadcasts_now(ids: Collection[str], due: Collection[str], pages_of: PagesOf) -> Check[dict[str, Any]]:
    """Read several broadcasts in as few requests as possible.

    It reads pages of the list while a page without any of the broadcasts costs less than the single reads it may save.
    Then it reads the remaining ones of `due` one by one. Others of `ids` are returned if they were on a page.

    Returns: id -> broadcast, or the error of reading that one.
    """
    found: dict[str, Any] = {}
    pages, in_vain = pages_of(list_broadcasts()), 0

    def missing() -> list[str]:
        return [one for one in due if one not in found]

    while not pages.done and len(missing()) > 1 and in_vain < len(missing()):
        page = pages.take((yield pages.next_call()))
        here = {one["id"]: one for one in page if one.get("id") in ids and _has_figures(one)}
        in_vain = 0 if here else in_vain + 1
        found |= here
    for one in missing():
        try:
            found[one] = yield from read_record(get_broadcast(one), "status")
        except (NoSuchPath, NotFound, InvalidRequest, UnexpectedResponse) as error:
            found[one] = error
    return found


def _has_figures(broadcast: Any) -> bool:
    # A list may show less of a broadcast than a single read does. Without the figures nobody would seem to be reached.
    return "processedStats" in broadcast and "deliveryStats" in broadcast


@dataclass(frozen=True)
class MessageReceived(Condition):
    """Wait until a contact has written since a moment, by any channel.

    Args:
        contact_id: Id of the contact.
        since: The moment: a datetime with a time zone, or its text. Defaults to the start of the step, which starts
            again with each retry. With retries, give a moment such as the start of the run.

    Returns: `contact_id`, `count` (of messages since), `newest_id`, `newest_at` (UTC); nothing of what was written.
    """

    kind: ClassVar[str] = "message"
    from_start: ClassVar[frozenset[str]] = frozenset({"since"})

    contact_id: str
    _: KW_ONLY
    since: datetime | str | None = None
    """UTC text, once it is made."""

    def __post_init__(self) -> None:
        get_contact(self.contact_id)  # checks the id
        since = datetime.now(UTC) if self.since is None else aware("since", self.since)
        object.__setattr__(self, "since", since.isoformat())

    @property
    def since_at(self) -> float:
        """`since` in seconds since the epoch."""
        return aware("since", self.since).timestamp()

    @property
    def unmet(self) -> str:
        since = aware("since", self.since).isoformat(timespec="seconds")
        return f"contact {shown_id(self.contact_id)} has not written since {since}"

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        found = yield from messages_since(self.contact_id, self.since_at, pages_of)
        return self.decide(found)

    def decide(self, messages: Collection[Any]) -> Seen:
        """What the messages with a contact mean. Texts and numbers are not looked at."""
        received, since = [], self.since_at
        for message in filter(is_incoming, messages):
            at = message_at(message)
            if at is None:
                raise UnreadableRecord("GET /v1/messages/{}: a message has no time that can be read")
            if at >= since:
                received.append((at, str(message.get("id"))))
        if not received:
            return Seen(f"{self.unmet} yet", not_before=since)
        at, newest = max(received)
        result = {"contact_id": self.contact_id, "count": len(received), "newest_id": newest}
        result["newest_at"] = datetime.fromtimestamp(at, UTC).isoformat()
        wrote = f"contact {shown_id(self.contact_id)} wrote {counted(len(received), 'message')}"
        return Seen(f"{wrote}, the newest ({newest}) at {time_of(at)}", result=result)


def messages_since(contact_id: str, since: float, pages_of: PagesOf) -> Check[list[Any]]:
    """Read the messages from and to a contact since a moment, in seconds since the epoch. Older ones may be among them.

    They are read from a day earlier, because the zone of the server's days is unknown. The times of the messages decide
    (filters: D).
    """
    day = datetime.fromtimestamp(since, UTC) - timedelta(days=1)
    pages = pages_of(list_contact_messages(contact_id, filters={"startDate": f"{day:%Y-%m-%d}"}))
    found: list[Any] = []
    while not pages.done:
        page = pages.take((yield pages.next_call()))
        found += page
        times = [at for at in map(message_at, page) if at is not None]
        if len(set(times)) > 1 and times == sorted(times, reverse=True) and times[-1] < since:
            break  # newest first, and what follows is older still
    return found


def is_incoming(message: Any) -> bool:
    """Whether the contact wrote a message. The field is a boolean or its text."""
    return str(message.get("isIncoming")).lower() == "true"


def message_at(message: Any) -> float | None:
    """When a message was sent, in seconds since the epoch; None where it doesn't say."""
    at = instant(message.get("timestamp")) or instant(message.get("createdAt"))
    return at.timestamp() if at else None
