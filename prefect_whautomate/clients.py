"""Clients, the people who book: the endpoints, and the jobs that sync and tag them, find one, and write to one."""

from __future__ import annotations

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from prefect_whautomate._waiting import waiting_tasks
from whautomate_core.api import clients
from whautomate_core.people import find as people
from whautomate_core.people.conditions import ClientHas
from whautomate_core.sync import clients as jobs

list_clients, alist_clients = endpoint_tasks(clients.list_clients)
create_client, acreate_client = endpoint_tasks(clients.create_client)
get_client, aget_client = endpoint_tasks(clients.get_client)
update_client, aupdate_client = endpoint_tasks(clients.update_client)
delete_client, adelete_client = endpoint_tasks(clients.delete_client)
add_client_tags, aadd_client_tags = endpoint_tasks(clients.add_client_tags)
remove_client_tags, aremove_client_tags = endpoint_tasks(clients.remove_client_tags)

find_client, afind_client = job_tasks(people.find_client, __name__, finished=False)
set_client_fields, aset_client_fields = job_tasks(people.set_client_fields, __name__)

sync_clients, async_clients = job_tasks(jobs.sync_clients, __name__, lane="bulk")
tag_clients, atag_clients = job_tasks(jobs.tag_clients, __name__, lane="bulk")


def _wait_for_client(client_id: str, tag: str) -> ClientHas:
    """Wait until a client has a tag. Clients have no stages.

    Args:
        client_id: Its id.
        tag: Name of the tag, in any spelling of upper and lower case.

    Returns:
        `id`.
    """
    return ClientHas(client_id, tag)


wait_for_client, await_for_client = waiting_tasks(_wait_for_client)
