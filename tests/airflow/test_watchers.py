"""Watchers of assets outside of a triggerer: Airflow's own shared streams drive them."""

import asyncio
import importlib
import json
import logging
import re
import threading
import time
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_3_PLUS

from airflow_provider_whautomate.triggers.looks import Watch
from airflow_provider_whautomate.triggers.watchers import IncomingMessagesTrigger, NewBookingsTrigger
from whautomate_core.account import account_from_settings
from whautomate_core.api import appointments, classes, services
from whautomate_core.client.client import Client
from whautomate_core.errors import ConfigurationError, InvalidRequest, QuotaExhausted, StateUnavailable
from whautomate_core.messaging.feeds import MessagesOf
from whautomate_core.state.watches import Watches

if AIRFLOW_V_3_3_PLUS:
    from airflow.sdk import DAG, Asset, AssetWatcher
    from airflow.serialization.encoders import encode_trigger
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.triggers.shared_stream import SharedStreamManager

with_watchers = pytest.mark.skipif(not AIRFLOW_V_3_3_PLUS, reason="watchers need Airflow 3.3")
INTERVAL = 0.05


@pytest.mark.skipif(AIRFLOW_V_3_3_PLUS, reason="has watchers")
def test_an_airflow_without_watchers_says_what_to_do():
    with pytest.raises(ConfigurationError, match=r"need Airflow 3\.3 or newer, and this is 2\.11\.\d+: use a sensor"):
        IncomingMessagesTrigger(contact_ids=["c"])


@pytest.mark.parametrize(
    ("trigger", "given", "meant"),
    [
        (IncomingMessagesTrigger, {"contacts_ids": ["c"]}, "contact_ids"),
        (NewBookingsTrigger, {"staf_id": "s"}, "staff_id"),
    ],
)
def test_a_misspelt_argument_is_told_its_name(trigger, given, meant):
    with pytest.raises(ConfigurationError, match=f"{trigger.__name__} has no argument .*; did you mean {meant}\\? It"):
        trigger(**given)


@pytest.fixture
def emulator(whautomate_emulator, connections):
    """An emulator, and an account of its own at it."""
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex)
    return whautomate_emulator


def messages(*contacts, **more):
    return IncomingMessagesTrigger(contact_ids=contacts, poll_interval=INTERVAL, **more)


class Triggerer:
    """What a triggerer does with watchers. Leaving it is its death."""

    def __init__(self, *triggers, stores=True):
        self._triggers = triggers
        self._stores = stores
        self.events = [[] for _ in triggers]
        self.stored = [[] for _ in triggers]

    async def __aenter__(self):
        self.manager = SharedStreamManager()
        self._tasks = [asyncio.create_task(self._run(n, one)) for n, one in enumerate(self._triggers)]
        return self

    async def __aexit__(self, *error):
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def _run(self, number, trigger):
        key = trigger.shared_stream_key()
        stream = self.manager.subscribe(trigger_id=number, trigger=trigger, key=key)
        try:
            async for event in trigger.filter_shared_stream(stream):
                seq = self.manager.bind_pending_event(trigger_id=number, key=key)
                self.events[number].append(event.payload)
                if self._stores:
                    self.manager.confirm_persisted([seq])
        finally:
            await self.manager.unsubscribe(number, key)

    async def until(self, holds):
        async with asyncio.timeout(60):
            while not holds():
                for task in self._tasks:
                    assert not task.done(), task.exception()
                await asyncio.sleep(0.01)


def looks(emulator, operation="listContactMessages"):
    return len([one for one in emulator.requests(operation) if one["status"]])


async def looked(triggerer, emulator, operation="listContactMessages", times=2):
    """Wait for looks from now on: the first may have begun before."""
    before = looks(emulator, operation)
    await triggerer.until(lambda: looks(emulator, operation) >= before + times)


def people(emulator, number=1):
    return emulator.add_contacts([{"name": f"Ada {n}", "phoneNumber": f"491512345678{n}"} for n in range(number)])


