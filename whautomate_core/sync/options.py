"""The values that arguments of syncs take. It imports little, since DAG files load it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Literal, TypeAlias

from whautomate_core.errors import ConfigurationError
from whautomate_core.values.members import Members

__all__ = [
    "Column",
    "Drift",
    "Members",
    "Mode",
    "Nulls",
    "Quota",
    "Run",
    "Show",
    "WhenRunning",
    "check_choice",
]

Column: TypeAlias = str | Mapping[str, Any] | Callable[[dict[str, str]], Any]
"""Where a field's value comes from: the name of a column, `{"value": ...}` for one value for all, or a function of the
row (column -> text)."""

Mode = Literal["upsert", "insert", "update", "mirror"]
Drift = Literal["ignore", "detect"]
Nulls = Literal["keep", "clear"]
Quota = Literal["spread", "refuse"]
Show = Literal["masked", "whole"]
WhenRunning = Literal["wait", "stop"]


@dataclass(frozen=True)
class Run:
    """A run as its orchestrator knows it: the same in each of its tries."""

    name: str = "sync"
    """Name of the sync if the caller does not name it."""
    is_one: bool = False
    """Whether only one sync has this name. Otherwise what is wanted of the rows tells syncs apart."""
    holder: str = field(default_factory=lambda: token_hex(8))
    part: str = ""
    """The chunk of the source, if a run has several."""
    began: float | None = None
    """When it began, by `time.monotonic`, if its plan was made earlier: it finds everybody who was there then."""


def check_choice(name: str, value: object, choices: tuple[Any, ...]) -> None:
    """Raise `ConfigurationError` unless a value is one of the choices."""
    if value not in choices:
        raise ConfigurationError(f"{name} must be {', '.join(choices[:-1])} or {choices[-1]}, not {value!r}")
