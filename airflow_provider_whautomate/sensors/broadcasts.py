"""The sensor of broadcasts. It is written by hand, because it also writes files and cancels the broadcast."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

from airflow.providers.common.compat.sdk import AirflowFailException

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._cancelling import CancelsBroadcast, NotReached
from airflow_provider_whautomate._outlets import names_own_assets, tell_outlets_below
from airflow_provider_whautomate._task_arguments import SensorArguments
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.sensors.base import WhautomateSensor
from airflow_provider_whautomate.sources import airflow_storage
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger
from whautomate_core.account import asset_uri
from whautomate_core.errors import ConfigurationError, NotDelivered
from whautomate_core.messaging.conditions import BroadcastReached
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account
    from whautomate_core.messaging.outcome import Ending
    from whautomate_core.waiting.condition import Seen


class WhautomateBroadcastSensor(CancelsBroadcast, WhautomateSensor):
    """Wait until a broadcast is finished, or has reached `min_delivered`, and return its figures.

    Returns `id`, `status`, `finished`, `failed` (it was never sent), `recipients`, `sent`, `delivered`, `undelivered`,
    `requests`, `waited`; if recipients failed also `failures` (by reason) and `codes` (by WhatsApp's code); with
    `logs_path`, `receipt_path`, `suppress_failed` or `on_failed="warn"` these two always, and `problem`, `suppressed`
    (people by outcome), `logs` (lines written), `cost` and `receipt`. If recipients failed or a threshold was not met,
    the log is read, a request for each page of recipients, and an error names the reasons. After the first
    check, the next one is made after its `scheduleDateTime`. See `WhautomateSensor` for the other arguments.

    The asset of the broadcast among the task's `outlets`, `whautomate://ACCOUNT/broadcasts/NAME`, gets its id and
    figures in its event's extra. An `AssetAlias` does not become that asset: the sensor knows the broadcast by its id.

    A count decides as soon as it is passed. A share is one of the number of recipients, which may not be final before
    the broadcast is complete. So a share decides then, or once the server counts more recipients than it has processed.

    :param broadcast_id: Id of the broadcast (templated).
    :param min_delivered: Recipients that it must be delivered to: a count, or a share like "95%". The wait ends when
        they are reached; the task fails if the broadcast ends with fewer (templated).
    :param max_failed: Recipients that may fail before the task does, finished or not: a count, or a share like "5%";
        defaults to unlimited (templated).
    :param on_failed: What happens if min_delivered or max_failed is not kept: `fail`, or `warn` for a warning in the
        log and in `problem` (templated).
    :param suppress_failed: Give the opt-out tag to recipients who stopped your marketing messages in WhatsApp (131050),
        as `suppress_unreachable` does. Tags trigger automations (templated).
    :param logs_path: File for the log, written when the wait ends: a line for each recipient, with names and numbers;
        JSON lines, or Parquet if it ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. Takes a request
        for each page of recipients (templated).
    :param receipt_path: File for the receipt, written when the wait ends: a page if it ends in .html, else JSON
        (templated).
    :param cancel_on_kill: Whether the end of the sensor cancels the broadcast while it is still scheduled. None: if a
        person marks the sensor as failed, or its last attempt fails. True: also if it is cleared or marked as done, or
        its worker is ended. False: never, for a broadcast that does not belong to this DAG.
    """

    trigger_type: ClassVar[type[WhautomateBroadcastTrigger]] = WhautomateBroadcastTrigger

    template_fields = (
        "broadcast_id",
        "min_delivered",
        "max_failed",
        "on_failed",
        "suppress_failed",
        "logs_path",
        "receipt_path",
        *WhautomateSensor.template_fields,
    )

    def __init__(
        self,
        *,
        broadcast_id: str | Templated,
        min_delivered: Threshold | Templated | None = None,
        max_failed: Threshold | Templated | None = None,
        on_failed: Literal["fail", "warn"] | Templated = "fail",
        suppress_failed: bool | Templated = False,
        logs_path: str | Templated | None = None,
        receipt_path: str | Templated | None = None,
        cancel_on_kill: bool | None = None,
        **kwargs: Unpack[SensorArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.broadcast_id = broadcast_id
        self.min_delivered = min_delivered
        self.max_failed = max_failed
        self.on_failed = on_failed
        self.suppress_failed = suppress_failed
        self.logs_path = logs_path
        self.receipt_path = receipt_path
        self.cancel_on_kill = cancel_on_kill
        self.check_arguments(WhautomateBroadcastSensor)

    def execute(self, context: Context) -> Any:
        """Check that its files can be written, and wait. A file that can't be does not cancel the broadcast."""
        from whautomate_core.messaging.outcome import require_files

        try:
            require_files(self._ending(), airflow_storage)
        except ConfigurationError as error:
            self._skip_instead(AirflowFailException(str(error)))
        return super().execute(context)

    def condition(self, context: Context) -> BroadcastReached:
        """Return what the rendered sensor waits for."""
        return BroadcastReached(
            self.given("broadcast_id"),
            min_delivered=self.given("min_delivered"),
            max_failed=None if self.given("on_failed") == "warn" else self.given("max_failed"),
        )

    def _ending(self) -> Ending:
        from whautomate_core.messaging.outcome import Ending

        names = ("min_delivered", "max_failed", "on_failed", "suppress_failed", "logs_path", "receipt_path")
        return Ending(**{name: self.given(name) for name in names})

    def _wait(self, context: Context, deadline: float | None = None) -> Any:
        return self._told(context, super()._wait(context, deadline))

    def _concluded(self, context: Context, event: dict[str, Any]) -> Any:
        return self._told(context, super()._concluded(context, event))

    def _told(self, context: Context, result: Any) -> Any:
        """The result, whose figures the outlets have got."""
        if names_own_assets(self):
            broadcasts = asset_uri(self.account(), self.whautomate_conn_id, "broadcasts/")
            tell_outlets_below(self, context, broadcasts, result)
        return result

    def _result(self, seen: Seen, used: dict[str, Any]) -> dict[str, Any]:
        from whautomate_core.messaging.lines import describe_end
        from whautomate_core.messaging.outcome import conclude_by_id, explained, needs_reasons

        ending, id = self._ending(), self.given("broadcast_id")
        if not (ending.concludes or needs_reasons(seen)):
            return super()._result(seen, used)
        hook = WhautomateHook(self.whautomate_conn_id)
        with hook.get_conn(max_wait=self._permit_wait, max_requests=self.max_requests) as client:
            client.used.go_on(**used)
            try:
                found = conclude_by_id(client, ending, id, storage=airflow_storage) if ending.concludes else None
            except NotDelivered as error:
                raise NotReached(str(error)) from error
            if found is None:
                seen = explained(client, seen, id)
            else:
                self.log.info("%s", describe_end(found))
                seen = replace(seen, result=found, problem=None)
            used = {"requests": client.requests, "waited": round(client.used.waited, 1)}
        return super()._result(seen, used)

    def trigger_arguments(self) -> dict[str, Any]:
        """Return what the trigger needs to cancel it."""
        if self.cancel_on_kill is False:
            return {}
        return {"broadcast_id": self.given("broadcast_id"), "cancel_on_kill": self.cancel_on_kill}

    def broadcast_of(self, context: Context) -> dict[str, Any]:
        """Return what identifies the broadcast: its id.

        :param context: Of the task.
        """
        return {"broadcast_id": self.given("broadcast_id")}

    def account(self) -> Account:
        """Return the account of the broadcast."""
        return WhautomateHook(self.whautomate_conn_id).get_account()
