"""Reading what the policy needs: one record, a list, or a whole list. Parts of the guard's generator."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from whautomate_core.api.call import Call, Json, require_named
from whautomate_core.client.pages import Pages
from whautomate_core.client.steps import Read, Rest

Everything = Callable[[Call[Any]], Generator[Call[Any] | Rest, Any, list[Any]]]
"""Reads a whole list: call -> the generator that reads it."""


def read_record(call: Call[Any], *, last: bool = False) -> Generator[Read, Any, Json]:
    """The record of a call. Raises `WrongRecord` unless it is the one that was asked for.

    Args:
        last: Whether the call to be sent follows directly, as for `Read`.
    """
    record: Json = yield Read(call, last)
    require_named(call, record)
    return record


def read_list(call: Call[Any], *, last: bool = False) -> Generator[Read, Any, list[Any]]:
    """Every record of a list that is short as a rule.

    Args:
        last: As for `read_record`. Usually one page is all of it.
    """
    pages, records = Pages(call), list[Any]()
    while not pages.done:
        records += pages.take((yield Read(pages.next_call(), last)))
    return records


def read_everything(call: Call[Any], everything: Everything) -> Generator[Read | Rest, Any, list[Any]]:
    """Every record of a list that may be long, so that what is not on it is known not to exist."""
    reading, answer = everything(call), None
    while True:
        try:
            step = reading.send(answer)
        except StopIteration as end:
            found: list[Any] = end.value
            return found
        answer = yield step if isinstance(step, Rest) else Read(step)
