"""Tasks of messages.

Written by `scripts/generate/tasks.py`: `nox -s generate` writes it anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from prefect_whautomate._clients import open_client
from prefect_whautomate._endpoints import read_all, send_once
from prefect_whautomate._jobs import checked, run_job
from prefect_whautomate._once import step_of_run
from prefect_whautomate._task import whautomate_task
from prefect_whautomate._waiting import wait_for
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.api import messages as api
from whautomate_core.api.call import Json
from whautomate_core.api.records import (
    ChannelMediaInput,
    ChannelTextInput,
    ElementsTemplateInput,
    Message,
    PeriodFilters,
    TelegramTemplateInput,
    Template,
    WhatsappMediaInput,
    WhatsappTemplateInput,
    WhatsappTextInput,
)
from whautomate_core.messaging.conditions import MessageReceived
from whautomate_core.messaging.messages import send_template_to_contacts as send_template_to_contacts_job
from whautomate_core.rows.sources import Source
from whautomate_core.values.thresholds import Threshold

__all__ = [
    "list_contact_messages",
    "send_instagram_media",
    "send_instagram_template",
    "send_instagram_text",
    "send_messenger_media",
    "send_messenger_template",
    "send_messenger_text",
    "send_telegram_media",
    "send_telegram_template",
    "send_telegram_text",
    "send_template_to_contacts",
    "send_whatsapp_media",
    "send_whatsapp_template",
    "send_whatsapp_text",
    "wait_for_message",
]


@whautomate_task(finished_in_run=False)
def list_contact_messages(
    credentials: WhautomateCredentials,
    contact_id: str,
    *,
    filters: PeriodFilters | None = None,
    max_records: int | None = None,
    output_path: str | None = None,
    return_records: bool = False,
    max_requests: int | None = None,
) -> list[Message] | Any:
    """List the messages from and to a contact (`GET /v1/messages/{contactId}`; path A, filters and shape D).

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
        filters: Filters, see `whautomate_core.api.records.PeriodFilters`.
        max_records: The most records to return; defaults to all.
        output_path: File to write the records to instead of returning them: JSON lines, or Parquet if it ends in
            `.parquet`; local, or the URL of an object such as `s3://bucket/key`. It appears once it is complete. Only
            its owner can read a local one.
        return_records: Return whole records, with names, numbers and texts. Prefect stores results that are persisted,
            and everybody who may read these sees them.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        The records without personal data; with `output_path`, `path` and the number of `records`.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        NotFound: There is no such record.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.list_contact_messages(contact_id, filters=filters)
    return read_all(
        credentials,
        call,
        max_records=max_records,
        output_path=output_path,
        return_records=return_records,
        max_requests=max_requests,
    )


