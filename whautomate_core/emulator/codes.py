"""WhatsApp's codes for messages that fail, and what they look like."""

from __future__ import annotations

from typing import Any

STOPPED, NO_TEMPLATE, COUNT, FORMAT, NO_SESSION = "131050", "132001", "132000", "132012", "131047"

_WORDS = {
    STOPPED: "User has stopped receiving marketing messages from this business",
    "131049": "Not delivered to maintain healthy ecosystem engagement",
    "131026": "Message undeliverable",
    NO_SESSION: "More than 24 hours have passed since the recipient last replied",
    COUNT: "Number of parameters does not match the expected number of params",
    NO_TEMPLATE: "Template does not exist",
    FORMAT: "Parameter format does not match format in the created template",
}
"""Code -> WhatsApp's words (providers' pages, C)."""


def text_of(code: str) -> str:
    """A text that names a code."""
    return f"(#{code}) {_words(code)}"


def in_log(code: str, form: str) -> Any:
    """The `error` of a line of a broadcast's log, in a form of the behaviour `log_error`; None if it has none."""
    forms: dict[str, Any] = {
        "text": f"Message failed to send: {text_of(code)}",
        "words": _words(code),
        "code": code,
        "object": {"code": int(code), "title": _words(code), "error_data": {"details": _words(code)}},
    }
    return forms.get(form)


def _words(code: str) -> str:
    return _WORDS.get(code, "Something went wrong")
