"""What the writers read: the functions of the core, their arguments as they are written, and their docstrings."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin

from typing_extensions import is_typeddict

from whautomate_core.api import registry
from whautomate_core.api.endpoint import Endpoint, endpoint_of
from whautomate_core.job import INTERNAL, SUPPLIED, Job, job_of
from whautomate_core.jobs import JOBS

from . import docstrings

ROOT = Path(__file__).parents[2]

RESOURCES = tuple(module.__name__.rpartition(".")[2] for module in registry.RESOURCES)
"""The modules of `whautomate_core.api`, and of operators and tasks."""

BY_HAND = ("cancel_broadcast", "ensure_segment")
"""Jobs whose operators are written by hand."""

OF_THE_RUN = ("client", *SUPPLIED, *INTERNAL)
"""Arguments of jobs that operators and tasks do not take."""


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
    """Name in an annotation or a default -> the module to import it from, and its name there."""
    call: Callable[..., Any]

    @property
    def endpoint(self) -> Endpoint:
        """What is known of it, if it is the function of an endpoint."""
        return endpoint_of(self.call)

    @property
    def job(self) -> Job:
        """What is known of it, if it is a job."""
        return job_of(self.call)

    def names_in(self, code: str) -> list[str]:
        """Those of `names` that an annotation or a default uses."""
        return [name for name in self.names if re.search(rf"\b{name}\b", code)]

    @property
    def title(self) -> str:
        """`UpdateContact`, for names of classes."""
        return "".join(part.title() for part in self.name.split("_"))


def endpoints(resource: str) -> list[Function]:
    """The endpoints of a resource, in the order of its module."""
    return [function_of(one.function, of_the_run=()) for one in registry.ENDPOINTS.values() if one.resource == resource]


def jobs(resource: str) -> list[Function]:
    """The jobs of a resource of which operators and tasks are written, in the order of the registry."""
    return [function_of(one.function) for one in JOBS.values() if one.resource == resource and one.name not in BY_HAND]


def about(resource: str) -> str:
    """The first sentence of the docstring of a resource's module, without a full stop."""
    text = importlib.import_module(f"whautomate_core.api.{resource}").__doc__ or ""
    return text.strip().splitlines()[0].partition(". ")[0].rstrip(".")


def function_of(call: Callable[..., Any], of_the_run: Collection[str] = OF_THE_RUN) -> Function:
    """What there is to know of a function, or of a class by what it is made of.

    Args:
        call: The function.
        of_the_run: Names of its arguments that the run gives.
    """
    module = importlib.import_module(inspect.unwrap(call).__module__)
    what, meanings, results = docstrings.parts(call)
    signature = inspect.signature(call)
    own = [one for one in signature.parameters.values() if one.name not in of_the_run]
    arguments = tuple(_argument(one, module, meanings.get(one.name, "").rstrip(".")) for one in own)
    texts = [str(signature.return_annotation), *(text for one in arguments for text in (one.type, one.default) if text)]
    given = tuple(name for name in signature.parameters if name in of_the_run)
    return Function(
        call.__module__,
        call.__name__,
        arguments,
        given,
        str(signature.return_annotation),
        what,
        results,
        {name: _home(name, module) for text in texts for name in _names(text)},
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
        str(one.annotation).replace("'", '"'),
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
