"""Deployed flow runs that are suspended, paused, cancelled or deleted while they hold a broadcast or wait."""

import threading
import time
from contextlib import suppress

import httpx
import pytest
from conftest import wait_for
from prefect import flow, pause_flow_run, resume_flow_run
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling, Suspended
from test_prefect_absence import (
    due,
    end_hold,
    in_background,
    of_async_block,
    of_block,
    of_coroutine,
    of_task,
    of_thread,
)

from prefect_whautomate import _cancelling, _leaving, _working, messages, segments
from whautomate_core.errors import Stopped
from whautomate_core.messaging import create, send
from whautomate_core.state import open_state


@pytest.fixture
def in_place(credentials_of_emulator, whautomate_emulator):
    """Credentials of an account whose runs don't leave their processes, with somebody in its segment."""
    credentials = credentials_of_emulator(max_wait=10.0**6)
    segments.ensure_segment.fn(credentials, "all", {"tags": ["vip"]})
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "491512345670", "tags": ["vip"]}])
    return credentials


@pytest.mark.parametrize("way", [of_task, of_thread, of_block, of_coroutine, of_async_block])
def test_a_run_that_is_suspended_during_a_hold_in_place_sends_nothing_until_it_is_resumed(
    run, server, in_place, whautomate_emulator, way
):
    came_to = in_background(flow(way(in_place), name="campaign"), run)
    wait_for(lambda: held_claims(in_place), 120)
    server.set_flow_run_state(run.id, Suspended(timeout_seconds=3600))
    assert wait_for(lambda: came_to, 120)[0].name == "Suspended"
    end_hold(in_place)
    assert whautomate_emulator.requests("createBroadcast") == []
    assert run() == whautomate_emulator.records("broadcasts")[0]["id"]


def held_claims(credentials):
    return [one for one in open_state().claims.under(credentials.account, "") if one.key.endswith(" held")]


@pytest.mark.parametrize("ends", ["cancelled", "deleted", "suspended"])
@pytest.mark.parametrize("way", [of_task, of_thread, of_coroutine])
def test_a_run_that_ends_between_its_last_look_and_the_creation_creates_nothing(
    run, server, credentials, whautomate_emulator, people, monkeypatch, way, ends
):
    """While its people are counted or it waits for a permit. Threads are not told of it.

    A deleted run is only answered as one that is gone: after the events of a run that was deleted while it worked, the
    server of Prefect 3.9.1 records no task runs any more, and other tests look at those.
    """
    look = create.named

    def gone(*_):
        raise ObjectNotFound(Exception("Flow run not found"))

    def meanwhile(*args):
        if ends == "deleted":
            monkeypatch.setattr(SyncPrefectClient, "read_flow_run", gone)
        else:
            end(server, run.id, ends)
        return look(*args)

    run(flow(way(credentials), name="campaign"))
    end_hold(credentials)
    monkeypatch.setattr(create, "named", meanwhile)
    try:
        assert run().name == "Suspended"
    except (Stopped, ObjectNotFound):
        assert ends != "suspended"
    assert whautomate_emulator.requests("createBroadcast") == []


def end(server, id, how):
    """As a person does it."""
    server.set_flow_run_state(id, Suspended(timeout_seconds=3600) if how == "suspended" else Cancelling())


@pytest.mark.parametrize("way", [of_thread, of_coroutine])
def test_a_run_that_is_cancelled_during_the_creation_cancels_what_it_created(
    run, server, credentials, whautomate_emulator, people, monkeypatch, way
):
    compared = send.compare

    def meanwhile(*args):
        end(server, run.id, "cancelled")
        return compared(*args)

    run(flow(way(credentials), name="campaign"))
    end_hold(credentials)
    monkeypatch.setattr(send, "compare", meanwhile)
    with suppress(Stopped):
        run()
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
    assert whautomate_emulator.records("broadcasts") == []


def test_a_run_in_which_a_person_is_asked_does_not_leave(
    run, server, credentials, people, whautomate_emulator, monkeypatch
):
    """Prefect would take the pause for one that is over when the run goes on."""
    monkeypatch.setattr(_working, "ANSWERED", 10.0**6)
    answered = threading.Event()

    @flow
    def campaign():
        waiting = messages.wait_for_message.submit(credentials, people[0], poll_interval=600)
        pause_flow_run(timeout=3600, poll_interval=1)
        answered.set()
        return waiting.result()["count"]

    came_to = in_background(campaign, run)
    wait_for(lambda: len(whautomate_emulator.requests("listContactMessages")) == 1, 120)
    wait_for(lambda: server.read_flow_run(run.id).state.name == "Paused", 120)
    time.sleep(3)  # dozens of looks
    assert server.read_flow_run(run.id).state.name == "Paused"
    resume_flow_run(run.id)
    assert answered.wait(120)
    monkeypatch.setattr(_working, "ANSWERED", 0.0)
    assert due(wait_for(lambda: came_to, 120)[0]) > 400
    pauses = server.read_flow_run(run.id).empirical_policy.pause_keys
    assert len(pauses) == 1, "nobody is asked again"


def test_a_run_that_can_not_leave_because_prefect_is_away_leaves_later(
    run, credentials, whautomate_emulator, people, monkeypatch
):
    away = [0]

    def unavailable(module):
        asked = module.get_client

        def get_client(**given):
            if away[0] < 6:
                away[0] += 1
                raise httpx.ConnectError("connection refused")
            return asked(**given)

        monkeypatch.setattr(module, "get_client", get_client)

    for module in (_working, _leaving, _cancelling):
        unavailable(module)
    assert due(run(flow(of_task(credentials), name="campaign"))) > 3000
    assert away == [6]
