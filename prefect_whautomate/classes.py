"""Classes and who takes part: the endpoints, and the job that makes or changes one by its start."""

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from whautomate_core import catalogue
from whautomate_core.api import classes

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
