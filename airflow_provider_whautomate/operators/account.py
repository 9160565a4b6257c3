# Written by scripts/generate: `nox -s generate` writes it anew.
"""The account itself."""

from __future__ import annotations

from typing import Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from whautomate_core.api import account, records
from whautomate_core.api.call import Call

__all__ = ["WhautomateGetAccountInfoOperator"]


class WhautomateGetAccountInfoOperator(WhautomateEndpointOperator):
    """Name and owner of the account (`GET /v1/account-info`; integrators, evidence C).

    :param output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
        .parquet; local, or an object as `s3://conn_id@bucket/key`. The file appears once it is complete; a local one
        can be read by its owner only. The task then returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its database
        as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "account.get_account_info"
    reads = True
    template_fields = ("output_path", *WhautomateEndpointOperator.template_fields)

    def __init__(
        self,
        *,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateGetAccountInfoOperator)

    def call(self) -> Call[records.AccountInfo]:
        """Return the call of the rendered arguments."""
        return account.get_account_info()
