"""`whautomate emulator`, as a person starts it."""

import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
from state_workers import PATIENCE
from typer.testing import CliRunner

from whautomate_core.cli.main import app


def test_it_serves_until_stopped_and_keeps_what_it_is_told_to(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "whautomate"), "emulator", "--port", "0", "--key", "k"]
    names = []
    for name in ("Ada", "Bob"):
        started = subprocess.Popen(
            [*command, "--file", str(tmp_path / "state.sqlite"), "--behaviour", "phone_form=plus"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert started.stdout is not None
            line = started.stdout.readline()
            (url,) = re.findall(r"http://127\.0\.0\.1:\d+", line)
            with httpx.Client(base_url=url, headers={"x-api-key": "k"}, timeout=600) as http:
                body = {"name": name, "phoneNumber": "+4915123456789", "location": {"id": "loc000000001"}}
                assert http.post("/v1/contacts", json=body).json()["phoneNumber"] == "+4915123456789"
                names = sorted(contact["name"] for contact in http.get("/v1/contacts").json())
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(PATIENCE)
    assert names == ["Ada", "Bob"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_behaviour_that_is_none_is_said() -> None:
    for behaviour, says in (("pt=1", "no such behaviour"), ("put", "NAME=VALUE"), ("put=often", "replace")):
        result = CliRunner().invoke(app, ["emulator", "--behaviour", behaviour])
        assert result.exit_code == 2
        assert says in result.output


def test_a_file_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["emulator", "--file", str(tmp_path / "none" / "state.sqlite")])
    assert result.exit_code == 2
    assert "can't be written: No such file" in " ".join(result.output.split())


def test_templates_that_are_not_approved_are_refused() -> None:
    command = [str(Path(sys.executable).parent / "whautomate"), "emulator", "--port", "0", "--key", "k"]
    started = subprocess.Popen([*command, "--templates", "hello, offer"], stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+", started.stdout.readline())
        with httpx.Client(base_url=url, headers={"x-api-key": "k"}, timeout=600) as http:
            found = http.get("/_emulator/behaviour").json()["templates"]
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(PATIENCE)
    assert found == ["hello", "offer"]


def test_a_port_in_use_says_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["emulator", "--port", str(port)], env={"COLUMNS": "300"})
    assert result.exit_code == 2
    said = re.sub(r"[\s│]+", " ", result.output)
    says = f"port {port} is in use, perhaps by another emulator: use --port {port + 1}, and that address as the host"
    assert says in said
