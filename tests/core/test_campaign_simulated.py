"""Runs of a broadcast that are killed at any statement or meet any fault: one key is never POSTed twice.

The vendor here is a few lines in this process, since the emulator would take minutes. It is worse than the emulator: it
may show a new broadcast late in lists too, and create it after the connection was lost.
"""

import itertools
import json
import os
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import NoLimit

import whautomate_core
from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.errors import BudgetExceeded, OutcomeUnknown, PolicyRefused, WhautomateError
from whautomate_core.messaging.campaign import campaign_from
from whautomate_core.messaging.send import send_broadcast

RUNS = int(os.environ.get("WHAUTOMATE_TEST_RUNS", "60"))
"""Simulations of each of the four kinds; `make prove` runs 1,000 in all."""

FINAL = (BudgetExceeded, OutcomeUnknown, PolicyRefused)
"""Errors that neither Airflow nor Prefect retries."""

SEGMENT = {
    "id": "s1",
    "name": "vip",
    "type": "contact",
    "criteria": {"tags": ["vip"], "exclusionTags": ["Unsubscribe"]},
}
PEOPLE = [{"id": f"c{n}", "phoneNumber": f"4915100000{n:02}", "tags": ["vip"]} for n in range(3)]

_PACKAGE = str(Path(whautomate_core.__file__).parent)


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


class Vendor:
    """What the server has, and what goes wrong on the way to it."""

    def __init__(self, rng: random.Random, search_delay: float) -> None:
        self.now = 1_800_000_000.0
        self.posts: Counter[str] = Counter()
        self.made: list[dict[str, Any]] = []
        self.faults: dict[int, str] = {}
        self._rng = rng
        self._delay = search_delay
        self._calls = itertools.count()
        self._lock = threading.Lock()

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            return self._answer(request, self.faults.pop(next(self._calls), None))

    def _answer(self, request: httpx.Request, fault: str | None) -> httpx.Response:
        if fault == "refused":
            raise httpx.ConnectError("refused")
        if fault == "429":
            return httpx.Response(429, json={})
        if request.method == "POST":
            self.posts[json.loads(request.content)["name"]] += 1
        if fault in ("dropped before", "500 before"):
            return _broken(fault)
        late = {"created late": 20.0, "created too late": 100.0}.get(fault or "", 0.0)
        answer = self._done(request, late)
        self.now += self._rng.uniform(0.0, 0.3)
        return _broken(fault) if fault is not None else httpx.Response(200, json=answer)

    def _done(self, request: httpx.Request, late: float) -> Any:
        path = request.url.path.removeprefix("/v1/")
        if request.method == "POST":
            made = {**json.loads(request.content), "id": f"b{len(self.made) + 1}", "visible": self.now + late}
            self.made.append(made)
            return _shown(made)
        if request.url.params.get("page", "1") != "1":
            return []
        if path == "broadcasts":
            return [_shown(one) for one in self.made if one["visible"] + self._delay <= self.now]
        if path.startswith("broadcasts/"):
            return next(_shown(one) for one in self.made if path.endswith(one["id"]))
        lists = {"segments": [SEGMENT], "contacts": PEOPLE, "clients": [], "contactTags": [{"id": "t1", "name": "vip"}]}
        return lists.get(path, SEGMENT)


def _shown(made: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in made.items() if name != "visible"}


def _broken(fault: str) -> httpx.Response:
    if fault.startswith("500"):
        return httpx.Response(500, json={})
    raise httpx.ReadError("dropped")


FAULTS = (
    "refused", "429", "dropped before", "500 before", "dropped after", "500 after", "created late", "created too late",
)  # fmt: skip


_KILLED_IN = (
    "/messaging/",
    *(f"/client/{one}." for one in ("client", "base", "guard", "audience", "reads", "last_check", "answers", "once")),
    "/state/claims",
)


def killed_at(left: list[int]) -> Any:
    """A trace function that ends this thread once so many lines of the package are run."""

    def line(frame: Any, event: str, _: Any) -> Any:
        if event == "line":
            left[0] -= 1
            if left[0] == 0:
                raise Killed
        return line

    def call(frame: Any, event: str, _: Any) -> Any:
        # Not where a lock or a transaction of all threads is held: that of a process that is gone is free again, here
        # nobody would free it.
        file = frame.f_code.co_filename.removeprefix(_PACKAGE)
        return line if file.startswith(_KILLED_IN) else None

    return call


