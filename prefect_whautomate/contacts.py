"""Contacts: the endpoints, and the jobs that sync and tag them from a source, find one, and write to one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prefect_whautomate._progress import RunProgress
from prefect_whautomate._runs import task_client, used
from prefect_whautomate._tasks import async_twin, endpoint_tasks, job_tasks, whautomate_task
from prefect_whautomate._waiting import waiting_tasks
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core import people
from whautomate_core.api import contacts
from whautomate_core.client import Client
from whautomate_core.sources import Source
from whautomate_core.sync import contacts as jobs
from whautomate_core.sync.mapping import contact_mapping
from whautomate_core.sync.report import Threshold
from whautomate_core.waiting import ContactHas

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

_PHONE_ONLY = {"phoneNumber": "mobile"}


@whautomate_task
def sync_contacts(
    credentials: WhautomateCredentials,
    source: Source,
    mapping: Mapping[str, str],
    *,
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
    tags: Iterable[str] = (),
    location_id: str | None = None,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    max_requests: int | None = None,
) -> dict[str, Any]:
    """Create the contacts that are missing and update those that differ, matched by phone number.

    Nothing is sent for contacts that are equal, empty cells leave alone what is there, and who opted out gets neither
    tag nor stage. Running it again continues where it stopped.

    Args:
        credentials: Where to and as whom.
        source: Path of a CSV file, or rows as dicts.
        mapping: Field of a contact -> column, such as `{"name": "full_name", "customFields.plan": "plan"}`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; rows that say no are synced and get no tag.
        tags: Tags for every contact that consents.
        location_id: Location of new contacts; that of the credentials where None.
        max_rejected: Rows that may be unfit to send before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows the server may refuse before the task fails: a count, or a share.
        rejects_path: File for rows that were not sent, one JSON object a line with row number and reason.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, `created`, `updated`, `unchanged`, `rejected`, `folded` (rows with the number of a later row),
            `tagged`, `protected` (opted out), `failed`, `unsettled` (nobody knows whether they were created; the next
            run finds out), `requests`, `waited` (seconds, for permits), `seconds`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import sync_contacts

        @flow
        def nightly():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            mapping = {"name": "full_name", "phoneNumber": "mobile"}
            return sync_contacts(credentials, "customers.csv", mapping, default_region="DE")
        ```
    """
    columns = contact_mapping(
        mapping, default_region=default_region, region_column=region_column, consent_column=consent_column
    )
    with task_client(Client, credentials, lane="bulk", max_requests=max_requests) as client:
        report = jobs.sync_contacts(
            client,
            source,
            columns,
            location_id=location_id,
            tags=tags,
            max_rejected=max_rejected,
            max_failed=max_failed,
            rejects_path=rejects_path,
            progress=RunProgress(),
        )
        return {**report, **used(client)}


@whautomate_task
def tag_contacts(
    credentials: WhautomateCredentials,
    source: Source,
    tag: str,
    match: Mapping[str, str] = _PHONE_ONLY,
    *,
    default_region: str | None = None,
    region_column: str | None = None,
    consent_column: str | None = None,
    max_failed: Threshold = 0,
    max_requests: int | None = None,
) -> dict[str, Any]:
    """Give a tag to the contacts whose numbers a source names. Who has the tag, or opted out, is left alone.

    Tagging may trigger automations that message people, so nobody is tagged twice.

    Args:
        credentials: Where to and as whom.
        source: Path of a CSV file, or rows as dicts.
        tag: Name of the tag.
        match: Which column holds `phoneNumber`.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where empty, `default_region` holds.
        consent_column: Column that says yes or no; only rows that say yes are tagged.
        max_failed: Contacts the server may refuse to tag before the task fails: a count, or a share like `"5%"`.
        max_requests: The most requests it may make, repeats included; `BudgetExceeded` before one more.

    Returns:
        Counts: `rows`, `tagged`, `already` (had it), `protected` (opted out), `no_consent`, `missing` (no such
            contact), `rejected`, `failed`, `requests`, `waited` (seconds, for permits), `seconds`.

    Example:
        ```python
        from prefect import flow
        from prefect_whautomate import WhautomateCredentials
        from prefect_whautomate.contacts import tag_contacts

        @flow
        def tag_buyers():
            credentials = WhautomateCredentials.load("BLOCK_NAME")
            return tag_contacts(credentials, "buyers.csv", "buyer", default_region="DE")
        ```
    """
    columns = contact_mapping(
        match, default_region=default_region, region_column=region_column, consent_column=consent_column
    )
    with task_client(Client, credentials, lane="bulk", max_requests=max_requests) as client:
        report = jobs.tag_contacts(client, source, columns, tag, max_failed=max_failed, progress=RunProgress())
        return {**report, **used(client)}


async_contacts = async_twin(sync_contacts)
atag_contacts = async_twin(tag_contacts)


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
    return ContactHas(contact_id, phone, tag, stage)


wait_for_contact, await_for_contact = waiting_tasks(_wait_for_contact)
