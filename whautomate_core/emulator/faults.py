"""Faults: what goes wrong, and at which call."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "refused",
    "dropped_before",
    "dropped_after",
    "500_before",
    "500_after",
    "503",
    "slow",
    "late_commit",
    "not_json",
    "error_in_200",
]

BEFORE: frozenset[Kind] = frozenset({"refused", "dropped_before", "500_before", "503", "error_in_200"})
"""Kinds of faults in which the server does nothing."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    kind:
        refused         the port refuses connections for `seconds`, open idle ones are closed. A call that is refused
                        never arrives, so its turn is taken from the calls before it: with `on=n` the port closes
                        once n-1 matching calls were answered (at once for n=1), by probability after a matching call.
                        Inside one process (no port) the n-th call itself fails to connect.
        dropped_before  the connection is cut, nothing was done
        dropped_after   the connection is cut after the effect
        500_before      500, nothing was done
        500_after       500 after the effect
        503             503, nothing was done
        slow            the effect at once, the answer after `seconds`
        late_commit     nothing for `seconds`, then the effect, whether or not the client is still there
        not_json        the effect, then 200 with a page of HTML
        error_in_200    200 with an `error`, nothing was done
    on: the n-th matching call from now, 1 the next. probability: of each matching call, from the emulator's seed;
    stays until cleared. Neither means on=1.
    operation: operationId to match; None matches every call that has a valid key, is within the limits and has a
    valid body, since the others change nothing whatever happens to them.
    seconds: of real time, for refused, slow and late_commit; the latter two end sooner by `Emulator.release`.

    Raises ValueError for values that make no fault.
    """

    kind: Kind
    on: int | None = None
    probability: float | None = None
    operation: str | None = None
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"kind is one of {', '.join(get_args(Kind))}, not {self.kind!r}")
        if self.on is not None and self.probability is not None:
            raise ValueError("a fault has on or probability, not both")
        if self.on is not None and self.on < 1:
            raise ValueError("on is 1 for the next matching call, or more")
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError("probability is between 0 and 1")
        if self.seconds < 0:
            raise ValueError("seconds is not negative")

    def matches(self, operation: str) -> bool:
        return self.operation in (None, operation)


class Faults:
    """The planned faults, each with the number of calls that pass before it."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left: list[tuple[Fault, int]] = []

    def add(self, fault: Fault) -> None:
        self._left.append((fault, (fault.on or 1) - 1))

    def clear(self) -> None:
        self._left.clear()

    def waiting(self) -> list[Fault]:
        """Faults that have not happened yet, and those that last."""
        return [fault for fault, _ in self._left]

    def due(self, operation: str, port: bool) -> Fault | None:
        """The fault of this call, if any. With a port, refusals are left to `refusal`."""
        return self._take([operation], refusals=None if not port else False)

    def refusal(self, operation: str | None = None) -> float | None:
        """Seconds for which to refuse from now on, asked when a fault was added (None) and after each call."""
        fault = self._take([operation] if operation is not None else [], refusals=True)
        return fault.seconds if fault is not None else None

    def _take(self, calls: list[str], refusals: bool | None) -> Fault | None:
        # `refusals`: only these, all but these, or (None) no difference made. A refusal is due when it has no calls
        # left to let pass, any other fault when it has none left and this call comes on top.
        taken: Fault | None = None
        still = []
        for fault, left in self._left:
            refusal = fault.kind == "refused"
            if refusals is not None and refusal != refusals:
                still.append((fault, left))
                continue
            matching = sum(fault.matches(call) for call in calls)
            if fault.probability is not None:
                if matching and self._rng.random() < fault.probability and taken is None:
                    taken = fault
                still.append((fault, left))
                continue
            after = left - matching
            if taken is None and (after <= 0 if refusals else after < 0):
                taken = fault
            else:
                still.append((fault, max(after, 0)))
        self._left = still
        return taken
