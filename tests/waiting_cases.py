"""What waiting steps find and make of it: one table, which the tests of every layer walk, so that all agree."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.account import account_from_settings
from whautomate_core.api import appointments, broadcasts, classes, segments, services
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, NotFound

NUMBER = "4915123456789"


@dataclass(frozen=True)
class Case:
    """One thing to be found at an emulator whose broadcasts take no time and fail for every other recipient."""

    name: str
    condition: Callable[[Emulator], dict[str, Any]]
    """Sets it up and gives the condition's `as_json`."""
    result: dict[str, Any] | None = None
    """Some of what the step returns; None where it goes on waiting, fails, or is in error."""
    problem: str | None = None
    """Some of the words with which it fails."""
    error: type[Exception] | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def waits(self) -> bool:
        return (self.result, self.problem, self.error) == (None, None, None)

    def agrees(self, result: dict[str, Any] | None, problem: str | None) -> bool:
        """Whether a step found what it should find."""
        if self.problem is not None:
            return result is None and self.problem in (problem or "")
        if self.result is None or result is None:
            return problem is None and self.result is result
        return problem is None and self.result.items() <= result.items()


def send(emulator: Emulator, at: str = "2020-01-01T00:00:00Z", number: int = 1) -> list[str]:
    """Make broadcasts to everybody and give their ids. They take no permits of anybody."""
    account = account_from_settings(
        emulator.url,
        emulator.key,
        {"account": uuid.uuid4().hex, "requests_per_minute": 10_000, "requests_per_day": 10_000},
    )
    location = {"id": emulator.location_id}
    with Client(account) as client:
        everybody = client.send(segments.create_segment({"name": "s", "type": "contact", "location": location}))
        return [
            client.send(
                broadcasts.create_broadcast(
                    {
                        "name": f"b{n}",
                        "type": "contact",
                        "segments": [{"id": everybody["id"]}],
                        "template": {"name": "t", "language": "en"},
                        "scheduleDateTime": at,
                    },
                    allow_protected=True,  # nobody opted out here
                )
            )["id"]
            for n in range(number)
        ]


def _broadcast(at: str = "2020-01-01T00:00:00Z", **thresholds: Any) -> Callable[[Emulator], dict[str, Any]]:
    def condition(emulator: Emulator) -> dict[str, Any]:
        emulator.add_contacts([{"name": f"N{n}", "phoneNumber": f"491512345678{n}"} for n in range(4)])
        [made] = send(emulator, at)
        return {"kind": "broadcast", "broadcast_id": made, **thresholds}

    return condition


def _contact(by: str = "contact_id", **asked: Any) -> Callable[[Emulator], dict[str, Any]]:
    def condition(emulator: Emulator) -> dict[str, Any]:
        person = {"name": "Ada", "phoneNumber": NUMBER, "tags": ["VIP"], "stage": "Won"}
        [made] = emulator.add_contacts([person])
        return {"kind": "contact", by: made if by == "contact_id" else f"+{NUMBER}", **asked}

    return condition


def _client(tag: str) -> Callable[[Emulator], dict[str, Any]]:
    def condition(emulator: Emulator) -> dict[str, Any]:
        person = {"fullName": "Ada", "countryCode": "+49", "phone": "15123456789", "tags": ["VIP"]}
        [made] = emulator.add_clients([person])
        return {"kind": "client", "client_id": made, "tag": tag}

    return condition


def _message(written: int) -> Callable[[Emulator], dict[str, Any]]:
    def condition(emulator: Emulator) -> dict[str, Any]:
        [made] = emulator.add_contacts([{"name": "Ada", "phoneNumber": NUMBER}])
        emulator.receive(made, "before")
        emulator.advance(60)
        since = datetime.fromtimestamp(emulator.now(), UTC).isoformat()
        emulator.advance(60)
        for n in range(written):
            emulator.receive(made, f"text {n}")
        return {"kind": "message", "contact_id": made, "since": since}

    return condition


