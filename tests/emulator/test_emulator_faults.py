"""Faults, inside one process and over TCP."""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from whautomate_core.emulator import Emulator, Fault, behaviour_from, create_app, running

from .conftest import Caller, error

BODY = {"name": "Ada", "phoneNumber": "+15550000001", "location": {"id": "loc000000001"}}

# kind, what the client sees (a status or an exception), contacts afterwards
SEEN: list[tuple[Any, Any, int]] = [
    ("dropped_before", httpx.TransportError, 0),
    ("dropped_after", httpx.TransportError, 1),
    ("500_before", 500, 0),
    ("500_after", 500, 1),
    ("503", 503, 0),
    ("slow", 200, 1),
    ("late_commit", 200, 1),
    ("not_json", 200, 1),
    ("error_in_200", 200, 0),
]


@pytest.fixture
def served() -> Iterator[Emulator]:
    app = create_app(behaviour_from({"limits": ()}))
    emulator = Emulator(app)
    with running(app) as emulator.url:
        yield emulator
    emulator.close()


@pytest.fixture
def http(served: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, headers={"x-api-key": served.key}, timeout=600) as client:
        yield client


@pytest.mark.parametrize(("kind", "seen", "contacts"), SEEN)
def test_each_fault_in_process(call: Caller, kind: Any, seen: Any, contacts: int) -> None:
    is_slow = kind in ("slow", "late_commit")
    call.emulator.fault(kind, seconds=0.05 if is_slow else math.inf)  # the others would wait for ever, if at all
    began = time.perf_counter()
    if isinstance(seen, int):
        assert call("POST", "/v1/contacts", BODY, check=False).status_code == seen
    else:
        with pytest.raises(seen):
            call("POST", "/v1/contacts", BODY)
    assert not is_slow or time.perf_counter() - began >= 0.05
    assert len(call.emulator.contacts()) == contacts
    [arrived] = call.emulator.requests()
    assert (arrived["fault"], arrived["status"]) == (kind, seen if isinstance(seen, int) else None)
    assert call("POST", "/v1/contacts", BODY).status_code == 200
    assert call.emulator.faults() == []


@pytest.mark.parametrize(("kind", "seen", "contacts"), SEEN)
def test_each_fault_over_tcp(served: Emulator, http: httpx.Client, kind: Any, seen: Any, contacts: int) -> None:
    served.fault(kind, on=2, operation="createContact", seconds=0.05)
    http.get("/v1/account-info")
    http.post("/v1/contacts", json=BODY)
    if isinstance(seen, int):
        assert http.post("/v1/contacts", json=BODY).status_code == seen
    else:
        with pytest.raises(seen):
            http.post("/v1/contacts", json=BODY)
    assert len(served.contacts()) == 1 + contacts
    assert http.post("/v1/contacts", json=BODY).status_code == 200
    assert [each["fault"] for each in served.requests()] == [None, None, kind, None]


def test_what_the_wrong_answers_hold(call: Caller) -> None:
    call.emulator.fault("not_json")
    html = call("GET", "/v1/contacts", check=False)
    assert (html.headers["content-type"], html.text[:6]) == ("text/html; charset=utf-8", "<html>")
    call.emulator.fault("error_in_200")
    assert error(call("POST", "/v1/contacts", BODY)) == (200, "it didn't work")


async def given_up(http: httpx.AsyncClient, emulator: Emulator) -> None:
    """A client that gives up once the emulator holds its call."""
    posting = asyncio.create_task(http.post("/v1/contacts", json=BODY))
    while not emulator.held():
        await asyncio.sleep(0.01)
    posting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await posting


def give_up(served: Emulator) -> None:
    async def over_tcp() -> None:
        async with httpx.AsyncClient(base_url=served.url, headers={"x-api-key": served.key}, timeout=600) as http:
            await given_up(http, served)

    asyncio.run(over_tcp())


def test_late_commit_comes_after_the_client_gave_up(served: Emulator) -> None:
    served.fault("late_commit", seconds=math.inf)
    give_up(served)
    assert served.contacts() == []
    served.release()
    until(lambda: len(served.contacts()) == 1)


def test_late_commit_survives_cancelling_in_process(call: Caller) -> None:
    call.emulator.fault("late_commit", seconds=math.inf)

    async def in_process() -> None:
        await given_up(call.http, call.emulator)
        assert call.emulator.contacts() == []
        call.emulator.release()
        while not call.emulator.contacts():
            await asyncio.sleep(0.01)

    call.run(in_process())
    assert len(call.emulator.contacts()) == 1
    assert call.emulator.requests()[0]["counted"]


def test_slow_has_its_effect_before_the_client_gives_up(served: Emulator) -> None:
    served.fault("slow", seconds=math.inf)
    give_up(served)
    assert len(served.contacts()) == 1


def test_other_calls_go_on_while_one_is_slow(served: Emulator, http: httpx.Client) -> None:
    served.fault("slow", operation="listSegments", seconds=math.inf)
    with ThreadPoolExecutor(1) as executor:
        slow = executor.submit(http.get, "/v1/segments")
        until(served.held)
        assert http.get("/v1/account-info").status_code == 200
        assert not slow.done()
        served.release()
        assert slow.result().status_code == 200


