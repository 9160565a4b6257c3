"""Writes the operators of Airflow: `airflow_provider_whautomate/operators/<resource>.py`."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from . import code
from .functions import RESOURCES, ROOT, Argument, Function, about, endpoints, jobs

PACKAGE = "airflow_provider_whautomate"
FOLDER = ROOT / PACKAGE / "operators"
RECORDS = "whautomate_core.api.records"
NOTE = "# Written by scripts/generate: `nox -s generate` writes it anew.\n"
SOURCES = {"source", "suppress"}

UNTEMPLATED = {"template_text"}
"""Arguments that are taken as they are in the DAG file: their own {{1}} would be rendered."""


@dataclass(frozen=True)
class Base:
    """A base class written by hand."""

    name: str
    module: str
    runs: bool = False
    """Whether it runs the job."""
    is_extended: bool = False
    """Whether its `__init__` has arguments of its own."""


ENDPOINT = Base("WhautomateEndpointOperator", "endpoint")
JOB = Base("WhautomateJobOperator", "job")
PEOPLE = Base("WhautomatePeopleJobOperator", "job")
BASES = {
    "broadcast": Base("SendingOperator", "_broadcasts", runs=True, is_extended=True),
    "plan_broadcast": Base("CampaignOperator", "_broadcasts"),
    "send_template_to_contacts": Base("TimedMessagesOperator", "_messages"),
}
"""Job -> its base, if that is not one of the usual ones."""

BY_HAND = {
    "broadcasts": ("_broadcasts", "WhautomateCancelBroadcastOperator"),
    "segments": ("_segments", "WhautomateEnsureSegmentOperator"),
}
"""Resource -> the module and class of an operator that is written by hand."""

OPTIONS = {
    "max_records": Argument(
        "max_records", "int | None", "None", True, "The most records to read; defaults to all", None
    ),
    "output_path": Argument(
        "output_path",
        "str | None",
        "None",
        True,
        "File to write the records to instead of returning them: JSON lines, or Parquet if it ends in .parquet; local, "
        "or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one can be read by "
        "its owner only. The task then returns `path` and `records`, their number",
        None,
    ),
    "return_records": Argument(
        "return_records",
        "bool",
        "False",
        True,
        "Return whole records, names, numbers and texts included: Airflow keeps them in its database as XCom and shows "
        "them to everybody who may read the DAG. By default personal data is left out",
        None,
    ),
    "key": Argument(
        "key",
        "str | None",
        "None",
        True,
        "Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is "
        "none), and the person or booking that it is about. Never anything that changes between two runs of the same "
        "task, such as the map index",
        None,
    ),
}
"""Arguments that operators of endpoints take beside those of the endpoint."""

MEANINGS = {
    "key": OPTIONS["key"].meaning,
    "due": "When the task was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see "
    "`max_lateness`. Defaults to when its DAG run was due, and to no time if somebody started that by hand",
}
"""What arguments of jobs mean in a task of Airflow, if it is not what their functions say."""

OF_THE_RUN = {
    "run": ("sync_run(context)", f"{PACKAGE}._runs", "sync_run"),
    "step": ("step_of(context)", f"{PACKAGE}._runs", "step_of"),
    "storage": ("airflow_storage", f"{PACKAGE}.sources", "airflow_storage"),
}
"""What the task gives a job: argument -> code, and the name that it needs."""

MADE = "In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try."


def files() -> dict[Path, str]:
    """Path -> what it should hold."""
    return {FOLDER / f"{resource}.py": _module(resource) for resource in RESOURCES}


def _module(resource: str) -> str:
    imports = code.Imports()
    imports.add("__future__", "annotations")
    imports.add(f"{PACKAGE}._arguments", "Templated")
    imports.add(f"{PACKAGE}._task_arguments", "TaskArguments")
    for_checkers = code.Imports()
    classes = [_endpoint_class(one, resource, imports) for one in endpoints(resource)]
    classes += [_job_class(one, imports, for_checkers) for one in jobs(resource)]
    names = re.findall(r"^class (\w+)", "\n".join(classes), re.MULTILINE)
    if resource in BY_HAND:
        module, name = BY_HAND[resource]
        imports.add(f"{PACKAGE}.operators.{module}", name)
        names.append(name)
    if str(for_checkers):
        imports.add("typing", "TYPE_CHECKING")
    parts = [f'{NOTE}"""{about(resource)}."""', str(imports)]
    if str(for_checkers):
        parts.append("if TYPE_CHECKING:\n" + textwrap.indent(str(for_checkers), "    "))
    parts.append(code.listed("__all__ = [", (f'"{name}"' for name in sorted(names)), "]", 0))
    return "\n\n".join(parts) + "\n\n\n" + "\n\n\n".join(classes) + "\n"


def _endpoint_class(function: Function, resource: str, imports: code.Imports) -> str:
    imports.add(f"{PACKAGE}.operators.{ENDPOINT.module}", ENDPOINT.name)
    imports.add("whautomate_core.api", resource)
    endpoint = function.endpoint
    options = ["max_records"] if endpoint.lists else []
    options += ["output_path", "return_records"] if endpoint.reads else []
    options += ["key"] if endpoint.once else []
    arguments = [*function.arguments, *(OPTIONS[one] for one in options)]
    facts = [f'endpoint = "{resource}.{function.name}"', *(["reads = True"] if endpoint.reads else [])]
    given = (f'{one.name}=self.given("{one.name}")' for one in function.arguments)
    body = [
        f"def call(self) -> {_code(function, function.returns, imports)}:",
        '    """Return the call of the rendered arguments."""',
        code.listed(f"return {resource}.{function.name}(", given, ")", 4, within=4),
    ]
    untemplated = {"return_records"}
    return _class(
        function, ENDPOINT, arguments, untemplated, facts, endpoint.redacted, function.what, "\n".join(body), imports
    )


def _job_class(function: Function, imports: code.Imports, for_checkers: code.Imports) -> str:
    job = function.job
    base = BASES.get(function.name, PEOPLE if job.kind else JOB)
    imports.add(f"{PACKAGE}.operators.{base.module}", base.name)
    facts = [f'job = "{function.name}"']
    if job.kind:
        kind = f"{job.kind.upper()}S"
        facts.append(f"kind = {kind}")
        imports.add("whautomate_core.people.kinds", kind)
    elif job.lane != "interactive":
        facts.append(f'lane = "{job.lane}"')
    doc = "\n\n".join([function.what, function.results, MADE])
    body = "" if base.runs else _run_job(function, imports, for_checkers)
    return _class(function, base, list(function.arguments), UNTEMPLATED, facts, job.redacted, doc, body, imports)


def _run_job(function: Function, imports: code.Imports, for_checkers: code.Imports) -> str:
    imports.add("typing", "Any")
    for_checkers.add("airflow.providers.common.compat.sdk", "Context")
    for_checkers.add("whautomate_core.client.client", "Client")
    given = ["client", *(f"{one.name}={_given(one.name)}" for one in function.arguments)]
    for name in function.given:
        if name in OF_THE_RUN:
            value, module, needed = OF_THE_RUN[name]
            given.append(f"{name}={value}")
            imports.add(module, needed)
    return "\n".join(
        [
            "def run_job(self, client: Client, context: Context) -> dict[str, Any]:",
            '    """Run the job with the rendered arguments and return its report."""',
            f"    from {function.module} import {function.name}",
            "",
            code.listed(f"return {function.name}(", given, ")", 4, within=4),
        ]
    )


def _given(name: str) -> str:
    if name == "due":
        return "self.when_due(context)"
    return f'self.rows_of("{name}")' if name in SOURCES else f'self.given("{name}")'


def _class(
    function: Function,
    base: Base,
    arguments: list[Argument],
    untemplated: set[str],
    facts: list[str],
    redacted: Collection[str],
    doc: str,
    body: str,
    imports: code.Imports,
) -> str:
    imports.add("typing", "Unpack")
    name = f"Whautomate{function.title}Operator"
    templated = [one.name for one in arguments if one.name not in untemplated]
    extended = _own(base, imports) if base.is_extended else []
    lines = [code.docstring(_doc(doc, arguments, templated, extended), 0), "", *facts]
    if templated:
        fields = [*(f'"{one}"' for one in templated), f"*{base.name}.template_fields"]
        lines.append(code.listed("template_fields = (", fields, ")", 0, within=4))
    if redacted:
        quoted = ", ".join(f'"{one}"' for one in sorted(redacted))
        lines.append(code.listed("redacted_fields = frozenset(", [f"{{{quoted}}}"], ")", 0, within=4))
    parameters = [parameter(function, one, one.name in templated, imports) for one in arguments]
    parameters += [f"{one.name}: {one.type} = {one.default}" for one in extended]
    passed = [*(f"{one.name}={one.name}" for one in extended), "**kwargs"]
    lines += [
        "",
        "def __init__(",
        "    self,",
        *(["    *,"] if parameters else []),
        *(f"    {one}{',  # noqa: B006' if one.endswith('= []') else ','}" for one in parameters),
        "    **kwargs: Unpack[TaskArguments],",
        ") -> None:",
        code.listed("super().__init__(", passed, ")", 4, within=4) if extended else "    super().__init__(**kwargs)",
        *(f"    self.{one.name} = {one.name}" for one in arguments),
        f"    self.check_arguments({name})",
        *(["", body] if body else []),
    ]
    inside = "\n".join(lines)
    return f"class {name}({base.name}):\n" + textwrap.indent(inside, "    ")


def parameter(function: Function, one: Argument, is_templated: bool, imports: code.Imports) -> str:
    default = one.default
    if one.name in SOURCES:
        imports.add(f"{PACKAGE}.sources", "RowSource")
        type = "RowSource | None" if default == "None" else "RowSource"
    else:
        type = _code(function, one.type, imports)
    if is_templated:
        type = f"{type.removesuffix(' | None')} | Templated{' | None' if type.endswith(' | None') else ''}"
    return f"{one.name}: {type}" + ("" if default is None else f" = {_code(function, default, imports)}")


def _code(function: Function, text: str, imports: code.Imports) -> str:
    """An annotation or a default of a function, and what it needs is imported. Records are named `records.Contact`."""
    for name in function.names_in(text):
        module, original = function.names[name]
        if module == RECORDS:
            imports.add("whautomate_core.api", "records")
            text = re.sub(rf"\b{name}\b", f"records.{original}", text)
        else:
            imports.add(module, original)
    return text


def _doc(doc: str, arguments: list[Argument], templated: list[str], extended: list[Argument]) -> str:
    params = [(one.name, _meaning(one, one.name in templated)) for one in [*arguments, *extended]]
    params += [(one.name, one.meaning) for one in arguments_of(FOLDER / "base.py", "WhautomateBaseOperator")]
    return f"{doc}\n\n" + "\n".join(code.wrapped(f":param {name}: {text}.", 4, "    ") for name, text in params)


def _meaning(one: Argument, is_templated: bool) -> str:
    meaning = MEANINGS.get(one.name, one.meaning)
    return f"{meaning} (templated)" if is_templated else meaning


def _own(base: Base, imports: code.Imports) -> list[Argument]:
    return arguments_of(FOLDER / f"{base.module}.py", base.name, imports)


def arguments_of(path: Path, name: str, imports: code.Imports | None = None) -> list[Argument]:
    """The arguments of a hand-written class's own `__init__`, read from its source: generating needs no Airflow."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    homes = {one.name: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for one in node.names}
    [cls] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    [init] = [node for node in cls.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    said = re.findall(r"^:param (\w+): (.*(?:\n    .*)*)", inspect.cleandoc(ast.get_docstring(cls) or ""), re.MULTILINE)
    meanings = {name: " ".join(text.split()).rstrip(".") for name, text in said}
    found = []
    for one, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True):
        assert one.annotation is not None
        assert default is not None
        for node in [*ast.walk(one.annotation), *ast.walk(default)]:
            if isinstance(node, ast.Name) and imports and node.id in homes:
                imports.add(str(homes[node.id]), node.id)
        type, value = ast.unparse(one.annotation), ast.unparse(default).replace("'", '"')
        found.append(Argument(one.arg, type, value.replace("86400.0", "86_400.0"), True, meanings[one.arg], None))
    return found
