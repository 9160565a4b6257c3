"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from __future__ import annotations

from prefect_whautomate._tasks import endpoint_tasks, job_tasks
from prefect_whautomate._waiting import waiting_tasks
from whautomate_core.api import contacts
from whautomate_core.people import find as people
from whautomate_core.people import opt_outs
from whautomate_core.people.conditions import ContactHas
from whautomate_core.sync import contacts as jobs

list_contacts, alist_contacts = endpoint_tasks(contacts.list_contacts)
create_contact, acreate_contact = endpoint_tasks(contacts.create_contact)
get_contact, aget_contact = endpoint_tasks(contacts.get_contact)
update_contact, aupdate_contact = endpoint_tasks(contacts.update_contact)
delete_contact, adelete_contact = endpoint_tasks(contacts.delete_contact)
add_contact_tags, aadd_contact_tags = endpoint_tasks(contacts.add_contact_tags)
remove_contact_tags, aremove_contact_tags = endpoint_tasks(contacts.remove_contact_tags)

find_contact, afind_contact = job_tasks(people.find_contact, __name__, finished=False)
set_contact_stage, aset_contact_stage = job_tasks(people.set_contact_stage, __name__)
set_contact_fields, aset_contact_fields = job_tasks(people.set_contact_fields, __name__)

sync_contacts, async_contacts = job_tasks(jobs.sync_contacts, __name__, lane="bulk")
tag_contacts, atag_contacts = job_tasks(jobs.tag_contacts, __name__, lane="bulk")
export_opt_outs, aexport_opt_outs = job_tasks(opt_outs.export_opt_outs, __name__, finished=False, lane="bulk")


def _wait_for_contact(
    contact_id: str | None = None, *, phone: str | None = None, tag: str | None = None, stage: str | None = None
) -> ContactHas:
    """Wait until a contact has a tag, a stage, or both.

    Args:
        contact_id: Its id; this or `phone`.
        phone: A number; which of the contacts that have it does not matter. There may be none yet.
        tag: Name of a tag, in any spelling of upper and lower case.
        stage: Name of a stage, likewise.

    Returns:
        `id`.
    """
    return ContactHas(contact_id, phone=phone, tag=tag, stage=stage)


wait_for_contact, await_for_contact = waiting_tasks(_wait_for_contact)
