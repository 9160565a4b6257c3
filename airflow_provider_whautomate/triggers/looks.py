"""The looks that all asset watchers of a connection share in a triggerer, as a shared stream of Airflow 3.3.

A look reads each list once, whichever watchers want it, within the share of requests of waiting steps. Each watcher has
its own record of what it has reported, in the account's state database. It is written after Airflow has stored the
events, which it tells by `advance`. So if the triggerer dies in between, the events are made again, and none is lost.

Airflow opens a stream with the arguments of whichever watcher came first. So what the others watch is in `_joined`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate._versions import SharedStreamProducer
from airflow_provider_whautomate.hooks.whautomate import MAX_WAIT, WhautomateHook, require_one_state
from airflow_provider_whautomate.triggers.polls import OF_ONE
from whautomate_core.errors import ConnectionFailed, QuotaExhausted, ServerError, WhautomateError
from whautomate_core.values.words import time_of
from whautomate_core.waiting.condition import LONGEST_PAUSE
from whautomate_core.waiting.feed import LATE, Cursor, Entry, Feed
from whautomate_core.waiting.poll import CHECK_ATTEMPTS, arun_check, may_pass, pause_after

if TYPE_CHECKING:
    from whautomate_core.account import Account
    from whautomate_core.client.client import AsyncClient

log = logging.getLogger(__name__)

CONNECTED_EVERY = 900.0
"""Seconds after which the connection is read again, in case that somebody has changed it."""

WRITTEN_EVERY = 3600.0
"""Seconds after which the record of a watcher is written although it has reported nothing."""


class Watch:
    """What one watcher watches, and what it has reported.

    :param names: What it watches -> the name under which the state database keeps what was reported of it.
    :param poll_interval: Seconds between two looks.
    :param wants: Whether it reports a record.
    """

    def __init__(self, names: Mapping[Feed, str], poll_interval: float, wants: Callable[[Entry], bool]) -> None:
        self.names = names
        self.poll_interval = poll_interval
        self.cursors: dict[Feed, Cursor] = {}
        self.of: Hashable = None
        """Of which account its cursors are; None before they are loaded."""
        self.unwritten: set[Feed] = set()
        self._wants = wants
        self._written: dict[Feed, float] = {}
        self._told: set[tuple[Feed, str]] = set()

    def load(self, kept: Mapping[str, Any], account: Account) -> None:
        """Go on where an earlier triggerer was with an account."""
        self.cursors = {feed: Cursor(**kept[name]) for feed, name in self.names.items() if name in kept}
        self.of = _identity(account)
        self.unwritten, self._written, self._told = set(), {}, set()

    def since(self, feed: Feed, now: float) -> float:
        """From when on a feed is to be read, in seconds since the epoch."""
        cursor = self.cursors.get(feed)
        return now - LATE if cursor is None else cursor.not_ahead_of(now).since

    def take(self, feed: Feed, entries: list[Entry], now: float) -> list[Entry]:
        """Return what is to be reported of a look."""
        cursor = self.cursors.get(feed)
        if cursor is None:
            self.cursors[feed] = Cursor.begin(entries, now)
            self.unwritten.add(feed)
            log.info("watching %s from now on; earlier records are not reported (%d)", feed, len(entries))
            return []
        cursor = cursor.not_ahead_of(now)
        news = [one for one in cursor.news(entries) if (feed, one.id) not in self._told]
        wanted = [one for one in news if self._wants(one)]
        ids = {one.id for one in wanted}
        self._told |= {(feed, id) for id in ids}
        cursor = cursor.with_seen([one for one in news if one.id not in ids])
        if all(of != feed for of, _ in self._told):  # what isn't stored yet must not become too old to come again
            cursor = cursor.moved(entries, now)
        self.cursors[feed] = cursor
        if cursor.since - self._written.get(feed, 0.0) > WRITTEN_EVERY:
            self.unwritten.add(feed)
        return wanted

    def reported(self, feed: Feed, entries: list[Entry], *, stored: bool) -> None:
        """Note whether Airflow has stored the events of records; if not, the next look makes them again."""
        self._told -= {(feed, one.id) for one in entries}
        if stored and feed in self.cursors:
            self.cursors[feed] = self.cursors[feed].with_seen(entries)
            self.unwritten.add(feed)

    def written(self, feed: Feed, cursor: Cursor) -> None:
        """Note that a cursor is in the state database."""
        self._written[feed] = cursor.since
        if self.cursors[feed] is cursor:
            self.unwritten.discard(feed)


@dataclass(eq=False)
class Report:
    """What is new of a feed for one watcher."""

    watch: Watch
    feed: Feed
    entries: list[Entry]
    passed: bool = False
    """Whether the watcher has made events of all of it."""


@dataclass
class _Joined:
    watches: list[Watch] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


_joined: dict[tuple[asyncio.AbstractEventLoop, str], _Joined] = {}


def _at(conn_id: str) -> _Joined:
    # Never removed: a stream whose last watcher leaves may get another one before it ends.
    return _joined.setdefault((asyncio.get_running_loop(), conn_id), _Joined())


@contextmanager
def joined(conn_id: str, watch: Watch) -> Iterator[None]:
    """Have the looks of a connection serve a watch."""
    at = _at(conn_id)
    at.watches.append(watch)
    at.changed.set()
    try:
        yield
    finally:
        at.watches.remove(watch)
        at.changed.set()


class Looks(SharedStreamProducer):
    """Looks for all watches of a connection, for as long as there are any. No error ends it.

    :param conn_id: The connection.
    """

    def __init__(self, conn_id: str) -> None:
        self._conn_id = conn_id
        self._client: AsyncClient | None = None
        self._connected = 0.0
        self._due: dict[Feed, float] = {}
        self._failures: dict[Feed, int] = {}
        self._took: dict[Feed, float] = {}
        self._warned = False
        self._failed = 0
        self._not_before = 0.0
        self._writing = asyncio.Lock()

    async def open_stream(self) -> AsyncIterator[tuple[Report, Report]]:
        """Yield what is new, each time for one watch."""
        at = _at(self._conn_id)
        while True:
            at.changed.clear()
            if (seconds := self._until(at.watches)) > 0:
                with suppress(TimeoutError):
                    # Not longer at a time, because the clock may be set meanwhile.
                    async with asyncio.timeout(min(seconds, 60.0)):
                        await at.changed.wait()
                continue
            try:
                async for report in self._look(at.watches):
                    yield report, report
            except Exception as error:
                await self._put_off(error, min((one.poll_interval for one in at.watches), default=60.0))
            else:
                self._failed = 0

    async def advance(self, batch: Sequence[Any]) -> None:
        """Keep what Airflow has stored the events of.

        :param batch: The reports, with how many watchers failed to pass them on.
        """
        for item in batch:
            report: Report = item.broker_payload
            stored = report.passed and not item.outcome.failed
            report.watch.reported(report.feed, report.entries, stored=stored)
        try:
            await self._write([item.broker_payload.watch for item in batch])
        except Exception as error:
            # An error here would end all watchers. The next look writes it.
            log.warning("what was reported could not be kept yet, and would be reported again: %s", error)

    def get_advance_lane(self, broker_payload: Report) -> Hashable:
        """Return the watch of a report: watches do not wait for one another."""
        return id(broker_payload.watch)

    async def aclose(self) -> None:
        """End."""
        if self._client is not None:
            await self._client.aclose()

    def _until(self, watches: list[Watch]) -> float:
        """Seconds until the next look."""
        due = min((self._due_at(feed, watches) for feed in _feeds(watches)), default=float("inf"))
        return max(due, self._not_before) - time.time()

    def _due_at(self, feed: Feed, watches: list[Watch]) -> float:
        """When a feed is read next: at once if there is a watch that it is new to."""
        fresh = any(feed in one.names and one.of is None for one in watches)
        return 0.0 if fresh else self._due.get(feed, 0.0)

    async def _look(self, watches: list[Watch]) -> AsyncIterator[Report]:
        client, watches = await self._connect(), list(watches)
        # The one that waits the longest comes first, so that one whose turn ends for want of permits is next.
        feeds = sorted(_feeds(watches), key=lambda feed: self._due_at(feed, watches))
        due = [feed for feed in feeds if self._due_at(feed, watches) <= time.time()]
        for watch in [one for one in watches if one.of != _identity(client.account)]:
            watch.load(await asyncio.to_thread(_kept, client, list(watch.names.values())), client.account)
        failed: Exception | None = None
        answers = False
        for feed in due:
            mine = [one for one in watches if feed in one.names]
            now, interval = time.time(), min(one.poll_interval for one in mine)
            before_it, known = client.used.requests, all(feed in one.cursors for one in mine)
            try:
                entries = await arun_check(client, partial(feed.read, min(one.since(feed, now) for one in mine)))
            except QuotaExhausted as error:
                failed = error
                break
            except Exception as error:
                is_of_one = isinstance(error, OF_ONE) or (
                    answers and isinstance(error, (ConnectionFailed, ServerError))
                )
                before = self._failures.get(feed, 0)
                pause = pause_after(interval, before) if may_pass(error) else max(interval, LONGEST_PAUSE)
                self._failures[feed] = before + 1
                self._due[feed] = now + pause
                if not is_of_one:
                    failed = error
                    break
                answers = isinstance(error, OF_ONE)  # if the next fails as well, the server is unavailable
                log.error("%s could not be read: %s; looking again in %.0f s", feed, error, pause)
                continue
            answers = True
            self._failures.pop(feed, None)
            self._due[feed] = now + interval
            if known:  # the first look may read more
                self._took[feed] = (client.used.requests - before_it) / interval
            for watch in mine:
                if new := watch.take(feed, entries, now):
                    yield Report(watch, feed, new)
            await self._write(mine)  # from now on means from now on, also if it dies before the look is over
        await self._write(watches)
        self._warn_of_share(client.account, feeds)
        if failed is not None:
            raise failed

    def _warn_of_share(self, account: Account, feeds: list[Feed]) -> None:
        """Warn once if the watches want more requests than waiting steps get. They also leave none to other waits."""
        from whautomate_core.waiting.share import share

        most, seconds = share(account.limits).windows[-1]
        wanted = seconds * sum(self._took.get(feed, 0.0) for feed in feeds)
        if wanted > most and not self._warned:
            log.warning(
                "connection %s: what is watched would take %.0f requests in %.0f h, and waiting steps get %d: looks "
                "will be late, and so will sensors and other waits. Watch fewer, or set a longer poll_interval",
                self._conn_id, wanted, seconds / 3600, most,
            )  # fmt: skip
        self._warned = wanted > most

    async def _connect(self) -> AsyncClient:
        """The client, of the account that the connection has now: it may be changed while watchers run."""
        now = time.time()
        if self._client is None or abs(now - self._connected) >= CONNECTED_EVERY:
            account = await WhautomateHook(self._conn_id).aget_account()
            require_one_state(account)
            if self._client is None or self._client.account != account:
                await self._disconnect()
                self._client = await asyncio.to_thread(_open, account)
            self._connected = now
        return self._client

    async def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):
                await client.aclose()

    async def _write(self, watches: list[Watch]) -> None:
        async with self._writing:  # else an older record might overwrite a newer one
            unwritten = [(one, feed, one.cursors[feed]) for one in watches for feed in list(one.unwritten)]
            if unwritten and self._client is not None:
                kept = {watch.names[feed]: cursor.as_json() for watch, feed, cursor in unwritten}
                await asyncio.to_thread(self._client.state.watches.put, self._client.account.id, kept)
                for watch, feed, cursor in unwritten:
                    watch.written(feed, cursor)

    async def _put_off(self, error: Exception, poll_interval: float) -> None:
        """Say why a look failed, and when the next one is made."""
        now = time.time()
        if isinstance(error, QuotaExhausted) and error.next_permit_at is not None:
            self._not_before = error.next_permit_at
            log.info("%s: looking again at %s", error, time_of(self._not_before))
            return
        if may_pass(error) or isinstance(error, QuotaExhausted):
            pause = pause_after(poll_interval, self._failed)
            log.warning("a look failed: %s; looking again in %.0f s", error, pause)
        else:
            # Whoever mends it, such as the key of the connection, need not restart the triggerer.
            pause = max(poll_interval, LONGEST_PAUSE)
            ours = isinstance(error, WhautomateError)
            log.error(
                "a look failed: %s: %s; looking again in %.0f s", type(error).__name__, error, pause, exc_info=not ours
            )
            await self._disconnect()
        self._failed += 1
        self._not_before = now + pause


def _identity(account: Account) -> Hashable:
    """What tells an account, and the state database that keeps its watches, from others."""
    return account.state, account.id


def _open(account: Account) -> AsyncClient:
    # In a thread, because it loads the client and opens the state database, and all triggers share the event loop.
    from whautomate_core.client.client import AsyncClient
    from whautomate_core.waiting.share import WaitingPool

    return AsyncClient(account, pool=WaitingPool(account), max_wait=MAX_WAIT, attempts=CHECK_ATTEMPTS)


def _kept(client: AsyncClient, names: list[str]) -> dict[str, Any]:
    # In a thread, because the first time it opens the state database.
    return client.state.watches.get(client.account.id, names)


def _feeds(watches: list[Watch]) -> list[Feed]:
    return list(dict.fromkeys(feed for one in watches for feed in one.names))
