"""The Broadcast block, its cancelling, and the example of an approved campaign."""

import asyncio
import gc
import importlib.util
import json
import sys
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from prefect import flow, runtime
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectHTTPStatusError, TerminationSignal
from prefect.states import Cancelling, Failed

from prefect_whautomate import broadcasts, segments
from prefect_whautomate._working import Working
from prefect_whautomate.aio import broadcasts as aio_broadcasts
from prefect_whautomate.broadcasts import Broadcast
from whautomate_core import errors
from whautomate_core.waiting import poll

TEMPLATE = {"name": "spring_sale", "language": "en"}
QUICK = {"broadcast_seconds": 0.5, "delivery_seconds": 0.0, "broadcast_failed_share": 0.5, "limits": ((10**6, 60.0),)}
EXAMPLE = Path(__file__).parents[2] / "example_dags" / "prefect" / "approved_campaign.py"


@pytest.fixture
def block(credentials, whautomate_emulator):
    """Makes the block of a broadcast to six people."""
    segments.ensure_segment.fn(credentials, "newsletter-subscribers", {"tags": ["newsletter"]})
    people = [{"name": "N", "phoneNumber": f"491512345670{n}", "tags": ["newsletter"]} for n in range(6)]
    whautomate_emulator.ids = whautomate_emulator.add_contacts(people)

    def make(**more):
        given = {"name": "spring", "template": TEMPLATE, "segment_name": "newsletter-subscribers", "hold_minutes": 0}
        return Broadcast(credentials=credentials, **{**given, **more})

    return make


@pytest.fixture
def held(whautomate_emulator, monkeypatch):
    """The core's and the tasks' time is the emulator's; waiting moves it."""
    now = whautomate_emulator.now
    monkeypatch.setattr("whautomate_core.messaging.timing.now", lambda: datetime.fromtimestamp(now(), UTC))
    monkeypatch.setattr(
        poll, "time", type("Clock", (), {"time": staticmethod(now), "sleep": whautomate_emulator.advance})
    )


@pytest.mark.whautomate(**QUICK)
def test_it_is_triggered_waited_for_and_fetched(server, whautomate_emulator, block, tmp_path):
    @flow
    def campaign():
        run = block(receipt_path=f"{tmp_path}/receipt.html").trigger()
        with pytest.raises(errors.WhautomateError, match="wait_for_completion first"):
            run.fetch_result()
        run.wait_for_completion(poll_interval=0.2)
        return run.fetch_result(), runtime.flow_run.id

    found, run = campaign()
    assert (found["recipients"], found["delivered"], found["created"]) == (6, 3, True)
    assert (tmp_path / "receipt.html").exists()
    given = {"artifacts": {"flow_run_id": {"any_": [run]}}, "limit": 200}
    artifacts = server.request("POST", "/artifacts/filter", json=given).json()
    (receipt,) = [one for one in artifacts if found["id"] in str(one["data"])]
    assert receipt["key"] == "campaign-receipt"
    assert receipt["description"] == f"Receipt of broadcast {found['name']}: 3 of 6 delivered, 3 not delivered"
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.whautomate(**QUICK)
def test_so_it_is_in_coroutines_and_a_threshold_fails_it(server, block):
    async def campaign():
        run = await block(key="k", max_failed=1).atrigger()
        await run.await_for_completion(poll_interval=0.2)

    with pytest.raises(errors.NotDelivered, match="of 6 not reached, over max_failed=1"):
        asyncio.run(campaign())


def test_a_saved_block_comes_back(server, credentials, block):
    credentials.save("of-the-broadcast", overwrite=True)
    made = block(send_window=("09:00", "20:00", "Europe/Berlin"), max_lateness=60, min_recipients=3)
    made.credentials = type(credentials).load("of-the-broadcast")
    made.save("spring", overwrite=True)
    assert Broadcast.load("spring").campaign() == made.campaign()


@pytest.mark.parametrize("wrong", [{"segment_id": "s"}, {"hold_minutes": -1}, {"send_window": ("9", "8", "UTC")}])
def test_a_block_that_can_not_be_is_refused(block, wrong):
    with pytest.raises(ValueError, match=r"segment_id|hold_minutes|send_window"):
        block(**wrong)


