"""Prefect's processes killed in the middle of a POST, and sent away by a real worker.

It takes minutes, so `make prove` runs it and `make test` does not.
"""

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import stop, wait_for

ENDED = ("Completed", "Failed", "Crashed")
PATIENCE = 900
"""Seconds; what is waited for comes far sooner on a machine that is not busy."""


@pytest.fixture
def saved(credentials_of_emulator):
    """Saves credentials and gives the name of the block and the account."""

    def save(**settings):
        name = f"block-{time.time_ns()}"
        credentials = credentials_of_emulator(**settings)
        credentials.save(name)
        return name, credentials.account

    return save


@pytest.fixture
def kill_in_post(served, saved, wait_until, whautomate_emulator, tmp_path):
    """Runs a flow and kills its process with the POST under way.

    Flow, operation and the resource that it makes -> flow run, account, notes.
    """

    def kill(name, operation, made):
        from whautomate_core.state import open_state

        whautomate_emulator.fault("late_commit", operation=operation, seconds=3600)
        block, account = saved()
        notes = tmp_path / "notes"
        run = served(name, block=block, notes=str(notes))
        claims = open_state().claims
        # The POST is with the emulator, which sits on it.
        wait_for(whautomate_emulator.held, PATIENCE)
        assert claims.open(account)
        os.kill(int(notes.read_text().split()[1]), signal.SIGKILL)
        assert whautomate_emulator.records(made) == []
        assert wait_until(run, *ENDED, seconds=PATIENCE).state.name == "Crashed"
        whautomate_emulator.release()
        wait_for(lambda: whautomate_emulator.records(made), PATIENCE)
        return run, account, notes

    return kill


def retry(server, run):
    """What the button and `prefect flow-run retry` do."""
    from prefect.states import AwaitingRetry

    server.set_flow_run_state(run.id, AwaitingRetry(), force=True)


def test_a_create_that_was_killed_is_not_sent_again_until_a_person_says_so(
    kill_in_post, server, wait_until, whautomate_emulator
):
    from whautomate_core.state import open_state

    run, account, _ = kill_in_post("one_contact", "createContact", "contacts")
    retry(server, run)
    ended = wait_until(run, "Completed", "Failed", seconds=PATIENCE)
    assert ended.state.name == "Failed"
    assert "may have happened" in ended.state.message
    assert len(whautomate_emulator.requests("createContact")) == len(whautomate_emulator.contacts()) == 1
    (claim,) = open_state().claims.open(account)
    assert open_state().claims.release(account, claim.key)
    retry(server, run)
    wait_until(run, "Completed", seconds=PATIENCE)
    assert len(whautomate_emulator.requests("createContact")) == 2


def test_a_broadcast_that_was_killed_is_found_and_not_sent_again(kill_in_post, server, wait_until, whautomate_emulator):
    run, _, notes = kill_in_post("one_broadcast", "createBroadcast", "broadcasts")
    retry(server, run)
    assert wait_until(run, "Completed", "Failed", seconds=PATIENCE).state.name == "Completed"
    assert "made" in notes.read_text()
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.whautomate(limits=((4, 60.0),))
def test_a_worker_runs_again_what_gave_its_process_back_after_a_retry(
    worked, saved, wait_until, states_of, whautomate_emulator, tmp_path
):
    block, _ = saved(requests_per_minute=None, requests_per_day=None, max_wait=1, state_shared=True)
    notes, pool = tmp_path / "notes", f"pool-{time.time_ns()}"
    run = worked(pool, "in_coroutines", {"TEST_WINDOWS": "[[4, 60]]"}, block=block, notes=str(notes))
    ended = wait_until(run, *ENDED, seconds=PATIENCE)
    assert (ended.state.name, ended.run_count) == ("Completed", 3), "failed and retried, left, done"
    assert {"AwaitingRetry", "Completed"} <= set(states_of(run))
    assert len(whautomate_emulator.requests("createContact")) == 6
    assert notes.read_text().count("made") == 1


