"""The retry policy: what is tried again and when, and what never is."""

import contextlib
import copy
import json
import sqlite3
import time
from datetime import timedelta

import pytest
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS
from conftest import DAG, DAGS, HOME, KEY, connection, serialized
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_whautomate._failures import failed_event, failure_of
from airflow_provider_whautomate.hooks.whautomate import FINAL
from airflow_provider_whautomate.operators.contacts import WhautomateListContactsOperator
from airflow_provider_whautomate.retry_policy import whautomate_retry_policy
from whautomate_core import errors
from whautomate_core.emulator import Emulator, create_app, running
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRequest,
    OutcomeUnknown,
    QuotaExhausted,
    RateLimited,
    WhautomateError,
)

ALL = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, WhautomateError)]
with_policies = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="retry policies need Airflow 3.3")


@pytest.mark.skipif(AIRFLOW_V_3_3_PLUS, reason="has retry policies")
def test_an_airflow_without_policies_says_what_to_do():
    with pytest.raises(ConfigurationError, match=r"need Airflow 3\.3 or newer, and this is 2\.11\.\d+\. Leave"):
        whautomate_retry_policy()


def decided(exception):
    decision = whautomate_retry_policy().evaluate(exception, 1, 3)
    delay = decision.retry_delay
    return decision.action.value, None if delay is None else delay.total_seconds()


@with_policies
@pytest.mark.parametrize("error", ALL, ids=lambda one: one.__name__)
def test_what_could_repeat_a_send_or_needs_mending_fails_and_the_rest_is_left_to_the_task(error):
    final = issubclass(error, (*FINAL, ConfigurationError, AuthenticationError))
    assert decided(error("it")) == ("fail" if final else "default", None)


@with_policies
@pytest.mark.parametrize("error", ALL, ids=lambda one: one.__name__)
def test_what_the_triggerer_met_is_decided_as_what_the_worker_met(error):
    one = error("it")
    one.status, one.next_permit_at = 400, 4_102_444_800.0
    assert decided(failure_of(json.loads(json.dumps(failed_event(one)))))[0] == decided(one)[0]


@with_policies
@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_what_the_server_refused_fails_at_once(status):
    assert decided(InvalidRequest("it", status=status)) == ("fail", None)
    assert decided(raised(InvalidRequest("it", status=status), ValueError("it"), "cause")) == ("fail", None)
    # But a client that meets a refusal on its way, and then runs out of permits, goes on when there are some.
    action, delay = decided(raised(InvalidRequest("it", status=status), soon(), "context"))
    assert (action, 100 < delay < 110) == ("retry", True)


@with_policies
@given(wait=st.floats(-1e4, 1e6))
def test_the_retry_is_made_when_the_next_permit_is_due(wait):
    action, delay = decided(QuotaExhausted("it", next_permit_at=time.time() + wait))
    assert action == "retry"
    assert max(0.0, wait) - 5 < delay < max(0.0, wait) + 5


@with_policies
@given(wait=st.floats(0, 86_400))
def test_the_retry_is_made_after_what_the_server_asked_for(wait):
    action, delay = decided(RateLimited("it", retry_after=wait))
    assert (action, wait < delay < wait + 5) == ("retry", True)


def raised(inner, outer, how):
    """`outer`, as a task raises it after `inner`."""
    if how == "group":
        return ExceptionGroup("several", [outer, inner])
    outer.__context__ = inner
    if how != "context":
        outer.__cause__ = inner if how == "cause" else None  # and sets __suppress_context__
    return outer


def soon():
    return RateLimited("it", retry_after=100.0)


def late():
    return QuotaExhausted("it", next_permit_at=time.time() + 5_000)


@with_policies
@pytest.mark.parametrize("how", ["cause", "context", "group"])
def test_what_led_to_an_error_decides_too(how):
    for before, error in (
        (OutcomeUnknown("it"), ValueError("it")),
        (OutcomeUnknown("it"), soon()),
        (soon(), OutcomeUnknown("it")),
    ):
        assert decided(raised(before, error, how)) == ("fail", None)
    assert 100 < decided(raised(soon(), ValueError("it"), how))[1] < 110
    for before, error in ((soon(), late()), (late(), soon())):
        assert 4_900 < decided(raised(before, error, how))[1] < 5_010


