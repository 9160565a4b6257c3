"""A world in which syncs run and everything goes wrong, and what must be so in it whatever happened.

The emulator runs in this process and nothing waits: its clock and that of the ledger are moved by hand, answers that
come too late wait until they are let go, and a process dies at a chosen look at its server or its database.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, get_args
from unittest import mock

import httpx
import pytest
from hypothesis import strategies as st

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Behaviour, Emulator, behaviour_from, create_app
from whautomate_core.emulator import world as emulator_world
from whautomate_core.emulator.faults import Kind
from whautomate_core.emulator.store import number as spelt_number
from whautomate_core.errors import ConfigurationError, WhautomateError
from whautomate_core.state import open_state
from whautomate_core.state.database import Database
from whautomate_core.state.profiles import Profile, ResourceProfile
from whautomate_core.sync import write
from whautomate_core.sync.clients import sync_clients, tag_clients
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.sync.options import Run
from whautomate_core.sync.report import OUTCOMES, TAGGING
from whautomate_core.values.phones import canonical, spellings

SETTLE = 900.0
PEOPLE = range(3)
TAG, VIP = "news", "vip"
"""The tag of the sync, and that of the job that only tags."""
OPT_OUT = "Unsubscribe"
PHONE = {"contacts": "phoneNumber", "clients": "phone"}
JOBS: dict[str, Any] = {"contacts": (sync_contacts, tag_contacts), "clients": (sync_clients, tag_clients)}
MAPPINGS = {
    "contacts": {"name": "who", "phoneNumber": "mobile", "stage": "stage", "customFields.city": "city"},
    "clients": {"fullName": "who", "phone": "mobile", "preferredName": "stage", "customFields.city": "city"},
}
NAME, STAGE = {"contacts": "name", "clients": "fullName"}, {"contacts": "stage", "clients": "preferredName"}


def digits(person: int) -> str:
    """The canonical form of a number. That of the last of them is spelt in two ways."""
    return f"549112345678{person}" if person == PEOPLE[-1] else f"491512345670{person}"


def spelled(person: int, how: int) -> str:
    if person == PEOPLE[-1]:
        return (f"+54 9 11 2345-678{person}", f"+54 11 2345-678{person}", f"0054 9 11 2345 678{person}")[how % 3]
    return (f"0151 2345670{person}", f"+49 151 2345670{person}", f"0049-151-2345670{person}")[how % 3]


def by_hand(kind: str, person: int, how: int) -> dict[str, str]:
    """The fields of a number, spelt in any of the ways in which the server may hold it."""
    forms = spellings(digits(person))
    number = forms[how % len(forms)]
    return {"phoneNumber": number} if kind == "contacts" else {"countryCode": number[:2], "phone": number[2:]}


def number_of(record: Any) -> str:
    return canonical(spelt_number(record))


def bystander(n: int) -> str:
    """The number of somebody who is in no row and has no tag, and who comes and goes while lists are read."""
    return f"4917000000{n}"


class Killed(BaseException):
    """The process is gone."""


class Process:
    """What dies as a whole: at the nth look at the server or the database, before it or after it, or once the nth
    request that writes has done what it does."""

    def __init__(self, kill_at: int | None = None, kill_write: int | None = None) -> None:
        self._left, self._writes, self._lock = kill_at, kill_write, threading.Lock()
        self.dead = self.over = False
        self.sent_late = 0
        """Requests that left after the job had returned."""

    def wrote(self) -> None:
        with self._lock:
            if self._writes is not None:
                self._writes -= 1
                self.dead = self.dead or self._writes <= 0

    def lives(self) -> None:
        with self._lock:
            if self._left is not None:
                self._left -= 1
                self.dead = self.dead or self._left < 0
        if self.dead:
            raise Killed


_process: contextvars.ContextVar[Process | None] = contextvars.ContextVar("process", default=None)
_too_late: contextvars.ContextVar[Callable[[], None]] = contextvars.ContextVar("too_late")


class Wire(httpx.BaseTransport):
    """The way to an emulator in this process."""

    def __init__(self, world: World) -> None:
        self.world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        process = _process.get()
        if process is not None:
            process.lives()
            process.sent_late += process.over
        answer = self.world.answer(request)
        if process is not None:
            if request.method != "GET":
                process.wrote()
            process.lives()
        return answer


class World:
    """An emulator, its clock, that of the ledger, and requests whose answers are late."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._at = 1_800_000_000.0
        self.app = create_app(behaviour, clock=self._clock)
        self.emulator = Emulator(self.app, "http://emulator")
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._way = httpx.ASGITransport(self.app)
        self._gates: list[asyncio.Future[None]] = []
        self._tasks: set[Any] = set()
        self.skipped = 0.0
        """Seconds by which the ledger's clock is ahead."""
        self.refusals = 0
        """How many more requests get a 429 that says nothing more."""

    def _clock(self) -> float:
        self._at += 0.001
        return self._at

    def close(self) -> None:
        self.release()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        self.emulator.close()

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.refusals > 0:
            self.refusals -= 1
            return httpx.Response(429, json={"error": {"message": "too many requests"}}, request=request)

        async def serve() -> httpx.Response:
            late = self.loop.create_future()
            _too_late.set(lambda: late.done() or late.set_result(None))
            task = asyncio.ensure_future(self._serve(request))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await asyncio.wait((task, late), return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise httpx.ReadTimeout("too late", request=request)
            return task.result()

        return asyncio.run_coroutine_threadsafe(serve(), self.loop).result(30)

    async def _serve(self, request: httpx.Request) -> httpx.Response:
        answer = await self._way.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)

    async def sleep(self, seconds: float) -> None:
        """The emulator's sleep: until it is let go, and its caller gives up at once."""
        gate = self.loop.create_future()
        self._gates.append(gate)
        _too_late.get()()
        await gate

    def release(self) -> None:
        """Let those go on whose callers gave up, to their end."""

        async def go() -> None:
            tasks = [task for task in self._tasks if not task.done()]
            for gate in self._gates:
                gate.done() or gate.set_result(None)
            self._gates.clear()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(go(), self.loop).result(30)

    def has_late(self) -> bool:
        """Whether a request has not taken effect yet."""
        return bool(self._gates)

    def skip(self, seconds: float) -> None:
        self._at += seconds
        self.skipped += seconds


