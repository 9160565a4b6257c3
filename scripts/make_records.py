"""Writes whautomate_core/api/records.py from the contract: `python scripts/make_records.py`; a test compares them.

Each schema that a body or an answer holds becomes a TypedDict, and so do the query filters of each list (`x-filters`).
A PUT whose body has required fields gets another record with nothing required, since what it does not name is taken
from what is there.
"""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
CONTRACT = ROOT / "whautomate_core" / "contract.yaml"
RECORDS = ROOT / "whautomate_core" / "api" / "records.py"
WIDTH = 120

HEAD = '''"""The records of the API, under the wire's own field names.

Written by `scripts/make_records.py` from `contract.yaml`; a test compares them. `check.py` checks bodies against them.
Evidence is of the shape: A official documentation, B a white-label copy of it, C integrators' code, D inferred.
"""

from __future__ import annotations

from typing import Any, Required

from typing_extensions import TypedDict

from whautomate_core.api.call import Json
'''

Schema = dict[str, Any]


class Contract:
    """The contract's schemas as records, each with what it is used for."""

    def __init__(self, document: Schema) -> None:
        self._document = document
        self._schemas: dict[str, Schema] = document["components"]["schemas"]
        self._uses: dict[str, dict[str, dict[str, list[str]]]] = {}  # record -> role -> evidence -> operations
        self._more: dict[str, Schema] = {}
        for path in document["paths"].values():
            for method, operation in path.items():
                self._read(method, operation)

    def records(self) -> Iterator[str]:
        """The code of each record, after those of the records that it holds."""
        written: set[str] = set()
        for name in [*self._schemas, *self._more]:
            if name in self._uses:
                yield from self._with_parts(name, written)

    def _read(self, method: str, operation: Schema) -> None:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if body is not None:
            name = _name(body["$ref"])
            schema = self._schemas[name]
            if method == "put" and schema.get("required"):
                update = f"{name.removesuffix('Input')}Update"
                what = f"`{name}` with nothing required: what an update does not name stays as it is."
                self._more[update] = {**schema, "required": [], "description": what}
                name = update
            self._use(name, "Body of", operation)
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        self._use(_name(answer.get("items", answer)["$ref"]), "Answer of", operation)
        if "x-filters" in operation:
            parameters = (self._resolved(one) for one in operation["parameters"])
            query = {one["name"]: _described(one) for one in parameters if one["in"] == "query"}
            filters = {"type": "object", "properties": query}
            if self._more.setdefault(operation["x-filters"], filters) != filters:
                raise ValueError(f"{operation['operationId']}: {operation['x-filters']} has other filters elsewhere")
            self._use(operation["x-filters"], "Filters of", operation)

    def _resolved(self, node: Schema) -> Schema:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _use(self, name: str, role: str, operation: Schema) -> None:
        evidence = self._uses.setdefault(name, {}).setdefault(role, {})
        evidence.setdefault(operation["x-evidence-shape"], []).append(operation["operationId"])

    def _with_parts(self, name: str, written: set[str]) -> Iterator[str]:
        if name in written:
            return
        written.add(name)
        schema = self._more.get(name) or self._schemas[name]
        for field in schema.get("properties", {}).values():
            reference = field.get("$ref") or field.get("items", {}).get("$ref")
            if reference:
                yield from self._with_parts(_name(reference), written)
        if "properties" in schema or name in self._uses:
            yield _record(name, schema, self._words(name, schema))
        else:
            yield f"{name} = dict[str, Any]\n" + _docstring(schema["description"], 0)

    def _words(self, name: str, schema: Schema) -> str:
        """The docstring of a record: what the contract says of it, and where it is used."""
        paragraphs = [schema.get("description", "")]
        for role, evidence in self._uses.get(name, {}).items():
            sure = [f"{', '.join(ids)} (evidence {grade})" for grade, ids in sorted(evidence.items())]
            paragraphs.append(f"{role} {', '.join(sure)}.")
        return "\n\n".join(filter(None, paragraphs))


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _described(parameter: Schema) -> Schema:
    return {**parameter["schema"], "description": parameter.get("description", "")}


def _record(name: str, schema: Schema, words: str) -> str:
    fields, required = schema.get("properties", {}), schema.get("required", [])
    if any(keyword.iskeyword(field) for field in fields):
        return _functional(name, fields, required, words)
    whole = len(required) == len(fields) > 0
    lines = [f"class {name}(TypedDict):" if whole else f"class {name}(TypedDict, total=False):"]
    if words:
        lines.append(_docstring(words, 4))
        lines += [""] if fields else []
    for field, one in fields.items():
        kind = _type(one)
        lines.append(f"    {field}: {kind if whole or field not in required else f'Required[{kind}]'}")
        if words_of_field := _field_words(one):
            lines.append(_docstring(words_of_field, 4))
    return "\n".join(lines)


def _functional(name: str, fields: Schema, required: list[str], words: str) -> str:
    """A record with a field whose name is a word of Python, so that no class can have it."""
    lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
    for field, one in fields.items():
        lines += textwrap.wrap(_field_words(one), WIDTH, initial_indent="        # ", subsequent_indent="        # ")
        kind = _type(one)
        lines.append(f'        "{field}": {kind if field not in required else f"Required[{kind}]"},')
    return "\n".join([*lines, "    },", "    total=False,", ")", _docstring(words, 0)])


def _type(schema: Schema) -> str:
    if "$ref" in schema:
        return _name(schema["$ref"])
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return " | ".join(_type({**schema, "type": one}) for one in kinds)
    if kinds == "array":
        return f"list[{_type(schema['items'])}]"
    named = {"string": "str", "number": "float", "integer": "int", "boolean": "bool", "object": "Json", "null": "None"}
    return named[kinds] if kinds else "Any"


def _field_words(schema: Schema) -> str:
    words = str(schema.get("description", ""))
    unsaid = [str(one) for one in schema.get("examples", []) if str(one) not in words]
    examples = f"Such as {', '.join(f'`{one}`' for one in unsaid)}." if unsaid else ""
    return " ".join(filter(None, [words, examples]))


def _docstring(text: str, indent: int) -> str:
    space = " " * indent
    paragraphs = (" ".join(one.split()) for one in f'"""{text}'.split("\n\n"))
    closed = "\n\n".join(textwrap.fill(one, WIDTH - indent, break_on_hyphens=False) for one in paragraphs)
    alone = "\n" not in closed and len(closed) + 3 + indent <= WIDTH
    return textwrap.indent(f'{closed}"""' if alone else f'{closed}\n"""', space)


def text() -> str:
    """The module as it should be."""
    document = yaml.load(CONTRACT.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return HEAD + "".join(f"\n\n{one}\n" for one in Contract(document).records())


if __name__ == "__main__":
    RECORDS.write_text(text(), encoding="utf-8")
