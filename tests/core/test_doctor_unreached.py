"""`whautomate doctor` where it reaches nothing, or something else than the API, and what it says to people."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doctor_worlds import NUMBER, people
from typer.testing import CliRunner

from whautomate_core.account import account_from_settings
from whautomate_core.cli.main import app
from whautomate_core.emulator import Emulator
from whautomate_core.state import open_state
from whautomate_core.state.profiles import Profile

RUNS = [[], ["--resource", "segments"], ["--write", "--scratch-number", NUMBER],
        ["--write", "--resource", "contact_tags"]]  # fmt: skip


@contextlib.contextmanager
def other_server(status: int, body: str) -> Iterator[tuple[str, list[str]]]:
    """The address of a web server that isn't the API, and the methods of the requests that it got."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            seen.append(self.command)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refused_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Runs the doctor against a host, and checks that it found, learned and wrote nothing; returns what it said."""
    monkeypatch.setenv("WHAUTOMATE_KEY", "a-key")
    monkeypatch.setenv("WHAUTOMATE_PLAN", "subscribed")

    def doctor(host: str, *arguments: str) -> str:
        page = tmp_path / "page.md"
        result = CliRunner().invoke(app, ["doctor", "--yes", "--host", host, "--report", str(page), *arguments])
        assert result.exit_code == 1
        assert result.stdout == ""
        assert not page.exists()
        said = result.stderr
        assert said.startswith("error: ")
        assert len(said.splitlines()) == 1
        account = account_from_settings(host, "a-key", {"plan": "subscribed"})
        assert open_state().profiles.get(account.id) == Profile()
        assert open_state().pool_of(account).usage().remaining[0][0] >= 299
        return said

    return doctor


@pytest.mark.parametrize("arguments", RUNS)
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_where_nobody_listens(run: Any, arguments: list[str], as_json: list[str]) -> None:
    host = refused_port()
    said = run(host, *arguments, *as_json)
    assert f"could not connect to {host}" in said
    assert "proxy" in said


@pytest.mark.parametrize("arguments", RUNS)
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "<h1>Not found</h1>"),
        (200, "<html>Welcome</html>"),
        (200, json.dumps({"welcome": True})),
        (200, json.dumps(["a", "b"])),
        (400, "Bad request"),
        (404, json.dumps({"message": "Not Found"})),
        (502, "Bad gateway"),
        (302, ""),
    ],
)
def test_a_server_that_is_not_the_api(run: Any, arguments: list[str], status: int, body: str) -> None:
    with other_server(status, body) as (host, seen):
        said = run(host, *arguments)
    assert seen == ["GET"]
    assert "may or may not have happened" not in said
    assert "host" in said


@pytest.mark.parametrize("arguments", RUNS)
def test_a_wrong_key(run: Any, whautomate_emulator: Emulator, arguments: list[str]) -> None:
    said = run(whautomate_emulator.url, *arguments)
    assert "the key was refused (403)" in said
    assert "Copy the API key again" in said
    assert [one["method"] for one in whautomate_emulator.requests()] == ["GET"]


@pytest.fixture
def good(monkeypatch: pytest.MonkeyPatch, whautomate_emulator: Emulator):
    monkeypatch.setenv("WHAUTOMATE_KEY", whautomate_emulator.key)
    monkeypatch.setenv("WHAUTOMATE_HOST", whautomate_emulator.url)
    monkeypatch.setenv("WHAUTOMATE_PLAN", "subscribed")
    return lambda *arguments: CliRunner().invoke(app, ["doctor", "--yes", *arguments])


def test_what_fails_later_keeps_earlier_findings_and_gives_no_advice(good: Any, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts(people(3))
    whautomate_emulator.fault("refused", on=6)
    result = good()
    assert result.exit_code == 1
    assert "Which page is the first?" in result.output
    assert "not every question was asked" in result.output
    assert "--write" not in result.output


@pytest.mark.whautomate(search_delay=0)
def test_a_run_advises_the_other_run_only_if_that_was_not_made(good: Any, whautomate_emulator: Emulator) -> None:
    assert "`whautomate doctor --write --scratch-number +49...`" in good().output
    for arguments in (["--write", "--scratch-number", NUMBER], []):
        said = good(*arguments).output
        assert "To ask about another resource: `whautomate doctor --resource clients`." in said
        assert "--scratch-number" not in said
    assert "whautomate doctor --resource ..." not in good("--resource", "segments").output


@pytest.mark.parametrize("path", ["missing/page.md", "", "/proc/page.md"])
def test_a_report_that_cannot_be_written_is_refused_first(
    good: Any, whautomate_emulator: Emulator, tmp_path: Path, path: str
) -> None:
    result = good("--report", str(tmp_path / path))
    assert result.exit_code == 1
    assert result.output.startswith("error: --report: ")
    assert whautomate_emulator.requests() == []


# --- what a run says


@pytest.mark.parametrize(("location", "value"), [("loc999", False), ("loc000000001", True)])
@pytest.mark.parametrize("resource", ["contacts", "clients", "segments", "appointments"])
def test_the_location_of_the_account_is_looked_up(
    good: Any, whautomate_emulator: Emulator, resource: str, location: str, value: bool
) -> None:
    whautomate_emulator.add_contacts(people(60))
    result = good("--json", "--resource", resource, "--set", f"location_id={location}")
    assert result.exit_code == 0, result.output
    found = {one["name"]: one for one in json.loads(result.stdout)["findings"]}
    assert (found["location"]["value"], found["location"]["differs"]) == (value, not value)
    assert len(whautomate_emulator.requests()) <= 10


def test_what_an_empty_account_leaves_unknown_takes_a_line_each(good: Any) -> None:
    said = good("--resource", "services").stdout.splitlines()
    assert "Which page is the first? unknown: no records" in said
    assert not any(one.startswith("  found: unknown") for one in said)


def test_too_few_requests_left_says_how_many_and_when(good: Any, whautomate_emulator: Emulator) -> None:
    limits = ["--set", "requests_per_minute=100", "--set", "requests_per_day=12", "--set", "account=tr1"]
    assert good(*limits, "--resource", "contact_tags").exit_code == 0
    sent = len(whautomate_emulator.requests())
    said = good(*limits).output
    assert f"Account tr1 has {12 - sent} of 12 requests left today, and the doctor may need 10. Run it again " in said
    assert " UTC." in said
    assert len(whautomate_emulator.requests()) == sent


@pytest.mark.whautomate(forbidden=("listSegments",))
def test_a_key_without_a_permission_leaves_its_question_open(good: Any, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts(people(3))
    result = good()
    assert result.exit_code == 0
    assert "Are there segments without a location? unknown: refused (403)" in result.stdout
    (refused,) = whautomate_emulator.requests("listSegments")
    assert refused["status"] == 403
