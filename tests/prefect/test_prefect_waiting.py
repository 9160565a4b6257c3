"""The tasks that wait."""

import asyncio
import importlib
import inspect
import threading
import time

import pytest
from prefect import Task
from waiting_cases import CASES, Case

from prefect_whautomate.messages import wait_for_message
from whautomate_core import errors
from whautomate_core.conditions import CONDITIONS


def both(resource, kind):
    """The task that waits for a kind of condition, as a function and as a coroutine."""
    modules = (importlib.import_module(f"{package}.{resource}") for package in PACKAGES)
    return tuple(getattr(module, f"wait_for_{kind}") for module in modules)


PACKAGES = ("prefect_whautomate", "prefect_whautomate.aio")
TASKS = {one.kind: both(resource, one.kind) for resource, some in CONDITIONS.items() for one in some}
QUICK = {"search_delay": 0.0, "broadcast_seconds": 0.0, "delivery_seconds": 0.0, "broadcast_failed_share": 0.5}


def run(task, *args, **kwargs):
    """A task's function, awaited where it is to be."""
    made = task.fn(*args, **kwargs)
    return asyncio.run(made) if inspect.iscoroutine(made) else made


def fields_of(asked):
    fields = dict(asked)
    del fields["kind"]
    return fields


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_tasks_decide_by_the_table(case: Case, whautomate_emulator, credentials_of_emulator):
    asked = case.condition(whautomate_emulator)
    for task in TASKS[asked["kind"]]:
        credentials = credentials_of_emulator(requests_per_minute=1000, requests_per_day=10_000)

        def wait(task=task, credentials=credentials):
            return run(task, credentials, **fields_of(asked), poll_interval=0.05, timeout=0.1 if case.waits else 60)

        if case.waits:
            with pytest.raises(TimeoutError, match=r"after 0.1 s"):
                wait()
        elif case.problem or case.error:
            with pytest.raises(case.error or errors.WhautomateError, match=case.problem):
                wait()
        else:
            found = wait()
            assert case.agrees(found, None)
            assert {"requests", "waited"} <= found.keys()


@pytest.mark.parametrize("kind", TASKS)
def test_each_has_a_twin_with_its_arguments_and_a_description(kind):
    task, twin = TASKS[kind]
    assert isinstance(task, Task)
    assert (task.name, task.isasync) == (f"wait_for_{kind}", False)
    assert (twin.name, twin.isasync) == (f"wait_for_{kind}", True)
    names = list(inspect.signature(task.fn).parameters)
    assert names == list(inspect.signature(twin.fn).parameters)
    assert names[0] == "credentials"
    assert names[-3:] == ["poll_interval", "timeout", "max_requests"]
    for one in (task, twin):
        assert all(f"\n    {name}: " in one.description for name in names)
        assert f"from {one.fn.__module__} import {one.name}\n" in one.description
        code = one.description.partition("```python\n")[2].partition("```")[0]
        compile(inspect.cleandoc("\n" + code), "example", "exec")


@pytest.mark.parametrize("which", [0, 1])
def test_what_happens_meanwhile_is_seen(whautomate_emulator, credentials, which):
    [contact] = whautomate_emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789"}])

    def writes():
        while len(whautomate_emulator.requests("listContactMessages")) < 2:
            time.sleep(0.02)
        whautomate_emulator.receive(contact, "a private text")

    person = threading.Thread(target=writes, daemon=True)
    person.start()
    found = run(TASKS["message"][which], credentials, contact, poll_interval=0.05, timeout=60)
    person.join(10)
    assert found["count"] == 1
    assert found["requests"] == len(whautomate_emulator.requests()) >= 3
    assert "private" not in str(found)


@pytest.mark.parametrize("which", [0, 1])
def test_it_survives_checks_that_fail_and_ends_where_no_check_can_succeed(
    whautomate_emulator, credentials, credentials_of_emulator, caplog, which
):
    caplog.set_level("INFO")
    [contact] = whautomate_emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    for on in (1, 2):
        whautomate_emulator.fault("503", operation="getContact", on=on)
    wait = TASKS["contact"][which]
    found = run(wait, credentials, contact, tag="vip", poll_interval=0.05, timeout=3600)
    assert (found["id"], found["requests"]) == (contact, 3), "each check takes one request, whether it fails or not"
    failed = [one for one in caplog.records if "the check failed" in one.message]
    assert {one.levelname for one in failed} == {"WARNING"}
    assert "checking again in" in failed[0].message
    whautomate_emulator.fault("503", operation="getContact", probability=1.0)
    with pytest.raises(TimeoutError, match=r"doesn't have tag 'vip' after 0.1 s; the last check failed: .*503"):
        run(wait, credentials, contact, tag="vip", poll_interval=0.05, timeout=0.1)
    before = len(whautomate_emulator.requests())
    with pytest.raises(errors.AuthenticationError):
        run(wait, credentials_of_emulator(key="another"), contact, tag="vip", poll_interval=0.05, timeout=3600)
    assert len(whautomate_emulator.requests()) == before + 1


@pytest.mark.parametrize("which", [0, 1])
def test_waiting_takes_a_tenth_of_the_day_and_ends_in_time(whautomate_emulator, credentials_of_emulator, which):
    credentials = credentials_of_emulator(requests_per_minute=100, requests_per_day=40)
    [contact] = whautomate_emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789"}])
    # A tenth is 4, and 2 of them in a quarter of the day: no third look can be made in an hour.
    with pytest.raises(TimeoutError, match=r"can't be looked at in time.*that is for waiting steps"):
        run(TASKS["contact"][which], credentials, contact, tag="vip", poll_interval=0.05, timeout=3600)
    assert len(whautomate_emulator.requests()) == 2


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"poll_interval": 0}, "poll_interval"),
        ({"timeout": 0}, "timeout"),
        ({"tag": None}, "tag or stage"),
    ],
)
def test_what_can_not_be_is_refused_before_anything_is_sent(whautomate_emulator, credentials, wrong, says):
    for task in TASKS["contact"]:
        with pytest.raises(errors.ConfigurationError, match=says):
            run(task, credentials, "c", **{"tag": "vip", **wrong})
    with pytest.raises(errors.ConfigurationError, match="no time zone"):
        run(wait_for_message, credentials, "c", since="2026-01-01T00:00")
    assert whautomate_emulator.requests() == []
