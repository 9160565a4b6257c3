"""What a step waits for. The conditions live with their resources, and `whautomate_core.conditions` lists them.

A condition is a plain value. Its `check` is a generator: it yields what must be read, is sent the answers, and returns
what they mean. So it does no I/O, and the same code serves sensors that poke, triggers that poll, and tasks that wait.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeAlias, TypeVar

from whautomate_core.api.call import Call, Json
from whautomate_core.errors import ConfigurationError, UnexpectedResponse

if TYPE_CHECKING:
    from whautomate_core.client.client import AsyncClient, Client
    from whautomate_core.client.pages import Pages

R = TypeVar("R")

LONGEST_PAUSE = 900.0
"""Seconds: pauses between checks double up to this."""


class StateQuery(Protocol):
    """What a check asks of our own state instead of the server."""

    def answer(self, client: Client | AsyncClient) -> Any:
        """Read it from the state of the client's account. It blocks."""


PagesOf: TypeAlias = "Callable[[Call[list[Any]]], Pages]"
Check: TypeAlias = Generator[Call[Any] | StateQuery, Any, R]
"""Yields calls and state queries. It is sent their answers, and their errors are raised in it."""
Checks: TypeAlias = Callable[[PagesOf], Check[R]]
"""Begins a check. `PagesOf` reads lists in pages of the size that the account's server uses."""


@dataclass(frozen=True)
class Seen:
    """What a check found, and what follows from it."""

    words: str
    """The situation, for the log."""
    result: Json | None = None
    """What the step returns, if the condition is met. Small JSON; the only thing about people in it is ids."""
    problem: str | None = None
    """Why the step fails, if the condition will never be met."""
    not_before: float = 0.0
    """Nothing can change before this moment, in seconds since the epoch."""
    failed: str | None = None
    """Why the check found out nothing. The next one may."""
    known: Json | None = None
    """What would be the result, if the condition will never be met."""

    @property
    def over(self) -> bool:
        """Whether the wait ends."""
        return self.result is not None or self.problem is not None


@dataclass(frozen=True)
class Condition:
    """Base of the conditions. Their fields are the arguments of the steps that wait for them, and plain JSON.

    A subclass is a frozen dataclass whose docstring is that of the steps: what they wait for, `Args:` and `Returns:`.
    Its `__post_init__` checks the fields and brings them into one form.
    """

    kind: ClassVar[str]
    """Names the condition in triggers, and its steps: `wait_for_<kind>`."""
    longest: ClassVar[float] = LONGEST_PAUSE
    """The longest pause between two checks, in seconds."""
    personal: ClassVar[frozenset[str]] = frozenset()
    """Fields that hold personal data. Nothing that is stored or shown has them in clear."""
    from_start: ClassVar[frozenset[str]] = frozenset()
    """Fields that are moments, and whose default None means the moment when the step started."""
    checked_together: ClassVar[bool] = False
    """Whether `check_together` takes fewer requests than a `check` of each."""

    @property
    def unmet(self) -> str:
        """What is not so yet, in words without personal data."""
        raise NotImplementedError

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        """Read what is needed, and decide."""
        raise NotImplementedError

    @classmethod
    def check_together(
        cls, asking: Collection[Self], due: Collection[Self], pages_of: PagesOf
    ) -> Check[dict[Self, Seen | Exception]]:
        """Check several conditions of this class at once.

        Args:
            asking: All that somebody waits for. Those that are not due may be left out.
            due: Those of them to be checked now.

        Returns: what was seen of each, or the error of checking that one.
        """
        raise NotImplementedError

    def as_json(self) -> Json:
        """The condition as JSON, for `whautomate_core.conditions.condition_from`."""
        return {"kind": self.kind, **dataclasses.asdict(self)}


def read_record(call: Call[Any], *fields: str) -> Check[Any]:
    """Read one record.

    Raises: `UnexpectedResponse` if it has neither an id nor any of the fields. That is not a record, so the check
        fails; it must not be taken for "not yet".
    """
    record = yield call
    if not any(record.get(name) is not None for name in ("id", *fields)):
        raise UnexpectedResponse(f"{call.method} {call.path}: the answer is a record without an id: nothing is known")
    return record


def require_text(**texts: str | None) -> None:
    """Raise `ConfigurationError` unless at least one of the fields is given, and each that is given has text."""
    given = {name: text for name, text in texts.items() if text is not None}
    if not given:
        raise ConfigurationError(f"name what to wait for: {' or '.join(texts)}")
    for name, text in given.items():
        if not isinstance(text, str) or not text.strip():
            raise ConfigurationError(f"{name} must be text that is not empty")