@pytest.mark.whautomate(limits=((2, 4.0), (6, 90.0)))
def test_a_worker_with_a_limit_is_not_given_a_run_whose_process_still_ends(
    worked, saved, server, wait_until, states_of, whautomate_emulator, tmp_path
):
    """The runs of its two slots wait in place for a permit that is due in seconds, and leave for one that is not."""
    block, _ = saved(requests_per_minute=None, requests_per_day=None, max_wait=1, state_shared=True)
    given = [{"block": block, "notes": str(tmp_path / name)} for name in ("first", "second")]
    windows, options = {"TEST_WINDOWS": "[[2, 4], [6, 90]]"}, ["--limit", "2"]
    runs = [worked(f"pool-{time.time_ns()}", "slow_to_exit", windows, options, **given[0])]
    runs.append(server.create_flow_run_from_deployment(runs[0].deployment_id, parameters=given[1]))

    ended = [wait_until(run, *ENDED, seconds=PATIENCE) for run in runs]
    assert [run.state.name for run in ended] == ["Completed", "Completed"]
    assert max(run.run_count for run in ended) > 1, "one left at least"
    assert len(whautomate_emulator.requests("createContact")) == 12
    (said,) = tmp_path.glob("queue-*/worker.log")
    assert "gives its process back" in said.read_text()
    # The worker finds that the run still holds its slot. It warns of that at each poll, or dies of it.
    assert "already holding" not in said.read_text()
    assert "Duplicate submission" not in said.read_text()


@pytest.mark.whautomate(broadcast_seconds=0.0, delivery_seconds=0.0)
def test_a_held_broadcast_is_sent_once_whatever_is_killed_meanwhile(
    worked, saved, server, processes, environment, wait_until, whautomate_emulator, tmp_path
):
    """The worker between two attempts, and the process that has just created it."""
    from prefect_whautomate import WhautomateCredentials, segments

    block, _ = saved(max_wait=1, state_shared=True)
    segments.ensure_segment.fn(WhautomateCredentials.load(block), "all", {"tags": ["newsletter"]})
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "491512345670", "tags": ["newsletter"]}])
    notes = tmp_path / "notes"
    run = worked(f"pool-{time.time_ns()}", "holds_and_waits", block=block, notes=str(notes))
    assert "created shortly before" in wait_until(run, "AwaitingRetry", *ENDED, seconds=PATIENCE).state.message
    (worker,) = processes.started
    worker.kill()
    assert whautomate_emulator.requests("createBroadcast") == []
    (home,) = tmp_path.glob("queue-*/prefect")  # with the results of finished tasks
    processes(worker.args, tmp_path / "second.log", env=environment | {"PREFECT_HOME": str(home)})
    wait_for(lambda: "sent" in notes.read_text(), PATIENCE)
    os.kill(int(notes.read_text().splitlines()[-1].split()[1]), signal.SIGKILL)
    wait_until(run, "Crashed", seconds=PATIENCE)
    retry(server, run)
    ended = wait_until(run, "Completed", "Failed", seconds=PATIENCE)
    assert (ended.state.name, ended.run_count >= 3) == ("Completed", True)
    assert notes.read_text().splitlines()[-1].endswith("delivered 1")
    assert len(whautomate_emulator.requests("createBroadcast")) == len(whautomate_emulator.messages()) == 1
    assert len(whautomate_emulator.requests("createContact")) == 3


@pytest.mark.whautomate(broadcast_seconds=0.0, delivery_seconds=0.0)
def test_a_run_that_is_cancelled_while_its_worker_is_stopped_stays_cancelled_when_it_starts_again(
    worked, saved, server, processes, environment, wait_until, whautomate_emulator, tmp_path
):
    from prefect_whautomate import WhautomateCredentials, segments

    block, _ = saved(max_wait=1, state_shared=True)
    segments.ensure_segment.fn(WhautomateCredentials.load(block), "all", {"tags": ["newsletter"]})
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "491512345670", "tags": ["newsletter"]}])
    notes, pool = tmp_path / "notes", f"pool-{time.time_ns()}"
    run = worked(pool, "holds_and_waits", block=block, notes=str(notes))
    left = wait_until(run, "AwaitingRetry", *ENDED, seconds=PATIENCE).state
    (worker,) = processes.started
    stop([worker])
    subprocess.run([sys.executable, "-m", "prefect", "flow-run", "cancel", str(run.id)], check=True)
    wait_until(run, "Cancelled", seconds=PATIENCE)
    (home,) = tmp_path.glob("queue-*/prefect")  # with the results of finished tasks
    processes(worker.args, tmp_path / "second.log", env=environment | {"PREFECT_HOME": str(home)})
    # Another run in the same queue, which ends after the first would have come back.
    time.sleep(max(0.0, left.state_details.scheduled_time.timestamp() - time.time()))
    given = {"block": block, "notes": str(tmp_path / "other")}
    other = server.create_flow_run_from_deployment(run.deployment_id, parameters=given)
    wait_until(other, "AwaitingRetry", *ENDED, seconds=PATIENCE)
    assert notes.read_text().count("start") == 1
    whautomate_emulator.advance(86_400)
    assert whautomate_emulator.requests("createBroadcast") == whautomate_emulator.messages() == []
