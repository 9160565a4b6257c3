"""What the documents count and list is what there is: endpoints, jobs, conditions."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.conditions import CONDITIONS
from whautomate_core.doctor.coverage import PROBED
from whautomate_core.doctor.questions import QUESTIONS
from whautomate_core.emulator import all_questions
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


def make_vendor() -> Any:
    spec = importlib.util.spec_from_file_location("make_vendor", ROOT / "scripts" / "make_vendor.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_vendor_is_written_from_the_behaviours_and_the_contract() -> None:
    module = make_vendor()
    text = module.PAGE.read_text(encoding="utf-8")
    assert text == module.page(), "python scripts/make_vendor.py writes it anew"
    assert [one.name for one in all_questions() if one.is_open and f"| `{one.name}=" not in text] == []


def test_the_doctor_and_the_page_of_the_vendor_name_the_same_grades() -> None:
    def grades(evidence: str) -> list[str]:
        return sorted(set(re.findall(r"\b[ABCD]\b", evidence)))

    asked = {one.name: one for one in all_questions()}
    by_doctor = {name: grades(QUESTIONS[finding].evidence) for name, finding in PROBED.items()}
    assert by_doctor == {name: grades(asked[name].evidence) for name in PROBED}


def test_links_between_the_documents_lead_somewhere() -> None:
    lost = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]+)?\)", page.read_text(encoding="utf-8")):
            target = (page.parent / path) if path else page
            if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
                lost.append(f"{page.name}: {path}{anchor}")
    assert lost == []


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {"#" + re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
