# Written by scripts/generate: `nox -s generate` writes it anew.
"""Messages to one person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated
from airflow_provider_whautomate._runs import step_of
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators._messages import TimedMessagesOperator
from airflow_provider_whautomate.operators.endpoint import WhautomateEndpointOperator
from airflow_provider_whautomate.sources import RowSource, airflow_storage
from whautomate_core.api import messages, records
from whautomate_core.api.call import Call, Json
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

__all__ = [
    "WhautomateListContactMessagesOperator",
    "WhautomateSendInstagramMediaOperator",
    "WhautomateSendInstagramTemplateOperator",
    "WhautomateSendInstagramTextOperator",
    "WhautomateSendMessengerMediaOperator",
    "WhautomateSendMessengerTemplateOperator",
    "WhautomateSendMessengerTextOperator",
    "WhautomateSendTelegramMediaOperator",
    "WhautomateSendTelegramTemplateOperator",
    "WhautomateSendTelegramTextOperator",
    "WhautomateSendTemplateToContactsOperator",
    "WhautomateSendWhatsappMediaOperator",
    "WhautomateSendWhatsappTemplateOperator",
    "WhautomateSendWhatsappTextOperator",
]


class WhautomateListContactMessagesOperator(WhautomateEndpointOperator):
    """List the messages from and to a contact (`GET /v1/messages/{contactId}`; path A, filters and shape D).

    :param contact_id: Id of the contact (templated).
    :param filters: Filters, see `whautomate_core.api.records.PeriodFilters` (templated).
    :param max_records: The most records to read; defaults to all (templated).
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

    endpoint = "messages.list_contact_messages"
    reads = True
    template_fields = (
        "contact_id",
        "filters",
        "max_records",
        "output_path",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"filters"})

    def __init__(
        self,
        *,
        contact_id: str | Templated,
        filters: records.PeriodFilters | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.contact_id = contact_id
        self.filters = filters
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.check_arguments(WhautomateListContactMessagesOperator)

    def call(self) -> Call[list[records.Message]]:
        """Return the call of the rendered arguments."""
        return messages.list_contact_messages(contact_id=self.given("contact_id"), filters=self.given("filters"))


class WhautomateSendWhatsappTextOperator(WhautomateEndpointOperator):
    """Send a text by WhatsApp (`POST /v1/messages/whatsapp/sendtext`; white-label copy, evidence B).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    It needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.WhatsappTextInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_whatsapp_text"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.WhatsappTextInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendWhatsappTextOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_whatsapp_text(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendWhatsappMediaOperator(WhautomateEndpointOperator):
    """Send a file by WhatsApp (`POST /v1/messages/whatsapp/sendmedia`; white-label copy, evidence B).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    It needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.WhatsappMediaInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_whatsapp_media"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.WhatsappMediaInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendWhatsappMediaOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_whatsapp_media(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendWhatsappTemplateOperator(WhautomateEndpointOperator):
    """Send a template by WhatsApp (`POST /v1/messages/whatsapp/sendtemplate`; path A, body C).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.WhatsappTemplateInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_whatsapp_template"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.WhatsappTemplateInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendWhatsappTemplateOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_whatsapp_template(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendMessengerTextOperator(WhautomateEndpointOperator):
    """Send a text by Messenger (`POST /v1/messages/messenger/sendtext`; path B, shape C).

    It needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelTextInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_messenger_text"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ChannelTextInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendMessengerTextOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_messenger_text(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendMessengerMediaOperator(WhautomateEndpointOperator):
    """Send a file by Messenger (`POST /v1/messages/messenger/sendmedia`; path B, shape C).

    It needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelMediaInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_messenger_media"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ChannelMediaInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendMessengerMediaOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_messenger_media(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendMessengerTemplateOperator(WhautomateEndpointOperator):
    """Send a template by Messenger (`POST /v1/messages/messenger/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ElementsTemplateInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_messenger_template"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ElementsTemplateInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendMessengerTemplateOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_messenger_template(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendInstagramTextOperator(WhautomateEndpointOperator):
    """Send a text by Instagram (`POST /v1/messages/instagram/sendtext`; integrators, evidence C).

    It needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelTextInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_instagram_text"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ChannelTextInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendInstagramTextOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_instagram_text(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendInstagramMediaOperator(WhautomateEndpointOperator):
    """Send a file by Instagram (`POST /v1/messages/instagram/sendmedia`; inferred, evidence D).

    It needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelMediaInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_instagram_media"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ChannelMediaInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendInstagramMediaOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_instagram_media(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendInstagramTemplateOperator(WhautomateEndpointOperator):
    """Send a template by Instagram (`POST /v1/messages/instagram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ElementsTemplateInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_instagram_template"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ElementsTemplateInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendInstagramTemplateOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_instagram_template(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendTelegramTextOperator(WhautomateEndpointOperator):
    """Send a text by Telegram (`POST /v1/messages/telegram/sendtext`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelTextInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_telegram_text"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ChannelTextInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendTelegramTextOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_telegram_text(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendTelegramMediaOperator(WhautomateEndpointOperator):
    """Send a file by Telegram (`POST /v1/messages/telegram/sendmedia`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.ChannelMediaInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_telegram_media"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.ChannelMediaInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendTelegramMediaOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_telegram_media(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendTelegramTemplateOperator(WhautomateEndpointOperator):
    """Send a template by Telegram (`POST /v1/messages/telegram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    :param message: Fields, see `whautomate_core.api.records.TelegramTemplateInput` (templated).
    :param extra: Fields to send that the check of names does not know (templated).
    :param allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    endpoint = "messages.send_telegram_template"
    template_fields = ("message", "extra", "allow_protected", "key", *WhautomateEndpointOperator.template_fields)
    redacted_fields = frozenset({"extra", "message"})

    def __init__(
        self,
        *,
        message: records.TelegramTemplateInput | Templated,
        extra: Json | Templated | None = None,
        allow_protected: bool | Templated = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.message = message
        self.extra = extra
        self.allow_protected = allow_protected
        self.key = key
        self.check_arguments(WhautomateSendTelegramTemplateOperator)

    def call(self) -> Call[records.MessageResult]:
        """Return the call of the rendered arguments."""
        return messages.send_telegram_template(
            message=self.given("message"),
            extra=self.given("extra"),
            allow_protected=self.given("allow_protected"),
        )


class WhautomateSendTemplateToContactsOperator(TimedMessagesOperator):
    """Send a WhatsApp template to each number in a source, once under a key, however often the step runs.

    Each person has a claim of their own, so a step that was interrupted resumes where it stopped, whatever the order of
    its rows, and chunks that hold the same person send to them once. A row that says something else to a person than
    an earlier row, or than this step said to them before, fails; if more of these fail than `max_failed` allows,
    nothing is sent at all. All rows are read first. Whether somebody has opted out is read directly before the message
    to them, among contacts and clients, so a message takes three requests. Searches may not show new people, so
    contacts and clients are also listed once, up to as many pages of each as there are messages, and people who are
    new, or known to a sync but in no list, are also read by id, one request each.

    Returns: Counts: `rows`, of which `sent`, `unchanged` (sent before under this key), `superseded` (the same number
        and message as an earlier row), `rejected`, `protected` (opted out, stopped your marketing in WhatsApp, or not
        listed), `failed` (refused by the server, or another message to the person was sent before), `unsettled` (got no
        answer, so it is not sent again); `skipped`, why nothing was sent, or None.

    Raises: `ConfigurationError` before anything is sent; `PolicyRefused` where sends are off or stopped;
        `InvalidRequest` over the thresholds, or where the server refuses one message after the other.

    In addition: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try.

    :param source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`) (templated).
    :param template: Name and language of an approved template (templated).
    :param key: Identifies the call when the task runs again; defaults to DAG, task, logical date (run id if there is
        none), and the person or booking that it is about. Never anything that changes between two runs of the same
        task, such as the map index (templated).
    :param mapping: What the API calls a value -> its column: `phoneNumber`, the number as people write it, and
        `bodyTextParameters`, the columns with the values of the body's placeholders, in order. Rows with an empty one
        are rejected. Defaults to the column `phoneNumber` (templated).
    :param default_region: Country of numbers without a country code, such as `DE` (templated).
    :param region_column: Column with the country of the row's number; where it is empty, `default_region` applies
        (templated).
    :param location_id: Location they are sent from; defaults to the account's (templated).
    :param max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"` (templated).
    :param max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`
        (templated).
    :param max_lateness: How long after it was due the step may still send: a timedelta, seconds, or text such as
        "PT6H"; None means no limit (templated).
    :param due: When the task was due to run, a datetime or its ISO 8601 text (UTC if it has no offset); see
        `max_lateness`. Defaults to when its DAG run was due, and to no time if somebody started that by hand
        (templated).
    :param rejects_path: File or URL for rows that got no message, with row number, outcome and reason: JSON lines, or
        Parquet (templated).
    :param outcomes_path: The same for every row (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration) and starts again afterwards.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    job = "send_template_to_contacts"
    lane = "bulk"
    template_fields = (
        "source",
        "template",
        "key",
        "mapping",
        "default_region",
        "region_column",
        "location_id",
        "max_rejected",
        "max_failed",
        "max_lateness",
        "due",
        "rejects_path",
        "outcomes_path",
        *TimedMessagesOperator.template_fields,
    )
    redacted_fields = frozenset({"mapping", "source"})

    def __init__(
        self,
        *,
        source: RowSource | Templated,
        template: records.Template | Templated,
        key: str | Templated | None = None,
        mapping: Mapping[str, str | list[str]] | Templated | None = None,
        default_region: str | Templated | None = None,
        region_column: str | Templated | None = None,
        location_id: str | Templated | None = None,
        max_rejected: Threshold | Templated = "100%",
        max_failed: Threshold | Templated = 0,
        max_lateness: timedelta | Templated | None = timedelta(hours=6),
        due: datetime | Templated | None = None,
        rejects_path: str | Templated | None = None,
        outcomes_path: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.template = template
        self.key = key
        self.mapping = mapping
        self.default_region = default_region
        self.region_column = region_column
        self.location_id = location_id
        self.max_rejected = max_rejected
        self.max_failed = max_failed
        self.max_lateness = max_lateness
        self.due = due
        self.rejects_path = rejects_path
        self.outcomes_path = outcomes_path
        self.check_arguments(WhautomateSendTemplateToContactsOperator)

    def run_job(self, client: Client, context: Context) -> dict[str, Any]:
        """Run the job with the rendered arguments and return its report."""
        from whautomate_core.messaging.messages import send_template_to_contacts

        return send_template_to_contacts(
            client,
            source=self.rows_of("source"),
            template=self.given("template"),
            key=self.given("key"),
            mapping=self.given("mapping"),
            default_region=self.given("default_region"),
            region_column=self.given("region_column"),
            location_id=self.given("location_id"),
            max_rejected=self.given("max_rejected"),
            max_failed=self.given("max_failed"),
            max_lateness=self.given("max_lateness"),
            due=self.when_due(context),
            rejects_path=self.given("rejects_path"),
            outcomes_path=self.given("outcomes_path"),
            step=step_of(context),
            storage=airflow_storage,
        )
