"""How functions of the core become tasks: each is defined once, its sync and its async task are derived."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from itertools import chain, islice
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, get_args, get_origin, get_type_hints, overload

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from prefect_whautomate._logs import send_to_runs
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.call import Call
from whautomate_core.errors import InvalidRequest, OutcomeUnknown, PolicyRefused

P = ParamSpec("P")
R = TypeVar("R")
Async: TypeAlias = Coroutine[Any, Any, R]

send_to_runs("whautomate_core")
send_to_runs("prefect_whautomate")


def may_retry(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task may run again where a flow asks for retries.

    Not where a message may be sent twice, and not where the answer would be the same.
    """
    return not isinstance(state.data, (OutcomeUnknown, PolicyRefused))


def whautomate_task(function: Callable[P, R]) -> Task[P, R]:
    """`function` as a task with the options that all tasks here share."""
    return Task(
        function,
        retries=0,  # the client repeats what may be repeated, and knows what may not
        retry_condition_fn=may_retry,
        # A result from a cache would be a message that isn't sent, or figures of an hour ago.
        cache_policy=NO_CACHE,
    )


def async_twin(job: Task[P, R], run: Callable[P, Async[R]] | None = None) -> Task[P, Async[R]]:
    """The task `a<name>`: the same job awaited, as `run` does it, or in a thread where there is no such function.

    A thread goes on when its task is cancelled, so what mostly waits should bring its own `run`.
    """

    async def in_thread(*args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(job.fn, *args, **kwargs)

    doc = f"`{job.name}` for coroutines: the same arguments, the same result."
    function = in_thread if run is None else run
    return whautomate_task(_named(function, f"a{job.name}", job.fn.__module__, doc, inspect.signature(job.fn)))


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

    Lists read every page and take `max_records`; other reads return the record; writes return `{"id": ...}`.

    Example:
        ```python
        get_contact, aget_contact = endpoint_tasks(contacts.get_contact)
        ```
    """
    if get_origin(get_args(get_type_hints(endpoint)["return"])[0]) is list:
        tasks = _list_functions(endpoint)
    else:
        tasks = _record_functions(endpoint)
    module = f"{__package__}.{endpoint.__module__.rpartition('.')[2]}"
    signature = _signature(endpoint, tasks[0])
    sync_task, async_task = (
        whautomate_task(_named(run, name, module, _doc(endpoint, name, module, signature), signature))
        for run, name in zip(tasks, (endpoint.__name__, f"a{endpoint.__name__}"), strict=True)
    )
    return sync_task, async_task


_Functions: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]


def _record_functions(endpoint: Callable[..., Call[Any]]) -> _Functions:
    def run(credentials: WhautomateCredentials, *args: Any, **kwargs: Any) -> Any:
        call = endpoint(*args, **kwargs)
        with credentials.get_client() as client:
            return _result(call, client.send(call))

    async def arun(credentials: WhautomateCredentials, *args: Any, **kwargs: Any) -> Any:
        call = endpoint(*args, **kwargs)
        async with credentials.get_async_client() as client:
            return _result(call, await client.send(call))

    return run, arun


def _list_functions(endpoint: Callable[..., Call[list[Any]]]) -> _Functions:
    def run(credentials: WhautomateCredentials, *args: Any, max_records: int | None = None, **kwargs: Any) -> list[Any]:
        call = endpoint(*args, **kwargs)
        _check_cap(max_records)
        with credentials.get_client() as client:
            return list(islice(chain.from_iterable(client.pages(call)), max_records))

    async def arun(
        credentials: WhautomateCredentials, *args: Any, max_records: int | None = None, **kwargs: Any
    ) -> list[Any]:
        call = endpoint(*args, **kwargs)
        _check_cap(max_records)
        records: list[Any] = []
        async with credentials.get_async_client() as client:
            async for page in client.pages(call):
                records += page
                if max_records is not None and len(records) >= max_records:
                    break
        return records[:max_records]

    return run, arun


def _check_cap(max_records: int | None) -> None:
    if max_records is not None and (not isinstance(max_records, int) or max_records < 1):
        raise InvalidRequest("max_records must be a whole number of at least 1, or None for all")


def _result(call: Call[Any], answer: Any) -> Any:
    if call.method == "GET":
        return answer
    # Of a write the id: the rest is personal data, or what the flow knows. Deletes and tag calls may answer without.
    identifier = answer.get("id") or next(iter(call.ids), None)
    if not identifier:
        raise OutcomeUnknown(f"{call!r}: the answer has no id, so look at Whautomate whether it happened")
    return {"id": identifier}


def _signature(endpoint: Callable[..., Any], run: Callable[..., Any]) -> inspect.Signature:
    own = inspect.signature(run).parameters
    first = own["credentials"].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    last = [own["max_records"]] if "max_records" in own else []
    signature = inspect.signature(endpoint)
    return signature.replace(
        parameters=[first, *signature.parameters.values(), *last], return_annotation=inspect.Signature.empty
    )


def _doc(endpoint: Callable[..., Any], name: str, module: str, signature: inspect.Signature) -> str:
    required = [p.name for p in signature.parameters.values() if p.default is inspect.Parameter.empty]
    awaited, coroutine = ("await ", "async ") if name != endpoint.__name__ else ("", "")
    capped = "\n    max_records: The most records to return; all where None." * ("max_records" in signature.parameters)
    return f"""{inspect.getdoc(endpoint)}

Args:
    credentials: Where to and as whom.{capped}

Example:
    ```python
    from prefect import flow
    from prefect_whautomate import WhautomateCredentials
    from {module} import {name}

    @flow
    {coroutine}def my_flow({", ".join(required[1:])}):
        credentials = {awaited}WhautomateCredentials.{"aload" if awaited else "load"}("BLOCK_NAME")
        return {awaited}{name}({", ".join(required)})
    ```
"""


def _named(function: Callable[P, R], name: str, module: str, doc: str, signature: inspect.Signature) -> Callable[P, R]:
    # Prefect takes name, arguments and description of a task from its function.
    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function.__doc__ = doc
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function
