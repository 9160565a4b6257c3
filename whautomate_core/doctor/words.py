"""Which names that come from a server may be shown: those made of words that say nothing about a person.

A server may put anything where a status or the name of a field is expected. What isn't known is shown as `…`.
"""

from __future__ import annotations

import functools
import re

from whautomate_core.api import records

HIDDEN = "…"

_WORDS = """
active inactive draft scheduled schedule pending queued queue processing progress running sending sent complete
completed finished done cancelled canceled cancel failed failure fail error errors paused stopped delivered
undelivered read replied reply rejected expired skipped blocked accepted ignored invalid partially partial new open
closed archived deleted approved
booked confirmed rescheduled show no not checked waitlist waitlisted waiting attended absent unpaid paid refunded
all everyone none unknown true false null in out on off is has
amz amzn apigw requestid errortype trace request cf ray api aws
x rate ratelimit limit limits remaining reset policy retry after quota used window minute hour day second minutes
hours seconds reason detail details title trace path method timestamp body data result results success statuscode
parameter parameters field fields validation causes cause requestid issues instance stack fault
"""


@functools.cache
def _known() -> frozenset[str]:
    """The words that may be shown: those above, and those in the names of the contract's fields."""
    names = {name for one in vars(records).values() for name in getattr(one, "__annotations__", ())}
    return frozenset(_WORDS.split()) | {word for name in names for word in _words(name)}


def shown(name: str) -> str:
    """A name if it is made of known words, else `…`."""
    words = _words(name)
    return name if words and len(name) <= 40 and all(word in _known() for word in words) else HIDDEN


def _words(name: str) -> list[str]:
    """The words of `startTimeUTC`, `x-rate-limit` or `Not sent`, in lower case. Other signs count as words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.findall(r"[A-Za-z]+|[^A-Za-z\s_.-]+", spaced)]