def ids(events):
    return [one["id"] for one in events]


@with_watchers
def test_messages_that_come_are_events_and_those_before_are_not(emulator, caplog):
    caplog.set_level(logging.INFO)
    [ada, bob] = people(emulator, 2)
    emulator.receive(ada, "an old secret")

    async def scenario():
        async with Triggerer(messages(ada)) as triggerer:
            await looked(triggerer, emulator)
            new = [emulator.receive(ada, "a new secret") for _ in range(2)]
            emulator.receive(bob, "of no concern")
            await triggerer.until(lambda: len(triggerer.events[0]) == 2)
            await looked(triggerer, emulator)
            return new, triggerer.events[0]

    new, events = asyncio.run(scenario())
    assert sorted(ids(events)) == sorted(new)
    assert all(one.keys() == {"id", "contact_id", "at"} and one["contact_id"] == ada for one in events)
    said = json.dumps(events) + caplog.text
    for secret in ("secret", "Ada", "1512345678", emulator.key):
        assert secret not in said
    assert f"watching messages of contact_id {ada} from now on; earlier records are not reported (1)" in caplog.text


@with_watchers
def test_what_came_while_no_triggerer_ran_is_reported_by_the_next_and_only_once(emulator):
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada)) as first:
            await looked(first, emulator)
            one = emulator.receive(ada)
            await first.until(lambda: first.events[0])
            await looked(first, emulator)
        emulator.advance(3 * 86_400)
        meanwhile = [emulator.receive(ada) for _ in range(2)]
        async with Triggerer(messages(ada)) as second:
            await second.until(lambda: len(second.events[0]) == 2)
            await looked(second, emulator)
            return one, first.events[0], meanwhile, second.events[0]

    one, before, meanwhile, after = asyncio.run(scenario())
    assert ids(before) == [one]
    assert sorted(ids(after)) == sorted(meanwhile)


@with_watchers
def test_an_event_that_airflow_did_not_store_is_made_again(emulator):
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada), stores=False) as first:
            await looked(first, emulator)
            one = emulator.receive(ada)
            await first.until(lambda: first.events[0])
            await looked(first, emulator)
        async with Triggerer(messages(ada)) as second:
            await second.until(lambda: second.events[0])
            await looked(second, emulator)
            return one, first.events[0], second.events[0]

    one, before, after = asyncio.run(scenario())
    assert ids(before) == ids(after) == [one]


@with_watchers
def test_what_came_days_ago_is_made_again_too(emulator, monkeypatch):
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada)) as first:
            await looked(first, emulator)
        one = emulator.receive(ada)
        later = SimpleNamespace(time=lambda: time.time() + 3 * 86_400)
        monkeypatch.setattr("airflow_provider_whautomate.triggers.looks.time", later)
        async with Triggerer(messages(ada), stores=False) as second:
            await second.until(lambda: second.events[0])
            await looked(second, emulator)
        async with Triggerer(messages(ada)) as third:
            await third.until(lambda: third.events[0])
            await looked(third, emulator)
            return one, third.events[0]

    one, events = asyncio.run(scenario())
    assert ids(events) == [one]


@with_watchers
def test_two_watchers_cost_what_one_costs(emulator, monkeypatch):
    [ada] = people(emulator)
    take, taken = Watch.take, []
    monkeypatch.setattr(Watch, "take", lambda self, *given: taken.append(self) or take(self, *given))
    other = IncomingMessagesTrigger(contact_ids=[ada], poll_interval=INTERVAL + 0.01)
    assert other.shared_stream_key() == messages(ada).shared_stream_key() == NewBookingsTrigger().shared_stream_key()

    async def scenario():
        async with Triggerer(messages(ada), other) as triggerer:
            await looked(triggerer, emulator, times=20)
            one = emulator.receive(ada)
            await triggerer.until(lambda: all(triggerer.events))
            return one, triggerer.events

    one, events = asyncio.run(scenario())
    assert [ids(some) for some in events] == [[one], [one]]
    # Each look serves both, but for the first, before the other had joined, and the last, which nobody has taken yet.
    assert looks(emulator) <= len(taken) / 2 + 2


