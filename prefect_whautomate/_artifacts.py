"""What a run leaves on the page Artifacts: what a job did, and the receipt of a broadcast.

An artifact has a key, of its flow and of what it is about, so that the page shows the latest one and its history. It is
Markdown, which both UIs of Prefect show alike. It holds counts, ids and names, and nothing about people.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.context import FlowRunContext, TaskRunContext

from whautomate_core.api.call import Json
from whautomate_core.errors import QuotaExhausted, Stopped, WhautomateError
from whautomate_core.messaging.lines import delivered
from whautomate_core.messaging.outcome import shown
from whautomate_core.values.words import time_of

log = logging.getLogger(__name__)


def leave_report(job: str, line: str, report: Mapping[str, Any], warnings: Iterable[str]) -> None:
    """Leave what a job did, if it counts something and runs in a task.

    Args:
        job: Its name.
        line: What it did, in one sentence.
        report: What it returned. Its counts are shown, but not those that are 0.
        warnings: What it warned of, such as why rows were rejected.
    """
    if (rows := _counted(report)) and TaskRunContext.get() is not None:
        _leave(job, line, [*_warned(warnings), _table("Outcome", "Count", rows)])


def leave_failure(job: str, error: BaseException, warnings: Iterable[str]) -> None:
    """Leave why a job failed and what it had done, if it had read its rows and runs in a task.

    A job that is to go on once there are requests, or that another attempt goes on with, has not failed.
    """
    if not isinstance(error, WhautomateError) or isinstance(error, (QuotaExhausted, Stopped)):
        return
    if TaskRunContext.get() is None:
        return
    if rows := _counted(error.report or {}):
        parts = [f"**Failed:** {_escaped(str(error))}", *_warned(warnings), _table("Outcome", "Count", rows)]
        _leave(job, f"Failed: {error}", parts)


def _counted(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    counts = {name: value for name, value in report.items() if type(value) is int and name != "requests"}
    return [(name, str(count)) for name, count in counts.items() if count]


def _warned(warnings: Iterable[str]) -> list[str]:
    return [f"**Warning:** {_escaped(one)}" for one in warnings]


def leave_receipt(receipt: Json) -> None:
    """Leave the receipt of a broadcast, if it is sent in a run."""
    if TaskRunContext.get() is None and FlowRunContext.get() is None:
        return
    rows = [(name, shown(_in_words(value))) for name, value in receipt.items() if value not in (None, {}, [])]
    figures = f": {delivered(receipt)}" if receipt["delivered"] is not None else ""
    line = f"Receipt of broadcast {receipt['name'] or receipt['id']}{figures}"
    _leave("receipt", line, [_table("Field", "Value", rows)])


def _leave(what: str, line: str, parts: Iterable[str]) -> None:
    run = FlowRunContext.get()
    flow = run.flow.name if run and run.flow else ""
    key = re.sub(r"[^a-z0-9]+", "-", f"{flow} {what}".lower()).strip("-")
    try:
        # The jobs of coroutines run in threads, where Prefect would return a coroutine to be awaited.
        create_markdown_artifact("\n\n".join(filter(None, parts)), key=key, description=line, _sync=True)  # type: ignore[call-arg]
    except Exception as error:
        # The work is done, whether it is shown or not.
        log.warning("the artifact %s could not be created: %s", key, type(error).__name__)


def _table(first: str, second: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {name.replace('_', ' ')} | {' '.join(_escaped(value).split())} |" for name, value in rows]
    return "\n".join([f"| {first} | {second} |", "| --- | --- |", *lines]) if lines else ""


def _escaped(text: str) -> str:
    """A text without markup: names of segments and broadcasts may hold what Markdown and HTML take for theirs."""
    return re.sub(r"([\\`*_\[\]<>|#!&~])", r"\\\1", text)


def _in_words(value: Any) -> Any:
    """A moment as people read it; other values as they are."""
    try:
        return time_of(value) if isinstance(value, str) and datetime.fromisoformat(value).tzinfo else value
    except ValueError:
        return value
