"""No password of an address comes out: whatever is in it, wherever it stands, however it fails."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
from conftest import NoLimit
from frames import shown
from pydantic import SecretStr

from whautomate_core.account import account_from_settings
from whautomate_core.api.account import get_account_info
from whautomate_core.client.client import Client
from whautomate_core.errors import WhautomateError
from whautomate_core.rows.files import open_file, write_text
from whautomate_core.rows.sources import Sql, rows
from whautomate_core.state.database import Database
from whautomate_core.values.redaction import database_url, file_name, shown_id, shown_url

BETWEEN = ["@", "/", "#", "?", ":", "%", " ", "[", "]", "\\", "'", "&", "=", "+", "Ä", "@host/"]
PASSWORDS = [f"Kiwi{one}Mango" for one in BETWEEN]
SPELLED = [*PASSWORDS, *(quote(one, safe="") for one in PASSWORDS)]


def require_silent(text: str) -> None:
    for part in ("kiwi", "mango"):
        at = text.casefold().find(part)
        assert at < 0, text[max(at - 300, 0) : at + 100]


def postgres_that_quotes(connection: socket.socket) -> None:
    """A server of PostgreSQL that asks for the password and says it in its error."""

    def read() -> bytes:
        return connection.recv(int.from_bytes(connection.recv(4), "big") - 4)

    with suppress(OSError, ValueError), connection:
        connection.settimeout(5)
        if len(read()) == 4:  # is TLS spoken?
            connection.sendall(b"N")
            read()
        connection.sendall(b"R\0\0\0\x08\0\0\0\x03")
        connection.recv(1)
        words = b"SFATAL\0C28P01\0Mpassword authentication failed for " + read() + b"\0"
        connection.sendall(b"E" + (len(words) + 4).to_bytes(4, "big") + words)


def ftp_that_quotes(connection: socket.socket) -> None:
    """A server of FTP that says the password in its error."""
    with suppress(OSError), connection, connection.makefile("rb") as lines:
        connection.settimeout(5)
        connection.sendall(b"220 hello\r\n")
        lines.readline()
        connection.sendall(b"331 go on\r\n")
        connection.sendall(b"530 wrong: " + lines.readline())


@pytest.fixture
def serving() -> Iterator[Callable[[Callable[[socket.socket], None]], int]]:
    """What answers connections -> its port."""
    servers = []

    def serve(answer: Callable[[socket.socket], None]) -> int:
        server = socket.create_server(("127.0.0.1", 0))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    answer(server.accept()[0])

        thread = Thread(target=accept, daemon=True)
        thread.start()
        servers.append((server, thread))
        return int(server.getsockname()[1])

    yield serve
    for server, thread in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def open_state(url: str) -> None:
    Database(url).run(lambda connection: None)


def query(url: str) -> None:
    rows(Sql("SELECT 1 AS x", SecretStr(url)), None)


def read_file(url: str) -> None:
    rows(url, None)


def write_file(url: str) -> None:
    write_text(url, "x")


def use_host(url: str) -> None:
    account_from_settings(url, "k")


def use_proxy(url: str) -> None:
    account = account_from_settings("http://127.0.0.1:1", "k", {"proxy": url})
    with Client(account, pool=NoLimit(), sleep=lambda seconds: None) as client:
        client.send(get_account_info())


DATABASES = [
    "postgresql://u:{}@127.0.0.1:1/d",
    "postgresql://u:{}@127.0.0.1:port/d",
    "postgresql://u:{}@127.0.0.1:{{quoting}}/d",
    "postgresql://u:{}@no.such.host.invalid/d",
    "postgresql://127.0.0.1:1/d?user=u&password={}",
    "postgresql://127.0.0.1:{{quoting}}/d?user=u&password={}",
    "postgresql://u:{}@127.0.0.1:1/d?no_such_option=1",
    "postgresql+nosuch://u:{}@127.0.0.1:1/d",
    "postgresql+asyncpg://u:{}@127.0.0.1:1/d",
    "mysql://u:{}@127.0.0.1:1/d",
    "nosuch://u:{}@127.0.0.1:1/d",
    "u:{}@127.0.0.1:1/d",
]
FILES = [
    "ftp://u:{}@127.0.0.1:1/x.csv",
    "ftp://u:{}@127.0.0.1:port/x.csv",
    "ftp://u:{}@127.0.0.1:{{quoting}}/x.csv",
    "ftp://u:{}@no.such.host.invalid/x.csv",
    "ftp://u:{}@127.0.0.1:1",
    "sftp://u:{}@127.0.0.1:1/x.csv",
    "https://u:{}@127.0.0.1:1/x.csv",
    "https://127.0.0.1:1/x.csv?signature={}",
    "https://127.0.0.1:1/x?signature={}",
    "nosuch://bucket/x.csv?X-Amz-Signature={}",
    "nosuch://bucket/x?X-Amz-Signature={}",
    "nosuch://container@account.invalid/x.csv?sig={}",
    "nosuch://bucket/x.csv#{}",
    "nosuch://u:{}@127.0.0.1:1/x.csv",
]
PROXIES = [
    "http://u:{}@127.0.0.1:1",
    "http://u:{}@127.0.0.1:port",
    "http://u:{}@127.0.0.1:99999",
    "socks5://u:{}@127.0.0.1:1",
    "ftp://u:{}@127.0.0.1:1",
    "u:{}@127.0.0.1:1",
]
HOSTS = [
    "https://u:{}@api.invalid",
    "u:{}@api.invalid",
    "https://{}@api.invalid",
    "https://api.invalid/{}",
    "https://api.invalid:{}",
    "https://api.invalid/?key={}",
    "https://api.invalid#{}",
    "{}://api.invalid",
]
CASES = [
    *((open_state, url) for url in DATABASES),
    *((query, url) for url in DATABASES),
    *((read_file, url) for url in FILES),
    *((write_file, url) for url in FILES if "x.csv" in url),
    *((use_host, url) for url in HOSTS),
    *((use_proxy, url) for url in PROXIES),
]


@pytest.mark.parametrize(("use", "url"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_no_password_comes_out(
    use: Callable[[str], None],
    url: str,
    serving: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    recwarn: pytest.WarningsRecorder,
) -> None:
    monkeypatch.setattr("whautomate_core.state.database.PATIENCE", 0.0)
    quoting = serving(ftp_that_quotes if url.startswith("ftp") else postgres_that_quotes) if "quoting" in url else 0
    for password in SPELLED[::6] if "no.such.host" in url else SPELLED:  # looking a name up takes its time
        with pytest.raises(WhautomateError) as error:
            use(url.format(password).format(quoting=quoting))
        require_silent(shown(error.value))
    require_silent(caplog.text + "".join(str(one.message) for one in recwarn))


@pytest.mark.parametrize("password", PASSWORDS)
def test_an_encoded_password_reaches_the_server(password: str, serving: Any) -> None:
    received: list[bytes] = []

    def server(connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            lines.readline()
            connection.sendall(b"331 go on\r\n")
            received.append(lines.readline())
            connection.sendall(b"530 wrong\r\n")

    with pytest.raises(WhautomateError, match=r"ftp://127\.0\.0\.1:\d+/x\.csv can't be opened: error_perm"):
        open_file(f"ftp://u:{quote(password, safe='')}@127.0.0.1:{serving(server)}/x.csv")
    assert f"PASS {password}\r\n".encode() in received
    url = database_url(f"postgresql://u:{quote(password, safe='')}@host/d", "state")
    assert (url.password, url.host) == (password, "host")


@pytest.mark.parametrize(
    ("url", "shows"),
    [
        ("ftp://u:p@host:21/a/b.csv", "ftp://host:21/a/b.csv"),
        ("s3://bucket/a@b/c.csv", "s3://b/c.csv"),
        ("https://host/a.csv?signature=x#y", "https://host/a.csv"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("ftp://u:p#q@host/a", "ftp://…"),
        ("ftp://u:p/q", "ftp://…"),
        ("/a/b.csv", "/a/b.csv"),
    ],
)
def test_of_an_address_only_what_can_be_no_secret_is_shown(url: str, shows: str) -> None:
    assert shown_url(url) == shows


@pytest.mark.parametrize("id", ["c123", "0aB3xYz9Qk1", "qXkTbZrWmPa", "8b5f2f3e-1c2d-4e5f-9a0b-1c2d3e4f5a6b"])
def test_ids_are_shown(id: str) -> None:
    assert shown_id(id) == id


@pytest.mark.parametrize(
    "text",
    ["4915123456789", "+49 151 2345678", "ada@example.com", "Ada", "AnnaSchmidt", "my ad 1", "Müller1", "{}", ""],
)
def test_what_is_given_for_an_id_and_looks_like_none_is_not_shown(text: str) -> None:
    assert shown_id(text) == "…"


@pytest.mark.parametrize("id", ["nope", "42", "brd-1", "0aB3xYz9Qk1", "Spring"])
def test_ids_of_what_is_no_person_are_shown(id: str) -> None:
    assert shown_id(id, of_person=False) == id


@pytest.mark.parametrize("text", ["4915123456789", "+49 151 2345678", "ada@example.com", "my ad 1", "Müller1", ""])
def test_what_may_be_a_number_or_a_text_is_shown_for_no_id(text: str) -> None:
    assert shown_id(text, of_person=False) == "…"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("s3://bucket/folder/x.csv?X-Amz-Signature=secret", "x.csv"),
        ("abfs://container@account/x.csv?sig=a/secret", "x.csv"),
        ("ftp://u:p?q/secret@host/x.csv", ""),
        ("s3://bucket/report#1.csv", "report"),
        ("file:///folder/a#1?.csv", "a#1?.csv"),
        ("/folder/a#1?.csv", "a#1?.csv"),
    ],
)
def test_the_name_of_a_file_is_shown_without_what_may_be_a_secret(url: str, name: str) -> None:
    assert file_name(url) == name


@pytest.mark.parametrize("url", ["memory://bucket/report#1.csv", "memory://bucket/x.csv?versionId=3.parquet"])
def test_an_object_is_read_by_its_ending_whatever_looks_like_a_query(url: str) -> None:
    write_text(url, "a\n1\n")
    assert [row.cells for row in rows(url, ["a"])] == [("1",)]
