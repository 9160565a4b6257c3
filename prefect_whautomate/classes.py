"""Classes and who takes part: the endpoints, and the jobs on one class, a timetable, participants and exports."""

from __future__ import annotations

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from prefect_whautomate._waiting import waiting_tasks
from whautomate_core.api import classes
from whautomate_core.bookings import catalogue, exports, participants, timetable
from whautomate_core.bookings.conditions import ClassPlaces

list_classes, alist_classes = endpoint_tasks(classes.list_classes)
create_class, acreate_class = endpoint_tasks(classes.create_class)
get_class, aget_class = endpoint_tasks(classes.get_class)
update_class, aupdate_class = endpoint_tasks(classes.update_class)
delete_class, adelete_class = endpoint_tasks(classes.delete_class)
list_class_participants, alist_class_participants = endpoint_tasks(classes.list_class_participants)
add_class_participant, aadd_class_participant = endpoint_tasks(classes.add_class_participant)
remove_class_participant, aremove_class_participant = endpoint_tasks(classes.remove_class_participant)
list_client_class_bookings, alist_client_class_bookings = endpoint_tasks(classes.list_client_class_bookings)

upsert_class, aupsert_class = job_tasks(catalogue.upsert_class, __name__)
sync_classes, async_classes = job_tasks(timetable.sync_classes, __name__)
enrol_participants, aenrol_participants = job_tasks(participants.enrol_participants, __name__)
export_classes, aexport_classes = job_tasks(exports.export_classes, __name__, finished=False)
export_bookings, aexport_bookings = job_tasks(exports.export_bookings, __name__, finished=False)


def _wait_for_class(class_id: str, *, free: int = 1) -> ClassPlaces:
    """Wait until a class has places free, or is full.

    Args:
        class_id: Id of the class.
        free: How many places at least; 0 for a class that is full.

    Returns:
        `id`, `free` (places).
    """
    return ClassPlaces(class_id, free=free)


wait_for_class, await_for_class = waiting_tasks(_wait_for_class)
