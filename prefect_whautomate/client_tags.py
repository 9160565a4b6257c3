"""The catalogue of client tags."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import client_tags

list_client_tags, alist_client_tags = endpoint_tasks(client_tags.list_client_tags)
create_client_tag, acreate_client_tag = endpoint_tasks(client_tags.create_client_tag)
get_client_tag, aget_client_tag = endpoint_tasks(client_tags.get_client_tag)
delete_client_tag, adelete_client_tag = endpoint_tasks(client_tags.delete_client_tag)
