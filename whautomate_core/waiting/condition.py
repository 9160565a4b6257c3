"""Waiting: what for, when to look, and what to make of what is seen.

A question is a plain value. Its `look` is a generator that yields what is to be read and returns what was seen: sensors
that poke, triggers that poll and tasks that wait all drive it, by `look` and `alook`, so that they agree. Nothing here
does I/O, but for the permits.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from whautomate_core.api.appointments import list_appointments
from whautomate_core.api.broadcasts import get_broadcast, list_broadcasts
from whautomate_core.api.call import Call, Json
from whautomate_core.api.classes import get_class
from whautomate_core.api.clients import get_client
from whautomate_core.api.contacts import get_contact, list_contacts
from whautomate_core.api.messages import list_contact_messages
from whautomate_core.api.records import Broadcast
from whautomate_core.bookings.seen import free_places, is_cancelled, reference_id, slot_starts, slots_call
from whautomate_core.errors import (
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    QuotaExhausted,
    RateLimited,
    ServerError,
    StateLost,
    StateUnavailable,
    UnexpectedResponse,
    UnreadableRecord,
    WhautomateError,
    WrongRecord,
)
from whautomate_core.messaging.delivery import delivery, moment
from whautomate_core.messaging.lines import delivered
from whautomate_core.policy import digits, numbers
from whautomate_core.state import open_state
from whautomate_core.state.pool import Grant, Lane, Pool, Usage
from whautomate_core.values.limits import Limits
from whautomate_core.values.phones import canonical, shared_digits
from whautomate_core.values.thresholds import Threshold, check_threshold, limit
from whautomate_core.values.times import aware, hours_of, period, starts_of, utc, utc_days, within, zone
from whautomate_core.values.words import counted, time_of

if TYPE_CHECKING:
    from whautomate_core.account import Account
    from whautomate_core.client.client import AsyncClient, Client
    from whautomate_core.client.pages import Pages

R = TypeVar("R")

PagesOf: TypeAlias = "Callable[[Call[list[Any]]], Pages]"


@dataclass(frozen=True, repr=False)
class KnownContacts:
    """Asks for the ids under which our own state has the contacts with a number."""

    number: str
    """In its canonical form."""


Look: TypeAlias = Generator[Call[Any] | KnownContacts | type[Usage], Any, R]
"""Yields calls to be sent, `KnownContacts`, or `Usage` for the account's pool as it stands and its limits; is sent the
answers, thrown the errors."""
Looking: TypeAlias = Callable[[PagesOf], Look[R]]


@dataclass(frozen=True)
class Seen:
    """What a look found, and what that decides."""

    words: str
    """How it stands, for the log."""
    result: Json | None = None
    """What the step returns: what it waited for is there. Small JSON, nothing about people but ids."""
    problem: str | None = None
    """Why the step fails: what it waits for will not come."""
    not_before: float = 0.0
    """Nothing can have changed before then, in seconds since the epoch."""
    failed: str | None = None
    """Why nothing could be seen this time; the next check may succeed."""

    @property
    def over(self) -> bool:
        return self.result is not None or self.problem is not None


# --- questions


@dataclass(frozen=True)
class Question:
    """What a step waits for. Its fields are plain JSON."""

    kind: ClassVar[str]
    longest: ClassVar[float] = 900.0
    """Seconds between two looks, at the most."""
    personal: ClassVar[frozenset[str]] = frozenset()
    """Fields that are personal data: nothing that lasts or is shown has them in clear."""

    @property
    def unmet(self) -> str:
        """What is not so yet, in words without personal data."""
        raise NotImplementedError

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        """Read what is needed, and decide."""
        raise NotImplementedError

    def as_json(self) -> Json:
        return {"kind": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class BroadcastReached(Question):
    """Whether a broadcast is finished, or has been delivered to `min_delivered` of its recipients.

    Both thresholds are a count, or a share of the recipients like "95%". The wait ends early once a count is passed;
    a share is one of a number that nobody says is final before the broadcast is complete, so it decides then, or once
    the server counts more recipients than it has processed.
    """

    kind: ClassVar[str] = "broadcast"

    broadcast_id: str
    min_delivered: Threshold | None = None
    max_failed: Threshold | None = None

    def __post_init__(self) -> None:
        get_broadcast(self.broadcast_id)  # checks the id
        for name in ("min_delivered", "max_failed"):
            if getattr(self, name) is not None:
                check_threshold(name, getattr(self, name))

    @property
    def unmet(self) -> str:
        return f"broadcast {self.broadcast_id} is not finished"

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        return self.decide((yield from _record(get_broadcast(self.broadcast_id), "status")))

    def decide(self, broadcast: Broadcast, now: datetime | None = None) -> Seen:
        """What a broadcast as it stands means."""
        now = now or datetime.now(UTC)
        found = delivery(broadcast, now)
        words = f"broadcast {found.id} is {found.status}: {delivered(found.as_dict())}"
        if found.failed:
            return Seen(words, problem=f"broadcast {found.id} was not sent: its status is {found.status}")
        final = bool(broadcast.get("completedAt")) or _counted_ahead(broadcast)

        def decides(threshold: Threshold) -> bool:
            return found.finished or final or isinstance(threshold, int)

        most, least = self.max_failed, self.min_delivered
        if most is not None and decides(most) and found.undelivered > limit("max_failed", most, found.recipients):
            problem = f"{found.undelivered} of {found.recipients} not reached, over max_failed={most!r}"
            return Seen(words, problem=f"broadcast {found.id}: {problem}")
        if least is not None and decides(least) and found.delivered >= limit("min_delivered", least, found.recipients):
            return Seen(words, result=found.as_dict())
        if found.finished and least is not None:
            problem = f"{found.delivered} of {found.recipients} delivered, under min_delivered={least!r}"
            return Seen(words, problem=f"broadcast {found.id}: {problem}")
        return Seen(words, result=found.as_dict() if found.finished else None, not_before=_starts_at(broadcast))


def _counted_ahead(broadcast: Broadcast) -> bool:
    """Whether the server's number of recipients is more than a count of those it has processed so far."""
    figures = broadcast.get("processedStats") or {}
    try:
        return int(figures["totalCount"]) > int(figures["successCount"]) + int(figures["failureCount"])
    except (KeyError, TypeError, ValueError):
        return False


