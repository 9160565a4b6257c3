# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from airflow.providers.common.compat.sdk import Context
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Unpack
from whautomate_core import records
from whautomate_core.call import Json
from whautomate_core.client import Client
from whautomate_core.sources import Source
from whautomate_core.sync.report import Threshold

class WhautomateListContactsOperator(WhautomateOperator):
    """List or search contacts (`GET /v1/contacts`; official page, evidence A).

    Nothing is documented of how `searchText` matches, nor of whether several `tags` mean any or all.

    :param filters: Filters, see `whautomate_core.records.ContactFilters` (templated).
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
        filters: records.ContactFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateCreateContactOperator(WhautomateOperator):
    """Create a contact (`POST /v1/contacts`; official page, evidence A; `location` required per integrators, C).

    What happens with a number that exists is not documented, so the call is made `ONCE`. The number is searched for
    first, among contacts and clients: whoever has opted out is not created again.

    :param contact: Fields, see `whautomate_core.records.ContactInput` (templated).
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
        contact: records.ContactInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateGetContactOperator(WhautomateOperator):
    """Show one contact (`GET /v1/contacts/{contactId}`; official page, evidence A).

    :param contact_id: Id of the contact (templated).
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
        contact_id: str | XComArg,
        output_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateUpdateContactOperator(WhautomateOperator):
    """Write fields of a contact and keep the others (`PUT /v1/contacts/{contactId}`; white-label copy, evidence B).

    Whether PUT merges or replaces is not documented, so the contact is read directly before and sent back whole,
    `customFields` key by key; `overwrite=True` sends `contact` alone. What changes on the server between that read and
    its write, within one round trip, is overwritten: an opt-out in that moment too, since it is a tag.

    :param contact_id: Id of the contact (templated).
    :param contact: Fields, see `whautomate_core.records.ContactUpdate` (templated).
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
        contact_id: str | XComArg,
        contact: records.ContactUpdate | str | XComArg,
        extra: Json | str | XComArg | None = None,
        overwrite: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateDeleteContactOperator(WhautomateOperator):
    """Delete a contact (`DELETE /v1/contacts/{contactId}`; white-label copy, evidence B).

    :param contact_id: Id of the contact (templated).
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
        contact_id: str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateAddContactTagsOperator(WhautomateOperator):
    """Add tags, by name (`POST /v1/contacts/{contactId}/tags/add`; path B, body and answer C).

    Tagging triggers automations that message people (the vendor's overview), so the contact is read first and only
    what is missing is sent.

    :param contact_id: Id of the contact (templated).
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
        contact_id: str | XComArg,
        tags: list[str] | str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateRemoveContactTagsOperator(WhautomateOperator):
    """Remove tags, by name (`POST /v1/contacts/{contactId}/tags/remove`; path B, body and answer C).

    This too triggers automations: the contact is read first and only what it holds is sent.

    :param contact_id: Id of the contact (templated).
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
        contact_id: str | XComArg,
        tags: list[str] | str | XComArg,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSyncContactsOperator(WhautomateOperator):
    """Create the contacts that are missing and update those that differ, matched by phone number.

    Contacts that are equal cost no request of their own, empty cells leave alone what is there, and who opted out
    gets neither tag nor stage. Everything can be run again. All arguments are templated.

    Returns the counts of `whautomate_core.sync.contacts.sync_contacts`: `rows`, `created`, `updated`, `unchanged`,
    `rejected`, `folded`, `tagged`, `protected`, `failed`, `unsettled`, `requests`, and `seconds`. After a wait in the
    triggerer they are those of the last part, where what was written before counts as unchanged; `requests`, and
    `waited`, the seconds spent waiting for permits, are of the whole try.

    :param source: Path of a CSV file (UTF-8, with a header), or rows: dicts of column to value.
    :param mapping: Field of a contact -> column; `phoneNumber` is required, `customFields.NAME` are custom fields.
    :param default_region: Country of numbers without a country code, such as `DE`.
    :param region_column: Column with the country of the row's number; where empty, `default_region` holds.
    :param consent_column: Column that says yes or no; rows that say no are synced and get no tag.
    :param tags: Names of tags that every contact gets.
    :param location_id: Location of new contacts; the connection's where None.
    :param max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like "5%".
    :param max_failed: Rows that the server may refuse before the task fails: a count, or a share like "5%".
    :param rejects_path: File for the rows that were not written, one JSON object a line with row number and reason.
    :raises ConfigurationError: for arguments that can't work, when the DAG is parsed where they stand in it.
    :raises InvalidRequest: for an unknown field in `mapping`, likewise; where a threshold is passed.
    """
    def __init__(self, *, source: Source, mapping: Mapping[str, str], default_region: str | None=None, region_column: str | None=None, consent_column: str | None=None, tags: Sequence[str]=(), location_id: str | None=None, max_rejected: Threshold='100%', max_failed: Threshold=0, rejects_path: str | None=None, **kwargs: Unpack[TaskArguments]) -> None:
        ...
    def work(self, client: Client, context: Context) -> Any:
        ...


class WhautomateTagContactsOperator(WhautomateOperator):
    """Give a tag to the contacts whose numbers a source names. Who has the tag, or opted out, is left alone.

    Tagging fires automations that may message people. All arguments are templated.

    Returns the counts of `whautomate_core.sync.contacts.tag_contacts`: `rows`, `tagged`, `already`, `protected`,
    `no_consent`, `missing`, `rejected`, `failed`, `requests`, and `seconds`. After a wait in the triggerer they are
    those of the last part; `requests`, and `waited`, the seconds spent waiting for permits, are of the whole try.

    :param tag: Name of the tag.
    :param source: Path of a CSV file (UTF-8, with a header), or rows: dicts of column to value.
    :param match: The column of the phone number, as `{"phoneNumber": "mobile"}`.
    :param default_region: Country of numbers without a country code, such as `DE`.
    :param region_column: Column with the country of the row's number; where empty, `default_region` holds.
    :param consent_column: Column that says yes or no; only rows that say yes are tagged.
    :param members: `at_least`: nobody loses the tag.
    :param max_failed: Rows that the server may refuse before the task fails: a count, or a share like "5%".
    :raises ConfigurationError: for arguments that can't work, when the DAG is parsed where they stand in it.
    """
    def __init__(self, *, tag: str, source: Source, match: Mapping[str, str], default_region: str | None=None, region_column: str | None=None, consent_column: str | None=None, members: str='at_least', max_failed: Threshold=0, **kwargs: Unpack[TaskArguments]) -> None:
        ...
    def work(self, client: Client, context: Context) -> Any:
        ...


class WhautomateFindContactOperator(WhautomateOperator):
    """The id of the contact with a phone number. Where several have it, the oldest.

    Costs one request, a search, of which is documented neither how it matches nor how soon it sees new records.

    Returns: `id`; `doubles`, how many others have the number; `protected`, whether any of them has opted out. Nothing
        else, so that no personal data gets into results.

    Raises: `InvalidRequest` for what is no number, before anything is sent; `NotFound`.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param phone: Number as people write it (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param missing_ok: Return the id None where there is none (templated).
    :param thorough: Where the search shows none, read all contacts page by page (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        phone: str | XComArg,
        default_region: str | XComArg | None = None,
        missing_ok: bool | str | XComArg = False,
        thorough: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSetContactStageOperator(WhautomateOperator):
    """Move a contact to a stage. Stages fire automations that message people, so nothing is sent where it is there.

    The API lists no stages, so one that doesn't exist is the server's to refuse.

    Returns: `id`; `changed`, False where nothing was sent; `doubles`, how many others have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` where the
        contact, or another with its number, has opted out.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param stage: Name of the stage (templated).
    :param phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant (templated).
    :param contact_id: Id of the contact (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param thorough: Where the search for the number shows nobody, read all contacts page by page (templated).
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
        stage: str | XComArg,
        phone: str | XComArg | None = None,
        contact_id: str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        thorough: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSetContactFieldsOperator(WhautomateOperator):
    """Write the fields of a contact that differ, `customFields` key by key; nothing is sent where none does.

    Returns: `id`; `changed`, False where nothing was sent; `doubles`, how many others have the number.

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `NotFound`; `PolicyRefused` for the stage
        of a contact where it, or another with its number, has opted out.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param fields: Fields to write. Not `tags`, which the tag calls give and take one by one (templated).
    :param phone: Number of the contact as people write it; this or `contact_id`. Of several with it, the oldest is meant (templated).
    :param contact_id: Id of the contact (templated).
    :param default_region: Country of a number without a country code, such as `DE` (templated).
    :param thorough: Where the search for the number shows nobody, read all contacts page by page (templated).
    :param allow_protected: Give a stage to people who opted out as well: a person means it (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; any number where None.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        fields: records.ContactUpdate | str | XComArg,
        phone: str | XComArg | None = None,
        contact_id: str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        thorough: bool | str | XComArg = False,
        allow_protected: bool | str | XComArg = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

