"""Waiting for a broadcast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from airflow_provider_whautomate._arguments import threshold
from airflow_provider_whautomate._cancelling import CancelsBroadcast, NotReached
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from airflow_provider_whautomate.sources import airflow_storage
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger
from whautomate_core.errors import NotDelivered
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account
    from whautomate_core.waiting.condition import Seen


class WhautomateBroadcastSensor(CancelsBroadcast, WhautomateSensor):
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    Returns `id`, `status`, `finished`, `failed`, `recipients`, `sent`, `delivered`, `undelivered`, `requests`,
    `waited`; with `logs_path`, `receipt_path` or `on_failed="warn"` also `problem`, `failures` (by reason), `logs`
    (lines written), `cost` and `receipt`. Before its `scheduleDateTime` it is not looked at again. See
    `WhautomateSensor` for the rest.

    A count decides as soon as it is passed. A share is one of the recipients, whose number nobody says is final before
    the broadcast is complete: it decides then, or once the server counts more recipients than it has processed.

    :param broadcast_id: Id of the broadcast (templated).
    :param min_delivered: Recipients that it has to be delivered to: a count, or a share like "95%". The wait ends once
        they are; the task fails where the broadcast ends with fewer (templated).
    :param max_failed: Recipients that may not be reached before the task fails, finished or not: a count, or a share
        like "5%"; defaults to unlimited (templated).
    :param on_failed: What happens where min_delivered or max_failed isn't kept: `fail`, or `warn` for a warning in the
        log and in `problem` (templated).
    :param logs_path: File for the log, written when the wait ends: a line for each recipient, with names and numbers;
        JSON lines, or Parquet where it ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. Takes a
        request for each page of recipients (templated).
    :param receipt_path: File for the receipt, written when the wait ends: a page where it ends in .html, else JSON
        (templated).
    :param cancel_on_kill: Whether the end of the sensor cancels the broadcast while it is still scheduled. None: where
        a person marked the sensor as failed, or its last attempt has failed. True: also where it is cleared, marked as
        done, or its worker is ended. False: never, for a broadcast that is none of this DAG's business.
    """

    trigger_type: ClassVar[type[WhautomateBroadcastTrigger]] = WhautomateBroadcastTrigger

    template_fields: Sequence[str] = (
        "broadcast_id",
        "min_delivered",
        "max_failed",
        "on_failed",
        "logs_path",
        "receipt_path",
        *WhautomateSensor.template_fields,
    )

    def __init__(
        self,
        *,
        broadcast_id: str,
        min_delivered: Threshold | None = None,
        max_failed: Threshold | None = None,
        on_failed: Literal["fail", "warn"] = "fail",
        logs_path: str | None = None,
        receipt_path: str | None = None,
        cancel_on_kill: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.min_delivered = min_delivered
        self.max_failed = max_failed
        self.on_failed = on_failed
        self.logs_path = logs_path
        self.receipt_path = receipt_path
        self.cancel_on_kill = cancel_on_kill
        self.check_literals(WhautomateBroadcastSensor)

    def condition(self, context: Context) -> BroadcastReached:
        """Return what the rendered sensor waits for."""
        most = None if self.on_failed == "warn" else threshold(self.max_failed)
        return BroadcastReached(self.broadcast_id, min_delivered=threshold(self.min_delivered), max_failed=most)

    def _result(self, seen: Seen, used: dict[str, Any]) -> dict[str, Any]:
        from whautomate_core.messaging.outcome import Ending, conclude_by_id

        bounds = threshold(self.min_delivered), threshold(self.max_failed)
        ending = Ending(*bounds, self.on_failed, self.logs_path, self.receipt_path)
        if not ending.concludes:
            return super()._result(seen, used)
        hook = WhautomateHook(self.whautomate_conn_id)
        with hook.get_conn(max_wait=self._permit_wait, max_requests=self.max_requests) as client:
            client.used.go_on(**used)
            try:
                found = conclude_by_id(client, ending, self.broadcast_id, storage=airflow_storage)
            except NotDelivered as error:
                raise NotReached(str(error)) from error
            return {**found, "requests": client.requests, "waited": round(client.used.waited, 1)}

    def trigger_arguments(self) -> dict[str, Any]:
        """Return what the trigger needs to cancel it."""
        if self.cancel_on_kill is False:
            return {}
        return {"broadcast_id": self.broadcast_id, "cancel_on_kill": self.cancel_on_kill}

    def broadcast_of(self, context: Context) -> dict[str, Any]:
        """Return what names the broadcast: its id."""
        return {"broadcast_id": self.broadcast_id}

    def account(self) -> Account:
        """Return the account that it is at."""
        return WhautomateHook(self.whautomate_conn_id).get_account()