def _starts_at(broadcast: Broadcast) -> float:
    """When a broadcast that has not started is due to, in seconds since the epoch."""
    due = None if broadcast.get("startedAt") else moment(broadcast.get("scheduleDateTime"))
    return due.timestamp() if due else 0.0


@dataclass(frozen=True)
class ContactHas(Question):
    """Whether a contact, or any with that number, has a tag, a stage, or both. Upper and lower case are the same."""

    kind: ClassVar[str] = "contact"
    personal: ClassVar[frozenset[str]] = frozenset({"phone"})

    contact_id: str | None = None
    phone: str | None = dataclasses.field(default=None, repr=False)
    tag: str | None = None
    stage: str | None = None

    def __post_init__(self) -> None:
        if (self.contact_id is None) == (self.phone is None):
            raise ConfigurationError("name the contact by either contact_id or phone")
        if self.phone is not None and not digits(str(self.phone)):
            raise ConfigurationError("phone must hold a number")
        if self.contact_id is not None:
            get_contact(self.contact_id)  # checks the id
        _require_text(tag=self.tag, stage=self.stage)

    @property
    def unmet(self) -> str:
        who = "no contact with that number" if self.contact_id is None else f"contact {self.contact_id}"
        has = "has" if self.contact_id is None else "doesn't have"
        return f"{who} {has} {self._wanted}"

    @property
    def _wanted(self) -> str:
        return " and ".join(f"{name} {value!r}" for name, value in (("tag", self.tag), ("stage", self.stage)) if value)

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        if self.contact_id is not None:
            return self.decide([(yield from _record(get_contact(self.contact_id), "tags", "stage"))])
        number, found, shown = canonical(digits(str(self.phone))), [], set[str]()
        pages = pages_of(list_contacts(filters={"searchText": shared_digits(number)}))
        while not pages.done:
            # How `searchText` matches is not documented.
            page = pages.take((yield pages.next_call()))
            found += [one for one in page if number in numbers(one)]
            shown |= {str(one.get("id")) for one in page}
        for id in (yield KnownContacts(number)):
            if id in shown:
                continue
            # Nor is it documented how soon a search shows new contacts.
            try:
                one = yield get_contact(id)
            except (NotFound, WrongRecord):
                continue
            found += [one] if number in numbers(one) else []
        return self.decide(found)

    def decide(self, contacts: Collection[Any]) -> Seen:
        """What these contacts mean: one of them has to have all that is asked for."""
        for one in contacts:
            staged = self.stage is None or _folded(one.get("stage")) == _folded(self.stage)
            if staged and (self.tag is None or _has_tag(one, self.tag)):
                return Seen(f"contact {one.get('id')} has {self._wanted}", result={"id": one.get("id")})
        return Seen(f"{self.unmet} yet" + ("" if contacts else " (there is none yet)"))


