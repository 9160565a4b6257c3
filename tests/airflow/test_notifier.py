"""The notifier: each kind of callback, as Airflow calls it. tests/prove/test_prove_alerts.py has real components."""

import asyncio
import json
import re
from collections import Counter
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS, AIRFLOW_V_3_3_PLUS
from conftest import DAG, DAGS, KEY, connection

from airflow_provider_whautomate.notifications.whautomate import WhautomateNotifier
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.errors import ConfigurationError, InvalidRequest

ON_CALL = "+4915123456712"
TEMPLATE = {"name": "pipeline_alert", "language": "en"}


@pytest.fixture(scope="module")
def told(airflow):
    """The parameters of the messages of a run of dags/alerts.py, and what it said."""
    app = create_app(Behaviour(), key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        set_up = connection(url, account=uuid4().hex, on_call=ON_CALL)
        code, said = airflow(DAGS / "alerts.py", AIRFLOW_CONN_WHAUTOMATE_DEFAULT=set_up)
        assert code == 0, said
        messages = [one["body"] for one in emulator.requests("sendWhatsappTemplate")]
        assert {one["recepient"]["phoneNumber"] for one in messages} == {ON_CALL}
        yield [tuple(one["bodyTextParameters"]) for one in messages], said


def test_a_misspelt_argument_is_told_its_name():
    says = r"^WhautomateNotifier has no argument 'paramters'; did you mean parameters\? It takes template, "
    with pytest.raises(ConfigurationError, match=says) as error:
        WhautomateNotifier(template=TEMPLATE, paramters=[ON_CALL])
    assert ON_CALL not in str(error.value)


def test_callbacks_of_tasks_and_dags_tell_each_once(told):
    messages, _ = told
    assert Counter(messages) == Counter(
        [
            ("retry", "alerts", "fails"),  # of two
            ("failure", "alerts", "fails"),
            ("success", "alerts", "works"),
            ("failure", "alerts", "mapped"),  # of three
            ("failure", "alerts", "-"),
            ("success", "fine", "-"),
        ]
    )


def test_the_log_says_who_was_told_without_their_number(told):
    _, said = told
    assert "alert to +49…12 (DAG alerts, task fails: failure): sent" in said
    assert "alert to +49…12 (DAG alerts, task fails: retry): not sent: an alert about the same was sent less" in said
    assert ON_CALL[1:] not in said


SLAS = """
import sys
from datetime import UTC, datetime, timedelta

from airflow.dag_processing.processor import DagFileProcessor
from airflow.models import DAG, DagBag, DagModel
from airflow.utils.session import create_session
from airflow.utils.state import State
from airflow.utils.types import DagRunType

bag = DagBag(sys.argv[1], include_examples=False)
dag = bag.get_dag("late")
with create_session() as session:
    DAG.bulk_write_to_db([dag], session=session)
    bag.sync_to_db(session=session)
before = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=2)
run = dag.create_dagrun(
    run_id="first", run_type=DagRunType.SCHEDULED, state=State.SUCCESS, execution_date=before,
    data_interval=(before, before + timedelta(minutes=1)),
)
for ti in run.get_task_instances():
    ti.set_state(State.SUCCESS)
for _ in range(2):
    DagFileProcessor.manage_slas(sys.argv[1], "late")
"""


@pytest.mark.skipif(AIRFLOW_V_3_0_PLUS, reason="Airflow 3 has no SLAs")
def test_a_missed_sla_tells(airflow, whautomate_emulator):
    set_up = connection(whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex, on_call=ON_CALL)
    dag_file = DAGS / "alerts_sla.py"
    code, said = airflow("-c", SLAS, dag_file, dag_file=dag_file, AIRFLOW_CONN_WHAUTOMATE_DEFAULT=set_up)
    assert code == 0, said
    [message] = whautomate_emulator.requests("sendWhatsappTemplate")
    assert message["body"]["bodyTextParameters"] == ["sla", "late", "-"]


@pytest.fixture
def emulator(whautomate_emulator, connections):
    settings = {"account": uuid4().hex, "on_call": ON_CALL}
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, **settings)
    return whautomate_emulator


def sent(emulator):
    return [one["body"] for one in emulator.requests("sendWhatsappTemplate")]


def late(id="deadline-1"):
    """The context of a Deadline Alert, as the scheduler makes it."""
    return {
        "dag_run": {"dag_id": "late", "dag_run_id": "run-1", "state": "running"},
        "deadline": {"id": id, "deadline_time": "2026-01-01T00:00:00Z"},
    }


def notifier(**arguments):
    return WhautomateNotifier(
        **{"template": TEMPLATE, "parameters": ["{{ alert.kind }} {{ alert.run_id }}"], **arguments}
    )


