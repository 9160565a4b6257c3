"""The conditions that steps can wait for, by resource. A condition that is added here gets its sensor and its tasks."""

from __future__ import annotations

from whautomate_core.api.call import Json
from whautomate_core.bookings.conditions import AppointmentIs, ClassPlaces, SlotFree
from whautomate_core.messaging.conditions import BroadcastReached, MessageReceived
from whautomate_core.people.conditions import ClientHas, ContactHas
from whautomate_core.waiting.condition import Condition
from whautomate_core.waiting.quota import QuotaFree

CONDITIONS: dict[str, tuple[type[Condition], ...]] = {
    "account": (QuotaFree,),
    "appointments": (AppointmentIs, SlotFree),
    "broadcasts": (BroadcastReached,),
    "classes": (ClassPlaces,),
    "clients": (ClientHas,),
    "contacts": (ContactHas,),
    "messages": (MessageReceived,),
}
"""The module of the sensors and tasks -> what they wait for."""

BY_KIND: dict[str, type[Condition]] = {one.kind: one for some in CONDITIONS.values() for one in some}


def condition_from(given: Json) -> Condition:
    """The condition that `Condition.as_json` made JSON of."""
    fields = dict(given)
    return BY_KIND[fields.pop("kind")](**fields)