@dataclass(frozen=True)
class ClientHas(Question):
    """Whether a client has a tag. Upper and lower case are the same."""

    kind: ClassVar[str] = "client"

    client_id: str
    tag: str

    def __post_init__(self) -> None:
        get_client(self.client_id)  # checks the id
        _require_text(tag=self.tag)

    @property
    def unmet(self) -> str:
        return f"client {self.client_id} doesn't have tag {self.tag!r}"

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        return self.decide((yield from _record(get_client(self.client_id), "tags")))

    def decide(self, client: Any) -> Seen:
        """What a client as it stands means."""
        if _has_tag(client, self.tag):
            return Seen(f"client {self.client_id} has tag {self.tag!r}", result={"id": self.client_id})
        return Seen(f"{self.unmet} yet")


@dataclass(frozen=True)
class QuotaFree(Question):
    """Whether the account's pool has so many permits left now, in each window. It is asked itself, nothing is sent."""

    kind: ClassVar[str] = "quota"
    longest: ClassVar[float] = 60.0

    requests: int

    def __post_init__(self) -> None:
        if isinstance(self.requests, bool) or not isinstance(self.requests, int) or self.requests < 1:
            raise ConfigurationError("requests must be a whole number of at least 1")

    @property
    def unmet(self) -> str:
        return f"the account has fewer than {counted(self.requests, 'request')} left"

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        return self.decide(*(yield Usage))

    def decide(self, usage: Usage, limits: Limits, now: float | None = None) -> Seen:
        """What a pool as it stands means. Raises `ConfigurationError` where the limits never leave so many."""
        for most, seconds in limits.windows:
            if self.requests > most:
                raise ConfigurationError(
                    f"requests={self.requests} is more than the account ever has: {most} in {seconds:g} s"
                )
        left = min(left for left, _, _ in usage.remaining)
        if usage.paused_for:
            after = f"{counted(left, 'request')} left, after a pause of {usage.paused_for:.0f} s"
            return Seen(after, not_before=(now or time.time()) + usage.paused_for)
        return Seen(f"{counted(left, 'request')} left", result={"left": left} if left >= self.requests else None)


@dataclass(frozen=True)
class MessageReceived(Question):
    """Whether a contact has written since a moment, which is given in seconds since the epoch."""

    kind: ClassVar[str] = "message"

    contact_id: str
    since: float

    def __post_init__(self) -> None:
        get_contact(self.contact_id)  # checks the id

    @property
    def unmet(self) -> str:
        since = datetime.fromtimestamp(self.since, UTC).isoformat(timespec="seconds")
        return f"contact {self.contact_id} has not written since {since}"

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        # A day earlier, since nobody says in which zone its days are; the times of the messages decide (filters: D).
        day = datetime.fromtimestamp(self.since, UTC) - timedelta(days=1)
        pages = pages_of(list_contact_messages(self.contact_id, filters={"startDate": f"{day:%Y-%m-%d}"}))
        found: list[Any] = []
        while not pages.done:
            page = pages.take((yield pages.next_call()))
            found += page
            times = [at for at in map(_at, page) if at is not None]
            if len(set(times)) > 1 and times == sorted(times, reverse=True) and times[-1] < self.since:
                break  # newest first, and what follows is older still
        return self.decide(found)

    def decide(self, messages: Collection[Any]) -> Seen:
        """What the messages with a contact mean. Texts and numbers are not looked at."""
        received = []
        for message in messages:
            if str(message.get("isIncoming")).lower() != "true":
                continue
            at = _at(message)
            if at is None:
                raise UnreadableRecord("GET /v1/messages/{}: a message has no time that can be read")
            if at >= self.since:
                received.append((at, str(message.get("id"))))
        if not received:
            return Seen(f"{self.unmet} yet", not_before=self.since)
        at, newest = max(received)
        result = {"contact_id": self.contact_id, "count": len(received), "newest_id": newest}
        result["newest_at"] = datetime.fromtimestamp(at, UTC).isoformat()
        wrote = f"contact {self.contact_id} wrote {counted(len(received), 'message')}"
        return Seen(f"{wrote}, the newest ({newest}) at {time_of(at)}", result=result)


