"""The stubs of the tasks, which type checkers read in place of the modules."""

import importlib.util
from pathlib import Path

import prefect_whautomate

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_task_stubs.py"


def test_the_stubs_are_those_that_the_script_writes():
    spec = importlib.util.spec_from_file_location("make_task_stubs", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = script.stubs()
    folder = Path(prefect_whautomate.__path__[0])
    assert {path.name for path in written} == {path.name for path in folder.glob("*.pyi")}
    stale = [path.name for path, text in written.items() if path.read_text(encoding="utf-8") != text]
    assert not stale, "`nox -s stubs` writes them anew"
