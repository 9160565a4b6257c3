"""Coroutines leave the event loop free while they wait for an answer."""

import asyncio

import pytest

from prefect_whautomate.aio import contacts

PERSON = {"name": "Ada", "phoneNumber": "+49301234567", "location": {"id": "loc000000001"}, "tags": ["vip"]}
ROWS = [{"name": "Ada", "mobile": "030 7654321"}]
MAPPING = {"name": "name", "phoneNumber": "mobile"}


@pytest.fixture
def contact(whautomate_emulator):
    [id] = whautomate_emulator.add_contacts([PERSON])
    return id


@pytest.mark.parametrize(
    ("operation", "task", "given"),
    [
        ("updateContact", contacts.update_contact, ("ID", {"stage": "Won"})),
        ("addContactTags", contacts.add_contact_tags, ("ID", ["new"])),
        ("createContact", contacts.create_contact, ({**PERSON, "phoneNumber": "+49307777777"},)),
        ("getContact", contacts.get_contact, ("ID",)),
        ("listContacts", contacts.list_contacts, ()),
        ("listContacts", contacts.find_contact, (PERSON["phoneNumber"],)),
        ("createContact", contacts.sync_contacts, (ROWS, MAPPING)),
    ],
    ids=lambda one: getattr(one, "name", None),
)
@pytest.mark.whautomate(search_delay=0.0)
def test_a_request_that_takes_long_holds_up_nobody(whautomate_emulator, credentials, contact, operation, task, given):
    asyncio.run(seen_while_it_waits(whautomate_emulator, operation, task, credentials, contact, given))


def test_neither_does_a_wait_or_a_file(whautomate_emulator, credentials, contact, tmp_path):
    path = {"output_path": str(tmp_path / "people.jsonl")}
    for operation, task, given, more in (
        ("getContact", contacts.wait_for_contact, ("ID",), {"tag": "vip"}),
        ("listContacts", contacts.list_contacts, (), path),
    ):
        asyncio.run(seen_while_it_waits(whautomate_emulator, operation, task, credentials, contact, given, **more))


async def seen_while_it_waits(emulator, operation, task, credentials, contact, given, **more):
    """A request is held until the loop has seen that; a loop that is blocked meanwhile sees none."""
    emulator.fault("slow", operation=operation, seconds=20.0)
    if task is contacts.sync_contacts:
        more = {"default_region": "DE"}
    running = asyncio.create_task(task.fn(credentials, *(contact if one == "ID" else one for one in given), **more))
    while not emulator.held() and not running.done():
        await asyncio.sleep(0.02)
    assert emulator.held(), "the loop was blocked until the answer came"
    emulator.release()
    await running
