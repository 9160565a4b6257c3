"""The tasks of the endpoints."""

import asyncio
import importlib
import inspect
import json
import re
import socket

import httpx
import pytest
from contract_examples import contract, operations
from jsonschema import Draft202012Validator
from prefect import Task, flow
from prefect.runtime import flow_run

from prefect_whautomate import contacts, messages, segments
from prefect_whautomate.aio import contacts as aio_contacts
from prefect_whautomate.aio import messages as aio_messages
from prefect_whautomate.aio import segments as aio_segments
from whautomate_core import errors

LOCATION = {"id": "loc000000001"}
OPERATIONS = operations()
BODIES = [operation for operation in OPERATIONS if operation.body]
LISTS = [re.sub(r"\{\w+\}", "[^/]+", operation.path) for operation in OPERATIONS if operation.lists]
COLOURS = pytest.mark.parametrize("package", ["prefect_whautomate", "prefect_whautomate.aio"], ids=["sync", "async"])


# --- the contract


def operation_id(operation):
    return operation.id


def core_function(operation):
    return getattr(importlib.import_module(f"whautomate_core.api.{operation.resource}"), operation.function)


def task_of(operation, package):
    return getattr(importlib.import_module(f"{package}.{operation.resource}"), operation.function)


def call(task, *args, **kwargs):
    done = task.fn(*args, **kwargs)
    return asyncio.run(done) if task.isasync else done


def id_of(request):
    """The id of the record that a request is about: what answers with another is refused. New records are x."""
    last = request.url.path.split("/tags/")[0].split("/")[-1]
    return last if request.method != "POST" or "/tags/" in request.url.path else "x"


@pytest.fixture
def sent(monkeypatch):
    """Every request that leaves; answered by a record that has nothing, or an empty list."""
    requests = []

    def answer(request):
        lists = any(re.fullmatch(path, request.url.path) for path in LISTS) and request.method == "GET"
        if request.url.path.startswith("/v1/"):  # Prefect too has a client that may send its logs just now
            requests.append(request)
        record = {"id": id_of(request), "tags": ["text"] if answer.tagged else []}
        return httpx.Response(200, json=[] if lists else record)

    async def async_answer(self, request):
        return answer(request)

    answer.tagged = False
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda self, request: answer(request))
    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", async_answer)
    return requests, answer


@pytest.mark.parametrize("operation", OPERATIONS, ids=operation_id)
@COLOURS
def test_every_operation_has_its_task_with_the_arguments_and_the_words_of_the_core(operation, package):
    endpoint, task = core_function(operation), task_of(operation, package)
    reads = ["output_path", "return_records"] if operation.method == "GET" else []
    lists = ["max_records"] if operation.lists else []
    once = ["key"] if operation.method == "POST" and operation.body_name != "tags" else []
    expected = ["credentials", *inspect.signature(endpoint).parameters, *lists, *reads, *once, "max_requests"]
    assert isinstance(task, Task)
    assert (task.name, task.isasync) == (operation.function, package.endswith(".aio"))
    assert list(inspect.signature(task.fn).parameters) == expected
    assert task.description.startswith(inspect.getdoc(endpoint))
    assert f"from {package}.{operation.resource} import {task.name}\n" in task.description
    for option in (*lists, *reads, *once, "max_requests"):
        assert f"\n    {option}: " in task.description


@pytest.mark.parametrize("operation", OPERATIONS, ids=operation_id)
@COLOURS
def test_it_sends_exactly_what_the_contract_says(operation, package, sent, credentials_of_nowhere):
    requests, answer = sent
    answer.tagged = operation.function.startswith("remove_")
    arguments, task = operation.arguments(), task_of(operation, package)
    arguments.get("filters", {}).pop("page", None)  # every page is read
    flags = {"allow_protected": True, "overwrite": True, "return_records": True}
    result = call(
        task,
        credentials_of_nowhere,
        **arguments,
        **{name: value for name, value in flags.items() if name in inspect.signature(task.fn).parameters},
    )
    *before, request = requests
    assert {one.method for one in before} <= {"GET"}
    assert request.method == operation.method
    assert request.url.path == operation.path_template.format(*(f"id-of-{name}" for name in operation.ids))
    filters = {name: str(value) for name, value in arguments.get("filters", {}).items()}
    assert dict(request.url.params) == filters | ({"page": "1"} if "page" in operation.filters else {})
    if operation.body is None:
        assert request.content == b""
    else:
        body, given = json.loads(request.content), arguments[operation.body_name]
        assert body == ({"tags": given} if operation.body_name == "tags" else given)
        schema = {**operation.body, "components": contract()["components"]}
        assert list(Draft202012Validator(schema).iter_errors(body)) == []
    if operation.method == "GET":
        assert result == ([] if operation.lists else {"id": id_of(request), "tags": []})
    else:
        assert result == {"id": id_of(request)}


