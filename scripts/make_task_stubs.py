"""Writes the `.pyi` beside each module of tasks: `nox -s stubs`.

A task of an endpoint takes the endpoint's arguments and options beside them (`key`, `max_requests`), which Python's
types can't say of a function that is derived from another.
"""

import ast
import builtins
import importlib
import inspect
import pkgutil
import sys
import textwrap
from pathlib import Path
from typing import Any

from prefect import Task

import prefect_whautomate

FOLDER = Path(prefect_whautomate.__path__[0])
NOTE = "# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.\n"


def stubs() -> dict[Path, str]:
    """Path -> what is to stand there."""
    modules = [one.name for one in pkgutil.iter_modules(prefect_whautomate.__path__) if one.name[0] != "_"]
    written = {FOLDER / f"{name}.pyi": _stub(importlib.import_module(f"prefect_whautomate.{name}")) for name in modules}
    return {path: text for path, text in written.items() if text}


def _stub(module: Any) -> str:
    tasks = {name: one for name, one in vars(module).items() if isinstance(one, Task)}
    if not tasks:
        return ""
    code = "\n".join(_task(module, name, task) for name, task in tasks.items())
    tree = ast.parse(code)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    used -= {*dir(builtins), *(node.name for node in tree.body if isinstance(node, ast.ClassDef))}
    imports = {name: line for source in _sources(module) for name, line in _imports(source).items() if name in used}
    if used - imports.keys():
        raise NameError(f"{module.__name__}: no import of {used - imports.keys()}")
    doc = inspect.getdoc(module)
    return f'{NOTE}"""{doc}"""\n\n' + "\n".join(sorted(imports.values())) + f"\n\n{code}\n"


def _sources(module: Any) -> list[Any]:
    """The modules whose imports the annotations stand under; the later win."""
    resource = module.__name__.rpartition(".")[2]
    names = [
        "prefect_whautomate._tasks",
        module.__name__,
        "whautomate_core.people.find",
        "whautomate_core.bookings.catalogue",
    ]
    names += ["whautomate_core.sync.jobs", "whautomate_core.people.opt_outs"]
    names += [f"whautomate_core.messaging.{name}" for name in ("jobs", "messages", "segments")]
    names += ["whautomate_core.bookings.exports", "whautomate_core.bookings.timetable"]
    return [importlib.import_module(name) for name in [*names, f"whautomate_core.api.{resource}"]]


def _imports(module: Any) -> dict[str, str]:
    found = {
        "overload": "from typing import overload",
        "Any": "from typing import Any",
        "Coroutine": "from collections.abc import Coroutine",
        "Task": "from prefect import Task",
    }
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            for one in node.names:
                found[one.asname or one.name] = f"from {node.module} import {ast.unparse(one)}"
    return found


def _task(module: Any, name: str, task: Any) -> str:
    signature = inspect.signature(task.fn)
    kept, written = _results(module, name, task)
    calls = [_call(signature, None if written else ..., kept, task)]
    if written:
        calls.append(_call(signature, "str", written, task))
    said = f"`{name[1:]}` for coroutines." if task.isasync else f"{inspect.cleandoc(task.description or '')}\n"
    doc = textwrap.indent(f'"""{said}"""', "    ")
    return f"class _{name}(Task[..., {_awaited(kept, task)}]):\n{doc}\n{chr(10).join(calls)}\n\n{name}: _{name}\n"


def _awaited(kind: str, task: Any) -> str:
    return f"Coroutine[Any, Any, {kind}]" if task.isasync else kind


def _call(signature: inspect.Signature, path: Any, result: str, task: Any) -> str:
    """`path`: the type of `output_path`; None: it isn't given; ...: there is none."""
    parameters = []
    for one in signature.parameters.values():
        if one.name != "output_path" or path is ...:
            parameters.append(one)
        elif path is not None:
            parameters.append(one.replace(default=one.empty, annotation=path))
    line = f"    def __call__({_parameters(parameters)}) -> {_awaited(result, task)}: ..."
    # Where it stands, a type checker tells of the whole: Prefect's own takes whatever there is.
    differs = "  # type: ignore[override]"
    if path is ...:
        return line + differs
    return f"    @overload{differs if path is None else ''}\n{line}"


def _results(module: Any, name: str, task: Any) -> tuple[str, str]:
    """What a task returns, and what it returns with `output_path`."""
    resource = module.__name__.rpartition(".")[2]
    called = name.removeprefix("a") if task.isasync else name
    try:
        endpoint = getattr(importlib.import_module(f"whautomate_core.api.{resource}"), called)
    except AttributeError:
        return "dict[str, Any]", ""  # a job
    if called.startswith(("get_", "list_")):
        return inspect.signature(endpoint).return_annotation.removeprefix("Call[").removesuffix("]"), "dict[str, Any]"
    return "dict[str, Any]", ""


def _parameters(parameters: list[inspect.Parameter]) -> str:
    parts, keyword = ["self"], False
    # An option of Prefect's own.
    wait_for = inspect.Parameter("wait_for", inspect.Parameter.KEYWORD_ONLY, default=None, annotation="Any")
    for one in [*parameters, wait_for]:
        if one.kind is one.KEYWORD_ONLY and not keyword:
            keyword = True
            parts.append("*")
        default = "" if one.default is one.empty else " = ..."
        parts.append(f"{one.name}: {one.annotation}{default}")
    return ", ".join(parts)


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
    for stale in set(FOLDER.glob("*.pyi")) - set(stubs()):
        stale.unlink()
    sys.stdout.write(f"{len(stubs())} stubs written\n")
