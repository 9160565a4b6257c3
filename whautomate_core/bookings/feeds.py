"""Bookings as they are made: appointments, and places in classes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from whautomate_core.api.appointments import list_appointments
from whautomate_core.api.classes import list_class_participants
from whautomate_core.bookings.seen import is_cancelled, reference_id
from whautomate_core.waiting.condition import Check, PagesOf
from whautomate_core.waiting.feed import Entry, Feed, identified, made_at


@dataclass(frozen=True)
class Appointments(Feed):
    """The appointments of an account. A look reads those of about two days and of the future.

    `startDate` means the day of booking, or the day that it takes place: which one is not documented. Either way an
    appointment is read that was booked since and takes place later.
    """

    kind: ClassVar[str] = "appointments"

    def read(self, since: float, pages_of: PagesOf) -> Check[list[Entry]]:
        # From a day earlier, because the zone of the server's days is unknown.
        day = datetime.fromtimestamp(since, UTC) - timedelta(days=1)
        found = yield from _all(self, pages_of(list_appointments(filters={"startDate": f"{day:%Y-%m-%d}"})))
        names = ("client", "service", "staff", "location")
        return [
            Entry(str(one["id"]), made_at(one), {f"{name}_id": reference_id(one, name) for name in names})
            for one in found
        ]


@dataclass(frozen=True)
class PlacesOf(Feed):
    """The places in a class that are taken."""

    kind: ClassVar[str] = "places"

    class_id: str

    def __post_init__(self) -> None:
        list_class_participants(self.class_id)  # checks the id

    def read(self, since: float, pages_of: PagesOf) -> Check[list[Entry]]:
        found = yield from _all(self, pages_of(list_class_participants(self.class_id)))
        return [
            Entry(str(one["id"]), made_at(one), {"class_id": self.class_id, "client_id": reference_id(one, "client")})
            for one in found
        ]


def _all(feed: Feed, pages: Any) -> Check[list[Any]]:
    found: list[Any] = []
    while not pages.done:
        found += pages.take((yield pages.next_call()))
    return identified(feed, [one for one in found if not is_cancelled(one)])
