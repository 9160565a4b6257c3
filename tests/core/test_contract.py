"""The core walked by the contract: each operation has its function, and sends what the contract says."""

import importlib.util
import inspect
import itertools
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from contract_examples import Operation, contract, operations
from jsonschema import Draft202012Validator

from whautomate_core import api
from whautomate_core.account import account_from_settings
from whautomate_core.api import messages
from whautomate_core.api.call import Repeat
from whautomate_core.api.endpoint import endpoint_of, endpoint_of_call
from whautomate_core.api.registry import BY_NAME, BY_REQUEST, ENDPOINTS, RESOURCES
from whautomate_core.client.client import Client
from whautomate_core.errors import InvalidRequest

OPERATIONS = operations()
BODIES = [operation for operation in OPERATIONS if operation.body]


def function(operation: Operation) -> Any:
    return ENDPOINTS[operation.id].function


def ids(operation: Operation) -> str:
    return operation.id


def test_every_operation_has_its_function_and_no_function_is_without() -> None:
    found = set()
    for module in RESOURCES:
        for name, one in vars(module).items():
            if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_"):
                found.add(one)
    assert {one.function for one in ENDPOINTS.values()} == found
    with_endpoints = {one for one in Path(api.__file__).parent.glob("*.py") if "\n@endpoint(" in one.read_text()}
    assert {Path(str(one.__file__)) for one in RESOURCES} == with_endpoints
    assert len(ENDPOINTS) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_the_registry_is_the_contracts(operation: Operation) -> None:
    endpoint = ENDPOINTS[operation.id]
    assert endpoint is BY_NAME[f"{operation.resource}.{operation.function}"]
    assert endpoint is BY_REQUEST[f"{operation.method} {operation.path_template}"]
    assert endpoint is endpoint_of(endpoint.function)
    assert (endpoint.resource, endpoint.name) == (operation.resource, operation.function)
    assert (endpoint.method, endpoint.path) == (operation.method, operation.path_template)
    assert endpoint.lists == operation.lists
    assert endpoint.tags == (operation.body_name == "tags")
    assert endpoint.redacted == endpoint.arguments.keys() & {operation.body_name, "filters", "extra"} - {"tags"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_what_the_registry_says_of_an_endpoint_is_true_of_its_calls(operation: Operation) -> None:
    endpoint = ENDPOINTS[operation.id]
    call = endpoint.function(**operation.arguments())
    assert endpoint is endpoint_of_call(call)
    assert (endpoint.method, endpoint.path, endpoint.repeat) == (call.method, call.path, call.repeat)
    assert (endpoint.act, endpoint.paged) == (call.act, call.paged)
    assert endpoint.lists == (call.answer is list)
    assert endpoint.tags == (call.remaining_body is not None)


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_it_answers_the_record_that_the_contract_names(operation: Operation) -> None:
    raw = contract()["paths"][operation.path][operation.method.lower()]
    answer = raw["responses"]["200"]["content"]["application/json"]["schema"]
    named = answer["items"] if operation.lists else answer
    assert named == {"$ref": f"#/components/schemas/{ENDPOINTS[operation.id].record.__name__}"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_the_arguments_are_named_by_the_rule(operation: Operation) -> None:
    names = list(inspect.signature(function(operation)).parameters)
    body = [operation.body_name] if operation.body_name else []
    assert names[: len(operation.ids) + len(body)] == [*operation.ids, *body]
    rest = set(names[len(operation.ids) + len(body) :])
    assert rest <= {"filters", "extra", "overwrite", "allow_protected"}
    assert ("filters" in rest) == bool(operation.filters)
    assert ("extra" in rest) == (bool(body) and body != ["tags"])
    assert ("overwrite" in rest) == (operation.method == "PUT")


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_it_sends_exactly_what_the_contract_says(operation: Operation, pool: Any) -> None:
    arguments = operation.arguments()
    sent = send(operation, arguments, pool)
    assert sent.method == operation.method
    assert sent.url.path == operation.path_template.format(*(f"id-of-{name}" for name in operation.ids))
    assert dict(sent.url.params) == {name: str(value) for name, value in arguments.get("filters", {}).items()}
    if operation.body is None:
        assert sent.content == b""
        return
    body = json.loads(sent.content)
    given = arguments[str(operation.body_name)]
    assert body == ({"tags": given} if operation.body_name == "tags" else given)
    schema = {**operation.body, "components": contract()["components"]}
    assert list(Draft202012Validator(schema).iter_errors(body)) == []


def send(operation: Operation, arguments: dict[str, Any], pool: Any) -> httpx.Request:
    """The request itself: what is read before it is answered by a record that has nothing of it."""
    parameters = inspect.signature(function(operation)).parameters
    flags = {"allow_protected": True, "overwrite": True}
    call = function(operation)(**arguments, **{k: v for k, v in flags.items() if k in parameters})
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        read_first = request.method == "GET" and operation.method != "GET"
        held = ["text"] if operation.function.startswith("remove_") else []
        *_, last = ["x", *request.url.path.split("/")[3:4], *re.findall(r"id-of-\w+", request.url.path)]
        named = {"id": last}  # a record is the one that was asked for
        return httpx.Response(200, json={**named, "tags": held} if read_first else [] if operation.lists else named)

    account = account_from_settings("http://127.0.0.1:1", "k")
    with Client(account, pool=pool, transport=httpx.MockTransport(answer)) as client:
        client.send(call)
    assert [request.method for request in requests[:-1]] == ["GET"] * (len(requests) - 1)
    return requests[-1]


@pytest.mark.parametrize("operation", BODIES, ids=ids)
def test_a_broken_body_is_refused_before_it_is_sent(operation: Operation) -> None:
    arguments = operation.arguments()
    name = str(operation.body_name)
    broken: list[Any] = ["text", [1] if name == "tags" else {**arguments[name], "nmae": "x"}]
    for field in (operation.body or {}).get("required", []):
        if name != "tags":
            broken.append({key: value for key, value in arguments[name].items() if key != field})
    for body in broken[: 2 if "overwrite" in inspect.signature(function(operation)).parameters else None]:
        with pytest.raises(InvalidRequest):
            function(operation)(**{**arguments, name: body})


WHOM = {"contact": {"id": "c"}, "client": {"id": "l"}, "recepient": {"phoneNumber": "+4915123456700"}}
CHOICES = [names for count in range(4) for names in itertools.combinations(WHOM, count)]


@pytest.mark.parametrize("kind", ["text", "media", "template"])
@pytest.mark.parametrize("names", CHOICES, ids="+".join)
def test_a_message_goes_to_exactly_one_of_contact_client_and_recepient(kind: str, names: tuple[str, ...]) -> None:
    content = {
        "text": {"textMessage": "Hi"},
        "media": {"mediaUrl": "https://example.com/a.png", "mimeType": "image/png"},
        "template": {"template": {"name": "hello", "language": "en"}},
    }[kind]
    send = getattr(messages, f"send_whatsapp_{kind}")
    message = {"location": {"id": "loc"}, **content, **{name: WHOM[name] for name in names}}
    if len(names) == 1:
        assert send(message).body == message
        for other in WHOM.keys() - names:
            with pytest.raises(InvalidRequest, match="exactly one"):
                send(message, extra={other: None})
        return
    with pytest.raises(InvalidRequest, match="exactly one of contact, client and recepient") as error:
        send(message)
    assert all(name in str(error.value) for name in names)


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_every_operation_names_the_errors_that_are_documented(operation: Operation) -> None:
    responses = dict(contract()["paths"][operation.path][operation.method.lower()]["responses"])
    del responses["200"]
    named = {"400": "BadRequest", "403": "Forbidden", "404": "NotFound", "429": "RateLimited", "500": "ServerFailure"}
    assert {status: each["$ref"] for status, each in responses.items()} == {
        status: f"#/components/responses/{name}" for status, name in named.items()
    }


def test_each_documented_error_is_an_api_error() -> None:
    components = contract()["components"]
    schema = {**components["schemas"]["ApiError"], "components": components}
    error = Draft202012Validator(schema)
    assert set(schema["properties"]) == {"message", "error"}
    for response in components["responses"].values():
        content = response["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/ApiError"}
        for example in content.get("examples", {}).values():
            error.validate(example["value"])
    error.validate({"error": {"message": "as integrators look for it"}})
    assert not error.is_valid({"message": {"text": "x"}})


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_only_what_leaves_the_same_behind_may_be_repeated(operation: Operation) -> None:
    call = function(operation)(**operation.arguments())
    tags = operation.body_name == "tags"
    expected = {"GET": Repeat.SAFE, "PUT": Repeat.IDEMPOTENT, "DELETE": Repeat.IDEMPOTENT, "POST": Repeat.ONCE}
    assert call.repeat is (Repeat.IDEMPOTENT if tags else expected[operation.method])
    # A call that may be repeated without harm, though it is a POST, looks first what is left to do.
    assert (call.remaining_body is not None) == tags
    assert call.merge == (operation.method == "PUT")
    assert bool(call.reads) or not call.merge


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids)
def test_the_description_tells_method_path_and_evidence(operation: Operation) -> None:
    doc = inspect.getdoc(function(operation)) or ""
    assert f"`{operation.method} {operation.path}`" in " ".join(doc.split())
    raw = contract()["paths"][operation.path][operation.method.lower()]
    assert re.search(rf"\b{raw['x-evidence']}\b", doc.partition(operation.path)[2]), "how sure it is"


def test_the_page_of_endpoints_is_true() -> None:
    root = Path(__file__).parents[2]
    spec = importlib.util.spec_from_file_location("make_endpoints", root / "scripts" / "make_endpoints.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (root / "docs" / "reference" / "endpoints.md").read_text(encoding="utf-8")
    assert page == module.text(), "python scripts/make_endpoints.py writes it anew"
