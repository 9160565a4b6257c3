"""What is measured: plain numbers under fixed names, for whoever listens.

Nobody listens by default, and then measuring costs one look at `receiver`. An orchestrator sets one where its own
metrics or traces are on; nothing here imports Airflow, Prefect or OpenTelemetry. `METRICS` lists all names, and
docs/operations/metrics.md explains them.

A tag holds one of a few values that this package knows beforehand: an endpoint, an outcome, a kind, a lane. What comes
from a server, a row or an argument never becomes a tag. The one exception is `account`, the name that people gave the
account in its connection or block; an account without one has no tag, because its id is made of the key.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from whautomate_core.errors import PolicyRefused, QuotaExhausted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Metric:
    """A number that is measured."""

    kind: Literal["counter", "gauge"]
    tags: tuple[str, ...]
    says: str
    """What it counts or shows, for people."""


METRICS: Mapping[str, Metric] = {
    "requests": Metric(
        "counter",
        ("endpoint", "outcome"),
        "Requests sent, repeats included, by the API's name of the endpoint (`createContact`) and by outcome: `ok`, or "
        "the error that the answer means. A 429 is `rate_limited`.",
    ),
    "waited_seconds": Metric(
        "counter", ("lane",), "Seconds waited for permits, added up over all threads and tasks, by lane."
    ),
    "messages_sent": Metric("counter", (), "Messages to one person that Whautomate accepted."),
    "broadcasts_sent": Metric("counter", (), "Broadcasts that Whautomate accepted, to be sent when they are due."),
    "refusals": Metric("counter", ("kind",), "What the account's policy or a campaign's guards refused, by kind."),
    "rows": Metric(
        "counter",
        ("job_name", "outcome"),
        "Rows by job and by outcome, as the step's result has them. They are counted when the step ends or fails, not "
        "when it leaves to wait for permits. A step that is retried after a failure counts its rows again.",
    ),
    "permits_left": Metric(
        "gauge", ("window", "account"), "Requests that the account may still send in a window, by the window's seconds."
    ),
    "open_claims": Metric("gauge", ("account",), "Sends and creates whose outcome is unknown until somebody looks."),
    "oldest_open_claim_seconds": Metric("gauge", ("account",), "Age of the oldest of them; 0 if there is none."),
}
"""Every metric, by its name without a prefix -> what it is."""

Refusal = Literal[
    "opted_out", "forgotten", "stopped_marketing", "opt_out_tag", "unknown_person", "sends_off", "sends_stopped",
    "not_listed", "unknown_audience", "audience_size", "cost", "deviation", "approval", "cooldown", "sending_hours",
    "marketing_limit", "ended",
]  # fmt: skip
"""Kinds of refusals."""


class Receiver(Protocol):
    """Where measurements go. It is called from any thread and must not block."""

    def count(self, name: str, by: float, tags: Mapping[str, str]) -> None:
        """Add to a counter."""

    def gauge(self, name: str, value: float, tags: Mapping[str, str]) -> None:
        """Set a gauge."""

    def span(self, name: str, seconds: float, attributes: Mapping[str, str | int]) -> None:
        """Record something that took so long, and has ended now."""


receiver: Receiver | None = None
"""Who listens, in all of the process."""


def receive(by: Receiver | None) -> None:
    """Send everything that is measured from now on to a receiver; None: measure nothing."""
    global receiver
    receiver = by


def count(name: str, by: float = 1, /, **tags: str) -> None:
    """Add to a counter of `METRICS`."""
    if receiver is not None and by:
        _tell(receiver.count, f"whautomate.{name}", by, tags)


def gauge(name: str, value: float, /, account: str | None, **tags: str) -> None:
    """Set a gauge of `METRICS`.

    Args:
        account: The name that people gave the account, if any.
    """
    if receiver is not None:
        if account is not None:
            tags["account"] = _UNUSUAL.sub("_", account)
        _tell(receiver.gauge, f"whautomate.{name}", value, tags)


def span(name: str, seconds: float, /, **attributes: str | int) -> None:
    """Record a span that ends now. `__` in the name of an attribute stands for a dot."""
    if receiver is not None:
        _tell(receiver.span, name, seconds, {one.replace("__", "."): value for one, value in attributes.items()})


def waited(seconds: float, lane: str) -> None:
    """Count seconds that were waited for permits. Less than a millisecond is no wait."""
    if receiver is not None and seconds >= 0.001:
        count("waited_seconds", round(seconds, 3), lane=lane)
        span("whautomate.wait_for_permits", seconds, whautomate__lane=lane)


def rows(job: str, counts: Mapping[str, int], outcomes: Iterable[str]) -> None:
    """Count the rows of a job by outcome, in the `finally` of its work.

    Nothing is counted where the work leaves to wait for permits: it starts again, and then counts what was done before.

    Args:
        job: Name of its function.
        counts: The report.
        outcomes: The keys of `counts` that each count rows.
    """
    if receiver is not None and not isinstance(sys.exception(), QuotaExhausted):
        for outcome in outcomes:
            count("rows", counts[outcome], job_name=job, outcome=outcome)


def refused(kind: Refusal, message: str, *, status: int | None = None) -> PolicyRefused:
    """Count a refusal, and return the error to raise."""
    count("refusals", kind=kind)
    error = PolicyRefused(message, status=status)
    error.kind = kind
    return error


def outcome_of(error: BaseException | None) -> str:
    """The outcome of a request as tags name it: `ok`, or the error's class as `rate_limited`.

    An error that is not this package's is `error`, since others may put anything into names.
    """
    if error is None:
        return "ok"
    kind = type(error)
    return _WORDS.sub("_", kind.__name__).lower() if kind.__module__ == PolicyRefused.__module__ else "error"


_WORDS = re.compile(r"(?<!^)(?=[A-Z])")
_UNUSUAL = re.compile(r"[^A-Za-z0-9_-]")
"""What some of the receivers' formats do not take in a tag, or take for its end."""


def _tell(tell: Callable[..., None], *what: object) -> None:
    try:
        tell(*what)
    except Exception as error:
        # A message may just have been sent. Its outcome must not be lost because it can't be counted.
        log.debug("a measurement is lost: %s", type(error).__name__)
