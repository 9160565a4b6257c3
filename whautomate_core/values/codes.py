"""WhatsApp's codes for messages that failed: what each means, what to do, and whether the person may be tried again.

Meaning and advice follow Meta's list of error codes as providers repeat it (evidence C). It is not known what
Whautomate writes into the `error` of a broadcast's log, so a code is read only where a text or an object clearly names
one. An error whose code can't be read counts as unread: nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from whautomate_core.values.times import instant


@dataclass(frozen=True)
class Code:
    """One of WhatsApp's codes."""

    meaning: str
    """What happened, with the recipient as its subject or named."""
    advice: str
    retry_after: timedelta | None
    """How long after the failure the person may be sent marketing again; None if waiting alone changes nothing."""


STOPPED = "131050"
"""The person stopped the business' marketing messages in WhatsApp itself. Utility messages are still allowed."""

UNREACHABLE = frozenset(("131026",))
"""The person can't be reached at all."""

UNREAD = "unread"
"""Counted in place of a code where an error has none that can be read."""

_NOW, _DAY = timedelta(), timedelta(days=1)

CODES: Mapping[str, Code] = {
    STOPPED: Code(
        "stopped your marketing messages",
        "never send marketing to them again: suppress_unreachable gives them the opt-out tag",
        None,
    ),
    "131049": Code("reached WhatsApp's limit of marketing messages for one person", "wait a day", _DAY),
    "131026": Code(
        "is not on WhatsApp, has blocked you, or can't receive messages", "check the number, or use another way", None
    ),
    "131047": Code(
        "last wrote more than 24 hours ago", "send a template: free messages need a message of theirs before", _NOW
    ),
    # Meta names no time for it; the day is ours.
    "131048": Code(
        "WhatsApp limits your number, because people blocked or reported its messages",
        "look at the number's quality in WhatsApp Manager, send less, and wait at least a day",
        _DAY,
    ),
    "131051": Code("the type of the message is not supported", "send another type of message", _NOW),
    "131009": Code("a value of the message is invalid", "correct the parameters, the media URL or the number", _NOW),
    "130472": Code("WhatsApp sends them no marketing because of an experiment", "don't retry: use another way", None),
    "132000": Code("template: wrong number of parameters", "give one value for each placeholder", _NOW),
    "132001": Code("template: not there in this language, or not approved", "check its name and language", _NOW),
    "132012": Code("template: a parameter has the wrong format", "correct the parameter", _NOW),
}
"""Code -> what is known of it."""


def words_of(code: str) -> str:
    """What a code means, for a person to read: `stopped your marketing messages (131050)`."""
    known = CODES.get(code)
    return f"{known.meaning} ({code})" if known else f"WhatsApp's code {code}: see Meta's list of error codes"


def retry_at(code: str | None, failed_at: datetime) -> datetime | None:
    """When somebody whose message failed may be sent marketing again; None if waiting alone changes nothing.

    A code that can't be read or is not in `CODES` may stand for anything, so None as well.
    """
    known = CODES.get(code or "")
    return None if known is None or known.retry_after is None else failed_at + known.retry_after


# --- lines of a broadcast's log


def has_failed(line: Mapping[str, Any]) -> bool:
    """Whether a line of a broadcast's log says that the message failed."""
    return bool(line.get("error")) or str(line.get("status")).casefold() == "failed"


def code_of(line: Mapping[str, Any]) -> str | None:
    """The code of a line of a broadcast's log that failed; None if it can't be read."""
    return read_code(line.get("error"))


def may_have_stopped(line: Mapping[str, Any]) -> bool:
    """Whether a line names 131050, alone or among other codes."""
    return STOPPED in _codes(line.get("error"), _DEEPEST)


def failed_at(line: Mapping[str, Any]) -> datetime | None:
    """When the message of a line failed; None if its time can't be read."""
    return instant(line.get("updatedAt")) or instant(line.get("createdAt"))


# --- reading

_CODE = r"(13[0-9]{4})"
_MARKED = re.compile(
    # (#131050), code: 131050, error_code=131050, Error 131050
    r"(?:\#|\b(?:error|err|code|errorcode|error[ _-]code|meta|whatsapp)\b[\s\"']{0,3}[:=]?[\s\"'(\[\#]{0,3})"
    + _CODE
    # ... and nothing after it that would make it a part of a number, date or id
    + r"(?![\w+]|[-./][\w]|[ \u00a0]?\(?[0-9])",
    re.IGNORECASE | re.ASCII,
)
_FIRST = re.compile(r"\s*[\[(]?" + _CODE + r"[\])]?\s*(?:$|[:;,|]\s|\s[-\u2013\u2014]\s|\s(?=[^\W\d_]))")
"""At the beginning, alone or before words: `131050`, `131050: ...`, `131050 - ...`, `[131050] ...`."""
_KEYS = re.compile(r"(error|err|status|meta|whatsapp)?[_-]?code", re.IGNORECASE)
"""The keys under which an object has a code."""
_TEXTS = re.compile(r"(error|err)?[_-]?(errors?|message|msg|title|details?|description|reason|text)", re.IGNORECASE)
"""The keys under which an object has a text that may name one. A number elsewhere may be a phone number or an id."""
_LONGEST = 2_000
"""Characters of an error that are looked at."""
_DEEPEST = 5


def read_code(error: object) -> str | None:
    """The code that an error names; None if it names none, or several.

    Args:
        error: A text, a number, or JSON objects and lists, also as text. In objects a code stands under a key such as
            `code`, or in a text.
    """
    found = {*_codes(error, _DEEPEST)}
    return found.pop() if len(found) == 1 else None


def _codes(value: object, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, Mapping):
        for key, one in value.items():
            if _KEYS.fullmatch(str(key)):
                yield from _alone(one)
            elif isinstance(one, (Mapping, list)) or (isinstance(one, str) and _TEXTS.fullmatch(str(key))):
                yield from _codes(one, depth - 1)
    elif isinstance(value, list):
        for one in value:
            yield from _codes(one, depth - 1) if isinstance(one, Mapping) else ()
    elif isinstance(value, str):
        yield from _in_text(value, depth)
    else:
        yield from _alone(value)


def _in_text(text: str, depth: int) -> Iterator[str]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            yield from _codes(json.loads(text), depth - 1)
            return
        except (ValueError, RecursionError):
            pass  # a text such as "[131050] ..."
    text = text[:_LONGEST]
    if found := _FIRST.match(text):
        yield found[1]
    yield from (found[1] for found in _MARKED.finditer(text))


def _alone(value: object) -> Iterator[str]:
    """The code that a value is, and nothing else."""
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    if isinstance(number, (int, str)) and re.fullmatch(_CODE, text := str(number).strip()):
        yield text
