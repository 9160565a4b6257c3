"""Arguments that tasks refuse."""

import asyncio
import importlib
import pkgutil

import pytest
from prefect import Task

import prefect_whautomate
from prefect_whautomate import aio, contacts
from prefect_whautomate.aio import contacts as aio_contacts
from whautomate_core import errors

TASKS = [
    one
    for package in (prefect_whautomate, aio)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    for one in vars(importlib.import_module(module.name)).values()
    if isinstance(one, Task)
]


@pytest.mark.parametrize("wrong", ["whautomate", None, {"key": "wa-secret"}])
def test_every_task_says_that_it_wants_the_block(wrong):
    assert len(TASKS) > 200
    for task in TASKS:

        async def called(task=task):
            done = task.fn(wrong)
            if task.isasync:
                await done

        with pytest.raises(
            errors.ConfigurationError, match=r"pass the block.*Credentials\.load\('whautomate'\)"
        ) as said:
            asyncio.run(called())
        assert "wa-secret" not in str(said.value)


def test_a_task_in_a_flow_says_so_too(server):
    with pytest.raises(errors.ConfigurationError, match="pass the block"):
        contacts.update_contact("whautomate", "c1", {})


SYNC = {"source": [{"n": "Ada", "m": "+4915112345678"}], "mapping": {"name": "n", "phoneNumber": "m"}}


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("sync_contacts", {**SYNC, "tags": 1.5}, "tags must be a list of texts, not float"),
        ("sync_contacts", {**SYNC, "tags": "vip"}, "tags must be a list of texts, not str"),
        ("sync_contacts", {**SYNC, "rejects_path": 5}, "rejects_path must be text"),
        ("find_contact", {"phone": 4915112345678}, "phone must be"),
        ("wait_for_contact", {"contact_id": "c", "tag": 3}, "tag must be text"),
    ],
)
@pytest.mark.parametrize("module", [contacts, aio_contacts], ids=["sync", "aio"])
def test_arguments_of_the_wrong_type_are_refused_before_anything_is_sent(
    whautomate_emulator, credentials, name, given, said, module
):
    task = getattr(module, name)

    async def called():
        done = task.fn(credentials, **given)
        if task.isasync:
            await done

    with pytest.raises(errors.ConfigurationError, match=said):
        asyncio.run(called())
    assert whautomate_emulator.requests() == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"mappin": SYNC["mapping"]},
            "sync_contacts has no argument 'mappin'; did you mean mapping\\? It takes .*max_failed",
        ),
        ({"mapping": SYNC["mapping"], "wait_fr": []}, "no argument 'wait_fr'"),
        ({}, "sync_contacts: missing a required argument: 'mapping'"),
    ],
)
@pytest.mark.parametrize("module", [contacts, aio_contacts], ids=["sync", "aio"])
@pytest.mark.parametrize("way", ["call", "submit", "map", "delay", "with_options"])
def test_an_argument_that_a_task_does_not_have_is_named_without_any_value(credentials, module, given, said, way):
    """Prefect's own error shows the values of the arguments, here rows about people."""
    task = module.sync_contacts
    called = {"call": task, "with_options": task.with_options(retries=1)}.get(way) or getattr(task, way)
    with pytest.raises(errors.ConfigurationError, match=said) as error:
        called(credentials, SYNC["source"], **given)
    assert "Ada" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None
