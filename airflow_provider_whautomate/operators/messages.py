"""Messages to one person."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import messages


class WhautomateListContactMessagesOperator(WhautomateOperator, call=messages.list_contact_messages): ...


class WhautomateSendWhatsappTextOperator(WhautomateOperator, call=messages.send_whatsapp_text): ...


class WhautomateSendWhatsappMediaOperator(WhautomateOperator, call=messages.send_whatsapp_media): ...


class WhautomateSendWhatsappTemplateOperator(WhautomateOperator, call=messages.send_whatsapp_template): ...


class WhautomateSendMessengerTextOperator(WhautomateOperator, call=messages.send_messenger_text): ...


class WhautomateSendMessengerMediaOperator(WhautomateOperator, call=messages.send_messenger_media): ...


class WhautomateSendMessengerTemplateOperator(WhautomateOperator, call=messages.send_messenger_template): ...


class WhautomateSendInstagramTextOperator(WhautomateOperator, call=messages.send_instagram_text): ...


class WhautomateSendInstagramMediaOperator(WhautomateOperator, call=messages.send_instagram_media): ...


class WhautomateSendInstagramTemplateOperator(WhautomateOperator, call=messages.send_instagram_template): ...


class WhautomateSendTelegramTextOperator(WhautomateOperator, call=messages.send_telegram_text): ...


class WhautomateSendTelegramMediaOperator(WhautomateOperator, call=messages.send_telegram_media): ...


class WhautomateSendTelegramTemplateOperator(WhautomateOperator, call=messages.send_telegram_template): ...
