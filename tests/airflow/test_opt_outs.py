"""Recipients who stopped marketing in WhatsApp: what operators and sensor do about them, and what they show of them."""

import inspect
import json
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from conftest import DAGS, HOME, connection

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomateFailedRecipientsOperator,
    WhautomateSuppressUnreachableOperator,
)
from airflow_provider_whautomate.operators.segments import (
    WhautomateEnsureAudienceOperator,
    WhautomateEnsureSegmentOperator,
)
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor

QUICK = {"search_delay": 0.0, "broadcast_seconds": 0.0, "delivery_seconds": 0.0, "broadcast_failed_share": 1.0}
CODES = ["131050", "131026", "132000"]
"""Of six people two have stopped marketing, two can't be reached, and two may be tried again."""
pytestmark = pytest.mark.whautomate(**QUICK, failure_codes=CODES)
DOCS = Path(__file__).parents[2] / "docs"
PEOPLE = [{"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)]


@pytest.fixture
def emulator(whautomate_emulator, connections):
    """An emulator with six people, and an account of its own at it."""
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex)
    whautomate_emulator.add_contacts(PEOPLE)
    run(WhautomateEnsureSegmentOperator(task_id="segment", segment_name="vip", criteria={"tags": ["vip"]}))
    return whautomate_emulator


def run(one):
    ti = SimpleNamespace(
        dag_id="d",
        task_id=one.task_id,
        map_index=-1,
        run_id="r",
        try_number=1,
        max_tries=0,
        xcom_push=lambda **more: None,
    )
    given = {"ti": ti, "dag_run": SimpleNamespace(run_type="manual"), "logical_date": None, "run_id": "r"}
    return inspect.unwrap(type(one).execute)(one, given)


def broadcast(task_id="send", **more):
    template = {"name": "t", "language": "en"}
    given = {"name": task_id, "template": template, "hold_minutes": 0, "segment_name": "vip", "cooldown": None, **more}
    return run(WhautomateBroadcastOperator(task_id=task_id, **given))


def failed(emulator, code):
    return {one["contact"] for one in emulator.failures() if one["code"] == code}


STOPPED = "2 recipients stopped marketing (131050): 2 newly given the opt-out tag, 0 had it"


def last_said(caplog, capsys):
    """What a log says of who got the opt-out tag, once. Airflow 3 prints it; Airflow 2 logs and prints it."""
    said = (capsys.readouterr().out + caplog.text).splitlines()
    (found,) = {one.partition(" broadcast ")[2].partition(" [")[0] for one in said if "given the opt-out tag" in one}
    return found


def opted_out(emulator):
    return {one["id"] for one in emulator.contacts() if "Unsubscribe" in one["tags"]}


def test_the_operator_that_waits_gives_the_tag_where_it_is_asked_to(emulator, caplog, capsys):
    found = broadcast(wait=True, deferrable=False)
    assert (found["codes"], found["suppressed"]) == (dict.fromkeys(CODES, 2), None)
    assert "2 recipients stopped your marketing messages in WhatsApp (131050)" in caplog.text
    assert opted_out(emulator) == set()
    again = broadcast(wait=True, deferrable=False, suppress_failed=True)
    assert again["suppressed"]["tagged"] == 2
    assert re.search(rf"\d of 6 delivered, \d not delivered; {re.escape(STOPPED)}", last_said(caplog, capsys))
    assert opted_out(emulator) == failed(emulator, "131050")
    assert not [one for one in PEOPLE if one["phoneNumber"] in caplog.text + json.dumps(again)]


def test_the_operator_that_does_not_wait_refuses_it(emulator):
    with pytest.raises(Exception, match="suppress_failed: without wait=True"):
        broadcast(suppress_failed=True)


@pytest.mark.parametrize("way", ["poke", "triggerer"])
def test_the_sensor_says_why_messages_failed_and_gives_the_tag_where_it_is_asked_to(emulator, way, caplog, capsys):
    id = broadcast()["id"]

    def wait(**more):
        sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id=id, **more)
        if way == "poke":
            return run(sensor)
        seen = {"result": {"id": id, "undelivered": 6}, "problem": None}
        if "max_failed" in more:
            seen = {"result": None, "problem": f"broadcast {id}: 6 of 6 not reached, over max_failed='5%'"}
        return sensor.execute_complete({}, {"status": "over", "words": "", **seen, "requests": 1, "waited": 0.0})

    before = len(emulator.requests("listBroadcastLogs"))
    caplog.set_level("INFO")
    bare = wait()
    assert (bare["codes"], bare["requests"]) == (dict.fromkeys(CODES, 2), 3)
    assert len(emulator.requests("listBroadcastLogs")) == before + 2  # the second is empty
    assert re.search(r"not delivered: .*2 x stopped your marketing messages \(131050\)", caplog.text)
    assert "The job suppress_unreachable" in caplog.text
    with pytest.raises(AirflowFailException, match=r"max_failed='5%': .*2 x stopped .*\(131050\)"):
        wait(max_failed="5%")
    assert opted_out(emulator) == set()
    assert wait(suppress_failed="True")["suppressed"]["tagged"] == 2  # as a template renders it
    figures = r"is \w+: \d of 6 delivered, \d not delivered"
    assert re.search(rf"{id} {figures}; {re.escape(STOPPED)}", last_said(caplog, capsys))
    assert opted_out(emulator) == failed(emulator, "131050")


