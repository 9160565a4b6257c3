"""The account's policy holds for the endpoint operators: whoever opted out is left alone, whatever the DAG says."""

import contextlib
import importlib
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from policy_cases import CASES, SENDS, make_world

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from whautomate_core.emulator import Emulator, create_app, running
from whautomate_core.errors import UnexpectedResponse
from whautomate_core.state import open_state

CONTEXT = {"ti": SimpleNamespace(dag_id="d", task_id="t", map_index=-1, run_id="r"), "logical_date": None}


@pytest.fixture(scope="module")
def world():
    app = create_app()
    with running(app) as url:
        yield make_world(Emulator(app, url))


@pytest.fixture
def connected(world, connections):
    def connect(**settings):
        settings = {"plan": "subscribed", "account": uuid4().hex, **settings}
        connections("whautomate_default", world.emulator.url, world.emulator.key, **settings)

    connect()
    return connect


def run(case, world, **more):
    words = "".join(word.capitalize() for word in case.function.split("_"))
    module = importlib.import_module(f"airflow_provider_whautomate.operators.{case.resource}")
    task = getattr(module, f"Whautomate{words}Operator")(task_id="t", **case.arguments(world), **more)
    return task._attempt(CONTEXT)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_who_opted_out_is_left_alone(case, world, connected):
    before = world.happened()
    with pytest.raises(AirflowFailException):  # which Airflow doesn't retry
        run(case, world)
    assert world.written() == []
    assert world.happened() == before
    account = WhautomateHook().get_account()
    assert open_state(account.state).claims.open(account.id) == []


def test_sends_off_and_stopped_sends_stop_every_send(world, connected):
    connected(sends="off")
    for case in SENDS:
        with pytest.raises(AirflowFailException, match="sends are off"):
            run(case, world, allow_protected=True)
    connected()
    account = WhautomateHook().get_account()
    open_state(account.state).stops.stop(account.id)
    for case in SENDS:
        with pytest.raises(AirflowFailException, match="have been stopped since"):
            run(case, world, allow_protected=True)
    assert world.written() == []


def test_a_person_who_means_it_gets_it_done(connected, connections):
    app = create_app()
    with running(app) as url:
        world = make_world(Emulator(app, url))
        connections("whautomate_default", url, world.emulator.key, plan="subscribed", account=uuid4().hex)
        for case in SENDS:
            # An error inside a 200, where there is no session or no such channel: it was sent all the same.
            with contextlib.suppress(UnexpectedResponse):
                run(case, world, allow_protected=True, key=case.name)
        assert len(world.written()) == len(SENDS)
