"""How the emulator behaves where it is not known how the vendor does.

Each field is one question, and its default is the most inconvenient answer that the evidence permits. A pipeline that
works with the defaults works with the vendor, whatever the true answer is. The questions are in
`whautomate_core.emulator.questions`, by topic, with their evidence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .contract import operations
from .questions import Question, questions_of, simulated
from .questions.bookings import Bookings
from .questions.messages import Messages
from .questions.people import People
from .questions.requests import Lists, Requests

_TOPICS = (People, Lists, Requests, Messages, Bookings)

PLANS: dict[str, tuple[tuple[int, float], ...]] = {
    "trial": ((60, 60.0), (100, 86_400.0)),
    "subscribed": ((300, 60.0), (432_000, 86_400.0)),
}
"""Plan -> its limits (the vendor's overview, evidence A)."""


MEDIA = ("image", "video", "document")
"""The files that the header of a template may be."""


CATEGORIES = ("marketing", "utility", "authentication")
"""The categories of WhatsApp's templates."""


@dataclass(frozen=True)
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
    if category and category not in CATEGORIES:
        raise ValueError(
            f"the category of {name} is {', '.join(CATEGORIES[:-1])} or {CATEGORIES[-1]}, not {category!r}"
        )
    known = Template(name, language or None, category or "marketing", status=status or "approved")
    if not counts:
        return known
    return replace(known, header=found[1], body=int(found[2]), buttons=int(found[3]))


@dataclass(frozen=True)
class Behaviour(People, Lists, Requests, Messages, Bookings):
    """The answers to the open questions. Each can be changed on its own.

    Raises ValueError for a value that a behaviour does not take, TypeError for an unknown name.
    """

    seed: int = simulated(1, "Determines ids, failures of broadcasts, and faults by probability.")

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
        if not self.failure_codes or not all(map(str.isdigit, self.failure_codes)):
            raise ValueError("failure_codes names at least one of WhatsApp's codes, such as 131026")
        if unknown := {*self.forbidden} - {*operations()}:
            raise ValueError(
                f"forbidden names operations such as createBroadcast; there is no {', '.join(sorted(unknown))}"
            )
        for name in ("page_default", "page_cap", "burst"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1")


@functools.cache
def _kinds() -> dict[str, Any]:
    return get_type_hints(Behaviour)


def all_questions() -> list[Question]:
    """Every behaviour as people read it, by topic."""
    found = [one for topic in _TOPICS for one in questions_of(topic)]
    named = {one.name for one in found}
    return [*found, *(replace(one, topic="The emulator") for one in questions_of(Behaviour) if one.name not in named)]


def behaviour_from(values: Mapping[str, Any]) -> Behaviour:
    """Behaviour from plain values, as a command line, a marker or JSON gives them (lists become tuples, and so do
    texts: `"spring_sale,reminder"`, `"60/60,100/86400"`).

    Raises ValueError for an unknown name, or a value that a behaviour does not take.
    """
    unknown = sorted(set(values) - set(_kinds()))
    if unknown:
        raise ValueError(f"no such behaviour: {', '.join(unknown)}; there are {', '.join(_kinds())}")
    tuples = {name: _tuple(name, value) for name, value in values.items() if get_origin(_kinds()[name]) is tuple}
    return Behaviour(**{**values, **tuples})


def _tuple(name: str, value: Any) -> tuple[Any, ...]:
    parts = [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        raise ValueError(f"{name} is a list, not {value!r}")
    if name != "limits":
        return tuple(parts)
    return tuple(_limit(one.split("/") if isinstance(one, str) else one) for one in parts)


def _limit(pair: Any) -> tuple[int, float]:
    try:
        count, seconds = pair
        count, seconds = int(count), float(seconds)
    except (TypeError, ValueError):
        raise ValueError("a limit is REQUESTS/SECONDS, such as 300/60") from None
    if count < 0 or seconds <= 0:
        raise ValueError(f"a limit is at least 0 requests in more than 0 seconds, not {count}/{seconds:g}")
    return count, seconds
