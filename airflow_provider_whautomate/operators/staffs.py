"""Staff, and the times they are not available."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from whautomate_core.api import staffs


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
