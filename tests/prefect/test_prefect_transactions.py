"""Transactions of Prefect that fail: what the tasks in them did stays, and they say so."""

import asyncio
import contextlib

from prefect import flow
from prefect.transactions import transaction

from prefect_whautomate import broadcasts, contacts, messages, segments
from prefect_whautomate.aio import contacts as aio_contacts

ROWS = [{"name": "Ada", "phoneNumber": "+4930111111"}]
MAPPING = {"name": "name", "phoneNumber": "phoneNumber"}
TEMPLATE = {"name": "spring_sale", "language": "en"}
FAILED = "the transaction is rolled back, and this stays at Whautomate: "


def failing(steps):
    """Steps in a transaction that then fails, in a flow run that goes on."""

    @flow
    def pipeline():
        for _ in range(2):
            with contextlib.suppress(ZeroDivisionError), transaction():
                steps()
                1 / 0  # noqa: B018

    pipeline()


def said(caplog):
    lines = [one.getMessage() for one in caplog.records if one.name == "prefect_whautomate._rollback"]
    assert all(line.startswith(FAILED) for line in lines)
    return [line.removeprefix(FAILED) for line in lines]


def test_tags_and_people_stay_and_nobody_is_untagged(server, credentials, whautomate_emulator, caplog):
    failing(lambda: contacts.sync_contacts(credentials, ROWS, MAPPING, tags=["vip"]))
    assert [one["tags"] for one in whautomate_emulator.contacts()] == [["vip"]]
    assert not [one for one in whautomate_emulator.requests() if "tags/remove" in one["path"]]
    [line] = said(caplog)  # the second time nothing was to be done
    assert "1 created" in line
    assert line.endswith("(tags are not removed, because removing one may trigger automations that message people)")


def test_a_message_is_sent_once_although_its_transaction_fails(server, credentials, whautomate_emulator, caplog):
    [person] = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4930111111"}])

    def steps():
        contacts.add_contact_tags(credentials, person, ["vip"])
        messages.send_whatsapp_template(
            credentials, {"contact": {"id": person}, "template": TEMPLATE, "location": {"id": "loc000000001"}}
        )

    failing(steps)
    assert len(whautomate_emulator.messages()) == 1
    lines = said(caplog)
    assert [
        line
        for line in lines
        if line.endswith("(messages can't be taken back, and are not sent again if the flow run runs again)")
    ]


def test_so_does_a_broadcast(server, credentials, caplog):
    segment = segments.ensure_segment.fn(credentials, "all", {"tags": ["vip"]})["id"]
    failing(
        lambda: broadcasts.broadcast(
            credentials, "Spring", TEMPLATE, segment_id=segment, hold_minutes=0, min_recipients=0, cooldown=None
        )
    )
    assert all(line.startswith("broadcast Spring") and "can't be taken back" in line for line in said(caplog))
    assert len(said(caplog)) == 2


def test_coroutines_say_it_too_and_plans_reads_and_what_is_committed_say_nothing(server, credentials, caplog):
    @flow
    async def in_coroutines():
        await aio_contacts.sync_contacts(credentials, ROWS, MAPPING)
        with contextlib.suppress(ZeroDivisionError), transaction():
            await aio_contacts.sync_contacts(credentials, [{**ROWS[0], "name": "Ada L."}], MAPPING, plan_only=True)
            await aio_contacts.list_contacts(credentials)
            await aio_contacts.sync_contacts(credentials, [{**ROWS[0], "name": "Ada M."}], MAPPING)
            1 / 0  # noqa: B018

    asyncio.run(in_coroutines())
    [line] = said(caplog)
    assert "1 updated" in line