@whautomate_task(finished_in_run=False)
def send_whatsapp_text(
    credentials: WhautomateCredentials,
    message: WhatsappTextInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a text by WhatsApp (`POST /v1/messages/whatsapp/sendtext`; white-label copy, evidence B).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    It needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.WhatsappTextInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_whatsapp_text(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_whatsapp_media(
    credentials: WhautomateCredentials,
    message: WhatsappMediaInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a file by WhatsApp (`POST /v1/messages/whatsapp/sendmedia`; white-label copy, evidence B).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    It needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.WhatsappMediaInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_whatsapp_media(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_whatsapp_template(
    credentials: WhautomateCredentials,
    message: WhatsappTemplateInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a template by WhatsApp (`POST /v1/messages/whatsapp/sendtemplate`; path A, body C).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.WhatsappTemplateInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_whatsapp_template(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_messenger_text(
    credentials: WhautomateCredentials,
    message: ChannelTextInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a text by Messenger (`POST /v1/messages/messenger/sendtext`; path B, shape C).

    It needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ChannelTextInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_messenger_text(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_messenger_media(
    credentials: WhautomateCredentials,
    message: ChannelMediaInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a file by Messenger (`POST /v1/messages/messenger/sendmedia`; path B, shape C).

    It needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ChannelMediaInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_messenger_media(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_messenger_template(
    credentials: WhautomateCredentials,
    message: ElementsTemplateInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a template by Messenger (`POST /v1/messages/messenger/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ElementsTemplateInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_messenger_template(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_instagram_text(
    credentials: WhautomateCredentials,
    message: ChannelTextInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a text by Instagram (`POST /v1/messages/instagram/sendtext`; integrators, evidence C).

    It needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ChannelTextInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_instagram_text(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_instagram_media(
    credentials: WhautomateCredentials,
    message: ChannelMediaInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a file by Instagram (`POST /v1/messages/instagram/sendmedia`; inferred, evidence D).

    It needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ChannelMediaInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_instagram_media(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_instagram_template(
    credentials: WhautomateCredentials,
    message: ElementsTemplateInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a template by Instagram (`POST /v1/messages/instagram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ElementsTemplateInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_instagram_template(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_telegram_text(
    credentials: WhautomateCredentials,
    message: ChannelTextInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a text by Telegram (`POST /v1/messages/telegram/sendtext`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ChannelTextInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_telegram_text(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_telegram_media(
    credentials: WhautomateCredentials,
    message: ChannelMediaInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a file by Telegram (`POST /v1/messages/telegram/sendmedia`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.ChannelMediaInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_telegram_media(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_telegram_template(
    credentials: WhautomateCredentials,
    message: TelegramTemplateInput,
    *,
    extra: Json | None = None,
    allow_protected: bool = False,
    key: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a template by Telegram (`POST /v1/messages/telegram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.

    Args:
        credentials: The block of the account.
        message: Fields, see `whautomate_core.api.records.TelegramTemplateInput`.
        extra: Fields to send that the check of names does not know.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        key: What identifies this call: under one key it happens once. None means once in a flow run (the outermost) for
            the person or booking it is about, however often it is called, mapped or retried. The same call again
            returns the result of the first. A different call about the same, such as another text to the same person,
            sends nothing and is an error that asks for a key. Outside of runs each call without a key is sent.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `id` of the record, and its `status` if it has one.

    Raises:
        InvalidRequest: An argument can't be right. Nothing was sent.
        PolicyRefused: The account's policy forbids it, for example because the person has opted out.
        OutcomeUnknown: The server gave no answer, so it may have happened. It is not sent again.
        WhautomateError: The base of all other errors; see `whautomate_core.errors`.

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
    call = api.send_telegram_template(message, extra=extra, allow_protected=allow_protected)
    return send_once(credentials, call, key=key, max_requests=max_requests)


@whautomate_task(finished_in_run=False)
def send_template_to_contacts(
    credentials: WhautomateCredentials,
    source: Source,
    template: Template,
    *,
    key: str | None = None,
    mapping: Mapping[str, str | list[str]] | None = None,
    default_region: str | None = None,
    region_column: str | None = None,
    location_id: str | None = None,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    max_lateness: timedelta | None = timedelta(hours=6),
    due: datetime | None = None,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    max_requests: int | None = None,
) -> Json:
    """Send a WhatsApp template to each number in a source, once under a key, however often the step runs.

    Each person has a claim of their own, so a step that was interrupted resumes where it stopped, whatever the order of
    its rows, and chunks that hold the same person send to them once. A row that says something else to a person than
    an earlier row, or than this step said to them before, fails; if more of these fail than `max_failed` allows,
    nothing is sent at all. All rows are read first. Whether somebody has opted out is read directly before the message
    to them, among contacts and clients, so a message takes three requests. Searches may not show new people, so
    contacts and clients are also listed once, up to as many pages of each as there are messages, and people who are
    new, or known to a sync but in no list, are also read by id, one request each.

    Args:
        credentials: The block of the account.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        template: Name and language of an approved template.
        key: What identifies it: under one key it happens once. None means once in a flow run (the outermost) for the
            person or thing it is about; outside of runs a key is needed.
        mapping: What the API calls a value -> its column: `phoneNumber`, the number as people write it, and
            `bodyTextParameters`, the columns with the values of the body's placeholders, in order. Rows with an empty
            one are rejected. Defaults to the column `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where it is empty, `default_region` applies.
        location_id: Location they are sent from; defaults to the account's.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        max_lateness: How long after it was due the step may still send: a timedelta, seconds, or text such as "PT6H";
            None means no limit.
        due: When the step was to run, a datetime or its ISO 8601 text (UTC where it has no offset); None where somebody
            asked for it now.
        rejects_path: File or URL for rows that got no message, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, of which `sent`, `unchanged` (sent before under this key), `superseded` (the same number and
        message as an earlier row), `rejected`, `protected` (opted out, stopped your marketing in WhatsApp, or not
        listed), `failed` (refused by the server, or another message to the person was sent before), `unsettled` (got no
        answer, so it is not sent again); `skipped`, why nothing was sent, or None. Also `requests`, and `waited`, the
        seconds spent waiting for permits.

    Raises:
        `ConfigurationError` before anything is sent; `PolicyRefused` where sends are off or stopped; `InvalidRequest`
        over the thresholds, or where the server refuses one message after the other.

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
    with open_client(credentials, lane="bulk", max_requests=max_requests) as client:
        return run_job(
            client,
            send_template_to_contacts_job,
            source,
            template,
            key=key,
            mapping=mapping,
            default_region=default_region,
            region_column=region_column,
            location_id=location_id,
            max_rejected=max_rejected,
            max_failed=max_failed,
            max_lateness=max_lateness,
            due=due,
            rejects_path=rejects_path,
            outcomes_path=outcomes_path,
            step=step_of_run(),
        )


@whautomate_task(finished_in_run=True)
def wait_for_message(
    credentials: WhautomateCredentials,
    contact_id: str,
    *,
    since: datetime | str | None = None,
    poll_interval: float = 60.0,
    timeout: float = 86_400.0,
    max_requests: int | None = None,
) -> Json:
    """Wait until a contact has written since a moment, by any channel.

    Args:
        credentials: The block of the account.
        contact_id: Id of the contact.
        since: The moment: a datetime with a time zone, or its text. Defaults to the start of the step, which starts
            again with each retry. With retries, give a moment such as the start of the run.
        poll_interval: Seconds between the first two checks; doubles up to a quarter of an hour. All waiting tasks of
            the account together make at most a tenth of the requests of its day, and half of that in a quarter of it.
        timeout: The longest time to wait, in seconds, from its first start, however often the flow run is rescheduled.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        `contact_id`, `count` (of messages since), `newest_id`, `newest_at` (UTC); nothing of what was written. Also
        `requests`, and `waited`, the seconds spent waiting for permits.

    Raises:
        TimeoutError: It did not happen within `timeout` seconds.
        WhautomateError: It can no longer happen, or a check failed for good.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.messages import wait_for_message

        @flow
        def my_flow(contact_id):
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return wait_for_message(credentials, contact_id)
        ```
    """
    condition = checked(MessageReceived, contact_id, since=since)
    return wait_for(credentials, condition, poll_interval=poll_interval, timeout=timeout, max_requests=max_requests)
