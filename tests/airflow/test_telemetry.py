"""Metrics and traces by Airflow's own means: read back from a StatsD server and an OTLP receiver, after real runs."""

import contextlib
import re
import tempfile

import pytest
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from conftest import DAGS, DAGS_FOLDER, KEY, connection, meanwhile, python
from telemetry_readers import attributes, otlp, statsd

from airflow_provider_whautomate import _telemetry
from whautomate_core import telemetry
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

HOUR = 3600.0
NUMBER = re.compile(r"4915123456|0151")


@contextlib.contextmanager
def world():
    """An emulator that refuses requests from the 13th on (429), until its hour is over; it is, once one was refused.

    Gives the emulator, and the environment of a run, whose account people call `spring.2026`.
    """
    app = create_app(Behaviour(limits=((12, HOUR),), refused_count=False), key=KEY)
    with running(app) as url, tempfile.TemporaryDirectory() as home:
        emulator = Emulator(app, url)
        [out] = emulator.add_contacts([{"name": "Zaphod Out", "phoneNumber": "4915123456900", "tags": ["Unsubscribe"]}])

        def refused():
            return sum(one["status"] == 429 for one in emulator.requests())

        def an_hour_passes(until):
            seen = [0]
            with contextlib.suppress(SystemExit):  # the run is over
                while True:
                    until(lambda: refused() > seen[0])
                    seen[0] = refused()
                    emulator.advance(HOUR)

        for one in DAGS_FOLDER.iterdir():
            one.unlink()
        (DAGS_FOLDER / "measured.py").symlink_to(DAGS / "measured.py")
        environment = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(url, account="spring.2026")}
        with meanwhile(an_hour_passes):
            yield emulator, {**environment, "WHAUTOMATE_HOME": home, "OPTED_OUT": out}


@pytest.fixture
def run_measured(airflow):
    """Runs dags/measured.py with settings of Airflow, in a fresh process: Airflow reads them when it begins."""

    def run(**settings):
        with world() as (emulator, environment):
            _, said = python(DAGS_FOLDER / "measured.py", **environment, **settings)
            states = dict(line.split()[1:] for line in said.splitlines() if line.startswith("state "))
            assert states == {
                "sync": "success", "audience": "success", "send": "success", "missing": "failed", "refused": "failed"
            }, said  # fmt: skip
            return emulator, said

    return run


def by_outcome(emulator):
    """What the emulator answered: operation -> status -> how often."""
    found = {}
    for one in emulator.requests():
        of = found.setdefault(one["operation"], {})
        of[one["status"]] = of.get(one["status"], 0) + 1
    return found


def require_nobody(text, emulator):
    """Nothing of a person, record or key is in a text."""
    ids = {one["id"] for kind in ("contacts", "segments", "broadcasts") for one in emulator.records(kind)}
    assert not [one for one in (*ids, KEY, "Zaphod", "Unsubscribe", "nonsense") if one in text]
    assert not NUMBER.search(text)


ROWS = {"created": 6, "rejected": 1}


@pytest.mark.parametrize("influx", [False, True], ids=["names", "tags"])
def test_metrics_arrive_at_a_statsd_server(run_measured, influx):
    pytest.importorskip("statsd")
    with statsd() as (port, received, until_now):
        emulator, said = run_measured(
            AIRFLOW__METRICS__STATSD_ON=True,
            AIRFLOW__METRICS__STATSD_HOST="127.0.0.1",
            AIRFLOW__METRICS__STATSD_PORT=port,
            AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED=influx,
        )
        until_now()

    def name(metric, **tags):
        rest = "".join(f",{tag}={value}" if influx else f".{value}" for tag, value in tags.items())
        return f"airflow.whautomate.{metric}{rest}"

    def counted(metric, **tags):
        return received.counters[name(metric, **tags)]

    answers, ours = by_outcome(emulator), received.of("airflow.whautomate.requests")
    assert sum(ours.values()) == len(emulator.requests()), said
    refused = {operation: found[429] for operation, found in answers.items() if 429 in found}
    assert refused
    for operation, number in refused.items():
        assert counted("requests", endpoint=operation, outcome="rate_limited") == number
    assert counted("requests", endpoint="createContact", outcome="ok") == answers["createContact"][200]
    assert counted("requests", endpoint="getContact", outcome="not_found") == 1
    assert counted("broadcasts_sent") == 1
    assert counted("refusals", kind="opted_out") == 1
    rows = {outcome: counted("rows", job_name="sync_contacts", outcome=outcome) for outcome in ROWS}
    assert rows == ROWS
    assert sum(received.of("airflow.whautomate.waited_seconds").values()) > 1  # after a 429 everybody waits
    for window in ("60", "86400"):
        assert 0 < received.gauges[name("permits_left", window=window, account="spring_2026")] < 1_000_000
    assert received.gauges[name("open_claims", account="spring_2026")] == 0
    assert received.gauges[name("oldest_open_claim_seconds", account="spring_2026")] == 0
    ours = "\n".join(line for line in received.text.splitlines() if "whautomate." in line)
    require_nobody(ours, emulator)


