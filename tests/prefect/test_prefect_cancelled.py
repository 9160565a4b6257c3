"""Deployed flow runs that are cancelled or evicted while they hold a broadcast or wait for it."""

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import wait_for
from prefect.states import AwaitingRetry

from prefect_whautomate import segments
from whautomate_core.state import open_state

HELD = "created shortly before"
"""What a run says that holds a broadcast."""

IN_PLACE = {"max_wait": 10.0**6}
"""Settings of an account whose runs never leave their processes."""


@pytest.fixture
def waiting(served, server, credentials_of_emulator, whautomate_emulator, tmp_path):
    """Starts a run for each way of waiting, and gives them once each waits: flow, ways -> way: run."""

    def start(name, *ways, **settings):
        block = held_block(credentials_of_emulator(**settings))

        def parameters(way):
            return {"block": block, "notes": str(tmp_path / way), "how": way}

        first = served(name, **parameters(ways[0]))
        runs = {ways[0]: first}
        for way in ways[1:]:
            runs[way] = server.create_flow_run_from_deployment(first.deployment_id, parameters=parameters(way))
        for way, run in runs.items():
            if way == "wait":  # its broadcast was read when it was created, and is looked at by who waits
                wait_for(lambda: len(whautomate_emulator.requests("getBroadcast")) == 2, 300)
            else:
                wait_for(lambda run=run: HELD in said(server, run), 300)
        return runs

    return start


def held_block(credentials):
    """The name of a saved block, with the segment that flows that wait send to, and somebody in it."""
    segments.ensure_segment.fn(credentials, "all", {"tags": ["newsletter"]})
    name = f"waiting-{time.time_ns()}"
    credentials.save(name)
    return name


@pytest.fixture(autouse=True)
def reader(whautomate_emulator):
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "491512345670", "tags": ["newsletter"]}])


def said(server, run):
    logs = server.request("POST", "/logs/filter", json={"logs": {"flow_run_id": {"any_": [str(run.id)]}}}).json()
    return "\n".join(one["message"] for one in logs)


def kill(processes):
    """End those that serve or work, without a word to Prefect."""
    for process in processes:
        process.kill()
        process.wait()


def wait_until_gone(notes):
    """Until the process that a run has left has ended. One whose worker dies before says that its run has crashed."""
    process = int(notes.read_text().split()[1])
    wait_for(lambda: not os.path.exists(f"/proc/{process}"), 300)


def cancel(run):
    """As a person does."""
    subprocess.run([sys.executable, "-m", "prefect", "flow-run", "cancel", str(run.id)], check=True)


def nothing_is_sent(whautomate_emulator):
    """Whether nobody gets anything, a day later."""
    whautomate_emulator.advance(86_400)
    return whautomate_emulator.messages() == [] == whautomate_emulator.records("broadcasts")


# --- cancelled


@pytest.mark.parametrize("name", ["waits", "awaits"])
def test_a_run_that_is_cancelled_while_it_waits_for_the_start_cancels_its_broadcast(
    waiting, wait_until, server, whautomate_emulator, name
):
    (run,) = waiting(name, "wait").values()
    assert server.read_flow_run(run.id).state.name == "Running", "nobody would notice if nothing ran"
    cancel(run)
    wait_until(run, "Cancelled")
    wait_for(lambda: whautomate_emulator.records("broadcasts") == [], 300)
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
    assert nothing_is_sent(whautomate_emulator)


@pytest.mark.parametrize(("name", "ways"), [("waits", ("task", "thread", "block")), ("awaits", ("task", "block"))])
def test_a_run_that_is_cancelled_while_it_holds_a_broadcast_in_no_process_sends_nothing(
    waiting, wait_until, states_of, processes, whautomate_emulator, tmp_path, name, ways
):
    runs = waiting(name, *ways)
    for way, run in runs.items():
        wait_until(run, "AwaitingRetry")
        wait_until_gone(tmp_path / way)
    kill(processes.started)
    for run in runs.values():
        cancel(run)
        wait_until(run, "Cancelled")
        assert "Cancelling" not in states_of(run), "there was nobody to ask"
    assert [(tmp_path / way).read_text().count("start") for way in ways] == [1] * len(ways)
    assert whautomate_emulator.requests("createBroadcast") == []
    assert nothing_is_sent(whautomate_emulator)


@pytest.mark.parametrize("name", ["waits", "awaits"])
def test_so_does_one_that_a_worker_has_started(
    worked, wait_until, states_of, processes, credentials_of_emulator, whautomate_emulator, tmp_path, name
):
    block = held_block(credentials_of_emulator(state_shared=True))
    pool, notes = f"pool-{time.time_ns()}", tmp_path / "notes"
    run = worked(pool, name, block=block, notes=str(notes), how="task")
    wait_until(run, "AwaitingRetry")
    wait_until_gone(notes)
    kill(processes.started)
    cancel(run)
    wait_until(run, "Cancelled")
    assert "Cancelling" not in states_of(run), "there was nobody to ask"
    assert whautomate_emulator.requests("createBroadcast") == []
    assert nothing_is_sent(whautomate_emulator)


@pytest.mark.parametrize("name", ["waits", "awaits"])
def test_a_run_that_holds_it_in_place_is_told_and_its_key_is_used_up(
    worked, wait_until, server, credentials_of_emulator, whautomate_emulator, tmp_path, name
):
    credentials = credentials_of_emulator(state_shared=True, **IN_PLACE)
    block = held_block(credentials)
    run = worked(f"pool-{time.time_ns()}", name, block=block, notes=str(tmp_path / "notes"), how="task")
    wait_for(lambda: HELD in said(server, run), 300)
    cancel(run)
    wait_until(run, "Cancelled")
    claims = open_state().claims
    (held,) = [one for one in claims.under(credentials.account, "") if one.key.endswith(" held")]
    wait_for(lambda: claims.get(credentials.account, held.key).result.get("over") == "was cancelled", 300)
    assert whautomate_emulator.requests("createBroadcast") == []
    assert nothing_is_sent(whautomate_emulator)


# --- evicted


@pytest.mark.parametrize(
    ("name", "ways"),
    [("waits_again", ("task", "thread", "block", "wait")), ("awaits_again", ("task", "block", "wait"))],
)
def test_a_process_that_is_evicted_with_attempts_left_leaves_its_broadcast(
    waiting, wait_until, server, whautomate_emulator, tmp_path, name, ways
):
    runs = waiting(name, *ways, **IN_PLACE)
    processes = {way: int((tmp_path / way).read_text().split()[1]) for way in ways}
    for process in processes.values():
        os.kill(process, signal.SIGTERM)
    if "thread" in ways:  # Prefect waits for its threads, which are told nothing, until who evicts has had enough
        os.kill(processes["thread"], signal.SIGKILL)
    for run in runs.values():
        wait_until(run, "Crashed")
    assert len(whautomate_emulator.records("broadcasts")) == 1, "that of `wait`; the others are held"
    server.set_flow_run_state(runs["task"].id, AwaitingRetry(), force=True)
    wait_for(lambda: (tmp_path / "task").read_text().count("start") == 2, 300)
    wait_for(lambda: said(server, runs["task"]).count(HELD) == 2, 300)
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
