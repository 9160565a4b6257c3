"""Sends what the core measures to OpenTelemetry where Prefect sends its own: docs/operations/metrics.md."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Mapping
from typing import Any

from prefect.settings import get_current_settings

from whautomate_core import telemetry

_NAME = "prefect_whautomate"


def plug_in() -> None:
    """Let the core measure if somebody reads it, and nobody listens yet.

    Prefect sends its spans to the process' OpenTelemetry unless `cloud.enable_orchestration_telemetry` is off. Ours go
    the same way. Without an SDK, which `opentelemetry-instrument` sets up, they would go nowhere: nothing is measured.
    """
    if telemetry.receiver is None and _has_sdk() and get_current_settings().cloud.enable_orchestration_telemetry:
        telemetry.receive(OpenTelemetryReceiver())


def _has_sdk() -> bool:
    """Whether a provider was set. The API's own ones, which do nothing, can't be shut down."""
    places = {"opentelemetry.trace": "get_tracer_provider", "opentelemetry.metrics": "get_meter_provider"}
    return any(
        hasattr(getattr(sys.modules[module], get)(), "shutdown")
        for module, get in places.items()
        if module in sys.modules  # whoever sets a provider has imported it
    )


class OpenTelemetryReceiver:
    """Sends measurements to the process' meter, and spans to its tracer."""

    def count(self, name: str, by: float, tags: Mapping[str, str]) -> None:
        """Add to a counter."""
        _instrument("counter", name).add(by, dict(tags))

    def gauge(self, name: str, value: float, tags: Mapping[str, str]) -> None:
        """Set a gauge."""
        _instrument("gauge", name).set(value, dict(tags))

    def span(self, name: str, seconds: float, attributes: Mapping[str, str | int]) -> None:
        """Record a span that has ended now, below that of the task run.

        Args:
            name: Its name.
            seconds: How long it took.
            attributes: Its attributes. With `error.type` it counts as failed.
        """
        from opentelemetry import trace

        ended = time.time()
        span = trace.get_tracer(_NAME).start_span(
            name, kind=trace.SpanKind.CLIENT, start_time=int((ended - seconds) * 1e9), attributes=dict(attributes)
        )
        if "error.type" in attributes:
            span.set_status(trace.StatusCode.ERROR)
        span.end(int(ended * 1e9))


@functools.cache
def _instrument(kind: str, name: str) -> Any:
    from opentelemetry import metrics

    about = telemetry.METRICS[name.removeprefix("whautomate.")]
    meter = metrics.get_meter(_NAME)
    return (meter.create_counter if kind == "counter" else meter.create_gauge)(name, description=about.says)