@dataclass(frozen=True)
class AppointmentIs(Question):
    """Whether an appointment that begins in a period is booked, or was cancelled. Its ends are text in UTC."""

    kind: ClassVar[str] = "appointment"

    is_: str
    earliest: str
    latest: str
    client_id: str | None = None
    service_id: str | None = None
    staff_id: str | None = None
    location_id: str | None = None

    def __post_init__(self) -> None:
        if self.is_ not in ("booked", "cancelled"):
            raise ConfigurationError("is_ must be booked or cancelled")
        period(self.earliest, self.latest)

    @property
    def unmet(self) -> str:
        return f"no appointment from {self.earliest} to {self.latest} is {self.is_}"

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        # No filter of dates: whether they mean the day of booking or the day it takes place is not documented.
        given = {"clientId": self.client_id, "staffId": self.staff_id, "locationId": self.location_id}
        filters: Any = {name: value for name, value in given.items() if value is not None}
        pages, found = pages_of(list_appointments(filters=filters)), list[Any]()
        while not pages.done:
            found += pages.take((yield pages.next_call()))
        return self.decide(found)

    def decide(self, appointments: Collection[Any], now: datetime | None = None) -> Seen:
        """What the appointments as they stand mean."""
        first, last = period(self.earliest, self.latest)
        wanted = {"client": self.client_id, "service": self.service_id, "staff": self.staff_id}
        wanted["location"] = self.location_id
        found = [
            str(one.get("id"))
            for one in appointments
            if is_cancelled(one) == (self.is_ == "cancelled")
            and any(first <= at < last for at in starts_of(one, "UTC"))
            and all(id is None or reference_id(one, name) in (id, None) for name, id in wanted.items())
        ]
        if found:
            result = {"id": found[0], "count": len(found), "ids": found[:100]}
            return Seen(f"{counted(len(found), 'appointment')} {self.is_}: {', '.join(found[:3])}", result=result)
        if (now or datetime.now(UTC)) >= last:
            return Seen(f"{self.unmet}", problem=f"{self.unmet}, and the period is over")
        return Seen(f"{self.unmet} yet")


@dataclass(frozen=True)
class ClassPlaces(Question):
    """Whether a class has so many places free, or none any more (0)."""

    kind: ClassVar[str] = "class"

    class_id: str
    free: int = 1

    def __post_init__(self) -> None:
        get_class(self.class_id)  # checks the id
        if isinstance(self.free, bool) or not isinstance(self.free, int) or self.free < 0:
            raise ConfigurationError("free must be a whole number, 0 for a class that is full")

    @property
    def unmet(self) -> str:
        return f"class {self.class_id} " + (
            f"has fewer than {counted(self.free, 'free place')}" if self.free else "is not full"
        )

    def look(self, pages_of: PagesOf) -> Look[Seen]:
        return self.decide((yield from _record(get_class(self.class_id), "status")))

    def decide(self, class_: Any, now: datetime | None = None) -> Seen:
        """What a class as it stands means."""
        if is_cancelled(class_):
            return Seen("", problem=f"class {self.class_id} was cancelled")
        left = free_places(class_)
        if left is None:
            raise UnreadableRecord(
                "GET /v1/classes/{}: the class doesn't say how many places it has and how many are taken"
            )
        if left >= self.free if self.free else left <= 0:
            return Seen(
                f"class {self.class_id} has {counted(left, 'free place')}", result={"id": self.class_id, "free": left}
            )
        begins = starts_of(class_, "UTC")
        if begins and max(begins) <= (now or datetime.now(UTC)):
            return Seen("", problem=f"{self.unmet}, and has begun")
        return Seen(f"{self.unmet}: {left} free")


