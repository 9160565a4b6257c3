"""Webhooks: where events are reported to."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import webhooks

list_webhooks, alist_webhooks = endpoint_tasks(webhooks.list_webhooks)
create_webhook, acreate_webhook = endpoint_tasks(webhooks.create_webhook)
get_webhook, aget_webhook = endpoint_tasks(webhooks.get_webhook)
update_webhook, aupdate_webhook = endpoint_tasks(webhooks.update_webhook)
delete_webhook, adelete_webhook = endpoint_tasks(webhooks.delete_webhook)
