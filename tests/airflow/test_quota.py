"""Permits, claims and the state database in steps: what they do when there is no permit, or when they run again."""

import asyncio
import contextlib
import inspect
import json
import re
import sqlite3
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.sdk import DAG, AirflowFailException, TaskDeferred
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from conftest import DAGS, HOME, ROOT, connection, meanwhile
from contract_examples import operations
from pydantic import SecretStr

from airflow_provider_whautomate._runs import step_of
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.account import WhautomateGetAccountInfoOperator
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateAddContactTagsOperator,
    WhautomateCreateContactOperator,
    WhautomateListContactsOperator,
    WhautomateSyncContactsOperator,
    WhautomateTagContactsOperator,
)
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger
from whautomate_core.api.call import Repeat
from whautomate_core.errors import ConfigurationError, InvalidRequest, ServerError
from whautomate_core.state import open_state
from whautomate_core.state.schema import pools
from whautomate_core.values.redaction import database_url

PERSON = {"name": "Ada", "phoneNumber": "+4915123456700", "location": {"id": "loc000000001"}}


def context(map_index=-1, logical_date=datetime(2026, 6, 1, tzinfo=UTC), run_id="run"):
    ti = SimpleNamespace(dag_id="dag", task_id="task", map_index=map_index, run_id=run_id)
    return {"ti": ti, "logical_date": logical_date}


def run(operator, again=None, **arguments):
    """Run an operator outside of a DAG; `again`: as Airflow does after the deferral of that name."""
    task = operator(task_id="task", **arguments)
    if again is None:
        return task._attempt(context())  # Airflow guards `execute` against being called by others
    return getattr(task, again.method_name)(context(), event=None, **again.kwargs)


def deferral(operator, again=None, **arguments):
    with pytest.raises(TaskDeferred) as deferred:
        run(operator, again, **arguments)
    return deferred.value


@pytest.fixture
def emulator(whautomate_emulator, connections):
    """An emulator, and an account of its own at it."""
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex)
    return whautomate_emulator


def pause(seconds):
    account = WhautomateHook().get_account()
    open_state(account.state).pool(account.id, account.limits).pause(seconds)


def open_claims():
    return open_state().claims.open(WhautomateHook().get_account().id)


# --- no permit


def test_a_long_wait_for_a_permit_is_a_deferral_and_then_it_starts_again(emulator, connections):
    started = time.time()
    pause(2000)
    deferred = deferral(WhautomateCreateContactOperator, contact=PERSON, max_wait=1)
    assert time.time() < deferred.trigger.until  # it did not wait
    assert emulator.requests() == []
    assert open_claims() == []
    assert started + 2000 <= deferred.trigger.until < time.time() + 2010
    assert json.loads(json.dumps(deferred.kwargs)) == deferred.kwargs
    assert deferred.kwargs["requests"] == 0
    path, arguments = deferred.trigger.serialize()
    assert (path, set(arguments)) == ("airflow_provider_whautomate.triggers.quota.WhautomateQuotaTrigger", {"until"})

    async def waits():
        async for event in type(deferred.trigger)(time.time() + 0.3).run():
            return event.payload

    assert asyncio.run(waits()) <= time.time()
    connections("whautomate_default", emulator.url, emulator.key, account=uuid4().hex)  # in place of the pause
    assert run(WhautomateCreateContactOperator, deferred, contact=PERSON, max_wait=1)["id"]
    assert len(emulator.requests("createContact")) == 1


def test_a_short_wait_is_waited_for_on_the_slot(emulator):
    pause(2)
    assert run(WhautomateGetAccountInfoOperator)
    assert len(emulator.requests()) == 1


ROWS = [{"name": f"N{n}", "mobile": f"+4915123456{n:03d}"} for n in range(9)]
SYNC = {"source": ROWS, "mapping": {"name": "name", "phoneNumber": "mobile"}}


def test_jobs_go_on_where_they_were_and_count_all_requests_of_a_try(emulator, connections):
    few = {"requests_per_minute": 5, "requests_per_day": 1000, "account": uuid4().hex}
    connections("whautomate_default", emulator.url, emulator.key, **few)
    started = time.time()
    deferred = deferral(WhautomateSyncContactsOperator, **SYNC, max_wait=1)
    assert deferred.kwargs["requests"] == 5 == len(emulator.requests())
    assert deferred.kwargs["window"] == 60
    assert deferred.kwargs["waited"] > 59 - (time.time() - started)
    connections("whautomate_default", emulator.url, emulator.key, account=uuid4().hex)  # in place of a minute
    report = run(WhautomateSyncContactsOperator, deferred, **SYNC, max_wait=1)
    assert report["created"] + report["unchanged"] == len(emulator.contacts()) == len(ROWS)
    assert report["requests"] == len(emulator.requests())
    assert report["waited"] >= deferred.kwargs["waited"] - 0.1


