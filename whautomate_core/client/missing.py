"""What an answer says is missing: the record that the call names, the path itself, or something that the call refers
to. Nothing but a record is ever concluded to be absent, and only from an answer that can't be about anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from whautomate_core.api.call import Call
from whautomate_core.client.server_words import error_type, is_text, words_of

Missing = Literal["record", "path", "reference"]

_NO_PATH = "Missing Authentication Token"
"""What AWS API Gateway, which seems to be in front of the API (D), says of a path or method that it doesn't have."""
_OF_A_ROUTER = re.compile(r"not found|cannot (get|head|post|put|patch|delete)\b.*|no such path|route not found", re.I)
"""What web frameworks say by themselves of a path that they don't have. "Not Found" may be about a record too."""
_OF_ERRORS = {"code", "error", "message", "status", "statusCode", "success"}
"""Names of fields of errors in general."""
_INVALID_ID = re.compile(r"invalid (\w+)id", re.I)
"""The documented form of a 404 (A): `Invalid locationId`."""


def what_is_missing(call: Call[Any], status: int, headers: Mapping[str, str], content: bytes) -> Missing | None:
    """What an answer says isn't there; None if it is about something else.

    Args:
        headers: Their names in lower case, or in any case if the mapping ignores it.
    """
    words = words_of(content)
    if status == 405 or (status in (403, 404) and _is_of_the_gateway(headers, words)):
        return "path"
    if status != 404:
        return None
    if not words or _OF_A_ROUTER.fullmatch(words.rstrip(". ")):
        return "path"
    if not call.ids:
        return "reference"
    named = _INVALID_ID.fullmatch(words.rstrip(". "))
    return "record" if named is None or _is_last(call.path, named[1]) else "reference"


def form_of(status: int, content: bytes) -> str | None:
    """How a 404 looks that doesn't tell whether the record or the path is missing: the names of its fields and its
    words, such as `message: not found`, or `empty`. None for any other answer, and for names and words that may be
    about a record."""
    if status != 404:
        return None
    if not content:
        return "empty"
    words = words_of(content).rstrip(". ").casefold()
    fields = json.loads(content) if words == "not found" else {}
    return f"{', '.join(sorted(fields))}: {words}" if fields and fields.keys() <= _OF_ERRORS else None


def _is_of_the_gateway(headers: Mapping[str, str], words: str) -> bool:
    return is_text(words, _NO_PATH) or error_type(headers) == "MissingAuthenticationTokenException"


def _is_last(path: str, name: str) -> bool:
    """Whether the last id of a path is one of such a record: `/v1/contacts/{}/tags/add` and `contact`."""
    plural = path.rpartition("/{}")[0].rpartition("/")[2].casefold()
    plural = {"messages": "contacts"}.get(plural, plural)  # messages are listed by the id of their contact
    singulars = (plural, plural.removesuffix("s"), plural.removesuffix("es"), f"{plural.removesuffix('ies')}y")
    return any(one.endswith(name.casefold()) for one in singulars)