def _booked(is_: str = "booked", cancelled: bool = False, **asked: Any) -> Callable[[Emulator], dict[str, Any]]:
    """Return a function that makes an appointment in a fortnight and the condition that waits for it."""

    def condition(emulator: Emulator) -> dict[str, Any]:
        day = datetime.fromtimestamp(emulator.now(), UTC).date() + timedelta(days=14)
        [person] = emulator.add_clients([{"fullName": "Ada"}])
        made: Any = {"name": "Cut", "serviceType": "APPOINTMENT", "staffs": [{"id": Emulator.staff_id}]}
        with _client_of(emulator) as client:
            service = client.send(services.create_service(made))["id"]
            body: Any = {name: {"id": id} for name, id in {"client": person, "service": service}.items()}
            body |= {"staff": {"id": Emulator.staff_id}, "date": f"{day}", "time": "09:00 AM"}
            id = client.send(appointments.book_appointment(body))["id"]
            if cancelled:
                client.send(appointments.cancel_appointment({"appointmentId": id}))
        period = {"earliest": f"{day}T00:00:00Z", "latest": f"{day + timedelta(days=1)}T00:00:00Z"}
        if asked.get("kind") == "slot":
            hours = {"hours": [asked["hours"]]} if "hours" in asked else {}
            return {"kind": "slot", "service_id": service, "timezone": "Europe/Berlin", **period, **hours}
        return {"kind": "appointment", "is_": is_, "client_id": person, **period, **asked}

    return condition


def _class(free: int, days: int = 14) -> Callable[[Emulator], dict[str, Any]]:
    """Return a function that makes a class with one of two places taken and the condition that waits for it."""

    def condition(emulator: Emulator) -> dict[str, Any]:
        day = datetime.fromtimestamp(emulator.now(), UTC).date() + timedelta(days=days)
        [person] = emulator.add_clients([{"fullName": "Ada"}])
        made: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [{"id": Emulator.staff_id}]}
        with _client_of(emulator) as client:
            own = {"service": client.send(services.create_service(made))["id"], "staff": Emulator.staff_id}
            body: Any = {name: {"id": id} for name, id in (own | {"location": Emulator.location_id}).items()}
            body |= {"date": f"{day}", "time": "09:00 AM", "numberOfParticipants": 2}
            id = client.send(classes.create_class(body))["id"]
            client.send(classes.add_class_participant(id, {"client": {"id": person}}))
        return {"kind": "class", "class_id": id, "free": free}

    return condition


def _client_of(emulator: Emulator) -> Client:
    settings = {"account": uuid.uuid4().hex, "requests_per_minute": 10_000, "requests_per_day": 10_000}
    return Client(account_from_settings(emulator.url, emulator.key, settings))


PAST = {"earliest": "2020-01-01T00:00:00Z", "latest": "2020-01-02T00:00:00Z"}

CASES = [
    Case("finished", _broadcast(), {"finished": True, "recipients": 4, "delivered": 2, "undelivered": 2}),
    Case("scheduled", _broadcast("2100-01-01T00:00:00Z")),
    Case("reached", _broadcast(min_delivered="50%"), {"delivered": 2}),
    Case("not reached", _broadcast(min_delivered=3), problem="2 of 4 delivered, under min_delivered=3"),
    Case("too many failed", _broadcast(max_failed="25%"), problem="2 of 4 not reached, over max_failed='25%'"),
    Case("no broadcast", lambda _: {"kind": "broadcast", "broadcast_id": "nobody"}, error=NotFound),
    Case("tag", _contact(tag="vip"), {}),
    Case("stage", _contact(stage="won"), {}),
    Case("both", _contact(tag="vip", stage="won"), {}),
    Case("tag of a number", _contact("phone", tag="vip"), {}),
    Case("another tag", _contact(tag="new")),
    Case("another stage", _contact(tag="vip", stage="new")),
    Case("no such number", lambda _: {"kind": "contact", "phone": f"+{NUMBER}", "tag": "vip"}),
    Case("no contact", lambda _: {"kind": "contact", "contact_id": "nobody", "tag": "vip"}, error=NotFound),
    Case("tag of a client", _client("vip"), {}),
    Case("another tag of a client", _client("new")),
    Case("quota", lambda _: {"kind": "quota", "requests": 50}, {}),
    Case("quota that never is", lambda _: {"kind": "quota", "requests": 10**9}, error=ConfigurationError),
    Case("written", _message(2), {"count": 2}),
    Case("written before", _message(0)),
    Case("booked", _booked(), {"count": 1}),
    Case("not cancelled", _booked("cancelled")),
    Case("cancelled", _booked("cancelled", True), {"count": 1}),
    Case("with somebody else", _booked(staff_id="stf000000002")),
    Case("of a period that is over", _booked(**PAST), problem="the period is over"),
    Case("slot", _booked(kind="slot"), {}),
    Case("slot that is taken", _booked(kind="slot", hours="09:00-09:30")),
    Case("place free", _class(1), {"free": 1}),
    Case("two places free", _class(2)),
    Case("full", _class(0)),
    Case("begun", _class(2, days=-1), problem="and has begun"),
    Case("no class", lambda _: {"kind": "class", "class_id": "nobody"}, error=NotFound),
]
