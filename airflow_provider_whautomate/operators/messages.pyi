# Written by scripts/make_stubs.py: `nox -s stubs` writes it anew.
"""Messages to one person: the endpoints, and the job that sends a template to each of many, once."""

from airflow.providers.common.compat.sdk import ObjectStoragePath
from airflow.providers.common.compat.sdk import XComArg
from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.task_arguments import TaskArguments
from airflow_provider_whautomate.sources import Sql
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from typing import Unpack
from whautomate_core.api import records
from whautomate_core.api.call import Json
from whautomate_core.rows.sources import Source

class WhautomateListContactMessagesOperator(WhautomateOperator):
    """Messages from and to a contact (`GET /v1/messages/{contactId}`; path A, filters and shape D).

    :param contact_id: Id of the contact (templated).
    :param filters: Filters, see `whautomate_core.api.records.PeriodFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
    :param output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it
        ends in .parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local
        one can be read by its owner only. Returns `path` and `records`, their number (templated).
    :param return_records: Return whole records, names, numbers and texts included: Airflow keeps them in its
        database as XCom and shows them to everybody who may read the DAG. By default personal data is left out.
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        contact_id: str | XComArg,
        filters: records.PeriodFilters | str | XComArg | None = None,
        max_records: int | str | XComArg | None = None,
        output_path: str | XComArg | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendWhatsappTextOperator(WhautomateOperator):
    """Send a text by WhatsApp (`POST /v1/messages/whatsapp/sendtext`; white-label copy, evidence B).

    To exactly one of `contact`, `client` and `recepient` (as the wire spells it), who is read first.
    Needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.WhatsappTextInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.WhatsappTextInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendWhatsappMediaOperator(WhautomateOperator):
    """Send a file by WhatsApp (`POST /v1/messages/whatsapp/sendmedia`; white-label copy, evidence B).

    To exactly one of `contact`, `client` and `recepient` (as the wire spells it), who is read first.
    Needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.WhatsappMediaInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.WhatsappMediaInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendWhatsappTemplateOperator(WhautomateOperator):
    """Send a template by WhatsApp (`POST /v1/messages/whatsapp/sendtemplate`; path A, body C).

    To exactly one of `contact`, `client` and `recepient` (as the wire spells it), who is read first.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.WhatsappTemplateInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.WhatsappTemplateInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendMessengerTextOperator(WhautomateOperator):
    """Send a text by Messenger (`POST /v1/messages/messenger/sendtext`; path B, shape C).

    Needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelTextInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ChannelTextInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendMessengerMediaOperator(WhautomateOperator):
    """Send a file by Messenger (`POST /v1/messages/messenger/sendmedia`; path B, shape C).

    Needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelMediaInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ChannelMediaInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendMessengerTemplateOperator(WhautomateOperator):
    """Send a template by Messenger (`POST /v1/messages/messenger/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ElementsTemplateInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ElementsTemplateInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendInstagramTextOperator(WhautomateOperator):
    """Send a text by Instagram (`POST /v1/messages/instagram/sendtext`; integrators, evidence C).

    Needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelTextInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ChannelTextInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendInstagramMediaOperator(WhautomateOperator):
    """Send a file by Instagram (`POST /v1/messages/instagram/sendmedia`; inferred, evidence D).

    Needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelMediaInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ChannelMediaInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendInstagramTemplateOperator(WhautomateOperator):
    """Send a template by Instagram (`POST /v1/messages/instagram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ElementsTemplateInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ElementsTemplateInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendTelegramTextOperator(WhautomateOperator):
    """Send a text by Telegram (`POST /v1/messages/telegram/sendtext`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelTextInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ChannelTextInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendTelegramMediaOperator(WhautomateOperator):
    """Send a file by Telegram (`POST /v1/messages/telegram/sendmedia`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelMediaInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.ChannelMediaInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendTelegramTemplateOperator(WhautomateOperator):
    """Send a template by Telegram (`POST /v1/messages/telegram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.TelegramTemplateInput` (templated).
    :param extra: Fields to send that the check of names doesn't know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision
        (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if
        there is none), and the person or booking that it is about. Never anything that changes between two runs of
        the same task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        message: records.TelegramTemplateInput | str | XComArg,
        extra: Json | str | XComArg | None = None,
        allow_protected: bool | str | XComArg = False,
        key: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...


class WhautomateSendTemplateToContactsOperator(WhautomateOperator):
    """Send a WhatsApp template to each number in a source, once under a key, however often the step runs.

    Each person has a claim of their own, so a step that was interrupted resumes where it stopped, whatever the order of
    its rows, and chunks that hold the same person send to them once. A row that says something else to a person than
    an earlier row, or than this step said to them before, fails; if more of these fail than `max_failed` allows,
    nothing is sent at all. All rows are read first. Whether somebody has opted out is read directly before the message
    to them, among contacts and clients, so a message takes three requests. Searches may not show new people, so
    contacts and clients are also listed once, up to as many pages of each as there are messages, and people who are
    new, or whom a sync knows and no list showed, are read by id as well, a request each.

    Returns: Counts: `rows`, of which `sent`, `unchanged` (sent before under this key), `superseded` (the same number
        and message as an earlier row), `rejected`, `protected` (opted out, or not listed), `failed` (refused by the
        server, or another message to the person was sent before), `unsettled` (got no answer, so it is not sent again);
        `skipped`, why nothing was sent, else None.

    Raises: `ConfigurationError` before anything is sent; `PolicyRefused` where sends are off or stopped;
        `InvalidRequest` over the thresholds, or where the server refuses one message after the other.

    Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param template: Name and language of an approved template (templated).
    :param key: What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if there is none), and the person or booking that it is about. Never anything that changes between two runs of the same task, such as the map index (templated).
    :param mapping: What the API calls a value -> its column: `phoneNumber`, the number as people write it, and `bodyTextParameters`, the columns with the values of the body's placeholders, in order. Rows with an empty one are rejected. Defaults to the column `phoneNumber` (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number; where it is empty, `default_region` applies (templated).
    :param location_id: Location they are sent from; defaults to the account's (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"` (templated).
    :param max_lateness: How long after it was due the step may still send: a timedelta, seconds, or text such as "PT6H"; None means no limit (templated).
    :param due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); None where somebody asked for it now (templated).
    :param rejects_path: File or URL for rows that got no message, with row number, outcome and reason: JSON lines, or Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """
    def __init__(
        self,
        *,
        source: Source | Sql | ObjectStoragePath | XComArg,
        template: records.Template | str | XComArg,
        key: str | XComArg | None = None,
        mapping: Mapping[str, str | list[str]] | str | XComArg | None = None,
        default_region: str | XComArg | None = None,
        region_column: str | XComArg | None = None,
        location_id: str | XComArg | None = None,
        max_rejected: int | str | XComArg = '100%',
        max_failed: int | str | XComArg = 0,
        max_lateness: timedelta | str | XComArg = ...,
        due: datetime | str | XComArg | None = None,
        rejects_path: str | XComArg | None = None,
        outcomes_path: str | XComArg | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None: ...

