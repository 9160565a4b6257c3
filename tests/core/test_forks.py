"""A client, a pool and a state belong to one process: what a fork leaves in the child begins anew there.

Forked for real, as Airflow, Celery and multiprocessing do; the server is the emulator on a port of this process.
"""

import asyncio
import json
import math
import multiprocessing
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of

from whautomate_core.api.contacts import get_contact
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.transport import AT_ONCE
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, NotFound, PolicyRefused, QuotaExhausted, Stopped
from whautomate_core.state import open_state
from whautomate_core.state.database import Database
from whautomate_core.state.pool import SharedPool
from whautomate_core.values.limits import Limits

PATIENCE = 600.0
"""Seconds after which a child is taken to hang."""


class Child:
    """A forked process that does some work and says what came of it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        reads, writes = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reads)
            try:
                says = {"gave": work()}
            except BaseException as error:
                says = {"raised": f"{type(error).__name__}: {error}"}
            with os.fdopen(writes, "w") as out:
                json.dump(says, out)
            os._exit(0)
        os.close(writes)
        self._reads = reads

    def result(self) -> Any:
        """Return the result of the work. Fail if it raised or hangs."""
        try:
            waiting = select.poll()  # `select.select` takes no descriptor over 1,023
            waiting.register(self._reads, select.POLLIN)
            assert waiting.poll(PATIENCE * 1000), "the child hangs"
            with os.fdopen(self._reads, closefd=False) as said:
                says = json.load(said)
        finally:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            os.close(self._reads)
        assert "raised" not in says, says["raised"]
        return says["gave"]


class Sends:
    """A client of either kind, used as a sync one."""

    def __init__(self, kind: str, account: Any) -> None:
        self.is_async = kind == "AsyncClient"
        self.client: Any = (AsyncClient if self.is_async else Client)(account, pool=NoLimit())

    def __call__(self, *calls: Any) -> list[Any]:
        if self.is_async:
            return asyncio.run(self._send(calls))
        return [_outcome(lambda call=call: self.client.send(call)) for call in calls]

    async def _send(self, calls: Any) -> list[Any]:
        outcomes = []
        for call in calls:
            try:
                outcomes.append((await self.client.send(call)).get("id"))
            except (NotFound, PolicyRefused) as error:
                outcomes.append(type(error).__name__)
        return outcomes


def _outcome(send: Callable[[], Any]) -> Any:
    try:
        return send().get("id")
    except (NotFound, PolicyRefused) as error:
        return type(error).__name__


@pytest.fixture(params=["Client", "AsyncClient"])
def sends(request: pytest.FixtureRequest, whautomate_emulator: Emulator) -> Sends:
    return Sends(request.param, account_of(whautomate_emulator, plan="subscribed"))


@pytest.mark.whautomate(limits=())
def test_two_children_with_one_client_get_their_own_answers(sends: Sends, whautomate_emulator: Emulator) -> None:
    ids = whautomate_emulator.add_contacts(
        [{"name": f"P{n}", "phoneNumber": f"+4915123450{n:03}", "tags": ["Unsubscribe"] * (n % 2)} for n in range(24)]
    )
    reads = [get_contact(id) for id in ids]

    def message(id: str) -> Any:
        template: Any = {"name": "hello", "language": "en"}
        location = {"id": whautomate_emulator.location_id}
        return send_whatsapp_template({"contact": {"id": id}, "location": location, "template": template})

    parts = [[*reads[n::2] * 2, *map(message, ids[n::2])] for n in range(2)]

    def fork() -> list[Child]:
        for number in (1, 2):  # the first request of one is under way when that of the other leaves
            whautomate_emulator.fault("slow", on=number, operation="getContact", seconds=math.inf)
        children = [Child(lambda part=part: sends(*part)) for part in parts]
        while whautomate_emulator.held() < 2:
            time.sleep(0.01)
        whautomate_emulator.release()
        return children

    async def fork_within_its_loop() -> list[Child]:
        await sends.client.send(reads[0])
        return fork()

    if sends.is_async:
        children = asyncio.run(fork_within_its_loop())
    else:
        assert sends(reads[0]) == [ids[0]]
        children = fork()
        assert sends(*reads[:4]) == ids[:4], "and the parent goes on with its own"
    even, odd = (child.result() for child in children)
    assert even[:24] == ids[0::2] * 2
    assert odd[:24] == ids[1::2] * 2
    assert odd[24:] == ["PolicyRefused"] * 12
    assert {one["contact"] for one in whautomate_emulator.messages()} == set(ids[0::2])


@pytest.mark.whautomate(limits=())
def test_a_child_forked_while_every_place_in_line_is_taken_sends_all_the_same(whautomate_emulator: Emulator) -> None:
    whautomate_emulator.fault("slow", probability=1.0, operation="getContact", seconds=1e6)
    [id] = whautomate_emulator.add_contacts([{"name": "P", "phoneNumber": "+4915123450001"}])
    client = Client(account_of(whautomate_emulator, plan="subscribed"), pool=NoLimit())
    busy = [threading.Thread(target=client.send, args=(get_contact(id),)) for _ in range(AT_ONCE)]
    for thread in busy:
        thread.start()
    while whautomate_emulator.held() < AT_ONCE:
        time.sleep(0.01)
    whautomate_emulator.clear_faults()
    try:
        assert Child(lambda: client.send(get_contact(id))["id"]).result() == id
    finally:
        whautomate_emulator.release()
        for thread in busy:
            thread.join()


def test_a_child_with_a_transport_of_the_parent_s_refuses(whautomate_emulator: Emulator) -> None:
    transport = httpx.HTTPTransport()
    client = Client(account_of(whautomate_emulator, plan="subscribed"), pool=NoLimit(), transport=transport)

    def child() -> str:
        with pytest.raises(ConfigurationError) as raised:
            client.send(get_contact("x"))
        return str(raised.value)

    assert "this Client was made in another process, with a transport of its own" in Child(child).result()
    assert whautomate_emulator.requests() == []


def test_a_child_of_a_client_that_was_stopped_is_stopped(whautomate_emulator: Emulator) -> None:
    with Client(account_of(whautomate_emulator, plan="subscribed"), pool=NoLimit(), max_requests=3) as client:
        client.used.send()
        client.stop()

        def child() -> list[Any]:
            with pytest.raises(Stopped):
                client.send(get_contact("x"))
            return [client.requests]

        assert Child(child).result() == [1]


class SharedClock(Database):
    """A database whose time stands still, here and in forked children, until one of them sleeps."""

    def __init__(self, url: str) -> None:
        self._time = multiprocessing.RawValue("d", 1_000_000.0)
        super().__init__(url)

    def now(self, connection: Any) -> float:
        return self.steady()

    def steady(self) -> float:
        return float(self._time.value)

    def sleep(self, seconds: float) -> None:
        self._time.value += seconds


def test_a_child_forked_while_the_parent_waits_in_the_pool_gets_its_permits(state_url: str, account: str) -> None:
    clock, asleep, child_ended = SharedClock(state_url), threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        child_ended.wait()
        clock.sleep(seconds)

    pool = SharedPool(clock, account, Limits([(2, 60.0)]), sleep=sleep)
    pool.acquire(2)
    waits = [threading.Thread(target=pool.acquire, daemon=True) for _ in range(2)]
    for thread in waits:
        thread.start()
    asleep.wait()

    def child() -> int:
        pool._sleep = clock.sleep
        with pytest.raises(QuotaExhausted):
            pool.acquire(max_wait=0.0)
        pool.acquire()
        asyncio.run(pool.aacquire())
        return len(pool.remaining())

    assert Child(child).result() == 1
    child_ended.set()
    for thread in waits:
        thread.join()


def test_a_child_forked_in_an_event_loop_that_waits_in_the_pool_gets_its_permits(state_url: str, account: str) -> None:
    pool = SharedPool(Database(state_url), account, Limits([(2, 0.5)]), margin=lambda seconds: 0.0)

    async def parent() -> str:
        await pool.aacquire(2)
        waits = [asyncio.create_task(pool.aacquire()) for _ in range(2)]
        while not pool._queues["interactive"]._asleep:  # its threads and its line are in use then
            await asyncio.sleep(0.001)
        child = Child(lambda: asyncio.run(pool.aacquire()).permits)
        result = await asyncio.to_thread(child.result)
        await asyncio.gather(*waits)
        return str(result)

    assert asyncio.run(parent()) == "1"


def test_a_child_asks_in_its_own_name(state_url: str, account: str) -> None:
    pool = open_state(state_url).pool(account, Limits([(2, 2.0)]))
    child = Child(lambda: pool.acquire().permits)
    assert child.result() == 1
    assert pool.usage().asked_by.endswith(f":{child.pid}")