def otel_settings(port, *sections):
    """The settings with which metrics or traces go to a port. Airflow 3 takes those of OpenTelemetry itself."""
    settings = {}
    for section in sections:
        own = {"OTEL_ON": True, "OTEL_HOST": "127.0.0.1", "OTEL_PORT": port}
        settings |= {f"AIRFLOW__{section}__{name}": value for name, value in own.items()}
    if AIRFLOW_V_3_0_PLUS:
        settings |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
        settings |= {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_TRACES_EXPORTER": "otlp_proto_http"}
    return settings


def test_metrics_and_spans_arrive_at_an_otlp_collector(run_measured):
    # `dag.test()` of Airflow 2 has no times from which its own spans begin, and ends with an error where traces are on.
    sections = ("METRICS", "TRACES") if AIRFLOW_V_3_0_PLUS else ("METRICS",)
    with otlp() as (port, received):
        emulator, said = run_measured(**otel_settings(port, *sections))

    def metric(name, **tags):
        return received.metrics[f"airflow.whautomate.{name}", tuple(sorted(tags.items()))]

    answers = by_outcome(emulator)
    assert metric("requests", endpoint="createContact", outcome="ok") == answers["createContact"][200], said
    assert metric("requests", endpoint="getContact", outcome="not_found") == 1
    assert metric("rows", job_name="sync_contacts", outcome="rejected") == 1
    assert metric("refusals", kind="opted_out") == 1
    assert 0 < metric("permits_left", window="60", account="spring_2026") < 100_000
    assert metric("open_claims", account="spring_2026") == 0
    require_nobody(str([one for one in received.metrics if "whautomate" in one[0]]), emulator)
    if not AIRFLOW_V_3_0_PLUS:
        return
    spans = received.named("whautomate.")
    of_requests = [span for span in spans if span.name != "whautomate.wait_for_permits"]
    assert len(of_requests) == len(emulator.requests())
    require_not_found(of_requests)
    assert {attributes(one).get("error.type") for one in of_requests} >= {"rate_limited", None}
    assert all(one.end_time_unix_nano > one.start_time_unix_nano for one in of_requests)
    assert "whautomate.wait_for_permits" in {span.name for span in spans}
    require_nobody("".join(map(str, spans)), emulator)


def require_not_found(spans):
    """One of the spans is that of a contact that does not exist."""
    [missing] = [one for one in spans if attributes(one).get("error.type") == "not_found"]
    assert missing.name == "whautomate.getContact"
    assert attributes(missing)["http.request.method"] == "GET"
    assert attributes(missing)["http.response.status_code"] == 404
    assert missing.status.code == 2  # error
    return missing


@pytest.mark.skipif(AIRFLOW_V_3_0_PLUS, reason="Airflow 3 has the spans of the test above")
def test_spans_of_airflow_2_are_below_that_of_their_task(airflow):
    with otlp() as (port, received), world() as (emulator, environment):
        tested = ("-m", "airflow", "tasks", "test", "measured", "missing")
        _, said = python(*tested, **environment, **otel_settings(port, "TRACES"))
    missing = require_not_found(received.named("whautomate."))
    assert missing.trace_id.strip(b"\0"), said
    assert missing.parent_span_id.strip(b"\0")
    require_nobody("".join(map(str, received.named("whautomate."))), emulator)


def test_nothing_is_measured_and_nothing_imported_where_both_are_off():
    code = (
        "import sys; from airflow_provider_whautomate.hooks.whautomate import WhautomateHook; "
        "from whautomate_core import telemetry; WhautomateHook().get_account(); "
        "print(telemetry.receiver, [one for one in sys.modules if one in ('statsd', 'airflow.stats')])"
    )
    _, said = python("-c", code, AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection("http://127.0.0.1:1"))
    assert said.splitlines()[-1].startswith("None ")


@pytest.mark.parametrize(
    ("on", "has_tags", "traces"),
    [
        ({"STATSD_ON"}, False, False),
        ({"STATSD_ON", "STATSD_INFLUXDB_ENABLED"}, True, False),
        ({"STATSD_ON", "STATSD_DATADOG_ENABLED"}, True, False),
        ({"OTEL_ON"}, True, False),
        ({"TRACES"}, True, True),
        ({"STATSD_ON", "TRACES"}, False, True),
    ],
    ids=lambda value: "+".join(sorted(value)) if isinstance(value, set) else "",
)
def test_values_are_tags_where_there_are_tags_and_parts_of_the_name_elsewhere(on, has_tags, traces, monkeypatch):
    for name in on:
        monkeypatch.setenv("AIRFLOW__TRACES__OTEL_ON" if name == "TRACES" else f"AIRFLOW__METRICS__{name}", "True")
    monkeypatch.setattr(telemetry, "receiver", None)
    _telemetry.plug_in()
    received = telemetry.receiver
    assert (received._has_tags, received._traces) == (has_tags, traces)
    names = []
    received._stats = type("Stats", (), {"incr": lambda self, *what, **tags: names.append((what, tags))})()
    received.count("whautomate.requests", 1, {"outcome": "ok", "endpoint": "getContact"})
    tags = {"outcome": "ok", "endpoint": "getContact"}
    expected = ("whautomate.requests", tags) if has_tags else ("whautomate.requests.getContact.ok", None)
    assert names == [((expected[0], 1), {"tags": expected[1]})]
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "False")
    _telemetry.plug_in()
    assert telemetry.receiver is received  # whoever listens goes on
