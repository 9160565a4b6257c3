"""What must happen once in mapped tasks, run by Airflow over lists that shift, and again for the same date."""

import json
import re

import pytest
from booking_examples import NOW, furnish
from conftest import DAGS, KEY, connection

from whautomate_core.emulator import Behaviour, Emulator, create_app, running
from whautomate_core.state import open_state

LOCATION = {"id": "loc000000001"}
HELLO = {"name": "hello", "language": "en"}


@pytest.fixture(scope="module")
def emulator():
    app = create_app(Behaviour(search_delay=0.0, limits=((100_000, 60.0),)), key=KEY, clock=NOW.timestamp)
    with running(app) as url:
        emulator = Emulator(app, url)
        emulator.people = furnish(emulator)
        yield emulator


def number(n):
    return f"+49151234567{n:02}"


def chunk(*people):
    return [{"phoneNumber": number(n)} for n in people]


def message(to, text=None):
    way = {"contact": {"id": to}} if isinstance(to, str) else {"recepient": {"phoneNumber": number(to)}}
    more = {"bodyTextParameters": [text]} if text else {}
    return {**way, "location": LOCATION, "template": HELLO, **more}


def person(n):
    return {"name": f"N{n}", "phoneNumber": number(n), "location": LOCATION}


@pytest.fixture
def run(airflow, emulator):
    """Runs the DAG for a day in June with these lists, as a person does it; again for the same day is a clear."""

    def run(day, **lists):
        given = {name: lists.get(name, []) for name in ("chunks", "sends", "creates", "books")}
        env = {
            "AIRFLOW_CONN_WHAUTOMATE_DEFAULT": connection(emulator.url, account="once"),
            "ONCE_LISTS": json.dumps(given),
        }
        command = ("-m", "airflow", "dags", "test", "once", f"2026-06-{day:02}T00:00:00+00:00")
        return airflow(*command, dag_file=DAGS / "once.py", **env)[1]

    return run


@pytest.fixture
def reached(emulator):
    """Who has got how many messages since it was asked last."""
    seen = len(emulator.messages())

    def reached():
        nonlocal seen
        people = {one["id"]: one["phoneNumber"] for one in emulator.contacts()}
        new, seen = emulator.messages()[seen:], len(emulator.messages())
        return sorted(int(people[one["contact"]][-2:]) for one in new)

    return reached


def test_lists_that_shift_between_two_runs_of_a_day_reach_everybody_once(run, emulator, reached):
    [ada] = emulator.add_contacts([person(10)])
    slots = [{"client_id": emulator.people[n]} for n in (0, 2, 3)]
    cut = next(one["id"] for one in emulator.records("services") if one["name"] == "Cut")
    slots = [{**one, "service_id": cut} for one in slots]
    before = {one: len(emulator.requests(one)) for one in ("createContact", "bookAppointment")}
    run(
        1,
        chunks=[chunk(1, 2), chunk(3, 4)],
        sends=[message(ada), message(11)],
        creates=[person(20), person(21)],
        books=slots[:2],
    )
    assert reached() == [1, 2, 3, 4, 10, 11]
    said = run(
        1,
        chunks=[chunk(5, 1), chunk(2, 3), chunk(4)],
        sends=[message(12), message(10), message(11)],  # of whom one was named by the contact's id
        creates=[person(22), person(20), person(21)],
        books=[slots[2], *slots[:2]],
    )
    assert reached() == [5, 12], said[-4000:]
    sent = {name: len(emulator.requests(name)) - count for name, count in before.items()}
    assert sent == {"createContact": 3, "bookAppointment": 3}


def test_within_a_run_the_same_is_one_and_another_to_the_same_person_asks_for_a_key(run, emulator, reached):
    [ada] = emulator.add_contacts([person(30)])
    said = run(
        2,
        chunks=[chunk(31, 32), chunk(31, 33)],
        sends=[message(ada), message(30), message(34, "order 1"), message(34, "order 2")],
        creates=[person(35), person(35)],
    )
    assert reached() == [30, 31, 32, 33, 34]
    assert re.search(r"WhatsApp template message \S+ already sent at .* UTC by .*; nothing sent", said)
    assert "differs in bodyTextParameters" in said
    assert "another key (key=...)" in said
    assert len([one for one in emulator.contacts() if one["phoneNumber"][-2:] == "35"]) == 1
    assert number(34) not in said


def test_what_was_claimed_by_the_map_index_is_not_sent_again(run, emulator, reached):
    """Claims as they were written until the second form of keys, then the run is cleared."""
    state = open_state()

    def claim(task, index, body, what, tail="", result=None):
        key = json.dumps(["once", task, index, "at 2026-06-03T00:00:00+00:00"]) + tail
        assert state.claims.claim("once", key, body, what).mine
        state.claims.settle("once", key, result or {"id": "made before"})

    for index, n in enumerate((40, 41)):
        claim("creates", index, person(n), "POST /v1/contacts")
        claim("sends", index, message(n), "POST /v1/messages/whatsapp/sendtemplate")
        tail = f" to {state.secret.digest(number(n))}"
        claim("chunks", 0, {"template": HELLO}, "POST /v1/messages/whatsapp/sendtemplate", tail)
        client = emulator.people[index * 2]
        identity = {"client": client, "service": "s1"}
        booked = {"id": f"a{index}", "start": "2026-06-03T09:00:00Z"}
        claim("books", index, identity, "POST /v1/appointments", result=booked)
    before = {one: len(emulator.requests(one)) for one in ("createContact", "bookAppointment")}
    said = run(
        3,
        chunks=[chunk(42, 40), chunk(41)],
        sends=[message(42), message(41), message(40)],
        creates=[person(43), person(41), person(40)],
        books=[{"client_id": emulator.people[n], "service_id": "s1"} for n in (2, 0)],
    )
    assert reached() == [42, 42], said[-4000:]
    sent = {name: len(emulator.requests(name)) - count for name, count in before.items()}
    assert sent == {"createContact": 1, "bookAppointment": 0}
