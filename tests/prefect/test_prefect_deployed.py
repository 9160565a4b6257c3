"""Deployed flows: who has no requests left gives its process back and goes on later."""

import re
import time
from pathlib import Path

import pytest
from conftest import wait_for
from prefect import flow
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import Pause
from prefect.flow_engine import run_flow
from prefect.states import Cancelling

from prefect_whautomate import WhautomateCredentials, contacts
from prefect_whautomate._leaving import leave_until, leave_until_permitted
from whautomate_core import errors

ROOT = Path(__file__).parents[2]


@pytest.fixture
def trial(credentials_of_emulator):
    """Saves a trial account's block and gives its name."""
    name = f"trial-{time.time_ns()}"
    credentials_of_emulator(requests_per_minute=None, requests_per_day=None, max_wait=1).save(name)
    return name


# A window longer than ten requests take on a machine that is busy, and the shortest time that a run leaves for.
@pytest.mark.whautomate(limits=((10, 90.0),))
def test_a_served_run_goes_on_when_there_are_permits_and_repeats_nothing(
    server, served, wait_until, states_of, trial, whautomate_emulator, tmp_path
):
    notes = tmp_path / "notes"
    run = served("nightly", windows="[[10, 90]]", block=trial, notes=str(notes))
    waiting = wait_until(run, "AwaitingRetry", "Completed", "Failed", "Crashed")
    assert waiting.state.name == "AwaitingRetry"
    assert "10 per 90 s are used up" in waiting.state.message
    done = wait_until(run, "Completed", "Failed", "Crashed")

    lines = [line.split(maxsplit=2) for line in notes.read_text().splitlines()]
    assert lines[-1][2] == '[3, 6, "all"]'
    assert [line[0] for line in lines[:-1]] == [str(n + 1) for n in range(done.run_count)]
    assert len({pid for _, pid, _ in lines}) == done.run_count >= 2, "each attempt is a process of its own"
    assert set(states_of(run)) - {"Scheduled", "Pending", "Submitting", "Running", "Retrying"} == {
        "AwaitingRetry",
        "Completed",
    }
    assert len(whautomate_emulator.requests("createContact")) == 10, "none is sent twice"
    assert len(whautomate_emulator.requests("deleteContact")) == 1
    assert len(whautomate_emulator.requests("createSegment")) == 1
    assert len(whautomate_emulator.requests("listContacts")) == 1, "finished jobs are not repeated"

    def tasks(**state):
        return server.request("POST", "/task_runs/filter", json={"task_runs": {"state": state}}).json()

    wait_for(lambda: tasks(name={"any_": ["Rescheduled"]}), 300)
    wait_for(lambda: not tasks(type={"any_": ["RUNNING"]}), 60)  # none looks as if it ran for ever


# --- the same in this process: run as workers run flows


@pytest.fixture
def run_deployed(server):
    """Deploys a flow to a new work pool of a type (None: to none) and runs it here; gives the ids of runs in `ids`."""

    def run(flow, kind=None):
        name = f"pool-{time.time_ns()}"
        if kind is not None:
            server.create_work_pool(WorkPoolCreate(name=name, type=kind))
        flow_id = server.create_flow(flow)
        deployment = server.create_deployment(flow_id, name=name, work_pool_name=name if kind is not None else None)
        run.ids.append(server.create_flow_run_from_deployment(deployment).id)
        return run_flow(flow, flow_run=server.read_flow_run(run.ids[-1]))

    run.ids = []
    return run


def reading(credentials):
    @flow
    def read():
        return contacts.list_contacts(credentials)

    return read


@pytest.mark.parametrize("kind", ["process", "docker", "kubernetes", "ecs", "prefect:managed"])
def test_a_sqlite_file_is_refused_where_workers_may_have_one_each(run_deployed, whautomate_emulator, credentials, kind):
    credentials.save("of-one-machine", overwrite=True)
    with pytest.raises(errors.ConfigurationError, match=r'state="postgresql://.*state_shared=True') as raised:
        run_deployed(reading(WhautomateCredentials.load("of-one-machine")), kind)
    assert "the block 'of-one-machine'" in str(raised.value)
    assert "the work pool 'pool-" in str(raised.value)
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize("kind", ["process", None])
def test_so_it_is_for_a_client_of_one_s_own(run_deployed, credentials, kind):
    @flow
    def by_hand():
        credentials.get_client().close()
        return "made"

    if kind is None:
        assert run_deployed(by_hand) == "made"
    else:
        with pytest.raises(errors.ConfigurationError, match="these Whautomate Credentials is a SQLite file"):
            run_deployed(by_hand, kind)


