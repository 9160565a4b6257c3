"""The catalogue of contact tags."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import contact_tags

list_contact_tags, alist_contact_tags = endpoint_tasks(contact_tags.list_contact_tags)
create_contact_tag, acreate_contact_tag = endpoint_tasks(contact_tags.create_contact_tag)
get_contact_tag, aget_contact_tag = endpoint_tasks(contact_tags.get_contact_tag)
delete_contact_tag, adelete_contact_tag = endpoint_tasks(contact_tags.delete_contact_tag)
