"""The contract, and values that fit its schemas: what the tests of every layer walk it with."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Operation:
    """One operation of the contract, with the names that follow from it by the rule in CONTRIBUTING.md."""

    id: str
    method: str
    path: str
    resource: str
    """The module that holds it in every layer: service_categories."""
    ids: tuple[str, ...]
    """Arguments of the path: staff_id, availability_block_id."""
    body_name: str | None
    body: dict[str, Any] | None
    """Schema of the body."""
    filters: tuple[str, ...]
    """Names of the query filters."""
    lists: bool

    @property
    def function(self) -> str:
        return snake(self.id)

    @property
    def operator(self) -> str:
        return f"Whautomate{self.id[0].upper()}{self.id[1:]}Operator"

    @property
    def path_template(self) -> str:
        return re.sub(r"\{\w+\}", "{}", self.path)

    def arguments(self) -> dict[str, Any]:
        """Arguments that fit: `id-of-staff_id` for ids, an example of the body."""
        given: dict[str, Any] = {name: f"id-of-{name}" for name in self.ids}
        if self.body_name is not None:
            body = example(self.body or {})
            if "recepient" in body:  # a message goes to one of these
                del body["client"], body["recepient"]
            given[self.body_name] = body["tags"] if self.body_name == "tags" else body
        if self.filters:
            given["filters"] = {name: 3 if name in ("page", "limit") else "text" for name in self.filters}
        return given


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@cache
def contract() -> dict[str, Any]:
    text = files("whautomate_core").joinpath("contract.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded


@cache
def operations() -> tuple[Operation, ...]:
    return tuple(
        _operation(path, method, raw) for path, item in contract()["paths"].items() for method, raw in item.items()
    )


def _operation(path: str, method: str, raw: dict[str, Any]) -> Operation:
    parameters = [resolved(one) for one in raw.get("parameters", [])]
    body = raw.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    name = raw.get("x-body-name") or snake(raw["operationId"]).partition("_")[2]
    answer = resolved(raw["responses"]["200"])["content"]["application/json"]["schema"]
    return Operation(
        raw["operationId"],
        method.upper(),
        path,
        snake(raw["tags"][0].replace(" ", "_")),
        tuple(snake(one) for one in re.findall(r"\{(\w+)\}", path)),
        name if body else None,
        resolved(body) if body else None,
        tuple(one["name"] for one in parameters if one["in"] == "query"),
        resolved(answer).get("type") == "array",
    )


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema whose references, at its top, are followed."""
    while "$ref" in schema:
        target: Any = contract()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


_NUMBERS = {"phoneNumber": "+4915123456789", "countryCode": "+49", "phone": "15123456789"}
"""The texts of a body that are checked before they are sent."""


def example(schema: dict[str, Any]) -> Any:
    """A value that fits a schema, with every field it names."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    kind = next(one for one in kind if one != "null") if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        return {name: _NUMBERS.get(name) or example(one) for name, one in schema.get("properties", {}).items()}
    if kind == "array":
        return [example(schema.get("items", {}))]
    return {"string": "text", "number": 1.5, "integer": 2, "boolean": True}.get(str(kind), "text")
