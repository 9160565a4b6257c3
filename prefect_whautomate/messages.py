"""Messages to and from one person."""

from __future__ import annotations

from datetime import datetime

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from prefect_whautomate._waiting import waiting_tasks
from whautomate_core.api import messages
from whautomate_core.messaging import messages as jobs
from whautomate_core.messaging.conditions import MessageReceived

list_contact_messages, alist_contact_messages = endpoint_tasks(messages.list_contact_messages)
send_whatsapp_text, asend_whatsapp_text = endpoint_tasks(messages.send_whatsapp_text)
send_whatsapp_media, asend_whatsapp_media = endpoint_tasks(messages.send_whatsapp_media)
send_whatsapp_template, asend_whatsapp_template = endpoint_tasks(messages.send_whatsapp_template)
send_messenger_text, asend_messenger_text = endpoint_tasks(messages.send_messenger_text)
send_messenger_media, asend_messenger_media = endpoint_tasks(messages.send_messenger_media)
send_messenger_template, asend_messenger_template = endpoint_tasks(messages.send_messenger_template)
send_instagram_text, asend_instagram_text = endpoint_tasks(messages.send_instagram_text)
send_instagram_media, asend_instagram_media = endpoint_tasks(messages.send_instagram_media)
send_instagram_template, asend_instagram_template = endpoint_tasks(messages.send_instagram_template)
send_telegram_text, asend_telegram_text = endpoint_tasks(messages.send_telegram_text)
send_telegram_media, asend_telegram_media = endpoint_tasks(messages.send_telegram_media)
send_telegram_template, asend_telegram_template = endpoint_tasks(messages.send_telegram_template)
send_template_to_contacts, asend_template_to_contacts = job_tasks(
    jobs.send_template_to_contacts, __name__, finished=False
)


def _wait_for_message(contact_id: str, *, since: datetime | str | None = None) -> MessageReceived:
    """Wait until a contact has written since a moment, by whatever channel.

    Args:
        contact_id: Id of the contact.
        since: The moment: a datetime with a time zone, or its text. Where None, when the task starts, and so anew
            where it is retried or the flow run is rescheduled.

    Returns:
        `contact_id`, `count` (of messages since), `newest_id`, `newest_at` (UTC); nothing of what was written.
    """
    return MessageReceived(contact_id, since=since)


wait_for_message, await_for_message = waiting_tasks(_wait_for_message)
