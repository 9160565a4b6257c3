"""The README and the quick start show flows that run, and what the quick start says of its run is so."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from quoted import as_pattern, blocks

from prefect_whautomate import WhautomateCredentials
from whautomate_core.emulator import Emulator

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "example_dags" / "prefect"
QUICK_START = EXAMPLES / "quick_start.py"
PAGE = (ROOT / "docs" / "quick-start" / "prefect.md").read_text(encoding="utf-8")


@pytest.fixture
def saved(whautomate_emulator: Emulator, server: Any) -> None:
    """The block of the quick start, for this test's emulator and without the wait of 30 s."""
    code = (EXAMPLES / "save_block.py").read_text(encoding="utf-8")
    code = code.replace("http://127.0.0.1:8787", whautomate_emulator.url)
    code = code.replace('"emulator-key"', f'"{whautomate_emulator.key}", list_lag=0')
    exec(compile(code, "save_block.py", "exec"), {})
    assert WhautomateCredentials.load("whautomate").get_account().host == whautomate_emulator.url


def test_the_page_shows_the_files_as_they_are() -> None:
    texts = [file.read_text(encoding="utf-8") for file in (EXAMPLES / "save_block.py", QUICK_START)]
    shown = [text.split('"""\n\n', 1)[1].split("\n\n\nif __name__", 1)[0].rstrip() + "\n" for text in texts]
    assert blocks(PAGE, "python") == shown


@pytest.mark.usefixtures("saved")
@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_quick_start_ends_in_the_lines_that_the_page_shows(whautomate_emulator: Emulator, caplog: Any) -> None:
    figures = runpy.run_path(str(QUICK_START))["quick_start"]()
    assert (figures["recipients"], figures["delivered"]) == (2, 2)
    *_, shown = blocks(PAGE, "text")
    said, position = caplog.text, 0
    for line in shown.splitlines():
        pattern = re.sub(r"\d+\\ requests", r"\\d+ requests[^)]*", as_pattern(line))
        found = re.compile(pattern).search(said, position)
        assert found, f"{line}\nis not said after what is above it in\n{said}"
        position = found.end()
    assert "1 x not a valid phone number of its country (row 5)" in said


@pytest.mark.usefixtures("saved")
@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_flow_of_the_readme_runs(whautomate_emulator: Emulator, tmp_path: Path, monkeypatch: Any) -> None:
    _, shown = blocks((ROOT / "README.md").read_text(encoding="utf-8"), "python")
    monkeypatch.chdir(tmp_path)
    Path("customers.csv").write_text((EXAMPLES.parent / "data" / "quick_start.csv").read_text(encoding="utf-8"))
    Path("readme.py").write_text(shown.replace('segment["id"])', 'segment["id"], hold_minutes=0)'))
    runpy.run_path("readme.py")["spring_sale"]()
    whautomate_emulator.advance(60)
    assert len(whautomate_emulator.messages()) == 2