@contextmanager
def ruled(patch: pytest.MonkeyPatch) -> Iterator[Callable[[Behaviour], World]]:
    """Worlds, one at a time, whose clocks and faults reach the emulator and the ledger."""
    worlds: list[World] = []
    now, run = Database.now, Database.run

    def looked(database: Database, work: Any) -> Any:
        process = _process.get()
        if process is None:
            return run(database, work)
        process.lives()
        result = run(database, work)
        process.lives()
        return result

    patch.setattr(Database, "now", lambda self, connection: now(self, connection) + worlds[-1].skipped)
    patch.setattr(Database, "run", looked)
    patch.setattr(emulator_world.World, "pause", lambda self, seconds: worlds[-1].sleep(seconds))

    def begin(behaviour: Behaviour) -> World:
        if worlds:
            worlds.pop().close()
        worlds.append(World(behaviour))
        return worlds[-1]

    try:
        yield begin
    finally:
        if worlds:
            worlds.pop().close()


@dataclass
class Line:
    """What the source says of somebody."""

    who: str = "Ada"
    city: str = ""
    stage: str = ""
    ok: bool = True
    how: int = 0


@dataclass
class Oracle:
    """A source, a server, and syncs of the one to the other: each method is something that may happen."""

    world: World
    state: str
    kind: str = "contacts"
    mode: str = "upsert"
    source: dict[int, Line] = field(default_factory=dict)
    twice: dict[int, Line] = field(default_factory=dict)
    """Earlier rows about somebody who is in the source."""
    broken: int = 0
    is_unusable: bool = False
    """Whether the last run ended and failed because no row can be sent."""
    refusing: set[int] = field(default_factory=set)
    """The people whose row can't be sent and does not say yes to consent."""
    account: str = field(default_factory=lambda: f"oracle-{secrets.token_hex(6)}")
    members: str | None = None
    """Who is to have the tag (`at_least` or `exactly`), if the job only gives a tag."""
    holders: dict[bool, str | None] = field(default_factory=dict)
    """The interrupted runs: of the sync (False) and of the tag (True)."""
    had: set[str] = field(default_factory=set)
    """Numbers that the sync has confirmed."""
    may_have: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    """Numbers of people of whom the sync knows that they opted out."""
    refused: set[str] = field(default_factory=set)
    """Those of them who vanished, and so must not come back."""
    ever_refused: set[str] = field(default_factory=set)
    merged: dict[str, set[str]] = field(default_factory=dict)
    """Numbers whose record was merged into one of others."""
    unseen: set[str] = field(default_factory=set)
    """Numbers of which nobody could know that they are there already."""
    by_hand: set[str] = field(default_factory=set)
    """Numbers that several have by hand."""
    fresh: dict[str, float] = field(default_factory=dict)
    """Numbers that came by hand, among either kind of people -> when, by the server's clock."""
    pending: dict[str, float] = field(default_factory=dict)
    """Numbers whose creation is late -> since when, by the ledger's clock."""
    processes: list[Process] = field(default_factory=list)
    stopped: list[BaseException] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    """What no job may raise."""

    # --- what people do

    def write(self, person: int, line: Line) -> None:
        self.source[person] = line

    def remove(self, person: int) -> None:
        self.source.pop(person, None)
        self.twice.pop(person, None)

    def fold(self, person: int, line: Line) -> None:
        if person in self.source:
            self.twice[person] = line

    def unfold(self, person: int) -> None:
        self.twice.pop(person, None)

    def spoil(self, count: int) -> None:
        self.broken = count

    def refuse_badly(self, person: int, does: bool) -> None:
        (self.refusing.add if does else self.refusing.discard)(person)

    @property
    def _unread(self) -> int:
        return self.broken + len(self.refusing)

    def make(self, person: int, tags: list[str], double: bool, how: int = 0) -> None:
        number, phone = digits(person), by_hand(self.kind, person, how)
        if not double and any(number_of(one) == number for one in self.records()):
            return
        add = self.world.emulator.add_contacts if self.kind == "contacts" else self.world.emulator.add_clients
        add([{NAME[self.kind]: "By hand", "tags": tags, "notes": "by hand", **phone}])
        self._came(number)
        self.had.discard(number)
        self.refused.discard(number)
        if len(self._of(person)) > 1:
            self.by_hand.add(number)

    def edit(self, person: int, changes: dict[str, Any]) -> None:
        for record in self._of(person):
            custom = {**record["customFields"], **changes.get("customFields", {})}
            self._put({**record, **changes, "customFields": custom})

    def set_tag(self, person: int, tag: str, held: bool) -> None:
        for record in self._of(person):
            others = [one for one in record["tags"] if one != tag]
            self._put({**record, "tags": [*others, tag] if held else others})

    def delete(self, person: int) -> None:
        number, store = digits(person), self.world.app.state.world.store
        if number in self.seen & self._protected(self.records()):
            self.refused.add(number)
        self.had.discard(number)
        for record in self._of(person):
            with self.world.app.state.world.lock:
                store.delete(self.kind, record["id"])

    def merge(self, person: int, into: int, keeps_id: bool) -> None:
        """Somebody at the vendor takes two people for one."""
        gone, left = self._of(person), self._of(into)
        # A request that comes late would write to the survivor, and nobody can tell it from one that was meant.
        if person == into or not gone or not left or self.world.has_late():
            return
        number = digits(person)
        if number in self.seen & self._protected(gone):
            self.refused.add(number)
        self.world.emulator.merge(gone[0]["id"], left[0]["id"], keeps_id=keeps_id)
        self.merged.setdefault(number, set()).add(digits(into))
        if not self._of(person):
            self.had.discard(number)

    def opt_out_elsewhere(self, person: int, how: int = 0) -> None:
        """Somebody of that number among the other kind of people opts out."""
        number, phone = digits(person), by_hand(self._other(), person, how)
        if self.kind == "contacts":
            self.world.emulator.add_clients([{"fullName": "Else", "tags": [OPT_OUT], **phone}])
        else:
            self.world.emulator.add_contacts([{"name": "Else", "tags": [OPT_OUT], **phone}])
        self._came(number)

    def _came(self, number: str) -> None:
        self.fresh[number] = self.world.emulator.now()
        if self.holders.get(False) is not None or number in self.pending:
            self.unseen.add(number)  # whoever was looked for before the interruption is not looked for again

    def crowd(self, count: int) -> None:
        """Bystanders, who make lists longer than a page."""
        for n in range(count):
            self._place(bystander(n))

    def shift(self, kind: str, change: str, who: int, on: int) -> None:
        """Somebody else comes, goes or writes before the nth list from now is answered."""
        emulator, operation = self.world.emulator, f"list{kind.title()}"
        whom: Any = None
        if change == "create":
            number = bystander(5 + who)
            whom = (
                {"name": "By", "phoneNumber": number}
                if kind == "contacts"
                else {"fullName": "By", "countryCode": "49", "phone": number[2:]}
            )
        else:
            number = digits(who) if change == "active" else bystander(who)
            whom = next((one["id"] for one in emulator.records(kind) if number_of(one) == number), None)
        if whom is not None:
            emulator.change_before(operation, change, whom, on=on)  # type: ignore[arg-type]

    def _place(self, number: str) -> None:
        self.world.emulator.add_contacts([{"name": "By", "phoneNumber": number}])
        self.world.emulator.add_clients([{"fullName": "By", "countryCode": "49", "phone": number[2:]}])

    # --- what happens to machines

    def fault(self, kind: Any, operation: str, on: int) -> None:
        self.world.emulator.fault(kind, operation=operation, on=on)

    def refuse(self, count: int) -> None:
        self.world.refusals = count

    def release(self) -> None:
        before = Counter(map(number_of, self.records()))
        self._forgive()
        self.world.release()
        after = Counter(map(number_of, self.records()))
        for number, count in after.items():
            assert count <= max(1, before[number]) or number in self.unseen, "a late create made a double"
        self.pending.clear()
        self.world.skip(20.0)

    def skip(self, seconds: float) -> None:
        self.world.skip(seconds)

    def _forgive(self) -> None:
        """People created later than any wait, whom no search shows yet: they may be created again."""
        self.unseen |= {number for number, since in self.pending.items() if self.world.skipped - since >= SETTLE - 1}
        now, behaviour = self.world.emulator.now(), self.world.emulator.behaviour
        delay = max(behaviour.search_delay, behaviour.list_lag)  # some are searched for
        self.unseen |= {number for number, at in self.fresh.items() if now - at <= delay}

    # --- runs

    def run(
        self,
        drift: str = "detect",
        *,
        again: bool = True,
        kill_at: int | None = None,
        kill_write: int | None = None,
        interrupt_at: int | None = None,
        plan_only: bool = False,
        at_once: int = 1,
        members: str | None = None,
    ) -> dict[str, Any] | None:
        """A run, or a further try of the one that was interrupted (`again`). The report, where it came to its end."""
        self.members, self.is_unusable = members, False
        left = self.holders.get(members is not None)
        holder = left if again and left is not None else secrets.token_hex(4)
        if left not in (None, holder):
            self.world.skip(130.0)  # until the lease of the dead has ended
        self._forgive()
        before = {record["id"]: record for record in self.records()}
        fired, sent = len(self.world.emulator.automations()), len(self.world.emulator.requests())
        self.may_have |= {digits(person) for person in self.source}
        reports: list[dict[str, Any]] = []
        threads = [
            threading.Thread(
                target=contextvars.copy_context().run,
                args=(
                    self._try,
                    reports,
                    f"{holder}{n or ''}",
                    drift,
                    plan_only,
                    Process(kill_at, kill_write),
                    interrupt_at,
                ),
            )
            for n in range(at_once)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]
        if not plan_only:
            self.holders[members is not None] = None if reports else holder
        self._judge(before, fired, sent, reports, drift, plan_only)
        return reports[0] if reports else None

    def _try(
        self,
        reports: list[dict[str, Any]],
        holder: str,
        drift: str,
        plan_only: bool,
        process: Process,
        interrupt_at: int | None,
    ) -> None:
        told = 0

        def progress(what: str, done: int, total: int) -> None:
            nonlocal told
            told += 1
            if told == interrupt_at:
                raise KeyboardInterrupt

        _process.set(process)
        settings: dict[str, Any] = {"location_id": "loc000000001", "account": self.account, "state": self.state}
        settings |= {"plan": "subscribed", "list_lag": self.world.emulator.behaviour.list_lag * 1.25}
        account = account_from_settings("http://127.0.0.1", self.world.emulator.key, settings)
        sync, tag = JOBS[self.kind]
        client = Client(account, pool=NoPool(), max_wait=0.0, transport=Wire(self.world), sleep=lambda seconds: None)
        client._rest = self.world.skip
        try:
            common: dict[str, Any] = {
                **{"default_region": "DE", "consent_column": "ok", "plan_only": plan_only, "max_failed": "100%"},
                **{"sync_name": f"oracle {self.members}", "run": Run(holder=holder), "progress": progress},
            }
            if self.members is not None:
                match = {PHONE[self.kind]: "mobile"}
                report = tag(client, self.rows(), VIP, match, members=self.members, **common)
            else:
                report = sync(
                    *(client, self.rows(), MAPPINGS[self.kind]),
                    match=PHONE[self.kind],
                    nulls="clear",
                    tags=[TAG],
                    mode=self.mode,
                    drift=drift,
                    max_deleted="100%",
                    settle_after=SETTLE,
                    **common,
                )
            reports.append(report)
        except BaseException as error:
            self.is_unusable = re.search(r"^all \d+ rows? rejected", str(error)) is not None
            expected = isinstance(error, (WhautomateError, KeyboardInterrupt, Killed))
            (self.stopped if expected and not isinstance(error, ConfigurationError) else self.errors).append(error)
        finally:
            process.over = True
            self.processes.append(process)

    def rows(self) -> list[dict[str, str]]:
        """The source."""
        found = []
        for person, line in self.source.items():
            for one in filter(None, (self.twice.get(person), line)):
                cells = {"who": one.who, "city": one.city, "stage": one.stage, "ok": "yes" if one.ok else "no"}
                found.append({**cells, "mobile": spelled(person, one.how)})
        found += [{"who": "X", "mobile": "0151 2", "city": "", "stage": "", "ok": "yes"}] * self.broken
        found += [
            {"who": "X", "mobile": spelled(person, 1), "city": "X", "stage": "X", "ok": "maybe"}
            for person in sorted(self.refusing)
        ]
        return found or [{"who": "X", "mobile": "", "city": "", "stage": "", "ok": "yes"}]

    # --- what must be so

    def _judge(
        self,
        before: dict[str, Any],
        fired: int,
        sent: int,
        reports: list[dict[str, Any]],
        drift: str,
        plan_only: bool,
    ) -> None:
        after = {record["id"]: record for record in self.records()}
        requests = self.world.emulator.requests()[sent:]
        automations = self.world.emulator.automations()[fired:]
        out = {id for id, record in before.items() if _opted_out(record)}
        protected = self._protected(before.values()) | self._protected(self.records(self._other()))
        # Whoever was merged into somebody who opted out may be the one who did.
        self.ever_refused |= protected | {gone for gone, into in self.merged.items() if into & protected}
        numbers, numbers_before = set(map(digits, self.source)), set(map(number_of, before.values()))
        late = {
            _number_in(one["body"])
            for one in requests
            if one["operation"] in ("createContact", "createClient") and (one["status"], one["fault"]) == (None, None)
        }
        for number in late:
            self.pending.setdefault(number, self.world.skipped)

        if plan_only:
            assert all(one["method"] == "GET" for one in requests), "a plan has written"
        for id, record in before.items():
            self._judge_kept(record, after.get(id))
        made = Counter(number_of(record) for id, record in after.items() if id not in before)
        for number, count in made.items():
            assert self.mode != "update", "update has created"
            assert self.members is None, "tagging has created"
            assert number in numbers, "somebody was created who is not in the source"
            assert number in self.unseen or number not in protected, "somebody was created who opted out"
            assert number not in self.refused, "somebody was made anew who had opted out"
            assert number in self.unseen or (count == 1 and number not in numbers_before), "somebody was doubled"
        for one in automations:
            id = one["contact"] or one["client"]
            number = number_of(after.get(id) or before[id])
            line = self.wanted(int(number[-1])) if number in numbers else None
            assert id not in out, "an automation fired for who opted out"
            reached = one["kind"] != "tag_removed" and number not in self.unseen
            assert not reached or number not in protected, "one fired for who opted out through another record"
            assert not one["again"], "a tag was given to who had it"
            had = [held for held in before.values() if number_of(held) == number and one["tag"] in held["tags"]]
            if one["kind"] == "tag_added" and number not in self.unseen:
                assert not had, "a tag was given to who had it through another record"
            if one["kind"] == "tag_removed" and line is None and int(number[-1]) in self.refusing:
                assert one["tag"] == self._tag
                continue
            if one["kind"] == "tag_removed" and self.members == "exactly" and line is None:
                assert one["tag"] == VIP
                assert not self._unread, "a tag was taken from who may be in a row that can't be read"
                continue
            assert line is not None, "an automation fired for who is in no row"
            if one["kind"] == "tag_removed":
                assert not line.ok, "a tag was taken from who consents"
            if one["kind"] == "tag_added":
                assert line.ok, "a tag was given to who doesn't consent"
                assert one["tag"] == self._tag
            if one["kind"] == "stage_changed":
                assert (one["stage"], self.members) == (line.stage, None), "a stage was set that nobody wants"
        twice = Counter((one["kind"], one["contact"] or one["client"], one["tag"]) for one in automations)
        given = Counter(
            number_of(after.get(one["contact"] or one["client"]) or before[one["contact"] or one["client"]])
            for one in automations
            if one["kind"] == "tag_added"
        )
        assert all(count == 1 for number, count in given.items() if number not in self.unseen), "tagged twice"
        assert not twice or max(twice.values()) == 1, "an automation fired twice in one run"
        for report in reports:
            self._judge_report(report, len(late - set(map(number_of, after.values()))), plan_only)
        if reports and not plan_only and self.members is None:
            if drift == "detect":
                # Everybody was looked at, and what was seen is known from now on.
                self.seen = self._protected(after.values())
            if not (reports[0]["unsettled"] or reports[0]["failed"]):
                self.had |= numbers & set(map(number_of, after.values()))

    def _judge_kept(self, record: dict[str, Any], now: dict[str, Any] | None) -> None:
        number = number_of(record)
        if now is None:
            assert (self.mode, self.members) == ("mirror", None), "somebody was deleted"
            assert number in self.may_have - {digits(person) for person in self.source}
            assert not _opted_out(record), "somebody was deleted who opted out"
            assert not self._unread, "somebody was deleted who may be in a row that can't be read"
            return
        owned = {NAME[self.kind], STAGE[self.kind], "customFields", "tags", "updatedAt"}
        assert {k: v for k, v in record.items() if k not in owned} == {k: v for k, v in now.items() if k not in owned}
        mine, theirs = dict(record["customFields"]), dict(now["customFields"])
        mine.pop("city", None), theirs.pop("city", None)
        assert mine == theirs, "a custom field was lost"
        lost, got = set(record["tags"]) - set(now["tags"]), set(now["tags"]) - set(record["tags"])
        assert lost | got <= {self._tag}, "a tag was lost"
        stranger = number not in {digits(person) for person in self.source}
        if self.members is not None:
            changed = {k for k in now.keys() | record.keys() if now.get(k) != record.get(k)} - {"tags", "updatedAt"}
            assert not changed, "tagging has changed more than tags"
            assert not stranger or not got, "a tag was given to who is in no row"
        elif stranger or self.mode == "insert":
            changed = {k for k in now.keys() | record.keys() if now.get(k) != record.get(k)}
            assert not got, "a tag was given to who is in no row"
            refused = int(number[-1]) in self.refusing and self.mode != "insert"
            assert changed <= ({"tags", "updatedAt"} if refused else set()), "somebody was changed who is in no row"
        if _opted_out(record):
            assert not got | lost, "the tags of who opted out were changed"
            assert self.kind == "clients" or record.get("stage") == now.get("stage"), "who opted out got a stage"

    def _judge_report(self, report: dict[str, Any], late: int, plan_only: bool) -> None:
        assert report["rows"] == len(self.rows())
        assert report["superseded"] == len(self.twice)
        assert report["rejected"] + report["failed"] + report["unsettled"] >= self._unread
        if plan_only:
            return
        names = [name for name in (OUTCOMES if self.members is None else TAGGING) if name not in ("untagged", "kept")]
        assert report["rows"] == sum(report[name] for name in names), "rows are not accounted for"
        if self.members is not None:
            return
        assert report["unsettled"] >= late, "what is late was not reported"

    def settle(self) -> None:
        """End all trouble, sync until nothing happens any more, and compare."""
        self.world.emulator.clear_faults()
        self.world.refusals = 0
        self.release()
        self.world.skip(SETTLE + 200.0)
        if self.source and not any(line.who for line in self.source.values()):
            next(iter(self.source.values())).who = "Ada"  # a source without a name is refused as a whole
        report = self._rest(None)
        self._judge_end()
        self._rest("exactly")
        elsewhere = self._protected(self.records(self._other()))
        everybody = self.records()
        for number in set(map(number_of, everybody)):
            person = int(number[-1])
            line = self.wanted(person) if number in set(map(digits, self.source)) else None
            if line is None and self._unread and person not in self.refusing:
                continue  # they may be in a row that can't be read
            found = self._of(person)
            out = number in elsewhere or any(map(_opted_out, found))
            holders = [one for one in found if VIP in one["tags"] and not _opted_out(one)]
            if line is None or not line.ok:
                assert not holders, "who is not to has the tag"
            elif not out and number not in self.unseen:
                assert holders, "who is to has not the tag"
        if not (
            report["missing"] or report["withheld"] or report["rejected"] > self.broken
        ):  # of who refuses badly something is read
            sent = len(self.world.emulator.requests())
            quiet = self.run("ignore")
            assert quiet is not None
            assert len(self.world.emulator.requests()) == sent, "a quiet run has sent something"
        for process in self.processes:
            assert process.sent_late == 0, "a request left after the job had returned"

    def _rest(self, members: str | None) -> dict[str, Any]:
        for _ in range(4):
            sent = len(self._writes())
            report = self.run("detect", members=members)
            if self.is_unusable:
                report = {"unsettled": 0, "failed": 0, "missing": 0, "withheld": 0, "rejected": self._unread + 1}
            if report and not (report["unsettled"] or report["failed"]) and len(self._writes()) == sent:
                return report
            self.world.skip(SETTLE + 1.0)
        raise AssertionError(f"it never came to rest: {report}")

    @property
    def _tag(self) -> str:
        return TAG if self.members is None else VIP

    def _judge_end(self) -> None:
        elsewhere = self._protected(self.records(self._other()))
        for person in self.source:
            line, found = self.wanted(person), self._of(person)
            if not found:
                assert self.mode == "update" or not line.who or digits(person) in elsewhere | self.ever_refused, (
                    "missing"
                )
                continue
            if self.mode == "insert":
                continue
            held = min(found, key=lambda one: (one["createdAt"], one["id"]))
            out = any(map(_opted_out, found)) or digits(person) in elsewhere
            assert held[NAME[self.kind]] == (line.who or held[NAME[self.kind]])
            assert (held["customFields"].get("city") or "") == line.city
            if not out or self.kind == "clients":
                assert (held.get(STAGE[self.kind]) or "") == line.stage
            if not out:
                assert any(TAG in one["tags"] for one in found) is line.ok
            if not line.ok:
                assert not any(TAG in one["tags"] and not _opted_out(one) for one in found), "who refuses has the tag"
        for person in self.refusing - self.source.keys() if self.mode != "insert" else ():
            for held in self._of(person):
                assert _opted_out(held) or TAG not in held["tags"], "who refuses badly has the tag"
        if self.mode == "mirror" and not self._unread and self.source:
            for record in self.records():
                number = number_of(record)
                gone = number in self.had and number not in {digits(person) for person in self.source}
                assert not gone or _opted_out(record) or number in self.unseen | self.by_hand, "who is gone is there"

    # --- looking

    def wanted(self, person: int) -> Line | None:
        """What the source wants of somebody."""
        line, earlier = self.source.get(person), self.twice.get(person)
        refused = person in self.refusing or (earlier is not None and not earlier.ok)
        if line is None or not refused:
            return line
        return Line(line.who, line.city, line.stage, False)

    def records(self, kind: str | None = None) -> list[dict[str, Any]]:
        everybody = self.world.emulator.records(kind or self.kind)
        ours = (one for one in everybody if number_of(one)[:-1] != bystander(0)[:-1])
        # When they wrote last is theirs.
        return [{name: value for name, value in one.items() if name != "lastActivity"} for one in ours]

    def _other(self) -> str:
        return "clients" if self.kind == "contacts" else "contacts"

    def _of(self, person: int) -> list[dict[str, Any]]:
        return [record for record in self.records() if number_of(record) == digits(person)]

    def _put(self, record: dict[str, Any]) -> None:
        with self.world.app.state.world.lock:
            self.world.app.state.world.store.put(self.kind, record)

    def _protected(self, records: Any) -> set[str]:
        return {number_of(record) for record in records if _opted_out(record)}

    def _writes(self) -> list[Any]:
        return [one for one in self.world.emulator.requests() if one["method"] != "GET"]


