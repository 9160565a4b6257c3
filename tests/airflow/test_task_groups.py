"""Campaigns as task groups: what they are made of, and what they send."""

import contextlib
import inspect
import json
from datetime import UTC, datetime

import pytest
from conftest import DAG, DAGS, KEY, connection, kept_by_airflow, serialized

from airflow_provider_whautomate.operators.broadcasts import (
    WhautomateBroadcastOperator,
    WhautomatePlanBroadcastOperator,
)
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator, WhautomateTagContactsOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.task_groups import contacts_to_campaign
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.errors import ConfigurationError, InvalidRequest

STEPS = ["sync", "tag", "segment", "plan", "broadcast", "wait"]
GIVEN = {
    "source": "people.csv",
    "mapping": {"name": "name", "phoneNumber": "mobile"},
    "consent_column": "agreed",
    "default_region": "DE",
    "tag": "spring",
    "name": "spring sale",
    "template": {"name": "t", "language": "en"},
}


def group_of(**more):
    with DAG("dag", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        return dag, contacts_to_campaign(**{**GIVEN, **more})


def test_the_ids_of_its_tasks_are_as_they_always_were():
    """They are part of the keys of what was sent: a run that is cleared after an upgrade must find it."""
    dag, _ = group_of()
    assert [one.task_id for one in dag.topological_sort()] == [f"campaign.{step}" for step in STEPS]


def test_a_second_group_needs_an_id_of_its_own():
    with DAG("dag", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        contacts_to_campaign(**GIVEN, group_id="spring")
        contacts_to_campaign(**GIVEN, group_id="summer")
        with pytest.raises(Exception, match="summer"):  # Airflow's type depends on its version
            contacts_to_campaign(**GIVEN, group_id="summer")
    assert {f"{group}.{step}" for group in ("spring", "summer") for step in STEPS} <= set(dag.task_ids)


def test_airflow_serialises_it():
    assert set(serialized(group_of()[0])) == {f"campaign.{step}" for step in STEPS}


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        (
            {"mapping": {"name": "name"}},
            ConfigurationError,
            "task group 'campaign': mapping must name the column of phoneNumber",
        ),
        (
            {"mapping": "{{ params.mapping }}"},
            ConfigurationError,
            "task group 'campaign': mapping must name the column of phoneNumber",
        ),
        ({"mapping": {"phoneNumber": str}}, ConfigurationError, "mapping must name the column of phoneNumber"),
        ({"max_removed": "many"}, ConfigurationError, "'campaign.tag': max_removed must be"),
        ({"template": {"nam": "t"}}, InvalidRequest, "'campaign.plan': .* did you mean name"),
        ({"hold_minutes": -1}, ConfigurationError, "'campaign.plan': hold_minutes: "),
        ({"max_failed": "many"}, ConfigurationError, "'campaign.wait': max_failed must be"),
        ({"unknown": 1}, ConfigurationError, "contacts_to_campaign has no argument 'unknown'. It takes source, "),
        ({"consent": "ok"}, ConfigurationError, "no argument 'consent'; did you mean consent_column?"),
    ],
)
def test_what_is_wrong_in_the_dag_file_is_said_when_it_is_parsed(more, error, says):
    with pytest.raises(error, match=says):
        group_of(**more)


def test_its_plan_checks_the_files_of_its_end():
    """So nothing is sent if they can't be written."""
    paths = {"logs_path": "s3://bucket/{{ ds }}.jsonl", "receipt_path": "s3://bucket/{{ ds }}.html"}
    dag, _ = group_of(**paths)
    for step in ("plan", "wait"):
        task = dag.get_task(f"campaign.{step}")
        assert {name: getattr(task, name) for name in paths} == paths


def test_who_writes_it_has_to_say_who_has_agreed():
    with (
        DAG("dag", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)),
        pytest.raises(TypeError, match="consent_column"),
    ):
        contacts_to_campaign(**{name: value for name, value in GIVEN.items() if name != "consent_column"})


SAFER = {"members": "exactly", "max_removed": "10%", "max_failed": "5%", "deferrable": True}
"""Arguments whose defaults are stricter than those of the operators."""
REQUIRED = inspect.Parameter.empty


