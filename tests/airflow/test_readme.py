"""The README and the quick start show DAGs that Airflow takes, and what the quick start says of its run is so."""

import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS
from conftest import connection
from quoted import blocks, first_not_said

from whautomate_core.emulator import Emulator

ROOT = Path(__file__).parents[2]
QUICK_START = ROOT / "example_dags" / "airflow" / "quick_start.py"
PAGE = "docs/quick-start/airflow.md"
COMMANDS = (ROOT / PAGE).read_text(encoding="utf-8")
STEPS = [f"campaign.{step}" for step in ("sync", "tag", "segment", "plan", "broadcast", "wait")]


def test_airflow_takes_the_quick_start() -> None:
    dag = runpy.run_path(str(QUICK_START))["dag"]
    assert [step.task_id for step in dag.topological_sort()] == STEPS


def test_airflow_takes_the_dag_of_the_readme(tmp_path: Path) -> None:
    shown, _ = blocks("README.md", "python")
    file = tmp_path / "readme.py"
    file.write_text(shown.replace("with DAG(", "dag = DAG(").replace("schedule=None):", "schedule=None)\nwith dag:"))
    dag = runpy.run_path(str(file))["dag"]
    assert [step.task_id for step in dag.topological_sort()] == STEPS


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_commands_of_the_quick_start_end_in_the_lines_that_it_shows(airflow, whautomate_emulator: Emulator) -> None:
    [add] = re.findall(r"^\$ (airflow connections add .*)$", COMMANDS, re.M)
    add = add.replace("http://127.0.0.1:8787", whautomate_emulator.url).replace("emulator-key", whautomate_emulator.key)
    words = shlex.split(add)
    code, said = airflow("-m", *words)
    assert code == 0, said
    try:
        found, said = airflow("-m", "airflow", "connections", "get", "whautomate_default", "-o", "json")
        assert found == 0, said
        assert whautomate_emulator.url in said
        # The same without the wait of 30 s.
        given = connection(whautomate_emulator.url, whautomate_emulator.key)
        [run] = re.findall(r"^\$ (airflow dags test .*)$", COMMANDS, re.M)
        code, said = airflow(
            "-m", *shlex.split(run), dag_file=QUICK_START, timeout=300, AIRFLOW_CONN_WHAUTOMATE_DEFAULT=given
        )
        assert code == 0, said
    finally:
        airflow("-m", "airflow", "connections", "delete", "whautomate_default")
    _, shown = blocks(PAGE, "text")
    assert first_not_said(shown, said) is None, said
    assert "1 x not a valid phone number of its country (row 5)" in said
    assert len(whautomate_emulator.messages()) == 2


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="the starter is of Airflow 3.3")
def test_the_tests_of_the_starter_pass_where_it_was_copied_to() -> None:
    without = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "WHAUTOMATE"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "tests"],
        cwd=ROOT / "examples" / "starter" / "airflow",
        env=without | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert "1 passed" in done.stdout
