"""The modules of tasks, which a generator writes from the functions of the core."""

import ast
import importlib
import inspect
import sys
from pathlib import Path

import pytest
from prefect import Task

import prefect_whautomate
from prefect_whautomate import aio, contacts
from prefect_whautomate.aio import contacts as aio_contacts

SCRIPTS = Path(__file__).parents[2] / "scripts"
FOLDERS = [Path(prefect_whautomate.__path__[0]), Path(aio.__path__[0])]


@pytest.fixture
def generate(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from generate import code, tasks

    yield code, tasks
    for name in [name for name in sys.modules if name.partition(".")[0] == "generate"]:
        del sys.modules[name]


def test_the_modules_are_as_the_generator_writes_them(generate):
    code, tasks = generate
    assert code.stale(tasks.files()) == [], "`nox -s generate` writes them anew"
    assert not [path for folder in FOLDERS for path in folder.glob("*.pyi")]


def test_both_packages_have_the_same_tasks_with_the_same_arguments(generate):
    _, tasks = generate
    for resource in tasks.RESOURCES:
        module, aio_module = (
            importlib.import_module(f"{package}.{resource}") for package in ("prefect_whautomate", aio.__name__)
        )
        assert module.__all__ == aio_module.__all__
        assert {name for name, one in vars(module).items() if isinstance(one, Task)} <= {*module.__all__}
        for name in module.__all__:
            task, twin = getattr(module, name), getattr(aio_module, name)
            if not isinstance(task, Task):
                assert task is twin, "blocks have both colours"
                continue
            assert (task.isasync, twin.isasync) == (False, True)
            assert task.name == twin.name == name
            assert inspect.signature(task.fn) == inspect.signature(twin.fn)
            assert task.retry_condition_fn is twin.retry_condition_fn
            assert type(task.cache_policy) is type(twin.cache_policy)


def test_a_task_is_a_function_that_can_be_read_and_stepped_into():
    for module in (contacts, aio_contacts):
        function = inspect.unwrap(module.update_contact.fn)
        assert Path(inspect.getsourcefile(function)) == Path(module.__file__)
        assert "api.update_contact(contact_id, contact," in inspect.getsource(function)
        assert "__signature__" not in vars(function)
        assert "update_contact(" in module.update_contact.source_code


def test_the_example_of_every_task_is_code(generate):
    _, tasks = generate
    for package in ("prefect_whautomate", aio.__name__):
        for resource in tasks.RESOURCES:
            module = importlib.import_module(f"{package}.{resource}")
            for name in module.__all__:
                if isinstance(task := getattr(module, name), Task):
                    example = task.description.partition("```python\n")[2].partition("```")[0]
                    ast.parse(inspect.cleandoc("\n" + example))
                    assert f"from {module.__name__} import {name}\n" in example
