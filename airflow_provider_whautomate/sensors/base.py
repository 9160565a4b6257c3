"""What all Whautomate sensors share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from logging import INFO, WARNING
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_whautomate._arguments import named_after, require_own
from airflow_provider_whautomate._cancelling import NotReached
from airflow_provider_whautomate._encrypted import encrypted
from airflow_provider_whautomate.hooks.whautomate import FINAL, MAX_WAIT, WhautomateHook, require_one_state
from airflow_provider_whautomate.operators.base import WAITS_IN_SLOT, check_own, check_quota, is_literal
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from airflow_provider_whautomate.triggers.waiting import LAST_LOOK, WhautomateWaitTrigger
from whautomate_core.errors import QuotaExhausted, StateUnavailable, WhautomateError
from whautomate_core.values.arguments import plain
from whautomate_core.waiting.condition import (
    CHECK_ATTEMPTS,
    Question,
    Seen,
    WaitingPool,
    check_poll_interval,
    failed_check,
    look,
    may_pass,
    share_in_words,
    timed_out,
)

LONGEST_PAUSE = 900.0
"""Seconds until a sensor that pokes checks again after checks that failed, unless its `poke_interval` is longer."""

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateSensor(BaseSensorOperator):
    """Base of the sensors. They poke, or wait in the triggerer, by the same decision.

    All waiting steps of an account together, in all processes, make at most a tenth of the requests of its day, half of
    that in a quarter of it: on a trial 10, 5 of them in 6 hours. A look that is not permitted yet is made later, and so
    is one that can't find anything new. Those that wait in one triggerer share their looks.

    A check that fails because the server, the network or the state database is away is logged with the pause until the
    next one, and the wait goes on until `timeout`. The pauses double up to 15 minutes (in `mode="reschedule"`, where
    each check is a process of its own, they stay at `poke_interval`). A refused key, a missing record and a used-up
    `max_requests` end the wait.

    Their results have `requests`, the number made, and `waited`, the seconds spent waiting for permits (in
    `mode="reschedule"` those of the last look); requests of shared looks count for each.

    :param poll_interval: Where deferrable: seconds until the second look; doubles with each, up to 15 minutes. Else
        `poke_interval` holds.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a look waits for a permit of the account; defaults to 120. Where it takes longer,
        there
        is nothing to be seen until the next look. With `exponential_backoff` it is what it is in all of Airflow's
        sensors, the longest time between two looks, and a look waits for 120 s.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    :raises AirflowFailException: without retry, where what is waited for will not come.
    :raises AirflowSensorTimeout: where it is not there after `timeout` seconds.
    """

    template_fields: Sequence[str] = ("whautomate_conn_id",)
    ui_color = "#dcf8c6"

    def __init__(
        self,
        *,
        poll_interval: float | timedelta = 60,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        max_wait: float | timedelta | None = None,
        max_requests: int | None = None,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(max_wait=max_wait, **kwargs)
        self.poll_interval: float = plain("poll_interval", poll_interval)
        self.deferrable = deferrable
        self.whautomate_conn_id = whautomate_conn_id
        self.max_requests = max_requests
        self._used: dict[str, Any] = {"requests": 0, "waited": 0.0}
        self._not_before = 0.0
        self._failed = 0
        self._waits_in_slot = False
        seconds = plain("max_wait", max_wait)
        self._permit_wait = MAX_WAIT if seconds is None or self.exponential_backoff else seconds
        with named_after(self):
            require_own(self, WhautomateSensor, is_literal)
            check_quota(seconds, max_requests)
            check_poll_interval(self.poll_interval)

    def cancelling(self, context: Context) -> AbstractContextManager[None]:
        """Return what an attempt runs in: it may cancel what the sensor waits for where nobody goes on waiting.

        :param context: Of the task.
        """
        return nullcontext()

    trigger_type: ClassVar[type[WhautomateWaitTrigger]] = WhautomateWaitTrigger

    def trigger_arguments(self) -> dict[str, Any]:
        """Return what the trigger takes beside what all of them take."""
        return {}

    def question(self, context: Context) -> Question:
        """Return what the rendered sensor waits for."""
        raise NotImplementedError

    def check_literals(self, cls: type[WhautomateSensor]) -> None:
        """Raise what is wrong with arguments that stand in the DAG file, once all are set.

        :param cls: The class whose `__init__` has set them; a subclass may still have to set its own.
        """
        with named_after(self):
            check_own(self, cls)
            if all(is_literal(getattr(self, name)) for name in cls.template_fields):
                cls.question(self, {})

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once."""
        try:
            seen = self._look(self.question(context))
        except QuotaExhausted as error:
            self.log.info("%s: not looked this time", error)
            self._not_before = error.next_permit_at or 0.0
            return PokeReturnValue(False)
        if seen.failed is not None:
            return self._check_failed(seen)
        self.log.info("%s", seen.words)
        self._not_before, self._failed = seen.not_before, 0
        if not (seen.over or self.reschedule or self._waits_in_slot):
            self._waits_in_slot = True
            self.log.info(WAITS_IN_SLOT, "for the next check")
        return PokeReturnValue(True, self._result(seen, self._used)) if seen.over else PokeReturnValue(False)

    def _check_failed(self, seen: Seen) -> PokeReturnValue:
        # In mode="reschedule" each check has a process of its own, which doesn't know how many failed before it.
        pause = _pause(self.poke_interval, self._failed)
        self._failed += 1
        self._not_before = time.time() + pause
        self.log.warning("%s; checking again in %.0f s", seen.words, pause)
        return PokeReturnValue(False)

    def _get_next_poke_interval(self, started_at: Any, run_duration: Callable[[], float], poke_count: int) -> float:
        # Airflow's own, both in `poke` and `reschedule` mode: not before there can be anything new, but in time.
        usual: float = super()._get_next_poke_interval(started_at, run_duration, poke_count)
        return max(usual, min(self._not_before - time.time(), self.timeout - run_duration()))

    def execute(self, context: Context) -> Any:
        """Look once, then wait in the triggerer where it is too early; or poke."""
        with self.cancelling(context):
            return self._wait(context)

    def execute_again(self, context: Context, event: Any, deadline: float, failed: int, used: dict[str, Any]) -> Any:
        """Go on after a pause in which the state database was away.

        :param event: The trigger's.
        :param deadline: When to give up, in seconds since the epoch.
        :param failed: How often it was away before.
        :param used: The requests made and the seconds waited for permits before.
        """
        self._used, self._failed = used, failed
        with self.cancelling(context):
            return self._wait(context, deadline)

    def _wait(self, context: Context, deadline: float | None = None) -> Any:
        if not self.deferrable:
            return super().execute(context)
        deadline = time.time() + self.timeout if deadline is None else deadline
        not_before = 0.0
        try:
            question = self.question(context)
            seen = self._look(question)
            if seen.over:
                self.log.info("%s", seen.words or seen.problem)
                return self._result(seen, self._used)
            not_before = seen.not_before
            level, words = WARNING if seen.failed else INFO, seen.words
        except QuotaExhausted as error:
            level, words = INFO, str(error)
        except Exception as error:
            self._skip_instead(error)
        try:
            asked = encrypted(question, WhautomateHook(self.whautomate_conn_id).get_account)
        except StateUnavailable as error:
            if not may_pass(error):
                self._skip_instead(error)
            self._defer_without_state(question, error, deadline)
        self.log.log(level, "%s; waiting in the triggerer", words)
        self.defer(
            trigger=self.trigger_type(
                asked,
                self.whautomate_conn_id,
                float(self.poll_interval),
                deadline,
                not_before,
                max_requests=self.max_requests,
                **self._used,
                **self.trigger_arguments(),
            ),
            method_name="execute_complete",
            # A backstop: the trigger keeps the deadline itself.
            timeout=timedelta(seconds=self.timeout + 2 * self.poll_interval + 2 * LAST_LOOK),
        )

    def _defer_without_state(self, question: Question, error: StateUnavailable, deadline: float) -> NoReturn:
        """Begin anew after a pause: what encrypts a number for the trigger is in the state database, which is away."""
        now = time.time()
        if now >= deadline:
            because = f"the last check failed: {error}"
            self._skip_instead(AirflowSensorTimeout(timed_out(question, f"after {self.timeout:g} s", because)))
        pause = min(_pause(self.poll_interval, self._failed), deadline - now)
        self.log.warning("%s; checking again in %.0f s", failed_check(error).words, pause)
        self.defer(
            trigger=WhautomateQuotaTrigger(now + pause),
            method_name="execute_again",
            kwargs={"deadline": deadline, "failed": self._failed + 1, "used": self._used},
        )
        raise AssertionError("unreachable")

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Go on with what the trigger found."""
        with self.cancelling(context):
            return self._concluded(context, event or {})

    def _concluded(self, context: Context, event: dict[str, Any]) -> Any:
        try:
            if event.get("status") == "over":
                used = {name: event[name] for name in ("requests", "waited")}
                self.log.info("%s", event.get("words") or event["problem"] or "it is so")
                return self._result(Seen("", event["result"], event["problem"]), used)
            if event.get("status") == "timeout":
                after = f"after {self.timeout:g} s"
                raise AirflowSensorTimeout(timed_out(self.question(context), after, event.get("message", "")))
            final = event.get("type") in {error.__name__ for error in FINAL}
            raise (AirflowFailException if final else AirflowException)(
                f"{self.question(context).unmet}: {event.get('type', 'no event')}: {event.get('message', event)}"
            )
        except Exception as error:
            self._skip_instead(error)

    def _look(self, question: Question) -> Seen:
        from whautomate_core.client.client import Client

        account = WhautomateHook(self.whautomate_conn_id).get_account()
        require_one_state(account)
        how: dict[str, Any] = {
            "max_wait": self._permit_wait,
            "max_requests": self.max_requests,
            "attempts": CHECK_ATTEMPTS,
        }
        try:
            with Client(account, pool=WaitingPool(account), **how) as client:
                client.used.go_on(**self._used)
                is_first = not client.requests
                try:
                    seen = look(client, question.look)
                finally:
                    self._used = {"requests": client.requests, "waited": round(client.used.waited, 1)}
                    self.log.info("%s", client.used)
                if is_first and not seen.over:
                    self.log.info("%s", share_in_words(account.limits))
                return seen
        except FINAL as error:
            raise AirflowFailException(str(error)) from error
        except WhautomateError as error:
            if not may_pass(error):
                raise
            return failed_check(error)

    def _result(self, seen: Seen, used: dict[str, Any]) -> dict[str, Any]:
        if seen.problem is not None:
            raise NotReached(seen.problem)
        return {**(seen.result or {}), **used}

    def _skip_instead(self, error: Exception) -> NoReturn:
        # What Airflow's own loop makes of an error, when it pokes.
        final = isinstance(error, (AirflowFailException, AirflowSensorTimeout))
        if self.never_fail or (self.soft_fail and final):
            raise AirflowSkipException(f"skipped instead of failing: {error}") from error
        raise error


def _pause(interval: float, failed: int) -> float:
    """Seconds until the next check after one that failed, and `failed` before it."""
    return min(interval * 2.0 ** min(failed, 30), max(interval, LONGEST_PAUSE))
