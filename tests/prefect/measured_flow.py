"""A flow whose tasks work, fail and are refused, in a process with an SDK of OpenTelemetry. test_prefect_telemetry.py
runs it."""

import json
import os
import sys

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import add_contact_tags, get_contact, sync_contacts
from whautomate_core import telemetry

PEOPLE = [{"name": f"Zaphod Q{number}", "mobile": f"+4915123456{number:03d}"} for number in range(6)]
PEOPLE += [{"name": "Zaphod Wrong", "mobile": "nonsense"}]


@flow
def measured(settings: dict, opted_out: str) -> list[str]:
    """Run the tasks, and return what each came to."""
    credentials = WhautomateCredentials(**settings)
    states = [
        sync_contacts(credentials, PEOPLE, {"name": "name", "phoneNumber": "mobile"}, tags=["vip"], return_state=True),
        get_contact(credentials, "ZaphodMissing", return_state=True),
        add_contact_tags(credentials, opted_out, ["Zaphod tag"], return_state=True),
    ]
    return [state.type.value for state in states]


if __name__ == "__main__":
    given = json.loads(sys.stdin.read())
    tracing, measuring = TracerProvider(), MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    if not os.environ.get("WITHOUT_SDK"):
        trace.set_tracer_provider(tracing)
        metrics.set_meter_provider(measuring)
    print("states", *measured(given["settings"], given["opted_out"]))  # noqa: T201
    print("listens", telemetry.receiver is not None)  # noqa: T201
    tracing.shutdown()
    measuring.shutdown()
