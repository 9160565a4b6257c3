"""Triggers for watchers of assets, which start DAGs when somebody writes or books. They need Airflow 3.3."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Collection, Hashable, Sequence
from datetime import timedelta
from typing import Any

from airflow.triggers.base import TriggerEvent

from airflow_provider_whautomate._arguments import knows_arguments
from airflow_provider_whautomate._versions import BaseEventTrigger
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.triggers.looks import Looks, Report, Watch, joined
from whautomate_core.bookings.feeds import Appointments, PlacesOf
from whautomate_core.errors import ConfigurationError
from whautomate_core.messaging.feeds import MessagesOf
from whautomate_core.values.arguments import plain
from whautomate_core.waiting.feed import Entry, Feed
from whautomate_core.waiting.poll import require_poll_interval


class _WatchTrigger(BaseEventTrigger):
    """Base of the triggers of watchers. All those of a connection share their looks in a triggerer.

    It makes an event for each new record, with its id and other ids and times, and nothing else of it. What is there at
    the first look is not reported. Each later record is reported at least once: what was reported survives the death of
    the triggerer, but events that Airflow stored just before it died may come again. So DAGs should tell records apart
    by their ids.
    """

    def __init__(self, poll_interval: float | timedelta, whautomate_conn_id: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.poll_interval: float = plain("poll_interval", poll_interval)
        self.whautomate_conn_id = whautomate_conn_id
        require_poll_interval(self.poll_interval)

    def feeds(self) -> list[Feed]:
        """Return what it watches."""
        raise NotImplementedError

    def wants(self, entry: Entry) -> bool:
        """Whether it reports a new record.

        :param entry: The record.
        """
        return True

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        shared = {"poll_interval": self.poll_interval, "whautomate_conn_id": self.whautomate_conn_id}
        return f"{type(self).__module__}.{type(self).__qualname__}", shared

    def shared_stream_key(self) -> Hashable:
        """Return what all watchers of a connection have in common."""
        return ("whautomate", self.whautomate_conn_id)

    @classmethod
    def create_shared_stream_producer(cls, kwargs: dict[str, Any]) -> Looks:
        """Return what makes the looks.

        :param kwargs: The arguments of whichever watcher came first.
        """
        return Looks(kwargs["whautomate_conn_id"])

    async def filter_shared_stream(self, shared_stream: AsyncIterator[Report]) -> AsyncIterator[TriggerEvent]:
        """Make events of what is new for this watcher.

        :param shared_stream: What is new for any of them.
        """
        watch = Watch({feed: self._name_of(feed) for feed in self.feeds()}, self.poll_interval, self.wants)
        with joined(self.whautomate_conn_id, watch):
            async for report in shared_stream:
                if report.watch is watch:
                    for entry in report.entries:
                        yield TriggerEvent(entry.as_json())  # type: ignore[no-untyped-call]
                    report.passed = True

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Not used: Airflow calls `filter_shared_stream`."""
        raise NotImplementedError("watchers share a stream")
        yield

    def _name_of(self, feed: Feed) -> str:
        """The name under which the state database keeps what was reported. It stays the same when Airflow restarts."""
        what = json.dumps([*self.serialize(), feed.as_json()], sort_keys=True)
        return hashlib.sha256(what.encode()).hexdigest()[:32]


class IncomingMessagesTrigger(_WatchTrigger):
    """Makes an event for each message that one of these contacts writes, by any channel.

    Each event's payload: `id` of the message, `contact_id`, `at` (UTC). For each contact, a look takes a request for
    each 100 messages of about two days, and one that shows that there are no more.

    :param contact_ids: Ids of the contacts. The API has no list of everybody's messages.
    :param poll_interval: Seconds between two looks.
    :param whautomate_conn_id: The connection.
    :raises ConfigurationError: without contacts, and before Airflow 3.3.
    :raises InvalidRequest: for what can't be an id.
    """

    @knows_arguments
    def __init__(
        self,
        *,
        contact_ids: Sequence[str],
        poll_interval: float | timedelta = 60,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
    ) -> None:
        super().__init__(poll_interval, whautomate_conn_id)
        self.contact_ids = _ids("contact_ids", contact_ids)
        self.feeds()

    def feeds(self) -> list[Feed]:
        """Return the messages of each contact."""
        return [MessagesOf(one) for one in self.contact_ids]

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        path, shared = super().serialize()
        return path, {"contact_ids": self.contact_ids, **shared}


class NewBookingsTrigger(_WatchTrigger):
    """Makes an event for each new appointment, or for each new place in some classes.

    Each event's payload: `id` of the appointment, `client_id`, `service_id`, `staff_id`, `location_id`, `at` (UTC),
    when it was booked; or `id` of the place, `class_id`, `client_id`, `at`. `at` is None if the server doesn't say.

    Each look takes a request for each 100 appointments of about two days and of the future, whatever is chosen of them,
    and one that shows that there are no more; or one or two for each class. A cancelled booking is not reported, nor is
    one that was moved.

    :param class_ids: Ids of classes whose places to watch, instead of appointments.
    :param client_id: Whose appointments; defaults to anybody's.
    :param service_id: Of which service; defaults to any.
    :param staff_id: With whom; defaults to anybody.
    :param location_id: Where; defaults to anywhere.
    :param poll_interval: Seconds between two looks.
    :param whautomate_conn_id: The connection.
    :raises ConfigurationError: for classes together with one of the others, and before Airflow 3.3.
    :raises InvalidRequest: for what can't be an id.
    """

    @knows_arguments
    def __init__(
        self,
        *,
        class_ids: Sequence[str] | None = None,
        client_id: str | None = None,
        service_id: str | None = None,
        staff_id: str | None = None,
        location_id: str | None = None,
        poll_interval: float | timedelta = 60,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
    ) -> None:
        super().__init__(poll_interval, whautomate_conn_id)
        self.class_ids = None if class_ids is None else _ids("class_ids", class_ids)
        self.chosen = {
            "client_id": client_id,
            "service_id": service_id,
            "staff_id": staff_id,
            "location_id": location_id,
        }
        if class_ids is not None and any(self.chosen.values()):
            raise ConfigurationError("class_ids watches places in classes: leave out what chooses appointments")
        self.feeds()

    def feeds(self) -> list[Feed]:
        """Return the appointments, or the places in each class."""
        return [Appointments()] if self.class_ids is None else [PlacesOf(one) for one in self.class_ids]

    def wants(self, entry: Entry) -> bool:
        """Whether an appointment is one of those. What the server doesn't say counts as right.

        :param entry: The appointment.
        """
        return all(value is None or entry.ids.get(name) in (value, None) for name, value in self.chosen.items())

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, all of them plain JSON."""
        path, shared = super().serialize()
        return path, {"class_ids": self.class_ids, **self.chosen, **shared}


def _ids(name: str, given: Collection[str]) -> list[str]:
    if isinstance(given, str) or not given:
        raise ConfigurationError(f"{name} must be a list of at least one id")
    return list(given)
