"""docs/operations/cluster.md shows the configuration of the cluster that `make cluster` runs, to the letter."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations" / "cluster.md").read_text(encoding="utf-8")
CONFIGURATION = runpy.run_path(str(ROOT / "tests" / "cluster" / "configuration.py"))
SHARED: dict[str, str] = CONFIGURATION["SHARED"]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ini", ["".join(f"{name}={value}\n" for name, value in SHARED.items())]),
        ("json", [CONFIGURATION["CONNECTIONS"], CONFIGURATION["POOLS"]]),
    ],
)
def test_the_snippets_are_what_the_cluster_runs_with(language: str, texts: list[str]) -> None:
    assert re.findall(rf"```{language}\n(.*?)```", PAGE, re.S) == texts


def test_the_options_that_it_explains_are_set() -> None:
    explained = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", PAGE)) - {"AIRFLOW_HOME"}
    airflows = [one for one in explained if not one.startswith("WHAUTOMATE_")]
    assert [one for one in airflows if not any(name.endswith(f"__{one}") for name in SHARED)] == []
