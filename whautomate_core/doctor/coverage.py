"""Which open questions about the vendor the doctor answers, by the names of the emulator's behaviours.

`PROBED` and `NOT_PROBED` hold every behaviour that is an open question, not a figure of the emulator. A test compares
them with `whautomate_core.emulator.behaviour.all_questions`, so a new question needs a line here.
"""

from __future__ import annotations

PROBED: dict[str, str] = {
    "put": "put",
    "known_number": "known_number",
    "known_client": "known_client",
    "known_tag": "known_tag",
    "phone_form": "phone_form",
    "client_phone": "client_phone",
    "page_default": "page_default",
    "page_cap": "page_cap",
    "page_start": "page_start",
    "order": "order",
    "search_delay": "search_delay",
    "list_lag": "list_lag",
    "template_list": "template_list",
    "client_dates": "client_dates",
    "incoming_form": "incoming_form",
    "log_error": "log_error",
    "block_fields": "block_fields",
    "slot_times": "slot_times",
    "gateway": "gateway",
    "next_three_days": "next_three_days",
    "rescheduled_status": "rescheduled_status",
    "booking_dates": "booking_dates",
}
"""Behaviour -> name of the finding that answers it. The answer is "unknown" where the account has no record that would
show it."""

_A_429 = "Only a refused request (429) shows it, and the doctor never provokes one."
_A_MESSAGE = "Only a message or a broadcast to people shows it."
_A_BOOKING = "Only a booking shows it, and bookings send messages to clients and staff."
_A_CALENDAR = "Only a change of the calendar of a real member of staff shows it."

NOT_PROBED: dict[str, str] = {
    "list_depth": "It takes more requests than a run may make: every page of a list with thousands of records.",
    "window": f'{_A_429} If the finding "gateway" is "aws", a token bucket is likely.',
    "burst": _A_429,
    "refused_count": _A_429,
    "retry_after": _A_429,
    "error_in_200": "Only a wrong message or broadcast shows it, and the server might accept it and send it.",
    "no_schedule": "The broadcast that shows it may start at once, and message people.",
    "recipients_fixed": _A_MESSAGE,
    "stopped_send": _A_MESSAGE,
    "segment_scope": f"{_A_MESSAGE} The API doesn't list the members of a segment.",
    "target_class_all": _A_MESSAGE,
    "client_becomes_contact": _A_MESSAGE,
    "session_channels": _A_MESSAGE,
    "block_clock": f"{_A_CALENDAR} A block that exists doesn't show what its author meant.",
    "overlapping_blocks": _A_CALENDAR,
    "service_without_staff": "Only a new service shows it, and customers could book it.",
    "booking_without_staff": _A_BOOKING,
    "add_ons_lengthen": _A_BOOKING,
    "cancel_twice": f"{_A_BOOKING} So do cancellations.",
    "class_clash": "Only a new class shows it, and customers could book it.",
    "class_full": _A_BOOKING,
    "waitlist_moves_up": _A_BOOKING,
    "known_participant": _A_BOOKING,
}
"""Behaviour -> why no probe is safe or possible."""

NOT_WRITTEN: dict[str, str] = {
    "appointments": _A_BOOKING,
    "broadcasts": "A new broadcast may start at once, and message people.",
    "classes": "Customers could book a new class.",
    "locations": "The API can't create one.",
    "segments": "A colleague could choose a new segment for a broadcast, and no question needs one.",
    "service_categories": "Customers may see a new category, and no question needs one.",
    "services": "Customers could book a new service.",
    "staffs": "The API can't create one.",
    "webhooks": "Whautomate would send people's messages to its address.",
}
"""Resource -> why the doctor creates none of it. It creates contacts, clients, and tags of either."""
