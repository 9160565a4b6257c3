"""The jobs around a broadcast are written out, and take every field of a campaign."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_jobs.py"


def test_the_module_is_as_its_script_writes_it() -> None:
    spec = importlib.util.spec_from_file_location("make_jobs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.JOBS.read_text(encoding="utf-8") == script.written(), "run scripts/make_jobs.py"
