"""Every fenced block of the documents is run or checked: those of the core here, the rest in their environments."""

import configparser
import contextlib
import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import commands
import documents
import pytest
import typer
import yaml
from documents import KEY, ROOT, Block, blocks, blocks_of

from whautomate_core.cli.main import app
from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.state import open_state

EXCEPTIONS = {
    ("docs/contributing/listing.md", "[Airflow Whautomate Provider]("): "a line for a page of Airflow's own",
}
"""Blocks that nothing checks, by page and how they begin, and why. Few, and better none."""

DATA = ("yaml", "yml", "json", "ini", "toml", "csv")
TEXT = ("text", "mermaid")
# `python` and commands are collected by environment: each has one.
CHECKED = ("python", *documents.CONSOLE, *DATA, *TEXT, "sql")


def test_every_block_is_run_or_checked() -> None:
    unchecked = [
        f"{block.where} ({block.language or 'no language'})"
        for block in blocks()
        if block.language not in CHECKED
        and not any(block.page == page and block.text.startswith(start) for page, start in EXCEPTIONS)
    ]
    assert unchecked == []


def test_no_exception_is_left_over() -> None:
    there = {
        (page, start) for page, start in EXCEPTIONS for block in blocks_of(ROOT / page) if block.text.startswith(start)
    }
    assert there == EXCEPTIONS.keys()


def test_the_comments_above_blocks_are_known_and_the_tests_that_they_name_run_them() -> None:
    wrong = []
    for block in blocks():
        if block.run_by:
            file = ROOT / block.run_by
            if not file.is_file() or Path(block.page).stem not in file.read_text(encoding="utf-8"):
                wrong.append(f"{block.where}: {block.run_by} doesn't run it")
        elif block.part_of:
            if squeezed(block.text) not in squeezed((ROOT / block.part_of).read_text(encoding="utf-8")):
                wrong.append(f"{block.where}: not a part of {block.part_of}")
        elif block.is_only_imported:
            if not re.fullmatch(r"imported only, (since|because) .+", block.mark):
                wrong.append(f"{block.where}: imported only, since ...")
        elif block.mark and not block.continues:
            wrong.append(f"{block.where}: {block.mark}")
    assert wrong == []


