"""An emulator as the examples of bookings find it, for tests of both orchestrators. Its clock stands on May 31st."""

from datetime import UTC, datetime
from typing import Any

from whautomate_core.account import account_from_settings
from whautomate_core.api import appointments, classes, services
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator

NOW = datetime(2026, 5, 31, 6, tzinfo=UTC)
WHEN = datetime(2026, 6, 1, tzinfo=UTC)


def furnish(emulator: Emulator) -> list[str]:
    """A class of three clients on June 2nd (one has opted out, one called off) and an appointment on May 31st that
    nobody came to. Gives the ids of the clients."""
    people: list[Any] = [{"fullName": f"N{n}", "countryCode": "+49", "phone": f"3012345{n}"} for n in range(4)]
    people[1]["tags"] = ["Unsubscribe"]
    ids = emulator.add_clients(people)
    settings = {"requests_per_minute": 10_000, "requests_per_day": 10_000, "account": "furnisher"}
    own: Any = {"staffs": [{"id": Emulator.staff_id}], "durationMinutes": 60}
    who: Any = {"staff": {"id": Emulator.staff_id}, "location": {"id": Emulator.location_id}}
    with Client(account_from_settings(emulator.url, emulator.key, settings)) as client:
        yoga = client.send(services.create_service({"name": "Yoga", "serviceType": "CLASS", **own}))["id"]
        cut = client.send(services.create_service({"name": "Cut", "serviceType": "APPOINTMENT", **own}))["id"]
        lesson: Any = {"date": "2026-06-02", "time": "06:30 PM", "service": {"id": yoga}, **who}
        class_id = client.send(classes.create_class(lesson))["id"]
        for id in ids[:3]:
            call = classes.add_class_participant(class_id, {"client": {"id": id}}, allow_protected=True)
            client.send(call)
        client.send(classes.remove_class_participant(class_id, {"client": {"id": ids[2]}}))
        missed: Any = {
            "date": "2026-05-31",
            "time": "10:00 AM",
            "service": {"id": cut},
            "client": {"id": ids[3]},
            **who,
        }
        booked = client.send(appointments.book_appointment(missed))["id"]
    # The API has no way to say that somebody didn't come: people do that in the app.
    store = emulator.app.state.world.store
    store.put("appointments", {**store.get("appointments", booked), "status": "NoShow"})
    return ids