def test_the_port_refuses_at_once(served: Emulator, http: httpx.Client) -> None:
    http.get("/v1/account-info")  # leaves an idle connection, which must not be of use
    served.fault("refused", seconds=math.inf)
    for _ in range(3):
        with pytest.raises(httpx.ConnectError):
            http.get("/v1/account-info")
    assert len(served.requests()) == 1


def test_the_port_comes_back(served: Emulator, http: httpx.Client) -> None:
    served.fault("refused", seconds=0.1)
    until(lambda: answers(http))
    assert http.get("/v1/account-info").status_code == 200
    assert len(served.requests()) == 2


def test_the_nth_call_is_refused(served: Emulator, http: httpx.Client) -> None:
    served.fault("refused", on=3, operation="createContact", seconds=math.inf)
    assert http.post("/v1/contacts", json=BODY).status_code == 200
    assert http.get("/v1/account-info").status_code == 200
    assert http.post("/v1/contacts", json=BODY).headers["connection"] == "close"
    with pytest.raises(httpx.ConnectError):
        http.post("/v1/contacts", json=BODY)
    assert len(served.contacts()) == 2


def test_an_emulator_can_stop_while_it_refuses() -> None:
    app = create_app()
    with running(app) as url:
        Emulator(app, url).fault("refused", seconds=60)
    with running(app, port=int(url.rsplit(":", 1)[1])) as again:
        assert httpx.get(f"{again}/_emulator/behaviour", timeout=600).status_code == 200


def test_refused_in_process(call: Caller) -> None:
    call.emulator.fault("refused", on=2)
    assert call("POST", "/v1/contacts", BODY).status_code == 200
    with pytest.raises(httpx.ConnectError):
        call("POST", "/v1/contacts", BODY)
    assert len(call.emulator.contacts()) == 1
    assert call("POST", "/v1/contacts", BODY).status_code == 200


def test_a_script_of_faults(call: Caller) -> None:
    for on, kind in ((1, "503"), (3, "500_after"), (3, "500_before")):
        call.emulator.fault(kind, on=on, operation="createContact")  # type: ignore[arg-type]
    seen = []
    for _ in range(5):
        call("GET", "/v1/contacts")
        seen.append(call("POST", "/v1/contacts", BODY).status_code)
    assert seen == [503, 200, 500, 500, 200]
    assert len(call.emulator.contacts()) == 3


def test_calls_that_change_nothing_anyway_are_not_counted(make: Any) -> None:
    call = make(limits=((3, 60),))
    call.emulator.fault("503", on=2)
    call("GET", "/v1/contacts", headers={"x-api-key": "wrong"})
    call("POST", "/v1/contacts", {})
    call("GET", "/v1/nothing")  # nor against the limits: the gateway knows no such path
    assert [call("GET", "/v1/contacts").status_code for _ in range(3)] == [200, 503, 429]


def test_faults_by_probability_follow_from_the_seed(make: Any) -> None:
    def seen(seed: int) -> list[int]:
        call = make(seed=seed)
        call.emulator.fault("503", probability=0.3)
        return [call("GET", "/v1/contacts").status_code for _ in range(100)]

    first = seen(1)
    assert 15 < first.count(503) < 45
    assert seen(1) == first != seen(2)


def test_clearing_faults(call: Caller) -> None:
    call.emulator.fault("503", probability=1)
    assert call("GET", "/v1/contacts").status_code == 503
    call.emulator.clear_faults()
    assert call("GET", "/v1/contacts").status_code == 200


def test_faults_from_the_beginning() -> None:
    app = create_app(faults=[Fault("503", on=2)])
    assert Emulator(app).faults() == [Fault("503", on=2)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "explode"},
        {"kind": "503", "on": 0},
        {"kind": "503", "on": 1, "probability": 0.5},
        {"kind": "503", "probability": 1.5},
        {"kind": "slow", "seconds": -1},
        {"kind": "503", "operation": "createContakt"},
    ],
)
def test_a_fault_that_is_none(call: Caller, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        call.emulator.fault(**wrong)
    assert call("POST", "/_emulator/faults", wrong).status_code == 400


def test_an_answer_is_sent_at_once() -> None:
    """Nagle's algorithm would hold each back for 40 ms."""
    app, is_on = create_app(), []

    class Looks:
        def __init__(self, app: Any) -> None:
            self._app = app

        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            connection = scope["state"]["transport"].get_extra_info("socket")
            is_on.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            await self._app(scope, receive, send)

    app.add_middleware(Looks)
    with running(app) as url:
        assert httpx.get(f"{url}/_emulator/behaviour", timeout=600).status_code == 200
    assert is_on == [1]


def answers(http: httpx.Client) -> bool:
    try:
        return http.get("/v1/account-info").status_code == 200
    except httpx.ConnectError:
        return False


def until(true: Any) -> None:
    while not true():
        time.sleep(0.01)


def test_a_slow_answer_is_held_until_it_is_let_go(served: Emulator, http: httpx.Client) -> None:
    served.fault("slow", seconds=math.inf)
    with ThreadPoolExecutor(1) as executor:
        answer = executor.submit(http.post, "/v1/contacts", json=BODY)
        until(served.held)
        assert len(served.contacts()) == 1
        assert not answer.done()
        served.release()
        assert answer.result().status_code == 200
