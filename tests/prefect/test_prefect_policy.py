"""The account's policy holds for the endpoint tasks, and no retry asks again for what is forbidden."""

import asyncio
import importlib
from uuid import uuid4

import pytest
from policy_cases import CASES, SENDS, make_world

from prefect_whautomate import WhautomateCredentials
from whautomate_core.emulator import Emulator, create_app, running
from whautomate_core.errors import PolicyRefused
from whautomate_core.state import open_state


@pytest.fixture(scope="module")
def world():
    app = create_app()
    with running(app) as url:
        yield make_world(Emulator(app, url))


@pytest.fixture
def credentials(world):
    return credentials_of(world)


def credentials_of(world, **settings):
    settings = {"plan": "subscribed", "account": uuid4().hex, **settings}
    return WhautomateCredentials(host=world.emulator.url, key=world.emulator.key, **settings)


def task_of(case, package="prefect_whautomate"):
    return getattr(importlib.import_module(f"{package}.{case.resource}"), case.function)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_who_opted_out_is_left_alone(case, world, credentials):
    before = world.happened()
    with pytest.raises(PolicyRefused):
        task_of(case).fn(credentials, **case.arguments(world))
    with pytest.raises(PolicyRefused):
        asyncio.run(task_of(case, "prefect_whautomate.aio").fn(credentials, **case.arguments(world)))
    assert world.written() == []
    assert world.happened() == before
    assert open_state().claims.open(credentials.account) == []


def test_sends_off_and_stopped_sends_stop_every_send(world):
    off, stopped = credentials_of(world, sends="off"), credentials_of(world)
    open_state().stops.stop(stopped.account)
    for case in SENDS:
        with pytest.raises(PolicyRefused, match="sends are off"):
            task_of(case).fn(off, **case.arguments(world), allow_protected=True)
        with pytest.raises(PolicyRefused, match="have been stopped since"):
            task_of(case).fn(stopped, **case.arguments(world), allow_protected=True)
    assert world.written() == []
