"""What the generators of this room ask for. A client carries each step out and sends back what came of it.

`Client` and `AsyncClient` differ in how they wait, and in nothing else: the order of the steps is written once, as a
generator that both of them drive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from whautomate_core.api.call import Call

if TYPE_CHECKING:  # DAG files import the jobs, and must not load a database for that
    from whautomate_core.state.pool import Grant


@dataclass(frozen=True)
class Rest:
    """Wait for so many seconds before the next step. Gives nothing."""

    seconds: float


@dataclass(frozen=True)
class Read:
    """Send a call that reads. Gives its answer."""

    call: Call[Any]
    last: bool = False
    """What is sent follows directly, so the permits of both are taken together."""


@dataclass(frozen=True)
class Permits:
    """Wait for so many permits, granted together. Gives their `Grant`."""

    count: int


@dataclass(frozen=True)
class Send:
    """Send a call that has its permit. Gives its answer."""

    call: Call[Any]
    grant: Grant


@dataclass(frozen=True)
class Ask:
    """Ask the state database. Gives what the function returns."""

    question: Callable[[], Any]
