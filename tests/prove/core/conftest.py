"""Processes by the dozen, judged by when their requests arrive. The workers are those of tests/core."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "core"))


@pytest.fixture(autouse=True)
def whautomate_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """State of its own for each test, never the user's."""
    monkeypatch.setenv("WHAUTOMATE_HOME", str(tmp_path / "whautomate"))