@dataclass
class Run:
    """One key, tried as often as its orchestrator tries."""

    vendor: Vendor
    account: Any
    key: str
    rng: random.Random
    kill_share: float = 0.5
    result: dict[str, Any] | None = None
    errors: list[BaseException] = field(default_factory=list)
    kills: int = 0
    statements: int = 2300
    """About as many lines of this package as a run has."""
    left: list[int] = field(default_factory=lambda: [0])

    def attempt(self) -> bool:
        """Whether there is nothing left to try."""
        campaign = campaign_from(
            {"name": "spring", "template": {"name": "t", "language": "en"}, "segment_name": "vip", "cooldown": None}
        )
        assert campaign is not None
        trace = killed_at(self.left) if self.rng.random() < self.kill_share else None
        self.left[0] = self.rng.randrange(1, self.statements)
        transport = httpx.MockTransport(self.vendor)
        try:
            with Client(self.account, pool=NoLimit(), transport=transport, sleep=self.vendor.sleep) as client:
                sys.settrace(trace)
                self.result = send_broadcast(
                    client,
                    campaign,
                    self.key,
                    sleep=self.vendor.sleep,
                    clock=lambda: datetime.fromtimestamp(self.vendor.now, UTC),
                )
                return True
        except Killed:
            self.kills += 1
        except FINAL as error:
            self.errors.append(error)
            return True
        except WhautomateError as error:
            self.errors.append(error)
        finally:
            sys.settrace(None)
        return False

    def tried(self, attempts: int) -> None:
        for _ in range(attempts):
            if self.attempt():
                return
            self.vendor.sleep(self.rng.choice([0.0, 1.0, 300.0]))

    def raced(self, attempts: int) -> None:
        """Two workers have it at once, as when a scheduler takes one for dead that is not."""
        others = [Run(self.vendor, self.account, self.key, random.Random(self.rng.random())) for _ in range(2)]
        threads = [threading.Thread(target=one.tried, args=(attempts,)) for one in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.result = next((one.result for one in others if one.result), None)
        self.errors = [error for one in others for error in one.errors]
        self.kills = sum(one.kills for one in others)


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Any]:
    """An account with its state in memory, where there is such a place: nothing here has to outlast the machine."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield account_in(folder)


def account_in(folder: str) -> Any:
    settings = {"location_id": "loc1", "plan": "subscribed", "state": f"sqlite:///{folder}/state.sqlite"}
    return account_from_settings("https://vendor.example", "key", settings)


def test_statements_are_about_as_many_as_a_run_has(account: Any) -> None:
    vendor = Vendor(random.Random(1), 0.0)
    run = Run(vendor, account, "clean", random.Random(1), kill_share=0.0)
    run.attempt()  # what is made once a process is there then
    many = 10**9
    counted = Run(vendor, account, "counted", random.Random(1), kill_share=1.0, statements=many)
    expected = random.Random(1)
    expected.random()
    counted.attempt()
    assert counted.result is not None
    ran = expected.randrange(1, many) - counted.left[0]
    assert run.statements / 2 < ran < run.statements * 2


@pytest.mark.parametrize("attempts", [pytest.param(4, id="airflow"), pytest.param(8, id="prefect")])
@pytest.mark.parametrize("search_delay", [0.0, 5.0])
def test_no_key_is_posted_twice_whatever_dies(
    search_delay: float, attempts: int, account: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Airflow runs a task and retries it three times; Prefect retries a task as often, and its flow run once more."""
    told: Counter[str] = Counter()
    for number in range(RUNS):
        rng = random.Random(f"{search_delay} {attempts} {number}")
        vendor = Vendor(rng, search_delay)
        # Calls that fail: the POST is about the ninth.
        vendor.faults = {rng.randrange(0, 14): rng.choice(FAULTS) for _ in range(rng.choice([0, 1, 1, 2, 4]))}
        run = Run(vendor, account, f"dag task {number}", rng)
        if number % 10 == 0:
            run.raced(attempts)
        else:
            run.tried(attempts)
        assert max(vendor.posts.values(), default=0) <= 1, (number, run.errors)
        assert len(vendor.made) <= 1, number
        if run.result is not None:
            assert [one["id"] for one in vendor.made] == [run.result["id"]]
        told["intended"] += 1
        told["created"] += len(vendor.made)
        told["refused, and not created"] += not vendor.made
        told["refused, but created"] += bool(vendor.made) and run.result is None
        told["killed"] += run.kills
    assert told["created"] + told["refused, and not created"] == told["intended"] == RUNS
    assert told["killed"] > RUNS / 4
    assert told["created"] > RUNS / 3
    with capsys.disabled():
        print(f"\nsearch late by {search_delay:g} s, {attempts} attempts: {dict(told)}")  # noqa: T201 - the figure