@with_watchers
def test_a_watcher_that_joins_later_begins_then_and_the_others_go_on(emulator):
    [ada, bob] = people(emulator, 2)

    async def scenario():
        async with Triggerer(messages(ada)) as triggerer:
            await looked(triggerer, emulator)
            emulator.receive(ada)
            await triggerer.until(lambda: triggerer.events[0])
        async with Triggerer(messages(ada), messages(ada, bob)) as triggerer:
            await looked(triggerer, emulator, times=4)
            new = [emulator.receive(one) for one in (ada, bob)]
            await triggerer.until(lambda: len(triggerer.events[1]) == 2 and triggerer.events[0])
            return new, triggerer.events

    new, events = asyncio.run(scenario())
    assert ids(events[0]) == new[:1]
    assert sorted(ids(events[1])) == sorted(new)


@with_watchers
@pytest.mark.parametrize("fault", ["503", "dropped_before", "not_json"])
def test_a_look_that_fails_is_said_and_made_again(emulator, caplog, fault):
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada)) as triggerer:
            await looked(triggerer, emulator)
            emulator.fault(fault, operation="listContactMessages")
            one = emulator.receive(ada)
            await triggerer.until(lambda: triggerer.events[0])
            return one, triggerer.events[0]

    one, events = asyncio.run(scenario())
    assert ids(events) == [one]
    words = "messages of contact_id .+ could not be read" if fault == "not_json" else "a look failed"
    assert re.search(rf"{words}: GET /v1/messages/", caplog.text)
    assert "; looking again in " in caplog.text


@with_watchers
def test_a_refused_key_ends_no_watcher_and_its_successor_is_used(emulator, connections, caplog, monkeypatch):
    monkeypatch.setattr("airflow_provider_whautomate.triggers.looks.LONGEST_PAUSE", 0.1)
    [ada] = people(emulator)
    account = uuid4().hex

    async def scenario():
        connections("whautomate_default", emulator.url, "another-key", account=account)
        async with Triggerer(messages(ada)) as triggerer:
            await triggerer.until(lambda: "a look failed: AuthenticationError" in caplog.text)
            connections("whautomate_default", emulator.url, emulator.key, account=account)
            await triggerer.until(lambda: any(one["status"] == 200 for one in emulator.requests("listContactMessages")))
            await looked(triggerer, emulator)
            one = emulator.receive(ada)
            await triggerer.until(lambda: triggerer.events[0])
            return one, triggerer.events[0]

    one, events = asyncio.run(scenario())
    assert ids(events) == [one]
    assert "another-key" not in caplog.text


@with_watchers
def test_a_contact_that_is_gone_disturbs_no_other(emulator, caplog):
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages("nobody", ada)) as triggerer:
            await looked(triggerer, emulator, times=3)
            one = emulator.receive(ada)
            await triggerer.until(lambda: triggerer.events[0])
            return one, triggerer.events[0]

    one, events = asyncio.run(scenario())
    assert ids(events) == [one]
    assert "messages of contact_id nobody could not be read: GET /v1/messages/…: not found" in caplog.text


@with_watchers
def test_a_contact_whose_messages_the_server_can_not_give_disturbs_no_other(emulator, caplog, monkeypatch):
    [ada, bob, cyd] = people(emulator, 3)
    read, broken = MessagesOf.read, []

    def fails(self, since, pages_of):
        if self.contact_id in broken:
            emulator.fault("503", operation="listContactMessages")
        return read(self, since, pages_of)

    monkeypatch.setattr(MessagesOf, "read", fails)

    async def scenario():
        async with Triggerer(messages(bob, ada, cyd)) as triggerer:
            await looked(triggerer, emulator, times=6)
            broken.append(ada)
            new = [emulator.receive(one) for one in (bob, cyd)]
            await triggerer.until(lambda: len(triggerer.events[0]) == 2)
            await triggerer.until(lambda: f"messages of contact_id {ada} could not be read" in caplog.text)
            new += [emulator.receive(one) for one in (ada, bob, cyd)]
            await triggerer.until(lambda: len(triggerer.events[0]) == 4)
            broken.clear()
            await triggerer.until(lambda: len(triggerer.events[0]) == 5)
            return new, triggerer.events[0]

    new, events = asyncio.run(scenario())
    assert sorted(ids(events)) == sorted(new)


