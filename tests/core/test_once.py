"""A send happens once: whatever dies, in any order of attempts, and however late the record is to be seen."""

import itertools
import re
import shlex
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from state_workers import PATIENCE
from typer.testing import CliRunner

from whautomate_core import errors
from whautomate_core.account import Account
from whautomate_core.api.call import Act, Call, Repeat
from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.errors import (
    ConnectionFailed,
    InvalidRequest,
    OutcomeUnknown,
    QuotaExhausted,
    ServerError,
    UnexpectedResponse,
)
from whautomate_core.state import open_state
from whautomate_core.values.limits import Limits

_keys = itertools.count()


class Killed(BaseException):
    """The process is gone: nothing of it runs on."""


CALL: Call[dict[str, Any]] = Call("POST", "/broadcasts", body={"name": "spring", "text": "hi"}, repeat=Repeat.ONCE)


@dataclass
class Vendor:
    """What was sent, and from when on it can be found."""

    posts: dict[str, int] = field(default_factory=dict)
    """How often something was sent that happened, or may have."""
    made: dict[str, int] = field(default_factory=dict)
    """Key -> when its record can be found, in steps."""
    step: int = 0


@dataclass
class Attempt:
    """One run of the step, which stops before and after each thing it does until it is told how that goes."""

    vendor: Vendor
    key: str
    call: Call[dict[str, Any]]
    outcome: Any = None
    done: bool = False
    _go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _stopped: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    _told: str = "on"
    at: str = ""

    def point(self, at: str) -> str:
        self.at = at
        self._stopped.release()
        self._go.acquire()
        if self._told == "kill":
            raise Killed
        return self._told

    def tell(self, told: str) -> None:
        """Let it run to its next stop."""
        self._told = told
        self._go.release()
        assert self._stopped.acquire(timeout=PATIENCE)

    def start(self, state: Any) -> None:
        def run() -> None:
            _attempt.current = self
            try:
                self.point("begin")
                used = SimpleNamespace(sleep=lambda seconds: self.point("other"))
                account, stopping = ACCOUNT, SimpleNamespace(claims=Stopping(open_state(state).claims))
                client: Any = SimpleNamespace(account=account, state=stopping, send=self._send, used=used, run=None)
                self.outcome = send_once(client, self.key, self.call, lambda record: record["id"], find=self._find)
            except BaseException as error:
                self.outcome = error
            self.done = True
            self._stopped.release()

        threading.Thread(target=run, daemon=True).start()
        self._stopped.acquire()

    def _send(self, call: Any, before: Callable[[], None], read: Callable[[Any], None]) -> Any:
        if self.point("wait") == "refused":
            raise QuotaExhausted("no permit")
        before()
        told = self.point("send")
        if told == "not connected":
            raise ConnectionFailed("no connection")
        self.vendor.posts[self.key] = self.vendor.posts.get(self.key, 0) + 1
        if told == "lost before":
            raise OutcomeUnknown("lost")
        self.vendor.made[self.key] = self.vendor.step + {"seen late": 12}.get(told, 0)
        if told == "lost after":
            raise OutcomeUnknown("lost")
        self.point("sent")
        return {"id": f"id of {self.key}"}

    def _find(self, patiently: bool) -> Any:
        told = self.point("find")
        if told in ("refused", "not connected"):
            raise ServerError("the look-up failed")
        seen = self.vendor.made.get(self.key)
        return {"id": f"id of {self.key}"} if seen is not None and seen <= self.vendor.step else None


ACCOUNT = Account("http://127.0.0.1", SecretStr("k"), "a", Limits.trial())
_attempt = threading.local()


class Stopping:
    """The claims, with a stop before and after each call."""

    def __init__(self, claims: Any) -> None:
        self._claims = claims

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            _attempt.current.point(f"before {name}")
            result = getattr(self._claims, name)(*arguments, **named)
            _attempt.current.point(f"after {name}")
            return result

        return call


@pytest.fixture(scope="session")
def one_state(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('once')}/state.sqlite"


TOLD = ["on"] * 6 + ["kill", "refused", "not connected", "lost before", "lost after", "seen late"]
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.integers(0, 2), st.sampled_from(TOLD)),
        st.tuples(st.just("step"), st.integers(0, 2), st.sampled_from(TOLD)),
        st.tuples(st.just("start"), st.sampled_from(["same", "same", "same", "back-fill", "other payload"])),
    ),
    min_size=10,
    max_size=70,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES)
