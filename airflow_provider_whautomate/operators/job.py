"""The bases of the operators of jobs: one function of the core each, which makes several requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlsplit

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_whautomate._arguments import arguments_of, from_text, hints_of, is_literal, named_after
from airflow_provider_whautomate._assets import tell_assets
from airflow_provider_whautomate._runs import due_of
from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.sources import SOURCES, open_source
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.read_once import can_be_read_twice

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account
    from whautomate_core.client.client import Client
    from whautomate_core.people.kinds import Kind


class WhautomateJobOperator(WhautomateBaseOperator):
    """Base of the operators that run one job.

    They take the arguments of the job's function by keyword, all templated unless they say otherwise; dicts and lists
    may be the text of their JSON. What a function needs to know of its run comes from the task.
    """

    job: ClassVar[str]
    """Name of its function: `find_contact`."""

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report.

        :param client: The client of the task's connection.
        :param context: Of the task.
        """
        raise NotImplementedError

    def work(self, client: Client, context: Context) -> Any:
        """Run the job."""
        report = self.run_job(client, context)
        self._outcome = self.line_of(report)
        return report | {"requests": client.requests, "waited": round(client.used.waited, 1)}

    def line_of(self, report: Mapping[str, Any]) -> str:
        """Return what a report of the job says in one line.

        :param report: What `run_job` returned.
        """
        from whautomate_core.jobs import JOBS

        return JOBS[self.job].line(report)

    def check_arguments(self, cls: type[BaseOperator]) -> None:
        """Check the arguments of a class, once its `__init__` has set them, as far as they are in the DAG file."""
        super().check_arguments(cls)
        for name in SOURCES & hints_of(cls).keys():
            value = getattr(self, name)
            # Airflow copies arguments, and shows them.
            if is_literal(value) and not can_be_read_twice(value):
                with named_after(self):
                    raise ConfigurationError(
                        f"{name} is a {type(value).__name__}, which can be read once: give a list, a path, Sql, "
                        "or the result of another task"
                    )

    def rows_of(self, name: str) -> Any:
        """Return a source as `whautomate_core.rows.sources.rows` takes it; None if the argument is not given.

        :param name: Name of the argument.
        """
        source = self.given(name)
        return None if source is None else open_source(source)[0]

    def when_due(self, context: Context) -> datetime | None:
        """Return when the job was to run: by the argument `due`, else by the task's run.

        :param context: Of the task.
        """
        from whautomate_core.messaging.timing import due_at

        return due_at(self.given("due")) or due_of(context)


class WhautomatePeopleJobOperator(WhautomateJobOperator):
    """Base of the jobs that bring rows about people to Whautomate.

    Their requests leave some of the account's to others. Tries of one run resume where the one before stopped, and
    report what all of them did. The sync is named after DAG and task, so that the chunks of a mapped task are one sync.

    The asset of the account's people among the task's `outlets` gets the counts in the event's extra. Its URI names the
    account as the connection does (`whautomate://ACCOUNT/contacts`), else host and connection
    (`whautomate://HOST/CONN_ID/contacts`). An `AssetAlias` becomes that asset when the task has run.
    """

    lane = "bulk"

    kind: ClassVar[Kind]
    """Contacts or clients."""

    def check_literals(self) -> None:
        """Check the values that are in the DAG file. Paths are left out: they are of the worker's machine."""
        from whautomate_core.sync.jobs import check_arguments

        hints = {name: hint for name, hint in arguments_of(type(self)).items() if not name.endswith("_path")}
        values = {name: getattr(self, name) for name in hints}
        check_arguments(
            self.kind, {name: from_text(name, hints[name], one) for name, one in values.items() if is_literal(one)}
        )

    def work(self, client: Client, context: Context) -> Any:
        """Run the job, and report it in the events of the task's assets."""
        report: dict[str, Any] = super().work(client, context)
        uri = asset_uri(client.account, self.whautomate_conn_id, f"{self.kind.name}s")
        tell_assets(self, context, uri, report)
        return report


def asset_uri(account: Account, conn_id: str, what: str) -> str:
    """Return the URI of what an account has, such as its contacts, under the name that people know the account by.

    :param account: The account.
    :param conn_id: Its connection, for an account without a name.
    :param what: `contacts`, `clients`, or `broadcasts/` with a name, percent-encoded.
    """
    host = urlsplit(account.host).netloc
    named = quote(account.name, safe="") if account.name else f"{host}/{quote(conn_id, safe='')}"
    return f"whautomate://{named}/{what}"
