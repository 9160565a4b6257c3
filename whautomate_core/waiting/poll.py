"""Checking a condition: once, with either client, and again and again until the wait is over.

`moments` decides when to check, and is the only place that does. `wait` and `await_over` follow it. They sleep, check
and log the way their caller says: tasks of Prefect and operators of Airflow sleep by themselves, and triggers leave the
time of a check to a poll that they share. Where Airflow itself repeats the checks of a sensor, only `pause_after` is
used.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple

from whautomate_core.api.call import Call
from whautomate_core.errors import (
    ConnectionFailed,
    RateLimited,
    ServerError,
    StateLost,
    StateUnavailable,
    UnexpectedResponse,
    UnreadableRecord,
    WhautomateError,
    WrongRecord,
)
from whautomate_core.values.numbers import require_seconds
from whautomate_core.waiting.condition import LONGEST_PAUSE, Checks, Condition, R, Seen

if TYPE_CHECKING:
    from whautomate_core.client.client import AsyncClient, Client

CHECK_ATTEMPTS = 1
"""`attempts` of a client that checks. A request that fails is not repeated at once: the next check makes it again."""

MEANWHILE = 5.0
"""Seconds between two calls of the `meanwhile` of `sleep_until`."""

MOVED_FOR_GOOD = (301, 308)


# --- one check


def run_check(client: Client, checks: Checks[R]) -> R:
    """Read what a check asks for, and return what it makes of the answers. Raises the client's errors."""
    steps = checks(client.pages_of)
    try:
        step = next(steps)
        while True:
            try:
                answer = client.send(step) if isinstance(step, Call) else step.answer(client)
            except WhautomateError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def arun_check(client: AsyncClient, checks: Checks[R]) -> R:
    """`run_check` without blocking the event loop."""
    if "profile" not in vars(client):  # `pages_of` needs it, and reads the state database for it
        await asyncio.to_thread(getattr, client, "profile")
    steps = checks(client.pages_of)
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Call):
                    answer = await client.send(step)
                else:
                    answer = await asyncio.to_thread(step.answer, client)
            except WhautomateError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def check(client: Client, condition: Condition) -> Seen:
    """Check once. A failure that may pass decides nothing (`Seen.failed`); others are raised."""
    try:
        return run_check(client, condition.check)
    except WhautomateError as error:
        if not may_pass(error):
            raise
        return failed_check(error)


async def acheck(client: AsyncClient, condition: Condition) -> Seen:
    """`check` without blocking the event loop."""
    try:
        return await arun_check(client, condition.check)
    except WhautomateError as error:
        if not may_pass(error):
            raise
        return failed_check(error)


def may_pass(error: BaseException) -> bool:
    """Whether a later check may succeed: the server, the network or the state database is unavailable.

    The wait goes on after those. All other errors end it: a refused key, a missing record or path, a record other than
    the one asked for or that can't be read, an invalid request, a host that has moved for good, a used-up budget, a
    lost state file.
    """
    if isinstance(error, (StateLost, UnreadableRecord, WrongRecord)):
        return False
    if isinstance(error, UnexpectedResponse):
        return error.status not in MOVED_FOR_GOOD
    return isinstance(error, (ConnectionFailed, RateLimited, ServerError, StateUnavailable))


def failed_check(error: Exception) -> Seen:
    """What a check saw that failed with an error that `may_pass`."""
    return Seen(f"the check failed: {error}", failed=str(error))


# --- when to check


class Moment(NamedTuple):
    """When to check next, in seconds since the epoch."""

    at: float
    idle_until: float = 0.0
    """Nothing can change before this moment."""
    checks: int = 0
    """How many checks the pauses have grown with: `moments` goes on from there."""


def pause_after(first: float, checks: int, longest: float = LONGEST_PAUSE) -> float:
    """Seconds between two checks: they double up to `longest`, but `first` is never shortened.

    Args:
        checks: How many checks there were before the one that just ended.
    """
    return min(first * 2.0 ** min(checks, 30), max(first, longest))


