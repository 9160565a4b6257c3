"""Broadcasts as steps: one run of dags/broadcasting.py, and the holding, waiting and killing of single tasks."""

import asyncio
import inspect
import json
import logging
import sqlite3
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException, TaskDeferred
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS, AIRFLOW_V_3_3_PLUS
from conftest import DAG, DAGS, HOME, KEY, answered, connection, meanwhile

from airflow_provider_whautomate._cancelling import Killed
from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomateCancelBroadcastOperator,
)
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger, WhautomateHoldTrigger
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.errors import ConfigurationError

TEMPLATE = {"name": "t", "language": "en"}
PEOPLE = [{"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)]
UNLIMITED = {"limits": ((1_000_000, 60.0),)}
HOURS = 20_000.0
"""Longer than any run takes."""


# --- a run of Airflow's


class Run:
    def __init__(self, emulator, files, said):
        self.emulator, self.files, self.said = emulator, files, said
        asked = "SELECT task_id, state, try_number FROM task_instance WHERE dag_id = 'broadcasting'"
        with sqlite3.connect(HOME / "airflow.db") as database:
            self.tasks = {name: (state, tries) for name, state, tries in database.execute(asked)}
            rendered = (
                "SELECT task_id, rendered_fields FROM rendered_task_instance_fields WHERE dag_id = 'broadcasting'"
            )
            self.rendered = dict(database.execute(rendered))
            pulled = "SELECT task_id, key, value FROM xcom WHERE dag_id = 'broadcasting'"
            self.xcoms = {(task, key): value for task, key, value in database.execute(pulled)}


@pytest.fixture(scope="module")
def run(airflow, tmp_path_factory):
    app = create_app(
        Behaviour(broadcast_seconds=HOURS, delivery_seconds=0.0, broadcast_failed_share=0.0, **UNLIMITED), key=KEY
    )
    files = tmp_path_factory.mktemp("broadcasting")
    (files / "rows.csv").write_text("phone,name\n0151 23456801,Ada\n0151 23456802,Bob\n")
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.add_contacts(PEOPLE)
        set_up = connection(url, account="broadcasting")
        environment = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": set_up, "BROADCASTING_FILES": files}
        url_of = "https://app.example.com/broadcasts/ID"

        def complete(until):
            """Complete the broadcast once its own step has found it unfinished."""
            until(lambda: len(answered(emulator, "getBroadcast")) > 1)
            emulator.advance(HOURS)

        airflow.read(DAGS / "broadcasting.py")
        with meanwhile(complete):
            code, said = airflow(DAGS / "broadcasting.py", **environment, AIRFLOW__WHAUTOMATE__BROADCAST_URL=url_of)
        assert code == 0, said
        yield Run(emulator, files, said)


def test_the_planned_is_sent_waited_for_and_told_of(run):
    assert run.tasks["send"] == ("success", 1), run.said
    [sent] = run.emulator.requests("createBroadcast")
    assert sent["body"]["bodyTextParameters"][0].startswith("secret of ")
    # Who is at the end of the alphabet is of the single messages.
    assert {m["phone"] for m in run.emulator.messages() if m["operation"] == "createBroadcast"} == {
        one["phoneNumber"] for one in PEOPLE
    }
    assert "waiting in the triggerer" in run.said
    assert (run.files / "receipt.html").exists()
    [log] = run.files.glob("*.jsonl")
    assert len(log.read_text().splitlines()) == len(PEOPLE)


def test_its_asset_tells_the_figures_after_it_was_delivered(run):
    with sqlite3.connect(HOME / "airflow.db") as database:
        asset = "asset" if AIRFLOW_V_3_0_PLUS else "dataset"
        asked = (
            f"SELECT {asset}_event.extra FROM {asset}_event JOIN {asset} ON {asset}.id = {asset}_id WHERE uri LIKE ?"
        )
        [(extra,)] = database.execute(asked, ["whautomate://broadcasting/broadcasts/spring"])
    figures = json.loads(extra)
    assert (figures["recipients"], figures["sent"], figures["delivered"]) == (6, 6, 6)
    assert figures["id"] in str(run.xcoms["send", "broadcast_id"])
    assert all(value == figures["id"] or isinstance(value, int) for value in figures.values())


def test_a_guard_ends_its_task_without_a_retry(run):
    assert run.tasks["refused"] == ("failed", 1)
    assert "reaches 6 people, but min_recipients is 100" in run.said


def test_what_has_started_is_not_called_off(run):
    assert run.tasks["cancel"] == ("success", 1)
    assert "nothing was cancelled: it has started" in run.said


def test_single_messages_are_sent_to_each_row(run):
    assert run.tasks["single"] == ("success", 1)
    assert len(run.emulator.requests("sendWhatsappTemplate")) == 2


def test_rendered_fields_show_what_is_sent_and_nothing_of_people(run):
    shown = json.loads(run.rendered["send"]) if isinstance(run.rendered["send"], str) else run.rendered["send"]
    assert shown["template"] == TEMPLATE
    assert shown["body_parameters"] == "1 item"
    everything = run.said + "".join(map(str, [*run.rendered.values(), *run.xcoms.values()]))
    assert "secret of" not in everything
    assert not [one for one in PEOPLE if one["phoneNumber"] in everything]


@pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="Airflow 2 works it out where it is shown")
def test_the_link_opens_the_broadcast(run):
    [broadcast] = run.emulator.records("broadcasts")
    link = next(
        value for (task, key), value in run.xcoms.items() if (task, key) == ("send", "_link_WhautomateBroadcastLink")
    )
    assert f"https://app.example.com/broadcasts/{broadcast['id']}" in str(link)


# --- single tasks, on the emulator's clock


@pytest.fixture
def emulator(whautomate_emulator, connections, monkeypatch):
    """With the segment vip; the core's time is the emulator's."""
    from whautomate_core.account import account_from_settings
    from whautomate_core.client.client import Client
    from whautomate_core.messaging.segments import ensure_segment

    own = uuid.uuid4().hex  # a port may come again
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=own)
    settings = {"location_id": "loc000000001", "plan": "subscribed", "account": f"segments-{own}"}
    account = account_from_settings(whautomate_emulator.url, whautomate_emulator.key, settings)
    with Client(account) as client:
        ensure_segment(client, "vip", {"tags": ["vip"]})
    whautomate_emulator.ids = whautomate_emulator.add_contacts(PEOPLE)
    now = whautomate_emulator.now
    monkeypatch.setattr("whautomate_core.messaging.timing.now", lambda: datetime.fromtimestamp(now(), UTC))
    monkeypatch.setattr("airflow_provider_whautomate.operators._broadcasts.time.time", now)
    return whautomate_emulator