@pytest.mark.parametrize(
    "how", [pytest.param(h, marks=pytest.mark.whautomate(recipients_fixed=h)) for h in ("creation", "start")]
)
def test_who_opts_out_during_the_hold_gets_nothing(how, whautomate_emulator, block, held):
    run = block(key="k", hold_minutes=5).trigger()
    whautomate_emulator.opt_out(whautomate_emulator.ids[0])
    run._hold()
    assert (run.made["anew"], run.made["looked"]) == (True, True)
    whautomate_emulator.advance(1000)
    assert whautomate_emulator.ids[0] not in {m["contact"] for m in whautomate_emulator.messages()}
    assert len({m["broadcast"] for m in whautomate_emulator.messages()}) == 1


# --- what ends a run, and what becomes of its broadcast


def ending(error):
    """A wait that the process's end breaks off."""

    def sleep(seconds):
        raise error

    return sleep


def test_a_process_that_is_ended_outside_of_runs_cancels_it(whautomate_emulator, block, held, monkeypatch):
    run = block(key="k", hold_minutes=5).trigger()
    monkeypatch.setattr(poll.time, "sleep", ending(TerminationSignal(signal=15)))
    with pytest.raises(TerminationSignal):
        run.wait_for_completion()
    assert whautomate_emulator.records("broadcasts") == []
    with pytest.raises(errors.PolicyRefused, match="was cancelled"):
        block(key="k", hold_minutes=5).trigger()
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


@pytest.mark.parametrize(
    ("retries", "state", "cancel_on_kill", "stays"),
    [
        (0, None, None, False),  # nobody goes on
        (1, None, None, True),  # evicted
        (1, Cancelling(), None, False),  # a person's cancel
        (0, Failed(), None, False),  # marked as failed
        (1, None, True, False),
        (1, Cancelling(), False, True),
    ],
)
def test_a_process_that_is_ended_asks_what_became_of_its_run(
    server, whautomate_emulator, block, held, monkeypatch, retries, state, cancel_on_kill, stays
):
    @flow(retries=retries)
    def campaign():
        run = block(hold_minutes=5, cancel_on_kill=cancel_on_kill).trigger()
        if state is not None:
            server.set_flow_run_state(FlowRunContext.get().flow_run.id, state, force=True)
        monkeypatch.setattr(poll.time, "sleep", ending(TerminationSignal(signal=15)))
        with pytest.raises(TerminationSignal):
            run.wait_for_completion()

    campaign(return_state=True)
    assert len(whautomate_emulator.records("broadcasts")) == stays


@pytest.mark.parametrize("state", [Cancelling(), Failed()])
@pytest.mark.parametrize("way", ["task", "thread", "wait"])
def test_who_is_told_nothing_looks_and_cancels_it(
    server, whautomate_emulator, credentials, block, monkeypatch, state, way
):
    """A person cancels a run that no worker has, or marks it as failed: its process goes on."""
    monkeypatch.setattr(poll, "MEANWHILE", 0.05)
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "newsletter-subscribers", "hold_minutes": 60}
    block()  # the segment and its people
    ids = []

    def person():
        end = time.monotonic() + 120
        while time.monotonic() < end and not (ids and whautomate_emulator.records("broadcasts")):
            time.sleep(0.05)
        server.set_flow_run_state(ids[0], state, force=True)

    @flow
    def campaign():
        ids.append(FlowRunContext.get().flow_run.id)
        if way == "task":
            broadcasts.broadcast(credentials, **given)
        elif way == "thread":
            broadcasts.broadcast.submit(credentials, **given).result()
        else:
            sent = broadcasts.broadcast(credentials, **given, look_again=False)
            broadcasts.wait_for_broadcast(credentials, sent["id"])

    acting = threading.Thread(target=person)
    acting.start()
    with pytest.raises(errors.Stopped, match=r"flow run .* (was cancelled|has failed)"):
        campaign()
    acting.join()
    assert whautomate_emulator.records("broadcasts") == []


