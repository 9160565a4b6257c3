"""What jobs say of their results in one line: the parts that several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from whautomate_core.values.words import counted, time_of

Describe: TypeAlias = Callable[[Mapping[str, Any]], str]
"""What makes the line of a job of its result."""

Words: TypeAlias = Mapping[str, str | tuple[str, str]]
"""Name of a count in a result -> what was done: `created`; or the noun of what is counted, where it is not rows, and
what was done to it."""

ENDS = {
    "rejected": "rejected",
    "superseded": "superseded by another row",
    "failed": "failed",
    "unsettled": "with an unknown outcome",
}
"""Outcomes of rows that have the same name in every job -> what the line says of them."""

LEFT_ALONE = {"protected": "left alone because they opted out or asked to be forgotten", **ENDS}


def describe_rows(outcomes: Words, beside: Words | None = None) -> Describe:
    """The line of a job over rows: how many rows had which outcome, then what else was done. Zeros are left out.

    Args:
        outcomes: The counts of rows, by outcome.
        beside: The counts of what else was done.
    """

    def line(result: Mapping[str, Any]) -> str:
        def said(words: Words) -> str:
            return ", ".join(_said(result[name], word) for name, word in words.items() if result.get(name))

        found, more = said(outcomes), said(beside or {})
        nothing = "nothing was done" if result["rows"] else "nothing to do"
        return f"{counted(result['rows'], 'row')}: {found or nothing}{f'; {more}' if more else ''}"

    return line


def _said(count: int, words: str | tuple[str, str]) -> str:
    if isinstance(words, str):
        return f"{count} {words}"
    noun, done = words
    return f"{counted(count, noun)} {done}"


def describe_changed(noun: str, done: str, already: str) -> Describe:
    """The line of a job that changes one record, if it has to.

    Args:
        noun: What the record is: `contact`.
        done: What was done to it: `updated`.
        already: What the line says where nothing was sent: `unchanged`.
    """

    def line(result: Mapping[str, Any]) -> str:
        at = f" to {time_of(result['start'])}" if result.get("start") and result["changed"] else ""
        return f"{noun} {result['id']} " + (f"{done}{at}" if result["changed"] else f"{already}; nothing sent")

    return line


def describe_export(result: Mapping[str, Any]) -> str:
    """The line of a job that writes records to a file."""
    return f"{counted(result['records'], 'record')} written to {result['path']}"
