"""What is written by hand of the operators of broadcasts: sending one exactly once, waiting for it, cancelling it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn, Unpack

from airflow.providers.common.compat.sdk import AirflowFailException, AirflowSkipException, conf

from airflow_provider_whautomate._arguments import Templated, is_literal, named_after, require_own, require_positive
from airflow_provider_whautomate._cancelling import CancelsBroadcast
from airflow_provider_whautomate._failures import failure_of
from airflow_provider_whautomate._outlets import names_own_assets
from airflow_provider_whautomate._quota import WAITS_IN_SLOT
from airflow_provider_whautomate._redacted import unredacted
from airflow_provider_whautomate._runs import skip_backfill, step_of
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.links import WhautomateBroadcastLink
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from airflow_provider_whautomate.sources import airflow_storage
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger, WhautomateHoldTrigger
from airflow_provider_whautomate.triggers.waiting import LAST_CHECK
from whautomate_core.errors import ConfigurationError
from whautomate_core.messaging.campaign import Campaign, acting_at_the_end, campaign_from
from whautomate_core.values.arguments import plain
from whautomate_core.values.times import instant
from whautomate_core.values.words import time_of
from whautomate_core.waiting.poll import (
    CHECK_ATTEMPTS,
    Moment,
    check,
    moments,
    require_poll_interval,
    sleep_until,
    timed_out,
    wait,
)

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account
    from whautomate_core.client.client import Client
    from whautomate_core.waiting.condition import Condition, Seen


class CampaignOperator(WhautomateJobOperator):
    """Base of the operators whose arguments are those of a campaign."""

    def literals(self) -> dict[str, Any]:
        """Return the fields of the campaign as the DAG file has them."""
        return {name: unredacted(getattr(self, name)) for name in Campaign.model_fields}

    def check_literals(self) -> None:
        """Check the campaign, as far as it is in the DAG file."""
        given = self.literals()
        unknown = {name for name, one in given.items() if name in self.template_fields and not is_literal(one)}
        campaign_from(given, unknown)


def key_of(context: Context, account: Account, name: str) -> str:
    """Return what makes a broadcast of a task the same one when the task runs again.

    :param context: Of the task.
    :param account: The account whose state database holds its claim.
    :param name: Name of the broadcast.
    """
    from whautomate_core.messaging.keys import once_of
    from whautomate_core.state import open_state

    return step_of(context).key_of(open_state(account.state), account.id, once_of(name))


class SendingOperator(CancelsBroadcast, CampaignOperator):
    """Base of the operator that sends a campaign.

    With `wait`, the task's `outlets` tell that it was delivered: the asset `whautomate://ACCOUNT/broadcasts/NAME` gets
    the id and the figures of the broadcast in its event's extra, and an `AssetAlias` becomes that asset.

    :param wait: Wait until it is finished, or a threshold decides. Then `logs_path` and `receipt_path` are written, and
        the figures are returned as well.
    :param deferrable: Wait in the triggerer, for the end of the hold as well, without a worker slot.
    :param poll_interval: Seconds until the second check; doubles with each, up to 15 minutes.
    :param timeout: Seconds after its start until the wait is given up, however often the task is deferred or tried.
    :param cancel_on_kill: Whether the end of the task cancels the broadcast while it is still scheduled. None: if a
        person marked the task as failed, or its last attempt has failed; not if it is cleared or marked as done, and
        not if its worker is ended with attempts left, since the next attempt resumes it. True: then as well. False:
        never.
    """

    operator_extra_links = (WhautomateBroadcastLink(),)

    def __init__(
        self,
        *,
        wait: bool = False,
        deferrable: bool = conf.getboolean("operators", "default_deferrable", fallback=False),
        poll_interval: float | timedelta = 60.0,
        timeout: float | timedelta = 86_400.0,
        cancel_on_kill: bool | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.wait = wait
        self.deferrable = deferrable
        self.poll_interval: float = plain("poll_interval", poll_interval)
        self.timeout: float = plain("timeout", timeout)
        self.cancel_on_kill = cancel_on_kill
        with named_after(self):
            require_own(self, SendingOperator)
            require_poll_interval(self.poll_interval)
            require_positive("timeout", self.timeout)

    def check_literals(self) -> None:
        """Check the campaign, and that somebody waits for what it does at its end."""
        super().check_literals()
        if names_own_assets(self) and not self.wait:
            raise ConfigurationError("outlets tell that the broadcast was delivered, so they need wait=True")
        late = acting_at_the_end(self.literals())
        if late and not self.wait:
            raise ConfigurationError(
                f"{', '.join(late)}: without wait=True the operator does not wait for the end of the broadcast. Set "
                f"wait=True, or give {'it' if len(late) == 1 else 'them'} to WhautomateBroadcastSensor"
            )

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Send the campaign, or resume it if it was sent before; wait."""
        from whautomate_core.messaging.send import send_broadcast

        campaign, key, due = self._campaign(), self._key(client.account, context), self.when_due(context)
        skip_backfill(context, campaign.max_lateness)
        made = send_broadcast(client, campaign, key, due=due, storage=airflow_storage)
        if made["skipped"]:
            raise AirflowSkipException(self.line_of(made))
        context["ti"].xcom_push(key="broadcast_id", value=made["id"])
        while made["look_at"] is not None:
            self.log.info(
                "broadcast %s (%s) starts at %s; checking for new opt-outs shortly before",
                made["name"],
                made["id"],
                time_of(made["start"]),
            )
            self._until(made["look_at"], client)
            made = made | send_broadcast(client, campaign, key, due=due) | {"created": made["created"]}
        if not self.wait:
            return made
        return made | self._outcome_of(client, campaign, key, made)

    def _campaign(self) -> Campaign:
        campaign = campaign_from({name: self.given(name) for name in Campaign.model_fields})
        assert campaign is not None  # nothing of it is unknown any more
        return campaign

    def _key(self, account: Account, context: Context) -> str:
        key: str | None = self.given("key")
        return key_of(context, account, self.given("name")) if key is None else key

    def _attempt(self, context: Context, *args: Any, **used: Any) -> Any:
        with self.cancelling(context):
            return super()._attempt(context, *args, **used)

    def broadcast_of(self, context: Context) -> dict[str, Any]:
        """Return what identifies the broadcast: its key."""
        return {"key": self._key(self.account(), context)}  # reads no other argument: one may be why the task fails

    def account(self) -> Account:
        """Return the account of the broadcast."""
        return self._client.account if self._client else WhautomateHook(self.whautomate_conn_id).get_account()

    def wait_trigger(self, until: float) -> WhautomateHoldTrigger:
        """Return what waits in the triggerer while the broadcast may be scheduled.

        :param until: The moment, in seconds since the epoch.
        """
        return WhautomateHoldTrigger(until, self.whautomate_conn_id, **self._cancels)

    def _until(self, at: float, client: Client) -> None:
        """Wait for a moment, in seconds since the epoch: here, or in the triggerer; the work starts again then."""
        if self.deferrable:
            self._defer(self.wait_trigger(at), client, at)
        self.log.info(WAITS_IN_SLOT, f"until {time_of(at)}")
        while (rest := at - time.time()) > 0:
            time.sleep(min(rest, 60.0))  # the clock may be set meanwhile

    def _outcome_of(self, client: Client, campaign: Campaign, key: str, made: dict[str, Any]) -> dict[str, Any]:
        from whautomate_core.messaging.outcome import conclude, condition_of

        condition = condition_of(campaign, made["id"])
        start = instant(made["start"])
        deadline = (start.timestamp() if start else time.time()) + self.timeout
        seen = check(client, condition)
        if not seen.over and time.time() >= deadline:
            because = f"the last check failed: {seen.failed}" if seen.failed else ""
            raise AirflowFailException(timed_out(condition, f"{self.timeout:g} s after its start", because))
        if not seen.over and self.deferrable:
            self.log.info("%s; waiting in the triggerer", seen.words)
            trigger = WhautomateBroadcastTrigger(
                condition.as_json(),
                self.whautomate_conn_id,
                float(self.poll_interval),
                deadline,
                seen.not_before,
                requests=client.requests,
                waited=round(client.used.waited, 1),
                max_requests=self.max_requests,
                **self._cancels,
            )
            self._defer(trigger, client, deadline)
        if not seen.over:
            self._check_until_over(client, condition, deadline, seen)
        found = conclude(client, campaign, key, made["id"], storage=airflow_storage)
        return {name: value for name, value in found.items() if name not in ("id", "recipients", "cost")} | {
            "recipients": found["recipients"] or made["recipients"],
            "cost": found["cost"],
        }

    def _check_until_over(self, client: Client, condition: Condition, deadline: float, seen: Seen) -> None:
        from whautomate_core.client.client import Client as OneClient
        from whautomate_core.waiting.share import WaitingPool

        self.log.info(WAITS_IN_SLOT, "for the end of the broadcast")
        at_moments = moments(
            self.poll_interval,
            deadline,
            longest=condition.longest,
            not_before=seen.not_before,
            tell=self.log.log,
        )
        pool = WaitingPool(client.account, deadline=deadline)
        with OneClient(client.account, pool=pool, attempts=CHECK_ATTEMPTS) as waiting:

            def check_at(moment: Moment) -> Seen:
                sleep_until(moment)
                return check(waiting, condition)

            try:
                wait(at_moments, check_at)
            except TimeoutError as error:
                after = f"{self.timeout:g} s after its start"
                raise AirflowFailException(timed_out(condition, after, error)) from None
            client.used.go_on(waiting.requests, waiting.used.waited)

    def _defer(self, trigger: Any, client: Client, until: float) -> NoReturn:
        self.defer(
            trigger=trigger,
            method_name="execute_after",
            kwargs={"requests": client.requests, "waited": client.used.waited},
            # A backstop: the trigger keeps the deadline itself.
            timeout=timedelta(seconds=max(0.0, until - time.time()) + 2 * self.poll_interval + 2 * LAST_CHECK),
        )
        raise AssertionError("unreachable")

    def execute_after(self, context: Context, event: Any = None, requests: int = 0, waited: float = 0.0) -> Any:
        """Go on after a wait in the triggerer: start the work again, since the claim says what was done.

        :param event: The trigger's.
        :param requests: How many requests were made before.
        :param waited: How many seconds were waited for permits before.
        """
        event = event if isinstance(event, dict) else {}
        if event.get("status") == "error":
            with self.cancelling(context):
                raise failure_of(event)
        used = {"requests": event.get("requests", requests), "waited": event.get("waited", waited)}
        return self._attempt(context, **used)

    @property
    def _cancels(self) -> dict[str, Any]:
        """What the triggers need to cancel it."""
        if self.cancel_on_kill is False or self._context is None:
            return {}
        return {**self.broadcast_of(self._context), "cancel_on_kill": self.cancel_on_kill}


