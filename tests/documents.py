"""The fenced blocks of the documents. Tests of each environment run those that belong to it; CONTRIBUTING.md says how.

Our own few functions, since the plugins that run documents know Python alone, and in one environment.
"""

import ast
import builtins
import importlib
import inspect
import pkgutil
import re
import socket
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest

ROOT = Path(__file__).parents[1]
KEY, LOCATION = "emulator-key", "loc000000001"
"""What the documents call them, and the emulator."""
PORTS = (8787, 8788)
"""Where the documents have the emulator serve."""

Environment = Literal["core", "airflow", "prefect"]
CONSOLE = ("console", "bash", "sh")
_FENCE = re.compile(r"^( *)(`{3,}|~{3,}) *(.*)$")
_MARK = re.compile(r"^ *<!-- test: (.*?) *-->$")


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str
    mark: str = ""
    """What the comment `<!-- test: ... -->` above it says."""

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def continues(self) -> bool:
        """It goes on where the block of its language above it ended."""
        return self.mark.startswith("continues")

    @property
    def is_only_imported(self) -> bool:
        """It is imported, or its commands are parsed; nothing is run."""
        return self.mark.startswith("imported")

    @property
    def run_by(self) -> str | None:
        """The module of tests that runs it instead."""
        return self.mark.removeprefix("run by ") if self.mark.startswith("run by ") else None

    @property
    def part_of(self) -> str | None:
        """The file that it is a part of, to the letter; what is tested of that file is tested of it."""
        return self.mark.removeprefix("part of ") if self.mark.startswith("part of ") else None


def pages() -> list[Path]:
    folders = ("docs", "example_dags", "examples")
    return [*sorted(ROOT.glob("*.md")), *(page for one in folders for page in sorted((ROOT / one).rglob("*.md")))]


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks, also those in tabs and lists, without what they are indented by."""
    found: list[Block] = []
    mark, lines = "", iter(enumerate(page.read_text(encoding="utf-8").splitlines(), 1))
    for number, line in lines:
        if marked := _MARK.match(line):
            mark = marked[1]
        elif line.strip().startswith("<!-- scene: "):
            mark = "run by tests/core/test_runbook.py"
        elif fence := _FENCE.match(line):
            indent, ticks, info = fence.groups()
            text: list[str] = []
            for _, inside in lines:
                if inside.strip().startswith(ticks) and not inside.strip().strip(ticks[0]):
                    break
                text.append(inside.removeprefix(indent))
            language = info.split()[0].strip("{.}") if info else ""
            name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
            found.append(Block(name, number, language, "".join(map(_included, text)), mark))
            mark = ""
        elif line.strip() and not line.strip().startswith("<!--"):
            mark = ""
    return found


def _included(line: str) -> str:
    """A line, or what the site puts in its place: `--8<-- "file:first:last"`."""
    include = re.match(r'\s*--8<-- "([^":]+):?(\d*):?(\d*)"$', line)
    if not include:
        return f"{line}\n"
    lines = (ROOT / include[1]).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(lines[int(include[2] or 1) - 1 : int(include[3]) if include[3] else None])


def blocks() -> list[Block]:
    return [block for page in pages() for block in blocks_of(page)]


def block_of(page: str, holds: str) -> Block:
    """The one block of a page in which this stands."""
    (found,) = [block for block in blocks_of(ROOT / page) if holds in block.text]
    return found


def environment_of(text: str) -> Environment:
    """Where code or commands belong, by what they name."""
    if re.search(
        r"\bairflow|\bDAG\b|Whautomate\w*(Operator|Sensor|Hook|Notifier|Trigger)\b|_whautomate\.operators", text
    ):
        return "airflow"
    if re.search(r"\bprefect|^@(flow|task)\b|WhautomateCredentials|\baccount, ", text, re.M):
        return "prefect"
    return "core"


def runs_of(environment: Environment, languages: Iterable[str] = ("python",)) -> list[Any]:
    """The blocks that an environment runs, as parameters: each with those that it continues, in order."""
    found, above = [], dict[tuple[str, str], list[Block]]()
    for block in blocks():
        if block.language not in languages:
            continue
        chain = [*above.get((block.page, block.language), []), block] if block.continues else [block]
        above[block.page, block.language] = chain
        if not (block.run_by or block.part_of) and environment_of("".join(one.text for one in chain)) == environment:
            found.append(pytest.param(chain, id=block.where))
    return found


def inline_commands(program: str) -> list[Any]:
    """The commands of a program that stand in a sentence, as parameters: page and line, and the command."""
    found = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        inside = {
            number for block in blocks_of(page) for number in range(block.line, block.line + block.text.count("\n") + 2)
        }
        for number, line in enumerate(text.splitlines(), 1):
            if number not in inside:
                name = f"{page.relative_to(ROOT).as_posix()}:{number}"
                found += [
                    pytest.param(command, id=f"{name} {command}")
                    for command in re.findall(rf"(?<!`)`({program} [^`]*)`", line)
                ]
    return found


# --- Python


def with_imports(text: str, packages: Iterable[str], known: Iterable[str] = ()) -> str:
    """A part of a program with the imports that it leaves to its reader.

    Names that it doesn't bind are looked up in the public modules of these packages; other names are an error.
    """
    missing = unbound(text) - set(known)
    where = {}
    for name in packages:
        for module in modules_of(name):
            for attribute in missing - where.keys():
                if hasattr(module, attribute) and not inspect.ismodule(getattr(module, attribute)):
                    where[attribute] = module.__name__
    lost = sorted(missing - where.keys())
    assert not lost, (
        f"{', '.join(lost)}: neither bound by the block or those that it continues, nor found in {packages}"
    )
    return "".join(f"from {module} import {name}\n" for name, module in sorted(where.items())) + text


def unbound(text: str) -> set[str]:
    """Names that a program reads and doesn't bind."""
    tree = compile(text, "block", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    read, bound = set(), set(dir(builtins)) | {"__name__", "__file__"}
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Load()):
                read.add(node.id)
            case ast.Name():
                bound.add(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                bound.add(node.name)
            case ast.arg():
                bound.add(node.arg)
            case ast.alias():
                bound.add((node.asname or node.name).partition(".")[0])
            case ast.ExceptHandler(name=str(name)):
                bound.add(name)
    return read - bound


def modules_of(name: str) -> list[Any]:
    """A module, and the public ones in it if it is ours."""
    found = [importlib.import_module(name)]
    for one in (
        pkgutil.iter_modules(found[0].__path__) if "whautomate" in name and hasattr(found[0], "__path__") else ()
    ):
        if not one.name.startswith("_") and one.name not in ("aio", "cli", "emulator"):
            found += modules_of(f"{name}.{one.name}")
    return found


def in_a_body(head: str, text: str) -> str:
    """A part of a program as the body of a statement."""
    return f"{head}\n{textwrap.indent(text, '    ')}"


def answer_as_the_emulator(port: int, patch: Any = None) -> None:
    """From now on, what the documents call 127.0.0.1:8787 is this port, in this process."""
    connect = socket.socket.connect

    def connect_there(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in PORTS:
            address = (address[0], port)
        return connect(self, address)

    (patch or pytest.MonkeyPatch()).setattr(socket.socket, "connect", connect_there)
