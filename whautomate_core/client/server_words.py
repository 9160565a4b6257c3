"""The server's own words in our errors: the documented texts, and the names of fields. Everything else that it says may
quote personal data, so it is shown only if the account's `show_server_messages` allows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_type_hints

from typing_extensions import is_typeddict

from whautomate_core.account import Account
from whautomate_core.api import records
from whautomate_core.api.call import Call
from whautomate_core.values.codes import CODES, STOPPED, read_code
from whautomate_core.values.codes import words_of as meaning_of
from whautomate_core.values.redaction import shown_id

LONGEST = 300
"""Characters of a message that are read and shown, however long it is."""

_LOCATION = "Invalid locationId"

# The vendor's page of error messages (evidence A), and those of AWS API Gateway, which seems to be in front of it (D).
_DOCUMENTED = {
    "Invalid request body": "a field is missing, of the wrong type or out of range",
    "Invalid parameters": "an id or filter is missing or wrong",
    _LOCATION: "list_locations returns the ids of your locations",
    "Forbidden": "",
    "Not Found": "",
    "Missing Authentication Token": "",
    "Too Many Requests": "",
    "Limit Exceeded": "",
    "Internal server error": "",
    "Service Unavailable": "",
    "Endpoint request timed out": "",
}


# "Invalid locationId" is documented (A); of other records the same is likely (D). These names tell nothing of a person.
_RECORDS = (
    "appointment", "availabilityBlock", "broadcast", "class", "client", "clientTag", "contact", "contactTag",
    "participant", "segment", "service", "serviceCategory", "staff", "template", "webhook",
)  # fmt: skip


def server_words(call: Call[Any], content: bytes, account: Account) -> str:
    """The part of the server's words that an error may show, to be appended to a sentence; "" if there is none."""
    words = words_of(content)
    if code := _code(content):
        return f": {meaning_of(code)}; {CODES[code].advice}{_template(call, words)}"
    if not words:
        return ""
    return f"{_said(call, words, account)}{_template(call, words)}"


def is_quota(headers: Mapping[str, str], content: bytes) -> bool:
    """Whether a 429 is about the quota of the day, and not the rate, as AWS API Gateway tells them apart (D)."""
    return error_type(headers) == "LimitExceededException" or is_text(words_of(content), "Limit Exceeded")


def error_type(headers: Mapping[str, str]) -> str:
    """The kind of error that AWS API Gateway names in a header; "" if it names none."""
    return headers.get("x-amzn-errortype", "").split(":")[0].strip()


def is_text(words: str, text: str) -> bool:
    """Whether the server's words are a documented text, whatever their case."""
    return words.casefold().rstrip(". ") == text.casefold()


def stopped_marketing(content: bytes) -> bool:
    """Whether an error answer says that the person stopped the business' marketing messages in WhatsApp."""
    return _code(content) == STOPPED


def _code(content: bytes) -> str | None:
    """WhatsApp's code in an error answer, if it names a known one."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    code = read_code(value) if isinstance(value, dict) else None
    return code if code in CODES else None


def _said(call: Call[Any], words: str, account: Account) -> str:
    for text, meaning in _DOCUMENTED.items():
        if is_text(words, text):
            if text == _LOCATION and (sent := sorted(set(_locations([call.body, dict(call.query)])))):
                meaning += f"; {' and '.join(sent)} was sent, from the step or from the setting location_id"
            return f": {text}{f' ({meaning})' if meaning else ''}"
    for record in _RECORDS:
        if is_text(words, text := f"Invalid {record}Id"):
            return f": {text}"
    if account.show_server_messages:
        return f": {shortened(words, account, call)}"
    fields = ", ".join(_fields(call, words[:LONGEST]))
    return (
        f"; the server's message {f'mentions {fields} and ' if fields else ''}is not shown, because it may quote "
        "personal data (the setting show_server_messages shows it)"
    )


def _template(call: Call[Any], words: str) -> str:
    """The template that was sent, if the server's words mention one."""
    template = (call.body or {}).get("template")
    if not isinstance(template, dict) or "template" not in words.casefold():
        return ""
    named = f"{str(template.get('name'))[:60]!r} ({str(template.get('language'))[:20]})"
    return f"; template {named}: is it approved, and spelled as in Whautomate?"


def shortened(words: str, account: Account, call: Call[Any] | None = None) -> str:
    """A text of the server, cut, and without the key, numbers, addresses and the words that were sent with `call`.

    A name in another spelling, or of another person, remains. So this is only for accounts that allow it.
    """
    cut = words[:LONGEST]
    if len(words) > LONGEST:  # not in the middle of a number, an address or the key
        cut = cut[: max(cut.rfind(" "), 0)] + " …"
    cut = re.sub(re.escape(account.key.get_secret_value()), "…", cut, flags=re.IGNORECASE)
    cut = " ".join("…" if "@" in word else word for word in cut.split())
    cut = re.sub(r"\+?\d[\d().\- ]{3,}\d", "…", cut)
    if call is not None:
        fields = set(_names([call.body, dict(call.query)]))
        sent = {
            word.casefold()
            for text in _texts([call.body, dict(call.query), call.ids])
            for word in re.findall(r"\w{3,}", text)
        } - fields
        cut = re.sub(r"\w+", lambda word: "…" if word[0].casefold() in sent else word[0], cut)
    return cut


def words_of(content: bytes) -> str:
    """The text of an error answer, or "": `message`, `error`, or the `message` within its `error`."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    error = value.get("error")
    words = error.get("message") if isinstance(error, dict) else error or value.get("message")
    return words.strip() if isinstance(words, str) else ""


def _fields(call: Call[Any], words: str) -> list[str]:
    """The fields that a text names: any that were sent, and others of the contract if they are in camel case."""
    sent = _field_names() & set(_names([call.body, dict(call.query)]))
    named = dict.fromkeys(re.findall(r"[A-Za-z]+", words))
    return [word for word in named if word in sent or (word in _field_names() and not word.islower())]


@cache
def _field_names() -> frozenset[str]:
    """The names of all fields of the contract."""
    own = (one for one in vars(records).values() if is_typeddict(one) and one.__module__ == records.__name__)
    return frozenset(name for record in own for name in get_type_hints(record))


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for one in _inside(value):
        yield from _names(one)


def _locations(value: Any) -> Iterator[str]:
    """The ids of the locations that were sent, quoted."""
    if isinstance(value, dict):
        location = value.get("location")
        for id in (value.get("locationId"), location.get("id") if isinstance(location, dict) else None):
            if isinstance(id, str) and id:
                yield repr(shown_id(id))
    for one in _inside(value):
        yield from _locations(one)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in _inside(value):
        yield from _texts(one)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else []