def test_postgresql_is_accepted(run_deployed, credentials_of_emulator, postgres):
    assert run_deployed(reading(credentials_of_emulator(state=postgres)), "process") == []


@pytest.mark.parametrize(("kind", "shared"), [("docker", True), ("process", True), (None, False)])
def test_it_is_accepted_where_they_are_not_or_share_the_file(
    run_deployed, whautomate_emulator, credentials_of_emulator, kind, shared
):
    assert run_deployed(reading(credentials_of_emulator(state_shared=shared)), kind) == []
    assert len(whautomate_emulator.requests()) == 1


def test_workers_with_homes_of_their_own_are_refused_and_nothing_is_sent(
    worked, wait_until, credentials_of_emulator, whautomate_emulator, tmp_path
):
    """Both are told to send the same under one key, which each state would hold to be new."""
    pool, block = f"pool-{time.time_ns()}", f"of-two-homes-{time.time_ns()}"
    credentials_of_emulator().save(block)
    homes = [tmp_path / "first", tmp_path / "second"]
    runs = [
        worked(pool, "one_key", {"WHAUTOMATE_HOME": str(home)}, block=block, notes=f"{home}.notes") for home in homes
    ]
    for run, home in zip(runs, homes, strict=True):
        state = wait_until(run, "Completed", "Failed", "Crashed").state
        assert state.name == "Failed"
        assert f"the work pool '{pool}'" in state.message
        assert f"the block '{block}'" in state.message
        assert 'set state="postgresql://user:password@host/database" in it, or state_shared=True' in state.message
        assert Path(f"{home}.notes").read_text().split()[2:] == ["start", str(home)], "it ran, in a home of its own"
    assert whautomate_emulator.requests() == []


def test_leaving_uses_up_no_retry_of_the_flow_and_workers_see_the_run(server, run_deployed):
    tries, at = [], time.time() + 3600

    @flow(retries=2)
    def failing_first():
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("once")
        leave_until_permitted(errors.QuotaExhausted("none left", next_permit_at=at))

    with pytest.raises(Pause):
        run_deployed(failing_first)
    left = server.read_flow_run(run_deployed.ids[0])
    assert left.state.name == "AwaitingRetry"
    assert 0 <= left.state.state_details.scheduled_time.timestamp() - at <= 60
    # Workers are given no runs whose retry_type is "in_process", which the failure has set.
    assert (left.run_count, left.empirical_policy.retries, left.empirical_policy.retry_type) == (2, 3, "reschedule")


def test_no_run_leaves_for_so_short_that_a_worker_is_given_it_while_its_process_ends(server, run_deployed):
    @flow
    def leaving():
        leave_until(time.time() + 39, "not yet")  # waits in place
        leave_until_permitted(errors.QuotaExhausted("none left", next_permit_at=time.time()))

    with pytest.raises(Pause):
        run_deployed(leaving)
    state = server.read_flow_run(run_deployed.ids[0]).state
    assert state.message == "Whautomate: none left"
    # Ten seconds, in which workers take runs before they are due, and half a minute for the process to end.
    assert (state.state_details.scheduled_time - state.timestamp).total_seconds() > 39


def test_a_run_that_is_being_cancelled_is_not_rescheduled(server, run_deployed):
    @flow
    def cancelled():
        server.set_flow_run_state(run_deployed.ids[0], Cancelling(), force=True)
        leave_until_permitted(errors.QuotaExhausted("none left", next_permit_at=time.time() + 60))

    with pytest.raises(errors.QuotaExhausted):
        run_deployed(cancelled)
    assert server.read_flow_run(run_deployed.ids[0]).state.name == "Cancelling"


def test_the_example_of_the_docs(server, credentials_of_emulator, whautomate_emulator, tmp_path):
    (code,) = re.findall(r"```python\n(@flow.*?)```", (ROOT / "docs" / "guides" / "quota.md").read_text(), re.DOTALL)
    credentials_of_emulator().save("whautomate", overwrite=True)
    (tmp_path / "customers.csv").write_text("full_name,mobile\nAda,+4915123456789\n")
    names = {
        "flow": flow,
        "concurrency": concurrency,
        "WhautomateCredentials": WhautomateCredentials,
        "sync_contacts": contacts.sync_contacts,
    }
    exec(code, names)
    assert names["nightly"](str(tmp_path / "customers.csv"))["created"] == 1


def test_outside_of_deployed_runs_nobody_leaves(server):
    @flow
    def local():
        leave_until_permitted(errors.QuotaExhausted("none left", next_permit_at=time.time() + 60))

    with pytest.raises(errors.QuotaExhausted):
        local()
