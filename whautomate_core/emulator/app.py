"""The emulator as an ASGI app.

A request meets, in this order: its key, the limits, the route, the shape of its query and body, faults that do
nothing, its effect, faults that come after the effect. The record of what arrived is kept whatever happens.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from . import broadcasts, contract, control, errors, templates
from .behaviour import Behaviour
from .browsers import CONTROL, NoBrowsers
from .contract import Operation, Request
from .faults import BEFORE, Fault
from .resources import Handler, handlers
from .world import Planned, Problem, World

KEY = "emulator-key"
"""The default API key of an emulator."""


def create_app(
    behaviour: Behaviour | None = None,
    key: str = KEY,
    path: str = ":memory:",
    clock: Callable[[], float] = time.time,
    faults: Sequence[Fault] = (),
    keep_bodies: bool = True,
) -> Starlette:
    """An emulator of the vendor's API, ready to be served or to be called in the same process.

    behaviour: the answers to the open questions, the inconvenient ones by default. key: the account's x-api-key.
    path: ":memory:", or a SQLite file, readable by its owner alone, in which everything outlives the process; one
    process at a time. Raises OSError where it can't be written, ValueError for one of another version. clock: seconds
    since 1970. faults: on order from the first call. keep_bodies: whether the record of requests holds their bodies.
    `whautomate_core.emulator.control.Emulator(app)` asks it what arrived and tells it what to do.
    """
    world = World(behaviour or Behaviour(), path, clock)
    for fault in faults:
        world.faults.add(fault)
    vendor = _Vendor(world, key, {**handlers(), **templates.HANDLERS}, keep_bodies)
    routes = [Mount(CONTROL, routes=control.routes(lambda: app)), Route("/{path:path}", vendor)]
    app = Starlette(routes=routes, middleware=[Middleware(NoBrowsers)])
    app.state.world = world
    app.state.key = key
    return app


@dataclass
class _Arrival:
    """A request on its way through: what is known about it, and how it ended."""

    number: int
    operation: str | None = None
    fault: Fault | None = None
    counted: bool = False


class _Vendor:
    """Answers every path but the control endpoints, as an ASGI app."""

    def __init__(self, world: World, key: str, serves: dict[str, Handler], keep_bodies: bool) -> None:
        self._world = world
        self._key = key.encode()
        self._serves = serves
        self._keep_bodies = keep_bodies
        self._late: set[asyncio.Task[Response]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = HttpRequest(scope, receive)
        try:
            raw_body = await http.body()
        except ClientDisconnect:
            return
        world = self._world
        with world.lock:
            arrival, step = self._arrive(http, raw_body)
        response: Response | None = None
        try:
            response = step if isinstance(step, Response) else await self._with_fault(arrival, step)
        finally:  # also where a client in this process gave up and cancelled the call
            with world.lock:
                refuse = self._leave(arrival, response)
        if response is None:
            return await _cut(scope, connected=arrival.fault is None or arrival.fault.kind != "refused")
        errors.passed(world.behaviour, response)
        if refuse is not None:
            # A client must not take this connection for its next call, which is to be refused.
            response.headers["connection"] = "close"
        await response(scope, receive, send)

    # The steps that take no time, under the lock

    def _arrive(self, http: HttpRequest, raw_body: bytes) -> tuple[_Arrival, Response | Request]:
        """Record the request, and either answer it or pass it on."""
        world = self._world
        raw_path = http.scope.get("raw_path", http.scope["path"].encode()).decode("latin-1")
        operation, params, known = contract.match(http.method, raw_path)
        if not known:
            operation, params, known = templates.match(world, http.method, raw_path)
        query = dict(http.query_params)
        number = world.store.run(
            "INSERT INTO requests (at, monotonic, method, path, operation, query, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
            world.now(),
            time.monotonic(),
            http.method,
            raw_path,
            operation.id if operation else None,
            json.dumps(query),
            raw_body.decode("utf-8", "replace") if raw_body and self._keep_bodies else None,
        )
        arrival = _Arrival(number, operation.id if operation else None)
        try:
            behaviour = world.behaviour
            if operation is None and behaviour.gateway == "aws":  # it looks for the path before the key
                return arrival, errors.no_path(behaviour, known)
            if not secrets.compare_digest(http.headers.get("x-api-key", "").encode(), self._key):
                return arrival, errors.failure(behaviour, behaviour.bad_key, "the API key is missing or wrong")
            refusal = world.limits.ask(world.now())
            arrival.counted = refusal is None or behaviour.refused_count
            if refusal is not None:
                response = errors.too_many(behaviour, refusal)
                if behaviour.retry_after:
                    response.headers["retry-after"] = str(max(1, math.ceil(refusal.wait)))
                return arrival, response
            if operation is None:
                return arrival, errors.no_path(behaviour, known)
            if operation.id in behaviour.forbidden:
                return arrival, errors.failure(behaviour, 403, "the key lacks the permission for this (forbidden)")
            return arrival, Request(operation, params, query, _body(operation, raw_body))
        except Problem as problem:
            return arrival, errors.body_error(problem)

    def _effect(self, arrival: _Arrival, request: Request) -> Response:
        """Do what the request asks, entirely or not at all."""
        world = self._world
        with world.lock:
            self._happen(lambda planned: planned.is_due(request.operation.id, request.query.get("page", "1")))
            with world.store.transaction():
                broadcasts.settle(world)
            world.request = arrival.number
            try:
                with world.store.transaction():
                    return _json(_as_asked(world, request, self._serves[request.operation.id](world, request)))
            except Problem as problem:
                if request.operation.id in world.behaviour.error_in_200:
                    return _json(_failed(problem.message))
                return errors.error(problem)
            finally:
                world.request = None

    def _leave(self, arrival: _Arrival, response: Response | None) -> float | None:
        """Record how the request ended, and apply changes planned before the next call."""
        world = self._world
        world.store.run(
            "UPDATE requests SET counted = ?, status = ?, fault = ? WHERE number = ?",
            arrival.counted,
            response.status_code if response is not None else None,
            arrival.fault.kind if arrival.fault else None,
            arrival.number,
        )
        for planned in world.planned:
            if planned.calls is not None:
                planned.calls -= 1
        self._happen(lambda planned: planned.calls is not None and planned.calls <= 0)
        if world.refuse is None or arrival.operation is None:
            return None
        seconds = world.faults.refusal(arrival.operation)
        if seconds is not None:
            world.refuse(seconds)
        return seconds

    def _happen(self, due: Callable[[Planned], bool]) -> None:
        world = self._world
        for planned in [planned for planned in world.planned if due(planned)]:
            world.planned.remove(planned)
            with world.store.transaction():
                broadcasts.settle(world)
                planned.do(world)

    # The steps that may take time

    async def _with_fault(self, arrival: _Arrival, request: Request) -> Response | None:
        """The answer, or None if the connection is cut instead."""
        world = self._world
        with world.lock:
            arrival.fault = fault = world.faults.due(request.operation.id, port=world.refuse is not None)
        if fault is None:
            return self._effect(arrival, request)
        if fault.kind in BEFORE:
            return _nothing_done(world.behaviour, fault)
        if fault.kind == "late_commit":
            # In a task of its own: the client gives up meanwhile, and that must not stop it.
            late = asyncio.create_task(self._later(fault.seconds, arrival, request))
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return await asyncio.shield(late)
        response = self._effect(arrival, request)
        if fault.kind == "slow":
            await world.pause(fault.seconds)
        if fault.kind == "dropped_after":
            return None
        if fault.kind == "500_after":
            return errors.failure(world.behaviour, 500, "a fault on order")
        if fault.kind == "not_json":
            return HTMLResponse("<html><body>One moment, please</body></html>")
        return response

    async def _later(self, seconds: float, arrival: _Arrival, request: Request) -> Response:
        await self._world.pause(seconds)
        return self._effect(arrival, request)


def _as_asked(world: World, request: Request, answer: Any) -> Any:
    """The answer under the requested id, if a different record answers to it."""
    if isinstance(answer, dict) and request.path:
        alias = world.aliases.get(request.id)
        if alias is not None and alias.keeps_id and answer.get("id") == alias.record:
            return {**answer, "id": request.id}
    return answer


def _body(operation: Operation, raw: bytes) -> dict[str, Any]:
    if operation.check_body is None:
        return {}
    try:
        body = json.loads(raw)
        # What JSON text can hold and neither SQLite nor JSON itself can: infinities and half surrogate pairs.
        json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Problem(400, "the body is not JSON") from None
    wrong = contract.problem_with(operation, body)
    if wrong is not None:
        raise Problem(400, wrong)
    checked: dict[str, Any] = body
    return checked


def _failed(message: str) -> dict[str, Any]:
    """An error inside an answer 200."""
    return {"error": message}


def _nothing_done(behaviour: Behaviour, fault: Fault) -> Response | None:
    if fault.kind == "500_before":
        return errors.failure(behaviour, 500, "a fault on order")
    if fault.kind == "503":
        return errors.failure(behaviour, 503, "a fault on order")
    if fault.kind == "error_in_200":
        return _json(_failed("it didn't work"))
    return None


def _json(value: Any) -> Response:
    return JSONResponse(value)


async def _cut(scope: Scope, connected: bool) -> None:
    """End the connection without an answer."""
    transport = scope.get("state", {}).get("transport")
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0)  # lets the server notice that the connection is gone before the app returns
        return
    # No connection to cut, since client and app share a process: the client sees what it would have seen.
    import httpx

    raise httpx.ReadError("connection reset") if connected else httpx.ConnectError("connection refused")