def test_a_step_with_more_requests_than_a_minute_gives_does_not_begin_again_for_ever(emulator, monkeypatch):
    asked = []
    monkeypatch.setattr(
        WhautomateHook, "session", lambda self, **how: asked.append(how["max_wait"]) or pytest.skip.Exception
    )
    for window in (None, 60.0, 86_400.0):
        task = WhautomateGetAccountInfoOperator(task_id="task", max_wait=1)
        with pytest.raises((TypeError, AttributeError)):
            task.execute_again(context(), requests=1, waited=1.0, window=window)
    assert asked == [1, 120.0, 1]


def test_reschedules_where_no_triggerer_runs(emulator, monkeypatch):
    monkeypatch.setenv("AIRFLOW__WHAUTOMATE__WAIT_FOR_QUOTA", "reschedule")
    started = time.time()
    pause(200)
    with pytest.raises(Exception) as error:  # noqa: PT011 - its module depends on Airflow's version
        run(WhautomateGetAccountInfoOperator, max_wait=1)
    assert type(error.value).__name__ == "AirflowRescheduleException"
    assert started + 200 <= error.value.reschedule_date.timestamp() < time.time() + 240
    if not AIRFLOW_V_3_0_PLUS:
        assert WhautomateGetAccountInfoOperator(task_id="task").reschedule is True
        assert "reschedule" in WhautomateGetAccountInfoOperator.get_serialized_fields()
    monkeypatch.setenv("AIRFLOW__WHAUTOMATE__WAIT_FOR_QUOTA", "sleep")
    with pytest.raises(ConfigurationError, match="wait_for_quota"):
        run(WhautomateGetAccountInfoOperator, max_wait=1)


def rows(asked):
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db", timeout=30)) as database, database:
        return database.execute(asked).fetchall()


@pytest.mark.parametrize("how", ["defer", "reschedule"])
def test_airflow_waits_for_permits_either_way(airflow, whautomate_emulator, tmp_path, how):
    url, key, account = whautomate_emulator.url, whautomate_emulator.key, uuid4().hex
    rescheduled = "FROM task_reschedule WHERE ti_id IN (SELECT id FROM task_instance WHERE dag_id = 'quota')"
    if not AIRFLOW_V_3_0_PLUS:
        rescheduled = "FROM task_reschedule WHERE dag_id = 'quota'"

    def end_the_pause(until):
        """Once all three have been rescheduled."""
        until(lambda: rows(f"SELECT count(*) {rescheduled}") == [(3,)])
        ended = pools.update().where(pools.c.account == account).values(paused_until=0.0)
        open_state()._database.run(lambda database: database.execute(ended))
        rows(
            f"UPDATE task_reschedule SET reschedule_date = '2026-01-01 00:00:00.000000' "
            f"WHERE id IN (SELECT id {rescheduled})"
        )

    with meanwhile(end_the_pause if how == "reschedule" else lambda until: None):
        code, said = airflow(
            DAGS / "quota.py",
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(url, key, account=account),
            AIRFLOW__WHAUTOMATE__WAIT_FOR_QUOTA=how,
            QUOTA_FILE=tmp_path / "told.json",
        )
    assert code == 0, said
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["states"] == {one: ["success", 1] for one in ("create0", "create1", "sync", "results")}
    assert len(whautomate_emulator.requests("createContact")) == 3
    assert told["results"]["sync"]["requests"] == len(whautomate_emulator.requests()) - 2 * 3  # two looks and a create
    words = "rescheduled to" if how == "reschedule" else "waiting in the triggerer until"
    times = {found.replace(",", ".") for found in re.findall(rf"(\d\d:\d\d:\d\d[.,]\d\d\d).*{words}", said)}
    # Each task once: nobody asks again and again until the permit is there. (`dag.test()` runs one task at a time, so
    # who comes after a deferral finds a permit.)
    assert len(times) == (3 if how == "reschedule" else 1)


# --- sensors


