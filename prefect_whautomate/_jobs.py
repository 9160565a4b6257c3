"""What the tasks of jobs do. Those of `aio` do it in a thread."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from prefect_whautomate._artifacts import leave_failure, leave_report
from prefect_whautomate._assets import materialized
from prefect_whautomate._clients import used
from prefect_whautomate._events import tell_job
from prefect_whautomate._logs import kept_warnings
from prefect_whautomate._progress import RunProgress
from prefect_whautomate._reported import say
from prefect_whautomate._rollback import MESSAGES, TAGS, stays
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.job import SUPPLIED, job_of
from whautomate_core.rows.outcomes import CHANGES
from whautomate_core.values.arguments import plain, require_kinds

P = ParamSpec("P")
R = TypeVar("R")


def run_job(client: Client, job: Callable[Concatenate[Client, P], Json], *args: P.args, **kwargs: P.kwargs) -> Json:
    """Run a job of the core, show what it did, and return its report with `requests` and `waited`.

    Args:
        client: The client it uses.
        job: A function of the core whose first argument is the client.
        args: Its other arguments.
        kwargs: Its other arguments, by name.

    Raises:
        ConfigurationError: An argument of another type, before anything is sent.
    """
    given = {name: _plain(name, value) for name, value in _bound(job, client, *args, **kwargs).items()}
    require_kinds(_hints(job), given)
    called: Callable[..., Json] = job
    try:
        with kept_warnings() as warnings:
            report = called(**given)
    except Exception as error:
        leave_failure(job.__name__, error, warnings)
        raise
    finally:
        if isinstance(progress := given.get("progress"), RunProgress):
            progress.end()
    line = job_of(job).line(report)
    leave_report(job.__name__, line, report, warnings)
    tell_job(client.account, job.__name__, report)
    say(line, client.used.requests, client.used.waited)
    report = {**report, **used(client)}
    materialized(client.account, job_of(job), given, report)
    if (writes := job_of(job).written(given)) and ("rows" not in report or any(report.get(one) for one in _CHANGES)):
        stays(line, MESSAGES if "messages" in writes else TAGS if report.get("tagged") else None)
    return report


_CHANGES = (*CHANGES, "tagged", "untagged", "suppressed")


def checked(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a function once its arguments are known to be of their types. Raises `ConfigurationError`."""
    require_kinds(_hints(function), _bound(function, *args, **kwargs))
    return function(*args, **kwargs)


def _bound(function: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    return inspect.signature(function).bind(*args, **kwargs).arguments


@functools.cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(function, localns={"Client": object, "Storage": object})
    return {name: hint for name, hint in hints.items() if name not in _UNCHECKED}


_UNCHECKED = {"client", *SUPPLIED, "return"}


def _plain(name: str, value: Any) -> Any:
    """An argument as jobs take it: a path as text, a set of tags as a list, and so on."""
    return os.fspath(value) if name.endswith("_path") and isinstance(value, os.PathLike) else plain(name, value)
