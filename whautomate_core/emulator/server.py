"""The emulator on a port: until stopped, or for as long as a test takes."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from .world import World


def serve(
    app: Starlette, host: str = "127.0.0.1", port: int = 8787, ready: Callable[[str], None] | None = None
) -> None:
    """Serve until interrupted (Ctrl-C, SIGTERM).

    host: an address; anything but loopback lets others in. port: 0 takes a free one. ready: called with the base URL
    once connections are accepted. Raises OSError where the port can't be had.
    """
    with _bound(host, port) as bound:
        server = _Server(app, bound, (lambda: ready(_url(bound))) if ready is not None else None)
        with contextlib.suppress(KeyboardInterrupt):
            server.run([bound])


@contextlib.contextmanager
def running(app: Starlette, port: int = 0) -> Iterator[str]:
    """Serve on loopback in a thread of its own, giving the base URL (http://127.0.0.1:PORT).

    port: 0 takes a free one. Requests still under way at the end get a second to finish.
    """
    started = threading.Event()
    with _bound("127.0.0.1", port) as bound:
        server = _Server(app, bound, started.set)
        thread = threading.Thread(target=server.run, args=([bound],), name="whautomate-emulator", daemon=True)
        thread.start()
        try:
            while not started.wait(0.05):
                if not thread.is_alive():
                    raise RuntimeError("the emulator didn't start")
            yield _url(bound)
        finally:
            server.stop()
            thread.join()


class _Protocol(H11Protocol):
    """HTTP as ever, but the app can get at the connection, to cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """uvicorn, with a port that can be closed for a while."""

    def __init__(self, app: Starlette, bound: socket.socket, ready: Callable[[], None] | None) -> None:
        # No access log: queries hold phone numbers.
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._address = bound.getsockname()[:2]
        self._world: World = app.state.world
        self._ready = ready
        self._reserved: socket.socket | None = None
        """Holds the port while it refuses."""
        self._ended = asyncio.Event()

    async def main_loop(self) -> None:
        # uvicorn's own looks only ten times a second whether it is to end, which many tests would wait for.
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), 0.1)

    def stop(self) -> None:
        """End at once, from any thread."""
        self.should_exit = True
        with contextlib.suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._ended.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._reserved = None
        self._world.refuse = self.refuse
        if self._ready is not None:
            self._ready()
            self._ready = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._world.refuse = None
        if self._reserved is not None:
            self._reserved.close()
        # As uvicorn's own, which pauses for a tenth of a second.
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if under_way := set(self.server_state.tasks):
            _, late = await asyncio.wait(under_way, timeout=self.config.timeout_graceful_shutdown)
            for task in late:
                task.cancel()

    def refuse(self, seconds: float) -> None:
        """Refuse connections for this many seconds, from any thread. In force on return."""
        if threading.get_ident() == self._thread:
            self._close(seconds)
        else:
            asyncio.run_coroutine_threadsafe(self._close_soon(seconds), self._loop).result()

    async def _close_soon(self, seconds: float) -> None:
        self._close(seconds)

    def _close(self, seconds: float) -> None:
        if self._reserved is not None or self.should_exit:
            return
        for listener in self.servers:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()  # at once where idle, else when it has answered
        # Bound but not listening: connections are refused, and nobody else takes the port meanwhile.
        self._reserved = _bind(*self._address)
        self._loop.call_later(seconds, self._open)

    def _open(self) -> None:
        if self._reserved is not None and not self.should_exit:
            self._opening = self._loop.create_task(self.startup([self._reserved]))


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    bound = _bind(host, port)
    try:
        yield bound
    finally:
        bound.close()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the protocol is named; left on, each answer takes 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


def _url(bound: socket.socket) -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
