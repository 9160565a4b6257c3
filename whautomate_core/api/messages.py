"""Messages to one person. An answer may be a 200 that holds an `error` (one integrator reads it so, evidence C).

A send must happen once. The person is read first: people who opted out are not messaged. An opt-out belongs to the
person, so all contacts and clients with the number are searched for, whichever of them the message names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whautomate_core.api._people import anybody
from whautomate_core.api.call import Act, Call, Json, acting, listing, post, referred
from whautomate_core.api.check import body, query
from whautomate_core.api.clients import get_client
from whautomate_core.api.contacts import get_contact
from whautomate_core.api.endpoint import F, by, endpoint
from whautomate_core.api.records import (
    ChannelMediaInput,
    ChannelTextInput,
    ElementsTemplateInput,
    Message,
    MessageResult,
    PeriodFilters,
    TelegramTemplateInput,
    WhatsappMediaInput,
    WhatsappTemplateInput,
    WhatsappTextInput,
)
from whautomate_core.errors import InvalidRequest
from whautomate_core.values.phones import international, shared_digits


def _sends(id: str, request: str, noun: str, act: Act) -> Callable[[F], F]:
    identity = by("contact", "client", "recepient", reaches=True)
    return endpoint(id, request, noun, "sent", act=act, identity=identity)


@endpoint("listContactMessages", "GET /v1/messages/{}", "message", within="contact")
def list_contact_messages(contact_id: str, *, filters: PeriodFilters | None = None) -> Call[list[Message]]:
    """List the messages from and to a contact (`GET /v1/messages/{contactId}`; path A, filters and shape D)."""
    return listing("/v1/messages/{}", query(PeriodFilters, filters), contact_id=contact_id)


@_sends("sendWhatsappText", "POST /v1/messages/whatsapp/sendtext", "WhatsApp text message", Act.FREE_MESSAGE)
def send_whatsapp_text(
    message: WhatsappTextInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a text by WhatsApp (`POST /v1/messages/whatsapp/sendtext`; white-label copy, evidence B).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    It needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/whatsapp/sendtext", WhatsappTextInput, message, extra, allow_protected, free=True)


@_sends("sendWhatsappMedia", "POST /v1/messages/whatsapp/sendmedia", "WhatsApp media message", Act.FREE_MESSAGE)
def send_whatsapp_media(
    message: WhatsappMediaInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a file by WhatsApp (`POST /v1/messages/whatsapp/sendmedia`; white-label copy, evidence B).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    It needs a session: the person wrote in the last 24 hours. `send_whatsapp_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/whatsapp/sendmedia", WhatsappMediaInput, message, extra, allow_protected, free=True)


@_sends("sendWhatsappTemplate", "POST /v1/messages/whatsapp/sendtemplate", "WhatsApp template message", Act.MESSAGE)
def send_whatsapp_template(
    message: WhatsappTemplateInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a template by WhatsApp (`POST /v1/messages/whatsapp/sendtemplate`; path A, body C).

    It goes to exactly one of `contact`, `client` and `recepient` (spelt so in the API; evidence B), who is read first.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/whatsapp/sendtemplate", WhatsappTemplateInput, message, extra, allow_protected)


@_sends("sendMessengerText", "POST /v1/messages/messenger/sendtext", "Messenger text message", Act.FREE_MESSAGE)
def send_messenger_text(
    message: ChannelTextInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a text by Messenger (`POST /v1/messages/messenger/sendtext`; path B, shape C).

    It needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/messenger/sendtext", ChannelTextInput, message, extra, allow_protected, free=True)


@_sends("sendMessengerMedia", "POST /v1/messages/messenger/sendmedia", "Messenger media message", Act.FREE_MESSAGE)
def send_messenger_media(
    message: ChannelMediaInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a file by Messenger (`POST /v1/messages/messenger/sendmedia`; path B, shape C).

    It needs a session: the person wrote in the last 24 hours. `send_messenger_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/messenger/sendmedia", ChannelMediaInput, message, extra, allow_protected, free=True)


@_sends("sendMessengerTemplate", "POST /v1/messages/messenger/sendtemplate", "Messenger template message", Act.MESSAGE)
def send_messenger_template(
    message: ElementsTemplateInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a template by Messenger (`POST /v1/messages/messenger/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/messenger/sendtemplate", ElementsTemplateInput, message, extra, allow_protected)


@_sends("sendInstagramText", "POST /v1/messages/instagram/sendtext", "Instagram text message", Act.FREE_MESSAGE)
def send_instagram_text(
    message: ChannelTextInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a text by Instagram (`POST /v1/messages/instagram/sendtext`; integrators, evidence C).

    It needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/instagram/sendtext", ChannelTextInput, message, extra, allow_protected, free=True)


@_sends("sendInstagramMedia", "POST /v1/messages/instagram/sendmedia", "Instagram media message", Act.FREE_MESSAGE)
def send_instagram_media(
    message: ChannelMediaInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a file by Instagram (`POST /v1/messages/instagram/sendmedia`; inferred, evidence D).

    It needs a session: the person wrote in the last 24 hours. `send_instagram_template` needs none.
    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/instagram/sendmedia", ChannelMediaInput, message, extra, allow_protected, free=True)


@_sends("sendInstagramTemplate", "POST /v1/messages/instagram/sendtemplate", "Instagram template message", Act.MESSAGE)
def send_instagram_template(
    message: ElementsTemplateInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a template by Instagram (`POST /v1/messages/instagram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/instagram/sendtemplate", ElementsTemplateInput, message, extra, allow_protected)


@_sends("sendTelegramText", "POST /v1/messages/telegram/sendtext", "Telegram text message", Act.MESSAGE)
def send_telegram_text(
    message: ChannelTextInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a text by Telegram (`POST /v1/messages/telegram/sendtext`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/telegram/sendtext", ChannelTextInput, message, extra, allow_protected)


@_sends("sendTelegramMedia", "POST /v1/messages/telegram/sendmedia", "Telegram media message", Act.MESSAGE)
def send_telegram_media(
    message: ChannelMediaInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a file by Telegram (`POST /v1/messages/telegram/sendmedia`; inferred, evidence D).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/telegram/sendmedia", ChannelMediaInput, message, extra, allow_protected)


@_sends("sendTelegramTemplate", "POST /v1/messages/telegram/sendtemplate", "Telegram template message", Act.MESSAGE)
def send_telegram_template(
    message: TelegramTemplateInput, *, extra: Json | None = None, allow_protected: bool = False
) -> Call[MessageResult]:
    """Send a template by Telegram (`POST /v1/messages/telegram/sendtemplate`; integrators, evidence C).

    Contacts and clients with the person's number are searched for first; how soon a search finds new ones is unknown.
    """
    return _send("/v1/messages/telegram/sendtemplate", TelegramTemplateInput, message, extra, allow_protected)


def _send(
    path: str, record: type, message: Any, extra: Json | None, allow_protected: bool, *, free: bool = False
) -> Call[MessageResult]:
    sent = body(record, message, extra)
    act = Act.FREE_MESSAGE if free else Act.MESSAGE
    return acting(post(path, sent), act, allow_protected, _person(sent))


_PERSON = ("contact", "client", "recepient")
_NAMES_SOMEBODY = {"contact", "contactid", "client", "clientid", "recepient", "recipient"}
"""Fields, in lower case, that the server might read as the recipient of a message."""


def _person(sent: Json) -> tuple[Call[Any], ...]:
    """The reads of the person a message goes to.

    Raises: `InvalidRequest` for a field that might name somebody else, since it was not checked whether they opted out.
    """
    others = [name for name in sent if name not in _PERSON and name.replace("_", "").casefold() in _NAMES_SOMEBODY]
    if others:
        raise InvalidRequest(
            f"extra must not name a person by {others[0]!r}: name them by exactly one of contact, client and "
            "recepient, so that it can be checked whether they opted out"
        )
    named = [name for name in _PERSON if name in sent]
    if len(named) != 1:
        both = f": got {' and '.join(named)}" if named else ""
        raise InvalidRequest(f"the message must name exactly one of contact, client and recepient{both}")
    if named == ["contact"]:
        return (get_contact(referred(sent, "contact")),)
    if named == ["client"]:
        return (get_client(referred(sent, "client")),)
    if not isinstance(sent["recepient"], dict):
        raise InvalidRequest(f"recepient must be a dict, got {type(sent['recepient']).__name__}")
    number = international("recepient.phoneNumber", sent["recepient"].get("phoneNumber"))
    return anybody(shared_digits(number))
