"""Broadcasts: the endpoints, and the jobs that plan one, send it exactly once, wait for its end, and cancel it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowSkipException, conf

from airflow_provider_whautomate._arguments import named_after, require_own, require_positive
from airflow_provider_whautomate._cancelling import CancelsBroadcast
from airflow_provider_whautomate.hooks.whautomate import FINAL, WhautomateHook
from airflow_provider_whautomate.links import WhautomateBroadcastLink
from airflow_provider_whautomate.operators.base import (
    WAITS_IN_SLOT,
    WhautomateOperator,
    _storage,
    due_of,
    from_text,
    is_literal,
    skip_backfill,
    step_of,
)
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from airflow_provider_whautomate.triggers.broadcasts import WhautomateBroadcastTrigger, WhautomateHoldTrigger
from airflow_provider_whautomate.triggers.waiting import LAST_CHECK
from whautomate_core.api import broadcasts
from whautomate_core.errors import ConfigurationError
from whautomate_core.messaging import jobs
from whautomate_core.messaging.campaign import Campaign, acting_at_the_end, campaign_from
from whautomate_core.messaging.delivery import moment
from whautomate_core.messaging.timing import due_at
from whautomate_core.values.arguments import plain
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


class WhautomateListBroadcastsOperator(WhautomateOperator, call=broadcasts.list_broadcasts): ...


class WhautomateCreateBroadcastOperator(WhautomateOperator, call=broadcasts.create_broadcast): ...


class WhautomateGetBroadcastOperator(WhautomateOperator, call=broadcasts.get_broadcast): ...


class WhautomateUpdateBroadcastOperator(WhautomateOperator, call=broadcasts.update_broadcast): ...


class WhautomateDeleteBroadcastOperator(WhautomateOperator, call=broadcasts.delete_broadcast): ...


class WhautomateListBroadcastLogsOperator(WhautomateOperator, call=broadcasts.list_broadcast_logs): ...


class _CampaignOperator(WhautomateJobOperator):
    """Base of the operators whose arguments are those of a campaign.

    :param whautomate_conn_id: The connection (templated).
    """

    # Values of placeholders are texts of people, and the address of a file may be signed; names, audiences and bounds
    # are shown.
    veiled_fields = frozenset(
        {"body_parameters", "header_parameters", "button_parameters", "header_media_url", "approver"}
    )
    untemplated_fields = frozenset({"template_text"})  # its {{1}} would be rendered

    def check_literals(self) -> None:
        """Raise what is wrong with arguments that stand in the DAG file."""
        values = {name: self.given(name) for name in Campaign.model_fields}
        texts = self.untemplated_fields
        campaign_from(values, {name for name, one in values.items() if name not in texts and not is_literal(one)})

    def campaign_arguments(self, client: Client, context: Context) -> tuple[Campaign, str, datetime | None]:
        """Return the rendered campaign, its key, and when it was due."""
        given = self.arguments()
        key, due = given.pop("key", None), given.pop("due")
        campaign = campaign_from(given)
        assert campaign is not None
        due = due_at(due)
        if key is None:
            key = key_of(context, client.account, campaign.name)
        return campaign, key, due or due_of(context)


def key_of(context: Context, account: Account, name: str) -> str:
    """Return what makes a broadcast of a task the same one when the task runs again.

    :param context: Of the task.
    :param account: Whose state holds its claim.
    :param name: Of the broadcast.
    """
    from whautomate_core.messaging.keys import once_of
    from whautomate_core.state import open_state

    return step_of(context).key_of(open_state(account.state), account.id, once_of(name))


class WhautomatePlanBroadcastOperator(_CampaignOperator, job=jobs.plan_broadcast):
    def work(self, client: Client, context: Context) -> Any:
        """Work out the plan."""
        from whautomate_core.messaging.plan import plan_broadcast

        campaign, _, due = self.campaign_arguments(client, context)
        return plan_broadcast(client, campaign, due=due)


class _SendingOperator(CancelsBroadcast, _CampaignOperator):
    """Base of the operator that sends a campaign.

    :param wait: Wait until it is finished, or a threshold decides; then `logs_path` and `receipt_path` are written and
        the figures returned as well.
    :param deferrable: Wait in the triggerer, for the end of the hold as well, without a worker slot.
    :param poll_interval: Seconds until the second look; doubles with each, up to 15 minutes.
    :param timeout: Seconds after its start until the wait is given up, however often the task is deferred or tried.
    :param cancel_on_kill: Whether the end of the task cancels the broadcast while it is still scheduled. None: where a
        person marked the task as failed, or its last attempt has failed; not where it is cleared or marked as done, and
        not where its worker is ended with attempts left, since the next attempt resumes it. True: there as well.
        False: never.
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
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.wait = wait
        self.deferrable = deferrable
        self.poll_interval: float = plain("poll_interval", poll_interval)
        self.timeout: float = plain("timeout", timeout)
        self.cancel_on_kill = cancel_on_kill
        with named_after(self):
            require_own(self, _SendingOperator)
            require_poll_interval(self.poll_interval)
            require_positive("timeout", self.timeout)

    def check_literals(self) -> None:
        """Raise what is wrong with arguments that stand in the DAG file."""
        super().check_literals()
        late = acting_at_the_end({name: self.given(name) for name in Campaign.model_fields})
        if late and not self.wait:
            raise ConfigurationError(
                f"{', '.join(late)}: without wait=True the operator does not wait for the end of the broadcast. Set "
                f"wait=True, or give {'it' if len(late) == 1 else 'them'} to WhautomateBroadcastSensor"
            )

    def work(self, client: Client, context: Context) -> Any:
        """Send it, or go on with it where it was sent before; wait."""
        from whautomate_core.messaging.send import send_broadcast

        campaign, key, due = self.campaign_arguments(client, context)
        skip_backfill(context, campaign.max_lateness)
        made = send_broadcast(client, campaign, key, due=due)
        if made["skipped"]:
            raise AirflowSkipException(self._job_line(made))
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
        return made | self._outcome(client, campaign, key, made) if self.wait else made

    def _attempt(self, context: Context, *args: Any, **used: Any) -> Any:
        with self.cancelling(context):
            return super()._attempt(context, *args, **used)

    def broadcast_of(self, context: Context) -> dict[str, Any]:
        """Return what names the broadcast: its key."""
        # These two alone: another argument may be why the task fails.
        key, name = (from_text(one, self._hints[one], self.given(one)) for one in ("key", "name"))
        return {"key": key_of(context, self.account(), name) if key is None else key}

    def account(self) -> Account:
        """Return the account that it is at."""
        return self._client.account if self._client else WhautomateHook(self.whautomate_conn_id).get_account()

    def wait_trigger(self, until: float) -> WhautomateHoldTrigger:
        """Return what waits in the triggerer while the broadcast may be scheduled.

        :param until: The moment, in seconds since the epoch.
        """
        return WhautomateHoldTrigger(until, self.whautomate_conn_id, **self._cancels)

    def _until(self, at: float, client: Client) -> None:
        """Wait for a moment, in seconds since the epoch: here, or in the triggerer; then the work begins anew."""
        if self.deferrable:
            self._defer(self.wait_trigger(at), client, at)
        self.log.info(WAITS_IN_SLOT, f"until {time_of(at)}")
        while (rest := at - time.time()) > 0:
            time.sleep(min(rest, 60.0))  # the clock may be set meanwhile

    def _outcome(self, client: Client, campaign: Campaign, key: str, made: dict[str, Any]) -> dict[str, Any]:
        from whautomate_core.messaging.outcome import conclude, condition_of

        condition = condition_of(campaign, made["id"])
        start = moment(made["start"])
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
        found = conclude(client, campaign, key, made["id"], storage=_storage)
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
        """Go on after a wait in the triggerer: what was done stands in the claim, so the work is begun anew.

        :param event: The trigger's.
        :param requests: How many requests were made before.
        :param waited: How many seconds were waited for permits before.
        """
        event = event if isinstance(event, dict) else {}
        if event.get("status") == "error":
            final = event.get("type") in {error.__name__ for error in FINAL}
            with self.cancelling(context):
                raise (AirflowFailException if final else AirflowException)(
                    f"{event.get('type')}: {event.get('message')}"
                )
        used = {"requests": event.get("requests", requests), "waited": event.get("waited", waited)}
        return self._attempt(context, **used)

    @property
    def _cancels(self) -> dict[str, Any]:
        """What the triggers need to cancel it."""
        if self.cancel_on_kill is False or self._context is None:
            return {}
        return {**self.broadcast_of(self._context), "cancel_on_kill": self.cancel_on_kill}


