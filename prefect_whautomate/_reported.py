"""What a task logs at its end, and what a read leaves out of its result."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, TypeVar

from whautomate_core.api.call import Call
from whautomate_core.api.endpoint import endpoint_of_call
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.personal_data import left_out, without_personal_data
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.values.words import requests_line

R = TypeVar("R")

log = logging.getLogger(__name__)


def say(client: Client | AsyncClient, line: str) -> None:
    """Log what a task took, and last what it did."""
    took = client.used
    log.info("%s", requests_line(took.requests, took.waited))
    log.info("%s", line)


def said(
    client: Client | AsyncClient, call: Call[Any], result: R, *, did: bool = True, earlier: str | None = None
) -> R:
    """The result of an endpoint's task, once its last log lines are written.

    Args:
        client: The client that sent the call.
        call: What was sent.
        result: What the task returns.
        did: Whether there was anything to send.
        earlier: When and by which run the call was sent before, if this attempt sent nothing.
    """
    say(client, endpoint_line(call, result, did=did, earlier=earlier))
    return result


def without_people(call: Call[Any], records: Iterable[Any], *, return_records: bool) -> list[Any]:
    """The records as a task returns them. Prefect stores results and shows them, so personal data is left out.

    Args:
        call: The call that read them.
        records: Whole records.
        return_records: Return them whole.
    """
    if return_records:
        return list(records)
    record = endpoint_of_call(call).record
    found, dropped = [], set[str]()
    for one in records:
        dropped.update(left_out(record, [one]))
        found.append(without_personal_data(record, one))
    if dropped:
        log.info(
            "personal data is left out of the result (%s): output_path=... writes whole records to a file, "
            "return_records=True returns them",
            ", ".join(sorted(dropped)),
        )
    return found
