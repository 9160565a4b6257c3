"""Messages to one person: the endpoints, and the job that sends a template to each of many, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowSkipException

from airflow_provider_whautomate.operators.base import (
    WhautomateOperator,
    _storage,
    due_of,
    is_literal,
    skip_backfill,
    step_of,
    threshold,
)
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core.api import messages
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.timing import due_at, lateness

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client


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


class WhautomateSendTemplateToContactsOperator(WhautomateJobOperator, job=send_template_to_contacts):
    lane = "bulk"
    veiled_fields = frozenset({"source"})

    def check_literals(self) -> None:
        """Raise what is wrong with the times that stand in the DAG file."""
        for name, read in (("due", due_at), ("max_lateness", lateness)):
            if is_literal(value := getattr(self, name)):
                read(value)

    def work(self, client: Client, context: Context) -> Any:
        """Send them."""
        given = self.arguments()
        given["max_lateness"] = lateness(given["max_lateness"])
        skip_backfill(context, given["max_lateness"])
        given["due"] = due_at(given["due"]) or due_of(context)
        given["max_failed"] = threshold(given["max_failed"])
        found = send_template_to_contacts(client, **given, step=step_of(context), storage=_storage)
        if found["skipped"]:
            raise AirflowSkipException(self._job_line(found))
        return found
