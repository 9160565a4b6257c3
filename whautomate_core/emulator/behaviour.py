"""How the emulator behaves where it is not known how the vendor does.

Each field is one open question, and its default is the most inconvenient answer. A pipeline that works with the
defaults works with the vendor, whatever the true answer is. Evidence grades: A official documentation, B white-label
copy, C integrator code, D inferred, none where nothing was found.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

Known = Literal["duplicate", "reject", "reuse"]

SENDS = tuple(
    f"send{channel}{kind}"
    for channel in ("Whatsapp", "Messenger", "Instagram", "Telegram")
    for kind in ("Text", "Media", "Template")
)
"""The operations that send one message."""


MEDIA = ("image", "video", "document")
"""The files that the header of a template may be."""


@dataclasses.dataclass(frozen=True)
class Template:
    """A WhatsApp template that the account has."""

    name: str
    language: str | None
    """None: it is there in whichever language is asked for."""
    category: str = "marketing"
    header: str | None = None
    """The number of the placeholders in its header, or the kind of its file; None: any number is accepted."""
    body: int | None = None
    buttons: int | None = None
    status: str = "approved"


def template_from(text: str) -> Template:
    """A template as a command line writes it. Raises ValueError."""
    name, *rest = text.split(":")
    language, category, counts, status = [*rest, *[""] * 4][:4]
    found = re.fullmatch(rf"(\d+|{'|'.join(MEDIA)})/(\d+)/(\d+)", counts or "0/0/0")
    if not name or not found or len(rest) > 4:
        raise ValueError(
            f"{text!r} is no template: write NAME, NAME:LANGUAGE, or NAME:LANGUAGE:CATEGORY:HEADER/BODY/BUTTONS:STATUS "
            "with the number of placeholders of each part, such as spring_sale:en:marketing:0/2/1:approved"
        )
    known = Template(name, language or None, category or "marketing", status=status or "approved")
    if not counts:
        return known
    return dataclasses.replace(known, header=found[1], body=int(found[2]), buttons=int(found[3]))


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """The answers to the open questions. Each can be changed on its own.

    Raises ValueError for a value that a behaviour does not take, TypeError for an unknown name.
    """

    put: Literal["replace", "merge"] = "replace"
    """Whether PUT clears the fields it doesn't send, tags included, or keeps them. `customFields` is replaced whole
    either way. Evidence C: an integrator reads, merges and sends everything back, which suggests "replace"."""

    known_number: Known = "duplicate"
    """Creating a contact with a number that another contact has makes a second contact, is refused, or returns the
    existing contact unchanged. Evidence: none for creating; sending reuses (A)."""

    known_client: Known = "duplicate"
    """The same for clients. Evidence: none."""

    known_tag: Known = "reject"
    """The same for tag records of contacts or clients with an existing name. Evidence: none."""

    phone_form: Literal["digits", "plus"] = "digits"
    """How a phone number is returned: 6598765432 or +6598765432. Both were seen (C)."""

    client_phone: Literal["repeated", "apart"] = "repeated"
    """Whether a client's `phone` is returned with the digits of its `countryCode` in front, or without. Both were seen
    (C, edited samples). In a body it is always without, except that a PUT may send back what was read."""

    page_default: int = 10
    """Records of a page if `limit` isn't sent. Evidence: none (an integrator names 100, C)."""

    page_cap: int = 50
    """Largest page. A larger `limit` is silently reduced to this. Evidence: none."""

    page_start: Literal["given", "asked"] = "given"
    """If `limit` was reduced, whether the next page begins after the records that were returned, or after those that
    were requested, so that the records in between are on no page. Evidence: none."""

    list_depth: int = 0
    """Number of records after which lists return empty pages; 0 for no such limit. Evidence: none."""

    order: Literal["newest_first", "oldest_first", "active_first"] = "newest_first"
    """Order of lists: by creation, or by last activity. Except with "oldest_first", pages shift if a record is created
    while they are read, and with "active_first" also if one changes. Evidence: none."""

    search_delay: float = 5.0
    """Seconds for which a new record isn't found by `searchText` (it is listed and can be read). Evidence: none."""

    list_lag: float = 0.0
    """Seconds for which a new record is in no list, nor found by a search (it can be read by its id). Evidence:
    none."""

    bad_key: Literal[403, 401] = 403
    """Status for a missing or wrong key. Evidence: D."""

    limits: tuple[tuple[int, float], ...] = ((300, 60.0), (432_000, 86_400.0))
    """Requests allowed in a number of seconds. Evidence A for a subscribed account; a trial has 60 and 100."""

    window: Literal["sliding", "fixed"] = "sliding"
    """Whether a limit applies to every span of its length, or to spans that start at multiples of it. Evidence:
    none."""

    window_phase: float = 0.0
    """Seconds by which fixed windows start later than at multiples of their length since 1970. Evidence: none."""

    refused_count: bool = True
    """Whether a request refused with 429 counts as one, so that hammering never gets through. Evidence: none."""

    retry_after: bool = False
    """Whether 429 carries Retry-After (whole seconds). Evidence: none."""

    error_in_200: tuple[str, ...] = ("createBroadcast", *SENDS)
    """operationIds that answer 200 with an `error` if what they name doesn't exist or can't be done; others answer 400
    (a body of the wrong shape is 400 everywhere). Evidence C for sends."""

    templates: tuple[str, ...] = ()
    """The templates of the account: NAME, NAME:LANGUAGE, or NAME:LANGUAGE:CATEGORY:HEADER/BODY/BUTTONS:STATUS. The
    numbers are those of the placeholders, and HEADER may be image, video or document. Others, and those that are not
    approved, are refused. With a wrong number of values a message is refused, and a broadcast reaches nobody. Empty:
    every template is accepted. Evidence: none."""

    template_list: Literal["absent", "location", "workspace", "open"] = "absent"
    """Whether GET /v1/whatsapp-templates lists `templates`: no such path, a list that needs a `locationId`, one that
    needs a `workspaceId` (so asking for a location is refused), or one that needs nothing. Two white-label copies have
    it and require the workspace (B); there is no sign of it on Whautomate."""

    no_schedule: Literal["draft", "at_once"] = "draft"
    """A broadcast without `scheduleDateTime`: stays a draft until it gets one, or starts at once. Evidence: none."""

    recipients_fixed: Literal["creation", "start"] = "creation"
    """When a broadcast's recipients are chosen. With "creation" (or its latest PUT) a person who opts out before the
    start is still messaged. Evidence: none."""

    broadcast_seconds: float = 10.0
    """Seconds that a started broadcast takes to process everybody. Evidence: none."""

    broadcast_failed_share: float = 0.02
    """Share of the recipients that fail, rounded to whole people, chosen by the seed. Evidence: none."""

    broadcasts_stay_scheduled: bool = False
    """Whether broadcasts never start, as if the vendor's scheduler were stuck. Evidence: none."""

    delivery_seconds: float = 5.0
    """Seconds from sending to delivery. A person reads the message after the same time again, and replies after
    the same time again. So figures keep changing after a broadcast is complete. Evidence: none."""

    read_share: float = 0.5
    """Share of the reached people who read the message, chosen by the seed. Evidence: none."""

    replied_share: float = 0.1
    """Share of the reached people who reply, chosen among those who read it. Evidence: none."""

    segment_scope: Literal["location", "account"] = "location"
    """Whether a segment chooses among its location's contacts or the account's. Evidence D."""

    target_class_all: Literal["everyone", "not_cancelled"] = "everyone"
    """Who is meant by `targetClassStatus` ALL (the only value seen, A) or by none: all participants
    that there ever were, or those who haven't cancelled. Evidence: none."""

    client_dates: Literal["created", "registered"] = "created"
    """What `startDate` and `endDate` of listClients mean: the day a client was created, or its `registrationDate`.
    Evidence D."""

    client_becomes_contact: bool = True
    """Whether a message to a client creates a contact if none has the number. Evidence A for a `recepient`, none for
    clients."""

    session_channels: tuple[str, ...] = ("whatsapp", "messenger", "instagram")
    """Channels on which all but WhatsApp's templates need a message from the person within the last 24 hours.
    Evidence B for WhatsApp, none for the others."""

    incoming_form: Literal["text", "boolean"] = "text"
    """Whether a message's `isIncoming` is "true" or "false" (both true to Python) or a boolean. Both were seen (A)."""

    block_fields: Literal["times", "dates"] = "times"
    """Names under which an availability block's ends come back: startTime and endTime, or startDate and endDate as
    they were sent. Evidence D: two integrators disagree."""

    block_clock: Literal["wall", "utc"] = "wall"
    """Whether a time in an availability block that ends in Z or has no offset is the location's wall time (as in an
    appointment's startTime, C) or UTC. A date alone is the location's day. Evidence: none."""

    overlapping_blocks: Literal["accept", "reject"] = "accept"
    """Whether a block may overlap another of the same staff member, so that a repeated create makes two.
    Evidence: none."""

    service_without_staff: Literal["nobody", "everybody"] = "nobody"
    """Who offers a service that names no staff. Evidence: none."""

    slot_times: Literal["wall", "utc", "clock"] = "wall"
    """How a free slot's times look: wall time with a false Z, UTC, or as a booking takes it (04:39 PM). Evidence: none
    for slots, C for the false Z of appointments. With `timezone` UTC the first two are the same."""

    next_three_days: int = 3
    """Days of slots that `nextThreeDays` gives: 3, the date being the first, or 4. Evidence: none."""

    booking_without_staff: Literal["reject", "any"] = "reject"
    """A booking that names no staff: refused, or given to the first who is free. Evidence D."""

    add_ons_lengthen: bool = True
    """Whether a booking's add-on services add their minutes, so that a listed slot may be too short. Evidence: none."""

    rescheduled_status: Literal["Rescheduled", "Booked"] = "Rescheduled"
    """Status of a moved appointment. Evidence: the former is named in official prose (A), the latter alone in sample
    events (C)."""

    cancel_twice: Literal["reject", "accept"] = "reject"
    """Whether cancelling again what is cancelled (an appointment, a place in a class) is refused. Evidence: none."""

    booking_dates: Literal["created", "held"] = "created"
    """What `startDate` and `endDate` mean in lists of appointments and classes: the day of booking, or the day it takes
    place. Evidence: none."""

    class_clash: Literal["accept", "reject"] = "accept"
    """Whether a class may overlap its staff member's other work, so that a repeated create makes two.
    Evidence: none."""

    class_full: Literal["waitlist", "reject"] = "waitlist"
    """A client added to a full class: waitlisted without a word, or refused. Evidence: none."""

    waitlist_moves_up: bool = True
    """Whether a freed place goes to the first person on the waitlist, whom an automation then messages. Evidence:
    none."""

    known_participant: Known = "duplicate"
    """Adding a client to a class again gives a second place, is refused, or returns the existing place.
    Evidence: none."""

    seed: int = 1
    """Determines ids, failures of broadcasts, and faults by probability."""

    def __post_init__(self) -> None:
        for name, kind in _kinds().items():
            value = getattr(self, name)
            if get_origin(kind) is Literal and value not in get_args(kind):
                raise ValueError(f"{name} is one of {', '.join(map(repr, get_args(kind)))}, not {value!r}")
            if kind in (int, float) and value < 0:
                raise ValueError(f"{name} is not negative, not {value!r}")
        templates = list(map(template_from, self.templates))
        if self.template_list != "absent" and not all(one.language for one in templates):
            raise ValueError("templates that are listed need a language, such as spring_sale:en")
        if self.page_default < 1 or self.page_cap < 1:
            raise ValueError("page_default and page_cap are at least 1")


@functools.cache
def _kinds() -> dict[str, Any]:
    return get_type_hints(Behaviour)


def behaviour_from(values: Mapping[str, Any]) -> Behaviour:
    """Behaviour from plain values, as a command line, a marker or JSON gives them (lists become tuples).

    Raises ValueError for an unknown name, or a value that a behaviour does not take.
    """
    unknown = sorted(set(values) - set(_kinds()))
    if unknown:
        raise ValueError(f"no such behaviour: {', '.join(unknown)}; there are {', '.join(_kinds())}")
    tuples = {name: tuple(value) for name, value in values.items() if isinstance(value, list | tuple)}
    if "limits" in tuples:
        tuples["limits"] = tuple((int(count), float(seconds)) for count, seconds in tuples["limits"])
    return Behaviour(**{**values, **tuples})
