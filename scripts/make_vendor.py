"""Writes the tables of docs/reference/vendor.md: what is open, from the behaviours of the emulator and
the doctor's coverage; the errors, and how surely the endpoints are known, from the contract.

Run `python scripts/make_vendor.py`; a test compares them.
"""

import functools
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from whautomate_core.doctor.coverage import NOT_PROBED, PROBED
from whautomate_core.emulator.behaviour import all_questions
from whautomate_core.emulator.questions import Question

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference" / "vendor.md"
START = "<!-- {}: written by scripts/make_vendor.py, from here -->\n\n"
END = "\n<!-- {}: to here. -->\n"


def open_questions() -> Iterator[str]:
    """A table for each topic."""
    asked = [one for one in all_questions() if one.is_open]
    for number, (topic, several) in enumerate(itertools.groupby(asked, key=lambda one: one.topic)):
        yield from ([""] if number else [])
        yield f"### {topic}"
        yield ""
        yield "| Question | What this package assumes, and why | If it is otherwise | Evidence | `whautomate doctor` |"
        yield "|---|---|---|---|---|"
        for one in several:
            assumed = f"`{one.name}={_short(one.default)}`. {one.why}"
            yield _row(one.asks, assumed, one.otherwise, _capital(one.evidence), _doctor(one))


def _short(default: str) -> str:
    """A default that fits a cell: the first of many names."""
    first, *others = default.split(", ")
    return f"{first}, ..." if len(others) > 3 else default


def _doctor(question: Question) -> str:
    if question.name in PROBED:
        return f"Finds it out: `{PROBED[question.name]}`."
    return f"Doesn't ask. {NOT_PROBED[question.name]}"


def errors() -> Iterator[str]:
    """The error answers of the contract, by status."""
    answers = [answer for one in _operations() for answer in one["responses"].items()]
    statuses = {answer["$ref"].rpartition("/")[2]: str(status) for status, answer in answers if "$ref" in answer}
    yield "| Status | Body | When |"
    yield "|---|---|---|"
    for name, status in sorted(statuses.items(), key=lambda one: one[1]):
        response = _contract()["components"]["responses"][name]
        examples = response["content"]["application/json"].get("examples", {}).values()
        bodies = [f"`{json.dumps(one['value'])}`" for one in examples]
        yield _row(status, " or ".join(bodies) or "unknown", response["description"])


def grades() -> Iterator[str]:
    """How many endpoints of each resource have which grade."""
    counted: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for one in _operations():
        path, shape = counted.setdefault(one["tags"][0], (Counter(), Counter()))
        path[one["x-evidence"]] += 1
        shape[one["x-evidence-shape"]] += 1
    everything = [sum((two[part] for two in counted.values()), Counter[str]()) for part in (0, 1)]
    yield "| Resource | Method and path | Shape of what is sent and returned |"
    yield "|---|---|---|"
    for resource, both in [*counted.items(), ("**All**", everything)]:
        yield _row(resource, *map(_counts, both))


def _counts(grades: Counter[str]) -> str:
    return ", ".join(f"{grades[grade]} {grade}" for grade in "ABCD" if grades[grade])


def weakest() -> Iterator[str]:
    """The endpoints whose method and path are inferred."""
    yield "| Endpoint | Request | Why it is uncertain |"
    yield "|---|---|---|"
    for one in _operations():
        if one["x-evidence"] == "D":
            yield _row(f"`{one['operationId']}`", f"`{one['request']}`", one["x-evidence-note"])


def _operations() -> Iterator[dict[str, Any]]:
    for path, methods in _contract()["paths"].items():
        for method, operation in methods.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield {**operation, "request": f"{method.upper()} {path}"}


@functools.cache
def _contract() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "whautomate_core" / "contract.yaml").read_text(encoding="utf-8"))
    return read


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _row(*cells: str) -> str:
    if any("|" in cell for cell in cells):
        raise ValueError(f"a cell holds a bar: {cells}")
    return f"| {' | '.join(cells)} |"


def page() -> str:
    """docs/reference/vendor.md with its tables as they should be."""
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in {"errors": errors(), "open": open_questions(), "grades": grades(), "weakest": weakest()}.items():
        before, started, rest = text.partition(START.format(name))
        _, ended, after = rest.partition(END.format(name))
        if not (started and ended):
            raise ValueError(f"{PAGE} has lost the lines that say which part is written ({name})")
        text = before + started + "".join(f"{line}\n" for line in lines) + ended + after
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
