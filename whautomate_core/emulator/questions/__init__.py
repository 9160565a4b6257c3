"""What is not known of the vendor, one field for each question, by topic.

`whautomate_core.emulator.behaviour.Behaviour` has all of them. `docs/reference/vendor.md` and `whautomate emulator
--list-behaviours` show what is written here.

Evidence grades: A official documentation, B a white-label copy of the API, C code of integrators, D inferred, none
where nothing was found.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")

_KINDS = {
    int: "a whole number",
    float: "a number",
    tuple[str, ...]: "names, separated by commas",
    tuple[tuple[int, float], ...]: "REQUESTS/SECONDS, separated by commas",
}


@dataclasses.dataclass(frozen=True)
class Question:
    """A behaviour as people read it."""

    name: str
    topic: str
    asks: str
    """The question or, if nothing is open, what the behaviour sets."""
    default: str
    """Its default, as `--behaviour` takes it."""
    others: str
    """What else it may be: the other values, or what kind of value it takes."""
    why: str = ""
    """Why the default is the inconvenient answer. Empty if nothing is open: the behaviour sets what is simulated."""
    otherwise: str = ""
    """What a user of this package loses if the vendor behaves in the other way."""
    evidence: str = ""
    """`none`, or a grade, followed by what was seen."""

    @property
    def is_open(self) -> bool:
        """Whether it asks something about the vendor."""
        return bool(self.why)


def open_question(default: T, asks: str, *, why: str, otherwise: str, evidence: str) -> T:
    """A field for what is not known of the vendor. `default` is the most inconvenient answer that the evidence permits;
    the texts are those of `Question`."""
    made: T = dataclasses.field(
        default=default, metadata={"asks": asks, "why": why, "otherwise": otherwise, "evidence": evidence}
    )
    return made


def simulated(default: T, asks: str) -> T:
    """A field that sets what the emulator simulates, or what is settled and can be varied nevertheless."""
    made: T = dataclasses.field(default=default, metadata={"asks": asks})
    return made


def questions_of(topic: type[Any]) -> Iterator[Question]:
    """The questions of a topic, in the order in which they are written. Its name is the docstring's first line."""
    kinds = get_type_hints(topic)
    title = (topic.__doc__ or "").partition("\n")[0].rstrip(".")
    for field in dataclasses.fields(topic):
        others = _others(kinds[field.name], field.default)
        yield Question(field.name, title, default=_text(field.default), others=others, **field.metadata)


def _text(value: Any) -> str:
    """A value as `--behaviour NAME=VALUE` takes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, tuple):
        return ", ".join("/".join(map(_text, one)) if isinstance(one, tuple) else one for one in value)
    return str(value)


def _others(kind: Any, default: Any) -> str:
    choices = get_args(kind) if get_origin(kind) is Literal else (True, False) if kind is bool else ()
    if choices:
        return f"or {', '.join(_text(one) for one in choices if one != default)}"
    return _KINDS[kind]
