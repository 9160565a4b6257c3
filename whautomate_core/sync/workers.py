"""Several requests at once. An error that concerns one item does not end the work; one that concerns all does."""

from __future__ import annotations

import contextvars
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, closing
from typing import Generic, NamedTuple, TypeVar

from whautomate_core.client.client import Client
from whautomate_core.errors import (
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    ServerError,
    UnexpectedResponse,
    WhautomateError,
)

T = TypeVar("T")
R = TypeVar("R")

WORKERS = 8
"""Requests under way at once. The pool limits their rate; this only hides the time a round trip takes."""

BATCH = 40
"""The work stops if more than half of so many items in a row fail."""

GRACE = 10.0
"""Seconds to wait for requests under way when the work is stopped."""

_FAILED = (InvalidRequest, OutcomeUnknown, ServerError, UnexpectedResponse)
_OF_ONE = (*_FAILED, NotFound, PolicyRefused)
"""Errors that concern one item."""


class Done(NamedTuple, Generic[T, R]):
    """An item with its result, or with the error that concerns it alone."""

    item: T
    result: R | None
    error: WhautomateError | None


def each(
    client: Client, items: Iterable[T], do: Callable[[T], R]
) -> AbstractContextManager[Generator[Done[T, R], None, None]]:
    """Do something with each item, several at once, and yield each as it is done.

    If the work stops, no more requests leave; those under way are waited for and yielded before the error is raised. If
    the caller stops, they are waited for when its `with` ends.

    Raises: errors that concern every item; `InvalidRequest` if more than half of `BATCH` items in a row failed.
    """
    return closing(_each(client, items, do))


def _each(client: Client, items: Iterable[T], do: Callable[[T], R]) -> Generator[Done[T, R], None, None]:
    latest: deque[WhautomateError | None] = deque(maxlen=BATCH)
    executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="whautomate")
    under_way: dict[Future[R], T] = {}
    failure: BaseException | None = None
    rest = iter(items)
    try:
        while True:
            try:
                while failure is None and len(under_way) < WORKERS and (item := next(rest, None)) is not None:
                    # In the caller's context, so that log lines find the run they belong to.
                    under_way[executor.submit(contextvars.copy_context().run, do, item)] = item
            except WhautomateError as stopped:  # reading items may send requests
                failure = stopped
                client.stop()
            if not under_way:
                break
            done = wait(under_way, timeout=GRACE if failure else None, return_when=FIRST_COMPLETED).done
            if not done:
                break  # they wait for permits, and will send nothing
            for future in done:
                item, error = under_way.pop(future), future.exception()
                if error is None:
                    latest.append(None)
                    yield Done(item, future.result(), None)
                elif isinstance(error, _OF_ONE):
                    latest.append(error)
                    yield Done(item, None, error)
                elif failure is None:
                    failure = error
                    client.stop()
            failure = failure or _broken(latest)
    except BaseException:
        client.stop()
        wait(under_way, timeout=GRACE)
        raise
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    if failure is not None:
        raise failure


def _broken(latest: deque[WhautomateError | None]) -> InvalidRequest | None:
    failed = [error for error in latest if isinstance(error, _FAILED)]
    if len(latest) < BATCH or len(failed) <= BATCH / 2:
        return None
    (reason, count), *_ = Counter(map(str, failed)).most_common(1)
    return InvalidRequest(f"stopped, since {len(failed)} of the last {BATCH} failed; {count} x {reason}")
