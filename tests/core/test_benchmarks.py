"""The figures: a small run of every section that needs no orchestrator, and pages that are what the stored runs say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import render

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a small run of some sections wrote."""
    folder = tmp_path_factory.mktemp("bench")
    run = [sys.executable, "-m", "benchmarks", "emulator", "sync", "campaign", "--quick", "--folder", str(folder)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_a_small_run_writes_what_it_measured_and_its_page(small: Path) -> None:
    assert {file.stem for file in (small / "results").iterdir()} == {"emulator", "sync", "campaign"}
    page = (small / "RESULTS.md").read_text()
    assert page == render.page(small / "results", ".")
    assert re.findall("^## (.+)$", page, re.MULTILINE) == ["Sync", "Campaign", "Emulator"]
    for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page):
        assert (small / picture).read_text().startswith("<?xml")


def test_a_new_row_takes_hardly_more_than_one_request_beside_the_lists(small: Path) -> None:
    (*runs,) = json.loads((small / "results" / "sync.json").read_text())["found"]["changed"]
    assert all(run["created"]["others"] <= 1.05 * run["created"]["rows"] for run in runs)


def test_a_section_that_fails_keeps_what_it_found_before(small: Path) -> None:
    before = (small / "RESULTS.md").read_text()
    run = [sys.executable, "-m", "benchmarks", "parse", "--quick", "--folder", str(small)]
    nowhere = {"BENCH_AIRFLOW": "/nowhere/python", "PATH": ""}
    done = subprocess.run(run, cwd=ROOT, env=nowhere, capture_output=True, text=True)
    assert done.returncode != 0
    assert "parse failed: FileNotFoundError" in done.stderr
    assert (small / "RESULTS.md").read_text() == before


@pytest.mark.parametrize(
    ("page", "images"), [("benchmarks/RESULTS.md", "../docs/images"), ("docs/figures.md", "images")]
)
def test_the_page_is_what_the_stored_runs_say(page: str, images: str) -> None:
    says = "run python -m benchmarks --render"
    assert (ROOT / page).read_text(encoding="utf-8") == render.page(RESULTS, images), says


def test_stored_runs_name_neither_the_machine_nor_its_folders() -> None:
    import socket

    for file in RESULTS.glob("*.json"):
        text = file.read_text()
        assert not re.search(r'"/|/(home|root|tmp|work|Users)/', text), file.name
        assert socket.gethostname() not in text
        assert "--quick" not in json.loads(text)["command"]
