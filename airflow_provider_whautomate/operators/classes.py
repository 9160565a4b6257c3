"""Classes and who takes part: the endpoints, and the jobs on one class, a timetable, participants and exports."""

from __future__ import annotations

from airflow_provider_whautomate.operators.base import WhautomateOperator
from airflow_provider_whautomate.operators.jobs import WhautomateJobOperator
from whautomate_core.api import classes
from whautomate_core.bookings import catalogue, exports, participants, timetable


class WhautomateListClassesOperator(WhautomateOperator, call=classes.list_classes): ...


class WhautomateCreateClassOperator(WhautomateOperator, call=classes.create_class): ...


class WhautomateGetClassOperator(WhautomateOperator, call=classes.get_class): ...


class WhautomateUpdateClassOperator(WhautomateOperator, call=classes.update_class): ...


class WhautomateDeleteClassOperator(WhautomateOperator, call=classes.delete_class): ...


class WhautomateListClassParticipantsOperator(WhautomateOperator, call=classes.list_class_participants): ...


class WhautomateAddClassParticipantOperator(WhautomateOperator, call=classes.add_class_participant): ...


class WhautomateRemoveClassParticipantOperator(WhautomateOperator, call=classes.remove_class_participant): ...


class WhautomateListClientClassBookingsOperator(WhautomateOperator, call=classes.list_client_class_bookings): ...


class WhautomateUpsertClassOperator(WhautomateJobOperator, job=catalogue.upsert_class): ...


class WhautomateSyncClassesOperator(WhautomateJobOperator, job=timetable.sync_classes): ...


class WhautomateEnrolParticipantsOperator(WhautomateJobOperator, job=participants.enrol_participants): ...


class WhautomateExportClassesOperator(WhautomateJobOperator, job=exports.export_classes): ...


class WhautomateExportBookingsOperator(WhautomateJobOperator, job=exports.export_bookings): ...
