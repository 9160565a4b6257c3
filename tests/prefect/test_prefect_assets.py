"""Assets of Prefect: what tasks say that they have changed."""

import asyncio

import prefect.events
import pytest
from prefect import flow, task
from prefect.assets import materialize

from prefect_whautomate import broadcasts, contacts, segments
from prefect_whautomate.aio import contacts as aio_contacts

ROWS = [{"name": "Ada", "phoneNumber": "+4930111111"}, {"name": "Bo", "phoneNumber": "nonsense"}]
MAPPING = {"name": "name", "phoneNumber": "phoneNumber"}
TEMPLATE = {"name": "spring_sale", "language": "en"}


@pytest.fixture
def told(server, monkeypatch):
    """The events of assets: (event, asset) -> the assets it came from, and the metadata."""
    events = {}

    def emit(event, resource, related=(), payload=None, **more):
        if event.startswith("prefect.asset."):
            made_of = {one["prefect.resource.id"] for one in related if one["prefect.resource.role"] == "asset"}
            events[event.removeprefix("prefect.asset."), resource["prefect.resource.id"]] = made_of, payload

    monkeypatch.setattr(prefect.events, "emit_event", emit)
    return events


@pytest.mark.whautomate(limits=((1_000_000, 60.0),))
def test_each_job_tells_what_it_has_written_and_from_what(told, credentials_of_emulator):
    account = credentials_of_emulator(account="spring 2026")

    @materialize("postgres://warehouse/crm.people")
    def extracted():
        return ROWS

    @flow
    def pipeline():
        sync_contacts = contacts.sync_contacts.with_options(asset_deps=["s3://bucket/consent.csv"])
        synced = sync_contacts(account, extracted(), MAPPING, max_failed=1)
        segment = segments.ensure_segment(account, "Regular guests", {"tags": ["vip"]}, wait_for=[synced])
        sent = broadcasts.broadcast(
            account, "Spring sale", TEMPLATE, segment_id=segment["id"], hold_minutes=0, min_recipients=0
        )
        return segment["id"], sent["id"]

    segment_id, broadcast_id = pipeline()
    of_contacts = told["materialization.succeeded", "whautomate://spring=202026/contacts"]
    assert of_contacts[0] == {"postgres://warehouse/crm.people", "s3://bucket/consent.csv"}
    assert of_contacts[1].items() >= {"rows": 2, "created": 1, "rejected": 1}.items()
    assert "id" not in of_contacts[1]
    of_segment = told["materialization.succeeded", "whautomate://spring=202026/segments/Regular=20guests"]
    assert "whautomate://spring=202026/contacts" in of_segment[0]
    assert of_segment[1]["id"] == segment_id
    of_broadcast = told["materialization.succeeded", "whautomate://spring=202026/broadcasts/Spring=20sale"]
    assert of_broadcast[1]["id"] == broadcast_id
    assert "Ada" not in str(told)
    assert "4930111111" not in str(told)


@pytest.mark.parametrize("kind", ["task", "coroutine", "submitted"])
def test_an_account_without_a_name_is_told_by_its_block(told, credentials_of_emulator, kind):
    account = credentials_of_emulator(account=None)
    account.save("of-assets", overwrite=True)

    @flow
    def pipeline():
        if kind == "submitted":
            contacts.sync_contacts.submit(account, ROWS, MAPPING).result()
        else:
            contacts.sync_contacts(account, ROWS, MAPPING)

    @flow
    async def in_coroutines():
        await aio_contacts.sync_contacts(account, ROWS, MAPPING)

    if kind == "coroutine":
        asyncio.run(in_coroutines())
    else:
        pipeline()
    host = account.host.removeprefix("http://")
    assert [*told] == [("materialization.succeeded", f"whautomate://{host}/of-assets/contacts")]


def test_nothing_is_told_where_nothing_was_written_or_nothing_names_the_account(told, credentials_of_emulator):
    named, nameless = credentials_of_emulator(), credentials_of_emulator(account=None)

    @task
    def around():
        contacts.sync_contacts.fn(named, ROWS, MAPPING, plan_only=True)

    @flow
    def pipeline():
        contacts.sync_contacts(named, ROWS, MAPPING, plan_only=True)
        contacts.sync_contacts(nameless, ROWS, MAPPING)
        around()

    pipeline()
    contacts.sync_contacts.fn(named, ROWS, MAPPING)
    assert told == {}


def test_a_name_that_is_too_long_for_an_asset_costs_the_task_nothing(told, credentials):
    @flow
    def pipeline():
        segments.ensure_segment(credentials, "ü" * 100, {"tags": ["vip"]})

    pipeline()
    assert told == {}