def _opted_out(record: dict[str, Any]) -> bool:
    return OPT_OUT in record["tags"]


def _number_in(body: Any) -> str:
    text = str(body.get("countryCode") or "") + str(body.get("phoneNumber") or body.get("phone") or "")
    return canonical("".join(filter(str.isdigit, text)))


class NoPool:
    """A pool that grants everything."""

    def acquire(self, permits: int = 1, **_: Any) -> Any:
        return SimpleNamespace(permits=permits, at=0.0, since=0.0, waited=0.0)

    def departed(self, grant: Any) -> None: ...

    def pause(self, seconds: float | None = None, grant: Any = None, why: str = "rate") -> None: ...

    def counted(self, *told: Any) -> None: ...


# --- stories

OPERATIONS = {
    "contacts": (
        "listContacts", "getContact", "createContact", "updateContact", "addContactTags", "removeContactTags",
        "deleteContact", "listClients",
    ),
    "clients": (
        "listClients", "getClient", "createClient", "updateClient", "addClientTags", "removeClientTags",
        "deleteClient", "listContacts",
    ),
}  # fmt: skip
BEHAVIOURS = {
    "put": ("replace", "merge"),
    "known_number": ("duplicate", "reject", "reuse"),
    "known_client": ("duplicate", "reject", "reuse"),
    "phone_form": ("digits", "plus"),
    "client_phone": ("repeated", "apart"),
    "page_cap": (50, 2, 1),
    "order": ("newest_first", "oldest_first", "active_first"),
    "page_start": ("given", "asked"),
    "list_lag": (0.0, 0.0, 4.0),
    "search_delay": (5.0, 0.0),
}


