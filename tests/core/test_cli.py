"""`whautomate emulator`, as a person starts it."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from state_workers import PATIENCE
from typer.testing import CliRunner

from whautomate_core.cli.main import app
from whautomate_core.emulator import Behaviour, all_questions
from whautomate_core.settings import NAMES
from whautomate_core.state import open_state


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
    assert "can't be written: No such file" in " ".join(result.output.replace("│", " ").split())


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


def test_behaviours_are_listed_in_80_columns() -> None:
    result = CliRunner().invoke(app, ["emulator", "--list-behaviours"])
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    assert re.findall(r"^  ([a-z_0-9]+)=", result.output, re.M) == [one.name for one in all_questions()]
    assert "  put=replace  (or merge)\n      Does PUT clear the fields" in result.output


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The emulators that were served."""
    served: list[Any] = []
    monkeypatch.setattr("whautomate_core.emulator.server.serve", lambda app, **_: served.append(app))
    return served


def test_the_defaults_that_are_listed_are_taken(served: list[Any]) -> None:
    given = [f"--behaviour={one.name}={one.default}" for one in all_questions()]
    assert CliRunner().invoke(app, ["emulator", *given]).exit_code == 0
    assert served[0].state.world.behaviour == Behaviour()


@pytest.mark.parametrize(
    ("options", "limits"),
    [
        ((), ((300, 60.0), (432_000, 86_400.0))),
        (("--plan", "trial"), ((60, 60.0), (100, 86_400.0))),
        (("--plan", "subscribed"), ((300, 60.0), (432_000, 86_400.0))),
        (("--limits", "5/1, 7/60"), ((5, 1.0), (7, 60.0))),
        (("--behaviour", "limits=5/1"), ((5, 1.0),)),
    ],
)
def test_an_emulator_has_the_limits_of_a_plan_or_its_own(
    served: list[Any], options: tuple[str, ...], limits: tuple[tuple[int, float], ...]
) -> None:
    assert CliRunner().invoke(app, ["emulator", *options]).exit_code == 0
    assert served[0].state.world.behaviour.limits == limits


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--plan", "gold"), ("--plan", "trial or subscribed", "gold")),
        (("--plan", "trial", "--limits", "5/1"), ("--limits", "give one of the two")),
        (("--limits", "5"), ("--limits", "REQUESTS/SECONDS")),
        (("--templates", "a:en:marketing:x"), ("--templates", "is no template")),
        (
            ("--templates", "a:en:x"),
            ("--templates", "the category of a is marketing, utility or authentication, not 'x'"),
        ),
        (("--behaviour", "forbidden=createContcat"), ("--behaviour", "there is no createContcat")),
        (("--limits", "5/0"), ("--limits", "more than 0 seconds")),
    ],
)
def test_limits_that_can_not_be_are_said(options: tuple[str, ...], says: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, ["emulator", *options])
    assert result.exit_code == 2
    shown = re.sub(r"[\s│]+", " ", result.output)
    assert [words for words in says if words not in shown] == []


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("WHAUTOMATE_PLN", "did you mean WHAUTOMATE_PLAN?"),
        ("WHAUTOMATE_REQUESTS_MINUTE", "did you mean WHAUTOMATE_REQUESTS_PER_MINUTE?"),
        ("WHAUTOMATE_API_KEY", "did you mean WHAUTOMATE_KEY?"),
        ("WHAUTOMATE_plan", "did you mean WHAUTOMATE_PLAN?"),
        ("whautomate_plan", "did you mean WHAUTOMATE_PLAN?"),
        ("WHAUTOMATE_DRY_RUN", "no setting has this name"),
    ],
)
def test_an_unknown_variable_is_warned_of(monkeypatch: pytest.MonkeyPatch, variable: str, says: str) -> None:
    monkeypatch.setenv(variable, "secret")
    open_state()
    result = CliRunner().invoke(app, ["quota"])
    assert result.exit_code == 0
    assert result.stderr == f"warning: the environment variable {variable} is ignored: {says}\n"


def test_variables_that_something_reads_are_not_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "KEY", "HOME", "DEMO_REPORT", "TEST_POSTGRES", *map(str.upper, NAMES)):
        monkeypatch.setenv(f"WHAUTOMATE_{name}", os.environ.get(f"WHAUTOMATE_{name}", ""))
    open_state()
    assert CliRunner().invoke(app, ["quota"]).stderr == ""


def test_no_other_variable_is_read_in_the_package_or_its_examples() -> None:
    folders = (
        "whautomate_core",
        "airflow_provider_whautomate",
        "prefect_whautomate",
        "example_dags",
        "tests",
        "benchmarks",
    )
    read = {
        name
        for folder in folders
        for path in (Path(__file__).parents[2] / folder).rglob("*.py")
        for name in re.findall(r"environ(?:\.get\(|\[)f?\"WHAUTOMATE_(\w+)", path.read_text(encoding="utf-8"))
    }
    assert read
    assert {name for name in read if not name.startswith(("DEMO_", "TEST_"))} <= {
        "HOST",
        "KEY",
        "HOME",
        *map(str.upper, NAMES),
    }
