"""The operators walked by the contract: each operation has its own, which sends what the contract says."""

import importlib
import inspect
import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import httpx
import pytest
from airflow.providers.common.compat.sdk import BaseOperator
from conftest import DAG, serialized
from contract_examples import contract, operations
from jsonschema import Draft202012Validator

from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.values.words import counted

OPERATIONS = operations()
BODIES = [operation for operation in OPERATIONS if operation.body]
HOST = "http://127.0.0.1:1"

walks = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
walks_bodies = pytest.mark.parametrize("operation", BODIES, ids=lambda operation: operation.id)


def operator(operation):
    module = importlib.import_module(f"airflow_provider_whautomate.operators.{operation.resource}")
    return getattr(module, operation.operator)


def given(operation):
    """Arguments that fit, and the flags with which nobody is read first."""
    arguments = operation.arguments()
    for paging in ("page", "limit"):  # the operator's own affair
        arguments.get("filters", {}).pop(paging, None)
    flags = {"allow_protected", "overwrite"} & inspect.signature(operator(operation).__init__).parameters.keys()
    return arguments | dict.fromkeys(flags, True)


class Sent(list):
    held = ()


def id_of(request):
    """The id of the record that a request is about: what answers with another is refused."""
    last = request.url.path.split("/tags/")[0].split("/")[-1]
    return last if request.method != "POST" or "/tags/" in request.url.path else "id-of-answer"


@pytest.fixture
def sent(monkeypatch, connections):
    """Every request that reaches the wire, and an answer to each: a person holds `sent.held`, and what nobody knows."""
    requests = Sent()

    def handle(transport, request):
        requests.append(request)
        one = {"id": id_of(request), "tags": requests.held, "nickname": SECRET}
        return httpx.Response(200, json=[] if is_list(request) else one)

    def is_list(request):
        paths = [re.sub(r"\{\w+\}", "[^/]+", one.path) for one in OPERATIONS if one.lists]
        return request.method == "GET" and any(re.fullmatch(path, request.url.path) for path in paths)

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
    connections("whautomate_default", HOST)
    return requests


def holds(operation):
    """What whom it concerns holds, so that there is something to do."""
    return ["text"] if operation.function.startswith("remove_") else []


