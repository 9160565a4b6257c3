"""What Airflow stores of ours and reads back: connections by its own commands, DAGs, triggers, notifiers."""

import copy
import importlib
import json

import pytest
from airflow.models.trigger import Trigger
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS
from airflow.triggers.base import BaseTrigger
from conftest import DAG, KEY, connection, serialized
from test_operators import OPERATORS, SENSORS, required_of

from airflow_provider_whautomate.get_provider_info import get_provider_info
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.notifications.whautomate import WhautomateNotifier
from airflow_provider_whautomate.triggers.watchers import IncomingMessagesTrigger

INFO = get_provider_info()
CONNECTION = "round_trip"

# --- connections


@pytest.fixture
def commands(airflow):
    """Runs `airflow connections`, and leaves nothing behind in the database that all tests share."""

    def run(*command):
        code, said = airflow("-m", "airflow", "connections", *command)
        assert code == 0, said
        return said

    yield run
    airflow("-m", "airflow", "connections", "delete", CONNECTION)


@pytest.mark.parametrize("form", ["json", "yaml", "env"])
def test_a_connection_is_added_exported_and_imported_without_a_loss(commands, tmp_path, form, monkeypatch):
    before = connection("http://127.0.0.1:1", account="acme", on_call="c1", opt_out_tags="Unsubscribe")
    monkeypatch.setenv("AIRFLOW_CONN_BEFORE", before)
    wanted = WhautomateHook("before").get_account()
    file = tmp_path / f"connections.{form}"
    printed = [commands("add", CONNECTION, "--conn-json", before), commands("export", file)]
    printed += [commands("delete", CONNECTION), commands("import", file)]
    # Airflow writes the key into the file, and `get` shows it, but these print it nowhere.
    assert not [said for said in printed if KEY in said]
    text = commands("get", CONNECTION, "-o", "json")
    [kept] = json.loads(next(line for line in text.splitlines() if line.startswith("[{")))
    assert (kept["conn_type"], kept["password"]) == ("whautomate", KEY)
    extra = kept["extra_dejson"]
    extra = extra if isinstance(extra, dict) else json.loads(extra.replace("'", '"'))
    back = {"conn_type": "whautomate", "host": kept["host"], "password": kept["password"], "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_AFTER", json.dumps(back))
    assert WhautomateHook("after").get_account() == wanted


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="an older Airflow masks nothing in lists")
def test_airflows_lists_of_connections_do_not_print_the_key(commands):
    # With https:// in the host, Airflow 3.3.2 does not find the key in its own URI of the connection, and prints it.
    commands("add", CONNECTION, "--conn-json", connection("api.whautomate.com"))
    assert CONNECTION in commands("list")
    shown = commands("list", "--show-values", "--hide-sensitive", "-o", "json")
    assert "api.whautomate.com" in shown
    assert KEY not in shown + commands("list")


# --- DAGs


@pytest.mark.parametrize("kind", OPERATORS + SENSORS)
def test_every_operator_and_sensor_survives_the_storage_of_its_dag(kind):
    with DAG("d", schedule=None) as dag:
        one = kind(task_id="task", **required_of(kind))
    stored = serialized(dag)["task"]
    name = stored.get("task_type", stored.get("_task_type"))  # as Airflow 3 or 2 calls it
    assert (name, stored["_task_module"]) == (kind.__name__, kind.__module__)
    assert [*stored["template_fields"]] == [*one.template_fields]
    given = {name: value for name, value in required_of(kind).items() if name in one.template_fields}
    assert {name: stored[name] for name in given} == given
    again = copy.deepcopy(one)
    assert {name: getattr(again, name) for name in given} == given


# --- triggers


def triggers():
    """The classes of triggers of the provider."""
    [listed] = INFO["triggers"]
    for path in listed["python-modules"]:
        for name, one in vars(importlib.import_module(path)).items():
            own = isinstance(one, type) and issubclass(one, BaseTrigger) and one.__module__ == path
            if own and not name.startswith("_"):
                yield one


CONDITION = {"kind": "broadcast", "broadcast_id": "b"}
WAIT = {"condition": CONDITION, "whautomate_conn_id": "c", "poll_interval": 60.0, "deadline": 2e9, "max_requests": 5}
CANCELS = {"key": None, "broadcast_id": "b", "cancel_on_kill": True}
ARGUMENTS = {
    "WhautomateBroadcastTrigger": [WAIT, WAIT | CANCELS],
    "WhautomateHoldTrigger": [{"until": 2e9, "whautomate_conn_id": "c"} | CANCELS],
    "WhautomateQuotaTrigger": [{"until": 2e9}],
    "WhautomateWaitTrigger": [WAIT, WAIT | {"not_before": 1e9, "requests": 3, "waited": 1.5, "max_requests": None}],
    "IncomingMessagesTrigger": [{"contact_ids": ["a", "b"], "poll_interval": 30.0, "whautomate_conn_id": "c"}],
    "NewBookingsTrigger": [{"class_ids": ["k"]}, {"staff_id": "s", "location_id": "l"}],
}


@pytest.mark.parametrize("kind", [*triggers()])
def test_every_trigger_survives_airflows_storage(kind):
    if kind.__module__ == IncomingMessagesTrigger.__module__ and not AIRFLOW_V_3_3_PLUS:
        pytest.skip("watchers need Airflow 3.3")
    for arguments in ARGUMENTS[kind.__name__]:
        one = kind(**arguments)
        row = Trigger.from_object(one)
        path, _, name = row.classpath.rpartition(".")
        again = getattr(importlib.import_module(path), name)(**row.kwargs)
        assert type(again) is kind
        assert again.serialize() == one.serialize()
        assert one.serialize()[1].items() >= arguments.items()


# --- notifiers


def test_a_notifier_survives_the_storage_of_its_dag():
    notifier = WhautomateNotifier(template={"name": "t", "language": "en"}, parameters=["{{ alert.dag_id }}"])
    with DAG("d", schedule=None, on_failure_callback=notifier, default_args={"on_retry_callback": notifier}) as dag:
        OPERATORS[0](task_id="task", **required_of(OPERATORS[0]))
    stored = serialized(dag)["task"]
    assert stored.get("has_on_retry_callback", stored.get("on_retry_callback"))  # as Airflow 3 or 2 calls it
    again = copy.deepcopy(notifier)
    assert [getattr(again, name) for name in again.template_fields] == [
        getattr(notifier, name) for name in notifier.template_fields
    ]


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="has no Deadline Alerts")
def test_a_notifier_of_a_deadline_survives_the_storage_of_its_dag():
    from datetime import timedelta

    from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference
    from airflow.serialization.serialized_objects import DagSerialization

    arguments = {"template": {"name": "t", "language": "en"}, "parameters": ["{{ alert.dag_id }}"]}
    deadline = DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=1),
        callback=AsyncCallback(WhautomateNotifier, kwargs=arguments),
    )
    stored = json.loads(json.dumps(DagSerialization.to_dict(DAG("d", schedule=None, deadline=deadline))))
    text = json.dumps(stored)
    assert f"{WhautomateNotifier.__module__}.{WhautomateNotifier.__name__}" in text
    assert "alert.dag_id" in text
    DagSerialization.from_dict(stored)
