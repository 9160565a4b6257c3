"""Staff, and the times they are not available."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import staffs

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
