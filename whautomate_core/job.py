"""What is known of each job, written beside its function: operators, tasks and commands read it from here.

    @job("contacts", describe_found, redacted=("phone",), finished=False)
    def find_contact(client: Client, phone: str, ...) -> Json: ...

A job is a function of a client and arguments that returns a dict; the function stays a plain function. `job_of` finds
the value by the function, and `whautomate_core.jobs.JOBS` holds all of them.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar
from urllib.parse import quote

F = TypeVar("F", bound=Callable[..., Mapping[str, Any]])

SUPPLIED = ("run", "step", "progress", "storage")
"""Arguments that the orchestrator's run supplies: what the run is, what makes the step the same one when it runs again,
where progress goes, and what opens files. Operators and tasks do not take them."""

INTERNAL = ("sleep", "clock")
"""Arguments for tests, which nobody else gives."""


@dataclass(frozen=True)
class Job:
    """One job: work that makes several requests, or one and more around it."""

    function: Callable[..., Mapping[str, Any]]
    """Takes the client first."""
    resource: str
    """The module of its operators and tasks: `contacts`."""
    describe: Callable[[Mapping[str, Any]], str]
    """What a result says, for `line`."""
    lane: Literal["interactive", "bulk"]
    """`bulk` leaves some of the account's requests to `interactive` steps."""
    redacted: frozenset[str]
    """Arguments that may be about people. Orchestrators do not show their values."""
    finished: bool
    """Whether its result serves when its flow run is run again. Not for reads, whose answer is of now, and not where a
    claim says what has happened."""
    kind: str
    """`contact` or `client`: the kind of people whose rows it brings to Whautomate. Empty for other jobs."""
    reads: tuple[str, ...]
    """What it reads of the account, as lineage names it: `contacts`, `segments/{name}`. Braces name arguments."""
    writes: tuple[str, ...]
    """What it writes of the account, in the same way."""

    @property
    def name(self) -> str:
        """The function's name, which is that of the tasks too: `sync_contacts`."""
        return self.function.__name__

    @cached_property
    def supplied(self) -> tuple[str, ...]:
        """Its arguments that the run supplies."""
        return tuple(name for name in inspect.signature(self.function).parameters if name in SUPPLIED)

    @cached_property
    def arguments(self) -> Mapping[str, inspect.Parameter]:
        """Its arguments that a user gives."""
        _, *own = inspect.signature(self.function).parameters.values()
        return {one.name: one for one in own if one.name not in (*SUPPLIED, *INTERNAL)}

    def line(self, result: Mapping[str, Any]) -> str:
        """What it did, in one sentence, which steps log last.

        Args:
            result: What it returned. The line holds its ids, counts, times, paths and names of segments, broadcasts and
                tags; nothing about people.
        """
        if result.get("skipped"):
            return f"skipped: {result['skipped']}; nothing sent"
        return self.describe(result)

    def written(self, values: Mapping[str, Any]) -> list[str]:
        """What a run with these arguments writes of the account, as `parts` has it: nothing with `plan_only`.

        Args:
            values: The arguments by name.
        """
        return [] if values.get("plan_only") else self.parts(self.writes, values)

    def parts(self, named: Iterable[str], values: Mapping[str, Any]) -> list[str]:
        """What the account has that `reads` or `writes` names, as the ends of URIs: `segments/Regular%20guests`.

        Args:
            named: `reads` or `writes`.
            values: The arguments by name. What an argument names that is missing or None is left out.
        """
        given = {name: quote(str(value), safe="") for name, value in values.items() if value is not None}
        return [quote(one, safe="/{}").format_map(given) for one in named if set(_ARGUMENTS(one)) <= given.keys()]


_ARGUMENTS = re.compile(r"{(\w+)}").findall

_by_function: dict[Callable[..., Any], Job] = {}


def job(
    resource: str,
    describe: Callable[[Mapping[str, Any]], str],
    *,
    lane: Literal["interactive", "bulk"] = "interactive",
    redacted: Iterable[str] = (),
    finished: bool = True,
    kind: str = "",
    reads: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Register a function as a job, and return it as it is. The arguments are the fields of `Job`."""

    def register(function: F) -> F:
        _by_function[function] = Job(
            function, resource, describe, lane, frozenset(redacted), finished, kind, reads, writes
        )
        return function

    return register


def job_of(function: Callable[..., Any]) -> Job:
    """The job of a function."""
    return _by_function[function]


def registered() -> tuple[Job, ...]:
    """The jobs of all modules that have been imported; `jobs.JOBS` has all jobs."""
    return tuple(_by_function.values())