@pytest.mark.parametrize("operation", BODIES, ids=operation_id)
@COLOURS
def test_a_broken_body_is_refused_before_anything_is_sent(operation, package, sent, credentials_of_nowhere):
    requests, _ = sent
    arguments, name = operation.arguments(), operation.body_name
    broken = ["text", [1] if name == "tags" else {**arguments[name], "nmae": "x"}]
    if name != "tags" and operation.method == "POST":
        required = operation.body.get("required", [])
        broken += [{key: value for key, value in arguments[name].items() if key != field} for field in required]
    for body in broken:
        with pytest.raises(errors.InvalidRequest):
            call(task_of(operation, package), credentials_of_nowhere, **{**arguments, name: body})
    assert requests == []


# --- reads to files


PEOPLE = [{"name": f"Ada {n}", "phoneNumber": f"+4930{n:07}", "location": LOCATION} for n in range(120)]


@pytest.mark.parametrize("module", [contacts, aio_contacts], ids=["sync", "aio"])
def test_lists_and_reads_go_to_a_file_and_its_path_is_the_result(whautomate_emulator, credentials, tmp_path, module):
    ids = whautomate_emulator.add_contacts(PEOPLE)
    path = tmp_path / "people.jsonl"
    listed = call(module.list_contacts, credentials, output_path=str(path), max_records=110)
    assert listed == {"path": str(path), "records": 110}
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert len({record["id"] for record in records} & set(ids)) == 110
    one = tmp_path / "one.jsonl"
    read = call(module.get_contact, credentials, ids[0], output_path=one)
    assert read == {"path": str(one), "records": 1}
    assert json.loads(one.read_text())["id"] == ids[0]