@with_watchers
def test_contacts_take_turns_where_there_are_permits_for_few_of_them(emulator, monkeypatch):
    folk = people(emulator, 3)
    read, reads = MessagesOf.read, []

    def sometimes(self, since, pages_of):
        reads.append(self.contact_id)
        if len(reads) % 2 == 0:
            raise QuotaExhausted("no permit", next_permit_at=time.time() + 2 * INTERVAL)
        return read(self, since, pages_of)

    monkeypatch.setattr(MessagesOf, "read", sometimes)

    async def scenario():
        async with Triggerer(messages(*folk)) as triggerer:
            await looked(triggerer, emulator, times=6)
            new = [emulator.receive(one) for one in folk]
            await triggerer.until(lambda: len(triggerer.events[0]) == 3)
            return new, triggerer.events[0]

    new, events = asyncio.run(scenario())
    assert sorted(ids(events)) == sorted(new)


@with_watchers
def test_a_connection_that_names_another_account_is_noticed_and_begins_anew(emulator, connections, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("airflow_provider_whautomate.triggers.looks.CONNECTED_EVERY", 0.0)
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada), stores=False) as triggerer:
            await looked(triggerer, emulator)
            one = emulator.receive(ada)
            await triggerer.until(lambda: triggerer.events[0])  # Airflow has not stored it when the account changes
            connections("whautomate_default", emulator.url, emulator.key, account=uuid4().hex)
            await triggerer.until(lambda: "from now on; earlier records are not reported (1)" in caplog.text)
            await looked(triggerer, emulator)
            other = emulator.receive(ada)
            await triggerer.until(lambda: len(triggerer.events[0]) == 2)
            await looked(triggerer, emulator)
            return [one, other], triggerer.events[0]

    new, events = asyncio.run(scenario())
    assert ids(events) == new


@with_watchers
def test_a_contact_is_watched_from_its_first_look_on_also_if_the_triggerer_dies_during_it(emulator, monkeypatch):
    [ada, bob] = people(emulator, 2)
    read, hangs = MessagesOf.read, [bob]

    def sometimes(self, since, pages_of):
        if self.contact_id in hangs:
            yield Hangs()
        return (yield from read(self, since, pages_of))

    class Hangs:
        def answer(self, client):
            hung.set()
            over.wait(30)

    hung, over = threading.Event(), threading.Event()
    monkeypatch.setattr(MessagesOf, "read", sometimes)

    async def scenario():
        async with Triggerer(messages(ada, bob)) as first:
            await first.until(hung.is_set)
        hangs.clear()
        one = emulator.receive(ada)
        async with Triggerer(messages(ada, bob)) as second:
            await second.until(lambda: second.events[0])
            over.set()
            return one, second.events[0]

    one, events = asyncio.run(scenario())
    assert ids(events) == [one]


@with_watchers
def test_an_exhausted_share_is_said_and_waited_for(emulator, connections, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("airflow_provider_whautomate.triggers.looks.MAX_WAIT", 0.0)
    few = {"requests_per_minute": 60, "requests_per_day": 40}  # of which looks get 4 a day, and 2 in a quarter of it
    connections("whautomate_default", emulator.url, emulator.key, account=uuid4().hex, **few)
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada)) as triggerer:
            await triggerer.until(lambda: "looking again at 20" in caplog.text)
            await asyncio.sleep(0)

    asyncio.run(scenario())
    assert "the tenth of the account's requests that is for waiting steps" in caplog.text
    assert looks(emulator) == 2


