"""Services: what can be booked."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import services

list_services, alist_services = endpoint_tasks(services.list_services)
create_service, acreate_service = endpoint_tasks(services.create_service)
get_service, aget_service = endpoint_tasks(services.get_service)
update_service, aupdate_service = endpoint_tasks(services.update_service)
delete_service, adelete_service = endpoint_tasks(services.delete_service)