def dag_of(native=True):
    """A DAG whose templates give values, or text."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return DAG(f"native_{native}", schedule=None, start_date=start, render_template_as_native_obj=native)


def execute(task):
    """As Airflow does: render, then execute."""
    ti = SimpleNamespace(dag_id="dag", task_id=task.task_id, map_index=-1, run_id="run")
    context = {"ti": ti, "logical_date": datetime(2026, 1, 1, tzinfo=UTC), "task": task}
    task.render_template_fields(context, task.get_template_env())
    return task.execute(context)


@walks
def test_every_operation_has_its_operator_with_the_arguments_of_the_rule(operation):
    made = operator(operation)
    assert issubclass(made, WhautomateEndpointOperator)
    body = [operation.body_name] if operation.body_name else []
    own = [
        name for name in inspect.signature(made.__init__).parameters
        if name not in inspect.signature(WhautomateBaseOperator.__init__).parameters
    ]  # fmt: skip
    assert own[: len(operation.ids) + len(body)] == [*operation.ids, *body]
    rest = set(own[len(operation.ids) + len(body) :])
    assert ("filters" in rest) == bool(operation.filters)
    assert ("output_path" in rest) == (operation.method == "GET")
    assert ("max_records" in rest) == operation.lists
    assert ("return_records" in rest) == (operation.method == "GET")
    read = {"max_records", "output_path", "return_records"}
    assert rest <= {"filters", "extra", "overwrite", "allow_protected", "key", *read}
    assert {*own, "whautomate_conn_id"} - {"return_records"} == set(made.template_fields)
    assert not set(made.template_fields) & set(inspect.signature(BaseOperator.__init__).parameters)
    assert all(f":param {name}:" in made.__doc__ for name in [*own, "max_wait", "whautomate_conn_id"])


def test_there_is_no_operator_beside_them_but_jobs():
    endpoints = {operation.operator for operation in OPERATIONS}
    assert len(endpoints) == len(OPERATIONS)
    for resource in {operation.resource for operation in OPERATIONS}:
        module = importlib.import_module(f"airflow_provider_whautomate.operators.{resource}")
        classes = {name: one for name, one in vars(module).items() if isinstance(one, type)}
        made = {name for name, one in classes.items() if issubclass(one, WhautomateEndpointOperator)}
        assert made - {"WhautomateEndpointOperator"} <= endpoints, resource


@walks
def test_it_sends_exactly_what_the_contract_says(operation, sent):
    arguments, sent.held = given(operation), holds(operation)
    returned = execute(operator(operation)(task_id=operation.id, **arguments))
    request = sent[-1]
    assert request.method == operation.method
    assert request.url.path == operation.path_template.format(*(f"id-of-{name}" for name in operation.ids))
    paging = {"page": "1", "limit": "100"} if {"page", "limit"} <= set(operation.filters) else {}
    assert dict(request.url.params) == arguments.get("filters", {}) | paging
    # What is left to do of tags is looked up always, and so are the segments of an audience, and whose number it is.
    tags, audience = operation.body_name == "tags", operation.body_name == "broadcast"
    assert [request.method for request in sent[:-1]] == ["GET"] * (tags or audience or operation.body_name == "message")
    if operation.body is None:
        assert request.content == b""
    else:
        body = json.loads(request.content)
        assert body == ({"tags": arguments["tags"]} if tags else arguments[operation.body_name])
        schema = {**operation.body, "components": contract()["components"]}
        assert list(Draft202012Validator(schema).iter_errors(body)) == []
    if operation.method == "GET":
        assert returned == [] if operation.lists else "nickname" not in returned
        whole = execute(operator(operation)(task_id=f"{operation.id}_whole", **arguments, return_records=True))
        assert whole == [] if operation.lists else whole["nickname"] == SECRET
    else:
        assert returned.keys() == {"id"}


@pytest.mark.parametrize("native", [False, True], ids=["text", "native"])
@walks_bodies
def test_bodies_may_be_json_text_of_a_template(operation, native, sent):
    arguments, sent.held, name = given(operation), holds(operation), operation.body_name
    made = operator(operation)(
        task_id=f"{operation.id}_{native}", dag=dag_of(native), **arguments | {name: "{{ task.params.given | tojson }}"}
    )
    made.params = {"given": arguments[name]}
    execute(made)
    assert json.loads(sent[-1].content) == ({"tags": arguments[name]} if name == "tags" else arguments[name])


def test_filters_extra_and_tags_of_a_template_and_flags_that_are_text(sent):
    filters = operator_of("listContacts")(task_id="filters", filters='{{ {"searchText": "Ada"} | tojson }}')
    execute(filters)
    assert sent[-1].url.params["searchText"] == "Ada"
    execute(operator_of("listContacts")(task_id="none", filters="{{ none | tojson }}"))
    assert "searchText" not in sent[-1].url.params
    common = {"contact_id": "c", "contact": "{}", "allow_protected": True}
    execute(operator_of("updateContact")(task_id="extra", **common, overwrite=True, extra='{"new": "{{ 1 + 1 }}"}'))
    assert json.loads(sent[-1].content) == {"new": "2"}
    execute(operator_of("addContactTags")(task_id="tuple", contact_id="c", tags=("a", "b")))
    assert json.loads(sent[-1].content) == {"tags": ["a", "b"]}
    before = len(sent)
    with pytest.raises(ConfigurationError, match="overwrite must be True or False"):
        execute(operator_of("updateContact")(task_id="flag", **common, overwrite="{{ 'yes' }}"))
    assert len(sent) == before
    execute(operator_of("updateContact")(task_id="text", **common, overwrite="{{ 1 == 1 }}"))
    execute(operator_of("updateContact")(task_id="native", dag=dag_of(), **common, overwrite="{{ True }}"))
    assert [request.method for request in sent[before:]] == ["PUT", "PUT"]  # without the read of a merge


def operator_of(operation_id):
    [operation] = [one for one in OPERATIONS if one.id == operation_id]
    return operator(operation)


SECRET = "Ada+4915123456789"


@walks_bodies
def test_a_broken_body_is_refused_before_anything_is_sent(operation, sent):
    arguments, name = given(operation), operation.body_name
    no_object = [SECRET, f'"{SECRET}"', "null", "{}" if name == "tags" else "[]"]
    wrong, lacking = [], []
    if name != "tags":
        wrong += [{**arguments[name], "nmae": SECRET}, json.dumps({**arguments[name], "nmae": SECRET})]
        missing = (operation.body or {}).get("required", [])
        lacking = [{key: value for key, value in arguments[name].items() if key != field} for field in missing]
    for body in no_object + wrong + lacking:
        kind, says = (InvalidRequest, r"\w") if body in wrong + lacking else (ConfigurationError, f"{name} must be a ")
        # Where it stands in the DAG file: at parse. What a PUT that overwrites must have is seen when it runs.
        if body not in lacking or operation.method != "PUT":
            with pytest.raises(kind, match=says) as error:
                operator(operation)(task_id="broken", **arguments | {name: body})
            assert SECRET not in str(error.value)
        # Where a template makes it: before it is sent.
        made = operator(operation)(task_id="broken", **arguments | {name: "{{ 1 }}"})
        setattr(made, name, body)
        with pytest.raises(kind, match=says) as error:
            made.execute({"ti": None})
        assert SECRET not in str(error.value)
    assert sent == []


@walks
def test_what_airflow_keeps_of_rendered_arguments_shows_names_alone(operation, sent):
    arguments = given(operation)
    made = operator(operation)(task_id="rendered", **arguments)
    for name, value in arguments.items():
        if name in made.redacted_fields:
            setattr(made, name, json.dumps({"name": SECRET}) if isinstance(value, dict) else SECRET)
            assert str(getattr(made, name)) == "1 field: name"
            setattr(made, name, SECRET)
            assert str(getattr(made, name)) == "text"
            setattr(made, name, value)
            assert str(getattr(made, name)) == f"{counted(len(value), 'field')}: {', '.join(value)}"
    dicts = {name for name, value in arguments.items() if isinstance(value, dict)}
    assert made.redacted_fields - {"extra"} == dicts
    if "extra" in inspect.signature(operator(operation).__init__).parameters:
        assert "extra" in made.redacted_fields


def test_mapped_and_plain_operators_are_serialised_whole():
    """Of every operation: a task, and one mapped over its first argument or by expand_kwargs."""
    with DAG("everything", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        for operation in OPERATIONS:
            arguments, made = given(operation), operator(operation)
            plain = made(task_id=operation.id, **arguments)
            if arguments:
                name, *rest = arguments
                others = {one: arguments[one] for one in rest}
                made.partial(task_id=f"{operation.id}_each", **others).expand(**{name: [arguments[name]] * 2})
                made.partial(task_id=f"{operation.id}_kwargs").expand_kwargs([arguments, arguments])
            assert plain.output.operator is plain
    again = serialized(dag)
    assert len(again) == len(dag.tasks) > 3 * 80
    for operation in OPERATIONS:
        assert set(again[operation.id]["template_fields"]) == set(operator(operation).template_fields)


@pytest.mark.filterwarnings("ignore:Task .* was never mapped")
@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.arguments()], ids=lambda one: one.id)
def test_unknown_arguments_are_errors_when_mapped_too(operation):
    with pytest.raises(TypeError, match="cntct"):
        operator(operation).partial(task_id="task").expand(cntct=[1])
