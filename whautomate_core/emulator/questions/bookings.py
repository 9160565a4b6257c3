"""What is not known of appointments, classes, services and staff."""

from __future__ import annotations

import dataclasses
from typing import Literal

from . import open_question
from .people import Known


@dataclasses.dataclass(frozen=True)
class Bookings:
    """Appointments, classes, services and staff"""

    block_fields: Literal["times", "dates"] = open_question(
        "times",
        "Do an availability block's ends come back as `startTime` and `endTime`, or as `startDate` and `endDate`, as "
        "they were sent?",
        why="Whoever reads back what was sent finds nothing, and blocks the same time again.",
        otherwise="Nothing breaks: both are read.",
        evidence="D: two integrators disagree.",
    )
    block_clock: Literal["wall", "utc"] = open_question(
        "wall",
        "Is a time in an availability block that ends in Z or has no offset the location's wall time, or UTC? (A date "
        "alone is the location's day.)",
        why="A Z that does not mean UTC shifts the block by the zone's offset.",
        otherwise="Nothing breaks: a block is recognised in both meanings.",
        evidence="none. An appointment's `startTime` is a wall time with a Z (C).",
    )
    overlapping_blocks: Literal["accept", "reject"] = open_question(
        "accept",
        "May a block overlap another of the same staff member?",
        why="A repeated create makes two.",
        otherwise="A block that overlaps another fails, and the error says so.",
        evidence="none.",
    )
    service_without_staff: Literal["nobody", "everybody"] = open_question(
        "nobody",
        "Who offers a service that names no staff?",
        why="Its slots are empty, and nothing says why.",
        otherwise="Nothing breaks.",
        evidence="none.",
    )
    slot_times: Literal["wall", "utc", "clock"] = open_question(
        "wall",
        "Is a free slot's time a wall time with a false Z, UTC, or as a booking takes it (04:39 PM)?",
        why="Read as UTC, it is wrong by the zone's offset, and somebody is booked at the wrong time.",
        otherwise="Nothing breaks: slots are requested in UTC, where the first two are one, and the third is read.",
        evidence="none for slots; C for the false Z of appointments.",
    )
    next_three_days: int = open_question(
        3,
        "How many days of slots does `nextThreeDays` give: 3, the date being the first, or 4?",
        why="The fewest: a slot on the fourth day is not shown.",
        otherwise="Nothing breaks: no job uses it.",
        evidence="none.",
    )
    booking_without_staff: Literal["reject", "any"] = open_question(
        "reject",
        "Is a booking that names no staff refused, or given to the first who is free?",
        why="A booking that leaves the choice to the vendor fails.",
        otherwise="Nothing breaks.",
        evidence="D.",
    )
    add_ons_lengthen: bool = open_question(
        True,
        "Do add-on services add their minutes to a booking?",
        why="A listed slot may be too short for what is booked into it.",
        otherwise="Nothing breaks.",
        evidence="none.",
    )
    rescheduled_status: Literal["Rescheduled", "Booked"] = open_question(
        "Rescheduled",
        "Which status does a moved appointment have?",
        why="Whoever looks for Booked alone misses it.",
        otherwise="Nothing breaks: both count as booked.",
        evidence="A for Rescheduled, in prose. C for Booked, the only one of the two in sample events.",
    )
    cancel_twice: Literal["reject", "accept"] = open_question(
        "reject",
        "Is cancelling what is cancelled already (an appointment, a place in a class) refused?",
        why="The repeat of a cancellation whose answer got lost fails.",
        otherwise="Nothing breaks.",
        evidence="none.",
    )
    booking_dates: Literal["created", "held"] = open_question(
        "created",
        "Do `startDate` and `endDate` of appointments and classes mean the day of booking, or the day they take place?",
        why="A filter for tomorrow's appointments finds those that were booked tomorrow: none.",
        otherwise="Nothing breaks: jobs read the whole list and choose by the records' own dates. A watcher of new "
        "appointments does not see one that was entered for a day before yesterday.",
        evidence="none.",
    )
    class_clash: Literal["accept", "reject"] = open_question(
        "accept",
        "May a class overlap other work of its staff member?",
        why="A repeated create makes two.",
        otherwise="A class that overlaps other work fails.",
        evidence="none.",
    )
    class_full: Literal["waitlist", "reject"] = open_question(
        "waitlist",
        "Is a client who is added to a full class put on the waitlist without a word, or refused?",
        why="A step that expects a refusal believes that the client has a place.",
        otherwise="The addition fails instead.",
        evidence="none.",
    )
    waitlist_moves_up: bool = open_question(
        True,
        "Does a place that becomes free go to the first person on the waitlist, whom an automation then messages?",
        why="Removing one participant messages another.",
        otherwise="A free place stays free.",
        evidence="none.",
    )
    known_participant: Known = open_question(
        "duplicate",
        "What does adding a client to a class again do: give a second place, fail, or return the existing place?",
        why="A repeated addition takes two places.",
        otherwise="Nothing breaks: participants are read first.",
        evidence="none.",
    )
