"""The vendor's contract as values. Routes, validation and answers come from `contract.yaml`."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal
from urllib.parse import unquote

import yaml
from jsonschema import Draft202012Validator

Json = dict[str, Any]
Kind = Literal["list", "get", "create", "update", "delete", "other"]


@dataclass(frozen=True)
class Operation:
    """One operation of the contract, references resolved."""

    id: str
    method: str
    path: str
    """As in the contract: /v1/contacts/{contactId}."""
    resource: str
    """The path's first part after the version: contacts."""
    kind: Kind
    """The action on a plain collection; "other" for the rest, such as tags/add."""
    query: Mapping[str, Json]
    """Schema of each query parameter by name."""
    answer: Json
    """Schema of the answer 200."""
    body: Json | None = None
    """Schema of the body; None if it has none."""
    check_body: Draft202012Validator | None = field(default=None, repr=False, compare=False)

    @property
    def writable(self) -> frozenset[str]:
        """Names of the fields a body may set."""
        return frozenset((self.body or {}).get("properties", {}))

    @property
    def readable(self) -> frozenset[str]:
        """Names of the fields an answer (or each record of a list) may hold."""
        return frozenset(self.answer.get("items", self.answer).get("properties", {}))


@dataclass(frozen=True)
class Request:
    """A request that is routed and whose body has the contract's shape."""

    operation: Operation
    path: dict[str, str]
    query: dict[str, str]
    body: Json

    @property
    def id(self) -> str:
        """The first id in the path."""
        return next(iter(self.path.values()))

    @property
    def fields(self) -> Json:
        """The body's fields. Fields that a body can't set (an id, a misspelt name) are silently dropped."""
        return {name: value for name, value in self.body.items() if name in self.operation.writable}


@functools.cache
def document() -> Json:
    """The contract as it is in the file, references not resolved."""
    text = resources.files("whautomate_core").joinpath("contract.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # seven times as quick, where it was built
    loaded: Json = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    return loaded


@functools.cache
def operations() -> dict[str, Operation]:
    """Every operation of the contract by operationId."""
    found = {}
    for path, item in document()["paths"].items():
        for method, raw in item.items():
            if method in ("get", "post", "put", "patch", "delete"):
                found[raw["operationId"]] = _operation(path, method.upper(), _resolved(raw))
    return found


def match(method: str, raw_path: str) -> tuple[Operation | None, dict[str, str], bool]:
    """The operation a request asks for, its path parameters, and whether the path is known with any method.

    `raw_path` is still percent-encoded, so that an encoded slash stays inside its segment. A literal segment goes
    before a parameter: /v1/appointments/slots is not an appointment.
    """
    segments = raw_path.split("/")
    known = False
    for pattern, by_method in _routes().get(len(segments), []):
        pairs = list(zip(pattern, segments, strict=True))
        if all(got != "" and (want[:1] == "{" or want == got) for want, got in pairs[1:]):
            known = True
            if method in by_method:
                params = {want[1:-1]: unquote(got) for want, got in pairs if want[:1] == "{"}
                return by_method[method], params, True
    return None, {}, known


def problem_with(operation: Operation, body: Any) -> str | None:
    """What is wrong with a body, naming the field but not its value; None if nothing is."""
    if operation.check_body is None:
        return None
    error = next(operation.check_body.iter_errors(body), None)
    if error is None:
        return None
    where = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{where + '.' if where else ''}{missing} is required"
    if error.validator == "type":
        return f"{where or 'the body'} must be of type {error.validator_value}"
    if error.validator == "enum":
        return f"{where} must be one of {', '.join(map(str, error.validator_value))}"
    return f"{where or 'the body'} breaks the rule {error.validator}"


@functools.cache
def _routes() -> dict[int, list[tuple[list[str], dict[str, Operation]]]]:
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in operations().values():
        by_path.setdefault(operation.path, {})[operation.method] = operation
    by_length: dict[int, list[tuple[list[str], dict[str, Operation]]]] = {}
    for path in sorted(by_path, key=lambda path: path.count("{")):
        segments = path.split("/")
        by_length.setdefault(len(segments), []).append((segments, by_path[path]))
    return by_length


def _operation(path: str, method: str, raw: Json) -> Operation:
    answer = raw["responses"]["200"]["content"]["application/json"]["schema"]
    body = raw.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return Operation(
        id=raw["operationId"],
        method=method,
        path=path,
        resource=path.split("/")[2],
        kind=_kind(path, method, answer),
        query={param["name"]: param["schema"] for param in raw.get("parameters", []) if param["in"] == "query"},
        answer=answer,
        body=body,
        check_body=Draft202012Validator(body) if body is not None else None,
    )


def _kind(path: str, method: str, answer: Json) -> Kind:
    if re.fullmatch(r"/v1/\w+", path):
        if method == "GET" and answer.get("type") == "array":
            return "list"
        return "create" if method == "POST" else "other"
    if re.fullmatch(r"/v1/\w+/\{\w+\}", path) and answer.get("type") != "array":
        kinds: dict[str, Kind] = {"GET": "get", "PUT": "update", "DELETE": "delete"}
        return kinds.get(method, "other")
    return "other"


def _resolved(node: Any) -> Any:
    # References are written out once, here: following them at each request costs more than the rest of validating.
    # The contract has no schema that holds itself.
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            target: Any = document()
            for part in reference.removeprefix("#/").split("/"):
                target = target[part]
            return _resolved(target)
        return {key: _resolved(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolved(value) for value in node]
    return node
