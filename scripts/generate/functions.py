"""What the writers read: the functions of the core, their arguments as they are written, and their docstrings."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin

from typing_extensions import is_typeddict

from whautomate_core import api, docs

ROOT = Path(__file__).parents[2]

RESOURCES = tuple(
    one.name
    for one in pkgutil.iter_modules(api.__path__)
    if not one.name.startswith("_") and one.name not in {"call", "check", "endpoint", "personal_data", "records"}
)
"""The modules of `whautomate_core.api`, and of operators and tasks."""

JOBS: dict[str, tuple[str, ...]] = {
    "appointments": (
        "bookings.slots.book_slot",
        "bookings.appointments.reschedule_booking",
        "bookings.appointments.cancel_booking",
        "bookings.exports.export_appointments",
    ),
    "broadcasts": ("messaging.jobs.plan_broadcast", "messaging.jobs.broadcast"),
    "classes": (
        "bookings.catalogue.upsert_class",
        "bookings.timetable.sync_classes",
        "bookings.participants.enrol_participants",
        "bookings.exports.export_classes",
        "bookings.exports.export_bookings",
    ),
    "clients": (
        "sync.clients.sync_clients",
        "sync.clients.tag_clients",
        "people.find.find_client",
        "people.find.set_client_fields",
    ),
    "contacts": (
        "sync.contacts.sync_contacts",
        "sync.contacts.tag_contacts",
        "people.opt_outs.export_opt_outs",
        "people.find.find_contact",
        "people.find.set_contact_stage",
        "people.find.set_contact_fields",
    ),
    "messages": ("messaging.messages.send_template_to_contacts",),
    "segments": ("messaging.segments.ensure_audience",),
    "services": ("bookings.catalogue.upsert_service", "bookings.services.sync_services"),
    "staffs": ("bookings.staff_blocks.sync_staff_blocks",),
}
"""Resource -> its jobs of which operators and tasks are written, in their order, by their path in the core."""

OF_THE_RUN = ("client", "run", "step", "storage", "progress", "sleep", "clock")
"""Arguments of jobs that the run gives, or nobody: operators and tasks do not take them."""


@dataclass(frozen=True)
class Argument:
    """An argument of a function, as it is written there."""

    name: str
    type: str
    """Its annotation, as code."""
    default: str | None
    """As code; None where the argument is required."""
    keyword_only: bool
    meaning: str
    """What the docstring says of it, without a full stop at its end."""
    hint: Any
    """Its annotation evaluated; None where it names something that only type checkers see."""

    @property
    def takes_a_dict(self) -> bool:
        """Whether it is a dict: a record, filters, a mapping."""
        among = (self.hint, *get_args(self.hint))
        return any(is_typeddict(one) or get_origin(one) in (dict, Mapping) for one in among)


@dataclass(frozen=True)
class Function:
    """A function that operators and tasks are written of."""

    module: str
    name: str
    arguments: tuple[Argument, ...]
    """Those that a user gives."""
    given: tuple[str, ...]
    """Those that the run gives: names of `OF_THE_RUN`."""
    returns: str
    """Its annotation, as code."""
    what: str
    """The docstring up to the arguments."""
    results: str
    """The docstring after them: what is returned and raised; empty for endpoints."""
    names: Mapping[str, tuple[str, str]]
    """Name in an annotation -> the module to import it from, and its name there."""
    call: Callable[..., Any]

    @property
    def is_list(self) -> bool:
        """Whether it is an endpoint that answers with a list."""
        return self.returns.startswith("Call[list[")

    @property
    def title(self) -> str:
        """`UpdateContact`, for names of classes."""
        return "".join(part.title() for part in self.name.split("_"))


def endpoints(resource: str) -> list[Function]:
    """The endpoints of a resource, in the order of its module."""
    module = importlib.import_module(f"whautomate_core.api.{resource}")
    own = [one for one in vars(module).values() if inspect.isfunction(one) and one.__module__ == module.__name__]
    return [_function(one) for one in own if str(inspect.signature(one).return_annotation).startswith("Call[")]


def jobs(resource: str) -> list[Function]:
    """The jobs of a resource, in the order of `JOBS`."""
    paths = (path.rpartition(".") for path in JOBS.get(resource, ()))
    return [_function(getattr(importlib.import_module(f"whautomate_core.{path}"), name)) for path, _, name in paths]


def about(resource: str) -> str:
    """The first line of the docstring of a resource's module, without a full stop."""
    text = importlib.import_module(f"whautomate_core.api.{resource}").__doc__ or ""
    return text.strip().splitlines()[0].rstrip(".")


def _function(call: Callable[..., Any]) -> Function:
    module = importlib.import_module(inspect.unwrap(call).__module__)
    what, meanings, results = docs.parts(call)
    signature = inspect.signature(call)
    own = [one for one in signature.parameters.values() if one.name not in OF_THE_RUN]
    arguments = tuple(_argument(one, module, meanings.get(one.name, "").rstrip(".")) for one in own)
    given = tuple(name for name in signature.parameters if name in OF_THE_RUN)
    return Function(
        call.__module__,
        call.__name__,
        arguments,
        given,
        str(signature.return_annotation),
        what,
        results,
        {name: _home(name, module) for one in arguments for name in _names(one.type)},
        call,
    )


def _argument(one: inspect.Parameter, module: ModuleType, meaning: str) -> Argument:
    try:
        hint = eval(one.annotation, dict(vars(module)))  # noqa: S307
    except NameError:
        hint = None
    required = one.default is one.empty
    return Argument(
        one.name,
        str(one.annotation),
        None if required else _code(one.default),
        one.kind is one.KEYWORD_ONLY,
        meaning or _usual_meaning(one.name, hint),
        hint,
    )


def _code(value: Any) -> str:
    if isinstance(value, timedelta):
        hours = value / timedelta(hours=1)
        return f"timedelta(hours={hours:g})"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


_USUAL = {
    "extra": "Fields to send that the check of names does not know",
    "overwrite": "Send the body alone, instead of merging it into what is there",
    "tags": "Names of tags",
    "allow_protected": "Also apply to opted-out people. Set it only after a deliberate human decision",
}


def _usual_meaning(name: str, hint: Any) -> str:
    """What an argument of an endpoint means, which the functions of the API need not say each."""
    record = next((one for one in (hint, *get_args(hint)) if is_typeddict(one)), None)
    if record is not None:
        what = "Filters" if name == "filters" else "Fields"
        return f"{what}, see `{record.__module__}.{record.__name__}`"
    return _USUAL.get(name) or f"Id of the {name.removesuffix('_id').replace('_', ' ')}"


def _names(annotation: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(annotation, mode="eval")):
        if isinstance(node, ast.Name) and node.id not in _BUILTINS:
            yield node.id


_BUILTINS = frozenset(dir(builtins))


def _home(name: str, module: ModuleType) -> tuple[str, str]:
    return _imports(module).get(name, (module.__name__, name))


@cache
def _imports(module: ModuleType) -> dict[str, tuple[str, str]]:
    """What a module imports, for type checkers too: name -> module and name there."""
    found = {}
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: (node.module, one.name) for one in node.names}
    return found