async def awaited(one):
    await one


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Deadline Alerts need Airflow 3.1")
def test_a_deadline_is_told_once_whoever_calls():
    from airflow.sdk import AsyncCallback, SyncCallback

    assert AsyncCallback(WhautomateNotifier, {"template": TEMPLATE}).path == SyncCallback(WhautomateNotifier).path


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="Deadline Alerts need Airflow 3.1")
def test_a_deadline_is_told_by_the_triggerer_and_the_executor(emulator):
    asyncio.run(awaited(notifier(context=late())))
    asyncio.run(awaited(notifier(context=late())))
    assert [one["bodyTextParameters"] for one in sent(emulator)] == [["deadline run-1"]]
    other = notifier(context=late("deadline-2"), to=["+4915123456799"])
    other(late("deadline-2"))
    assert [one["recepient"]["phoneNumber"] for one in sent(emulator)] == [ON_CALL, "+4915123456799"]


def failed(run_id="r", **more):
    ti = SimpleNamespace(dag_id="d", task_id="t", run_id=run_id, map_index=-1, try_number=1, state="failed")
    return {"dag": DAG("d", schedule=None), "ti": ti, **more}


def test_a_notifier_is_rendered_anew_for_each_event(emulator):
    tell = notifier(to="{{ who }}")
    for to, run_id in (("+4915123456701", "r1"), ("+4915123456702", "r2")):
        tell(failed(run_id, who=to))
    assert [(one["recepient"]["phoneNumber"], one["bodyTextParameters"]) for one in sent(emulator)] == [
        ("+4915123456701", ["failure r1"]),
        ("+4915123456702", ["failure r2"]),
    ]


def test_parameters_are_as_whatsapp_takes_them(emulator):
    notifier(parameters=["{{ said }}", "{{ nothing }}", "{{ number }}"])(
        failed(said="two\nlines\tand    " + 300 * "x", nothing="", number=5)
    )
    [message] = sent(emulator)
    long, empty, number = message["bodyTextParameters"]
    assert long.startswith("two lines and xxx")
    assert long.endswith("…")
    assert len(long) == 250
    assert (empty, number) == ("-", "5")


@pytest.mark.parametrize(
    "asynchronous",
    [False, pytest.param(True, marks=pytest.mark.skipif(not AIRFLOW_V_3_0_PLUS, reason="asynchronous notifiers"))],
)
def test_it_never_raises_and_shows_no_number(emulator, connections, capsys, asynchronous):
    connections("broken", "http://127.0.0.1:9", KEY, plan="no such plan")
    for conn_id in ("broken", "missing"):
        tell = notifier(whautomate_conn_id=conn_id, to=ON_CALL, context=late())
        asyncio.run(tell.async_notify(late())) if asynchronous else tell.notify(failed())
    notifier(to="0151 23456712").notify(failed())
    notifier(parameters=["{{ dag.no.such[1](2) }}"], to=ON_CALL).notify(failed())
    assert sent(emulator) == []
    said = capsys.readouterr().out
    assert said.count("no alert was sent: ") == 4
    assert "23456712" not in said


def test_it_does_not_wait_for_a_permit_that_is_far(emulator, connections, capsys):
    few = {"requests_per_minute": 1000, "requests_per_day": 2}
    connections("few", emulator.url, emulator.key, **{**few, "account": uuid4().hex, "on_call": ON_CALL})
    notifier(whautomate_conn_id="few").notify(failed())
    assert sent(emulator) == []
    assert "alert to +49…12 (DAG d, task t: failure): not sent: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"template": {"name": "x"}}, InvalidRequest, "language"),
        ({"template": {"name": "", "language": "en"}}, ConfigurationError, "template needs its name and its language"),
        ({"parameters": "one"}, ConfigurationError, "parameters must be a list of texts"),
        ({"cooldown": 5}, ConfigurationError, "cooldown must be at least 60 seconds"),
    ],
)
def test_wrong_arguments_are_refused_when_the_file_is_read(arguments, error, words):
    with pytest.raises(error, match=re.escape(words)):
        notifier(**arguments)


def test_a_dag_is_stored_without_numbers_and_the_same_each_time():
    def stored():
        with DAG(
            "d",
            schedule=None,
            on_failure_callback=notifier(to=ON_CALL),
            default_args={"on_failure_callback": notifier(to=ON_CALL)},
        ) as dag:
            pass
        return dag

    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:
        from airflow.serialization.serialized_objects import SerializedDAG as Serialization
    first, second = (json.dumps(Serialization.to_dict(stored()), sort_keys=True, default=str) for _ in range(2))
    assert ON_CALL[1:] not in first
    assert first == second
