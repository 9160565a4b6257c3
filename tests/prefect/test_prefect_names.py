"""What task runs are called, and their tags."""

import inspect
from pathlib import Path

import pytest
from conftest import wait_for
from prefect import flow, task, unmapped
from prefect.runtime import flow_run

from prefect_whautomate import broadcasts, contacts, messages, segments
from prefect_whautomate.aio import contacts as aio_contacts


def name_of(one, *args, **kwargs):
    """The name of a run of a task with these arguments, with `-…` where Prefect's own random end is."""
    given = inspect.signature(one.fn).bind("block", *args, **kwargs)
    given.apply_defaults()
    name = one.task_run_name(parameters=given.arguments)
    return f"{one.name}-…" if name[:-3] == f"{one.name}-" else name


ADA = {"name": "Ada", "phoneNumber": "+4930123456701"}
TEMPLATE = {"name": "spring_sale", "language": "en"}


@pytest.mark.parametrize(
    ("one", "args", "kwargs", "name"),
    [
        (contacts.get_contact, ("FcBox4UkwZA",), {}, "get_contact FcBox4UkwZA"),
        (contacts.get_contact, ("+4930123456701",), {}, "get_contact-…"),
        (contacts.get_contact, ("ada",), {}, "get_contact-…"),
        (contacts.create_contact, (ADA,), {}, "create_contact +49…01"),
        (aio_contacts.create_contact, (ADA,), {}, "create_contact +49…01"),
        (contacts.create_contact, ({"name": "Ada", "phoneNumber": "112"},), {}, "create_contact-…"),
        (messages.send_whatsapp_text, ({"recepient": ADA, "text": "a"},), {}, "send_whatsapp_text +49…01"),
        (messages.send_whatsapp_text, ({"contact": {"id": "FcBox4UkwZA"}},), {}, "send_whatsapp_text FcBox4UkwZA"),
        (contacts.find_contact, (), {"phone": "030 1234567"}, "find_contact 03…67"),
        (contacts.set_contact_fields, ({"name": "Ada"},), {"phone": "+4930123456701"}, "set_contact_fields +49…01"),
        (
            contacts.sync_contacts,
            ("s3://key:secret@bucket/crm.csv", {"phoneNumber": "03012345678"}),
            {},
            "sync_contacts crm.csv",
        ),
        (contacts.sync_contacts, (Path("/home/me/crm.csv"), {}), {}, "sync_contacts crm.csv"),
        (contacts.sync_contacts, ([ADA], {"phoneNumber": "03012345678"}), {}, "sync_contacts-…"),
        (contacts.tag_contacts, ([ADA], "vip"), {}, "tag_contacts vip"),
        (segments.ensure_segment, ("vips", {"tags": ["vip"]}), {}, "ensure_segment vips"),
        (segments.create_segment, ({"name": "vips"},), {}, "create_segment vips"),
        (broadcasts.broadcast, ("sale", TEMPLATE), {"segment_name": "vips"}, "broadcast sale"),
        (contacts.list_contacts, (), {}, "list_contacts-…"),
        (contacts.get_contact.with_options(name="show"), ("FcBox4UkwZA",), {}, "show FcBox4UkwZA"),
    ],
)
def test_a_name_says_what_the_run_is_about_and_nothing_about_people(one, args, kwargs, name):
    assert name_of(one, *args, **kwargs) == name


@pytest.mark.whautomate(search_delay=0.0)
def test_mapped_runs_have_their_place_and_tags(server, credentials):
    people = [{**ADA, "phoneNumber": f"+49301234567{n:02}", "location": {"id": "loc000000001"}} for n in range(3)]
    rows = [[{"name": "Bo", "mobile": f"030 76543{n:02}"}] for n in range(2)]

    @task
    def listed():
        return rows

    @flow
    def nightly():
        account, mapping = unmapped(credentials), unmapped({"name": "name", "phoneNumber": "mobile"})
        contacts.create_contact.map(account, people).result()
        contacts.sync_contacts.map(account, source=rows, mapping=mapping, default_region="DE").result()
        contacts.sync_contacts.map(account, listed.submit(), mapping, default_region="DE").result()
        contacts.get_contact.with_options(task_run_name="mine").map(account, ["c1"], return_state=True)
        return flow_run.id

    run = nightly()

    def runs():
        given = {"task_runs": {"flow_run_id": {"any_": [run]}}}
        return server.request("POST", "/task_runs/filter", json=given).json()

    found = wait_for(lambda: runs() if len(runs()) == 9 else None, 60)
    names = sorted(one["name"] for one in found)
    assert names[:3] == ["create_contact-0 +49…00", "create_contact-1 +49…01", "create_contact-2 +49…02"]
    assert {"sync_contacts-0", "sync_contacts-1", "mine"} < set(names)
    (tags,) = {tuple(sorted(one["tags"])) for one in found if "contact" in one["name"]}
    assert tags == ("whautomate", "whautomate-contacts")
