# Written by scripts/make_task_stubs.py: `nox -s stubs` writes it anew.
"""Messages to and from one person."""

from collections.abc import Coroutine
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from prefect import Task
from prefect_whautomate.credentials import WhautomateCredentials
from typing import Any
from typing import overload
from whautomate_core.api.call import Json
from whautomate_core.api.records import ChannelMediaInput
from whautomate_core.api.records import ChannelTextInput
from whautomate_core.api.records import ElementsTemplateInput
from whautomate_core.api.records import Message
from whautomate_core.api.records import PeriodFilters
from whautomate_core.api.records import TelegramTemplateInput
from whautomate_core.api.records import Template
from whautomate_core.api.records import WhatsappMediaInput
from whautomate_core.api.records import WhatsappTemplateInput
from whautomate_core.api.records import WhatsappTextInput
from whautomate_core.rows.sources import Source
from whautomate_core.values.thresholds import Threshold

class _list_contact_messages(Task[..., list[Message]]):
    """Messages from and to a contact (`GET /v1/messages/{contactId}`; path A, filters and shape D).

    Args:
        credentials: Where to and as whom.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to in place of returning them: JSON lines, or Parquet where it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It is there once it is whole; a
            local one can be read by its owner only. Returns `path` and `records`, their number.
        return_records: Return whole records, names, numbers and texts included: Prefect keeps results where they
            are persisted, and whoever may read these sees them. By default personal data is left out.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import list_contact_messages

        @flow
        def my_flow(contact_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return list_contact_messages(credentials, contact_id)
        ```
    """
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, filters: PeriodFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> list[Message]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, filters: PeriodFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...

list_contact_messages: _list_contact_messages

class _alist_contact_messages(Task[..., Coroutine[Any, Any, list[Message]]]):
    """`list_contact_messages` for coroutines."""
    @overload  # type: ignore[override]
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, filters: PeriodFilters | None = ..., max_records: int | None = ..., return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, list[Message]]: ...
    @overload
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, filters: PeriodFilters | None = ..., max_records: int | None = ..., output_path: str, return_records: bool = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...

alist_contact_messages: _alist_contact_messages

