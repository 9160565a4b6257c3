"""The bases of the operators of jobs: one function of the core each, which makes several requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.providers.common.compat.sdk import BaseOperator

from airflow_provider_whautomate._arguments import arguments_of, from_text, hints_of, is_literal, named_after
from airflow_provider_whautomate._outlets import names_own_assets, tell_outlets, withdraw_outlets
from airflow_provider_whautomate._runs import due_of
from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.sources import SOURCES, open_source
from whautomate_core.account import asset_uri
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.outcomes import counts_of
from whautomate_core.rows.read_once import can_be_read_twice

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context
    from airflow.providers.openlineage.extractors import OperatorLineage

    from whautomate_core.client.client import Client
    from whautomate_core.people.kinds import Kind


class WhautomateJobOperator(WhautomateBaseOperator):
    """Base of the operators that run one job.

    They take the arguments of the job's function by keyword, all templated unless they say otherwise; dicts and lists
    may be the text of their JSON. What a function needs to know of its run comes from the task.

    What the job writes of the account is an asset, such as `whautomate://ACCOUNT/contacts` (docs/guides/assets.md).
    Among the task's `outlets`, it gets the counts in its event's extra, and an `AssetAlias` becomes it
    when the task has run.
    Where Airflow's OpenLineage provider is installed, it is told what the job reads and writes.
    """

    job: ClassVar[str]
    """Name of its function: `find_contact`."""

    _counts: Mapping[str, int] = MappingProxyType({})

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report.

        :param client: The client of the task's connection.
        :param context: Of the task.
        """
        raise NotImplementedError

    def work(self, client: Client, context: Context) -> Any:
        """Run the job, and report it in the events of the task's assets."""
        report = self.run_job(client, context)
        self._outcome = self.line_of(report)
        report = report | {"requests": client.requests, "waited": round(client.used.waited, 1)}
        self._counts = counts_of(report)  # not the report: OpenLineage can be told to show what a task has
        if names_own_assets(self):
            from whautomate_core.jobs import JOBS

            given = self.job_arguments()
            if given.get("plan_only"):
                withdraw_outlets(self)
            written = JOBS[self.job].written(given)
            uris = [asset_uri(client.account, self.whautomate_conn_id, one) for one in written]
            tell_outlets(self, context, uris, report)
        return report

    def line_of(self, report: Mapping[str, Any]) -> str:
        """Return what a report of the job says in one line.

        :param report: What `run_job` returned.
        """
        from whautomate_core.jobs import JOBS

        return JOBS[self.job].line(report)

    def job_arguments(self) -> dict[str, Any]:
        """Return the rendered arguments by the names that the job's function has for them."""
        from whautomate_core.jobs import JOBS

        return {name: self.given(name) for name in JOBS[self.job].arguments if hasattr(self, name)}

    def get_openlineage_facets_on_start(self) -> OperatorLineage:
        """Return what the job is going to read and write."""
        from airflow_provider_whautomate._lineage import lineage_of
        from whautomate_core.jobs import JOBS

        return lineage_of(self, JOBS[self.job], self.job_arguments(), self._counts)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:
        """Return what the job has read and written, and its counts.

        :param task_instance: Of the task.
        """
        return self.get_openlineage_facets_on_start()

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> OperatorLineage:
        """Return what the job was to read and write.

        :param task_instance: Of the task.
        """
        return self.get_openlineage_facets_on_start()

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
