"""Emulators for the tests of the doctor, and its probes on the emulator's clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from whautomate_core.account import Account, account_from_settings
from whautomate_core.doctor.read import ReadProbe
from whautomate_core.doctor.write import WriteProbe
from whautomate_core.doctor.write_people import PersonProbe
from whautomate_core.doctor.write_tags import TagProbe
from whautomate_core.emulator import LOCATION_ID, STAFF_ID, Emulator, behaviour_from, create_app, running

NUMBER = "+4915199999999"
FIELDS = {"plan": "gold", "city": "Bonn", "visits": 3}


def people(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"name": f"Person {i}", "phoneNumber": f"+4915123450{i:03}", **fields} for i in range(count)]


def subscribed(emulator: Emulator, **settings: str) -> Account:
    return account_from_settings(emulator.url, emulator.key, {"plan": "subscribed", **settings})


def reading(emulator: Emulator, resource: str = "contacts", **settings: str) -> ReadProbe:
    return ReadProbe(subscribed(emulator, **settings), resource, sleep=emulator.advance, clock=emulator.now)


def writing(emulator: Emulator, resource: str = "contacts") -> WriteProbe:
    times: dict[str, Any] = {"sleep": emulator.advance, "clock": emulator.now}
    if resource.endswith("_tags"):
        return TagProbe(subscribed(emulator), resource, **times)
    return PersonProbe(subscribed(emulator), NUMBER, resource, **times)


def asked(probe: Any) -> dict[str, Any]:
    """What a probe found, by name."""
    assert probe.stopped is None
    return {finding.name: finding.value for finding in probe.findings}


def found(probe: Any, name: str) -> Any:
    """The finding of a name."""
    return next(finding for finding in probe.findings if finding.name == name)


def stands(emulator: Emulator) -> list[Any]:
    return [emulator.records(one) for one in ("contacts", "clients", "contactTags", "clientTags", "locations")]


@contextlib.contextmanager
def served(clock: Callable[[], float] = time.time, **behaviour: Any) -> Iterator[Emulator]:
    """An emulator that is served, without its limits: they are the pool's business."""
    emulator = Emulator(create_app(behaviour_from(behaviour), clock=clock))
    try:
        with running(emulator.app) as emulator.url:
            yield emulator
    finally:
        emulator.close()


def tell(emulator: Emulator, method: str, path: str, body: Any = None) -> Any:
    """What somebody does in the account meanwhile."""
    answer = httpx.request(method, emulator.url + path, json=body, headers={"x-api-key": emulator.key})
    assert answer.status_code == 200, answer.text
    return answer.json()


def lived_in(emulator: Emulator, contacts: int = 120) -> None:
    """Put into an account what accounts have after a while: people, messages, bookings, a broadcast."""
    for person in people(contacts, customFields=FIELDS, tags=["vip"]):
        emulator.add_contacts([person])
        emulator.advance(61)
    clients = [
        {"fullName": f"Client {i}", "countryCode": "+49", "phone": f"1516000000{i}", "customFields": FIELDS,
         "registrationDate": "2020-05-04"}
        for i in range(3)
    ]  # fmt: skip
    ids = emulator.add_clients(clients)
    for one in (1, -3):  # on the first page, whatever the order
        emulator.receive(emulator.contacts()[one]["id"])
    emulator.advance(61)
    place, staff = {"location": {"id": LOCATION_ID}}, {"id": STAFF_ID}
    service = tell(emulator, "POST", "/v1/services", {
        "serviceType": "APPOINTMENT", "name": "Cut", "durationMinutes": 30, "staffs": [staff], **place})  # fmt: skip
    for day in ("2031-03-03", "2031-03-04"):
        booking = {"service": {"id": service["id"]}, "client": {"id": ids[0]}, "staff": staff, **place, "date": day,
                   "time": "10:00 AM"}  # fmt: skip
        booked = tell(emulator, "POST", "/v1/appointments", booking)
    move = {"appointmentId": booked["id"], "date": "2031-03-05", "time": "10:00 AM"}
    tell(emulator, "POST", "/v1/appointments/reschedule", move)
    block = {"startDate": "2032-01-07", "endDate": "2032-01-08", "reason": "Holiday"}
    tell(emulator, "POST", f"/v1/staffs/{STAFF_ID}/availabilityBlocks", block)
    segment = {"name": "Ada Lovelace", "type": "contact", "criteria": {}, **place}
    sent = {"name": "Ada Lovelace", "type": "contact", "template": {"name": "sale", "language": "en"}, **place,
            "segments": [{"id": tell(emulator, "POST", "/v1/segments", segment)["id"]}],
            "scheduleDateTime": "2020-01-01T00:00:00Z"}  # fmt: skip
    tell(emulator, "POST", "/v1/broadcasts", sent)
    emulator.advance(3600)
