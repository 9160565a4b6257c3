"""The line that a task logs at its end, and what a read leaves out of its result."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, TypeVar

from prefect_whautomate._rollback import MESSAGES, TAGS, stays
from whautomate_core.api.call import Act, Call
from whautomate_core.api.endpoint import endpoint_of_call
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.personal_data import left_out, without_personal_data
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.values.words import requests_line

R = TypeVar("R")

log = logging.getLogger(__name__)


def say(line: str, requests: int, waited: float, note: str = "") -> None:
    """Log what a task did and what that took: one line.

    Args:
        line: What it did.
        requests: How many requests it made.
        waited: Seconds that they waited for permits.
        note: What else is to be known.
    """
    log.info("%s (%s)%s", line, requests_line(requests, waited), note)


def said(
    client: Client | AsyncClient, call: Call[Any], result: R, *, did: bool = True, earlier: str | None = None
) -> R:
    """The result of an endpoint's task, once its line is logged.

    Args:
        client: The client that sent the call.
        call: What was sent.
        result: What the task returns.
        did: Whether there was anything to send.
        earlier: When and by which run the call was sent before, if this attempt sent nothing.
    """
    line = endpoint_line(call, result, did=did, earlier=earlier)
    say(line, client.used.requests, client.used.waited)
    if call.method != "GET" and did and earlier is None:
        act = endpoint_of_call(call).act
        stays(line, MESSAGES if act in _MESSAGES else TAGS if act in (Act.TAG, Act.UNTAG) else None)
    return result


_MESSAGES = (Act.MESSAGE, Act.FREE_MESSAGE, Act.BROADCAST)


def said_read(client: Client | AsyncClient, call: Call[Any], records: Iterable[Any], *, return_records: bool) -> Any:
    """The record or records that a task has read, as it returns them, once its line is logged.

    Prefect stores results and shows them, so personal data is left out.

    Args:
        client: The client that read them.
        call: The call.
        records: Whole records.
        return_records: Return them whole.
    """
    endpoint = endpoint_of_call(call)
    found, dropped = [], set[str]()
    for one in records:
        if not return_records:
            dropped.update(left_out(endpoint.record, [one]))
            one = without_personal_data(endpoint.record, one)
        found.append(one)
    result = found if endpoint.lists else found[0]
    note = (
        f"; personal data is left out of the result ({', '.join(sorted(dropped))}): output_path=... writes whole "
        "records to a file, return_records=True returns them"
    )
    say(endpoint_line(call, result), client.used.requests, client.used.waited, note if dropped else "")
    return result
