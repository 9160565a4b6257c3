"""What the documents count and list is what there is: endpoints, jobs, conditions."""

import re
from pathlib import Path

import pytest

from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.conditions import CONDITIONS
from whautomate_core.jobs import JOBS

ROOT = Path(__file__).parents[2]
STEPS = (ROOT / "docs" / "steps.md").read_text(encoding="utf-8")


def _title(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def test_each_job_has_a_line() -> None:
    assert [name for name in JOBS if f"`{name}` | `Whautomate{_title(name)}Operator`" not in STEPS] == []


def test_each_condition_has_a_line() -> None:
    kinds = [one.kind for several in CONDITIONS.values() for one in several]
    assert [kind for kind in kinds if f"`wait_for_{kind}` | `Whautomate{_title(kind)}Sensor`" not in STEPS] == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md"])
def test_the_number_of_endpoints_is_right(name: str) -> None:
    said = re.findall(r"All (\d+) (?:operations|endpoints)", (ROOT / name).read_text(encoding="utf-8"))
    assert said == [str(len(ENDPOINTS))]
