"""Staff, and the times they are not available: the endpoints, and the job that syncs those times."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core.api import staffs
from whautomate_core.bookings import staff_blocks


class WhautomateListStaffsOperator(WhautomateOperator, call=staffs.list_staffs): ...


class WhautomateGetStaffOperator(WhautomateOperator, call=staffs.get_staff): ...


class WhautomateListStaffAvailabilityBlocksOperator(WhautomateOperator, call=staffs.list_staff_availability_blocks): ...


class WhautomateCreateStaffAvailabilityBlockOperator(
    WhautomateOperator, call=staffs.create_staff_availability_block
): ...


class WhautomateGetStaffAvailabilityBlockOperator(WhautomateOperator, call=staffs.get_staff_availability_block): ...


class WhautomateDeleteStaffAvailabilityBlockOperator(
    WhautomateOperator, call=staffs.delete_staff_availability_block
): ...


class WhautomateSyncStaffBlocksOperator(WhautomateJobOperator, job=staff_blocks.sync_staff_blocks): ...
