"""What a hostile or broken server leaves on a connection is never taken for the answer to another request."""

import asyncio
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import NoLimit

from whautomate_core.account import account_from_settings
from whautomate_core.api.contacts import get_contact, list_contacts
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.state.pool import Grant


def response(value: Any) -> bytes:
    content = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
        len(content),
        content,
    )


def chunked(value: Any) -> bytes:
    content = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)


STRANGER = [{"id": "stranger"}]
LARGE = [{"id": "asked", "notes": "x" * 300_000}]
# What the server sends in answer to a request for a list, at once.
LEFT_OVER: dict[str, bytes] = {
    "a second answer": response([{"id": "asked"}]) + response(STRANGER),
    "a second answer, the first in chunks": chunked([{"id": "asked"}]) + response(STRANGER),
    "a second answer after a large one": response(LARGE) + response(STRANGER),
    "a body that is longer than it said": response([{"id": "asked"}]) + b"   ",
    "half of a second answer": response([{"id": "asked"}]) + response(STRANGER)[:30],
    "a hundred more": response([{"id": "asked"}]) + response(STRANGER) * 100,
}


class Server:
    """Answers each request by the same bytes, on any number of connections."""

    def __init__(self, sends: bytes, context: ssl.SSLContext | None = None) -> None:
        self.sends = sends
        self.connections = self.requests = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Any) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                while b"\r\n\r\n" in (connection.recv(65536) or b""):
                    self.requests += 1
                    connection.sendall(self.sends)
        except OSError:
            pass


def ids(host: str, kind: str, times: int, pool: Any = None, **settings: Any) -> list[list[str]]:
    """The ids that so many requests for a list give, one after the other with one client."""
    account = account_from_settings(host, "key", {"plan": "subscribed", **settings})
    call = list_contacts(filters={"limit": 100})
    if kind == "Client":
        with Client(account, pool=pool or NoLimit()) as client:
            return [[one["id"] for one in client.send(call)] for _ in range(times)]

    async def run() -> list[list[str]]:
        async with AsyncClient(account, pool=pool or NoLimit()) as client:
            return [[one["id"] for one in await client.send(call)] for _ in range(times)]

    return asyncio.run(run())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, *names],
        check=True,
        capture_output=True,
    )
    return key, certificate


@pytest.fixture(params=["http", "https"])
def serve(request: pytest.FixtureRequest) -> Iterator[Any]:
    servers: list[Server] = []

    def serve(sends: bytes) -> tuple[Server, dict[str, Any]]:
        context, settings = None, {}
        if request.param == "https":
            key, certificate = request.getfixturevalue("certificate")
            context, settings = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), {"ca_bundle": str(certificate)}
            context.load_cert_chain(certificate, key)
        servers.append(Server(sends, context))
        return servers[-1], settings

    yield serve
    for server in servers:
        server.close()


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize("what", LEFT_OVER)
def test_a_connection_with_bytes_left_over_is_dropped(what: str, kind: str, serve: Any) -> None:
    server, settings = serve(LEFT_OVER[what])
    assert ids(server.url, kind, 8, **settings) == [["asked"]] * 8
    assert server.connections == 8


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize("answer", [response, chunked])
def test_a_connection_without_any_is_used_again(answer: Any, kind: str, serve: Any) -> None:
    server, settings = serve(answer(LARGE))
    assert ids(server.url, kind, 8, **settings) == [["asked"]] * 8
    assert server.connections == 1


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_what_is_left_over_reaches_no_other_thread_or_coroutine(kind: str) -> None:
    """Answers that name their record, many at once on few connections, each followed by that of another."""
    server = Server(response({"id": "asked"}) + response({"id": "stranger"}))
    account = account_from_settings(server.url, "key", {"plan": "subscribed"})
    try:
        if kind == "Client":
            with Client(account, pool=NoLimit()) as client:
                threads = [
                    threading.Thread(target=lambda: [client.send(get_contact("asked")) for _ in range(20)])
                    for _ in range(8)
                ]
                errors: list[Any] = []
                threading.excepthook = lambda raised: errors.append(raised.exc_value)
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                assert errors == []
        else:

            async def run() -> None:
                async with AsyncClient(account, pool=NoLimit()) as client:
                    await asyncio.gather(*(client.send(get_contact("asked")) for _ in range(160)))

            asyncio.run(run())
    finally:
        threading.excepthook = threading.__excepthook__
        server.close()
    assert server.connections == 160


# --- when a request leaves


class Departures(NoLimit):
    """Notes at each departure how many requests the server has been sent until then."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.sent_before: list[int] = []
        self._server = server

    def departed(self, grant: Grant) -> None:
        time.sleep(0.02)  # a request that has left meanwhile would have arrived
        self.sent_before.append(self._server.requests)

    async def adeparted(self, grant: Grant) -> None:
        await asyncio.sleep(0.02)
        self.sent_before.append(self._server.requests)


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize(
    "sends", [response([{"id": "asked"}]), LEFT_OVER["a second answer"]], ids=["alone", "followed"]
)
def test_a_permit_counts_from_the_moment_before_its_request_leaves_and_once(
    sends: bytes, kind: str, serve: Any
) -> None:
    """On new connections, on those used again, and on those that replace one with something left over."""
    server, settings = serve(sends)
    pool = Departures(server)
    assert ids(server.url, kind, 4, pool, **settings) == [["asked"]] * 4
    assert pool.sent_before == [0, 1, 2, 3]


class Tunnel:
    """A proxy that connects to whatever it is asked for."""

    def __init__(self) -> None:
        self.requests = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                inside, _ = self._listener.accept()
                name, port = inside.recv(65536).split()[1].decode().rsplit(":", 1)
                self.requests += 1
                outside = socket.create_connection((name, int(port)))
                inside.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                for one, other in ((inside, outside), (outside, inside)):
                    threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize(
    "sends", [response([{"id": "asked"}]), LEFT_OVER["a second answer"]], ids=["alone", "followed"]
)
def test_through_a_tunnel_a_permit_counts_from_when_the_request_itself_leaves(
    sends: bytes, kind: str, certificate: tuple[Path, Path]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate[1], certificate[0])
    server, tunnel = Server(sends, context), Tunnel()
    pool = Departures(server)
    try:
        found = ids(server.url, kind, 2, pool, ca_bundle=str(certificate[1]), proxy=tunnel.url)
    finally:
        server.close()
        tunnel.close()
    assert found == [["asked"]] * 2
    opened = 1 if sends == response([{"id": "asked"}]) else 2
    assert (server.connections, tunnel.requests) == (opened, opened)
    assert pool.sent_before == [0, 1]  # the pool is told of the requests alone, and not of the tunnels that are opened
