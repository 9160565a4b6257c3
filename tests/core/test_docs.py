"""What the documents count and list is what there is: endpoints, jobs, conditions."""

import importlib.util
import json
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
STEPS = (ROOT / "docs" / "reference" / "steps.md").read_text(encoding="utf-8")


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


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_the_vendor_is_written_from_the_behaviours_and_the_contract() -> None:
    module = script("make_vendor")
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
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for path, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]+)?\)", page.read_text(encoding="utf-8")):
            target = (page.parent / path) if path else page
            if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
                lost.append(f"{page.name}: {path}{anchor}")
    assert lost == []


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {"#" + re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_each_page_is_in_the_navigation_of_the_site() -> None:
    named = set(re.findall(r"\S+\.md", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    pages = {one.relative_to(ROOT / "docs").as_posix() for one in (ROOT / "docs").rglob("*.md")}
    assert pages - named == set(), "add them to `nav` in mkdocs.yml"


def test_each_word_of_the_glossary_is_there_once_in_order_and_says_where_it_is_explained() -> None:
    text = (ROOT / "docs" / "concepts" / "glossary.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## (.+)\n(.+)\n", text, re.M)
    words = [word for word, _ in entries]
    assert words == sorted(set(words))
    assert len(words) == text.count("\n## ")
    # That the links lead somewhere, `test_links_between_the_documents_lead_somewhere` checks.
    assert [
        word for word, said in entries if not re.search(r"[.)] (\[[^]]+\]\(\S+\.md(#[\w-]+)?\)(, |$))+$", said)
    ] == []


def test_the_compatibility_page_says_what_was_run_and_of_the_pinned_versions() -> None:
    module = script("make_compatibility")
    results = json.loads(module.KEPT.read_text(encoding="utf-8"))
    assert module.PAGE.read_text(encoding="utf-8") == module.page(results), "nox -s compatibility writes it anew"
    pins = [(ROOT / "constraints" / f"{name}.txt").read_text(encoding="utf-8") for name in ("airflow", "airflow-2.11")]
    assert set(results) == {re.findall(r"^apache-airflow==(\S+)", one, re.M)[0] for one in pins}
    supported = set(re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    assert {python for of_it in results.values() for python in of_it} <= supported


def test_each_module_of_airflows_tests_is_in_one_row_of_it() -> None:
    rows = [name for _, modules, _ in script("make_compatibility").FEATURES for name in modules.split()]
    there = [file.stem.removeprefix("test_") for file in (ROOT / "tests" / "airflow").glob("test_*.py")]
    assert sorted(name for name in rows if name != "prove_airflow") == sorted(there)


def test_a_cell_is_filled_by_a_run_alone(tmp_path: Path) -> None:
    module = script("make_compatibility")
    module.FEATURES = [("One", "one", ""), ("Both", "one two", ""), ("New", "one", "3.3")]
    module.KEPT, module.PAGE = tmp_path / "kept.json", tmp_path / "page.md"

    def run(airflow: str, module_name: str, *outcomes: str) -> str:
        cases = "".join(
            f'<testcase classname="tests.airflow.test_{module_name}">{f"<{one}/>" if one else ""}</testcase>'
            for one in outcomes
        )
        properties = f'<property name="airflow" value="{airflow}"/><property name="python" value="3.11"/>'
        file = tmp_path / "run.xml"
        file.write_text(
            f'<testsuites><testsuite timestamp="2026-06-01T10:00:00"><properties>{properties}</properties>{cases}'
            "</testsuite></testsuites>"
        )
        module.main([str(file)])
        text: str = module.PAGE.read_text()
        return text[text.index("| |") :]

    assert "| One | 2 |\n| Both | - |\n| New | needs 3.3 |\n| Last run | 2026-06-01 |" in run("2.11.2", "one", "", "")
    assert "| One | - | 2 |" in run("3.3.2", "two", ""), "the newest Airflow first, and nothing of it was run"
    assert "| One | **1 of 2 failed** | 2 |\n" in run("3.3.2", "one", "failure", "", "skipped")
    again = run("3.3.2", "one", "", "", "")
    assert "| One | 3 | 2 |\n| Both | 4 | - |\n| New | 3 | needs 3.3 |" in again
    assert run("3.3.2", "one", "") == again, "a part of its tests says nothing of the rest"


def test_each_picture_is_small_and_shown_and_says_what_it_shows() -> None:
    shown = {
        (name, bool(alternative))
        for page in (ROOT / "docs").rglob("*.md")
        for alternative, name in re.findall(
            r"!\[([^]]*)\]\((?:\.\./)*images/([^)]+)\)", page.read_text(encoding="utf-8")
        )
    }
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert shown == {(one.name, True) for one in pictures}
    assert [one.name for one in pictures if one.stat().st_size > 150_000] == []