def task(**more):
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        return WhautomateBroadcastOperator(
            task_id="send", name="spring", template=TEMPLATE, segment_name="vip", deferrable=True, **more
        )


def context(run_type="scheduled", due=None, task_id="send", attempts_left=0):
    pushed = {}
    ti = SimpleNamespace(
        dag_id="d",
        task_id=task_id,
        map_index=-1,
        run_id="r",
        try_number=1,
        max_tries=attempts_left,
        xcom_push=lambda key, value: pushed.update({key: value}),
    )
    due = due or datetime.now(UTC)
    run = SimpleNamespace(run_type=run_type, run_after=due)
    return {"ti": ti, "dag_run": run, "logical_date": due, "data_interval_end": due, "pushed": pushed}


def executed(one, given, method="execute", **more):
    return inspect.unwrap(getattr(type(one), method))(one, given, **more)


def deferred(one, given, method="execute", **more):
    with pytest.raises(TaskDeferred) as found:
        executed(one, given, method, **more)
    return found.value


def restored(trigger):
    """What the triggerer makes of it."""
    path, arguments = trigger.serialize()
    assert path.endswith(type(trigger).__name__)
    return type(trigger)(**json.loads(json.dumps(arguments)))


def test_it_defers_for_its_hold_and_for_its_end_and_keeps_its_deadline(emulator):
    given, one = context(), task(wait=True, timeout=3600)
    held = deferred(one, given)
    assert isinstance(held.trigger, WhautomateHoldTrigger)
    assert given["pushed"]["broadcast_id"] == emulator.records("broadcasts")[0]["id"]
    emulator.opt_out(emulator.ids[0])
    emulator.advance(held.trigger.until - emulator.now() + 1)
    # Another process, as after a deferral.
    waits = deferred(task(wait=True, timeout=3600), given, held.method_name, event=held.trigger.until, **held.kwargs)
    assert isinstance(waits.trigger, WhautomateBroadcastTrigger)
    deadline = restored(waits.trigger).deadline
    start = datetime.fromisoformat(emulator.records("broadcasts")[0]["scheduleDateTime"]).timestamp()
    assert deadline == start + 3600
    again = deferred(task(wait=True, timeout=3600), given)  # a retry waits no longer
    assert again.trigger.deadline == deadline
    emulator.advance(400)
    event = {"status": "over", "result": {}, "problem": None, "requests": 9, "waited": 0.0}
    found = executed(task(wait=True), given, waits.method_name, event=event)
    assert (found["recipients"], found["anew"], found["finished"]) == (5, True, True)
    assert emulator.ids[0] not in {message["contact"] for message in emulator.messages()}
    emulator.advance(86_400)
    assert len(emulator.records("broadcasts")) == 1


