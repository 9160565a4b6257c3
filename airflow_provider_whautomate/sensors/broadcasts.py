"""Waiting for a broadcast."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    BaseSensorOperator,
    PokeReturnValue,
    conf,
)

from airflow_provider_whautomate.hooks.whautomate import FINAL, MAX_WAIT, WhautomateHook
from airflow_provider_whautomate.operators.base import check_quota, is_literal, threshold
from airflow_provider_whautomate.triggers.broadcasts import LAST_LOOK, WhautomateBroadcastTrigger
from whautomate_core.api.broadcasts import get_broadcast
from whautomate_core.campaign.delivery import Delivery, delivery, problem
from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.sync.report import Threshold, check_threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateBroadcastSensor(BaseSensorOperator):
    """Wait until a broadcast is finished, and return its figures.

    Returns `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`, `requests`,
    and `waited`, the seconds spent waiting for permits (in `mode="reschedule"` those of the last look).

    :param broadcast_id: Id of the broadcast (templated).
    :param max_failed: Recipients that may not be reached before the task fails: a count, or a share like "5%"; any
        number where None (templated).
    :param poll_interval: Where deferrable: seconds until the second look; doubles with each, up to 15 minutes. Else
        `poke_interval` holds.
    :param deferrable: Wait in the triggerer, without a worker slot.
    :param max_wait: Seconds that a look waits for a permit of the account, 120 where None; where it takes longer, the
        broadcast counts as unfinished until the next look. With `exponential_backoff` it is what it is in all of
        Airflow's sensors, the longest time between two looks, and a look waits for 120 s.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    :raises AirflowFailException: without retry, where the broadcast was not sent or `max_failed` is passed.
    :raises AirflowSensorTimeout: where it isn't finished after `timeout` seconds.
    """

    template_fields: Sequence[str] = ("broadcast_id", "max_failed", "whautomate_conn_id")
    ui_color = "#dcf8c6"

    def __init__(
        self,
        *,
        broadcast_id: str,
        max_failed: Threshold | None = None,
        poll_interval: float = 60,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        max_wait: float | timedelta | None = None,
        max_requests: int | None = None,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(max_wait=max_wait, **kwargs)
        self.broadcast_id = broadcast_id
        self.max_failed = max_failed
        self.poll_interval = poll_interval
        self.deferrable = deferrable
        self.whautomate_conn_id = whautomate_conn_id
        self.max_requests = max_requests
        self._used: dict[str, Any] = {"requests": 0, "waited": 0.0}
        seconds = max_wait.total_seconds() if isinstance(max_wait, timedelta) else max_wait
        self._permit_wait = MAX_WAIT if seconds is None or self.exponential_backoff else seconds
        check_quota(seconds, max_requests)
        if max_failed is not None and is_literal(max_failed):
            check_threshold("max_failed", threshold(max_failed))
        if isinstance(poll_interval, bool) or not isinstance(poll_interval, (int, float)) or poll_interval <= 0:
            raise ConfigurationError("poll_interval must be a number of seconds over 0")

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once."""
        try:
            found = self._look()
        except QuotaExhausted as error:
            self.log.info("%s: not looked at broadcast %s this time", error, self.broadcast_id)
            return PokeReturnValue(False)
        return PokeReturnValue(found.finished, self._result(found, self._used) if found.finished else None)

    def execute(self, context: Context) -> Any:
        """Look once, then wait in the triggerer if it isn't finished; or poke."""
        if not self.deferrable:
            return super().execute(context)
        deadline = time.time() + self.timeout
        try:
            found = self._look()
            if found.finished:
                return self._result(found, self._used)
            self.log.info("broadcast %s is %s: waiting in the triggerer", found.id, found.status)
        except QuotaExhausted as error:
            self.log.info("%s: waiting in the triggerer", error)
        except Exception as error:
            self._skip_instead(error)
        self.defer(
            trigger=WhautomateBroadcastTrigger(
                self.broadcast_id,
                self.whautomate_conn_id,
                float(self.poll_interval),
                deadline,
                max_requests=self.max_requests,
                **self._used,
            ),
            method_name="execute_complete",
            # A backstop: the trigger keeps the deadline itself.
            timeout=timedelta(seconds=self.timeout + 2 * self.poll_interval + 2 * LAST_LOOK),
        )

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Go on with what the trigger found."""
        event = event or {}
        if event.get("status") == "finished":
            return self._result(Delivery(**event["delivery"]), {name: event[name] for name in ("requests", "waited")})
        if event.get("status") == "timeout":
            raise AirflowSensorTimeout(f"broadcast {self.broadcast_id} is not finished after {self.timeout:g} s")
        final = event.get("type") in {error.__name__ for error in FINAL}
        raise (AirflowFailException if final else AirflowException)(
            f"waiting for broadcast {self.broadcast_id} failed: "
            f"{event.get('type', 'no event')}: {event.get('message', event)}"
        )

    def _look(self) -> Delivery:
        hook = WhautomateHook(self.whautomate_conn_id)
        with hook.session(max_wait=self._permit_wait, max_requests=self.max_requests) as client:
            client.used.go_on(**self._used)
            try:
                return delivery(client.send(get_broadcast(self.broadcast_id)))
            finally:
                self._used = {"requests": client.requests, "waited": round(client.used.waited, 1)}

    def _result(self, found: Delivery, used: dict[str, Any]) -> dict[str, Any]:
        wrong = problem(found, threshold(self.max_failed))
        if wrong:
            raise AirflowFailException(wrong)
        self.log.info("broadcast %s: %d of %d delivered", found.id, found.delivered, found.recipients)
        return {**found.as_dict(), **used}

    def _skip_instead(self, error: Exception) -> NoReturn:
        # What Airflow's own loop makes of an error, when it pokes.
        if self.never_fail or (self.soft_fail and isinstance(error, AirflowFailException)):
            raise AirflowSkipException(f"skipped in place of failing: {error}") from error
        raise error