@with_watchers
def test_watching_more_than_the_share_is_warned_of_once(emulator, caplog):
    [ada] = people(emulator)

    async def scenario():
        async with Triggerer(messages(ada)) as triggerer:
            await looked(triggerer, emulator, times=5)

    asyncio.run(scenario())
    warned = [one.getMessage() for one in caplog.records if "waiting steps get 100000" in one.getMessage()]
    assert len(warned) == 1
    assert "connection whautomate_default: what is watched would take " in warned[0]


@with_watchers
def test_watching_less_than_the_share_is_not_warned_of(emulator, caplog):
    [ada] = people(emulator)

    async def scenario():
        # Two looks in a second would be too many, if they were all: it is the interval that counts.
        one, other = (IncomingMessagesTrigger(contact_ids=[ada], poll_interval=seconds) for seconds in (60, 61))
        async with Triggerer(one) as triggerer:
            await triggerer.until(lambda: looks(emulator) >= 1)
            number = len(triggerer.events)
            triggerer.events.append([])
            task = asyncio.create_task(triggerer._run(number, other))
            triggerer._tasks.append(task)
            await triggerer.until(lambda: looks(emulator) >= 2)

    asyncio.run(scenario())
    assert "what is watched would take" not in caplog.text


@with_watchers
def test_a_state_database_that_is_away_loses_nothing_and_ends_nothing(emulator, caplog, monkeypatch):
    [ada] = people(emulator)
    put, away = Watches.put, []

    def sometimes(self, account, seen):
        if away:
            raise StateUnavailable("the state database can't be reached")
        put(self, account, seen)

    monkeypatch.setattr(Watches, "put", sometimes)

    async def scenario():
        async with Triggerer(messages(ada)) as first:
            await looked(first, emulator)
            away.append(True)
            one = emulator.receive(ada)
            await first.until(lambda: "would be reported again" in caplog.text)
            await first.until(lambda: "a look failed: the state database" in caplog.text)
            away.clear()
            await looked(first, emulator)
        async with Triggerer(messages(ada)) as second:
            await looked(second, emulator)
            return one, first.events[0], second.events[0]

    one, before, after = asyncio.run(scenario())
    assert (ids(before), after) == ([one], [])


# --- bookings


def client_of(emulator):
    settings = {"account": uuid4().hex, "requests_per_minute": 10_000, "requests_per_day": 10_000}
    return Client(account_from_settings(emulator.url, emulator.key, settings))


@pytest.fixture
def world(emulator):
    """A client of the emulator, a service and somebody who books."""
    [person] = emulator.add_clients([{"fullName": "Ada", "phone": "15123456789", "countryCode": "49"}])
    with client_of(emulator) as client:
        location, staff = {"id": emulator.location_id}, {"id": emulator.staff_id}
        fields = {"location": location, "staffs": [staff], "durationMinutes": 30}
        made = {
            kind: client.send(services.create_service({"name": kind, "serviceType": kind, **fields}))["id"]
            for kind in ("APPOINTMENT", "CLASS")
        }
        yield client, person, made


def book(client, emulator, person, service, hour):
    day = time.strftime("%Y-%m-%d", time.gmtime(emulator.now() + 2 * 86_400))
    about = {"client": person, "service": service, "staff": emulator.staff_id, "location": emulator.location_id}
    body = {name: {"id": id} for name, id in about.items()}
    body |= {"date": day, "time": f"{hour:02d}:00 AM", "timezone": "UTC", "overrideTimeSlotValidation": True}
    return client.send(appointments.book_appointment(body))["id"]


