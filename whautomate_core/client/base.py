"""What both clients share: the settings, the connections of the process, and the steps of one attempt at a call."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, TypeVar, cast

import httpx

from whautomate_core.account import Account
from whautomate_core.api.call import Act, Call, Repeat
from whautomate_core.client.answers import not_found
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.connections import watched
from whautomate_core.client.guard import CONCERNS, SENDS, Steps, may_skip_reading, prepare
from whautomate_core.client.last_check import require_permitted
from whautomate_core.client.measured import Gauges, measured
from whautomate_core.client.pages import PAGE_SIZE, Pages
from whautomate_core.client.retries import REPEATED, retrying
from whautomate_core.client.steps import Ask, Permits, Read, Rest, Send
from whautomate_core.client.templates import Looked, has_template, look_up
from whautomate_core.client.usage import Used
from whautomate_core.client.whole import Reading, Take, read_whole, require_agreed
from whautomate_core.errors import ConfigurationError, NoSuchPath
from whautomate_core.state import State, open_state
from whautomate_core.state.forks import belongs_to_process
from whautomate_core.state.pool import Grant, Lane, Pool
from whautomate_core.state.profiles import Profile
from whautomate_core.values.confidential import raise_alone
from whautomate_core.values.progress import WaitLines, waits

log = logging.getLogger(__name__)

R = TypeVar("R")

Attempt = Generator[Permits | Send | Ask | Rest, Any, R]


class BaseClient:
    """What the two clients share. Connections belong to a process: a forked child opens its own."""

    _make_http: Callable[[], Any]
    _make_line: Callable[[], Any]
    _has_transport: bool

    def __init__(
        self,
        account: Account,
        pool: Pool | None,
        lane: Lane,
        max_wait: float | None,
        budget: int | None,
        attempts: int,
        run: str | None,
    ) -> None:
        self.account = account
        self.run = run
        """The run it works for; claims name it."""
        self.used = Used(budget, lane)
        self.cleared = Cleared()
        """The people who were found a moment ago not to have opted out."""
        self.pool = pool or open_state(account.state).pool_of(account)
        """Where permits come from."""
        self.max_wait = max_wait
        """The longest wait for a permit, in seconds; None waits as long as it takes."""
        self._lane = lane
        self._gauges = Gauges(account, self.pool)
        self._said: set[str] = set()
        """Notes on templates that were logged."""
        self._retrying = retrying(attempts, *REPEATED)
        _identify(account)
        _warn_if_assumed(account)

    # --- connections

    def _begin(self) -> None:
        self._http = self._open()
        self._line = self._make_line()
        self._opening = threading.Lock()
        self._say_wait = WaitLines()
        self._of_parent: Any = None
        belongs_to_process(self)

    def begin_anew(self) -> None:
        """Let go of what belongs to the parent, in a forked child."""
        # Kept, and never touched again: closing what an event loop holds would take it from the parent's loop too.
        self._of_parent, self._http = self._http or self._of_parent, None
        self._line = self._make_line()
        self._opening = threading.Lock()
        self._say_wait = WaitLines()
        self.used.begin_anew()
        self.cleared = Cleared()

    def _opened(self) -> Any:
        """The connections of this process."""
        if self._http is None:
            if self._has_transport:
                raise ConfigurationError(
                    f"this {type(self).__name__} was made in another process, with a transport of its own, which two "
                    "processes can't share: make one in each"
                )
            with self._opening:
                self._http = self._http or self._open()
        return self._http

    def _open(self) -> Any:
        try:
            return watched(self._make_http())
        except (httpx.InvalidURL, ImportError, ValueError) as error:
            raise_alone(
                ConfigurationError(
                    f"no connection can be made ({type(error).__name__}): check proxy, and HTTP_PROXY, HTTPS_PROXY and "
                    "ALL_PROXY in the environment; a SOCKS proxy needs the package socksio"
                )
            )

    # --- what callers may see and do

    @property
    def requests(self) -> int:
        """Requests sent so far, repeats included."""
        return self.used.requests

    @property
    def state(self) -> State:
        """The state database of the account."""
        return open_state(self.account.state)

    @functools.cached_property
    def profile(self) -> Profile:
        """What is known of the account's server."""
        return self.state.profiles.get(self.account.id)

    @property
    def where(self) -> str:
        """Host and account, as errors name them."""
        return f"{httpx.URL(self.account.host).host} (account {self.account.id})"

    def stop(self) -> None:
        """Let no more requests leave: sending one raises `Stopped`. Those under way get ten more seconds."""
        self.used.stop()

    def pages_of(self, call: Call[list[R]]) -> Pages:
        """The pages of a list, none of them read yet."""
        # A limit of the caller's own may be smaller than a full page.
        return Pages(call, size=0 if "limit" in call.query else min(self.profile.full_page(call.path), PAGE_SIZE))

    # --- one attempt

    def _attempt(
        self,
        call: Call[R],
        before: Callable[[], None] | None = None,
        read: Callable[[Any], None] = lambda answer: None,
    ) -> Attempt[R]:
        """One attempt at a call, step by step: what the policy reads, permits, the last check, the claim, sending.

        Args:
            before: See `Client.send`.
            read: See `Client.send`.
        """
        if self._gauges.are_due():
            yield Ask(self._gauges.report)
        asks_state = call.merge or call.act is Act.BROADCAST or may_skip_reading(call)
        steps: Steps[R] = (yield Ask(lambda: self._guard(call))) if asks_state else self._guard(call)
        grant: Grant | None = None
        answer: Any = None
        people: list[Mapping[str, Any]] = []
        while isinstance(step := _next(steps, answer), Read | Rest):
            if isinstance(step, Rest):
                answer = yield step
                continue
            # Both permits of a pair at once: what was read must not grow old while what follows waits for a permit.
            grant = yield Permits(2 if step.last else 1)
            answer = yield from self._sent(step.call, grant)
            read(answer)
            if isinstance(answer, Mapping):
                people.append(answer)
            if not step.last:
                grant = None
        if step is None:
            self.used.give_back(grant)
            return cast(R, answer)
        sent = step
        grant = grant or (yield Permits(1))
        if sent.act is not None and sent.act in SENDS | CONCERNS:
            yield Ask(lambda: require_permitted(sent, people, self.account, self.state))
        if before is not None and sent.repeat is Repeat.ONCE:
            before()
            # Checked again: forgetting a person waits only for calls that `before` has noted.
            if sent.act in CONCERNS:
                yield Ask(lambda: require_permitted(sent, people, self.account, self.state))
        return cast(R, (yield from self._sent(sent, grant)))

    def _sent(self, call: Call[Any], grant: Grant) -> Generator[Ask | Send, Any, Any]:
        """Send a request. A 404 that looks as one was seen to look for an absent record is `NotFound`."""
        try:
            return (yield from measured(Send(call, grant)))
        except NoSuchPath as error:
            is_record = error.form is not None and len(call.ids) == 1 and call.path.endswith("/{}")
            if not is_record or (yield Ask(lambda: self.profile.absent(call.path))) != error.form:
                raise
            raise not_found(call) from None

    def _guard(self, call: Call[R]) -> Steps[R]:
        """What the policy reads before a call, and what is then sent."""
        # Loaded now, where blocking is allowed: reading the audience of a broadcast needs it later.
        profile = self.profile if call.merge or call.act is Act.BROADCAST else None
        spared = profile is not None and call.merge and profile.spares_reading(call.path, call.body or {})
        forgets = may_skip_reading(call) and not self.state.forgotten(self.account.id).is_empty()
        policy, everything, cleared = self.account.policy, self._everything, self.cleared
        return prepare(call, policy, puts_merge=spared, everything=everything, cleared=cleared, forgets=forgets)

    def _look_up(self, call: Call[Any]) -> Generator[Ask | Call[Any] | Rest, Any, Looked]:
        """`templates.look_up` for a call that sends a template. Each note is logged once, and as a warning if something
        can be done about it."""
        if not has_template(call):
            return Looked()
        looked = yield from look_up(call, self.account, lambda: self.profile, self._everything)
        for note in looked.notes:
            if note not in self._said:
                log.log(logging.WARNING if looked.has_list else logging.INFO, "account %s: %s", self.account.id, note)
        self._said.update(looked.notes)
        return looked

    # --- whole lists

    def _reading(self, call: Call[list[R]], take: Take, **more: Any) -> Reading:
        return read_whole(call, take, cap=self.profile.full_page(call.path), lag=self.account.list_lag, **more)

    def _everything(self, call: Call[list[R]]) -> Generator[Call[Any] | Rest, Any, list[R]]:
        """Everything that a whole list holds, each record as it was shown last."""
        found: dict[str, Any] = {}
        without_id: list[Any] = []

        def take(records: Sequence[Any], page: int) -> None:
            found.update((str(record["id"]), record) for record in records if record.get("id") is not None)
            without_id.extend(record for record in records if record.get("id") is None and page)

        whole = yield from self._reading(call, take)
        require_agreed(call, whole, self.where)
        return [*found.values(), *without_id]

    def _say_rest(self, seconds: float) -> None:
        waits.info(
            "account %s: waiting %.0f s to read a list, because new records may take %g s to show in it (list_lag)",
            *(self.account.id, seconds, self.account.list_lag),
        )


def _next(steps: Steps[R], answer: Any) -> Read | Rest | Call[R] | None:
    """The next step of the guard, then the call to send; None if nothing is left to do."""
    try:
        return steps.send(answer)
    except StopIteration as end:
        return cast("Call[R] | None", end.value)


_identified = set[str]()
"""The accounts without a name that this process has told of."""


def _identify(account: Account) -> None:
    """Say once whose hash stands in the log of this process. Neither host nor plan is secret."""
    if account.name is None and account.id not in _identified:
        _identified.add(account.id)
        plan = account.plan or ("no plan set" if account.limits_assumed else "own limits")
        log.info("account %s is %s (%s)", account.id, account.host.partition("://")[2], plan)


def _warn_if_assumed(account: Account) -> None:
    if account.limits_assumed:
        log.warning(
            "account %s: plan is not set, so trial limits apply (60 requests a minute, 100 a day); "
            "set plan to trial or subscribed in the connection or block (in a terminal, WHAUTOMATE_PLAN)",
            account.id,
        )