@pytest.mark.parametrize(
    "operator",
    [
        WhautomateSyncContactsOperator,
        WhautomateTagContactsOperator,
        WhautomatePlanBroadcastOperator,
        WhautomateBroadcastOperator,
        WhautomateBroadcastSensor,
    ],
)
def test_its_defaults_are_those_of_the_operators_or_stricter(operator):
    mine = {name: one.default for name, one in inspect.signature(contacts_to_campaign).parameters.items()}
    assert SAFER.items() <= mine.items()
    theirs = {name: one.default for name, one in inspect.signature(operator.__init__).parameters.items()}
    shared = {name for name in mine.keys() & theirs.keys() - SAFER.keys() if mine[name] is not REQUIRED}
    assert {name: mine[name] for name in shared} == {name: theirs[name] for name in shared}


class Runs:
    """Two runs of one logical date."""

    def __init__(self, airflow, file, emulators):
        self.emulators = emulators
        hosts = {f"AIRFLOW_CONN_{name.upper()}": connection(one.url) for name, one in emulators.items()}
        command = ("-m", "airflow", "dags", "test", "groups", "2026-06-01T00:00:00+00:00")
        self.told, self.said = [], []
        for _ in range(2):
            code, said = airflow(*command, dag_file=DAGS / "groups.py", **hosts, GROUPS_FILE=file, timeout=600)
            assert code == 0, said
            self.told.append(json.loads(file.read_text()))
            self.said.append(said)


@pytest.fixture(scope="module")
def runs(airflow, tmp_path_factory):
    with contextlib.ExitStack() as stack:

        def start():
            app = create_app(Behaviour(broadcast_seconds=0.0, delivery_seconds=0.0), key=KEY)
            return Emulator(app, stack.enter_context(running(app)))

        emulators = {name: start() for name in ("whautomate_default", "other")}
        emulators["whautomate_default"].add_contacts(
            [{"name": "From before", "phoneNumber": "4915123456099", "tags": ["spring-groups", "north"]}]
        )
        yield Runs(airflow, tmp_path_factory.mktemp("groups") / "told.json", emulators)


def reached(emulator):
    """The last digits of those who got a message, by the name that their broadcast began with."""
    numbers = {one["id"]: one["phoneNumber"][-4:] for one in emulator.contacts()}
    names = {one["id"]: one["name"].rpartition(" ")[0] for one in emulator.records("broadcasts")}
    found = {name: [] for name in names.values()}
    for message in emulator.messages():
        found[names[message["broadcast"]]].append(numbers[message["contact"]])
    return {name: sorted(those) for name, those in found.items()}


def test_each_reaches_the_people_of_its_source_once(runs):
    assert reached(runs.emulators["whautomate_default"]) == {
        "groups of spring": ["6001", "6002"],  # not who said no, nor who had the tag before
        "to the north": ["6005", "6006", "6099"],  # members="at_least"
        "to the south": ["6007"],
    }
    assert reached(runs.emulators["other"]) == {"summer": ["6004"]}


def test_its_tasks_return_what_their_operators_do(runs):
    first, second = runs.told
    assert first["spring.sync"]["created"] == 3
    assert first["spring.tag"]["untagged"] == 1
    assert (first["spring.plan"]["recipients"], first["summer.plan"]["recipients"]) == (2, 1)
    assert first["spring.wait"]["delivered"] == 2
    assert second["spring.broadcast"]["id"] == first["spring.broadcast"]["id"]
    assert second["spring.wait"] | {"requests": 0, "waited": 0} == first["spring.wait"] | {"requests": 0, "waited": 0}


def test_nothing_about_people_is_kept_by_airflow(runs):
    kept = kept_by_airflow("groups")
    for number in ("2345 6004", "23456004", "2345 6005", "23456005", "2345 6007"):
        assert not [table for table, rows in kept.items() if number in str(rows)]
    # The XCom of the DAG's own task holds these.
    assert "23456001" not in "".join(str(kept[table]) for table in ("rendered_task_instance_fields", "trigger"))
