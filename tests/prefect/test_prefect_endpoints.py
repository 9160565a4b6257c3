"""The tasks of the endpoints."""

import asyncio
import importlib
import inspect
import pkgutil
import socket

import pytest
from prefect import Task, flow

import whautomate_core.api
from prefect_whautomate import contacts, segments
from whautomate_core import errors

LOCATION = {"id": "loc000000001"}


def endpoints():
    for _, name, _ in pkgutil.iter_modules(whautomate_core.api.__path__):
        module = importlib.import_module(f"whautomate_core.api.{name}")
        for function_name, function in vars(module).items():
            own = inspect.isfunction(function) and function.__module__ == module.__name__
            if own and not function_name.startswith("_"):
                yield pytest.param(name, function, id=f"{name}.{function_name}")


@pytest.mark.parametrize(("resource", "endpoint"), list(endpoints()))
def test_every_endpoint_has_its_two_tasks(resource, endpoint):
    module = importlib.import_module(f"prefect_whautomate.{resource}")
    expected = ["credentials", *inspect.signature(endpoint).parameters]
    if endpoint.__name__.startswith("list_"):
        expected.append("max_records")
    if "(`POST " in endpoint.__doc__:  # may not happen twice
        expected.append("key")
    expected.append("max_requests")
    for name in (endpoint.__name__, f"a{endpoint.__name__}"):
        task = getattr(module, name)
        assert isinstance(task, Task)
        assert (task.name, task.isasync) == (name, name != endpoint.__name__)
        assert list(inspect.signature(task.fn).parameters) == expected
        assert task.description.startswith(inspect.getdoc(endpoint))
        assert f"from prefect_whautomate.{resource} import {name}\n" in task.description


def person(number, **fields):
    return {"name": "Ada", "phoneNumber": f"+4930{number:07}", "location": LOCATION, **fields}


def test_a_flow_creates_reads_changes_and_deletes(server, whautomate_emulator, credentials):
    @flow
    def life():
        made = contacts.create_contact(credentials, person(1, customFields={"city": "Ulm"}))
        contacts.update_contact(credentials, made["id"], {"customFields": {"plan": "pro"}})
        tagged = contacts.add_contact_tags(credentials, made["id"], ["vip"])
        read = contacts.get_contact(credentials, made["id"])
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
        made = await contacts.acreate_contact(credentials, person(1))
        await contacts.aupdate_contact(credentials, made["id"], {"name": "Grace"})
        read = await contacts.aget_contact(credentials, made["id"])
        listed = await contacts.alist_contacts(credentials, max_records=1)
        return made, read, listed, await contacts.adelete_contact(credentials, made["id"])

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
        with pytest.raises(errors.ConnectionFailed, match="is the host right and reachable"):
            contacts.list_contacts.fn(credentials)


@pytest.mark.parametrize("name", ["create_contact", "acreate_contact"])
def test_what_may_have_happened_is_not_tried_again_whatever_the_flow_says(
    server, whautomate_emulator, credentials, name
):
    whautomate_emulator.fault("500_after", operation="createContact")
    create = getattr(contacts, name).with_options(retries=2)

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
