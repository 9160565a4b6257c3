"""What is written by hand of the operators of messages: one template to each of many people, in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowSkipException

from airflow_provider_whautomate._arguments import is_literal
from airflow_provider_whautomate._runs import skip_backfill
from airflow_provider_whautomate.operators.job import WhautomateJobOperator
from whautomate_core.messaging.timing import due_at, lateness

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client


class TimedMessagesOperator(WhautomateJobOperator):
    """Base of the operator that sends a template to each of many people, unless it is too late for that."""

    def check_literals(self) -> None:
        """Check the times that are in the DAG file."""
        for name, read in (("due", due_at), ("max_lateness", lateness)):
            if is_literal(value := getattr(self, name)):
                read(value)

    def work(self, client: Client, context: Context) -> Any:
        """Send them, unless the run is a backfill or too late."""
        skip_backfill(context, self.given("max_lateness"))
        report = super().work(client, context)
        if report["skipped"]:
            raise AirflowSkipException(self._outcome)
        return report