def again(airflow, emulator):
    """Run the recipe of the docs. Returns the states of its tasks."""
    id = f"again_{uuid4().hex}"
    set_up = connection(emulator.url, emulator.key, account=id)
    code, said = airflow(DAGS / "again.py", AIRFLOW_CONN_WHAUTOMATE_DEFAULT=set_up, AGAIN_ID=id, AGAIN_DOCS=DOCS)
    assert code == 0, said
    with sqlite3.connect(HOME / "airflow.db") as database:
        return dict(database.execute("SELECT task_id, state FROM task_instance WHERE dag_id = ?", [id]))


@pytest.mark.whautomate(**QUICK, failure_codes=["132000"])
def test_the_recipe_of_the_docs_tries_again_whom_it_may(emulator, airflow):
    assert set(again(airflow, emulator).values()) == {"success"}
    assert len(emulator.records("broadcasts")) == 2


@pytest.mark.whautomate(**QUICK, failure_codes=["131026"])
def test_the_recipe_of_the_docs_ends_well_where_nobody_may_be_tried(emulator, airflow):
    states = again(airflow, emulator)
    assert [states[task] for task in ("somebody", "again", "retry")] == ["success", "skipped", "skipped"]
    assert len(emulator.records("broadcasts")) == 1


def test_a_log_that_cannot_be_read_does_not_fail_the_sensor(emulator, caplog):
    id = broadcast()["id"]
    emulator.fault("500_before", probability=1.0, operation="listBroadcastLogs")
    found = run(WhautomateBroadcastSensor(task_id="wait", broadcast_id=id, max_requests=1))
    assert (found["undelivered"], "codes" in found) == (6, False)
    assert "its log could not be read, so it is not known why 6 recipients failed" in caplog.text


def test_who_stopped_gets_the_tag_and_the_others_another_broadcast(emulator, tmp_path):
    id = broadcast()["id"]
    path = tmp_path / "unreachable.jsonl"
    found = run(WhautomateSuppressUnreachableOperator(task_id="s", broadcast_id=id, unreachable_path=str(path)))
    assert (found["stopped"], found["tagged"], found["unreachable"]) == (2, 2, 2)
    assert len(path.read_text().splitlines()) == 2
    with pytest.raises(AirflowFailException, match="stopped your marketing messages"):
        broadcast("retarget", segment_name=None, retarget=id, retarget_type="failed")
    tried = run(WhautomateFailedRecipientsOperator(task_id="f", broadcast_id=id))
    assert set(tried["contacts"]) == failed(emulator, "132000")
    segment = run(WhautomateEnsureAudienceOperator(task_id="a", tag="again", contacts=tried["contacts"]))
    second = broadcast("again", segment_name=None, segment_id=segment["id"], wait=True, deferrable=False)
    assert second["recipients"] == 2
    assert len({one["contact"] for one in emulator.failures() if one["broadcast"] == second["id"]}) == 2