def sensor(**arguments):
    return WhautomateBroadcastSensor(task_id="wait", broadcast_id="b", **{"max_wait": 0, **arguments})


def test_a_poke_without_a_permit_finds_it_unfinished(emulator):
    pause(2000)
    found = sensor().poke(context())
    assert not found.is_done
    assert emulator.requests() == []


def test_a_deferrable_sensor_without_a_permit_goes_to_the_triggerer(emulator):
    pause(2000)
    task = sensor(deferrable=True, max_requests=7)
    with pytest.raises(TaskDeferred) as deferred:
        inspect.unwrap(WhautomateBroadcastSensor.execute)(task, context())
    assert isinstance(deferred.value.trigger, WhautomateWaitTrigger)
    assert deferred.value.trigger.max_requests == 7
    assert emulator.requests() == []


def test_the_trigger_waits_for_its_permits_and_keeps_its_deadline(emulator, connections, monkeypatch):
    monkeypatch.setattr("airflow_provider_whautomate.triggers.waiting.LAST_CHECK", 1.0)

    async def event(deadline, **more):
        asked = {"kind": "broadcast", "broadcast_id": "b"}
        trigger = WhautomateWaitTrigger(asked, "whautomate_default", 0.1, time.time() + deadline, **more)
        return (await anext(trigger.run())).payload

    pause(2000)
    assert asyncio.run(event(1)) == {"status": "timeout"}
    assert emulator.requests() == []
    connections("whautomate_default", emulator.url, emulator.key, account=uuid4().hex)
    pause(2)
    assert asyncio.run(event(1e6))["type"] == "NotFound"  # there is no such broadcast
    assert len(emulator.requests()) == 1
    assert asyncio.run(event(1e6, requests=2, max_requests=2))["type"] == "BudgetExceeded"


def test_with_exponential_backoff_max_wait_is_what_it_is_in_airflow():
    assert sensor(max_wait=5)._permit_wait == 5
    assert sensor(max_wait=None)._permit_wait == 120
    assert sensor(max_wait=500, exponential_backoff=True)._permit_wait == 120


# --- claims


def test_what_runs_again_sends_nothing_and_returns_the_same(emulator):
    first = run(WhautomateCreateContactOperator, contact=PERSON)
    assert run(WhautomateCreateContactOperator, contact=PERSON) == first
    assert len(emulator.requests("createContact")) == 1
    with pytest.raises(InvalidRequest, match=r"differs in name, stage\).*another key"):
        run(WhautomateCreateContactOperator, contact={**PERSON, "name": "Grace", "stage": "New"})
    assert len(emulator.requests("createContact")) == 1
    other = {**PERSON, "phoneNumber": "+4915123456701"}
    assert run(WhautomateCreateContactOperator, contact=other, key="another") != first
    assert run(WhautomateCreateContactOperator, contact=other, key="another") != first
    assert len(emulator.requests("createContact")) == 2


def test_what_may_have_happened_is_never_sent_again(emulator):
    emulator.fault("dropped_after", operation="createContact")
    for said in ("may or may not have happened", r"was begun at .* lets the next run send it"):
        with pytest.raises(AirflowFailException, match=said):
            run(WhautomateCreateContactOperator, contact=PERSON)
    assert len(emulator.requests("createContact")) == 1


def test_what_certainly_did_not_happen_is_sent_by_the_retry(emulator):
    refused = {**PERSON, "location": {"id": "nowhere"}}
    with pytest.raises(InvalidRequest):
        run(WhautomateCreateContactOperator, contact=refused)
    assert run(WhautomateCreateContactOperator, contact=PERSON)["id"]


def test_tags_given_twice_fire_their_automations_once(emulator):
    [contact] = emulator.add_contacts([PERSON])
    emulator.fault("dropped_after", operation="addContactTags")
    for _ in range(2):
        assert run(WhautomateAddContactTagsOperator, contact_id=contact, tags=["vip"]) == {"id": contact}
    assert len(emulator.requests("addContactTags")) == 1


