"""Base of all Whautomate sensors."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from logging import INFO, WARNING
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from airflow.providers.common.compat.sdk import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_whautomate._arguments import is_literal, named_after, require_own
from airflow_provider_whautomate._cancelling import NotReached
from airflow_provider_whautomate._encrypted import encrypted
from airflow_provider_whautomate._failures import failure_of
from airflow_provider_whautomate._quota import WAITS_IN_SLOT, check_quota
from airflow_provider_whautomate._redacted import RedactedNumber, unredacted
from airflow_provider_whautomate._task import TakesArguments
from airflow_provider_whautomate.hooks.whautomate import FINAL, MAX_WAIT, WhautomateHook, require_one_state
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from airflow_provider_whautomate.triggers.waiting import LAST_CHECK, WhautomateWaitTrigger
from whautomate_core.errors import QuotaExhausted, StateUnavailable, WhautomateError
from whautomate_core.values.arguments import plain
from whautomate_core.waiting.condition import Condition, Seen
from whautomate_core.waiting.poll import (
    CHECK_ATTEMPTS,
    failed_check,
    may_pass,
    pause_after,
    require_poll_interval,
    run_check,
    timed_out,
)

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateSensor(TakesArguments, BaseSensorOperator):
    """Base of the sensors. They poke, or wait in the triggerer, and decide the same way in both.

    All waiting steps of an account together, in all processes, make at most a tenth of the requests of its day, and
    half of that in a quarter of the day: on a trial 10, and 5 of them in 6 hours. A check for which there is no permit
    yet is made later, and so is a check that could not find anything new. Sensors that wait in one triggerer share
    their checks.

    If a check fails because the server, the network or the state database is unavailable, a warning says when the next
    one is made, and the wait goes on until `timeout`. The pauses double up to 15 minutes (in `mode="reschedule"`, where
    each check is a process of its own, they stay at `poke_interval`). A refused key, a missing record and a used-up
    `max_requests` end the wait.

    Results include `requests`, the number made, and `waited`, the seconds spent waiting for permits (in
    `mode="reschedule"` those of the last check). The requests of a shared check count for each sensor.

    :param poll_interval: If deferrable: seconds until the second check; doubles with each check, up to 15 minutes.
        Otherwise `poke_interval` applies.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a check waits for a permit of the account; defaults to 120. A check that would have to
        wait longer is left out. With `exponential_backoff`, `max_wait` means what it means in all of Airflow's sensors:
        the longest time between two checks; then a check waits 120 s for a permit.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    :raises AirflowFailException: without retry, if the condition will never be met.
    :raises AirflowSensorTimeout: if it is not met within `timeout` seconds.
    :raises WhautomateError: if a check fails for good, whether it was made in the worker or in the triggerer.
    """

    template_fields: Sequence[str] = ("whautomate_conn_id",)
    ui_color = "#dcf8c6"

    trigger_type: ClassVar[type[WhautomateWaitTrigger]] = WhautomateWaitTrigger

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
            require_poll_interval(self.poll_interval)

    def condition(self, context: Context) -> Condition:
        """Return what the rendered sensor waits for.

        :param context: Of the task.
        """
        raise NotImplementedError

    def cancelling(self, context: Context) -> AbstractContextManager[None]:
        """Return the context in which an attempt runs. It may cancel what the sensor waits for, if nothing resumes it.

        :param context: Of the task.
        """
        return nullcontext()

    def trigger_arguments(self) -> dict[str, Any]:
        """Return the arguments of the trigger besides those that all triggers take."""
        return {}

    def check_arguments(self, cls: type[Any]) -> None:
        """Check the arguments of a class, once its `__init__` has set them, as far as they are in the DAG file.

        If all of them are, so is the condition.

        :param cls: The class whose `__init__` it is; a subclass may still have to set its own arguments.
        :raises ConfigurationError: and `InvalidRequest`, which name sensor, task and argument.
        """
        super().check_arguments(cls)
        with named_after(self):
            if all(is_literal(unredacted(getattr(self, name))) for name in cls.template_fields):
                cls.condition(self, {})

    def redacted(self, name: str, value: Any) -> Any:
        """Return what Airflow shows of a rendered value about a person: the first and last digits of a number.

        :param name: Name of the argument.
        :param value: What it was rendered to.
        """
        return None if value is None else RedactedNumber(value) if name == "phone" else super().redacted(name, value)

    def given(self, name: str) -> Any:
        """Return the value of an argument as the condition takes it: rendered, read from its JSON, its type checked.

        :param name: Name of the argument.
        :raises ConfigurationError: for a value of another type.
        """
        number = unredacted(getattr(self, name)) if name == "phone" else None
        # With render_template_as_native_obj, the text of a number is rendered to a number.
        return str(number) if isinstance(number, int) else super().given(name)

    def poke(self, context: Context) -> PokeReturnValue:
        """Check once."""
        try:
            seen = self._check(self.condition(context))
        except QuotaExhausted as error:
            self.log.info("%s: not checked this time", error)
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
        # In mode="reschedule" each check is a process of its own, which doesn't know how many failed before it.
        pause = pause_after(self.poke_interval, self._failed)
        self._failed += 1
        self._not_before = time.time() + pause
        self.log.warning("%s; checking again in %.0f s", seen.words, pause)
        return PokeReturnValue(False)

    def _get_next_poke_interval(self, started_at: Any, run_duration: Callable[[], float], poke_count: int) -> float:
        # Overrides Airflow's own, for `poke` and `reschedule`: not before anything can have changed, but in time.
        usual: float = super()._get_next_poke_interval(started_at, run_duration, poke_count)
        return max(usual, min(self._not_before - time.time(), self.timeout - run_duration()))

    def execute(self, context: Context) -> Any:
        """Check once and then wait in the triggerer, if deferrable; otherwise poke."""
        with self.cancelling(context):
            return self._wait(context)

    def execute_again(self, context: Context, event: Any, deadline: float, failed: int, used: dict[str, Any]) -> Any:
        """Go on after a pause because the state database was unavailable.

        :param event: The trigger's.
        :param deadline: When to give up, in seconds since the epoch.
        :param failed: How many times it was unavailable before.
        :param used: The requests made and the seconds spent waiting for permits before.
        """
        self._used, self._failed = used, failed
        with self.cancelling(context):
            return self._wait(context, deadline)

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Go on with what the trigger found."""
        with self.cancelling(context):
            return self._concluded(context, event or {})

    def _wait(self, context: Context, deadline: float | None = None) -> Any:
        if not self.deferrable:
            return super().execute(context)
        deadline = time.time() + self.timeout if deadline is None else deadline
        not_before = 0.0
        try:
            condition = self.condition(context)
            seen = self._check(condition)
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
            given = encrypted(condition, WhautomateHook(self.whautomate_conn_id).get_account)
        except StateUnavailable as error:
            if not may_pass(error):
                self._skip_instead(error)
            self._defer_without_state(condition, error, deadline)
        self.log.log(level, "%s; waiting in the triggerer", words)
        self.defer(
            trigger=self.trigger_type(
                given,
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
            timeout=timedelta(seconds=self.timeout + 2 * self.poll_interval + 2 * LAST_CHECK),
        )

    def _defer_without_state(self, condition: Condition, error: StateUnavailable, deadline: float) -> NoReturn:
        """Start again after a pause: what encrypts a phone number for the trigger is in the state database."""
        now = time.time()
        if now >= deadline:
            because = f"the last check failed: {error}"
            self._skip_instead(AirflowSensorTimeout(timed_out(condition, f"after {self.timeout:g} s", because)))
        pause = min(pause_after(self.poll_interval, self._failed), deadline - now)
        self.log.warning("%s; checking again in %.0f s", failed_check(error).words, pause)
        self.defer(
            trigger=WhautomateQuotaTrigger(now + pause),
            method_name="execute_again",
            kwargs={"deadline": deadline, "failed": self._failed + 1, "used": self._used},
        )
        raise AssertionError("unreachable")

    def _concluded(self, context: Context, event: dict[str, Any]) -> Any:
        try:
            if event.get("status") == "over":
                used = {name: event[name] for name in ("requests", "waited")}
                self.log.info("%s", event.get("words") or event["problem"] or "the condition is met")
                return self._result(Seen("", event["result"], event["problem"]), used)
            if event.get("status") == "timeout":
                after = f"after {self.timeout:g} s"
                raise AirflowSensorTimeout(timed_out(self.condition(context), after, event.get("message", "")))
            raise failure_of(event)
        except Exception as error:
            self._skip_instead(error)

    def _check(self, condition: Condition) -> Seen:
        from whautomate_core.client.client import Client
        from whautomate_core.waiting.share import WaitingPool, share_in_words

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
                    seen = run_check(client, condition.check)
                finally:
                    self._used = {"requests": client.requests, "waited": round(client.used.waited, 1)}
                    self.log.info("%s", client.used)
                if is_first and not seen.over:
                    self.log.debug("%s", share_in_words(account.limits))
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
        # As Airflow's own loop does when a poke raises an error.
        final = isinstance(error, (AirflowFailException, AirflowSensorTimeout))
        if self.never_fail or (self.soft_fail and final):
            raise AirflowSkipException(f"skipped instead of failing: {error}") from error
        raise error


def first_start(context: Context) -> datetime:
    """Return when this try started, however often it was rescheduled since.

    :param context: Of the task.
    """
    ti: Any = context.get("ti")
    # Airflow 2 keeps it in `start_date`; Airflow 3 must be asked.
    asked = getattr(ti, "get_first_reschedule_date", lambda context: None)(context)
    first: datetime | None = asked or getattr(ti, "start_date", None)
    return first or datetime.now(UTC)
