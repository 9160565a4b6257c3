"""The walls of the house: which room may import which, no circles, no private names from elsewhere, no long files."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import whautomate_core

ROOT = Path(whautomate_core.__file__).parents[1]
PACKAGES = ("whautomate_core", "airflow_provider_whautomate", "prefect_whautomate")

# From the bottom to the top: a room imports only itself and rooms to its left.
ROOMS = [
    "version", "errors", "telemetry", "values", "settings", "policy", "account", "api", "rows", "job", "state",
    "client", "waiting", "people", "sync", "bookings", "messaging", "conditions", "jobs", "doctor", "cli",
]  # fmt: skip
ORCHESTRATORS = {"airflow", "prefect"}
LONGEST = 400
"""Lines of a file that is written by hand."""
LONGER: dict[str, str] = {}
"""Files that may be longer -> why."""


class Import(NamedTuple):
    """What one module imports of another."""

    importer: str
    module: str
    name: str | None


@functools.cache
def modules() -> dict[str, Path]:
    """Every module of the packages -> its file."""
    found = {}
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            parts = list(file.relative_to(ROOT).with_suffix("").parts)
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def generated(file: Path) -> bool:
    """Whether a script writes the file, as its first lines say."""
    return "ritten by `scripts/" in (head := file.read_text(encoding="utf-8")[:500]) or "ritten by scripts/" in head


@functools.cache
def imports() -> list[Import]:
    """Every import of one of our modules by another, those inside of functions and for types included."""
    return [one for module, file in modules().items() for one in _imports(module, file)]


def _imports(module: str, file: Path) -> Iterator[Import]:
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(module, one.name, None) for one in node.names if one.name in modules())
        if isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            of = ".".join(filter(None, (base, node.module)))
            for one in node.names:
                if f"{of}.{one.name}" in modules():
                    yield Import(module, f"{of}.{one.name}", None)
                elif of in modules():
                    yield Import(module, of, one.name)


def test_rooms_import_only_what_is_below_them() -> None:
    rooms = {module.split(".")[1] for module in modules() if module.startswith("whautomate_core.")}
    assert rooms - {"emulator"} == set(ROOMS)
    wrong = []
    for one in imports():
        if not one.importer.startswith("whautomate_core.") or "." not in one.module:
            continue
        importer, module = one.importer.split(".")[1], one.module.split(".")[1]
        if importer == "emulator":
            continue
        if module == "emulator" and importer == "cli":
            continue
        if module == "emulator" or ROOMS.index(importer) < ROOMS.index(module):
            wrong.append(f"{one.importer} -> {one.module}")
    assert wrong == []


def test_the_emulator_imports_nothing_of_the_client() -> None:
    allowed = ("whautomate_core.emulator", "whautomate_core.values", "whautomate_core.errors")
    assert [
        one
        for one in imports()
        if one.importer.startswith("whautomate_core.emulator") and not one.module.startswith(allowed)
    ] == []


def test_no_two_modules_import_each_other() -> None:
    below: dict[str, set[str]] = {module: set() for module in modules()}
    for one in imports():
        below[one.importer].add(one.module)
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"a circle: {' -> '.join([*way[way.index(module) :], module])}"
        if module not in done:
            for other in sorted(below[module] - {module}):
                visit(other, (*way, module))
            done.add(module)

    for module in sorted(below):
        visit(module, ())


def test_no_private_name_is_imported_from_another_module() -> None:
    private = [one for one in imports() if one.name and one.name.startswith("_") and not one.name.startswith("__")]
    assert private == []


@pytest.mark.parametrize("package", PACKAGES)
def test_files_are_short_enough_to_be_read(package: str) -> None:
    long = {
        file.relative_to(ROOT).as_posix(): lines
        for file in (ROOT / package).rglob("*.py")
        if (lines := file.read_text(encoding="utf-8").count("\n")) > LONGEST and not generated(file)
    }
    assert long.keys() == {name for name in LONGER if name.startswith(package)}, long


def test_the_core_imports_no_orchestrator() -> None:
    found = []
    for module, file in modules().items():
        if not module.startswith("whautomate_core"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found += [f"{module}: {name}" for name in names if name.split(".")[0] in ORCHESTRATORS]
    assert found == []


def test_one_module_asks_for_airflows_version() -> None:
    of_one_version = (
        "version_compat",
        "AIRFLOW_V_",
        "from airflow.sdk",
        "from airflow.exceptions",
        "except ImportError",
    )
    found = [
        f"{module}: {text}"
        for module, file in modules().items()
        if module.startswith("airflow_provider_whautomate.") and not module.endswith("._versions")
        for text in of_one_version
        if text in file.read_text(encoding="utf-8")
    ]
    assert found == []
