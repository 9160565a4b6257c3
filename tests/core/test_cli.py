"""`whautomate emulator`, as a person starts it."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from typer.testing import CliRunner

from whautomate_core.cli import app


def test_it_serves_until_stopped_and_keeps_what_it_is_told_to(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "whautomate"), "emulator", "--port", "0", "--key", "k"]
    names = []
    for name in ("Ada", "Bob"):
        started = subprocess.Popen(
            [*command, "--file", str(tmp_path / "state.sqlite"), "--stance", "phone_form=plus"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert started.stdout is not None
            line = started.stdout.readline()
            (url,) = re.findall(r"http://127\.0\.0\.1:\d+", line)
            with httpx.Client(base_url=url, headers={"x-api-key": "k"}) as http:
                body = {"name": name, "phoneNumber": "+4915123456789", "location": {"id": "loc000000001"}}
                assert http.post("/v1/contacts", json=body).json()["phoneNumber"] == "+4915123456789"
                names = sorted(contact["name"] for contact in http.get("/v1/contacts").json())
        finally:
            started.send_signal(signal.SIGTERM)
            started.wait(10)
    assert names == ["Ada", "Bob"]


def test_a_stance_that_is_none_is_said() -> None:
    for stance, says in (("pt=1", "no such stance"), ("put", "NAME=VALUE"), ("put=often", "replace")):
        result = CliRunner().invoke(app, ["emulator", "--stance", stance])
        assert result.exit_code == 2
        assert says in result.output
