"""Messages to one person."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import messages

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
