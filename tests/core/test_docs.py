"""docs/steps.md names each job and each condition by its task and its operator or sensor."""

from pathlib import Path

from whautomate_core.conditions import CONDITIONS
from whautomate_core.jobs import JOBS

STEPS = (Path(__file__).parents[2] / "docs" / "steps.md").read_text(encoding="utf-8")


def _title(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def test_each_job_has_a_line() -> None:
    assert [name for name in JOBS if f"`{name}` | `Whautomate{_title(name)}Operator`" not in STEPS] == []


def test_each_condition_has_a_line() -> None:
    kinds = [one.kind for several in CONDITIONS.values() for one in several]
    assert [kind for kind in kinds if f"`wait_for_{kind}` | `Whautomate{_title(kind)}Sensor`" not in STEPS] == []
