"""What was measured, as pages: benchmarks/RESULTS.md, and docs/figures.md of the site."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

from benchmarks.harness import ROOT, Json

SECTIONS = ("quota", "client", "sync", "messages", "campaign", "parse", "emulator")

PLOTS = {
    "quota-processes": "Share of the limit used and time of a permit for 1 to 64 processes on SQLite and PostgreSQL: "
    "the values of the table above",
    "quota-time": "Requests in the last window over time, against the limit, for each library of the table above",
    "sync-rows": "Seconds and peak memory of a sync against its rows, both axes logarithmic: the values of the table "
    "above",
    "messages-waiting": "Requests against the number of waiting tasks, together and each by itself: the values of the "
    "table above",
}
"""Plot -> its alternative text."""

HEAD = """# Figures

How quick this package is, what it asks of Whautomate, and what it leaves unused. `make bench` measures it and writes
this page, so every number comes from a run. Each section says when and where it ran. Compare ratios, because times
depend on the machine. Where a figure has a spread, it is the median (the lowest to the highest).

"""


def page(results: Path, images: str) -> str:
    """The page of all sections that were measured.

    Args:
        results: The folder of what was measured.
        images: Where the plots are, seen from the page.
    """
    parts = [HEAD]
    for name in SECTIONS:
        file = results / f"{name}.json"
        if file.exists():
            one: Json = json.loads(file.read_text())
            section = importlib.import_module(f"benchmarks.{name}")
            parts.append(f"## {section.TITLE}\n\n{_where(one)}\n\n{_with_plots(section.text(one['found']), images)}\n")
    if len(parts) == 1:
        parts.append("Nothing was measured yet.\n")
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _where(one: Json) -> str:
    on, packages = one["machine"], one["machine"]["packages"]
    postgres = one["found"].get("postgres") if isinstance(one["found"], dict) else None
    versions = [f"Python {on['python']}", f"SQLite {on['sqlite']}", *([f"PostgreSQL {postgres}"] if postgres else [])]
    versions += [f"{name} {version}" for name, version in packages.items()]
    begin, end = one["load"]
    return (
        f"`{one['command']}` on {one['date']}, {one['minutes']:g} min, on {on['cores']} cores ({on['processor']}), "
        f"{on['memory_gib']} GiB, {on['system']}. Load average {begin} at the begin and {end} at the end. "
        f"{', '.join(versions)}."
    )


def _with_plots(text: str, images: str) -> str:
    return re.sub(r"\{plot:([\w-]+)\}", lambda found: f"![{PLOTS[found[1]]}]({images}/bench-{found[1]}.svg)", text)


def write(results: Path, folder: Path | None = None) -> None:
    """Write the pages and the plots of what was measured; all into one folder if it is given."""
    from benchmarks.plots import draw

    images = folder or ROOT / "docs" / "images"
    draw(results, images)
    if folder:
        (folder / "RESULTS.md").write_text(page(results, "."))
        return
    (ROOT / "benchmarks" / "RESULTS.md").write_text(page(results, "../docs/images"))
    (ROOT / "docs" / "figures.md").write_text(page(results, "images"))