@with_watchers
@pytest.mark.parametrize("dates", ["created", "held"])
def test_new_appointments_are_events_whatever_the_filter_of_dates_means(whautomate_emulator, emulator, world, dates):
    object.__setattr__(emulator.behaviour, "booking_dates", dates)
    client, person, made = world
    service = made["APPOINTMENT"]
    book(client, emulator, person, service, 8)

    async def scenario():
        chosen = NewBookingsTrigger(service_id=service, poll_interval=INTERVAL)
        others = NewBookingsTrigger(service_id="another", poll_interval=INTERVAL)
        async with Triggerer(chosen, others) as triggerer:
            await looked(triggerer, emulator, "listAppointments", 3)
            one = await asyncio.to_thread(book, client, emulator, person, service, 9)
            await triggerer.until(lambda: triggerer.events[0])
            await looked(triggerer, emulator, "listAppointments")
            return one, triggerer.events

    one, events = asyncio.run(scenario())
    [event], none = events
    assert none == []
    about = {"client_id": person, "service_id": service, "staff_id": emulator.staff_id}
    assert event.items() >= {"id": one, "location_id": emulator.location_id, **about}.items()
    assert event["at"]


@with_watchers
def test_new_places_in_a_class_are_events(emulator, world):
    client, person, made = world
    day = time.strftime("%Y-%m-%d", time.gmtime(emulator.now() + 2 * 86_400))
    about = {"service": made["CLASS"], "staff": emulator.staff_id, "location": emulator.location_id}
    body = {name: {"id": id} for name, id in about.items()}
    body |= {"date": day, "time": "09:00 AM", "timezone": "UTC", "numberOfParticipants": 5}
    class_id = client.send(classes.create_class(body))["id"]
    add = classes.add_class_participant(class_id, {"client": {"id": person}})

    async def scenario():
        async with Triggerer(NewBookingsTrigger(class_ids=[class_id], poll_interval=INTERVAL)) as triggerer:
            await looked(triggerer, emulator, "listClassParticipants", 3)
            one = (await asyncio.to_thread(client.send, add))["id"]
            await triggerer.until(lambda: triggerer.events[0])
            return one, triggerer.events[0]

    one, [event] = asyncio.run(scenario())
    assert event.items() >= {"id": one, "class_id": class_id, "client_id": person}.items()


# --- as a part of a DAG


TRIGGERS = [
    lambda: IncomingMessagesTrigger(contact_ids=["a", "b"], poll_interval=30, whautomate_conn_id="other"),
    lambda: NewBookingsTrigger(),
    lambda: NewBookingsTrigger(location_id="l", client_id="c", service_id="s", staff_id="t"),
    lambda: NewBookingsTrigger(class_ids=["k"]),
]


@with_watchers
@pytest.mark.parametrize("make", TRIGGERS)
def test_a_watcher_survives_airflows_storage(make):
    one = make()
    path, arguments = one.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(arguments)))
    assert type(again) is type(one)
    assert again.serialize() == one.serialize()
    asset = Asset("whautomate://spring/messages", watchers=[AssetWatcher(name="watcher", trigger=one)])
    dag = DAG("watches", schedule=[asset])
    serialized = json.dumps(DagSerialization.to_dict(dag))
    DagSerialization.from_dict(json.loads(serialized))
    assert encode_trigger(one)["kwargs"] == encode_trigger(again)["kwargs"]
    assert name in serialized


@with_watchers
@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: IncomingMessagesTrigger(contact_ids=[]), ConfigurationError, "contact_ids must be a list"),
        (lambda: IncomingMessagesTrigger(contact_ids="abc"), ConfigurationError, "contact_ids must be a list"),
        (lambda: IncomingMessagesTrigger(contact_ids=["a/b", ""]), InvalidRequest, "contact_id"),
        (lambda: IncomingMessagesTrigger(contact_ids=["a"], poll_interval=0), ConfigurationError, "poll_interval"),
        (lambda: NewBookingsTrigger(class_ids=["a"], staff_id="s"), ConfigurationError, "class_ids watches places"),
    ],
)
def test_what_can_not_be_watched_is_an_error_at_parse(make, error, says):
    with pytest.raises(error, match=says):
        make()
