"""What all Whautomate operators share: the connection, waiting for permits, and redacting what Airflow shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_whautomate._arguments import is_literal, named_after, require_own
from airflow_provider_whautomate._quota import check_quota, reschedules, wait_for_permit
from airflow_provider_whautomate._runs import run_of
from airflow_provider_whautomate._task import TakesArguments
from airflow_provider_whautomate._versions import Reschedulable
from airflow_provider_whautomate.hooks.whautomate import MAX_WAIT, WhautomateHook
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from whautomate_core.errors import QuotaExhausted
from whautomate_core.values.arguments import plain

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client
    from whautomate_core.state.pool import Lane


class WhautomateBaseOperator(TakesArguments, Reschedulable, BaseOperator):
    """Base of all Whautomate operators.

    A subclass sets its arguments in `__init__`, ends it with `check_arguments`, and does its work in `work`.

    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields: Sequence[str] = ("whautomate_conn_id",)
    ui_color = "#dcf8c6"

    lane: ClassVar[Lane] = "interactive"
    """`bulk` leaves some of the account's requests to `interactive` steps."""

    reads = False
    """Whether the operator only reads."""

    _client: Client | None = None
    _outcome = ""

    def __init__(
        self,
        *,
        max_wait: float | timedelta | None = MAX_WAIT,
        max_requests: int | None = None,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        # Writes and jobs return a dict: with each key as an XCom of its own, `task.output["id"]` works.
        super().__init__(**{"multiple_outputs": not self.reads, **kwargs})
        self.max_wait: float | None = plain("max_wait", max_wait)
        self.max_requests = max_requests
        self.whautomate_conn_id = whautomate_conn_id
        with named_after(self):
            require_own(self, WhautomateBaseOperator, is_literal)
            check_quota(self.max_wait, max_requests)

    def session(self, max_wait: float | None = None, run: str | None = None) -> AbstractContextManager[Client]:
        """Return `WhautomateHook.session` of the task's connection.

        :param max_wait: Seconds, instead of the task's own.
        :param run: The run it is for.
        """
        return WhautomateHook(self.whautomate_conn_id).session(
            lane=self.lane,
            max_wait=self.max_wait if max_wait is None else max_wait,
            max_requests=self.max_requests,
            run=run,
        )

    def may_be_rescheduled(self) -> bool:
        """Whether Airflow's configuration says that a task waits for permits by the scheduler."""
        return reschedules()

    def execute(self, context: Context) -> Any:
        """Do the work, or wait for a permit first."""
        return self._attempt(context)

    def execute_again(self, context: Context, event: Any = None, **used: Any) -> Any:
        """Start the work again after a wait for a permit. What was done already is at Whautomate or in a claim.

        :param event: The trigger's; it only says that the time has come.
        :param used: What the attempts before used of the quota.
        """
        return self._attempt(context, **used)

    def _attempt(
        self,
        context: Context,
        requests: int = 0,
        waited: float = 0.0,
        window: float | None = None,
        changed: Mapping[str, int] | None = None,
    ) -> dict[str, Any] | Any:
        # A task that waited for the window of a minute before stays for the next ones: otherwise a step with more
        # requests than fit into one window would start again for ever.
        longest = (
            self.max_wait if self.max_wait is None or not window or window > 60 else max(self.max_wait, 2 * window)
        )
        try:
            with self.session(longest, run_of(context)) as client:
                client.used.go_on(requests, waited, changed)
                self._client = client
                result = self.work(client, context)
        except QuotaExhausted as error:
            if self.reads and window and window > 60 and client.requests > requests:
                raise  # a list that takes more than a day's requests would start again every day
            wait_for_permit(self, error, client.used)
        if self._outcome:
            self.log.info("%s", self._outcome)
        return result

    def work(self, client: Client, context: Context) -> Any:
        """Do the work and return its result; `_outcome` says in one line what happened.

        :param client: The client of the task's connection.
        :param context: Of the task.
        """
        raise NotImplementedError

    def wait_trigger(self, until: float) -> Any:
        """Return what waits for a permit in the triggerer.

        :param until: The moment, in seconds since the epoch.
        """
        return WhautomateQuotaTrigger(until)

    def on_kill(self) -> None:
        """Let no more requests leave; those under way end by themselves."""
        if self._client is not None:
            self._client.stop()
