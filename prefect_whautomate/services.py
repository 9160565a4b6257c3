"""Services, what can be booked: the endpoints, and the jobs that make or change one, or those of a price list."""

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from whautomate_core.api import services
from whautomate_core.bookings import catalogue
from whautomate_core.bookings import services as lists

list_services, alist_services = endpoint_tasks(services.list_services)
create_service, acreate_service = endpoint_tasks(services.create_service)
get_service, aget_service = endpoint_tasks(services.get_service)
update_service, aupdate_service = endpoint_tasks(services.update_service)
delete_service, adelete_service = endpoint_tasks(services.delete_service)

upsert_service, aupsert_service = job_tasks(catalogue.upsert_service, __name__)
sync_services, async_services = job_tasks(lists.sync_services, __name__)
