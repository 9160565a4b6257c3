"""How functions of the core become tasks: each is defined once, its sync and its async task are derived."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import os
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, get_args, get_origin, get_type_hints, overload

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from prefect_whautomate._finished import FinishedInRun
from prefect_whautomate._logs import send_to_runs
from prefect_whautomate._once import send_task_call, step_of_run
from prefect_whautomate._progress import RunProgress, tell
from prefect_whautomate._runs import leave_until_permitted, sync_run, task_client, used
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core import docs
from whautomate_core.api.call import Call, summary, watched
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.personal_data import left_out, without_personal_data
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.errors import (
    BudgetExceeded,
    ConfigurationError,
    InvalidRequest,
    NotDelivered,
    OutcomeUnknown,
    PolicyRefused,
    QuotaExhausted,
    StateLost,
    Stopped,
)
from whautomate_core.job import job_of
from whautomate_core.rows.files import write_records
from whautomate_core.state.claims import Claim
from whautomate_core.state.pool import Lane
from whautomate_core.values.arguments import plain, require_kinds
from whautomate_core.values.words import requests_line

P = ParamSpec("P")
R = TypeVar("R")
Async: TypeAlias = Coroutine[Any, Any, R]

log = logging.getLogger(__name__)

send_to_runs("whautomate_core")
send_to_runs("prefect_whautomate")


def may_retry(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task may run again where a flow asks for retries.

    Not where a message may be sent twice, and not where the answer would be the same or a budget would be spent anew.
    """
    final = (OutcomeUnknown, PolicyRefused, BudgetExceeded, NotDelivered, StateLost, Stopped)
    return not isinstance(state.data, final)


def whautomate_task(function: Callable[P, R], *, finished: bool = True) -> Task[P, R]:
    """`function` as a task with the options that all tasks here share.

    Args:
        finished: Whether its result serves when its flow run is run again. Not for reads, whose answer is of now, and
            not where a claim says what has happened.
    """
    return Task(
        _leaving(function),
        retries=0,  # the client repeats what may be repeated, and knows what may not
        retry_condition_fn=may_retry,
        cache_policy=FinishedInRun() if finished else NO_CACHE,
    )


def _leaving(function: Callable[P, Any]) -> Callable[P, Any]:
    """`function`, leaving a deployed flow run until it may go on where the account's requests are used up."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def arun(*args: P.args, **kwargs: P.kwargs) -> Any:
            _require_block(args, kwargs)
            try:
                return await function(*args, **kwargs)
            except QuotaExhausted as error:
                await asyncio.to_thread(leave_until_permitted, error)

        return arun

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> Any:
        _require_block(args, kwargs)
        try:
            return function(*args, **kwargs)
        except QuotaExhausted as error:
            leave_until_permitted(error)

    return run


def _require_block(args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    given = args[0] if args else kwargs.get("credentials")
    if not isinstance(given, WhautomateCredentials):
        # What it is stays unsaid: it may be the key.
        raise ConfigurationError(
            f"credentials must be a block Whautomate Credentials, not {type(given).__name__}: pass the block, such as "
            "WhautomateCredentials.load('whautomate') (in a coroutine: await WhautomateCredentials.aload('whautomate'))"
        )


def async_twin(
    job: Task[P, R], run: Callable[P, Async[R]] | None = None, *, finished: bool = True
) -> Task[P, Async[R]]:
    """The task `a<name>`: the same job awaited, as `run` does it, or in a thread where there is no such function.

    A thread goes on when its task is cancelled, so what mostly waits should bring its own `run`.
    """

    async def in_thread(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(job.fn, *args, **kwargs)

    doc = f"`{job.name}` for coroutines: the same arguments, the same result."
    function = in_thread if run is None else run
    named = _named(function, f"a{job.name}", job.fn.__module__, doc, inspect.signature(job.fn))
    return whautomate_task(named, finished=finished)


def job_tasks(
    job: Callable[Concatenate[Client, P], R], module: str, *, finished: bool = True, lane: Lane = "interactive"
) -> tuple[Task[Concatenate[WhautomateCredentials, P], R], Task[Concatenate[WhautomateCredentials, P], Async[R]]]:
    """The sync and the async task of a job that is one function of the core: its name, arguments and description.

    They take `max_requests` as well, and say what it took: `requests` and `waited`.

    Args:
        module: The module they are in.
        finished: As for `whautomate_task`.
        lane: `bulk` leaves some of the account's requests to `interactive` tasks.

    What a job is told of its run (`run`, `progress`, `step`) comes from the task.

    Example:
        ```python
        upsert_service, aupsert_service = job_tasks(catalogue.upsert_service, __name__)
        ```
    """

    def run(credentials: WhautomateCredentials, *args: Any, max_requests: int | None = None, **kwargs: Any) -> Any:
        given = _plain(inspect.signature(job).bind(None, *args, **kwargs).arguments)
        require_kinds(hints, given)
        with task_client(Client, credentials, lane=lane, max_requests=max_requests) as client:
            asked = {**told, **given, "client": client}
            supplied = {name: value(asked) for name, value in _SUPPLIED.items() if name in wanted}
            called: Callable[..., Any] = job
            report = called(**given | supplied | {"client": client})
            if "progress" in wanted:
                tell(name, report)
            say(client, job_of(job).line(report))
            return {**report, **used(client)}

    hints = get_type_hints(job, localns={"Client": object, "Storage": object})
    del hints["client"], hints["return"]
    wanted = inspect.signature(job).parameters
    told = {one.name: one.default for one in wanted.values()}
    arguments = [one for one in list(wanted.values())[1:] if one.name not in {*_SUPPLIED, *_OWN}]
    signature, name = _signature(arguments, run), job.__name__
    doc = _job_doc(job, signature) + _example(name, name, module, signature)
    finished = finished and "key" not in wanted  # a claim says what has happened
    task: Any = whautomate_task(_named(run, name, module, doc, signature), finished=finished)
    return task, async_twin(task, finished=finished)


def _plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as jobs take them: paths as texts, a set of tags as a list, and so on."""
    return {
        name: os.fspath(value) if name.endswith("_path") and isinstance(value, os.PathLike) else plain(name, value)
        for name, value in given.items()
    }


