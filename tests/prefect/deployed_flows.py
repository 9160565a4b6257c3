"""Flows that tests deploy, and the process that serves them: `python deployed_flows.py FLOW DEPLOYMENT`.

The trial's windows are shortened: "tomorrow" is some seconds away, as the environment says.
"""

import asyncio
import atexit
import json
import os
import sys
import time
from pathlib import Path

from prefect import flow, unmapped
from prefect.runtime import flow_run

import whautomate_core.account
from prefect_whautomate import WhautomateCredentials, contacts, segments
from prefect_whautomate.aio import contacts as aio_contacts
from whautomate_core.values.limits import Limits

whautomate_core.account.PLANS["trial"] = Limits(json.loads(os.environ.get("TEST_WINDOWS", "[[60, 60], [100, 86400]]")))

ROWS = [{"name": f"Ada {n}", "mobile": f"030 12345{n:02}"} for n in range(3)]
MAPPING = {"name": "name", "phoneNumber": "mobile"}


ALONE = {"allow_protected": True}
"""One request a write, so that they can be counted: without the reading of whom it concerns."""


def person(number):
    return {"name": "Ada", "phoneNumber": f"+4930{number:07}", "location": {"id": "loc000000001"}}


def note(path, what):
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{flow_run.run_count} {os.getpid()} {what}\n")


@flow
def nightly(block: str, notes: str):
    """Jobs, mapped creates in a flow of their own, a write: more requests than the windows allow at once."""
    credentials = WhautomateCredentials.load(block)
    note(notes, "start")
    synced = contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")
    passing = contacts.create_contact(credentials, person(99), **ALONE)
    contacts.delete_contact(credentials, passing["id"], **ALONE)
    made = several(block)
    segment = segments.ensure_segment(credentials, "all", {"tags": ["newsletter"]})
    note(notes, json.dumps([synced["created"], len(made), segment["name"]]))


@flow
def several(block: str):
    credentials, people = unmapped(WhautomateCredentials.load(block)), [person(n) for n in range(6)]
    made = contacts.create_contact.map(credentials, people, **ALONE)
    return [one["id"] for one in made.result()]


@flow
def slow_to_exit(block: str, notes: str):
    """Six writes, each of which may have to wait for a permit, in a process that takes its time to end."""
    atexit.register(time.sleep, 8)
    credentials = WhautomateCredentials.load(block)
    note(notes, "start")
    for number in range(6):
        contacts.create_contact(credentials, person(number), **ALONE)
    note(notes, "made")


@flow(retries=1)
async def in_coroutines(block: str, notes: str):
    credentials = await WhautomateCredentials.aload(block)
    note(notes, "start")
    if flow_run.run_count == 1:
        raise RuntimeError("a failure, of which one is retried")
    await asyncio.gather(*(aio_contacts.create_contact(credentials, person(n), **ALONE) for n in range(6)))
    note(notes, "made")


@flow
def one_contact(block: str, notes: str):
    note(notes, "start")
    contacts.create_contact(WhautomateCredentials.load(block), person(1))
    note(notes, "made")


@flow
def one_broadcast(block: str, notes: str):
    from prefect_whautomate import broadcasts

    credentials = WhautomateCredentials.load(block)
    segment = segments.ensure_segment(credentials, "all", {"tags": ["newsletter"]})
    note(notes, "start")
    template = {"name": "spring_sale", "language": "en"}
    sent = broadcasts.broadcast(
        credentials, "spring", template, segment_id=segment["id"], hold_minutes=0, min_recipients=0
    )
    note(notes, f"made {sent['id']}")


@flow
def one_key(block: str, notes: str):
    """Sends once for a key of its own, whoever runs it."""
    note(notes, f"start {os.environ['WHAUTOMATE_HOME']}")
    contacts.create_contact(WhautomateCredentials.load(block), person(1), key="one")


@flow
def waits(block: str, notes: str, how: str):
    """Waits for a broadcast that starts in an hour: in a task, in a thread, with the block, or for its end."""
    from prefect_whautomate import broadcasts

    credentials, given = WhautomateCredentials.load(block), held_broadcast(how)
    note(notes, "start")
    if how == "task":
        broadcasts.broadcast(credentials, **given)
    elif how == "thread":
        broadcasts.broadcast.submit(credentials, **given).result()
    elif how == "block":
        broadcasts.Broadcast(credentials=credentials, **given).trigger().wait_for_completion()
    else:
        sent = broadcasts.broadcast(credentials, **given, look_again=False)
        broadcasts.wait_for_broadcast(credentials, sent["id"])


@flow
async def awaits(block: str, notes: str, how: str):
    """`waits` in coroutines."""
    from prefect_whautomate.aio import broadcasts

    credentials, given = await WhautomateCredentials.aload(block), held_broadcast(how)
    note(notes, "start")
    if how == "task":
        await broadcasts.broadcast(credentials, **given)
    elif how == "block":
        run = await broadcasts.Broadcast(credentials=credentials, **given).atrigger()
        await run.await_for_completion()
    else:
        sent = await broadcasts.broadcast(credentials, **given, look_again=False)
        await broadcasts.wait_for_broadcast(credentials, sent["id"])


def held_broadcast(how):
    template = {"name": "spring_sale", "language": "en"}
    given = {"name": f"{flow_run.flow_name} {how}", "template": template, "segment_name": "all", "cooldown": None}
    return {**given, "hold_minutes": 60, "min_recipients": 0}


@flow
def holds_and_waits(block: str, notes: str):
    """A sync, a broadcast that is held for as short as a run leaves for, and the wait for its end."""
    from prefect_whautomate import broadcasts

    credentials = WhautomateCredentials.load(block)
    note(notes, "start")
    contacts.sync_contacts(credentials, ROWS, MAPPING, default_region="DE")
    given = {**held_broadcast("held"), "hold_minutes": 3}
    sent = broadcasts.broadcast(credentials, **given)
    note(notes, f"sent {sent['id']}")
    found = broadcasts.wait_for_broadcast(credentials, sent["id"])
    note(notes, f"delivered {found['delivered']}")


waits_again = waits.with_options(name="waits-again", retries=1)
awaits_again = awaits.with_options(name="awaits-again", retries=1)


@flow
def on_a_schedule(notes: str):
    note(notes, "ran")


if __name__ == "__main__":
    flows = {
        flow.name.replace("-", "_"): flow
        for flow in (nightly, in_coroutines, one_contact, one_broadcast, waits, awaits, waits_again, awaits_again)
    }
    flows[sys.argv[1]].serve(name=sys.argv[2])
