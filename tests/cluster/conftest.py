"""The figures of a run are the last that it says."""

from typing import Any

import pytest
from cluster_report import REPORT


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    for line in config.stash.get(REPORT, []):
        terminalreporter.write_line(line)
