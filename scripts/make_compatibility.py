"""Writes docs/reference/compatibility.md: which Airflow runs what, on which Python, as the tests found.

Run `nox -s compatibility` after the tests. It reads their results (JUnit files), keeps them in
docs/reference/compatibility.json, and writes the page from that, so a cell is filled only
by a run. A test compares the two.
"""

import json
import re
import sys
from pathlib import Path
from typing import TypeAlias
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "compatibility.md"
KEPT = ROOT / "docs" / "reference" / "compatibility.json"
HEAD = """# Compatibility

What the tests found with each Airflow and Python. A cell says how many tests passed; "-" was not run. It is filled by
`nox -s compatibility` from the results of `make test` and `make prove`, never by hand.

"""

FEATURES: list[tuple[str, str, str]] = [
    ("Connection, form and Test button, provider commands", "hook provider round_trips", ""),
    ("All endpoints as operators", "endpoints everything generic operators generated", ""),
    ("Sync, tags, files, queries and objects as sources", "sync jobs sources files", ""),
    ("Single steps: results, errors, retries, logs", "steps", ""),
    ("Broadcasts: exactly once, plan, hold, cancelling", "broadcasts once", ""),
    ("Sensors and triggers: poke, reschedule, defer", "sensors waiting", ""),
    ("Quota: waiting for permits without a slot", "quota", ""),
    ("Policy: opt-outs, listed people, stopped sends", "policy opt_outs", ""),
    ("Bookings and exports", "bookings exports", ""),
    ("Examples of the how-to pages", "howto", ""),
    ("Task group `contacts_to_campaign`, demo, quick start", "task_groups campaign readme", ""),
    ("Code in the documents", "airflow_documents", "3.3"),
    ("Kills in loops, a real scheduler", "prove_airflow", ""),
    ("Outlets: assets with the figures", "assets", ""),
    ("Alerts to the people on call", "notifier", ""),
    ("Lineage with OpenLineage", "lineage", ""),
    ("Metrics and traces", "telemetry", ""),
    ("Retry policy", "retry_policy", "3.3"),
    ("Asset watchers: messages and bookings that start DAGs", "watchers", "3.3"),
    ("Approval by a person", "approved", "3.1"),
]
"""What a row is about, its test modules without `test_`, and the first Airflow that has it."""

Result: TypeAlias = dict[str, int | str]
"""`passed`, `skipped`, `failed`: numbers of tests; `on`: the date of the run."""
Results: TypeAlias = dict[str, dict[str, dict[str, Result]]]
"""Airflow -> Python -> test module -> what came of it."""


def read(file: Path, results: Results) -> None:
    """Add the results of a JUnit file, in place of earlier ones of the same modules unless those were of more tests."""
    (suite,) = ElementTree.parse(file).getroot().iter("testsuite")  # noqa: S314 - pytest has written it
    versions = {one.get("name"): one.get("value") or "" for one in suite.iter("property")}
    found: dict[str, Result] = {}
    for case in suite.iter("testcase"):
        module = re.search(r"test_(\w+)", (case.get("classname") or case.get("name") or ""))
        came = {child.tag for child in case}
        outcome = "failed" if came & {"failure", "error"} else "skipped" if "skipped" in came else "passed"
        one = found.setdefault(module[1] if module else "", {"passed": 0, "skipped": 0, "failed": 0})
        one[outcome] = int(one[outcome]) + 1
        one["on"] = (suite.get("timestamp") or "")[:10]
    before = results.setdefault(versions["airflow"], {}).setdefault(versions["python"], {})
    before.update(
        {name: one for name, one in found.items() if name not in before or _tests(one) >= _tests(before[name])}
    )


def _tests(one: Result) -> int:
    return sum(int(one[name]) for name in ("passed", "skipped", "failed"))


def cell(airflow: str, modules: str, since: str, found: dict[str, Result]) -> str:
    """What a row says of one Airflow and Python."""
    if since and [int(one) for one in airflow.split(".")[:2]] < [int(one) for one in since.split(".")]:
        return f"needs {since}"
    ran = [found[one] for one in modules.split() if one in found]
    if len(ran) < len(modules.split()):
        return "-"
    failed, passed = (sum(int(one[name]) for one in ran) for name in ("failed", "passed"))
    return f"**{failed} of {passed + failed} failed**" if failed else str(passed) if passed else "-"


def page(results: Results) -> str:
    """The text of docs/reference/compatibility.md."""
    columns = sorted(
        ((airflow, python) for airflow, of_it in results.items() for python in of_it),
        key=lambda one: [int(part) for part in f"{one[0]}.{one[1]}".split(".")],
        reverse=True,
    )
    names = [f"Airflow {airflow}, Python {python}" for airflow, python in columns]
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(columns)}"]
    for title, modules, since in FEATURES:
        cells = [cell(airflow, modules, since, results[airflow][python]) for airflow, python in columns]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    lasts = [max(str(one["on"]) for one in results[airflow][python].values()) for airflow, python in columns]
    lines.append(f"| Last run | {' | '.join(lasts)} |")
    return HEAD + "\n".join(lines) + "\n"


def main(files: list[str]) -> None:
    """Add the results of these files, and write the page."""
    results: Results = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    for file in map(Path, files):
        read(file, results)
    KEPT.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
