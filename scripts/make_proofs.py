"""Writes docs/proofs.md from benchmarks/proofs/results.json, which `nox -s proofs` fills.

The words are in scripts/proofs.in.md, where `{{ name }}` stands for a table or figure. No figure is written by hand: a
test compares the page with what this makes of the stored results.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "proofs.md"
WORDS = ROOT / "scripts" / "proofs.in.md"
KEPT = ROOT / "benchmarks" / "proofs" / "results.json"
CLUSTER = ROOT / "docs" / "operations" / "cluster.md"

Results: TypeAlias = dict[str, dict[str, Any]]
"""Proof -> contestant -> `on`, `load`, `machine`, `size` and `rounds`, as run.py keeps them."""

TITLES = {
    "ours": "This package",
    "ours_airflow": "This package, its operator in Airflow",
    "http_operator": "Airflow, HttpOperator",
    "script": "Script, httpx and tenacity",
    "pyrate": "The script with pyrate-limiter",
    "prefect": "Prefect tasks",
    "dlt": "dlt, custom destination",
}


def interval(hits: int, rounds: int) -> tuple[float, float]:
    """The exact 95 % interval (Clopper and Pearson) of a share of which so many of so many were seen."""
    from math import comb

    def at_least(share: float) -> float:
        return sum(comb(rounds, n) * share**n * (1 - share) ** (rounds - n) for n in range(hits, rounds + 1))

    def where(rises: Callable[[float], float]) -> float:
        low, high = 0.0, 1.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if rises(middle) < 0.025 else (low, middle)
        return low

    lowest = where(at_least) if hits else 0.0
    highest = 1.0
    if hits < rounds:
        highest = 1 - where(lambda share: 1 - at_least_of(hits + 1, rounds, 1 - share))
    return lowest, highest


def at_least_of(hits: int, rounds: int, share: float) -> float:
    """How probable so many or more are."""
    from math import comb

    return sum(comb(rounds, n) * share**n * (1 - share) ** (rounds - n) for n in range(hits, rounds + 1))


def share(rounds: list[dict[str, Any]], figure: str) -> str:
    """In how many rounds a figure was not 0, with the interval of that share."""
    hits = sum(one[figure] > 0 for one in rounds)
    low, high = interval(hits, len(rounds))
    return f"{hits} of {len(rounds)} ({low:.0%} to {high:.0%})"


def total(rounds: list[dict[str, Any]], figure: str) -> str:
    return str(sum(one[figure] for one in rounds))


def of(rounds: list[dict[str, Any]], figure: str, whole: str) -> str:
    return f"{total(rounds, figure)} of {total(rounds, whole)}"


def left(rounds: list[dict[str, Any]]) -> str:
    """People left to a person, and how many of them the server did nothing for."""
    unsent = sum(one["left_unsent"] for one in rounds)
    return total(rounds, "left") + (f", {unsent} of whom got nothing" if unsent else "")


def spread(values: list[float], form: str = "{:.1f}") -> str:
    """A figure of several rounds: the lowest to the highest."""
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def table(results: Results, proof: str, columns: dict[str, Callable[[list[dict[str, Any]]], str]]) -> str:
    """A table with a line for each contestant of a proof, in the order of TITLES."""
    found = results.get(proof, {})
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for name, title in TITLES.items():
        if name in found:
            cells = [made(found[name]["rounds"]) for made in columns.values()]
            lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def when(results: Results, proof: str) -> str:
    """Where and when a proof ran."""
    found = results.get(proof, {}).values()
    if not found:
        return "Not run yet."
    days, loads = {one["on"] for one in found}, [one["load"] for one in found]
    machine = max({one["machine"] for one in found})
    return f"Run on {', '.join(sorted(days))} ({machine}; load {spread(loads)})."


def quota_seconds(rounds: list[dict[str, Any]]) -> str:
    return spread([one["seconds"] / 60 for one in rounds], "{:.2f}")


def ratio(results: Results, proof: str) -> Callable[[list[dict[str, Any]]], str]:
    """Seconds of a contestant over those of the script in the same round."""

    def made(rounds: list[dict[str, Any]]) -> str:
        script = results[proof]["script"]["rounds"]  # the same rounds
        return spread([one["seconds"] / other["seconds"] for one, other in zip(rounds, script, strict=True)])

    return made


def summary(results: Results) -> str:
    """The first table of the page: a row for each proof, a column for each contestant."""
    rows: list[tuple[str, str, Callable[[list[dict[str, Any]]], str]]] = [
        ("kills", "[Killed and retried](#kills): rounds with a message sent twice", lambda r: _hits(r, "twice")),
        ("lost", "[Answers lost](#lost-answers): messages sent twice", lambda r: of(r, "twice", "people")),
        ("lost_creates", "[Answers lost](#lost-answers): contacts made twice", lambda r: of(r, "twice", "people")),
        ("shifting", "[Lists that shift](#lists-that-shift): people missed", lambda r: of(r, "missed", "people")),
        ("opt_outs", "[Opt-outs](#opt-outs): opted-out people reached", lambda r: of(r, "reached", "refusing")),
        (
            "quota",
            "[16 processes, one limit](#16-processes-one-limit): requests refused",
            lambda r: total(r, "refused"),
        ),
        ("storm", "[A storm of 429](#a-storm-of-429): seconds, over the script's", ratio(results, "storm")),
        ("cost", "[What it costs](#what-it-costs): requests a message", _requests_each),
    ]
    names = ["ours", "http_operator", "script", "pyrate", "prefect", "dlt"]
    lines = [f"| | {' | '.join(TITLES[name] for name in names)} |", f"|---|{'---|' * len(names)}"]
    for proof, title, made in rows:
        found = results.get(proof, {})
        cells = [made(found[name]["rounds"]) if name in found else "—" for name in names]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    left_over = []
    for name in names:
        rounds = [one for proof in ("kills", "lost", "lost_creates") for one in _rounds(results, proof, name)]
        left_over.append(left(rounds) if rounds else "—")
    lines.insert(5, f"| People of these three that are left to a person | {' | '.join(left_over)} |")
    return "\n".join(lines)


def _rounds(results: Results, proof: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = results.get(proof, {}).get(name, {}).get("rounds", [])
    return found


def _hits(rounds: list[dict[str, Any]], figure: str) -> str:
    return f"{sum(one[figure] > 0 for one in rounds)} of {len(rounds)}"


def _requests_each(rounds: list[dict[str, Any]]) -> str:
    return spread([one["requests"] / one["people"] for one in rounds])


def cluster() -> str:
    """What docs/operations/cluster.md says of its run, word for word."""
    lines = CLUSTER.read_text(encoding="utf-8").splitlines()
    wanted = ("requests that arrived", "most in any 60 s", "refused (429)", "used of the limit", "contacts, each once")
    wanted += ("single messages, each once", "broadcasts, each once", "messages left to a person")
    kept = [line for line in lines if line.startswith(tuple(f"| {one}" for one in wanted))]
    return "\n".join(["| What | Figure |", "|---|---|", *kept])


def page(results: Results) -> str:
    """The text of docs/proofs.md."""
    sent = {
        "Rounds with a message sent twice (95 %)": lambda r: share(r, "twice"),
        "Messages sent twice": lambda r: of(r, "twice", "people"),
        "People missed": lambda r: total(r, "missed"),
        "Left to a person": left,
    }
    made = {
        "Contacts made twice": lambda r: of(r, "twice", "people"),
        "People missed": lambda r: total(r, "missed"),
        "Left to a person": left,
    }
    tables = {
        "summary": lambda: summary(results),
        "kills": lambda: table(results, "kills", sent),
        "lost": lambda: table(results, "lost", sent),
        "lost_creates": lambda: table(results, "lost_creates", made),
        "shifting": lambda: table(
            results,
            "shifting",
            {
                "Rounds in which somebody is missing (95 %)": lambda r: share(r, "missed"),
                "People missing": lambda r: of(r, "missed", "people"),
                "Requests": lambda r: spread([one["requests"] for one in r], "{:.0f}"),
            },
        ),
        "opt_outs": lambda: table(
            results,
            "opt_outs",
            {
                "Opted-out people who got the message": lambda r: of(r, "reached", "refusing"),
                "Other people missed": lambda r: total(r, "missed"),
            },
        ),
        "quota": lambda: table(
            results,
            "quota",
            {
                "Answered": lambda r: of(r, "answered", "people"),
                "Refused (429)": lambda r: total(r, "refused"),
                "Most that arrived in 60 s (limit 60)": lambda r: spread([one["busiest"] for one in r], "{:.0f}"),
                "Seconds, over the fastest possible": quota_seconds,
            },
        ),
        "storm": lambda: table(
            results,
            "storm",
            {
                "Messages sent twice": lambda r: of(r, "twice", "people"),
                "People missed": lambda r: total(r, "missed"),
                "Said that it succeeded": lambda r: f"{sum(one['succeeded'] for one in r)} of {len(r)}",
                "Seconds, over the script's": ratio(results, "storm"),
                "Refused (429), with those of the other": lambda r: spread([one["refused"] for one in r], "{:.0f}"),
            },
        ),
        "cost": lambda: table(
            results,
            "cost",
            {"Requests a message": _requests_each, "Seconds, over the script's": ratio(results, "cost")},
        ),
        "cluster": cluster,
    }

    def filled(found: re.Match[str]) -> str:
        name = found[1]
        return when(results, name.removeprefix("when ")) if name.startswith("when ") else tables[name]()

    return re.sub(r"\{\{ ([\w ]+) \}\}", filled, WORDS.read_text(encoding="utf-8"))


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(json.loads(KEPT.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
