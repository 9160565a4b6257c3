"""The stubs are what the operators are."""

import importlib.util
from pathlib import Path

import pytest
from airflow.providers.common.compat.sdk import BaseOperator
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_stubs.py"
spec = importlib.util.spec_from_file_location("make_stubs", SCRIPT)
make_stubs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_stubs)

STUBS = make_stubs.stubs()


@pytest.mark.parametrize("path", STUBS, ids=lambda path: path.name)
def test_stubs_are_as_the_operators(path):
    if path.stem == "task_arguments" and not AIRFLOW_V_3_0_PLUS:
        pytest.skip("its arguments are Airflow 3's, and what Airflow 2 has besides")
    assert path.read_text() == STUBS[path], "write them anew: nox -s stubs"


def test_no_stub_is_left_of_a_module_that_is_gone():
    assert set(make_stubs.FOLDER.glob("*.pyi")) == set(STUBS)


def test_stubs_know_the_arguments_of_tasks_of_this_airflow():
    [stub] = [path for path in STUBS if path.stem == "task_arguments"]
    known = {line.strip().partition(":")[0] for line in stub.read_text().splitlines()}
    assert make_stubs.of_airflow(BaseOperator) <= known
