# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Clients, the people who book: the endpoints, and the jobs that find one and write to one."""

from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json

class WhautomateListClientsOperator(WhautomateOperator):
    """List or search clients (`GET /v1/clients`; integrators, evidence C).

    Which date `startDate` and `endDate` mean is not documented.

    :param filters: Filters, see `whautomate_core.records.ClientFilters` (templated).
    :param max_records: The most records to read; all where None (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        filters: records.ClientFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateClientOperator(WhautomateOperator):
    """Create a client (`POST /v1/clients`; official page, evidence A; required fields per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`. The number (the e-mail where
    there is none) is searched for first: whoever has opted out is not created again.

    :param client: Fields, see `whautomate_core.records.ClientInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param key: What makes it the same call when the task runs again; DAG, task, map index and logical date (run id
        where there is none) where None. Never anything that changes between two runs of the same task (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client: records.ClientInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetClientOperator(WhautomateOperator):
    """Show one client (`GET /v1/clients/{clientId}`; integrators, evidence C).

    :param client_id: Id of the client (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateClientOperator(WhautomateOperator):
    """Write fields of a client and keep the others (`PUT /v1/clients/{clientId}`; integrators, evidence C).

    As `contacts.update_contact`: read, merged, written; `overwrite=True` sends `client` alone.

    :param client_id: Id of the client (templated).
    :param client: Fields, see `whautomate_core.records.ClientUpdate` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param overwrite: Send the body alone, in place of merging it over what is there (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client_id: str | XComArg,
        client: records.ClientUpdate | str | XComArg,
        extra: Json | str | XComArg | None = None,
        overwrite: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteClientOperator(WhautomateOperator):
    """Delete a client (`DELETE /v1/clients/{clientId}`; integrators, evidence C).

    :param client_id: Id of the client (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client_id: str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateAddClientTagsOperator(WhautomateOperator):
    """Add tags, by name (`POST /v1/clients/{clientId}/tags/add`; integrators, evidence C).

    As `contacts.add_contact_tags`: the client is read first and only what is missing is sent.

    :param client_id: Id of the client (templated).
    :param tags: Names of tags (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client_id: str | XComArg,
        tags: list[str] | str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRemoveClientTagsOperator(WhautomateOperator):
    """Remove tags, by name (`POST /v1/clients/{clientId}/tags/remove`; integrators, evidence C).

    As `contacts.remove_contact_tags`: the client is read first and only what it holds is sent.

    :param client_id: Id of the client (templated).
    :param tags: Names of tags (templated).
    :param allow_protected: Do it to people who opted out as well: a person means it (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        client_id: str | XComArg,
        tags: list[str] | str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateFindClientOperator(WhautomateOperator):
    """The id of the client with a phone number or an e-mail address. Where several have it, the oldest.

    Costs one search as `find_contact`, and one more for a number that it doesn't show: without its country code,
    which clients hold apart.

    Returns: `id`; `doubles`, how many others have it; `protected`, whether any of them has opted out. Nothing else, so
        that no personal data gets into results.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param phone: Number as people write it; this or `email_address` (templated).
    :param email_address: E-mail address, in any spelling of upper and lower case (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param missing_ok: Return the id None where there is none (templated).
    :param thorough: Where the search shows none, read all clients page by page (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        phone: str | XComArg | None = None,
        email_address: str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        missing_ok: bool | str | XComArg = False,
        thorough: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSetClientFieldsOperator(WhautomateOperator):
    """Write the fields of a client that differ, `customFields` key by key; nothing is sent where none does.

    Returns: `id`; `changed`, False where nothing was sent; `doubles`, how many others have the number or address.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param fields: Fields to write. Not `tags`, which the tag calls give and take one by one (templated).
    :param phone: Number of the client as people write it; this, `email_address` or `client_id`. Of several with it, the oldest is meant (templated).
    :param email_address: E-mail address of the client; the same of several (templated).
    :param client_id: Id of the client (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param thorough: Where the search shows nobody, read all clients page by page (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        fields: records.ClientUpdate | str | XComArg,
        phone: str | XComArg | None = None,
        email_address: str | XComArg | None = None,
        client_id: str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        thorough: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

