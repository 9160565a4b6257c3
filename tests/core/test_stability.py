"""docs/stability.md names what is public: it is what the code has."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import typer.main

import whautomate_core
from whautomate_core.cli.main import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "stability.md").read_text(encoding="utf-8")


def listed(what: str) -> list[str]:
    (text,) = re.findall(rf"<!-- {what} -->\n\n(.*?)(?:\n\n|\n?\Z)", PAGE, re.S)
    return re.findall(r"`([^`]+)`", text)


def test_the_names_of_the_core_are_those_that_it_exports() -> None:
    assert listed("whautomate_core") == sorted(whautomate_core.__all__, key=str.casefold)
    assert all(getattr(whautomate_core, one) is not None for one in whautomate_core.__all__)


def test_the_modules_for_airflow_are_there_and_none_is_missing() -> None:
    """By their files: Airflow is not installed beside the core."""
    package = ROOT / "airflow_provider_whautomate"
    inner = {"operators.base", "operators.endpoint", "operators.job", "sensors.base", "get_provider_info"}
    inner |= {f"triggers.{one}" for one in ("broadcasts", "looks", "polls", "quota", "waiting")} | {"links", "assets"}
    found = {".".join(one.relative_to(package).with_suffix("").parts) for one in package.rglob("*.py")}
    assert set(listed("airflow")) == {one for one in found if "_" not in (one[0], one.rpartition(".")[2][0])} - inner


def test_the_commands_are_those_that_there_are() -> None:
    group = typer.main.get_command(app)

    def names(command: object, before: str) -> list[str]:
        inner = getattr(command, "commands", {})
        own = [] if inner and before != "claims" else [before]
        return [*own, *(one for name, sub in inner.items() for one in names(sub, f"{before} {name}".strip()))]

    found = sorted(one for one in names(group, "") if one)
    assert listed("commands") == [f"whautomate {one}" for one in found]


def test_what_it_names_elsewhere_is_there() -> None:
    assert hasattr(importlib.import_module("whautomate_core.telemetry"), "receive")
    assert hasattr(importlib.import_module("whautomate_core.telemetry"), "Receiver")
    tree = ast.parse((ROOT / "prefect_whautomate" / "__init__.py").read_text(encoding="utf-8"))
    (names,) = [
        ast.literal_eval(one.value)
        for one in tree.body
        if isinstance(one, ast.Assign) and getattr(one.targets[0], "id", None) == "__all__"
    ]
    (row,) = re.findall(r"(?m)^\| `prefect_whautomate` \| the blocks (.*?), and the tasks", PAGE)
    assert re.findall(r"`(\w+)`", row) == names


def test_the_versions_are_those_that_the_package_asks_for() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pythons = re.findall(r"Python :: (3\.\d+)", project)
    assert f"**Python** {', '.join(pythons[:-1])} and {pythons[-1]}" in PAGE
    for name, least in (("Airflow", r"apache-airflow>=(\S+?)\""), ("Prefect", r"\"prefect>=(\S+?)\"")):
        (version,) = re.findall(least, project)
        assert re.search(rf"\*\*{name}\*\* .*{re.escape(version)}", PAGE)
