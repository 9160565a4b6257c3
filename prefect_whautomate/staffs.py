"""Staff, and the times they are not available: the endpoints, and the job that syncs those times."""

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from whautomate_core.api import staffs
from whautomate_core.bookings import staff_blocks

list_staffs, alist_staffs = endpoint_tasks(staffs.list_staffs)
get_staff, aget_staff = endpoint_tasks(staffs.get_staff)
list_staff_availability_blocks, alist_staff_availability_blocks = endpoint_tasks(staffs.list_staff_availability_blocks)
create_staff_availability_block, acreate_staff_availability_block = endpoint_tasks(
    staffs.create_staff_availability_block
)
get_staff_availability_block, aget_staff_availability_block = endpoint_tasks(staffs.get_staff_availability_block)
delete_staff_availability_block, adelete_staff_availability_block = endpoint_tasks(
    staffs.delete_staff_availability_block
)

sync_staff_blocks, async_staff_blocks = job_tasks(staff_blocks.sync_staff_blocks, __name__)
