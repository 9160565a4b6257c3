"""Writes the `.pyi` beside each module of operators, in the environment of Airflow 3: `nox -s stubs`.

The operators of endpoints, and of jobs that are one function, get their `__init__` when they are made, which type
checkers don't see. The other jobs are written as they stand, without what their functions do.
"""

import ast
import importlib
import inspect
import sys
import textwrap
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_whautomate.get_provider_info import get_provider_info
from airflow_provider_whautomate.operators.base import SOURCES, WhautomateOperator
from whautomate_core.api import records

FOLDER = Path(inspect.getfile(WhautomateOperator)).parent
NOTE = "# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.\n"
OF_AIRFLOW_2 = {"sla", "task_concurrency"}
"""Arguments of BaseOperator that Airflow 3 has no more."""


def stubs() -> dict[Path, str]:
    """Path -> what is to stand there."""
    info: Any = get_provider_info()
    modules = info["operators"][0]["python-modules"]
    found = {FOLDER / f"{path.rpartition('.')[2]}.pyi": _stub(path) for path in modules}
    return {FOLDER / "task_arguments.pyi": _task_arguments(), **found}


def _stub(path: str) -> str:
    module: Any = importlib.import_module(path)
    tree = ast.parse(inspect.getsource(module))
    public = [node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]
    classes = [_class(module, node) for node in public]
    code = "\n\n".join(classes)
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    imports = [line for line in _imports(tree) if used & {name.strip(" ,()") for name in line.split()}]
    return f'{NOTE}"""{ast.get_docstring(tree)}"""\n\n' + "\n".join(sorted(imports)) + f"\n\n{code}\n"


def _imports(tree: ast.Module) -> set[str]:
    """A line for each name that a module imports, for type checkers too, and for what the stubs need besides."""
    found = {
        "from datetime import datetime",
        *(f"from typing import {name}" for name in ("Any", "Literal", "Unpack")),
        *(f"from collections.abc import {name}" for name in ("Callable", "Iterable", "Mapping", "Sequence")),
        *(f"from airflow.providers.common.compat.sdk import {name}" for name in ("ObjectStoragePath", "XComArg")),
        "from airflow_provider_whautomate.sources import Sql",
        "from whautomate_core.rows.sources import Source",
        "from airflow_provider_whautomate.operators.task_arguments import TaskArguments",
        "from whautomate_core.api import records",
        "from whautomate_core.api.call import Json",
        "from datetime import timedelta",
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            found |= {f"from {node.module} import {ast.unparse(name)}" for name in node.names}
    return found


def _class(module: Any, node: ast.ClassDef) -> str:
    one = getattr(module, node.name)
    if {"_call", "_job"} & vars(one).keys():  # derived from a function of the core
        arguments = ["self", "*", *_arguments(one), "**kwargs: Unpack[TaskArguments]"]
        body = [_docstring(one.__doc__), "def __init__(", *(f"    {each}," for each in arguments), ") -> None: ..."]
        return _block(f"class {node.name}(WhautomateOperator):", body)
    functions = [part for part in node.body if isinstance(part, ast.FunctionDef)]
    body = [_docstring(ast.get_docstring(node))]
    for function in functions:
        if function.name == "__init__" or not function.name.startswith("_"):
            if function.name == "__init__" and function.args.kwarg:
                function.args.kwarg.annotation = ast.Name("Unpack[TaskArguments]")
            function.body = [ast.Expr(ast.Constant(...))]
            body += ast.unparse(function).splitlines()
    return _block(f"class {node.name}({', '.join(map(ast.unparse, node.bases))}):", body)


def _arguments(operator: type[WhautomateOperator]) -> list[str]:
    """The own arguments of an endpoint's operator; each may be a template or the result of another task."""
    shared = inspect.signature(WhautomateOperator.__init__).parameters
    own = [one for one in inspect.signature(operator.__init__).parameters.values() if one.name not in shared]
    return [f"{one.name}: {_type(operator, one)}{_default(one)}" for one in own]


def _default(argument: inspect.Parameter) -> str:
    if argument.default is argument.empty:
        return ""
    plain = isinstance(argument.default, (str, int, float, bool, NoneType, list))
    return f" = {argument.default!r}" if plain else " = ..."


def _type(operator: type[WhautomateOperator], argument: inspect.Parameter) -> str:
    if argument.name in SOURCES:
        return "Source | Sql | ObjectStoragePath | XComArg" + (" | None" if argument.default is None else "")
    hint = operator._hints.get(argument.name, int if argument.name == "max_records" else str)
    if argument.name not in operator._hints and isinstance(argument.annotation, str):
        return argument.annotation  # of a base of its own, and no template
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    names = dict.fromkeys([*(_name(kind) for kind in kinds if kind is not NoneType), "str", "XComArg"])
    return " | ".join([*names, *(["None"] if argument.default is None else [])])


def _name(hint: Any) -> str:
    if get_origin(hint) is dict:
        return "Json"
    if get_origin(hint) in (list, tuple):
        return f"{get_origin(hint).__name__}[{', '.join(map(_name, get_args(hint)))}]"
    if isinstance(hint, type):
        return f"records.{hint.__name__}" if hint.__module__ == records.__name__ else str(hint.__name__)
    return inspect.formatannotation(hint).replace("typing.", "").replace("collections.abc.", "")


def _docstring(text: str | None) -> str:
    clean = inspect.cleandoc(text or "")
    return f'"""{clean}\n"""' if "\n" in clean else f'"""{clean}"""'


def _block(head: str, parts: list[str]) -> str:
    return f"{head}\n{textwrap.indent(chr(10).join(parts), '    ')}\n"


def _task_arguments() -> str:
    """What all operators take: the base's own arguments, and those of Airflow's BaseOperator."""
    own = inspect.signature(WhautomateOperator.__init__).parameters
    lines = [f"{name}: {one.annotation}" for name, one in own.items() if one.kind is one.KEYWORD_ONLY]
    lines += [f"{name}: Any" for name in sorted((of_airflow(BaseOperator) | OF_AIRFLOW_2) - {"task_id"})]
    body = ['"""`WhautomateOperator`\'s own, and those of Airflow\'s BaseOperator."""', "", "task_id: Required[str]"]
    return (
        f'{NOTE}"""Arguments that every operator takes. For type checkers: there is no such module when it runs."""\n\n'
        "from datetime import timedelta\nfrom typing import Any, Required, TypedDict\n\n"
        + _block("class TaskArguments(TypedDict, total=False):", [*body, *lines])
    )


def of_airflow(operator: type[BaseOperator]) -> set[str]:
    """Names of what Airflow's operators take."""
    parameters = inspect.signature(operator.__init__).parameters
    return {name for name, one in parameters.items() if one.kind in (one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD)} - {
        "self"
    }


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
    for stale in set(FOLDER.glob("*.pyi")) - set(stubs()):
        stale.unlink()
    sys.stdout.write(f"{len(stubs())} stubs written\n")
