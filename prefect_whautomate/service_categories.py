"""Categories of services."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import service_categories

list_service_categories, alist_service_categories = endpoint_tasks(service_categories.list_service_categories)
create_service_category, acreate_service_category = endpoint_tasks(service_categories.create_service_category)
get_service_category, aget_service_category = endpoint_tasks(service_categories.get_service_category)
delete_service_category, adelete_service_category = endpoint_tasks(service_categories.delete_service_category)