def moments(
    poll_interval: float,
    deadline: float,
    *,
    longest: float = LONGEST_PAUSE,
    not_before: float | None = None,
    checks: int = 0,
    clock: Callable[[], float] | None = None,
    tell: Callable[[int, str], object] = lambda level, words: None,
) -> Generator[Moment, Seen, Seen]:
    """When to check: yields the moment of the next check, and is sent what that check saw. Returns what ends the wait.

    The pauses start again from `poll_interval` when nothing could have changed yet. The wait goes on after a failed
    check.

    Args:
        poll_interval: The first pause, in seconds.
        deadline: When to give up, after one last check; in seconds since the epoch, as all moments here.
        longest: The longest pause, in seconds.
        not_before: A first check was made already, and nothing can change before this moment. None: check at once.
        checks: The `checks` of the moment at which an earlier process stopped to wait.
        tell: Called after each check that decided nothing, with the level of `logging` and the words. The level is
            DEBUG if the check before it saw the same, so that a long wait does not fill a log. Failed checks and the
            last one are always told.

    Raises: `TimeoutError` at the deadline; its text is why the last check failed, if it did.
    """
    clock = clock or time.time
    moment = Moment(clock(), checks=checks)
    if not_before is not None:
        moment = Moment(max(moment.at, not_before) + pause_after(poll_interval, checks, longest), checks=checks + 1)
    before: Seen | None = None
    while not (seen := (yield moment._replace(at=min(moment.at, deadline)))).over:
        now = clock()
        if now >= deadline:
            tell(*_told(seen, 0.0))
            raise TimeoutError(*([f"the last check failed: {seen.failed}"] if seen.failed else []))
        checks = 0 if seen.not_before > now else moment.checks
        at = min(max(now, seen.not_before) + pause_after(poll_interval, checks, longest), deadline)
        moment = Moment(at, min(at, seen.not_before), checks + 1)
        level, words = _told(seen, at - now)
        is_same = before is not None and seen.failed is None and seen.words == before.words
        tell(logging.DEBUG if is_same else level, words)
        before = seen
    return seen


def _told(seen: Seen, pause: float) -> tuple[int, str]:
    if seen.failed is None:
        return logging.INFO, seen.words
    return logging.WARNING, seen.words + (f"; checking again in {pause:.0f} s" if pause else "")


# --- waiting


def wait(at_moments: Generator[Moment, Seen, Seen], check_at: Callable[[Moment], Seen]) -> Seen:
    """Check at each moment until the wait is over. `check_at` first sleeps, with `sleep_until`.

    Raises: `TimeoutError` as `moments` does, and what `check_at` raises.
    """
    try:
        moment = next(at_moments)
        while True:
            moment = at_moments.send(check_at(moment))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def await_over(at_moments: Generator[Moment, Seen, Seen], check_at: Callable[[Moment], Awaitable[Seen]]) -> Seen:
    """`wait` for coroutines. `check_at` first sleeps, with `asleep_until`, or leaves the time to a shared poll."""
    try:
        moment = next(at_moments)
        while True:
            moment = at_moments.send(await check_at(moment))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def sleep_until(moment: Moment, meanwhile: Callable[[], object] | None = None) -> None:
    """Sleep until the moment of a check.

    Args:
        meanwhile: Called every few seconds until the condition can change.
    """
    while meanwhile is not None and (rest := moment.idle_until - time.time()) > 0:
        time.sleep(min(rest, MEANWHILE))
        meanwhile()
    time.sleep(max(0.0, moment.at - time.time()))


async def asleep_until(moment: Moment, meanwhile: Callable[[], object] | None = None) -> None:
    """`sleep_until` for coroutines. `meanwhile` is called in a thread."""
    while meanwhile is not None and (rest := moment.idle_until - time.time()) > 0:
        await asyncio.sleep(min(rest, MEANWHILE))
        await asyncio.to_thread(meanwhile)
    await asyncio.sleep(max(0.0, moment.at - time.time()))


def timed_out(condition: Condition, after: str, because: object) -> str:
    """The message of a step that gave up.

    Args:
        after: How long it waited, such as "after 60 s".
        because: Why the last check failed, or a `TimeoutError` of `moments`.
    """
    return f"{condition.unmet} {after}" + (f"; {because}" if str(because) else "")


def require_poll_interval(seconds: Any) -> None:
    """Raise `ConfigurationError` unless it is a number of seconds over 0."""
    require_seconds("poll_interval", seconds)
