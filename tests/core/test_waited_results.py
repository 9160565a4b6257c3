"""What a step returns is the same whether or not it waited for a permit in between, and began anew after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from conftest import NoLimit, account_of

from whautomate_core.api import contacts, services
from whautomate_core.bookings.participants import enrol_participants
from whautomate_core.bookings.services import sync_services
from whautomate_core.bookings.staff_blocks import sync_staff_blocks
from whautomate_core.bookings.timetable import sync_classes
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import QuotaExhausted
from whautomate_core.messaging.campaign import campaign_from
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.segments import ensure_audience, ensure_segment
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.state.pool import Grant

Job = Callable[[Client], dict[str, Any]]
STAFF = Emulator.staff_id
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
TEMPLATE: Any = {"name": "spring", "language": "en"}


class Few(NoLimit):
    """A pool with so many permits, and none after that."""

    def __init__(self, permits: int) -> None:
        super().__init__()
        self.left = permits

    def acquire(self, permits: int = 1, **how: Any) -> Grant:
        self.left -= permits
        if self.left < 0:
            raise QuotaExhausted("no permits")
        return super().acquire(permits, **how)


def prices(client: Client, emulator: Emulator) -> Job:
    body: Any = {"name": "Cut", "serviceType": "APPOINTMENT", "sellingPrice": 5, "location": {"id": "loc000000001"}}
    client.send(services.create_service(body))
    rows = [{"name": name, "sellingPrice": "9", "category": "Hair"} for name in ("Cut", "Wash", "Dye", "")]
    mapping = {"name": "name", "sellingPrice": "sellingPrice", "category": "category"}
    more: Any = {"service": {"serviceType": "APPOINTMENT"}, "make_categories": True, "max_rejected": 1}
    return lambda client: sync_services(client, rows, mapping, **more)


def timetable(client: Client, emulator: Emulator) -> Job:
    body: Any = {"name": "Yoga", "serviceType": "CLASS", "staffs": [{"id": STAFF}], "location": {"id": "loc000000001"}}
    id = client.send(services.create_service(body))["id"]
    rows = [{"service": id, "staff": STAFF, "start": (LATER + timedelta(hours=2 * n)).isoformat()} for n in range(3)]
    return lambda client: sync_classes(client, rows, "UTC")


def participants(client: Client, emulator: Emulator) -> Job:
    timetable(client, emulator)(client)
    people: list[Any] = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(3)]
    rows = [{"client_id": id} for id in emulator.add_clients(people)]
    class_id = emulator.records("classes")[0]["id"]
    return lambda client: enrol_participants(client, class_id, rows)


def time_off(client: Client, emulator: Emulator) -> Job:
    days = [(LATER + timedelta(days=n)).date().isoformat() for n in range(3)]
    rows = [{"start": day, "end": day} for day in days]
    return lambda client: sync_staff_blocks(client, "off", rows, "Europe/Berlin", staff_id=STAFF)


def messages(client: Client, emulator: Emulator) -> Job:
    rows = [{"phoneNumber": f"+4915123456{n:03d}"} for n in range(3)]
    return lambda client: send_template_to_contacts(client, rows, TEMPLATE, key="spring")


def people(client: Client) -> list[str]:
    bodies: list[Any] = [
        {"name": "N", "phoneNumber": f"+4915123456{n:03d}", "location": {"id": "loc000000001"}} for n in range(3)
    ]
    return [str(client.send(contacts.create_contact(body))["id"]) for body in bodies]


def audience(client: Client, emulator: Emulator) -> Job:
    ids = people(client)
    return lambda client: ensure_audience(client, "spring", contacts=ids)


def broadcast(client: Client, emulator: Emulator) -> Job:
    people(client)
    ensure_segment(client, "vip", {"tags": ["vip"]})
    given: Any = {"name": "b", "template": TEMPLATE, "segment_name": "vip", "hold_minutes": 0, "min_recipients": 0}
    campaign = campaign_from(given)
    assert campaign is not None
    return lambda client: send_broadcast(client, campaign, "b", sleep=lambda seconds: None)


@pytest.mark.parametrize(
    "prepared", [prices, timetable, participants, time_off, messages, audience, broadcast], ids=lambda one: one.__name__
)
def test_a_job_that_waited_returns_what_it_returns_without_waiting(
    prepared: Callable[[Client, Emulator], Job], whautomate_emulator: Emulator
) -> None:
    def client(pool: NoLimit, account: str) -> Client:
        settings = {"account": f"{prepared.__name__} {account}", "list_lag": 0}
        return Client(
            account_of(whautomate_emulator, **settings), pool=pool, sleep=lambda seconds: None, run="run 1 (try 1)"
        )

    def result(permits: list[int]) -> dict[str, Any]:
        """The result of the job with so many permits, then so many more, and so on."""
        whautomate_emulator.reset()
        account = f"{permits}"
        job = prepared(client(NoLimit(), account), whautomate_emulator)
        changed: Any = {}
        for few in permits:
            with client(Few(few), account) as one:
                one.used.go_on(0, 0.0, changed)
                try:
                    return job(one)
                except QuotaExhausted:
                    changed = dict(one.used.changed())
        with client(NoLimit(), account) as one:
            one.used.go_on(0, 0.0, changed)
            return job(one)

    def counts(found: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if isinstance(value, int)}

    whole = counts(result([]))
    assert any(whole.values())
    for few in (2, 4, 7, 9, 14):
        assert counts(result([few])) == whole, few
    assert counts(result([9, 9, 9])) == whole