@pytest.mark.whautomate(broadcasts_stay_scheduled=True)
def test_it_gives_up_at_its_deadline(emulator):
    given = context()
    deferred(task(wait=True), given)
    emulator.advance(86_400 + 301)
    with pytest.raises(AirflowFailException, match="is not finished 86400 s after its start"):
        executed(task(wait=True), given)


# --- what ends a task, and what becomes of its broadcast


@pytest.fixture
def airflow_says(monkeypatch):
    """Sets the state that Airflow has of the task: `airflow_says("failed")`; an error where it can't be asked."""

    def says(state):
        def state_of(ti):
            if isinstance(state, Exception):
                raise state
            return state

        for module in ("_cancelling", "triggers.broadcasts"):
            monkeypatch.setattr(f"airflow_provider_whautomate.{module}.state_of", state_of)

    return says


def waiting_trigger(emulator, where, given=None, **more):
    """The trigger of a task that waits for its scheduled broadcast, as a triggerer has it."""
    given = given or context()
    if where == "sensor":
        deferred(task(), given)
        trigger = deferred(sensor(emulator, **more), given).trigger
    else:
        trigger = deferred(task(wait=True, **more), given).trigger
        if where == "waiting":
            emulator.advance(trigger.until - emulator.now() + 1)
            trigger = deferred(task(wait=True, **more), given).trigger
    made = restored(trigger)
    assert isinstance(made, WhautomateHoldTrigger if where == "held" else WhautomateBroadcastTrigger)
    made.task_instance = given["ti"]
    return made


def sensor(emulator, **more):
    [broadcast] = emulator.records("broadcasts")
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        return WhautomateBroadcastSensor(
            task_id="wait", broadcast_id=broadcast["id"], **{"deferrable": True, "poll_interval": 3600, **more}
        )