@with_policies
def test_an_error_that_replaces_another_counts_alone():
    assert decided(raised(soon(), ValueError("it"), "replaced")) == ("default", None)


@with_policies
def test_reasons_say_why_and_quote_nothing():
    policy = whautomate_retry_policy()
    failed = policy.evaluate(OutcomeUnknown("about Ada"), 1, 3).reason
    assert failed == "OutcomeUnknown: a retry could repeat a send, or fail again"
    refused = policy.evaluate(AuthenticationError("about Ada", status=403), 1, 3).reason
    assert refused == "AuthenticationError: a retry would fail again"
    waits = policy.evaluate(QuotaExhausted("about Ada", next_permit_at=4_102_444_800.0), 1, 3).reason
    assert waits == "QuotaExhausted: not before 2100-01-01 00:00 UTC"


@with_policies
def test_a_dag_with_it_is_serialised_and_copied():
    with DAG("d", default_args={"retries": 2, "retry_policy": whautomate_retry_policy()}) as dag:
        one = WhautomateListContactsOperator(task_id="list")
        WhautomateListContactsOperator.partial(task_id="each").expand(filters=[{"limit": 1}])
    assert serialized(dag)["list"]["has_retry_policy"] is True
    assert copy.deepcopy(one).retry_policy.evaluate(OutcomeUnknown("it"), 1, 3).action.value == "fail"


class Run:
    """A run of dags/retries.py, and what it left behind."""

    def __init__(self, airflow, files, emulators):
        self.emulators = emulators
        hosts = {f"AIRFLOW_CONN_{name.upper()}": connection(one.url) for name, one in emulators.items()}
        hosts["AIRFLOW_CONN_MISCONFIGURED"] = connection("https://api.example/with/a/path")
        self.code, self.said = airflow(DAGS / "retries.py", **hosts, RETRIES_FILES=files, timeout=300)
        self.states = json.loads((files / "states.json").read_text())
        self.attempts = {
            path.stem: [json.loads(line)["at"] for line in path.read_text().splitlines()]
            for path in files.glob("*.jsonl")
        }
        with contextlib.closing(sqlite3.connect(HOME / "airflow.db")) as database:
            columns = "task_id, retry_delay_override, retry_reason"
            kept = database.execute(f"SELECT {columns} FROM task_instance_history WHERE dag_id = 'retries'").fetchall()
        self.kept = {task: (delay, reason) for task, delay, reason in kept}


@pytest.fixture(scope="module")
def run(airflow, tmp_path_factory):
    with contextlib.ExitStack() as stack:

        def start():
            app = create_app(key=KEY)
            return Emulator(app, stack.enter_context(running(app)))

        emulators = {name: start() for name in ("paused", "faulty", "faulty_too")}
        for name in ("faulty", "faulty_too"):
            emulators[name].fault("dropped_after", operation="createContact")
        yield Run(airflow, tmp_path_factory.mktemp("retries"), emulators)


@with_policies
@pytest.mark.parametrize(("task", "reason"), [("exhausted", "QuotaExhausted: not"), ("limited", "RateLimited: not")])
def test_airflow_makes_the_retry_at_that_time(run, task, reason):
    assert run.states[task][1] == 2, run.said
    first, second = run.attempts[task]
    assert second - first > 2.0
    delay, why = run.kept[task]
    assert 0 < delay < 60 < timedelta(days=365).total_seconds()
    assert why.startswith(reason)


@with_policies
@pytest.mark.parametrize("task", ["unknown", "wrapped", "misconfigured"])
def test_airflow_fails_the_task_at_once(run, task):
    assert run.states[task] == ["failed", 1], run.said
    assert task == "misconfigured" or len(run.attempts[task]) == 1


@with_policies
def test_nothing_is_sent_twice(run):
    assert run.states["operator"] == ["failed", 1], run.said
    for name in ("faulty", "faulty_too"):
        assert len(run.emulators[name].requests("createContact")) == 1


@with_policies
def test_airflow_tries_other_errors_again_after_the_tasks_own_delay(run):
    assert run.states["other"] == ["failed", 2], run.said
    assert run.kept["other"] == (None, None)
