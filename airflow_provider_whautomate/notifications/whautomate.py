"""A notifier that sends a WhatsApp template to the people on call."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowNotFoundException, BaseNotifier

from airflow_provider_whautomate._arguments import is_literal, knows_arguments
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook, require_one_state
from airflow_provider_whautomate.notifications._happened import Happened, happened
from whautomate_core.api.check import body
from whautomate_core.api.records import Template
from whautomate_core.errors import ConfigurationError, WhautomateError
from whautomate_core.settings import names
from whautomate_core.values.arguments import plain

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account

COOLDOWN = 3600.0
"""Default of `cooldown`, in seconds."""

SHORTEST_COOLDOWN = 60.0


class WhautomateNotifier(BaseNotifier):
    """Send a WhatsApp template to a few people when something happens to a task or DAG.

    For `on_failure_callback`, `on_retry_callback` and `on_success_callback` of tasks and DAGs, for `sla_miss_callback`
    (Airflow 2.11), and for Deadline Alerts (Airflow 3.1 and newer) in `AsyncCallback` and `SyncCallback`.

    Each event is told once to each person, also if Airflow calls the callback again. About the same DAG, task and kind
    of event (failure, retry and so on) nobody gets more than one message within `cooldown`, in whichever run. The
    account's policy applies: opted-out people get no message, and nothing is sent while `sends` is off.

    It waits for a permit of the account for 5 seconds and gives up after 20, since Airflow's DAG processor may be
    waiting for it. It never raises: what can't be sent is logged, because Airflow logs the arguments of a callback that
    raises.

    Templated arguments may use `alert`, which is the same in each kind of callback: `alert.kind` (`failure`, `retry`,
    `success`, `skipped`, `start`, `sla` or `deadline`), `alert.dag_id`, `alert.run_id` and `alert.task_id`; the last
    two are empty where the event has none.

    :param template: Name and language of an approved template: `{"name": ..., "language": ...}` (templated).
    :param parameters: The values of the placeholders in its body, in order. Line breaks become spaces, an empty value
        becomes `-`, and what is longer than 250 characters is cut (templated).
    :param to: Who gets it: phone numbers with country code, or ids of contacts, as a list or as text with
        commas; defaults to the connection's `on_call`. Airflow keeps and shows numbers that are written in a DAG file
        (templated).
    :param cooldown: Seconds within which nobody gets a second message about the same; at least 60.
    :param location_id: Location it is sent from; defaults to the connection's (templated).
    :param whautomate_conn_id: The connection (templated).
    :param context: Of a Deadline Alert; Airflow gives it.
    """

    template_fields: Sequence[str] = ("template", "parameters", "to", "location_id", "whautomate_conn_id")

    @knows_arguments
    def __init__(
        self,
        *,
        template: Mapping[str, str],
        parameters: Sequence[str] = (),
        to: str | Sequence[str] | None = None,
        cooldown: float | timedelta = COOLDOWN,
        location_id: str | None = None,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
        context: Context | None = None,
    ) -> None:
        super().__init__()
        self.context: Any = context or {}
        self.template = template
        self.parameters = parameters
        self.to = to
        self.cooldown: float = plain("cooldown", cooldown)
        self.location_id = location_id
        self.whautomate_conn_id = whautomate_conn_id
        if is_literal(template) and not all(body(Template, template).values()):
            raise ConfigurationError("WhautomateNotifier: template needs its name and its language")
        if isinstance(parameters, str):
            raise ConfigurationError("WhautomateNotifier: parameters must be a list of texts, not a text")
        if self.cooldown < SHORTEST_COOLDOWN:
            raise ConfigurationError(f"WhautomateNotifier: cooldown must be at least {SHORTEST_COOLDOWN:g} seconds")

    def __repr__(self) -> str:
        # The same in each process, because Airflow stores it with a DAG; and without people.
        return f"<WhautomateNotifier: {self.template!r} by {self.whautomate_conn_id}>"

    def render_template_fields(self, context: Context, jinja_env: Any = None) -> None:
        """Do nothing: Airflow calls one notifier for several events, and what it renders here would stay for the next.

        :param context: Of the event.
        :param jinja_env: Not used.
        """

    def notify(self, context: Context) -> None:
        """Send the message.

        :param context: Of the event.
        """
        try:
            about, given = self._read(context)
            account = WhautomateHook(given["whautomate_conn_id"]).get_account()
            self._send(account, about, given)
        except Exception as error:
            self._say_failed(error)

    async def async_notify(self, context: Context) -> None:
        """Send the message, from a coroutine.

        :param context: Of the event.
        """
        try:
            about, given = self._read(context)
            account = await WhautomateHook(given["whautomate_conn_id"]).aget_account()
            # In a thread: the loop is that of all triggers.
            await asyncio.to_thread(self._send, account, about, given)
        except Exception as error:
            self._say_failed(error)

    def _read(self, context: Context) -> tuple[Happened, dict[str, Any]]:
        """What happened, and the rendered arguments."""
        about = happened(context)
        seen: Any = copy.copy(context)
        seen["alert"] = about
        dag = context.get("dag")
        # In `dag.test()` it may be what the scheduler has of a DAG, which knows no templates.
        environment = self.get_template_env(dag=dag if hasattr(dag, "get_template_env") else None)
        given = {name: self.render_template(getattr(self, name), seen, environment) for name in self.template_fields}
        return about, given

    def _send(self, account: Account, about: Happened, given: Mapping[str, Any]) -> None:
        from whautomate_core.messaging.alerts import Alert, parameter, send_alert

        require_one_state(account)
        alert = Alert(about.subject, about.event, given["template"], [parameter(one) for one in given["parameters"]])
        told = send_alert(
            account,
            alert,
            names(given["to"]),
            cooldown=self.cooldown,
            location_id=given["location_id"],
            run=about.event,
        )
        for who, outcome in told.items():
            self.log.log(20 if outcome.startswith("sent") else 30, "alert to %s (%s): %s", who, about.subject, outcome)

    def _say_failed(self, error: Exception) -> None:
        """Log why nothing was sent. The text of an unknown error may hold what was rendered."""
        known = isinstance(error, (WhautomateError, AirflowNotFoundException))
        self.log.error("no alert was sent: %s", error if known else type(error).__name__)