def squeezed(text: str) -> str:
    """Without what the lines are indented by."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


def test_a_block_ends_with_its_fence_wherever_it_stands(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "=== A\n\n    ```python title='x'\n    if 1:\n        '```'\n    ```\n\n"
        "<!-- test: continues -->\n\n```` python\n```\n````\n```\nplain\n"
    )
    found = [(block.line, block.language, block.text, block.continues) for block in blocks_of(page)]
    assert found == [
        (3, "python", "if 1:\n    '```'\n", False),
        (10, "python", "```\n", True),
        (13, "", "plain\n", False),
    ]


# --- data and drawings


@pytest.mark.parametrize("block", [pytest.param(one, id=one.where) for one in blocks() if one.language in DATA])
def test_data_is_of_its_form(block: Block) -> None:
    match block.language:
        case "yaml" | "yml":
            assert list(yaml.safe_load_all(block.text))
        case "json":
            json.loads(block.text)
        case "toml":
            tomllib.loads(block.text)
        case "ini":
            parser = configparser.ConfigParser(interpolation=None)
            parser.read_string(block.text if block.text.startswith("[") else f"[settings]\n{block.text}")
        case "csv":
            assert len({len(line.split(",")) for line in block.text.splitlines()}) == 1


SQL = [pytest.param(one, id=one.where) for one in blocks() if one.language == "sql" and not (one.run_by or one.part_of)]


@pytest.mark.parametrize("block", SQL)
def test_sql_runs_in_postgresql(block: Block, postgres: str) -> None:
    """For a role named as the documents name it; nothing of it stays."""
    import psycopg2

    with contextlib.closing(psycopg2.connect(postgres)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE whautomate; {block.text}")
        connection.rollback()


DRAWN = re.compile(r"(?<![\w./-])((?:[\w-]+/)*[\w-]+\.py|(?:[\w-]+/)+)(?![\w/])")
"""Files and folders in a drawing."""


@pytest.mark.parametrize("block", [pytest.param(one, id=one.where) for one in blocks() if one.language in TEXT])
def test_a_drawing_names_what_there_is_and_a_log_what_is_logged(block: Block) -> None:
    if block.language == "mermaid":
        kinds = r"(flowchart|graph) (TB|TD|LR|RL|BT)|sequenceDiagram|stateDiagram-v2|timeline|erDiagram|gantt"
        assert re.match(rf"({kinds})\b", block.text.strip()), "the kind of drawing comes first"
        return
    lost = [name for name in DRAWN.findall(block.text) if not any(ROOT.glob(f"**/{name}"))]
    assert lost == []


# --- commands


def core_command(words: list[str]) -> None:
    """Read a `whautomate ...` as the command itself does, without running it."""
    command: Any = typer.main.get_command(app)
    name, given = words[0], words[1:]
    while True:
        with command.make_context(name, given, resilient_parsing="--help" in given) as context:
            rest = [*getattr(context, "_protected_args", ()), *context.args]
            if not rest or not hasattr(command, "resolve_command"):
                return
            name, command, given = command.resolve_command(context, rest)


def other_command(words: list[str]) -> None:
    """What can be said of a command that builds an environment, or needs one: the files and names that it names."""
    program, *given = words
    files = [word for word in given if re.fullmatch(r"[\w./-]+\.(py|txt|yml|yaml|toml|lock)", word)]
    if program in ("pip", "uv", "pipx"):
        extras = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
        for word in given:
            if named := re.fullmatch(r"(?:\.|whautomate-pipelines)\[([^]]+)\].*", word):
                assert set(named[1].split(",")) <= extras, f"there is no such extra: {word}"
    elif program == "make":
        targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
        assert {word for word in given if "=" not in word and not word.startswith("-")} <= targets
    elif program in ("python", "python3") and "-c" in given:
        compile(given[given.index("-c") + 1], "-c", "exec")
        files = []
    elif program == "nox":
        assert re.search(
            rf"^def {given[given.index('-s') + 1].partition('(')[0]}\(", (ROOT / "noxfile.py").read_text(), re.M
        )
    assert [one for one in files if not one.startswith("my_") and not (ROOT / one).exists()] == []


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Path]]:
    """An emulator as the documents have it, and a folder with the files that they name."""
    served = create_app(Behaviour(broadcast_seconds=0, delivery_seconds=0), key=KEY)
    folder = tmp_path_factory.mktemp("clone")
    (folder / "customers.csv").write_text("full_name,mobile\nAda,+4915123456701\nBob,+4915123456702\n")
    open_state(f"sqlite:///{folder}/state/state.sqlite")  # steps have run, which commands look at
    emulator = Emulator(served)
    with running(served) as emulator.url:
        emulator.add_contacts([{"name": "Eve", "phoneNumber": "+4915123456789"}])
        # So that commands reach it where the documents say it is.
        (folder / ".curlrc").write_text(
            "".join(
                f'connect-to = "127.0.0.1:{one}:{emulator.url.removeprefix("http://")}"\n' for one in documents.PORTS
            )
            + "fail\nsilent\nshow-error\n"
        )
        yield emulator, folder


CONSOLE: list[Any] = [
    pytest.param(block, id=block.where)
    for block in blocks()
    if block.language in documents.CONSOLE and not (block.run_by or block.part_of)
]


@pytest.mark.parametrize("block", CONSOLE)
def test_commands_do_what_the_page_says(block: Block, world: tuple[Emulator, Path]) -> None:
    emulator, folder = world
    check_commands(block, folder, emulator.url)


def check_commands(block: Block, folder: Path, emulator: str) -> None:
    ran = commands.run(block, folder, emulator=emulator)
    for words in ran.noted:
        core_command(words) if words[0] == "whautomate" else other_command(words)
    for (command, shown), said, code in zip(commands.commands_of(block), ran.said, ran.codes, strict=True):
        assert code == 0 or shown or block.is_only_imported, f"{block.where}: {command}: exit code {code}:\n{said}"
        if not block.is_only_imported and shown:
            printed = said.strip() or commands.is_noted(command)
            assert printed, f"{block.where}: {command}: printed nothing"
            if said.strip():
                commands.check_output(block, shown, said)


@pytest.mark.parametrize("command", documents.inline_commands("whautomate"))
def test_commands_in_sentences_exist(command: str) -> None:
    try:
        core_command(commands.words_of(command))
    except Exception as error:  # typer doesn't say where its errors are
        if not re.search("^Missing parameter|requires an argument", str(error)):  # a sentence may name a part
            raise


@pytest.mark.parametrize("command", [one for name in ("make", "pip") for one in documents.inline_commands(name)])
def test_commands_in_sentences_that_build_exist(command: str) -> None:
    other_command(commands.words_of(command))


def test_a_shown_output_is_compared() -> None:
    block = Block("page.md", 1, "console", "")
    commands.check_output(
        block, "made anSq90G28tJ, 3 left\n...\nat 10:00", "some line\nmade bbbbbb12, 4 left\n\nat 11:11\n"
    )
    with pytest.raises(AssertionError, match="not printed"):
        commands.check_output(block, "made anSq90G28tJ, 3 left", "made bbbbbb12, 4 are left")


def test_a_command_that_prints_nothing_where_the_page_shows_something_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="printed nothing"):
        check_commands(Block("page.md", 1, "console", "$ whautomate claims\nno open claims\n"), tmp_path, "")


# --- Python


@pytest.mark.parametrize("chain", documents.runs_of("core"))
def test_python_of_the_core_runs(chain: list[Block], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    *_, block = chain
    text = "".join(one.text for one in chain)
    file = tmp_path / ("test_block.py" if "def test_" in text else "block.py")
    known = ["pytest"] if "def test_" in text else []
    file.write_text(
        "import pytest\n" * len(known) + documents.with_imports(text, ["whautomate_core", "datetime"], known)
    )
    if block.is_only_imported:
        compile(file.read_text(), block.where, "exec")
    elif "def test_" in text:
        run_pytest(file)
    else:
        served = create_app(Behaviour(broadcast_seconds=0, delivery_seconds=0), key=KEY)
        with running(served) as url:
            monkeypatch.chdir(tmp_path)
            for name, value in {
                "HOST": url,
                "KEY": KEY,
                "PLAN": "subscribed",
                "LOCATION_ID": documents.LOCATION,
            }.items():
                monkeypatch.setenv(f"WHAUTOMATE_{name}", value)
            for name in re.findall(r'os\.environ\["(\w+)"\]', text):
                monkeypatch.setenv(name, os.environ.get(name, KEY))
            documents.answer_as_the_emulator(int(url.rpartition(":")[2]), monkeypatch)
            runpy.run_path(str(file), run_name="__main__")


def run_pytest(file: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(file.parent), str(file)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=file.parent, env=environment)
    assert done.returncode == 0, done.stdout