class WhautomateBroadcastOperator(_SendingOperator, job=jobs.broadcast): ...


class WhautomateCancelBroadcastOperator(WhautomateOperator):
    """Cancel a broadcast: delete it where it is still scheduled, and its start over a minute ahead.

    For teardown, and for a task of its own in the DAG of the broadcast. Its claim becomes final, so that the task that
    made it doesn't send it again, and fails without retry. All arguments are templated.

    Returns `cancelled`, `id`, `why` it wasn't (else None), `requests`, and `waited`, the seconds spent waiting for
    permits.

    :param of_task: The task that sends it, by its id, in the same DAG run; this, `key` or `broadcast_id`.
    :param key: The key it was created under.
    :param broadcast_id: Its id.
    """

    template_fields: Sequence[str] = ("of_task", "key", "broadcast_id", *WhautomateOperator.template_fields)
    _job_name = "cancel_broadcast"

    def __init__(
        self,
        *,
        of_task: str | None = None,
        key: str | None = None,
        broadcast_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.of_task = of_task
        self.key = key
        self.broadcast_id = broadcast_id
        with named_after(self):
            require_own(self, WhautomateCancelBroadcastOperator, is_literal)
            if sum(one is not None for one in (of_task, key, broadcast_id)) != 1:
                raise ConfigurationError("name the broadcast by exactly one of of_task, key and broadcast_id")

    def work(self, client: Client, context: Context) -> Any:
        """Cancel it."""
        if self.of_task is None:
            return jobs.cancel_broadcast(client, key=self.key, broadcast_id=self.broadcast_id)
        from whautomate_core.messaging.keys import keys_of

        step = step_of(context, self.of_task)
        # Of a mapped task there are several, of one that has not begun none.
        found = [jobs.cancel_broadcast(client, key=key) for key in keys_of(client, step) or [step.name]]
        left = [one for one in found if not one["cancelled"]]
        return (left or found)[-1]
