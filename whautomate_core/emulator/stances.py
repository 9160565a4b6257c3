"""How the emulator behaves where nobody outside knows how the vendor does.

One field a question, the most inconvenient answer first. A pipeline that holds up against the defaults holds up
against the vendor, whichever way the question turns out. Evidence grades: A official documentation, B white-label
copy, C integrator code, D inferred, none where nothing was found.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

Known = Literal["duplicate", "reject", "reuse"]


@dataclasses.dataclass(frozen=True)
class Stances:
    """The answers to the open questions; every value can be changed by itself.

    Raises ValueError for a value no stance has, TypeError for a name that is no stance.
    """

    put: Literal["replace", "merge"] = "replace"
    """Whether PUT clears the fields it doesn't send, tags included, or keeps them. `customFields` is replaced whole
    either way. Evidence C: an integrator reads, merges and sends everything back, which suggests "replace"."""

    known_number: Known = "duplicate"
    """A contact created with a number another contact has: a second contact, a refusal, or the contact that is there
    (unchanged: what was sent is ignored). Evidence: none for creating; sending reuses (A)."""

    known_tag: Known = "reject"
    """The same for a tag record created with a name that is there. Evidence: none."""

    phone_form: Literal["digits", "plus"] = "digits"
    """How a phone number comes back: 6598765432 or +6598765432. Both were seen (C)."""

    page_default: int = 10
    """Records a page where `limit` isn't sent. Evidence: none (an integrator names 100, C)."""

    page_cap: int = 50
    """Largest page; a larger `limit` is cut to this without a word. Evidence: none."""

    order: Literal["newest_first", "oldest_first"] = "newest_first"
    """Order of lists. With "newest_first" a record created while pages are read shifts them. Evidence: none."""

    search_delay: float = 5.0
    """Seconds for which a new record isn't found by `searchText` (it is listed and can be read). Evidence: none."""

    bad_key: Literal[403, 401] = 403
    """Status for a missing or wrong key. Evidence: D."""

    limits: tuple[tuple[int, float], ...] = ((300, 60.0), (432_000, 86_400.0))
    """Requests allowed in so many seconds. Evidence A for a subscribed account; a trial has 60 and 100."""

    window: Literal["sliding", "fixed"] = "sliding"
    """Whether a limit holds for every span of its length, or for spans starting at multiples of it. Evidence: none."""

    window_phase: float = 0.0
    """Seconds by which fixed windows start later than at multiples of their length since 1970. Evidence: none."""

    refused_count: bool = True
    """Whether a request refused with 429 counts as one, so that hammering never gets through. Evidence: none."""

    retry_after: bool = False
    """Whether 429 carries Retry-After (whole seconds). Evidence: none."""

    error_in_200: tuple[str, ...] = ("createBroadcast",)
    """operationIds that answer 200 with an `error` where others answer 400 because what they name isn't there or
    can't be done (a body of the wrong shape is 400 everywhere). Evidence C for sends."""

    no_schedule: Literal["draft", "at_once"] = "draft"
    """A broadcast without `scheduleDateTime`: stays a draft until it gets one, or starts at once. Evidence: none."""

    recipients_fixed: Literal["creation", "start"] = "creation"
    """When a broadcast's recipients are chosen. With "creation" (or its latest PUT) a person who opts out before the
    start is still messaged. Evidence: none."""

    broadcast_seconds: float = 10.0
    """Seconds a started broadcast takes until everyone was processed. Evidence: none."""

    broadcast_failed_share: float = 0.02
    """Share of the recipients that fail, rounded to whole people, chosen by the seed. Evidence: none."""

    broadcasts_stay_scheduled: bool = False
    """Whether broadcasts never start, as if the vendor's scheduler were stuck. Evidence: none."""

    delivery_seconds: float = 5.0
    """Seconds from sending to delivery; a person who reads does so after as many again, and a reply takes as many
    once more. So figures keep moving after a broadcast is complete. Evidence: none."""

    read_share: float = 0.5
    """Share of the people reached who read, chosen by the seed. Evidence: none."""

    replied_share: float = 0.1
    """Share of the people reached who reply, chosen among those who read. Evidence: none."""

    segment_scope: Literal["location", "account"] = "location"
    """Whether a segment chooses among its location's contacts or the account's. Evidence D."""

    seed: int = 1
    """Ids, failures of broadcasts and faults by probability follow from it."""

    def __post_init__(self) -> None:
        for name, kind in _kinds().items():
            value = getattr(self, name)
            if get_origin(kind) is Literal and value not in get_args(kind):
                raise ValueError(f"{name} is one of {', '.join(map(repr, get_args(kind)))}, not {value!r}")
            if kind in (int, float) and value < 0:
                raise ValueError(f"{name} is not negative, not {value!r}")
        if self.page_default < 1 or self.page_cap < 1:
            raise ValueError("page_default and page_cap are at least 1")


@functools.cache
def _kinds() -> dict[str, Any]:
    return get_type_hints(Stances)


def stances_from(values: Mapping[str, Any]) -> Stances:
    """Stances from plain values, as a command line, a marker or JSON gives them (lists become tuples).

    Raises ValueError for a name or value no stance has.
    """
    unknown = sorted(set(values) - set(_kinds()))
    if unknown:
        raise ValueError(f"no such stance: {', '.join(unknown)}; there are {', '.join(_kinds())}")
    tuples = {name: tuple(value) for name, value in values.items() if isinstance(value, list | tuple)}
    if "limits" in tuples:
        tuples["limits"] = tuple((int(count), float(seconds)) for count, seconds in tuples["limits"])
    return Stances(**{**values, **tuples})
