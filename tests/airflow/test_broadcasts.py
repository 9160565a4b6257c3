"""Broadcasts as steps: one run of dags/broadcasting.py, and the holding, waiting and killing of single tasks."""

import asyncio
import inspect
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException, TaskDeferred
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from conftest import DAG, DAGS, HOME, KEY, connection, python

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomateCancelBroadcastOperator,
    _Killed,
)
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger, WhautomateHoldTrigger
from whautomate_core.emulator import Emulator, Stances, create_app, running

TEMPLATE = {"name": "t", "language": "en"}
PEOPLE = [{"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)]
UNLIMITED = {"limits": ((1_000_000, 60.0),)}


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
def run(airflow_db, tmp_path_factory):
    app = create_app(
        Stances(broadcast_seconds=2.0, delivery_seconds=0.0, broadcast_failed_share=0.0, **UNLIMITED), key=KEY
    )
    files = tmp_path_factory.mktemp("broadcasting")
    (files / "rows.csv").write_text("phone,name\n0151 23456801,Ada\n0151 23456802,Bob\n")
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.add_contacts(PEOPLE)
        environment = {"AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(url), "BROADCASTING_FILES": files}
        url_of = "https://app.example.com/broadcasts/ID"
        code, said = python(DAGS / "broadcasting.py", **environment, AIRFLOW__WHAUTOMATE__BROADCAST_URL=url_of)
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


def test_a_guard_ends_its_task_without_a_retry(run):
    assert run.tasks["refused"] == ("failed", 1)
    assert "reaches 6 people, and min_recipients is 100" in run.said


def test_what_has_started_is_not_called_off(run):
    assert run.tasks["cancel"] == ("success", 1)
    assert "nothing is cancelled: it has started" in run.said


def test_single_messages_are_sent_to_each_row(run):
    assert run.tasks["single"] == ("success", 1)
    assert len(run.emulator.requests("sendWhatsappTemplate")) == 2


def test_rendered_fields_show_what_is_sent_and_nothing_of_people(run):
    shown = json.loads(run.rendered["send"]) if isinstance(run.rendered["send"], str) else run.rendered["send"]
    assert shown["template"] == TEMPLATE
    assert shown["body_parameters"] == "1 items"
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
    from whautomate_core.campaign.segments import ensure_segment
    from whautomate_core.client import Client

    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=whautomate_emulator.url)
    account = account_from_settings(
        whautomate_emulator.url, whautomate_emulator.key, {"location_id": "loc000000001", "plan": "subscribed"}
    )
    with Client(account) as client:
        ensure_segment(client, "vip", {"tags": ["vip"]})
    whautomate_emulator.ids = whautomate_emulator.add_contacts(PEOPLE)
    now = whautomate_emulator.now
    monkeypatch.setattr("whautomate_core.campaign.broadcasts._now", lambda: datetime.fromtimestamp(now(), UTC))
    monkeypatch.setattr("airflow_provider_whautomate.operators.broadcasts.time.time", now)
    return whautomate_emulator


def task(**more):
    with DAG("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)):
        return WhautomateBroadcastOperator(
            task_id="send", name="spring", template=TEMPLATE, segment_name="vip", deferrable=True, **more
        )


def context(run_type="scheduled", due=None, task_id="send"):
    pushed = {}
    ti = SimpleNamespace(
        dag_id="d", task_id=task_id, map_index=-1, run_id="r", xcom_push=lambda key, value: pushed.update({key: value})
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


@pytest.mark.parametrize("killed", ["held", "waiting"])
def test_the_triggers_call_it_off_where_a_person_ends_the_task(emulator, killed):
    given = context()
    trigger = deferred(task(wait=True), given).trigger
    if killed == "waiting":
        emulator.advance(trigger.until - emulator.now() + 1)
        trigger = deferred(task(wait=True), given).trigger
        assert isinstance(trigger, WhautomateBroadcastTrigger)
    asyncio.run(restored(trigger).on_kill())
    assert emulator.records("broadcasts") == []
    with pytest.raises(AirflowFailException, match="was cancelled: nothing is sent under its key again"):
        executed(task(wait=True), given)
    assert len(emulator.requests("createBroadcast")) == 1


def test_or_not_where_it_is_told_so(emulator):
    trigger = deferred(task(cancel_on_kill=False), context()).trigger
    asyncio.run(restored(trigger).on_kill())
    assert len(emulator.records("broadcasts")) == 1


def test_a_worker_that_is_ended_calls_it_off(emulator, monkeypatch):
    given, one = context(), task()
    one.deferrable = False
    monkeypatch.setattr("airflow_provider_whautomate.operators.broadcasts.time.sleep", lambda seconds: one.on_kill())
    with pytest.raises(_Killed):
        executed(one, given)
    assert emulator.records("broadcasts") == []
    with pytest.raises(AirflowFailException, match="was cancelled"):
        executed(task(), given)


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
        with pytest.raises(AirflowSkipException, match="nothing is sent"):
            executed(task(), context(run_type, due=datetime.now(UTC) - timedelta(days=days)))
    assert emulator.requests("createBroadcast") == []


def test_a_run_by_hand_is_wanted_now_whatever_its_date(emulator):
    deferred(task(), context("manual", due=datetime(2026, 1, 1, tzinfo=UTC)))
    assert len(emulator.requests("createBroadcast")) == 1