@dataclass(frozen=True)
class SlotFree(Question):
    """Whether a slot of a service is free in a period, of up to 14 days: each day of it is a request.

    `earliest` and `latest` are UTC text, `hours` spans of the day in `timezone`.
    """

    kind: ClassVar[str] = "slot"

    service_id: str
    earliest: str
    latest: str
    timezone: str = "UTC"
    hours: tuple[str, ...] = ()
    staff_id: str | None = None
    location_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", tuple(self.hours))  # JSON has lists
        first, last = period(self.earliest, self.latest)
        if last - first > timedelta(days=14):
            raise ConfigurationError("latest must be up to 14 days after earliest")
        zone(self.timezone)
        hours_of([*self.hours])
        _require_text(service_id=self.service_id)

    @property
    def unmet(self) -> str:
        return f"no slot of service {self.service_id} is free from {self.earliest} to {self.latest}"

    def look(self, pages_of: PagesOf, now: datetime | None = None) -> Look[Seen]:
        first, last = period(self.earliest, self.latest)
        first = max(first, now or datetime.now(UTC))
        if first >= last:
            return Seen(self.unmet, problem=f"{self.unmet}, and the period is over")
        spans = hours_of([*self.hours])
        for day in utc_days(first, last):
            starts = slot_starts((yield slots_call(day, self.service_id, self.staff_id, self.location_id)))
            for at in starts:
                if first <= at < last and within(at, spans, self.timezone):
                    return Seen(f"a slot is free at {time_of(utc(at))}", result={"start": utc(at)})
        return Seen(f"{self.unmet} yet")


def _record(call: Call[Any], *fields: str) -> Look[Any]:
    """Read one record. One without an id and all that is looked for is none, and no "not yet".

    Raises: `UnexpectedResponse`, which fails the check.
    """
    record = yield call
    if not any(record.get(name) is not None for name in ("id", *fields)):
        raise UnexpectedResponse(f"{call.method} {call.path}: the answer is a record without an id: nothing is known")
    return record


def _at(message: Any) -> float | None:
    at = moment(message.get("timestamp")) or moment(message.get("createdAt"))
    return at.timestamp() if at else None


def since_epoch(since: datetime | str) -> float:
    """A moment as seconds since the epoch. Raises `ConfigurationError` for what is none, or has no time zone."""
    return aware("since", since).timestamp()


def _folded(text: object) -> str:
    return str(text or "").strip().casefold()


def _has_tag(person: Any, tag: str) -> bool:
    return _folded(tag) in {_folded(one) for one in person.get("tags") or []}


def _require_text(**texts: str | None) -> None:
    given = {name: text for name, text in texts.items() if text is not None}
    if not given:
        raise ConfigurationError(f"name what to wait for: {' or '.join(texts)}")
    for name, text in given.items():
        if not isinstance(text, str) or not text.strip():
            raise ConfigurationError(f"{name} must be a text that is not empty")


_KINDS: dict[str, type[Question]] = {
    one.kind: one
    for one in (
        BroadcastReached,
        ContactHas,
        ClientHas,
        QuotaFree,
        MessageReceived,
        AppointmentIs,
        ClassPlaces,
        SlotFree,
    )
}


def question_from(given: Json) -> Question:
    """The question of its `as_json`."""
    fields = dict(given)
    return _KINDS[fields.pop("kind")](**fields)


# --- looking