def test_no_order_of_attempts_kills_and_losses_sends_twice(one_state: str, moves: list[Any]) -> None:
    vendor, run = Vendor(), next(_keys)
    alive: list[Attempt] = []
    ended: list[Attempt] = []

    def start(kind: str) -> None:
        key = f"{run}/{'other day' if kind == 'back-fill' else 'day'}"
        call = replace(CALL, body={"name": "autumn", "text": "hi"}) if kind == "other payload" else CALL
        attempt = Attempt(vendor, key, call)
        attempt.start(one_state)
        alive.append(attempt)

    def step(attempt: Attempt, told: str) -> None:
        vendor.step += 1
        attempt.tell(told)
        if attempt.done:
            alive.remove(attempt)
            ended.append(attempt)

    start("same")
    for name, *values in moves:
        if name == "start" and len(alive) < 3:
            start(values[0])
        elif name == "step" and alive:
            step(alive[values[0] % len(alive)], values[1])
    while alive:
        step(alive[0], "on")
    vendor.step += 100
    start("same")  # and once more, when all is quiet
    while alive:
        step(alive[0], "on")

    assert all(count == 1 for count in vendor.posts.values())
    for attempt in ended:
        assert isinstance(attempt.outcome, (tuple, Killed, errors.WhautomateError)), attempt.outcome
        if isinstance(attempt.outcome, tuple):
            assert attempt.outcome[0] == f"id of {attempt.key}"
            assert vendor.posts[attempt.key] == 1
    last = ended[-1].outcome
    payloads = {a.call.body["name"] for a in ended if a.key.endswith("/day") and a.call.body}
    if f"{run}/day" in vendor.made and payloads == {"spring"}:
        assert isinstance(last, tuple)  # what happened is found in the end


@pytest.mark.parametrize("kill_at", range(10))
def test_a_run_killed_at_any_statement_is_taken_up_by_the_next(one_state: str, kill_at: int) -> None:
    vendor, key = Vendor(), f"kill-{next(_keys)}"
    first = Attempt(vendor, key, CALL)
    first.start(one_state)
    trail = [first.at]
    for _ in range(kill_at):
        first.tell("on")
        trail.append(first.at)
    first.tell("kill")
    assert isinstance(first.outcome, Killed)
    claimed = "after claim" in trail
    assert [claim.key for claim in open_state(one_state).claims.open("a") if claim.key == key] == [key] * (
        claimed and "after settle" not in trail
    ), "who waits for a permit has no claim"
    second = Attempt(vendor, key, CALL)
    second.start(one_state)
    while not second.done:
        second.tell("on")
    if not claimed or "sent" in trail:
        assert second.outcome == (f"id of {key}", not claimed)
    else:  # claimed, and nothing is to be seen: nobody knows, so a person decides
        assert isinstance(second.outcome, OutcomeUnknown)
        assert f'whautomate claims release "{key}"' in str(second.outcome)
        open_state(one_state).claims.release("a", key)
        third = Attempt(vendor, key, CALL)
        third.start(one_state)
        while not third.done:
            third.tell("on")
        assert third.outcome == (f"id of {key}", True)
    assert vendor.posts == {key: 1}


# --- with the real client


