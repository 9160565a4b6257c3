"""Names of task runs, which tell apart what a task is mapped over. Of people they show masked numbers and ids only."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from whautomate_core.values.redaction import file_name, shown_id

_PEOPLE = ("contact", "client", "message", "class_participant", "appointment")
"""Arguments that hold a person, or the body of a call to one."""
_WHOM = ("recepient", "contact", "client")
_NUMBERS = ("phoneNumber", "phone")
_NAMED = ("broadcast", "segment", "service", "service_category", "contact_tag", "client_tag")
"""Arguments that hold a record with a name, which is not about people."""
_OF_PEOPLE = ("contact_id", "client_id", "appointment_id")
_OPTIONAL = ("phone", *_OF_PEOPLE, "broadcast_id", "service_id")
"""Arguments with a default that say what a run is about."""


@dataclass(frozen=True)
class RunName:
    """Makes the name of a task run of its parameters, such as `get_contact FcBox4UkwZA` or `create_contact-3 +49…12`.

    Args:
        task: Name of the task.
        about: The parameters that say what a run is about, in their order.
        mapped: The lists that the task is mapped over, by parameter.
    """

    task: str
    about: tuple[str, ...]
    mapped: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def __call__(self, parameters: dict[str, Any]) -> str:
        """The name of a run with these parameters."""
        subject = next(filter(None, (_shown(name, parameters.get(name)) for name in self.about)), "")
        place = self._place(parameters)
        if place is None and not subject:
            return f"{self.task}-{uuid4().hex[:3]}"  # as Prefect names it
        return f"{self.task}{'' if place is None else f'-{place}'} {subject}".rstrip()

    def _place(self, parameters: Mapping[str, Any]) -> int | None:
        # Prefect doesn't say which item it is. Items that can't be told apart have no place.
        places = [
            place
            for place in range(min(map(len, self.mapped.values()), default=0))
            if all(items[place] is parameters.get(name) for name, items in self.mapped.items())
        ]
        return places[0] if len(places) == 1 else None


def subjects(function: Callable[..., Any]) -> tuple[str, ...]:
    """The parameters of a task's function that say what a run is about."""
    return tuple(
        name
        for name, one in inspect.signature(function).parameters.items()
        if one.default is one.empty or name in _OPTIONAL
    )


def _shown(name: str, value: Any) -> str:
    """What a parameter says of what the run is about; empty if that is nothing, or must not be shown."""
    if isinstance(value, Mapping):
        return _shown_record(name, value)
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        return ""
    if name == "phone":
        return _masked(value)
    if name == "source":
        return file_name(value)
    if name.endswith("_id"):
        return shown_id(value, of_person=name in _OF_PEOPLE).replace("…", "")
    return value if name in ("name", "segment_name", "tag") else ""


def _shown_record(name: str, record: Mapping[str, Any]) -> str:
    if name in _NAMED:
        return str(record.get("name") or "")
    if name not in _PEOPLE:
        return ""
    whom = next((record[one] for one in _WHOM if isinstance(record.get(one), Mapping)), record)
    number = next((whom[one] for one in _NUMBERS if isinstance(whom.get(one), str)), "")
    return _masked(number) or _shown("contact_id", whom.get("id"))


def _masked(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return f"{'+' * number.startswith('+')}{digits[:2]}…{digits[-2:]}" if len(digits) >= 7 else ""