def broadcasts_now(ids: Collection[str], due: Collection[str], pages_of: PagesOf) -> Look[dict[str, Any]]:
    """Read several broadcasts in as few requests as it takes: id -> broadcast, or the error of reading that one.

    Pages of the list, while one that holds none of them costs less than the single reads it may save; then, one by one,
    those of `due` that were not on them. Others of `ids` come along where they are.
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
            found[one] = yield from _record(get_broadcast(one), "status")
        except (NotFound, InvalidRequest, UnexpectedResponse) as error:
            found[one] = error
    return found


def _has_figures(broadcast: Any) -> bool:
    # Without them a list would be shorter than what a single read gives, and say that nobody was reached.
    return "processedStats" in broadcast and "deliveryStats" in broadcast


def look(client: Client, looking: Looking[R]) -> R:
    """Read what a look asks for, and return what it makes of it."""
    steps = looking(client.pages_of)
    try:
        step = next(steps)
        while True:
            try:
                answer = client.send(step) if isinstance(step, Call) else _of_state(client, step)
            except WhautomateError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def alook(client: AsyncClient, looking: Looking[R]) -> R:
    """`look` without blocking the event loop."""
    if "profile" not in vars(client):
        await asyncio.to_thread(getattr, client, "profile")
    steps = looking(client.pages_of)
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Call):
                    answer = await client.send(step)
                else:
                    answer = await asyncio.to_thread(_of_state, client, step)
            except WhautomateError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def may_pass(error: BaseException) -> bool:
    """Whether a check that failed so may succeed later: the server, the way to it or the state database is away.

    A wait goes on after those and ends with all others: a key that is refused, a record that isn't there, another
    record than was asked for, one that can't be read, a wrong request, a host that has moved for good, a used-up
    budget, a lost state file.
    """
    if isinstance(error, (StateLost, UnreadableRecord, WrongRecord)):
        return False
    if isinstance(error, UnexpectedResponse):
        return error.status not in _MOVED_FOR_GOOD
    return isinstance(error, (ConnectionFailed, RateLimited, ServerError, StateUnavailable))


_MOVED_FOR_GOOD = (301, 308)


def failed_check(error: Exception) -> Seen:
    """What a check is worth that failed and `may_pass`: nothing is decided."""
    return Seen(f"the check failed: {error}", failed=str(error))


def check(client: Client, question: Question) -> Seen:
    """Look once. A failure that may pass decides nothing; others are raised."""
    try:
        return look(client, question.look)
    except WhautomateError as error:
        if not may_pass(error):
            raise
        return failed_check(error)


async def acheck(client: AsyncClient, question: Question) -> Seen:
    """`check` without blocking the event loop."""
    try:
        return await alook(client, question.look)
    except WhautomateError as error:
        if not may_pass(error):
            raise
        return failed_check(error)


CHECK_ATTEMPTS = 1
"""`attempts` of a client that checks: what fails is asked again at the next check, not at once."""


def _of_state(client: Client | AsyncClient, step: KnownContacts | type[Usage]) -> Any:
    """What our own state answers to a step of a look."""
    from whautomate_core.people.kinds import CONTACTS
    from whautomate_core.people.known import Known

    if isinstance(step, KnownContacts):
        return Known(client, CONTACTS).ids(CONTACTS.phone, step.number)
    account = client.account
    return client.state.pool_of(account).usage(), account.limits


# --- when to look


def poll_delays(first: float = 60.0, longest: float = 900.0) -> Iterator[float]:
    """Seconds to wait before each look: doubling, up to a quarter of an hour."""
    while True:
        yield first
        first = min(max(first, longest), first * 2)


def looks(
    question: Question,
    poll_interval: float,
    deadline: float,
    *,
    not_before: float | None = None,
    clock: Callable[[], float] = time.time,
    tell: Callable[[int, str], object] = lambda level, words: None,
) -> Generator[float, Seen, Seen]:
    """When to look, for what waits by itself: yields the moment of the next look, is sent what was seen then.

    The delays start anew where nothing can have changed yet. After a check that failed the wait goes on.

    Args:
        deadline: When to give up, after a last look; in seconds since the epoch, as all moments here.
        not_before: Nothing was there at a first look, and nothing can change before then. None: look at once.
        tell: Told of each look that decided nothing: the level of `logging`, and the words.

    Raises: `TimeoutError` where it is not over at the deadline, with why the last check failed, if it did.
    """
    delays = poll_delays(poll_interval, question.longest)
    at = clock()
    if not_before is not None:
        at = max(at, not_before) + next(delays)
    while not (seen := (yield min(at, deadline))).over:
        now = clock()
        if now >= deadline:
            tell(*_told(seen, 0.0))
            raise TimeoutError(*([f"the last check failed: {seen.failed}"] if seen.failed else []))
        if seen.not_before > now:
            delays = poll_delays(poll_interval, question.longest)
        at = max(now, seen.not_before) + next(delays)
        tell(*_told(seen, min(at, deadline) - now))
    return seen


def _told(seen: Seen, pause: float) -> tuple[int, str]:
    if seen.failed is None:
        return logging.INFO, seen.words
    return logging.WARNING, seen.words + (f"; checking again in {pause:.0f} s" if pause else "")


def timed_out(question: Question, after: str, because: object) -> str:
    """What a step says that gave up: `after` is for how long it waited, `because` what ended `looks`."""
    return f"{question.unmet} {after}" + (f"; {because}" if str(because) else "")


def check_poll_interval(seconds: Any) -> None:
    """Raise `ConfigurationError` unless it is a number of seconds over 0."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds <= 0:
        raise ConfigurationError("poll_interval must be a number of seconds over 0")