_SUPPLIED: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "run": sync_run,
    "progress": lambda arguments: RunProgress(),
    "step": lambda arguments: step_of_run(),
}
"""Arguments of jobs that are no arguments of their tasks: name -> what makes it of the others."""

_OWN = {"storage", "sleep", "clock"}
"""Arguments of jobs that are left to them."""


@overload
def endpoint_tasks(
    endpoint: Callable[P, Call[list[R]]],
) -> tuple[Task[..., list[R]], Task[..., Async[list[R]]]]: ...
@overload
def endpoint_tasks(
    endpoint: Callable[P, Call[R]],
) -> tuple[
    Task[Concatenate[WhautomateCredentials, P], R],
    Task[Concatenate[WhautomateCredentials, P], Async[R]],
]: ...
def endpoint_tasks(endpoint: Callable[..., Call[Any]]) -> tuple[Task[..., Any], Task[..., Any]]:
    """The sync and the async task of an endpoint: its name, its arguments after the credentials, its description.

    Lists read every page and take `max_records`; other reads return the record. Both leave out personal data, unless
    they are given `return_records`, and write whole records to `output_path` where it is given. Writes return
    `{"id": ...}`. All take `max_requests`; what must not happen twice takes `key`.

    Example:
        ```python
        get_contact, aget_contact = endpoint_tasks(contacts.get_contact)
        ```
    """
    name = endpoint.__name__
    (answer,) = get_args(get_type_hints(endpoint)["return"])
    if get_origin(answer) is list:
        functions = _list_functions(endpoint, get_args(answer)[0])
    elif name.startswith("get_"):
        functions = _read_functions(endpoint, answer)
    elif _repeatable(endpoint):
        functions = _record_functions(endpoint)
    else:
        functions = _once_functions(endpoint)
    module = f"{__package__}.{endpoint.__module__.rpartition('.')[2]}"
    signature = _signature(inspect.signature(endpoint).parameters.values(), functions[0])
    finished = name.startswith(("update_", "delete_"))
    sync_task, async_task = (
        whautomate_task(_named(run, own, module, _doc(endpoint, own, module, signature), signature), finished=finished)
        for run, own in zip(functions, (name, f"a{name}"), strict=True)
    )
    return sync_task, async_task


_Functions: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]


def _repeatable(endpoint: Callable[..., Call[Any]]) -> bool:
    """Whether a write may be repeated, by the vendor's names: the others are POST, and made `ONCE`.

    Tag calls look first what is left to do.
    """
    verbs = ("update_", "delete_")
    return endpoint.__name__.startswith(verbs) or "tags" in inspect.signature(endpoint).parameters


def _record_functions(endpoint: Callable[..., Call[Any]]) -> _Functions:
    def run(credentials: WhautomateCredentials, *args: Any, max_requests: int | None = None, **kwargs: Any) -> Any:
        call, did = watched(endpoint(*args, **kwargs))
        with task_client(Client, credentials, max_requests=max_requests) as client:
            return _said(endpoint, client, call, summary(call, client.send(call)), did=did)

    async def arun(
        credentials: WhautomateCredentials, *args: Any, max_requests: int | None = None, **kwargs: Any
    ) -> Any:
        call, did = watched(endpoint(*args, **kwargs))
        async with await async_client(credentials, max_requests) as client:
            return _said(endpoint, client, call, summary(call, await client.send(call)), did=did)

    return run, arun