async def run_and_end(trigger):
    """Run a trigger, then cancel it as a triggerer does when it no longer needs it."""
    waiting = asyncio.ensure_future(anext(trigger.run()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    if AIRFLOW_V_3_3_PLUS:
        await trigger.on_kill()
    await trigger.cleanup()


WHERE = ["held", "waiting", "sensor"]


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("state", ["failed", "skipped", "removed"])
def test_a_person_who_ends_a_deferred_task_cancels_its_broadcast(emulator, airflow_says, caplog, where, state):
    given = context()
    trigger = waiting_trigger(emulator, where, given)
    airflow_says(state)
    asyncio.run(run_and_end(trigger))
    assert emulator.records("broadcasts") == []
    [said] = [one.message for one in caplog.records if "is cancelled because" in one.message]
    assert f"is cancelled because the task was marked as {state} while it was deferred" in said
    with pytest.raises(AirflowFailException, match="was cancelled, so nothing is sent under its key again"):
        executed(task(), given)
    assert len(emulator.requests("createBroadcast")) == 1


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("state", [None, "scheduled", "running", "success", "up_for_retry"])
def test_one_that_is_cleared_or_marked_as_done_leaves_it(emulator, airflow_says, where, state):
    trigger = waiting_trigger(emulator, where)
    airflow_says(state)
    asyncio.run(run_and_end(trigger))
    assert len(emulator.records("broadcasts")) == 1
    assert emulator.requests("deleteBroadcast") == []


@pytest.mark.parametrize(("cancel", "state", "left"), [(False, "failed", 1), (True, "success", 0), (True, None, 0)])
@pytest.mark.parametrize("where", WHERE)
def test_cancel_on_kill_overrides(emulator, airflow_says, where, cancel, state, left):
    trigger = waiting_trigger(emulator, where, cancel_on_kill=cancel)
    airflow_says(state)
    asyncio.run(run_and_end(trigger))
    assert len(emulator.records("broadcasts")) == left


@pytest.mark.parametrize("waits", ["waiting", "sensor"])
def test_a_trigger_promises_to_cancel_only_what_it_still_can(emulator, airflow_says, caplog, monkeypatch, waits):
    async def run(self):
        yield "the end"

    monkeypatch.setattr(WhautomateWaitTrigger, "run", run)
    monkeypatch.setattr(WhautomateBroadcastTrigger, "log", logging.getLogger("trigger"))  # else structlog in Airflow 3
    airflow_says("deferred")

    def said(trigger):
        caplog.clear()
        with caplog.at_level("INFO"):
            asyncio.run(anext(trigger.run()))
        return [one.message for one in caplog.records if "will be cancelled" in one.message]

    given = context()
    trigger = waiting_trigger(emulator, waits, given)
    assert said(trigger) == ["the broadcast will be cancelled if a person marks the task as failed"]
    start = datetime.fromisoformat(emulator.records("broadcasts")[0]["scheduleDateTime"]).timestamp()
    emulator.advance(start - emulator.now() + 1)
    again = task(wait=True) if waits == "waiting" else sensor(emulator)
    assert said(restored(deferred(again, given).trigger)) == []


def test_a_triggerer_that_shuts_down_leaves_it(emulator, airflow_says):
    """Airflow before 3.3 cleans up then as at any other end; 3.3 calls no on_kill."""
    trigger = waiting_trigger(emulator, "held", cancel_on_kill=True)
    airflow_says("deferred")
    trigger._ended = True
    asyncio.run(trigger.cleanup())
    assert len(emulator.records("broadcasts")) == 1


def test_where_airflow_can_not_be_asked_a_person_s_act_counts_and_an_end_does_not(emulator, airflow_says):
    trigger = waiting_trigger(emulator, "held")
    airflow_says(OSError("away"))
    trigger._ended = True
    asyncio.run(trigger.cleanup())
    assert len(emulator.records("broadcasts")) == 1
    asyncio.run(trigger.on_kill())
    assert emulator.records("broadcasts") == []


def killed(emulator, one, given, monkeypatch):
    """The worker gets SIGTERM while the task waits on its slot."""
    one.deferrable = False
    monkeypatch.setattr("signal.signal", lambda *args: None)
    monkeypatch.setattr("airflow_provider_whautomate.operators._broadcasts.time.sleep", lambda seconds: one.on_kill())
    monkeypatch.setattr(
        "airflow.sdk.bases.sensor.time.sleep" if AIRFLOW_V_3_0_PLUS else "airflow.sensors.base.time.sleep",
        lambda seconds: one.on_kill(),
    )
    with pytest.raises(Killed):
        executed(one, given)


@pytest.mark.parametrize(
    ("state", "attempts_left", "stays"),
    [
        ("failed", 3, False),
        ("skipped", 3, False),
        ("running", 0, False),
        ("running", 1, True),
        ("restarting", 0, True),
        (None, 0, True),
        ("success", 0, True),
        ("up_for_retry", 1, True),
        (OSError("away"), 1, True),
        (OSError("away"), 0, False),
    ],
)
@pytest.mark.parametrize("what", ["operator", "sensor"])
def test_a_worker_that_is_ended_asks_for_the_state(
    emulator, airflow_says, monkeypatch, what, state, attempts_left, stays
):
    given = context(attempts_left=attempts_left)
    if what == "sensor":
        deferred(task(), given)
        one = sensor(emulator)
    else:
        one = task()
    airflow_says(state)
    killed(emulator, one, given, monkeypatch)
    assert len(emulator.records("broadcasts")) == stays
    assert len(emulator.requests("createBroadcast")) == 1
    again = task()
    if stays:
        deferred(again, given)  # the next attempt resumes it
        assert len(emulator.requests("createBroadcast")) == 1
    else:
        with pytest.raises(AirflowFailException, match="was cancelled"):
            executed(again, given)


@pytest.mark.parametrize(("cancel", "state", "stays"), [(True, "running", False), (False, "failed", True)])
def test_so_it_overrides_on_a_worker(emulator, airflow_says, monkeypatch, cancel, state, stays):
    airflow_says(state)
    killed(emulator, task(cancel_on_kill=cancel), context(attempts_left=3), monkeypatch)
    assert len(emulator.records("broadcasts")) == stays


@pytest.mark.usefixtures("no_backoff")
@pytest.mark.parametrize(("attempts_left", "stays"), [(1, True), (0, False)])
def test_the_failure_of_the_last_attempt_cancels_it(emulator, caplog, attempts_left, stays):
    given = context(attempts_left=attempts_left)
    held = deferred(task(), given)
    emulator.advance(held.trigger.until - emulator.now() + 1)
    emulator.fault("error_in_200", operation="listContacts", probability=1.0)
    with pytest.raises(Exception, match="/v1/contacts"):
        executed(task(), given, held.method_name, event=held.trigger.until, **held.kwargs)
    assert len(emulator.records("broadcasts")) == stays
    assert ("is cancelled because the task has failed" in caplog.text) == (not stays)


def test_a_sensor_of_a_broadcast_that_does_not_exist_cancels_nothing_and_says_so(emulator, caplog):
    caplog.set_level("INFO")
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        one = WhautomateBroadcastSensor(task_id="wait", broadcast_id="b404")
    with pytest.raises(Exception, match="GET /v1/broadcasts/b404: not found"):
        executed(one, context())
    assert "the task has failed, but there is no broadcast b404 on this account; nothing was cancelled" in caplog.text
    assert "is cancelled" not in caplog.text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"body_parameters": 3}, "body_parameters"),
        ({"template": "spring_sale"}, "template"),
        ({"send_window": "9 to 5"}, "send_window"),
    ],
)
def test_a_wrong_argument_is_said_without_a_word_about_cancelling(emulator, caplog, capsys, wrong, says):
    one = task()
    for name, value in wrong.items():  # as a template renders it
        setattr(one, name, value)
    with pytest.raises(Exception, match=says):
        executed(one, context())
    assert "its broadcast can" not in caplog.text + "".join(capsys.readouterr())
    assert emulator.requests("createBroadcast") == []


