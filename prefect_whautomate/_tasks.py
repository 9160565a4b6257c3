"""How functions of the core become tasks: each is defined once, its sync and its async task are derived."""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
from collections.abc import Callable, Coroutine
from itertools import chain, islice
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, get_args, get_origin, get_type_hints, overload

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from prefect_whautomate._finished import FinishedInRun
from prefect_whautomate._logs import send_to_runs
from prefect_whautomate._once import send_task_call
from prefect_whautomate._runs import leave_until_permitted, task_client
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.call import Call, summary
from whautomate_core.client import AsyncClient, Client
from whautomate_core.errors import BudgetExceeded, InvalidRequest, OutcomeUnknown, PolicyRefused, QuotaExhausted

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
    return not isinstance(state.data, (OutcomeUnknown, PolicyRefused, BudgetExceeded))


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
            try:
                return await function(*args, **kwargs)
            except QuotaExhausted as error:
                await asyncio.to_thread(leave_until_permitted, error)

        return arun

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return function(*args, **kwargs)
        except QuotaExhausted as error:
            leave_until_permitted(error)

    return run


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

    Lists read every page and take `max_records`; other reads return the record; writes return `{"id": ...}`. All take
    `max_requests`; what must not happen twice takes `key`.

    Example:
        ```python
        get_contact, aget_contact = endpoint_tasks(contacts.get_contact)
        ```
    """
    name = endpoint.__name__
    if get_origin(get_args(get_type_hints(endpoint)["return"])[0]) is list:
        functions = _list_functions(endpoint)
    elif _repeatable(endpoint):
        functions = _record_functions(endpoint)
    else:
        functions = _once_functions(endpoint)
    module = f"{__package__}.{endpoint.__module__.rpartition('.')[2]}"
    signature = _signature(endpoint, functions[0])
    finished = name.startswith(("update_", "delete_"))
    sync_task, async_task = (
        whautomate_task(_named(run, own, module, _doc(endpoint, own, module, signature), signature), finished=finished)
        for run, own in zip(functions, (name, f"a{name}"), strict=True)
    )
    return sync_task, async_task


_Functions: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]


def _repeatable(endpoint: Callable[..., Call[Any]]) -> bool:
    """Whether an endpoint may be repeated, by the vendor's names: the others are POST, and made `ONCE`.

    Tag calls look first what is left to do.
    """
    verbs = ("get_", "list_", "update_", "delete_")
    return endpoint.__name__.startswith(verbs) or "tags" in inspect.signature(endpoint).parameters


def _record_functions(endpoint: Callable[..., Call[Any]]) -> _Functions:
    def run(credentials: WhautomateCredentials, *args: Any, max_requests: int | None = None, **kwargs: Any) -> Any:
        call = endpoint(*args, **kwargs)
        with task_client(Client, credentials, max_requests=max_requests) as client:
            return _told(endpoint, client, _result(call, client.send(call)))

    async def arun(
        credentials: WhautomateCredentials, *args: Any, max_requests: int | None = None, **kwargs: Any
    ) -> Any:
        call = endpoint(*args, **kwargs)
        async with await async_client(credentials, max_requests) as client:
            return _told(endpoint, client, _result(call, await client.send(call)))

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
        with task_client(Client, credentials, max_requests=max_requests) as client:
            made = send_task_call(client, endpoint.__name__, call, key, lambda record: _result(call, record))
            return _told(endpoint, client, made)

    async def arun(*args: Any, **kwargs: Any) -> Any:
        # In a thread, where it goes on when the task is cancelled: a claim is never left open for that.
        return await asyncio.to_thread(run, *args, **kwargs)

    return run, arun


def _list_functions(endpoint: Callable[..., Call[list[Any]]]) -> _Functions:
    def run(
        credentials: WhautomateCredentials,
        *args: Any,
        max_records: int | None = None,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        call = endpoint(*args, **kwargs)
        _check_cap(max_records)
        with task_client(Client, credentials, max_requests=max_requests) as client:
            return _told(endpoint, client, list(islice(chain.from_iterable(client.pages(call)), max_records)))

    async def arun(
        credentials: WhautomateCredentials,
        *args: Any,
        max_records: int | None = None,
        max_requests: int | None = None,
        **kwargs: Any,
    ) -> list[Any]:
        call = endpoint(*args, **kwargs)
        _check_cap(max_records)
        records: list[Any] = []
        async with await async_client(credentials, max_requests) as client:
            async for page in client.pages(call):
                records += page
                if max_records is not None and len(records) >= max_records:
                    break
            return _told(endpoint, client, records[:max_records])

    return run, arun


async def async_client(credentials: WhautomateCredentials, max_requests: int | None) -> AsyncClient:
    # In a thread: it may ask Prefect's API what run we are in, and opens the state database.
    return await asyncio.to_thread(task_client, AsyncClient, credentials, max_requests=max_requests)


def _told(endpoint: Callable[..., Any], client: Client | AsyncClient, result: R) -> R:
    """`result`, after a line about what it took."""
    used = client.used
    log.info("%s: %d requests, waited %.0f s for permits", endpoint.__name__, used.requests, used.waited)
    return result


def _check_cap(max_records: int | None) -> None:
    if max_records is not None and (not isinstance(max_records, int) or max_records < 1):
        raise InvalidRequest("max_records must be a whole number of at least 1, or None for all")


def _result(call: Call[Any], answer: Any) -> Any:
    return answer if call.method == "GET" else summary(call, answer)


def _signature(endpoint: Callable[..., Any], run: Callable[..., Any]) -> inspect.Signature:
    own = inspect.signature(run).parameters
    first = own["credentials"].replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
    last = [own[name] for name in ("max_records", "key", "max_requests") if name in own]
    signature = inspect.signature(endpoint)
    return signature.replace(
        parameters=[first, *signature.parameters.values(), *last], return_annotation=inspect.Signature.empty
    )


_OPTIONS = {
    "max_records": "The most records to return; all where None.",
    "key": "What identifies this call: under one key it happens once. Where None it happens once in a flow run (the"
    "\n        outermost) for what it is about: the ids, and the number, name or tags in the body. A second call about"
    "\n        the same is an error that asks for a key. Outside of runs each call without a key is sent.",
    "max_requests": "The most requests it may make, repeats included; `BudgetExceeded` before one more.",
}


def _doc(endpoint: Callable[..., Any], name: str, module: str, signature: inspect.Signature) -> str:
    required = [p.name for p in signature.parameters.values() if p.default is inspect.Parameter.empty]
    awaited, coroutine = ("await ", "async ") if name != endpoint.__name__ else ("", "")
    options = "".join(f"\n    {name}: {text}" for name, text in _OPTIONS.items() if name in signature.parameters)
    return f"""{inspect.getdoc(endpoint)}

Args:
    credentials: Where to and as whom.{options}

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