# --- permits


def share(limits: Limits) -> Limits:
    """What all waiting steps of an account may make together: a tenth of its longest window (the day), and half of
    that in a quarter of it, so that some is left for later."""
    most, seconds = limits.windows[-1]
    return Limits([(max(1, -(-most // 20)), seconds / 4), (max(1, most // 10), seconds)])


def share_in_words(limits: Limits) -> str:
    """How often waiting steps look, for the log."""
    (early, quarter), (most, seconds) = share(limits).windows
    return (
        f"all waiting steps of the account together make at most {most} requests in {seconds / 3600:g} h, a tenth of "
        f"its limit, and {early} in {quarter / 3600:g} h"
    )


class WaitingPool:
    """The account's pool for waiting steps: each request takes a permit of their share first.

    The share is a pool of its own in the account's state database, so it holds for all processes and machines.

    Args:
        deadline: `QuotaExhausted` is raised for a permit that is due later, in seconds since the epoch.
    """

    def __init__(self, account: Account, *, deadline: float | None = None) -> None:
        self._account = account
        self._deadline = deadline

    @cached_property
    def _pools(self) -> tuple[Pool, Pool]:
        """The share and the account's pool.

        Opened with the first request, so that a state database that is away fails that check and doesn't end the wait.
        """
        account, state = self._account, open_state(self._account.state)
        waiting = state.pool(f"{account.id} (waiting)", share(account.limits), assumed=account.limits_assumed)
        return waiting, state.pool_of(account)

    def acquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        waiting, pool = self._pools
        longest = self._longest(max_wait)
        try:
            shared = waiting.acquire(permits, max_wait=longest)
        except QuotaExhausted as error:
            raise _share_exhausted(error) from None
        return _together(shared, pool.acquire(permits, lane=lane, max_wait=_less(longest, shared.waited)))

    async def aacquire(self, permits: int = 1, *, lane: Lane = "interactive", max_wait: float | None = None) -> Grant:
        waiting, pool = await asyncio.to_thread(getattr, self, "_pools")
        longest = self._longest(max_wait)
        try:
            shared = await waiting.aacquire(permits, max_wait=longest)
        except QuotaExhausted as error:
            raise _share_exhausted(error) from None
        left = _less(longest, shared.waited)
        return _together(shared, await pool.aacquire(permits, lane=lane, max_wait=left))

    # What follows is about a request that left, so the pools are open.

    def departed(self, grant: Grant) -> None:
        self._pools[1].departed(grant)

    async def adeparted(self, grant: Grant) -> None:
        await self._pools[1].adeparted(grant)

    def pause(self, seconds: float | None = None, grant: Grant | None = None) -> None:
        self._pools[1].pause(seconds, grant)

    async def apause(self, seconds: float | None = None, grant: Grant | None = None) -> None:
        await self._pools[1].apause(seconds, grant)

    def counted(self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None) -> None:
        self._pools[1].counted(remaining, reset_after, limit, grant)

    async def acounted(
        self, remaining: int, reset_after: float | None, limit: int | None, grant: Grant | None = None
    ) -> None:
        await self._pools[1].acounted(remaining, reset_after, limit, grant)

    def _longest(self, max_wait: float | None) -> float | None:
        if self._deadline is None:
            return max_wait
        left = max(0.0, self._deadline - time.time())
        return left if max_wait is None else min(left, max_wait)


def _less(longest: float | None, waited: float) -> float | None:
    return None if longest is None else max(0.0, longest - waited)


def _together(shared: Grant, grant: Grant) -> Grant:
    grant.waited += shared.waited
    return grant


def _share_exhausted(error: QuotaExhausted) -> QuotaExhausted:
    words = f"the tenth of the account's requests that is for waiting steps: {error}"
    return QuotaExhausted(words, next_permit_at=error.next_permit_at, window=error.window)
