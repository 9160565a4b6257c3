"""All jobs. Code that needs one of them imports its module instead."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from whautomate_core.bookings import (
    appointments,
    catalogue,
    exports,
    participants,
    services,
    slots,
    staff_blocks,
    timetable,
)
from whautomate_core.job import Job, registered
from whautomate_core.messaging import jobs as broadcasts
from whautomate_core.messaging import messages, segments, unreachable
from whautomate_core.people import find, opt_outs, update
from whautomate_core.sync import clients, contacts

MODULES = (
    contacts, clients, opt_outs, find, update, broadcasts, unreachable, segments, messages, slots, appointments,
    catalogue, services, timetable, participants, staff_blocks, exports,
)  # fmt: skip
"""The modules that hold jobs, in the order in which documents and generated modules list them."""

JOBS: Mapping[str, Job] = MappingProxyType(
    {one.name: one for module in MODULES for one in registered() if one.function.__module__ == module.__name__}
)
"""Name of the function -> job."""
