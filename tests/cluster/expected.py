"""What the account must hold at the end of a run, and what each step says that it used. Both halves return these."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass
class Expected:
    """The end state that the server must have, to the last record."""

    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Number (digits) -> name, customFields, tags (sorted)."""
    messages: list[str] = field(default_factory=list)
    """The numbers that get a single message: one each, so a number that gets two stands here twice."""
    broadcasts: dict[str, list[str]] = field(default_factory=dict)
    """Name, as the step was given it -> the numbers that it reaches."""

    def __or__(self, other: "Expected") -> "Expected":
        assert not self.contacts.keys() & other.contacts.keys(), "each half has numbers of its own"
        assert not self.broadcasts.keys() & other.broadcasts.keys(), "each half has names of its own"
        return Expected(
            self.contacts | other.contacts, self.messages + other.messages, self.broadcasts | other.broadcasts
        )


class Share(NamedTuple):
    """What the runs of one step said of the quota at their ends. A process that was killed says nothing."""

    runs: int
    requests: int
    waited: float
    """Seconds, added up over all threads."""