@pytest.mark.parametrize("way", ["broadcast", "block", "wait_for_broadcast"])
def test_a_coroutine_that_is_cancelled_cancels_it(server, whautomate_emulator, credentials, block, caplog, way):
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "newsletter-subscribers", "hold_minutes": 60}
    held_by = block(hold_minutes=60)
    reads = 2 if way == "wait_for_broadcast" else 1  # it is compared once it is created, then looked at by who waits

    async def waits():
        if way == "broadcast":
            await aio_broadcasts.broadcast(credentials, **given)
        elif way == "block":
            run = await held_by.atrigger()
            await run.await_for_completion()
        else:
            sent = await aio_broadcasts.broadcast(credentials, **given, look_again=False)
            await aio_broadcasts.wait_for_broadcast(credentials, sent["id"])

    @flow(retries=1)
    async def campaign():
        waiting = asyncio.create_task(waits())
        while len(whautomate_emulator.requests("getBroadcast")) < reads:
            await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(campaign())
    assert whautomate_emulator.records("broadcasts") == []
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


def test_a_coroutine_that_is_cancelled_before_its_wait_begins_cancels_it(
    server, whautomate_emulator, block, monkeypatch
):
    held_by = block(hold_minutes=60)
    begins, goes_on = threading.Event(), threading.Event()

    @flow
    async def campaign():
        run = await held_by.atrigger()
        monkeypatch.setattr(Working, "_begin", lambda _: (begins.set(), goes_on.wait()))
        waiting = asyncio.create_task(run.await_for_completion())
        await asyncio.to_thread(begins.wait)
        waiting.cancel()
        goes_on.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(campaign())
    assert whautomate_emulator.records("broadcasts") == []


@pytest.mark.parametrize("times", [1, 2])
def test_a_coroutine_that_is_cancelled_while_it_is_created_leaves_none(
    server, whautomate_emulator, credentials, block, caplog, times
):
    whautomate_emulator.fault("slow", operation="createBroadcast", seconds=3600.0)
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "newsletter-subscribers", "hold_minutes": 60}
    block()

    @flow
    async def campaign():
        waiting = asyncio.create_task(aio_broadcasts.broadcast(credentials, **given))
        while not whautomate_emulator.held():
            await asyncio.sleep(0.02)
        for _ in range(times):
            waiting.cancel()
            await asyncio.sleep(0)
        whautomate_emulator.release()  # the answer, after which it must not go on
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(campaign())
    gc.collect()
    assert whautomate_emulator.records("broadcasts") == []
    assert "never retrieved" not in caplog.text


@pytest.mark.parametrize(("task_retries", "flow_retries", "stays"), [(0, 0, False), (1, 0, False), (0, 1, True)])
def test_the_failure_of_the_last_attempt_cancels_it(
    server, whautomate_emulator, credentials, block, held, monkeypatch, task_retries, flow_retries, stays
):
    """The look during the hold fails in each attempt; what stays is left to the flow's next one."""
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "newsletter-subscribers", "hold_minutes": 5}
    block()
    attempts, left = [], []

    def sleep(seconds):
        whautomate_emulator.advance(seconds)
        whautomate_emulator.fault("error_in_200", operation="listContacts", probability=1.0)

    monkeypatch.setattr(poll.time, "sleep", sleep)

    @flow(retries=flow_retries)
    def campaign():
        attempts.append(1)
        if len(attempts) == 1:
            with pytest.raises(errors.UnexpectedResponse):
                broadcasts.broadcast.with_options(retries=task_retries)(credentials, **given)
            left.append(len(whautomate_emulator.records("broadcasts")))

    campaign()
    assert left == [stays]
    assert len(whautomate_emulator.requests("createBroadcast")) == 1


def test_a_key_that_was_used_for_another_broadcast_does_not_cancel_that_one(whautomate_emulator, block):
    block(key="k", hold_minutes=60).trigger()
    with pytest.raises(errors.KeyTaken):
        block(key="k", hold_minutes=60, body_parameters=["other"]).trigger()
    assert len(whautomate_emulator.records("broadcasts")) == 1


# --- the example


