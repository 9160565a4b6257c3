"""What neither tracebacks, nor logs, nor spans may show of a request: the key, and whom it is about."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread
from typing import Any

import httpx
import pytest
from frames import shown

from whautomate_core.account import account_from_settings
from whautomate_core.api import contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import WhautomateError

KEY, NUMBER, NAME = "s3cr3t-key", "+4915123456789", "Ada Lovelace"
CREATE = contacts.create_contact(
    {"name": NAME, "phoneNumber": NUMBER, "location": {"id": "loc000000001"}}, allow_protected=True
)
SEARCH = contacts.list_contacts(filters={"searchText": f"{NAME} {NUMBER}"})
UPDATE = contacts.update_contact("c1", {"name": NAME, "phoneNumber": NUMBER})
CALLS = [CREATE, SEARCH, UPDATE]


def require_silent(text: str) -> None:
    for secret in (KEY, "15123456789", "Lovelace"):
        assert secret not in text, text[max(text.index(secret) - 200, 0) : text.index(secret) + 50]


def saying(status: int, **answer: Any) -> Callable[[httpx.Request], httpx.Response]:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, **answer)

    return server


def raising(error: BaseException) -> Callable[[httpx.Request], httpx.Response]:
    def server(request: httpx.Request) -> httpx.Response:
        headers = list(request.headers.items())  # as the frames of a transport hold them
        assert headers
        raise error

    return server


ECHO = {"message": f"{KEY} {NUMBER} {NAME}"}
ANSWERS = {
    "400": saying(400, json=ECHO),
    "403": saying(403, json=ECHO),
    "404": saying(404, json=ECHO),
    "429": saying(429, json=ECHO),
    "500": saying(500, json=ECHO),
    "302": saying(302, headers={"location": f"/{NAME}"}),
    "not JSON": saying(200, content=f"{KEY} {NUMBER} {NAME}".encode()),
    "not a record": saying(200, json=f"{KEY} {NUMBER} {NAME}"),
    "an error": saying(200, json={"error": ECHO}),
    "another record": saying(200, json={"id": "c2", "name": NAME, "phoneNumber": NUMBER}),
    "no whole answer": raising(httpx.ReadTimeout("slow")),
    "a lost connection": raising(httpx.RemoteProtocolError(f"{KEY}")),
    "no connection": raising(httpx.ConnectError("refused")),
    "a signal": raising(KeyboardInterrupt()),
    "a fault of a library": raising(RuntimeError("of a library")),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_frame_that_an_error_passed_shows_the_key_or_a_person(answer: str, make_send: Any) -> None:
    send = make_send(account_from_settings("https://api.example", KEY), ANSWERS[answer])
    for call in CALLS[2:] if answer == "another record" else CALLS:
        with pytest.raises((WhautomateError, KeyboardInterrupt, RuntimeError)) as error:
            send(call)
        require_silent(shown(error.value))


@pytest.mark.parametrize("fault", ["dropped_before", "dropped_after", "500_after", "not_json", "signal", "unreachable"])
def test_nor_do_the_frames_of_real_connections(
    fault: str, make_send: Any, whautomate_emulator: Emulator, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = account_from_settings(
        "http://127.0.0.1:1" if fault == "unreachable" else whautomate_emulator.url, whautomate_emulator.key
    )

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    async def astop(*_: Any) -> None:
        raise KeyboardInterrupt

    if fault == "signal":  # in the middle of httpcore
        monkeypatch.setattr(pool, "departed", stop)
        monkeypatch.setattr(pool, "adeparted", astop)
    elif fault != "unreachable":
        whautomate_emulator.fault(fault, probability=1)
    send = make_send(account)
    for call in CALLS:
        with pytest.raises((WhautomateError, KeyboardInterrupt)) as error:
            send(call)
        require_silent(shown(error.value).replace(whautomate_emulator.key, KEY))


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of a server that sends back in its headers what it was sent."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            while asked := connection.recv(65536):
                sent = asked.decode().replace("\r\n", " | ").encode()
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nx-echo: "
                    + sent
                    + b"\r\ncontent-length: 2\r\nset-cookie: k="
                    + sent
                    + b"\r\n\r\n[]"
                )

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_nothing_of_a_request_is_logged_at_debug_and_other_clients_log_on(
    echo: str, make_send: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        make_send(account_from_settings(echo, KEY))(SEARCH)
        require_silent(caplog.text)
        with httpx.Client() as own:  # to the same host
            own.get(f"{echo}/mine")
    assert "/mine" in caplog.text
    assert {"httpx", "httpcore.connection", "httpcore.http11"} <= {record.name for record in caplog.records}


def test_a_client_of_somebody_elses_logs_while_ours_waits(
    echo: str, pool: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other() -> None:
        httpx.get(f"{echo}/theirs")

    def departed(*_: Any) -> None:
        thread = Thread(target=other)
        thread.start()
        thread.join()

    monkeypatch.setattr(pool, "departed", departed)
    with caplog.at_level(logging.DEBUG), Client(account_from_settings(echo, KEY), pool=pool) as client:
        client.send(SEARCH)
    assert "/theirs" in caplog.text
    require_silent(caplog.text)


def test_spans_of_opentelemetry_hold_nothing_of_a_request(echo: str, make_send: Any) -> None:
    instrumentation = pytest.importorskip("opentelemetry.instrumentation.httpx")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    instrumentor = instrumentation.HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    try:
        make_send(account_from_settings(echo, KEY))(SEARCH)
        httpx.get(f"{echo}/mine?q=1")
    finally:
        instrumentor.uninstrument()
    found = spans.get_finished_spans()
    require_silent("".join(one.to_json() for one in found))
    assert [dict(one.attributes)["http.url"].endswith("/mine?q=1") for one in found] == [True]