def test_parquet_by_the_suffix(whautomate_emulator, credentials, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    whautomate_emulator.add_contacts(PEOPLE)
    assert contacts.list_contacts.fn(credentials, output_path=f"{tmp_path}/people.parquet")["records"] == 120
    names = parquet.read_table(f"{tmp_path}/people.parquet").column("name").to_pylist()
    assert set(names) == {person["name"] for person in PEOPLE}


def test_object_storage_by_the_url(whautomate_emulator, credentials):
    import fsspec

    whautomate_emulator.add_contacts(PEOPLE)
    contacts.list_contacts.fn(credentials, output_path="memory://bucket/people.jsonl")
    with fsspec.open("memory://bucket/people.jsonl") as file:
        assert len(file.readlines()) == 120


def test_a_file_that_can_not_be_written_costs_no_request(whautomate_emulator, credentials, tmp_path):
    for task, arguments in ((contacts.list_contacts, ()), (contacts.get_contact, ("c",))):
        with pytest.raises(errors.ConfigurationError, match="can't be written"):
            task.fn(credentials, *arguments, output_path=f"{tmp_path}/none/people.jsonl")
    assert whautomate_emulator.requests() == []


# --- personal data, and what the log says


@pytest.mark.parametrize("modules", [(contacts, messages), (aio_contacts, aio_messages)], ids=["sync", "aio"])
def test_reads_return_no_personal_data_unless_they_are_told_to(whautomate_emulator, credentials, caplog, modules):
    caplog.set_level("INFO")
    ada = {**PEOPLE[0], "notes": "a private note", "tags": ["vip"], "stage": "Won", "customFields": {"city": "Ulm"}}
    [contact] = whautomate_emulator.add_contacts([ada])
    whautomate_emulator.receive(contact, "a private text")
    one, lists = modules[0].get_contact, modules[0].list_contacts
    read, (listed,) = call(one, credentials, contact), call(lists, credentials)
    assert listed.items() >= {"id": contact, "tags": ["vip"], "stage": "Won", "location": LOCATION}.items()
    assert (read["id"], read["tags"]) == (contact, ["vip"])
    (message,) = call(modules[1].list_contact_messages, credentials, contact)
    assert message["id"]
    shown = f"{read} {listed} {message} {caplog.text}"
    assert not [one for one in ("Ada", "49300", "private", "Ulm") if one in shown]
    assert "customFields, name, notes, phoneNumber" in caplog.text
    assert "output_path=... writes whole records to a file, return_records=True returns them" in caplog.text
    whole, (of_list,) = (
        call(one, credentials, contact, return_records=True),
        call(lists, credentials, return_records=True),
    )
    assert whole["phoneNumber"] == of_list["phoneNumber"] == PEOPLE[0]["phoneNumber"].removeprefix("+")
    assert whole["notes"] == "a private note"


@pytest.mark.whautomate(search_delay=0.0)
def test_each_task_ends_its_log_with_what_came_of_it(whautomate_emulator, credentials, caplog, tmp_path):
    caplog.set_level("INFO")

    def said(task, *arguments, **more):
        caplog.clear()
        result = call(task, credentials, *arguments, **more)
        return result, re.fullmatch(r"(.*?) \(\d+ requests?\)(; personal data .*)?", caplog.messages[-1])[1]

    for module, of_segments in ((contacts, segments), (aio_contacts, aio_segments)):
        again = module is aio_contacts
        names = ("create_contact", "add_contact_tags", "update_contact", "get_contact", "list_contacts", "find_contact")
        of = {name: getattr(module, name) for name in (*names, "delete_contact")}
        made, line = said(
            of["create_contact"], {**PEOPLE[0], "location": LOCATION}, key=f"Ada{again} {credentials.account}"
        )
        id = made["id"]
        assert line == f"contact {id} created"
        assert said(of["add_contact_tags"], id, ["vip"])[1] == f"contact {id} now has the tag vip"
        assert said(of["add_contact_tags"], id, ["vip"])[1] == f"contact {id} already had the tag vip; nothing sent"
        assert said(of["update_contact"], id, {"stage": "Won"})[1] == f"contact {id} updated"
        assert said(of["get_contact"], id)[1] == f"contact {id} read"
        assert said(of["list_contacts"], max_records=1)[1] == "1 contact read"
        path = f"{tmp_path}/people.jsonl"
        assert said(of["list_contacts"], max_records=1, output_path=path)[1] == f"1 contact written to {path}"
        assert said(of["find_contact"], phone=PEOPLE[0]["phoneNumber"])[1] == f"contact {id} found"
        assert said(module.wait_for_contact, id, tag="vip")[1].startswith(f"contact {id} has ")
        assert said(of["delete_contact"], id, allow_protected=True)[1] == f"contact {id} deleted"
        segment, line = said(of_segments.ensure_segment, f"all{again}", {"tags": ["newsletter"]})
        assert line == f"segment all{again} ({segment['id']}) created"
        rows = [{"name": "Ada", "mobile": "030 1234567"}, {"name": "Bob", "mobile": "no number"}]
        mapping = {"name": "name", "phoneNumber": "mobile"}
        _, line = said(module.sync_contacts, rows, mapping, default_region="DE", max_rejected=1)
        assert line.startswith("2 rows: 1 created" if not again else "2 rows: 1 unchanged")
        assert "1 rejected" in line


def test_who_sent_it_before_is_named(server, whautomate_emulator, credentials, caplog):
    caplog.set_level("INFO")
    ran = []

    @flow
    def daily():
        ran.append(flow_run.name)
        contacts.create_contact(credentials, person(1), key="Ada, 2026-03-01")

    daily()
    caplog.clear()
    daily()
    (line,) = {one for one in caplog.messages if "nothing sent" in one}
    assert re.fullmatch(
        rf"contact \S+ already created at [-0-9]+ [:0-9]+ UTC by flow run {ran[0]} "
        r"\(flow daily, task create_contact \+49…01, attempt 1\); nothing sent \(0 requests\)",
        line,
    )


# --- calls


def person(number, **fields):
    return {"name": "Ada", "phoneNumber": f"+4930{number:07}", "location": LOCATION, **fields}


def test_a_flow_creates_reads_changes_and_deletes(server, whautomate_emulator, credentials):
    @flow
    def life():
        made = contacts.create_contact(credentials, person(1, customFields={"city": "Ulm"}))
        contacts.update_contact(credentials, made["id"], {"customFields": {"plan": "pro"}})
        tagged = contacts.add_contact_tags(credentials, made["id"], ["vip"])
        read = contacts.get_contact(credentials, made["id"], return_records=True)
        gone = contacts.delete_contact(credentials, made["id"])
        return made, tagged, read, gone

    made, tagged, read, gone = life()
    assert made == tagged == gone == {"id": read["id"]}
    assert read["customFields"] == {"city": "Ulm", "plan": "pro"}
    assert read["tags"] == ["vip"]
    assert whautomate_emulator.contacts() == []


def test_a_coroutine_does_the_same(server, whautomate_emulator, credentials):
    @flow
    async def life():
        made = await aio_contacts.create_contact(credentials, person(1))
        await aio_contacts.update_contact(credentials, made["id"], {"name": "Grace"})
        read = await aio_contacts.get_contact(credentials, made["id"], return_records=True)
        listed = await aio_contacts.list_contacts(credentials, max_records=1, return_records=True)
        return made, read, listed, await aio_contacts.delete_contact(credentials, made["id"])

    made, read, listed, gone = asyncio.run(life())
    assert made == gone == {"id": read["id"]}
    assert read["name"] == "Grace"
    assert listed == [read]


def test_lists_read_every_page_and_stop_at_max_records(whautomate_emulator, credentials):
    whautomate_emulator.add_contacts(person(n) for n in range(120))
    assert len(contacts.list_contacts.fn(credentials)) == 120
    before = len(whautomate_emulator.requests())
    assert len(contacts.list_contacts.fn(credentials, max_records=60)) == 60
    assert len(whautomate_emulator.requests()) - before == 2  # pages hold 50
    with pytest.raises(errors.InvalidRequest, match="max_records"):
        contacts.list_contacts.fn(credentials, max_records=0)


def test_a_page_of_a_list_can_not_be_asked_for_since_all_are_read(whautomate_emulator, credentials):
    with pytest.raises(errors.InvalidRequest, match=r"every page is read.*max_records"):
        contacts.list_contacts.fn(credentials, filters={"page": 3})
    assert whautomate_emulator.requests() == []


def test_an_unknown_field_is_named_before_anything_is_sent(whautomate_emulator, credentials):
    with pytest.raises(errors.InvalidRequest, match="did you mean phoneNumber"):
        contacts.create_contact.fn(credentials, {"name": "Ada", "phonenumber": "+493012345", "location": LOCATION})
    assert whautomate_emulator.requests() == []


def test_a_wrong_key_is_said_to_be_wrong(server, whautomate_emulator, credentials_of_emulator, caplog):
    credentials = credentials_of_emulator(key="not-the-key")

    @flow
    def read():
        return contacts.list_contacts(credentials)

    with pytest.raises(errors.AuthenticationError, match="the key was refused") as raised:
        read()
    assert "not-the-key" not in str(raised.value) + caplog.text
    assert len(whautomate_emulator.requests()) == 1


def test_a_host_that_does_not_answer_is_said_not_to(credentials_of_emulator):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        credentials = credentials_of_emulator(host=f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(errors.ConnectionFailed, match="check that the host is right and reachable"):
            contacts.list_contacts.fn(credentials)


@pytest.mark.parametrize("module", [contacts, aio_contacts], ids=["sync", "aio"])
def test_what_may_have_happened_is_not_tried_again_whatever_the_flow_says(
    server, whautomate_emulator, credentials, module
):
    whautomate_emulator.fault("500_after", operation="createContact")
    create = module.create_contact.with_options(retries=2)

    @flow
    def once():
        return create.submit(credentials, person(1)).result()

    with pytest.raises(errors.OutcomeUnknown):
        once()
    assert len(whautomate_emulator.requests("createContact")) == 1
    assert len(whautomate_emulator.contacts()) == 1


def test_other_errors_are_tried_again_where_the_flow_says_so(server, whautomate_emulator, credentials):
    @flow
    def missing():
        return segments.get_segment.with_options(retries=1)(credentials, "nobody")

    with pytest.raises(errors.NotFound):
        missing()
    assert len(whautomate_emulator.requests("getSegment")) == 2
