"""Writes the tasks of Prefect: `prefect_whautomate/<resource>.py`, and their coroutines in `prefect_whautomate/aio`.

A task takes the arguments of a function of the core, and options of its own. What it does is in hand-written modules,
which its body calls: `_endpoints.py`, `_jobs.py`, `_waiting.py`, `_broadcasting.py`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from prefect_whautomate._broadcast_end import broadcast_end
from prefect_whautomate._segments import ensure_segment as ensure_segment_of_tasks
from whautomate_core.api.endpoint import Endpoint
from whautomate_core.conditions import CONDITIONS
from whautomate_core.job import Job
from whautomate_core.jobs import JOBS
from whautomate_core.messaging.campaign import AT_THE_END
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.waiting.condition import Condition

from . import code
from .functions import RESOURCES, ROOT, Argument, Function, endpoints, function_of
from .options import DUE, KEY_OF_A_JOB, ONCE_IN_A_RUN, OPTIONS

PACKAGE = "prefect_whautomate"

IN_PLACE_OF: dict[Callable[..., object], Callable[..., object]] = {
    ensure_segment: ensure_segment_of_tasks,
    BroadcastReached: broadcast_end,
}
"""Jobs and conditions whose tasks take other arguments than those of the core."""

BLOCKS = {"broadcasts": {"_broadcast_block": "Broadcast", "_broadcast_run": "BroadcastRun"}}
"""Resource -> the blocks that its modules have as well, and their runs, by the module that they come from."""

IN_EXAMPLES = ("phone", "segment_name", "tag")
"""Arguments with a default without which a call says too little."""


# --- what the tasks of a resource are


class Statement(NamedTuple):
    """`opening(items)closing`, on as many lines as it needs."""

    opening: str
    items: list[str]
    closing: str = ")"
    indent: int = 4

    def __str__(self) -> str:
        return code.listed(self.opening, self.items, self.closing, self.indent)


@dataclass(frozen=True)
class Task:
    """One task, as a plain function or as a coroutine."""

    name: str
    function: Function
    options: tuple[str, ...]
    """Names of `OPTIONS`, in their order."""
    finished_in_run: bool
    body: list[Statement]
    uses: list[tuple[str, str]]
    """What the body uses: module and name."""
    returns: str = "Json"
    what: str = ""
    """The docstring up to the arguments; defaults to the function's."""
    results: str = ""
    """The sections of the docstring after the arguments; defaults to the function's."""
    meanings: dict[str, str] = field(default_factory=dict)
    """Meanings of arguments that differ from the function's."""

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return self.function.arguments


def tasks(resource: str, is_async: bool) -> Iterator[Task]:
    """The tasks of a resource: its endpoints, its jobs, and what waits."""
    for endpoint in endpoints(resource):
        yield _endpoint_task(endpoint, is_async)
    for job in JOBS.values():
        if job.resource != resource:
            continue
        function = function_of(IN_PLACE_OF.get(job.function, job.function))
        if job.name == "broadcast":
            yield _broadcast_task(function, is_async)
        else:
            yield _async_job_task(function, job) if is_async else _job_task(function, job)
    for condition in CONDITIONS.get(resource, ()):
        yield _waiting_task(function_of(IN_PLACE_OF.get(condition, condition)), condition, is_async)


def _endpoint_task(function: Function, is_async: bool) -> Task:
    endpoint = function.endpoint
    options, helper, returns = ("max_requests",), "send", "Json"
    returned = "`id` of the record, and its `status` if it has one."
    uses = [("whautomate_core.api", f"{endpoint.resource} as api")]
    if endpoint.reads:
        options, helper = ("output_path", "return_records", "max_requests"), "read"
        record = endpoint.record.__name__
        own = f"{record}Record" if record in BLOCKS.get(endpoint.resource, {}).values() else record
        returns = f"list[{own}] | Any" if endpoint.lists else f"{own} | Any"
        what = "The records" if endpoint.lists else "The record"
        returned = f"{what} without personal data; with `output_path`, `path` and the number of `records`."
        uses += [("typing", "Any"), ("whautomate_core.api.records", record if own == record else f"{record} as {own}")]
    if endpoint.lists:
        options, helper = ("max_records", *options), "read_all"
    if endpoint.once:
        options, helper = ("key", *options), "send_once"
    uses.append((f"{PACKAGE}.aio._endpoints" if is_async else f"{PACKAGE}._endpoints", helper))
    given = ["credentials", "call", *_by_name(options)]
    return Task(
        function.name,
        function,
        options,
        # A claim says what has happened, tag calls look at what is left to do, and reads answer what is so now.
        finished_in_run=not (endpoint.reads or endpoint.once or endpoint.tags),
        body=[
            Statement(f"call = api.{function.name}(", _passed(function.arguments)),
            Statement(f"return {'await ' if is_async else ''}{helper}(", given),
        ],
        uses=uses,
        returns=returns,
        results=f"Returns: {returned}\n\nRaises:\n" + "\n".join(_raised(endpoint)),
    )


