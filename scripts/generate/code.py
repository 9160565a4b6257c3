"""Python as `ruff format` leaves it: imports in order, docstrings wrapped, long calls an argument a line."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

WIDTH = 120
OWN = ("airflow_provider_whautomate", "prefect_whautomate", "whautomate_core")


class Imports:
    """The imports of a module that is being written."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def add(self, module: str, *names: str) -> None:
        """`from module import names`; a name may be `x as y`."""
        self._names.setdefault(module, set()).update(names)

    def __str__(self) -> str:
        sections: dict[int, list[str]] = {}
        for module in sorted(self._names, key=str.casefold):
            sections.setdefault(_section(module), []).append(_from(module, self._names[module]))
        return "\n\n".join("\n".join(sections[one]) for one in sorted(sections))


def _section(module: str) -> int:
    top = module.partition(".")[0]
    if module == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 3 if top in OWN else 2


def _from(module: str, names: Iterable[str]) -> str:
    def order(name: str) -> tuple[int, str]:  # constants, classes, the rest
        return (0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, name)

    listed = sorted(names, key=order)
    aliased, plain = [one for one in listed if " as " in one], [one for one in listed if " as " not in one]
    lines = [(order(one), f"from {module} import {one}") for one in aliased]
    if plain:
        line = f"from {module} import {', '.join(plain)}"
        wrapped = [f"from {module} import (", *(f"    {one}," for one in plain), ")"]
        lines.append((order(plain[0]), line if len(line) <= WIDTH else "\n".join(wrapped)))
    return "\n".join(line for _, line in sorted(lines))


def docstring(text: str, indent: int) -> str:
    """A docstring, as it is: the text has to be wrapped to the width left."""
    clean = text.strip()
    closed = f'"""{clean}\n"""' if "\n" in clean else f'"""{clean}"""'
    return textwrap.indent(closed, " " * indent)


def wrapped(text: str, indent: int, hanging: str = "") -> str:
    """A paragraph wrapped to the width that an indentation leaves; `hanging` begins each line but the first."""
    return textwrap.fill(
        " ".join(text.split()),
        WIDTH - indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def listed(opening: str, items: Iterable[str], closing: str, indent: int, within: int = 0) -> str:
    """`opening`, items and `closing` on one line if they fit, else an item a line.

    Args:
        indent: Of the result.
        within: How far the result will be indented further.
    """
    items = list(items)
    line = f"{opening}{', '.join(items)}{closing}"
    if len(line) + indent + within > WIDTH:
        line = "\n".join([opening, *(f"    {item}," for item in items), closing])
    return textwrap.indent(line, " " * indent)


def save(files: Mapping[Path, str]) -> None:
    """Write the files that are not as they should be."""
    for path, text in files.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def stale(files: Mapping[Path, str]) -> list[str]:
    """Names of the files that are missing, or not as they would be written now."""
    return [path.name for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
