"""The blocks of the documents that are flows, or parts of one, in Prefect on an emulator."""

import ast
import asyncio
import contextlib
import inspect
import runpy

import commands
import documents
import pytest
from cyclopts.exceptions import MissingArgumentError
from prefect import Flow, flow

from prefect_whautomate import WhautomateCredentials
from whautomate_core.emulator import Behaviour, Emulator, create_app, running

PACKAGES = (
    "prefect_whautomate",
    "prefect",
    "prefect.concurrency.sync",
    "prefect.deployments",
    "whautomate_core",
    "datetime",
)


@pytest.fixture(scope="module")
def world():
    served = create_app(
        Behaviour(broadcast_seconds=0, delivery_seconds=0, limits=((100_000, 60.0),)), key=documents.KEY
    )
    emulator = Emulator(served)
    with running(served) as emulator.url:
        yield emulator


@pytest.fixture
def account(server, world):
    """The block that the documents load."""
    made = WhautomateCredentials(
        host=world.url,
        key=documents.KEY,
        plan="subscribed",
        location_id=documents.LOCATION,
        list_lag=0,
    )
    made.save("whautomate", overwrite=True)
    return made


@pytest.mark.parametrize("chain", documents.runs_of("prefect"))
def test_prefect_runs_it(chain, account, world, tmp_path, monkeypatch):
    *_, block = chain
    text = "".join(one.text for one in chain)
    has_flow = "@flow" in text
    text = documents.with_imports(text, PACKAGES, () if has_flow else ("account", "mapping", "rows"))
    monkeypatch.chdir(tmp_path)
    documents.answer_as_the_emulator(int(world.url.rpartition(":")[2]), monkeypatch)
    names = {
        "account": account,
        "mapping": {"name": "full_name", "phoneNumber": "mobile"},
        "rows": [{"full_name": "Ada", "mobile": "+4915123456701"}],
    }
    if block.is_only_imported:
        compile(text, block.where, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    elif has_flow:
        (tmp_path / "shown.py").write_text(text)
        made = runpy.run_path(str(tmp_path / "shown.py"), run_name="__main__")
        flows = [one for one in made.values() if isinstance(one, Flow) and one.fn.__module__ == "__main__"]
        assert flows
        if "__main__" not in text:
            for one in flows:
                one()
    else:
        run_in_a_flow(text, names)


def run_in_a_flow(text, names):
    code = compile(text, "block", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:

        @flow(name="documents")
        async def shown():
            await eval(code, names)

        asyncio.run(shown())
    else:

        @flow(name="documents")
        def shown():
            exec(code, names)

        shown()


def parse(words):
    """Read a `prefect ...` as the command itself does, without running it."""
    from prefect.cli._app import _app

    # Its own options come first, such as --no-prompt.
    _, root, _ = _app.meta.parse_args(words[1:], exit_on_error=False, print_error=False)
    _app.parse_args(root.arguments.get("tokens", ()), exit_on_error=False, print_error=False)


CONSOLE = [one for one in documents.blocks() if one.language in documents.CONSOLE and "prefect " in one.text]


@pytest.mark.parametrize("block", [pytest.param(one, id=one.where) for one in CONSOLE])
def test_commands_of_prefect_exist(block, tmp_path):
    for words in commands.run(block, tmp_path).noted:
        if words[0] == "prefect":
            parse(words)


@pytest.mark.parametrize("command", documents.inline_commands("prefect"))
def test_commands_in_sentences_exist(command):
    with contextlib.suppress(MissingArgumentError):  # a sentence may leave out what follows
        parse(commands.words_of(command))
