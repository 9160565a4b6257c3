"""Sends what the core measures to Airflow's metrics and traces, where those are on: docs/operations/metrics.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.common.compat.sdk import conf

from airflow_provider_whautomate._versions import record_span
from whautomate_core import telemetry


def plug_in() -> None:
    """Let the core measure if Airflow's metrics or traces are on, and nobody listens yet."""
    if telemetry.receiver is not None:
        return
    datadog, statsd, otel = (_is_on("metrics", name) for name in ("statsd_datadog_enabled", "statsd_on", "otel_on"))
    traces = _is_on("traces", "otel_on")
    if datadog or statsd or otel or traces:
        has_tags = datadog or not statsd or _is_on("metrics", "statsd_influxdb_enabled")
        telemetry.receive(AirflowReceiver(has_tags=has_tags, traces=traces))


def _is_on(section: str, name: str) -> bool:
    return bool(conf.getboolean(section, name, fallback=False))


class AirflowReceiver:
    """Sends measurements to Airflow's `Stats`, and spans to its tracer.

    :param has_tags: Whether the metrics have tags. StatsD as such has none: then the values become parts of the name,
        in the order of `telemetry.METRICS`, as in Airflow's own names.
    :param traces: Whether traces are on.
    """

    def __init__(self, *, has_tags: bool, traces: bool) -> None:
        from airflow.providers.common.compat.sdk import Stats

        self._stats: Any = Stats
        self._has_tags = has_tags
        self._traces = traces

    def count(self, name: str, by: float, tags: Mapping[str, str]) -> None:
        """Add to a counter."""
        self._stats.incr(self._named(name, tags), by, tags=self._tags(tags))

    def gauge(self, name: str, value: float, tags: Mapping[str, str]) -> None:
        """Set a gauge."""
        self._stats.gauge(self._named(name, tags), value, tags=self._tags(tags))

    def span(self, name: str, seconds: float, attributes: Mapping[str, str | int]) -> None:
        """Record a span that has ended now."""
        if self._traces:
            record_span(name, seconds, attributes)

    def _named(self, name: str, tags: Mapping[str, str]) -> str:
        if self._has_tags:
            return name
        order = telemetry.METRICS[name.removeprefix("whautomate.")].tags
        return ".".join([name, *(tags[one] for one in order if one in tags)])

    def _tags(self, tags: Mapping[str, str]) -> dict[str, str] | None:
        return dict(tags) if self._has_tags else None