class Server:
    """Answers by a list of what happens; counts what arrives."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.posts = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json={"id": "b1"})
        if isinstance(answer, Exception):
            raise answer
        if request.method == "POST":
            self.posts += answer.status_code < 400
        return answer


@pytest.fixture
def once_with(one_state: str, pool: Any) -> Callable[..., Any]:
    account = Account("http://localhost", SecretStr("key"), "real", Limits.trial(), state=SecretStr(one_state))

    def run(server: Server, key: str, call: Call[Any] = CALL, result: Any = None, by: Any = None, **more: Any) -> Any:
        transport = httpx.MockTransport(server)
        client = Client(account, pool=pool, transport=transport, sleep=lambda seconds: None, run=by)
        with client:
            return send_once(client, key, call, result or (lambda record: record["id"]), **more)

    return run


def test_a_rerun_returns_what_was_stored_and_sends_nothing(once_with: Any) -> None:
    server, key = Server(), f"{next(_keys)}"
    assert once_with(server, key) == ("b1", True)
    assert once_with(server, key) == ("b1", False)
    assert once_with(server, f"{key}/other day") == ("b1", True)
    assert server.posts == 2


def test_a_rerun_is_told_who_sent_it_before(once_with: Any) -> None:
    server, key, earlier = Server(), f"{next(_keys)}", list[Any]()
    once_with(server, key, by="run one", met=earlier.append)
    assert earlier == []
    once_with(server, key, by="run two", met=earlier.append)
    assert [claim.run for claim in earlier] == ["run one"]


@pytest.mark.parametrize(
    ("answer", "raises"),
    [
        (httpx.ConnectError("refused"), ConnectionFailed),
        (httpx.Response(400, json={"message": "no"}), InvalidRequest),
        (httpx.Response(403), errors.AuthenticationError),
        (httpx.Response(404, json={"error": "no such segment"}), InvalidRequest),
        (httpx.Response(404), errors.NoSuchPath),
        (httpx.Response(403, json={"message": "Missing Authentication Token"}), errors.NoSuchPath),
        (httpx.Response(429), errors.RateLimited),
        (httpx.Response(200, json={"error": "no such segment"}), UnexpectedResponse),
    ],
)
def test_where_the_server_did_nothing_the_next_run_sends(once_with: Any, answer: Any, raises: Any) -> None:
    server, key = Server(*[answer] * 6), f"{next(_keys)}"
    with pytest.raises(raises):
        once_with(server, key)
    server.answers.clear()
    assert once_with(server, key) == ("b1", True)


@pytest.mark.parametrize(
    "error", [QuotaExhausted("later"), errors.StateUnavailable("gone"), errors.PolicyRefused("no")]
)
def test_where_nothing_left_this_machine_the_next_run_sends(
    once_with: Any, pool: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    server, key = Server(), f"{next(_keys)}"

    def refuse(*_: Any, **__: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(pool, "acquire", refuse)
        with pytest.raises(type(error)):
            once_with(server, key)
    assert once_with(server, key) == ("b1", True)


@pytest.mark.parametrize(
    "answer", [httpx.ReadError("lost"), httpx.ReadTimeout("slow"), httpx.Response(500), httpx.Response(200, text="<p>")]
)
def test_where_it_may_have_happened_no_run_sends_again(once_with: Any, answer: Any) -> None:
    server, key = Server(answer), f"{next(_keys)}"
    with pytest.raises(OutcomeUnknown):
        once_with(server, key)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match="whautomate claims release"):
            once_with(server, key, find=lambda patiently: None)
    assert server.posts <= 1
    assert once_with(server, key, find=lambda patiently: {"id": "b7"}) == ("b7", False)
    assert once_with(server, key) == ("b7", False)


def test_after_a_person_confirmed_it_a_rerun_says_so_and_how_to_undo_it(once_with: Any, one_state: str) -> None:
    server, key = Server(httpx.ReadTimeout("slow")), f"{next(_keys)}"
    with pytest.raises(OutcomeUnknown):
        once_with(server, key)
    assert open_state(one_state).claims.confirm("real", key)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown, match=r"a person confirmed that it happened.*mark this step as successful"):
            once_with(server, key)
    assert server.posts == 0
    runner = CliRunner()
    (undo,) = re.findall(r'`whautomate (claims release "[^`]*)`', str(_raised(lambda: once_with(server, key))))
    *command, where = shlex.split(undo)
    assert where == "…"
    assert runner.invoke(app, [*command, one_state]).exit_code == 0
    assert once_with(server, key) == ("b1", True)


def _raised(work: Callable[[], Any]) -> BaseException:
    with pytest.raises(OutcomeUnknown) as error:
        work()
    return error.value


def test_a_lost_answer_is_looked_up_patiently(once_with: Any) -> None:
    asked: list[bool] = []

    def find(patiently: bool) -> Any:
        asked.append(patiently)
        return {"id": "b9"} if patiently else None

    assert once_with(Server(httpx.ReadError("lost")), f"{next(_keys)}", find=find) == ("b9", True)
    assert asked == [False, True]


def test_what_fails_after_the_send_does_not_release_the_claim(once_with: Any) -> None:
    """Working out the result may look things up, and that may fail in any way."""
    server, key = Server(), f"{next(_keys)}"

    def result(record: Any) -> Any:
        raise ConnectionFailed("the look-up after the send")

    with pytest.raises(ConnectionFailed):
        once_with(server, key, result=result)
    with pytest.raises(OutcomeUnknown):
        once_with(server, key)
    assert server.posts == 1


def test_a_look_up_that_fails_before_the_send_releases_the_claim(once_with: Any) -> None:
    def find(patiently: bool) -> Any:
        raise ServerError("down")

    server, key = Server(), f"{next(_keys)}"
    with pytest.raises(ServerError):
        once_with(server, key, find=find)
    assert once_with(server, key) == ("b1", True)


def test_who_waits_for_a_permit_has_no_claim_yet(once_with: Any, pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    key, claims = f"{next(_keys)}", open_state(server_state(once_with)).claims
    held: list[list[str]] = []
    acquire = pool.acquire

    def look(*arguments: Any, **named: Any) -> Any:
        held.append([claim.key for claim in claims.open("real")])
        return acquire(*arguments, **named)

    monkeypatch.setattr(pool, "acquire", look)
    assert once_with(Server(httpx.Response(429)), key) == ("b1", True)
    assert key not in held[0]
    assert key in held[1], "of a call that was tried once the claim stays until that has an end"


def test_people_are_read_before_the_claim(once_with: Any) -> None:
    """What fails while the policy reads whom a call concerns was before the send: nothing is left open."""
    read: Call[Any] = Call("GET", "/contacts/1")
    call = replace(CALL, act=Act.MESSAGE, reads=(read,))
    server, key = Server(*[httpx.Response(503)] * 6), f"{next(_keys)}"
    with pytest.raises(ServerError):
        once_with(server, key, call)
    assert key not in [claim.key for claim in open_state(server_state(once_with)).claims.open("real")]
    assert once_with(server, key, call) == ("b1", True)


def server_state(once_with: Any) -> str:
    """The state that `once_with` uses."""
    (account,) = [cell.cell_contents for cell in once_with.__closure__ if isinstance(cell.cell_contents, Account)]
    assert account.state
    return account.state.get_secret_value()


def test_another_payload_is_refused_before_it_is_sent(once_with: Any) -> None:
    server, key = Server(), f"{next(_keys)}"
    once_with(server, key)
    with pytest.raises(InvalidRequest, match=r"differs in text"):
        once_with(server, key, replace(CALL, body={"name": "spring", "text": "bye"}))
    with pytest.raises(InvalidRequest, match="differs in"):
        once_with(server, key, replace(CALL, ids=("7",)))
    # What is named as payload is compared, and nothing else.
    other = f"{next(_keys)}"
    once_with(server, other, payload={"name": "spring"})
    assert once_with(server, other, replace(CALL, body={"at": "later"}), payload={"name": "spring"}) == ("b1", False)
    assert server.posts == 2


def test_an_attempt_that_was_released_meanwhile_releases_nobody_elses_claim(once_with: Any) -> None:
    key = f"{next(_keys)}"
    claims = open_state(server_state(once_with)).claims

    class Slow(Server):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            if not self.posts:
                self.posts = 1
                claims.release("real", key)  # a person
                with pytest.raises(OutcomeUnknown):  # and the next attempt, whose answer is lost
                    once_with(Server(httpx.ReadError("lost")), key)
            raise httpx.ConnectError("down")

    with pytest.raises(ConnectionFailed):
        once_with(Slow(), key)
    with pytest.raises(OutcomeUnknown):
        once_with(Server(), key)


def test_where_the_claim_cannot_be_settled_the_result_is_returned_and_found_later(
    once_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, key = Server(), f"{next(_keys)}"

    def gone(*_: Any) -> None:
        raise errors.StateUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr("whautomate_core.state.claims.Claims.settle", gone)
        assert once_with(server, key) == ("b1", True)
    assert once_with(server, key, find=lambda patiently: {"id": "b1"}) == ("b1", False)
    assert server.posts == 1


def test_calls_that_may_be_repeated_need_no_claim(once_with: Any) -> None:
    server, key = Server(), f"{next(_keys)}"
    call: Call[Any] = Call("GET", "/broadcasts/1")
    assert once_with(server, key, call) == ("b1", True)
    assert not [claim for claim in open_state(server_state(once_with)).claims.open() if claim.key == key]