def test_keys_are_identity_alone():
    others = [
        context(),
        context(logical_date=datetime(2026, 6, 2, tzinfo=UTC)),
        context(logical_date=None),
        context(logical_date=None, run_id="another"),
    ]
    assert len({step_of(one).name for one in others} | {step_of(context(), "another").name}) == 5
    assert step_of(context()).name == step_of(context(run_id="another")).name == step_of(context(map_index=1)).name


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_what_must_happen_once_has_a_key(operation):
    from importlib import import_module

    call = getattr(import_module(f"whautomate_core.api.{operation.resource}"), operation.function)
    operator = getattr(import_module(f"airflow_provider_whautomate.operators.{operation.resource}"), operation.operator)
    made = call(**operation.arguments())
    assert ("key" in operator.template_fields) == (made.repeat is Repeat.ONCE)
    own = [one.name for one in inspect.signature(operator.__init__).parameters.values() if one.kind is one.KEYWORD_ONLY]
    given = {name: "{{ x }}" for name in own if name != "return_records"}
    task = operator(task_id="task", **given, max_wait=5, max_requests=7)
    assert (task.max_wait, task.max_requests) == (5, 7)


# --- budgets and lanes


def test_no_step_makes_more_requests_than_it_may_also_not_by_a_retry(emulator):
    emulator.add_contacts([{"name": f"N{n}", "phoneNumber": f"4915120{n:06d}"} for n in range(150)])
    # A retry would have as many again.
    with pytest.raises(AirflowFailException, match=r"has made 1 request, .* and max_requests is 1"):
        run(WhautomateListContactsOperator, max_requests=1)
    before = SimpleNamespace(method_name="execute_again", kwargs={"requests": 1, "waited": 0.0, "window": None})
    with pytest.raises(AirflowFailException, match=r"has made 2 requests, .* and max_requests is 2"):
        run(WhautomateListContactsOperator, before, max_requests=2)
    assert len(emulator.requests()) == 2


@pytest.mark.parametrize(("error", "raises"), [("BudgetExceeded", AirflowFailException), ("ServerError", ServerError)])
def test_a_sensor_is_not_tried_again_for_what_the_trigger_could_not_have(error, raises):
    with pytest.raises(raises, match=r"^no more$"):
        sensor(deferrable=True).execute_complete(context(), {"status": "error", "type": error, "message": "no more"})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_wait": -1}, "max_wait must be a number of seconds"),
        ({"max_wait": "1"}, "max_wait must be a number"),
        ({"max_requests": 0}, "max_requests must be a whole number"),
        ({"max_requests": True}, "max_requests must be a whole number"),
    ],
)
@pytest.mark.parametrize("operator", [WhautomateListContactsOperator, WhautomateBroadcastSensor])
def test_limits_that_can_not_be_are_errors_at_parse(operator, wrong, said):
    # Airflow's own sensor refuses a wait that is none in its own words.
    own = operator is WhautomateListContactsOperator or "max_requests" in wrong
    with pytest.raises(ConfigurationError if own else Exception, match=said if own else "max_wait"):
        operator(task_id="task", **({"broadcast_id": "b"} if operator is WhautomateBroadcastSensor else {}), **wrong)


def test_bulk_jobs_leave_room_for_others():
    lanes = {
        WhautomateSyncContactsOperator: "bulk",
        WhautomateTagContactsOperator: "bulk",
        WhautomateListContactsOperator: "interactive",
        WhautomateBroadcastOperator: "interactive",
    }
    assert {operator: operator.lane for operator in lanes} == lanes


