"""The modules of operators and sensors are as the generator writes them from the functions of the core."""

import inspect
import json
import sys
from pathlib import Path

import pytest
from airflow.providers.common.compat.sdk import BaseOperator, BaseSensorOperator
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS

from airflow_provider_whautomate._task_arguments import SensorArguments, TaskArguments

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_examples  # noqa: E402
from generate import code, operators, sensors  # noqa: E402


def test_the_modules_are_as_the_generator_writes_them():
    assert code.stale(operators.files() | sensors.files()) == [], "write them anew: nox -s generate"


def test_no_stub_stands_beside_a_module():
    assert [*operators.FOLDER.glob("*.pyi"), *sensors.FOLDER.glob("*.pyi")] == []


@pytest.mark.parametrize(("base", "known"), [(BaseOperator, TaskArguments), (BaseSensorOperator, SensorArguments)])
def test_type_checkers_know_the_arguments_of_tasks_of_this_airflow(base, known):
    parameters = inspect.signature(base.__init__).parameters.values()
    taken = {one.name for one in parameters if one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)} - {"self"}
    assert taken <= known.__annotations__.keys()


@pytest.mark.parametrize("text", ["", "# another\n"])
def test_a_module_that_is_another_or_missing_is_stale(tmp_path, text):
    path = tmp_path / "contacts.py"
    assert code.stale({path: text}) == ["contacts.py"]
    code.save({path: text})
    assert code.stale({path: text}) == []
    assert code.stale({path: f"{text}x"}) == ["contacts.py"]


@pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="some examples need it")
def test_the_pictures_of_the_examples_are_of_the_dags_as_airflow_reads_them():
    read = json.loads(make_examples.as_kept(make_examples.read_dags()))
    assert read == json.loads(make_examples.KEPT.read_text(encoding="utf-8")), "nox -s generate writes them anew"
