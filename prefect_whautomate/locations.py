"""Business locations."""

from prefect_whautomate._tasks import endpoint_tasks
from whautomate_core.api import locations

list_locations, alist_locations = endpoint_tasks(locations.list_locations)
get_location, aget_location = endpoint_tasks(locations.get_location)
