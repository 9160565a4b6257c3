"""What httpx and its kin must not tell of our requests, whose URLs and bodies are about people and whose headers hold
the key: not in log lines, not in the spans of OpenTelemetry, not in the locals of frames that an error has passed.
"""

from __future__ import annotations

import functools
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, NoReturn, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_ours: ContextVar[bool] = ContextVar("whautomate_request", default=False)
"""Whether a request of ours is under way in this thread or task: httpx logs where it is called."""


class _NotOurs(logging.Filter):
    """Drops log lines about our requests, and leaves those about anybody else's."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not _ours.get()


# Filters hold for the logger of a line alone, not for those below it.
for _name in ("httpx", *(f"httpcore.{one}" for one in ("connection", "http11", "http2", "proxy", "socks"))):
    logging.getLogger(_name).addFilter(_NotOurs())


@contextmanager
def confidential() -> Iterator[None]:
    """What a request of ours is sent within."""
    token = _ours.set(True)
    try:
        with without_locals(), _untraced():
            yield
    finally:
        _ours.reset(token)


@contextmanager
def without_locals() -> Iterator[None]:
    """Empties the frames that an error passes on its way out of here."""
    try:
        yield
    except BaseException as error:
        clear_locals(error)
        raise


def hides_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Decorates what is given an address that may hold a password: where it fails, no frame of it shows a local."""

    @functools.wraps(function)
    def hiding(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            clear_locals(error)
            del args, kwargs  # this frame still runs
            raise

    return hiding


def _untraced() -> AbstractContextManager[Any]:
    """Keeps instrumentations of OpenTelemetry from making spans, where there are any: they note URLs with queries."""
    loaded = sys.modules.get("opentelemetry.instrumentation.utils")
    suppress = getattr(loaded, "suppress_http_instrumentation", nullcontext)
    return suppress()


def clear_locals(error: BaseException) -> None:
    """Empty the frames that an error, and what it came from, has passed: some loggers print their locals.

    Lines and functions stay in the traceback. Frames that still run, such as the caller's, are left as they are.
    """
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            traceback.clear_frames(one.__traceback__)
            waiting += (one.__cause__, one.__context__)


def raise_alone(error: BaseException) -> NoReturn:
    """Raise an error without the one that is being handled, whose words, arguments or frames may hold a secret."""
    try:
        raise error
    finally:
        error.__context__ = None