@dataclass(frozen=True)
class Story:
    """A world, and what happens in it."""

    kind: str
    mode: str
    behaviour: dict[str, Any]
    knows: bool
    """Whether the account's profile says what the server does."""
    is_slow: bool
    """Whether what was read is old by the time it is used."""
    steps: list[tuple[Any, ...]]


@st.composite
def stories(draw: st.DrawFn, chapters: int = 5) -> Story:
    """Any sequence of what may happen."""
    kind = draw(st.sampled_from(("contacts", "clients")))
    person, how = st.sampled_from(PEOPLE), st.integers(0, 1)
    lines = st.builds(
        Line,
        who=st.sampled_from(("Ada", "Bob", "")),
        city=st.sampled_from(("", "Köln", "Ulm")),
        stage=st.sampled_from(("", "Lead", "Customer")),
        ok=st.booleans(),
        how=st.integers(0, 2),
    )
    city = st.sampled_from(("", "By hand"))
    changes = st.one_of(
        st.builds(lambda value: {"customFields": {"city": value}}, city),
        st.builds(lambda value: {"customFields": {"size": value}}, city),
        st.builds(lambda value: {STAGE[kind]: value}, city),
        st.builds(lambda value: {NAME[kind]: value}, st.just("By hand")),
        st.builds(lambda value: {"notes": value}, city),
    )
    happening = st.one_of(
        st.tuples(st.just("write"), person, lines),
        st.tuples(st.just("remove"), person),
        st.tuples(st.just("fold"), person, lines),
        st.tuples(st.just("unfold"), person),
        st.tuples(st.just("spoil"), st.integers(0, 2)),
        st.tuples(st.just("refuse_badly"), person, st.booleans()),
        st.tuples(st.just("make"), person, st.sampled_from(([], [OPT_OUT], [TAG], ["vip"])), st.booleans(), how),
        st.tuples(st.just("edit"), person, changes),
        st.tuples(st.just("set_tag"), person, st.sampled_from((OPT_OUT, TAG, "vip")), st.booleans()),
        st.tuples(st.just("delete"), person),
        st.tuples(st.just("opt_out_elsewhere"), person, how),
        st.tuples(st.just("crowd"), st.integers(1, 4)),
        st.tuples(st.just("merge"), person, person, st.booleans()),
    )
    fault = st.tuples(
        st.just("fault"), st.sampled_from(get_args(Kind)), st.sampled_from(OPERATIONS[kind]), st.integers(1, 4)
    )
    shift = st.tuples(
        st.just("shift"),
        st.sampled_from(("contacts", "clients")),
        st.sampled_from(("delete", "delete", "create", "active")),
        person,
        st.integers(1, 6),
    )
    trouble = st.one_of(fault, fault, shift, shift, st.tuples(st.just("refuse"), st.integers(1, 7)))
    drift = st.sampled_from(("detect", "ignore"))
    run = st.one_of(
        st.fixed_dictionaries({"drift": drift}),
        st.fixed_dictionaries({"drift": drift, "kill_at": st.integers(1, 90)}),
        st.fixed_dictionaries({"drift": drift, "kill_write": st.integers(1, 6)}),
        st.fixed_dictionaries({"drift": drift, "interrupt_at": st.integers(1, 12)}),
        st.fixed_dictionaries({"drift": drift, "again": st.just(False)}),
        st.fixed_dictionaries({"drift": drift, "plan_only": st.just(True)}),
        st.fixed_dictionaries({"drift": drift, "at_once": st.just(2)}),
        st.fixed_dictionaries({"members": st.sampled_from(("exactly", "at_least"))}),
        st.fixed_dictionaries({"members": st.just("exactly"), "kill_write": st.integers(1, 3)}),
    )
    later = st.one_of(
        st.just(("release",)), st.tuples(st.just("skip"), st.sampled_from((0.0, 6.0, 200.0, SETTLE + 1.0)))
    )
    # In each chapter some things change, some are about to go wrong, a sync runs, and time passes.
    chapters = draw(
        st.lists(
            st.tuples(
                st.lists(happening, max_size=3),
                st.lists(trouble, max_size=2),
                run.map(lambda more: [("run", more)]),
                st.lists(later, max_size=1),
            ),
            min_size=1,
            max_size=chapters,
        )
    )
    return Story(
        kind,
        draw(st.sampled_from(("upsert", "upsert", "insert", "update", "mirror"))),
        {name: draw(st.sampled_from(values)) for name, values in BEHAVIOURS.items()},
        draw(st.booleans()),
        draw(st.booleans()),
        [("write", one, draw(lines)) for one in draw(st.sets(person, min_size=2))]
        + [step for chapter in chapters for part in chapter for step in part],
    )


def tell(story: Story, begin: Callable[[Behaviour], World], state: str) -> None:
    """Let it happen, and then come to rest."""
    world = begin(behaviour_from({**story.behaviour, "limits": [[10**6, 60.0]]}))
    oracle = Oracle(world, state, story.kind, story.mode)
    if story.knows:
        merges, cap = world.emulator.behaviour.put == "merge", world.emulator.behaviour.page_cap
        known = ResourceProfile(merges, False, cap)
        open_state(state).profiles.put(oracle.account, Profile({f"{story.kind}s": known}))
    with mock.patch.object(write, "FRESH", -1.0 if story.is_slow else write.FRESH):
        for name, *given in story.steps:
            world.skip(1.0)
            if name == "run":
                oracle.run(**given[0])
            else:
                getattr(oracle, name)(*given)
        oracle.settle()