class _send_whatsapp_text(Task[..., dict[str, Any]]):
    """Send a text by WhatsApp (`POST /v1/messages/whatsapp/sendtext`; white-label copy, evidence B).

    To exactly one of `contact`, `client` and `recepient` (as the wire spells it), who is read first.
    Needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_whatsapp_text

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_whatsapp_text(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: WhatsappTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_whatsapp_text: _send_whatsapp_text

class _asend_whatsapp_text(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_whatsapp_text` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: WhatsappTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_whatsapp_text: _asend_whatsapp_text

class _send_whatsapp_media(Task[..., dict[str, Any]]):
    """Send a file by WhatsApp (`POST /v1/messages/whatsapp/sendmedia`; white-label copy, evidence B).

    To exactly one of `contact`, `client` and `recepient` (as the wire spells it), who is read first.
    Needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_whatsapp_media

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_whatsapp_media(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: WhatsappMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_whatsapp_media: _send_whatsapp_media

class _asend_whatsapp_media(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_whatsapp_media` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: WhatsappMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_whatsapp_media: _asend_whatsapp_media

class _send_whatsapp_template(Task[..., dict[str, Any]]):
    """Send a template by WhatsApp (`POST /v1/messages/whatsapp/sendtemplate`; path A, body C).

    To exactly one of `contact`, `client` and `recepient` (as the wire spells it), who is read first.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_whatsapp_template

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_whatsapp_template(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: WhatsappTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_whatsapp_template: _send_whatsapp_template

class _asend_whatsapp_template(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_whatsapp_template` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: WhatsappTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_whatsapp_template: _asend_whatsapp_template

class _send_messenger_text(Task[..., dict[str, Any]]):
    """Send a text by Messenger (`POST /v1/messages/messenger/sendtext`; path B, shape C).

    Needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_messenger_text

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_messenger_text(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ChannelTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_messenger_text: _send_messenger_text

class _asend_messenger_text(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_messenger_text` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ChannelTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_messenger_text: _asend_messenger_text

class _send_messenger_media(Task[..., dict[str, Any]]):
    """Send a file by Messenger (`POST /v1/messages/messenger/sendmedia`; path B, shape C).

    Needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_messenger_media

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_messenger_media(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ChannelMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_messenger_media: _send_messenger_media

class _asend_messenger_media(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_messenger_media` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ChannelMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_messenger_media: _asend_messenger_media

class _send_messenger_template(Task[..., dict[str, Any]]):
    """Send a template by Messenger (`POST /v1/messages/messenger/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_messenger_template

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_messenger_template(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ElementsTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_messenger_template: _send_messenger_template

class _asend_messenger_template(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_messenger_template` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ElementsTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_messenger_template: _asend_messenger_template

class _send_instagram_text(Task[..., dict[str, Any]]):
    """Send a text by Instagram (`POST /v1/messages/instagram/sendtext`; integrators, evidence C).

    Needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_instagram_text

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_instagram_text(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ChannelTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_instagram_text: _send_instagram_text

class _asend_instagram_text(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_instagram_text` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ChannelTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_instagram_text: _asend_instagram_text

class _send_instagram_media(Task[..., dict[str, Any]]):
    """Send a file by Instagram (`POST /v1/messages/instagram/sendmedia`; inferred, evidence D).

    Needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_instagram_media

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_instagram_media(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ChannelMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_instagram_media: _send_instagram_media

class _asend_instagram_media(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_instagram_media` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ChannelMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_instagram_media: _asend_instagram_media

class _send_instagram_template(Task[..., dict[str, Any]]):
    """Send a template by Instagram (`POST /v1/messages/instagram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_instagram_template

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_instagram_template(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ElementsTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_instagram_template: _send_instagram_template

class _asend_instagram_template(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_instagram_template` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ElementsTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_instagram_template: _asend_instagram_template

class _send_telegram_text(Task[..., dict[str, Any]]):
    """Send a text by Telegram (`POST /v1/messages/telegram/sendtext`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_telegram_text

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_telegram_text(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ChannelTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_telegram_text: _send_telegram_text

class _asend_telegram_text(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_telegram_text` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ChannelTextInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_telegram_text: _asend_telegram_text

class _send_telegram_media(Task[..., dict[str, Any]]):
    """Send a file by Telegram (`POST /v1/messages/telegram/sendmedia`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_telegram_media

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_telegram_media(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: ChannelMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_telegram_media: _send_telegram_media

class _asend_telegram_media(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_telegram_media` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: ChannelMediaInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_telegram_media: _asend_telegram_media

class _send_telegram_template(Task[..., dict[str, Any]]):
    """Send a template by Telegram (`POST /v1/messages/telegram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: Where to and as whom.
        key: What identifies this call: under one key it happens once. Where None it happens once in a flow run (the
            outermost) for the person or booking that it is about, however often it is called, mapped or retried.
            The same call again returns the result of the first. Another one about the same, such as another text
            to the same person, sends nothing and is an error that asks for a key. Outside of runs each call without
            a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_telegram_template

        @flow
        def my_flow(message):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_telegram_template(credentials, message)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, message: TelegramTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_telegram_template: _send_telegram_template

class _asend_telegram_template(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_telegram_template` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, message: TelegramTemplateInput, *, extra: Json | None = ..., allow_protected: bool = ..., key: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_telegram_template: _asend_telegram_template

class _send_template_to_contacts(Task[..., dict[str, Any]]):
    """Send a WhatsApp template to each number in a source, once under a key, however often the step runs.

    Each person has a claim of their own, so a step that was interrupted resumes where it stopped, whatever the order of
    its rows, and chunks that hold the same person send to them once. A row that says something else to a person than
    an earlier row, or than this step said to them before, fails; if more of these fail than `max_failed` allows,
    nothing is sent at all. All rows are read first. Whether somebody has opted out is read directly before the message
    to them, among contacts and clients, so a message takes three requests. Searches may not show new people, so
    contacts and clients are also listed once, up to as many pages of each as there are messages, and people who are
    new, or whom a sync knows and no list showed, are read by id as well, a request each.

    Args:
        credentials: Where to and as whom.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        template: Name and language of an approved template.
        key: What identifies it: under one key it happens once. Where None it happens once in a flow run (the outermost) for whom or what it is about, and outside of runs it is needed.
        mapping: What the API calls a value -> its column: `phoneNumber`, the number as people write it, and `bodyTextParameters`, the columns with the values of the body's placeholders, in order. Rows with an empty one are rejected. Defaults to the column `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where it is empty, `default_region` applies.
        location_id: Location they are sent from; defaults to the account's.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        max_lateness: How long after it was due the step may still send: a timedelta, seconds, or text such as "PT6H"; None means no limit.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); None where somebody asked for it now.
        rejects_path: File or URL for rows that got no message, with row number, outcome and reason: JSON lines, or Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `sent`, `unchanged` (sent before under this key), `superseded` (the same number
        and message as an earlier row), `rejected`, `protected` (opted out, or not listed), `failed` (refused by the
        server, or another message to the person was sent before), `unsettled` (got no answer, so it is not sent again);
        `skipped`, why nothing was sent, else None.

    Raises:
        `ConfigurationError` before anything is sent; `PolicyRefused` where sends are off or stopped;
        `InvalidRequest` over the thresholds, or where the server refuses one message after the other.

    Beside what it returns: `requests`, and `waited`, the seconds spent waiting for permits.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import send_template_to_contacts

        @flow
        def my_flow(source, template):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return send_template_to_contacts(credentials, source, template)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, source: Source, template: Template, *, key: str | None = ..., mapping: Mapping[str, str | list[str]] | None = ..., default_region: str | None = ..., region_column: str | None = ..., location_id: str | None = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., max_lateness: timedelta | None = ..., due: datetime | None = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

send_template_to_contacts: _send_template_to_contacts

class _asend_template_to_contacts(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`send_template_to_contacts` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, source: Source, template: Template, *, key: str | None = ..., mapping: Mapping[str, str | list[str]] | None = ..., default_region: str | None = ..., region_column: str | None = ..., location_id: str | None = ..., max_rejected: Threshold = ..., max_failed: Threshold = ..., max_lateness: timedelta | None = ..., due: datetime | None = ..., rejects_path: str | None = ..., outcomes_path: str | None = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

asend_template_to_contacts: _asend_template_to_contacts

class _wait_for_message(Task[..., dict[str, Any]]):
    """Wait until a contact has written since a moment, by whatever channel.

    Args:
        credentials: Where to and as whom.
        contact_id: Id of the contact.
        since: The moment: a datetime with a time zone, or its text. Where None, when the task starts, and so anew
            where it is retried or the flow run is rescheduled.
        poll_interval: Seconds between the first two looks; doubles up to a quarter of an hour. All waiting tasks of the
            account together make at most a tenth of the requests of its day, half of that in a quarter of it.
        timeout: Seconds to wait at most; they count anew where the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `contact_id`, `count` (of messages since), `newest_id`, `newest_at` (UTC); nothing of what was written.
        Also `requests` and `waited` (seconds, for permits).

    Raises:
        TimeoutError: Where it is not so in time.
        WhautomateError: Where it will never be so.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import wait_for_message

        @flow
        def my_flow(contact_id, since):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_message(credentials, contact_id, since=since)
        ```
    """
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, since: datetime | str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> dict[str, Any]: ...  # type: ignore[override]

wait_for_message: _wait_for_message

class _await_for_message(Task[..., Coroutine[Any, Any, dict[str, Any]]]):
    """`wait_for_message` for coroutines."""
    def __call__(self, credentials: WhautomateCredentials, contact_id: str, *, since: datetime | str | None = ..., poll_interval: float = ..., timeout: float = ..., max_requests: int | None = ..., wait_for: Any = ...) -> Coroutine[Any, Any, dict[str, Any]]: ...  # type: ignore[override]

await_for_message: _await_for_message

