"""Writes docs/reference/endpoints.md from the contract and the core.

Run `python scripts/make_endpoints.py`; a test compares them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from contract_examples import Operation, contract, operations  # noqa: E402

from whautomate_core.api.call import Act  # noqa: E402
from whautomate_core.api.endpoint import Endpoint  # noqa: E402
from whautomate_core.api.registry import ENDPOINTS, RESOURCES  # noqa: E402

HEAD = """# Endpoints

<!-- Written by scripts/make_endpoints.py from the contract and the code; a test fails if it differs. -->

Each operation of the API has one name in every layer. Of `updateContact` that is `contacts.update_contact` in
`whautomate_core.api`, `WhautomateUpdateContactOperator` in `airflow_provider_whautomate.operators.contacts`, and the
task `update_contact` in `prefect_whautomate.contacts`; its coroutine is in `prefect_whautomate.aio.contacts`.

**Repeated** says what happens after a lost connection, a 5xx or a 429:

- *yes*: it is repeated. Reads change nothing, and repeated deletes leave the same state.
- *reads first*: it is repeated, since the record is read directly before and the body is worked out from it.
- *once*: it is never repeated on a guess. Operators and tasks send it under a claim in the state database (`key=`).

**Policy** says what is refused if the person concerned has opted out (`allow_protected=True` allows it, after a
deliberate human decision), and which calls the setting `sends` and `whautomate stop-sends` stop. To see whom a call
concerns, one record is read directly before it; for a number that is two lists, and for a broadcast its segments.

**Evidence** grades method and path, then the shape: A official documentation, B a white-label copy of it, C code of
integrators, D inferred. Unknown fields are refused before sending; `extra={...}` sends them.
"""

POLICY = {
    Act.MESSAGE: "opted out; sends",
    Act.FREE_MESSAGE: "opted out; sends",
    Act.BROADCAST: "segments must exclude; sends",
    Act.BOOK: "opted out",
    Act.CREATE: "opted out",
    Act.CHANGE: "tags and stage of opted-out people",
    Act.TAG: "opted out",
    Act.UNTAG: "opted out, opt-out tags",
    Act.DELETE: "opted out",
    Act.DROP_TAG: "opt-out tags",
    None: "",
}


def repeated(endpoint: Endpoint) -> str:
    if endpoint.once:
        return "once"
    return "reads first" if endpoint.method == "PUT" or endpoint.tags else "yes"


def lines() -> Iterator[str]:
    yield HEAD
    by_id = {one.id: one for one in operations()}
    for module in RESOURCES:
        resource = module.__name__.rpartition(".")[2]
        yield f"\n## {resource}\n\n{(module.__doc__ or '').strip().splitlines()[0]}\n"
        yield "| operation | function and task | operator | repeated | policy | evidence |"
        yield "|---|---|---|---|---|---|"
        for endpoint in ENDPOINTS.values():
            if endpoint.resource == resource:
                yield f"| {' | '.join(cells(endpoint, by_id[endpoint.id]))} |"


def cells(endpoint: Endpoint, operation: Operation) -> list[str]:
    raw = contract()["paths"][operation.path][operation.method.lower()]
    arguments = ", ".join([*operation.ids, *filter(None, [operation.body_name])])
    return [
        f"`{operation.method} {operation.path}`",
        f"`{endpoint.name}({arguments})`",
        f"`{operation.operator}`",
        repeated(endpoint),
        POLICY[endpoint.act],
        f"{raw['x-evidence']} / {raw['x-evidence-shape']}",
    ]


def text() -> str:
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "reference" / "endpoints.md").write_text(text(), encoding="utf-8")