class WhautomateCancelBroadcastOperator(WhautomateJobOperator):
    """Cancel a broadcast: delete it if it is still scheduled and starts in more than a minute.

    Use it as a teardown, or in a task of its own in the DAG of the broadcast. Its claim becomes final, so the task that
    made it does not send it again and fails without retry. All arguments are templated.

    Returns `cancelled`, `id`, `why` it was not cancelled (else None), `requests`, and `waited`, the seconds spent
    waiting for permits.

    :param of_task: Id of the task that sends it, in the same DAG run; this, `key` or `broadcast_id`.
    :param key: The key that it was created under.
    :param broadcast_id: Its id.
    """

    job = "cancel_broadcast"
    template_fields: Sequence[str] = ("of_task", "key", "broadcast_id", *WhautomateJobOperator.template_fields)

    def __init__(
        self,
        *,
        of_task: str | Templated | None = None,
        key: str | Templated | None = None,
        broadcast_id: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.of_task = of_task
        self.key = key
        self.broadcast_id = broadcast_id
        self.check_arguments(WhautomateCancelBroadcastOperator)

    def check_literals(self) -> None:
        """Check that one argument names the broadcast."""
        if sum(one is not None for one in (self.of_task, self.key, self.broadcast_id)) != 1:
            raise ConfigurationError("name the broadcast by exactly one of of_task, key and broadcast_id")

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Cancel it."""
        from whautomate_core.messaging.cancel import cancel_broadcast
        from whautomate_core.messaging.keys import keys_of

        task_id = self.given("of_task")
        if task_id is None:
            return cancel_broadcast(client, key=self.given("key"), broadcast_id=self.given("broadcast_id"))
        step = step_of(context, task_id)
        # A mapped task has several broadcasts, one that has not begun has none.
        found = [cancel_broadcast(client, key=key) for key in keys_of(client, step) or [step.name]]
        left = [one for one in found if not one["cancelled"]]
        return (left or found)[-1]