def _raised(endpoint: Endpoint) -> Iterator[str]:
    yield "InvalidRequest: An argument can't be right. Nothing was sent."
    if "{}" in endpoint.path:
        yield "NotFound: There is no such record."
    if endpoint.act is not None:
        yield "PolicyRefused: The account's policy forbids it, for example because the person has opted out."
    if endpoint.once:
        yield "OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again."
    yield "WhautomateError: The base of all other errors; see `whautomate_core.errors`."


def _job_task(function: Function, job: Job) -> Task:
    names = {one.name for one in function.arguments}
    whole = 'mode == "mirror"' if "mode" in names else 'members == "exactly"'
    of_the_run = {
        "run": (f"sync_run(source, whole={whole})", (f"{PACKAGE}._flow_runs", "sync_run")),
        "progress": ("RunProgress()", (f"{PACKAGE}._progress", "RunProgress")),
        "step": ("step_of_run()", (f"{PACKAGE}._once", "step_of_run")),
    }
    supplied = {name: of_the_run[name] for name in job.supplied if name in of_the_run}
    given = [*_passed(function.arguments), *(f"{name}={made}" for name, (made, _) in supplied.items())]
    lane = [f'lane="{job.lane}"'] if job.lane == "bulk" else []
    return Task(
        function.name,
        function,
        ("max_requests",),
        finished_in_run=job.finished,
        body=[
            Statement("with open_client(", ["credentials", *lane, "max_requests=max_requests"], ") as client:"),
            Statement("return run_job(", ["client", f"{function.name}_job", *given], indent=8),
        ],
        uses=[
            (function.module, f"{function.name} as {function.name}_job"),
            (f"{PACKAGE}._clients", "open_client"),
            (f"{PACKAGE}._jobs", "run_job"),
            *(use for _, use in supplied.values()),
        ],
        meanings={"key": KEY_OF_A_JOB},
        results=_with_what_it_took(function.results),
    )


def _async_job_task(function: Function, job: Job) -> Task:
    given = [f"blocking.{function.name}.fn", "credentials", *_passed(function.arguments), "max_requests=max_requests"]
    return replace(
        _job_task(function, job),
        body=[Statement("return await to_thread(", given)],
        uses=[("asyncio", "to_thread"), (PACKAGE, f"{job.resource} as blocking")],
    )


def _waiting_task(function: Function, condition: type[Condition], is_async: bool) -> Task:
    is_broadcast = condition is BroadcastReached
    options = ("cancel_on_kill",) * is_broadcast + ("poll_interval", "timeout", "max_requests")
    helper = ("wait_for_broadcast_end" if is_broadcast else "wait_for") + ("_async" if is_async else "")
    module = "_broadcasting" if is_broadcast else "_waiting"
    ends = (
        "\n\nRaises:\nTimeoutError: It did not happen within `timeout` seconds.\n"
        "WhautomateError: It can no longer happen, or a check failed for good."
    )
    return Task(
        f"wait_for_{condition.kind}",
        function,
        options,
        finished_in_run=True,
        body=[
            Statement("condition = checked(", [function.name, *_passed(function.arguments)]),
            Statement(
                f"return {'await ' if is_async else ''}{helper}(", ["credentials", "condition", *_by_name(options)]
            ),
        ],
        uses=[(function.module, function.name), (f"{PACKAGE}._jobs", "checked"), (f"{PACKAGE}.{module}", helper)],
        results=_with_what_it_took(function.results) + ends,
    )


def _broadcast_task(function: Function, is_async: bool) -> Task:
    helper = f"broadcast_once{'_async' if is_async else ''}"
    fields = [one.name for one in function.arguments if one.name not in ("key", "due")]
    options = ("cancel_on_kill", "max_requests")
    given = ["credentials", "fields", *_by_name(("key", "due", *options))]
    return Task(
        function.name,
        function,
        options,
        finished_in_run=True,
        body=[
            Statement("fields = {", [f'"{name}": {name}' for name in fields], "}"),
            Statement(f"return {'await ' if is_async else ''}{helper}(", given),
        ],
        uses=[(f"{PACKAGE}._broadcasting", helper)],
        what=function.what + ONCE_IN_A_RUN,
        meanings={
            "key": KEY_OF_A_JOB,
            "due": DUE,
            **dict.fromkeys(AT_THE_END, "Not here: `wait_for_broadcast` takes it."),
        },
        results=_with_what_it_took(function.results),
    )


def _passed(arguments: Iterable[Argument]) -> list[str]:
    """How the arguments of a task are passed on."""
    return [f"{one.name}={one.name}" if one.keyword_only else one.name for one in arguments]


def _by_name(names: Iterable[str]) -> list[str]:
    return [f"{name}={name}" for name in names]