@pytest.mark.parametrize("what", ["operator", "sensor"])
def test_a_trigger_that_failed_or_took_too_long_fails_the_last_attempt_too(emulator, what):
    given = context()
    deferred(task(), given)
    one = task() if what == "operator" else sensor(emulator)
    with pytest.raises(Exception, match="Trigger timeout"):
        one.resume_execution("__fail__", {"error": "Trigger timeout"}, given)
    assert emulator.records("broadcasts") == []


def test_a_key_that_was_used_for_another_broadcast_does_not_cancel_that_one(emulator):
    given = context()
    deferred(task(), given)
    with pytest.raises(Exception, match="has already sent a broadcast"):
        executed(task(body_parameters=["other"]), given)
    assert len(emulator.records("broadcasts")) == 1


@pytest.mark.parametrize(
    "late", [{"logs_path": "logs.jsonl"}, {"receipt_path": "{{ x }}"}, {"max_failed": 0}, {"on_failed": "warn"}]
)
def test_what_happens_at_the_end_is_refused_where_nobody_waits_for_it(late):
    [name] = late
    with pytest.raises(ConfigurationError, match=f"{name}: without wait=True .* give it to WhautomateBroadcastSensor"):
        task(wait=False, **late)
    task(wait=True, **late)


def test_who_waits_for_a_permit_during_the_hold_is_called_off_as_well(emulator):
    given = context()
    held = deferred(task(), given)
    one = task()
    one._context = given
    trigger = one.wait_trigger(held.trigger.until)
    assert (trigger.key, restored(trigger).key) == (held.trigger.key, held.trigger.key)


def test_the_cancel_operator_finds_it_by_its_task(emulator):
    given = context()
    deferred(task(), given)
    cancel = WhautomateCancelBroadcastOperator(task_id="cancel", of_task="send")
    found = executed(cancel, context(due=given["logical_date"], task_id="cancel"))
    assert found["cancelled"]
    assert emulator.records("broadcasts") == []


@pytest.mark.parametrize("run_type", ["scheduled", "backfill", "backfill_job", "dataset_triggered", "asset_triggered"])
def test_thirty_days_ago_nothing_is_sent_and_the_task_says_why(emulator, run_type):
    for days in range(1, 31):
        with pytest.raises(AirflowSkipException, match="nothing sent"):
            executed(task(), context(run_type, due=datetime.now(UTC) - timedelta(days=days)))
    assert emulator.requests("createBroadcast") == []


def test_a_run_by_hand_is_wanted_now_whatever_its_date(emulator):
    deferred(task(), context("manual", due=datetime(2026, 1, 1, tzinfo=UTC)))
    assert len(emulator.requests("createBroadcast")) == 1
