"""The README shows the DAG of its quick start as it is, and Airflow takes it."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]
QUICK_START = ROOT / "example_dags" / "airflow" / "quick_start.py"


def test_the_readme_shows_the_quick_start_as_it_is() -> None:
    _, code = QUICK_START.read_text(encoding="utf-8").split('"""\n\n', 1)
    assert f"```python\n{code}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_airflow_takes_the_quick_start() -> None:
    dag = runpy.run_path(str(QUICK_START))["dag"]
    steps = ("sync", "tag", "segment", "plan", "broadcast", "wait")
    assert [step.task_id for step in dag.topological_sort()] == [f"campaign.{step}" for step in steps]