@pytest.fixture
def example():
    spec = importlib.util.spec_from_file_location("approved_campaign", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("approved", [True, False])
def test_what_is_approved_is_sent(server, whautomate_emulator, credentials, block, example, monkeypatch, approved):
    credentials.save("approved", overwrite=True)
    block()  # the segment and its people
    # Prefect looks every ten seconds whether somebody has resumed it.
    monkeypatch.setattr(example, "pause_flow_run", partial(example.pause_flow_run, poll_interval=0.2))
    shown = []

    def answer():
        """As somebody in Prefect's UI."""
        end = time.monotonic() + 240
        while time.monotonic() < end:
            runs = server.read_flow_runs()
            for run in runs:
                if run.state.is_paused() and run.state.name == "Paused":
                    schema = run.state.state_details.run_input_keyset
                    try:
                        shown.append(str(server.read_flow_run_input(run.id, schema["description"])))
                    except PrefectHTTPStatusError:
                        continue  # it is paused before its text is there
                    server.resume_flow_run(run.id, run_input={"approved": approved, "name": "Grace"})
                    return
            time.sleep(0.2)

    answering = threading.Thread(target=answer)
    answering.start()
    found = example.approved_campaign("approved", poll_interval=0.2, hold_minutes=0, send_window=None, max_failed=None)
    answering.join()
    assert "**Recipients:** up to 6" in shown[0]
    if approved:
        assert (found["delivered"], found["receipt"]["approver"]) == (3, "Grace")
    else:
        assert found == {"skipped": "Grace said no"}
    assert len(whautomate_emulator.requests("createBroadcast")) == approved


# --- fields that act at the end


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("which", [0, 1])
def test_who_waits_writes_log_and_receipt(server, whautomate_emulator, credentials, block, tmp_path, which):
    block()  # the segment and its people
    given = {"template": TEMPLATE, "segment_name": "newsletter-subscribers", "hold_minutes": 0, "unit_price": 0.1}
    sent = broadcasts.broadcast.fn(credentials, "spring", **given, key="k")
    paths = {"logs_path": f"{tmp_path}/logs.jsonl", "receipt_path": f"{tmp_path}/receipt.json"}
    task = (broadcasts.wait_for_broadcast, aio_broadcasts.wait_for_broadcast)[which]

    def wait(**more):
        done = task.fn(credentials, sent["id"], poll_interval=0.2, **paths, **more)
        return asyncio.run(done) if which else done

    before = len(whautomate_emulator.requests())
    found = wait()
    assert (found["delivered"], found["logs"], found["cost"], found["problem"]) == (3, 6, 0.3, None)
    assert found["requests"] == len(whautomate_emulator.requests()) - before
    assert len((tmp_path / "logs.jsonl").read_text().splitlines()) == 6
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["template"], receipt["recipients_planned"], receipt["cost"]) == (TEMPLATE, 6, 0.3)
    for path in paths.values():
        Path(path).unlink()
    with pytest.raises(errors.NotDelivered, match="of 6 not reached, over max_failed=1"):
        wait(max_failed=1)
    assert all(Path(path).exists() for path in paths.values())
    assert "over max_failed=1" in wait(max_failed=1, on_failed="warn")["problem"]


@pytest.mark.parametrize("task", [broadcasts.broadcast, aio_broadcasts.broadcast], ids=["sync", "aio"])
@pytest.mark.parametrize(
    "late",
    [
        {"logs_path": "l.jsonl"},
        {"receipt_path": "r.html"},
        {"max_failed": 1, "min_delivered": 2},
        {"on_failed": "warn"},
    ],
)
def test_a_task_that_does_not_wait_refuses_what_happens_at_the_end(whautomate_emulator, credentials, block, task, late):
    block()
    before = len(whautomate_emulator.requests())

    async def sends():
        done = task.fn(credentials, "spring", TEMPLATE, segment_name="newsletter-subscribers", key="k", **late)
        if task.isasync:
            await done

    with pytest.raises(errors.ConfigurationError, match=r"wait_for_broadcast.* block Broadcast") as refused:
        asyncio.run(sends())
    assert all(one in str(refused.value) for one in late)
    assert len(whautomate_emulator.requests()) == before