def _with_what_it_took(results: str) -> str:
    returned, blank, raised = results.partition("\n\n")
    requests = "" if "`requests`" in returned else "`requests`, and "
    return f"{returned} Also {requests}`waited`, the seconds spent waiting for permits.{blank}{raised}"


# --- their code


def files() -> dict[Path, str]:
    """Path -> the text of each module of tasks."""
    folder = ROOT / PACKAGE
    written = {folder / f"{one}.py": _module(one, is_async=False) for one in RESOURCES}
    return written | {folder / "aio" / f"{one}.py": _module(one, is_async=True) for one in RESOURCES}


def _module(resource: str, is_async: bool) -> str:
    all_tasks = list(tasks(resource, is_async))
    imports = code.Imports()
    imports.add("__future__", "annotations")
    imports.add(f"{PACKAGE}._task", "whautomate_task")
    imports.add(f"{PACKAGE}.credentials", "WhautomateCredentials")
    if any(task.returns == "Json" for task in all_tasks):
        imports.add("whautomate_core.api.call", "Json")
    for task in all_tasks:
        for argument in task.arguments:
            for name in task.function.names_in(f"{argument.type} {argument.default}"):
                module, there = task.function.names[name]
                imports.add(module, there if name == there else f"{there} as {name}")
            if argument.default and argument.default.startswith("timedelta("):
                imports.add("datetime", "timedelta")
        for module, name in task.uses:
            imports.add(module, name)
    blocks = BLOCKS.get(resource, {})
    for module, name in blocks.items():
        imports.add(f"{PACKAGE}.{module}", name)
    public = sorted([*blocks.values(), *(task.name for task in all_tasks)], key=lambda name: (name[0].islower(), name))
    called = resource.replace("_", " ")
    title = f"Tasks of {called}, as coroutines." if is_async else f"Tasks of {called}."
    parts = [
        f'"""{title}\n\nWritten by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.\n"""',
        f"\n\n{imports}\n\n",
        code.listed("__all__ = [", [f'"{name}"' for name in public], "]", 0) + "\n",
        *(_task(task, resource, is_async) for task in all_tasks),
    ]
    return "".join(parts)


def _task(task: Task, resource: str, is_async: bool) -> str:
    module = f"{PACKAGE}.aio.{resource}" if is_async else f"{PACKAGE}.{resource}"
    opening = f"{'async ' if is_async else ''}def {task.name}("
    lines = [
        f"\n\n@whautomate_task(finished_in_run={task.finished_in_run})",
        str(Statement(opening, list(_parameters(task)), f") -> {task.returns}:", 0)),
        code.docstring(_doc(task, module, is_async), 4),
        *map(str, task.body),
    ]
    return "\n".join(lines) + "\n"


def _parameters(task: Task) -> Iterator[str]:
    yield "credentials: WhautomateCredentials"
    starred = False
    for one in task.arguments:
        if one.keyword_only and not starred:
            starred = True
            yield "*"
        yield f"{one.name}: {one.type}" + (f" = {one.default}" if one.default is not None else "")
    if not starred:
        yield "*"
    for name in task.options:
        yield f"{name}: {OPTIONS[name].type} = {OPTIONS[name].default}"


def _doc(task: Task, module: str, is_async: bool) -> str:
    described = {"credentials": "The block of the account."}
    described |= {one.name: one.meaning for one in task.arguments}
    described |= {name: OPTIONS[name].meaning for name in task.options}
    described |= {name: meaning for name, meaning in task.meanings.items() if name in described}
    sections = [task.what or task.function.what, "Args:\n" + "\n".join(_entry(*one) for one in described.items())]
    for section in (task.results or task.function.results).split("\n\n"):
        title, _, text = section.partition(":")
        named = text.strip().splitlines() if text.startswith("\n") else [text]
        sections.append(f"{title}:\n" + "\n".join(_entry(None, line) for line in named))
    return "\n\n".join([*sections, _example(task, module, is_async)])


def _entry(name: str | None, text: str) -> str:
    line = f"{name}: {text}" if name else text
    closed = line if line.endswith((".", "!", "?")) else f"{line}."
    hanging = "    " if re.match(r"\w+: ", line) else ""
    return textwrap.indent(code.wrapped(closed, 8, hanging), "    ")


def _example(task: Task, module: str, is_async: bool) -> str:
    needed = [one.name for one in task.arguments if one.default is None]
    by_name = [one.name for one in task.arguments if one.default is not None and one.name in IN_EXAMPLES]
    given = ["credentials", *needed, *_by_name(by_name)]
    awaited, coroutine, load = ("await ", "async ", "aload") if is_async else ("", "", "load")
    return f"""Example:
    ```python
    from prefect import flow
    from prefect_whautomate import WhautomateCredentials
    from {module} import {task.name}

    @flow
    {coroutine}def my_flow({", ".join([*needed, *by_name])}):
        credentials = {awaited}WhautomateCredentials.{load}("BLOCK_NAME")
        return {awaited}{task.name}({", ".join(given)})
    ```"""
