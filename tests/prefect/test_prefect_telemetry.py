"""Metrics and spans by OpenTelemetry: read back from an OTLP receiver after a real flow run in a process of its own."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from telemetry_readers import attributes, otlp

from whautomate_core.emulator import LOCATION_ID, Behaviour, Emulator, create_app, running

FLOW = Path(__file__).with_name("measured_flow.py")
HOUR = 3600.0
PATH = {name: value for name, value in os.environ.items() if name == "PYTHONPATH"}
KEY = "key-of-the-tests-4711"


@pytest.fixture
def world():
    """An emulator that refuses requests from the 8th on (429), until its hour is over; it is, once one was refused."""
    app, over = create_app(Behaviour(limits=((7, HOUR),), refused_count=False), key=KEY), threading.Event()
    with running(app) as url:
        emulator = Emulator(app, url)

        def refused():
            return sum(one["status"] == 429 for one in emulator.requests())

        def hours_pass():
            seen = 0
            while not over.wait(0.05):
                if (now := refused()) > seen:
                    seen = now
                    emulator.advance(HOUR)

        beside = threading.Thread(target=hours_pass, daemon=True)
        beside.start()
        yield emulator
        over.set()
        beside.join(10)


@pytest.fixture
def run_measured(world, environment, tmp_path):
    """Runs measured_flow.py with more of an environment. Gives what it has said."""

    def run(**more):
        [out] = world.add_contacts([{"name": "Zaphod Out", "phoneNumber": "4915123456900", "tags": ["Unsubscribe"]}])
        settings = {"host": world.url, "key": KEY, "account": "spring.2026", "location_id": LOCATION_ID}
        settings |= {"requests_per_minute": 100_000, "requests_per_day": 1_000_000, "list_lag": 0.0}
        done = subprocess.run(
            [sys.executable, str(FLOW)],
            input=json.dumps({"settings": settings, "opted_out": out}),
            env={**environment, **PATH, "WHAUTOMATE_HOME": str(tmp_path / "whautomate"), **more},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert "states COMPLETED FAILED FAILED" in done.stdout, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def require_nobody(text, emulator):
    """Nothing of a person, record or key is in a text."""
    assert not [one["id"] for one in emulator.contacts() if one["id"] in text]
    assert not re.search(f"4915123456|Zaphod|Unsubscribe|nonsense|{KEY}", text)


def test_metrics_and_spans_arrive_at_an_otlp_collector(run_measured, world):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    with otlp() as (port, received):
        said = run_measured(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}")

    def metric(name, **tags):
        return received.metrics[f"whautomate.{name}", tuple(sorted(tags.items()))]

    assert "listens True" in said
    assert metric("requests", endpoint="createContact", outcome="ok") == 6
    assert metric("requests", endpoint="getContact", outcome="not_found") == 1
    refused = {one["operation"] for one in world.requests() if one["status"] == 429}
    assert refused
    assert all(metric("requests", endpoint=one, outcome="rate_limited") >= 1 for one in refused)
    counted = sum(value for (name, _), value in received.metrics.items() if name == "whautomate.requests")
    assert counted == len(world.requests())
    assert metric("rows", job_name="sync_contacts", outcome="created") == 6
    assert metric("rows", job_name="sync_contacts", outcome="rejected") == 1
    assert metric("refusals", kind="opted_out") == 1
    assert sum(value for (name, _), value in received.metrics.items() if name == "whautomate.waited_seconds") > 1
    assert 0 < metric("permits_left", window="60", account="spring_2026") < 100_000
    assert metric("open_claims", account="spring_2026") == 0
    require_nobody(str([one for one in received.metrics if one[0].startswith("whautomate.")]), world)

    spans = received.named("whautomate.")
    of_requests = [one for one in spans if one.name != "whautomate.wait_for_permits"]
    assert len(of_requests) == len(world.requests())
    [missing] = [one for one in of_requests if attributes(one).get("error.type") == "not_found"]
    assert (missing.name, attributes(missing)["http.response.status_code"]) == ("whautomate.getContact", 404)
    of_tasks = {one.span_id: one.name for one in received.spans if one.name not in {span.name for span in spans}}
    assert of_tasks[missing.parent_span_id].startswith("get_contact")  # the task run's span, by Prefect
    # A task run is called after its task and what it is about.
    parents = {of_tasks[one.parent_span_id].split(" ")[0].partition("-")[0] for one in spans}
    assert parents == {"sync_contacts", "get_contact", "add_contact_tags"}  # also those of a sync's threads
    require_nobody("".join(map(str, spans)), world)


@pytest.mark.parametrize(
    "off", [{"WITHOUT_SDK": "1"}, {"PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false"}], ids=["no-sdk", "off"]
)
def test_nothing_is_measured_without_an_sdk_or_where_prefects_telemetry_is_off(run_measured, world, off):
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    with otlp() as (port, received):
        said = run_measured(OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}", **off)
    assert "listens False" in said
    assert not received.named("whautomate.")
    assert not [name for name, _ in received.metrics if name.startswith("whautomate.")]


def test_an_import_loads_nothing_that_prefect_has_not_loaded():
    loaded = "sorted(one for one in sys.modules if one.startswith('opentelemetry'))"
    code = f"import sys; import prefect, prefect.flow_engine; before = {loaded}; import prefect_whautomate; "
    code += f"print([one for one in {loaded} if one not in before])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
