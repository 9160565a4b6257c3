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

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.operators.base import is_literal, threshold
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger
from whautomate_core.api.broadcasts import get_broadcast
from whautomate_core.campaign.delivery import Delivery, delivery, problem
from whautomate_core.errors import ConfigurationError
from whautomate_core.sync.report import Threshold, check_threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


class WhautomateBroadcastSensor(BaseSensorOperator):
    """Wait until a broadcast is finished, and return its figures.

    Returns `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`, and `requests` (in
    `mode="reschedule"` those of the last look).

    :param broadcast_id: Id of the broadcast (templated).
    :param max_failed: Recipients that may not be reached before the task fails: a count, or a share like "5%"; any
        number where None (templated).
    :param poll_interval: Where deferrable: seconds until the second look; doubles with each, up to 15 minutes. Else
        `poke_interval` holds.
    :param deferrable: Wait in the triggerer, without a worker slot.
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
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.max_failed = max_failed
        self.poll_interval = poll_interval
        self.deferrable = deferrable
        self.whautomate_conn_id = whautomate_conn_id
        self._requests = 0
        if max_failed is not None and is_literal(max_failed):
            check_threshold("max_failed", threshold(max_failed))
        if isinstance(poll_interval, bool) or not isinstance(poll_interval, (int, float)) or poll_interval <= 0:
            raise ConfigurationError("poll_interval must be a number of seconds over 0")

    def poke(self, context: Context) -> PokeReturnValue:
        """Look once."""
        found = self._look()
        return PokeReturnValue(found.finished, self._result(found, self._requests) if found.finished else None)

    def execute(self, context: Context) -> Any:
        """Look once, then wait in the triggerer if it isn't finished; or poke."""
        if not self.deferrable:
            return super().execute(context)
        deadline = time.time() + self.timeout
        try:
            found = self._look()
            if found.finished:
                return self._result(found, self._requests)
        except Exception as error:
            self._skip_instead(error)
        self.log.info("broadcast %s is %s: waiting in the triggerer", found.id, found.status)
        self.defer(
            trigger=WhautomateBroadcastTrigger(
                self.broadcast_id, self.whautomate_conn_id, float(self.poll_interval), deadline, self._requests
            ),
            method_name="execute_complete",
            # A backstop: the trigger keeps the deadline itself.
            timeout=timedelta(seconds=self.timeout + 2 * self.poll_interval),
        )

    def execute_complete(self, context: Context, event: dict[str, Any] | None = None) -> Any:
        """Go on with what the trigger found."""
        event = event or {}
        if event.get("status") == "finished":
            return self._result(Delivery(**event["delivery"]), event["requests"])
        if event.get("status") == "timeout":
            raise AirflowSensorTimeout(f"broadcast {self.broadcast_id} is not finished after {self.timeout:g} s")
        raise AirflowException(
            f"waiting for broadcast {self.broadcast_id} failed: "
            f"{event.get('type', 'no event')}: {event.get('message', event)}"
        )

    def _look(self) -> Delivery:
        with WhautomateHook(self.whautomate_conn_id).session() as client:
            try:
                return delivery(client.send(get_broadcast(self.broadcast_id)))
            finally:
                self._requests += client.requests

    def _result(self, found: Delivery, requests: int) -> dict[str, Any]:
        wrong = problem(found, threshold(self.max_failed))
        if wrong:
            raise AirflowFailException(wrong)
        self.log.info("broadcast %s: %d of %d delivered", found.id, found.delivered, found.recipients)
        return {**found.as_dict(), "requests": requests}

    def _skip_instead(self, error: Exception) -> NoReturn:
        # What Airflow's own loop makes of an error, when it pokes.
        if self.never_fail or (self.soft_fail and isinstance(error, AirflowFailException)):
            raise AirflowSkipException(f"skipped in place of failing: {error}") from error
        raise error