def test_the_example_of_the_docs():
    (code,) = re.findall(r"```python\n(sync = .*?)```", (ROOT / "docs" / "guides" / "quota.md").read_text(), re.DOTALL)
    names = {"WhautomateSyncContactsOperator": WhautomateSyncContactsOperator}
    with DAG("docs", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        exec(code, names)
    arguments = names["sync"].partial_kwargs
    assert (arguments["pool"], arguments["max_wait"]) == ("crm", 60)


# --- one state for all workers


@pytest.mark.parametrize(
    "executor",
    [
        "CeleryExecutor",
        "KubernetesExecutor",
        "LocalExecutor,CeleryExecutor",
        "LocalExecutor,alias:KubernetesExecutor",
        "LocalExecutor;team=CeleryExecutor",
        "LocalExecutor;team=alias:some.module.EdgeExecutor",
        "airflow.providers.celery.executors.celery_executor.CeleryExecutor",
    ],
)
def test_sqlite_is_refused_where_workers_may_be_on_several_machines(emulator, connections, monkeypatch, executor):
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    with pytest.raises(ConfigurationError, match=r"several machines.*PostgreSQL connection.*state_shared to true"):
        run(WhautomateGetAccountInfoOperator)
    with pytest.raises(ConfigurationError, match="several machines"):
        asyncio.run(WhautomateHook().aget_conn())
    assert emulator.requests() == []
    worked, said = WhautomateHook().test_connection()
    assert worked
    assert "tasks will refuse this connection" in said
    connections("whautomate_default", emulator.url, emulator.key, state_shared=True)
    assert run(WhautomateGetAccountInfoOperator)


@pytest.mark.parametrize(
    "executor", ["LocalExecutor", "SequentialExecutor", "a:LocalExecutor", "LocalExecutor;t=LocalExecutor"]
)
def test_sqlite_serves_one_machine(emulator, monkeypatch, executor):
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    assert run(WhautomateGetAccountInfoOperator)
    monkeypatch.setenv("AIRFLOW_IS_K8S_EXECUTOR_POD", "True")
    with pytest.raises(ConfigurationError, match="KubernetesExecutor may run tasks on several machines"):
        run(WhautomateGetAccountInfoOperator)


def test_state_may_name_a_connection(connections, monkeypatch):
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", "postgres://user:pass%20word@db.example:5433/state?sslmode=require")
    monkeypatch.setenv("AIRFLOW_CONN_WRONG", "mysql://user@db.example/state")
    connections("whautomate_default", "https://api.whautomate.com", state="shared")
    hook = WhautomateHook()
    url = hook.get_account().state.get_secret_value()
    assert re.fullmatch(r"postgres(ql)?://user:pass%20word@db.example:5433/state\?sslmode=require", url)
    assert asyncio.run(hook.aget_account()).state == SecretStr(url)
    connections("whautomate_default", "https://api.whautomate.com", state="wrong")
    with pytest.raises(ConfigurationError, match="'wrong', which is not a PostgreSQL connection"):
        hook.get_account()
    connections("whautomate_default", "https://api.whautomate.com", state="nobody")
    assert hook.test_connection()[0] is False
    assert "nobody" in hook.test_connection()[1]


@pytest.mark.parametrize(
    ("fields", "opened"),
    [
        ({"host": "::1", "port": 5433}, {"host": "::1", "port": 5433}),
        ({"host": "[::1]"}, {"host": "::1"}),
        ({"host": "/var/run/postgresql"}, {"host": "/var/run/postgresql"}),
        ({"host": "/var/run/postgresql", "port": 5433}, {"host": "/var/run/postgresql", "port": "5433"}),
        ({"host": None}, {}),
        ({"password": "p%/@:é ?#+%20"}, {"host": "db", "password": "p%/@:é ?#+%20"}),
        ({"login": "a@b:c/d"}, {"host": "db", "user": "a@b:c/d"}),
        (
            {"extra": {"sslmode": "verify-full", "sslcert": "/c.pem"}},
            {"sslmode": "verify-full", "sslcert": "/c.pem"},
        ),
        (
            {"extra": {"keepalives": 1, "sslcompression": False}},
            {"keepalives": "1", "sslcompression": "0"},
        ),
        ({"extra": {"options": "-c search_path=whautomate"}}, {"options": "-c search_path=whautomate"}),
        ({"extra": {"iam": False, "aws_conn_id": "x", "cursor": "dictcursor", "more": {"a": [1]}}}, {"host": "db"}),
    ],
)
def test_the_database_of_a_connection_is_opened_with_its_parts(connections, monkeypatch, fields, opened):
    parts = {"conn_type": "postgres", "host": "db", "login": "u", "schema": "d", **fields}
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", json.dumps(parts))
    connections("whautomate_default", "https://api.whautomate.com", state="shared")
    account = WhautomateHook().get_account()
    assert asyncio.run(WhautomateHook().aget_account()).state == account.state
    url = database_url(account.state, "state")
    _, found = url.get_dialect()().create_connect_args(url)
    assert found.pop("dbname" if "dbname" in found else "database") == "d"
    assert found.pop("password", None) == opened.pop("password", None)
    assert found.pop("user") == opened.pop("user", "u")
    more = {"host": parts["host"]} if "extra" in fields else {}
    assert found == {**more, **opened}


def test_state_in_postgresql_serves_any_executor(emulator, connections, monkeypatch, postgres):
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_CONN_SHARED", postgres)
    connections("whautomate_default", emulator.url, emulator.key, state="shared")
    first = run(WhautomateCreateContactOperator, contact=PERSON)
    assert run(WhautomateCreateContactOperator, contact=PERSON) == first
    assert len(emulator.requests("createContact")) == 1