def _read_functions(endpoint: Callable[..., Call[Any]], record: type) -> _Functions:
    def run(
        credentials: WhautomateCredentials,
        *args: Any,
        output_path: str | None = None,
        return_records: bool = False,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> Any:
        call = endpoint(*args, **kwargs)
        with task_client(Client, credentials, max_requests=max_requests) as client:
            # Asked for in the writing: what keeps the file from being written is found out before.
            records = (client.send(call) for _ in range(1))
            if output_path is None:
                (found,) = _returned(records, record, return_records)
            else:
                found = _written(output_path, records, record)
            return _said(endpoint, client, call, found)

    async def arun(
        credentials: WhautomateCredentials,
        *args: Any,
        output_path: str | None = None,
        return_records: bool = False,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> Any:
        if output_path is not None:
            options: dict[str, Any] = {"output_path": output_path, "max_requests": max_requests}
            return await asyncio.to_thread(run, credentials, *args, **options, **kwargs)
        call = endpoint(*args, **kwargs)
        async with await async_client(credentials, max_requests) as client:
            (found,) = _returned([await client.send(call)], record, return_records)
            return _said(endpoint, client, call, found)

    return run, arun


def _once_functions(endpoint: Callable[..., Call[Any]]) -> _Functions:
    def run(
        credentials: WhautomateCredentials,
        *args: Any,
        key: str | None = None,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> Any:
        call = endpoint(*args, **kwargs)
        earlier: list[Claim] = []
        with task_client(Client, credentials, max_requests=max_requests) as client:
            made = send_task_call(client, call, key, functools.partial(summary, call), earlier.append)
            return _said(endpoint, client, call, made, earlier=earlier)

    async def arun(*args: Any, **kwargs: Any) -> Any:
        # In a thread, where it goes on when the task is cancelled: a claim is never left open for that.
        return await asyncio.to_thread(run, *args, **kwargs)

    return run, arun


def _list_functions(endpoint: Callable[..., Call[list[Any]]], record: type) -> _Functions:
    def run(
        credentials: WhautomateCredentials,
        *args: Any,
        max_records: int | None = None,
        output_path: str | None = None,
        return_records: bool = False,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> Any:
        call = endpoint(*args, **kwargs)
        _check_cap(max_records)
        with task_client(Client, credentials, max_requests=max_requests) as client:
            records = islice(chain.from_iterable(client.pages(call)), max_records)
            if output_path is None:
                found: Any = _returned(records, record, return_records)
            else:
                found = _written(output_path, records, record)
            return _said(endpoint, client, call, found)

    async def arun(
        credentials: WhautomateCredentials,
        *args: Any,
        max_records: int | None = None,
        output_path: str | None = None,
        return_records: bool = False,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> Any:
        if output_path is not None:
            options: dict[str, Any] = {
                "max_records": max_records,
                "output_path": output_path,
                "max_requests": max_requests,
            }
            return await asyncio.to_thread(run, credentials, *args, **options, **kwargs)
        call = endpoint(*args, **kwargs)
        _check_cap(max_records)
        records: list[Any] = []
        async with await async_client(credentials, max_requests) as client:
            async for page in client.pages(call):
                records += page
                if max_records is not None and len(records) >= max_records:
                    break
            return _said(endpoint, client, call, _returned(records[:max_records], record, return_records))

    return run, arun


def _returned(records: Iterable[Any], record: type, whole: bool) -> list[Any]:
    """The records as a task returns them: results are kept where Prefect keeps them, and shown."""
    if whole:
        return list(records)
    found, dropped = [], set[str]()
    for one in records:
        dropped.update(left_out(record, [one]))
        found.append(without_personal_data(record, one))
    if dropped:
        log.info(
            "personal data is left out of the result (%s): output_path=... writes whole records to a file, "
            "return_records=True returns them",
            ", ".join(sorted(dropped)),
        )
    return found


def _written(path: str, records: Iterable[Any], record: type) -> dict[str, Any]:
    return {"path": str(path), "records": write_records(str(path), records, record=record)}


async def async_client(credentials: WhautomateCredentials, max_requests: int | None) -> AsyncClient:
    # In a thread: it may ask Prefect's API what run we are in, and opens the state database.
    return await asyncio.to_thread(task_client, AsyncClient, credentials, max_requests=max_requests)


def _said(
    endpoint: Callable[..., Any],
    client: Client | AsyncClient,
    call: Call[Any],
    result: R,
    *,
    did: Callable[[], bool] = lambda: True,
    earlier: Sequence[Claim] = (),
) -> R:
    """`result`, after the lines that say what the task took and did."""
    say(client, endpoint_line(call, result, did=did(), earlier=earlier[0].origin if earlier else None))
    return result


def say(client: Client | AsyncClient, line: str) -> None:
    """Log what a task took, and last what it did."""
    took = client.used
    log.info("%s", requests_line(took.requests, took.waited))
    log.info("%s", line)


def _check_cap(max_records: int | None) -> None:
    if max_records is not None and (not isinstance(max_records, int) or max_records < 1):
        raise InvalidRequest("max_records must be a whole number of at least 1, or None for all")


def _signature(arguments: Iterable[inspect.Parameter], run: Callable[..., Any]) -> inspect.Signature:
    """The credentials, then the arguments of the core's function, then the options of `run`."""
    own = inspect.signature(run).parameters
    first = own["credentials"].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return inspect.Signature([first, *arguments, *(own[name] for name in _OPTIONS if name in own)])


CANCEL_ON_KILL = (
    "Whether the end of the run cancels the broadcast while it is still scheduled. None: where a person cancels the "
    "flow run or its last attempt fails, not where its process is ended with attempts left, since the next attempt "
    "resumes it. True: there as well. False: never."
)

_OPTIONS = {
    "max_records": "The most records to return; defaults to all.",
    "output_path": "File to write the records to in place of returning them: JSON lines, or Parquet where it ends in"
    "\n        `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a"
    "\n        local one can be read by its owner only. Returns `path` and `records`, their number.",
    "return_records": "Return whole records, names, numbers and texts included: Prefect keeps results where they"
    "\n        are persisted, and whoever may read these sees them. By default personal data is left out.",
    "key": "What identifies this call: under one key it happens once. Where None it happens once in a flow run (the"
    "\n        outermost) for the person or booking that it is about, however often it is called, mapped or retried."
    "\n        The same call again returns the result of the first. Another one about the same, such as another text"
    "\n        to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without"
    "\n        a key is sent.",
    "cancel_on_kill": CANCEL_ON_KILL,
    "max_requests": "The most requests it may make, repeats included; `BudgetExceeded` before one more.",
}


def _doc(endpoint: Callable[..., Any], name: str, module: str, signature: inspect.Signature) -> str:
    options = "".join(f"\n    {name}: {text}" for name, text in _OPTIONS.items() if name in signature.parameters)
    head = f"{inspect.getdoc(endpoint)}\n\nArgs:\n    credentials: Where to and as whom.{options}\n\n"
    return head + _example(endpoint.__name__, name, module, signature)


def _job_doc(job: Callable[..., Any], signature: inspect.Signature) -> str:
    what, arguments, results = docs.parts(job)
    arguments = {name: meaning for name, meaning in arguments.items() if name in signature.parameters}
    if "key" in arguments:
        arguments["key"] = (
            "What identifies it: under one key it happens once. Where None it happens once in a flow run (the "
            "outermost) for whom or what it is about, and outside of runs it is needed."
        )
    options = {name: _OPTIONS[name] for name in ("cancel_on_kill", "max_requests") if name in signature.parameters}
    arguments = {"credentials": "Where to and as whom.", **arguments, **options}
    # Their own sections, as readers of docstrings in this style expect them.
    results = results.replace("Returns: ", "Returns:\n    ").replace("Raises: ", "Raises:\n    ")
    described = "".join(f"    {name}: {meaning}\n" for name, meaning in arguments.items())
    return (
        f"{what}\n\nArgs:\n{described}\n{results}\n\n"
        "Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.\n\n"
    )


def _example(called: str, name: str, module: str, signature: inspect.Signature) -> str:
    required = [p.name for p in signature.parameters.values() if p.default is inspect.Parameter.empty]
    by_number = [one for one in ("phone",) if one in signature.parameters and one not in required]
    awaited, coroutine = ("await ", "async ") if name != called else ("", "")
    return f"""Example:
    ```python
    from prefect import flow
    from prefect_whautomate import WhautomateCredentials
    from {module} import {name}

    @flow
    {coroutine}def my_flow({", ".join(required[1:] + by_number)}):
        credentials = {awaited}WhautomateCredentials.{"aload" if awaited else "load"}("BLOCK_NAME")
        return {awaited}{name}({", ".join(required + [f"{one}={one}" for one in by_number])})
    ```
"""


def _named(function: Callable[P, R], name: str, module: str, doc: str, signature: inspect.Signature) -> Callable[P, R]:
    # Prefect takes name, arguments and description of a task from its function.
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = doc
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function
