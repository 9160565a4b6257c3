"""Measure, and write what was found: `python -m benchmarks [SECTION ...] [--quick] [--render]`.

Each section runs by itself and keeps its own date and machine, so one can be measured anew and the rest be kept. What
was measured is stored as JSON, in benchmarks/results/. benchmarks/RESULTS.md, docs/figures.md and the plots in
docs/images/ are written from that, and hold nothing else.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import ROOT, Json, machine
from benchmarks.render import SECTIONS, write

RESULTS = ROOT / "benchmarks" / "results"


def measure(name: str, quick: bool) -> Json:
    """Measure a section, and say where and when that was."""
    load, start = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["WHAUTOMATE_HOME"] = folder
        found = importlib.import_module(f"benchmarks.{name}").measure(Path(folder), quick)
    return {
        "section": name,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "command": f"python -m benchmarks {name}" + (" --quick" if quick else ""),
        "minutes": round((time.monotonic() - start) / 60, 1),
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "machine": machine(),
        "found": found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works: says nothing")
    parser.add_argument("--render", action="store_true", help="measure nothing: write what was measured before")
    parser.add_argument("--folder", type=Path, help="write everything there; with --quick .bench, by default")
    given = parser.parse_args()
    if unknown := [name for name in given.sections if name not in SECTIONS]:
        parser.error(f"no section {', '.join(unknown)}: there are {', '.join(SECTIONS)}")
    folder = given.folder or (ROOT / ".bench" if given.quick else None)
    results = folder / "results" if folder else RESULTS
    results.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.WARNING)  # that requests are tried again is a part of what is measured
    failed = []
    for name in [] if given.render else given.sections or SECTIONS:
        print(f"== {name}", flush=True)
        try:
            found = measure(name, given.quick)
        except Exception as error:
            # The others are measured all the same, and what was found of it before stays.
            print(f"{name} failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            failed.append(name)
            continue
        (results / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")
        print(f"== {name} took {found['minutes']} min", flush=True)
    write(results, folder)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
