"""All sensors, run by Airflow: one run of dags/waiting.py, deferred and rescheduled, and a look at each."""

import json
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from conftest import DAGS, answered, connection, kept_by_airflow, meanwhile
from waiting_cases import send

from whautomate_core.emulator import Behaviour, Emulator, create_app, running

WAYS = {"deferred": "4915123456700", "rescheduled": "4915123456711"}


class Run:
    """What a run left behind."""

    def __init__(self, files, said, ids):
        self.said = said
        self.ids = ids
        self.states = json.loads((files / "states.json").read_text())
        self.results = json.loads((files / "results.json").read_text())


@pytest.fixture(scope="module")
def emulator():
    behaviour = Behaviour(search_delay=0.0, broadcast_seconds=1e5, delivery_seconds=0.0, broadcast_failed_share=0.0)
    app = create_app(behaviour)
    with running(app) as url:
        yield Emulator(app, url)


def set_up(emulator, number):
    [contact] = emulator.add_contacts([{"name": "Ada", "phoneNumber": number}])
    [client] = emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": number[2:]}])
    for n in range(3):
        emulator.receive(contact, f"a private text of before, {n}")
    since = datetime.fromtimestamp(emulator.now() + 0.01, UTC).isoformat()
    return {"number": f"+{number}", "contact": contact, "client": client, "since": since}


def make_happen(emulator, ids, until):
    """Make happen what each sensor waits for, once it has looked for it in vain."""

    def searched(number):
        # By however many of its last digits, which tell the numbers apart.
        searches = (one["query"].get("searchText") for one in answered(emulator, "listContacts"))
        return any(text and number.endswith(text) for text in searches)

    for way in WAYS:
        contact, client, broadcast = (ids[way][name] for name in ("contact", "client", "broadcast"))
        until(lambda way=way: searched(ids[way]["number"]))
        emulator.opt_out(contact, tag="VIP")
        until(lambda client=client: answered(emulator, "getClient", client))
        # A wait survives checks that fail, whatever asks next.
        emulator.fault("503", operation="getClient")
        emulator.opt_out(client, tag="VIP")
        until(lambda contact=contact: answered(emulator, "listContactMessages", contact))
        emulator.receive(contact, "a private text")
        # The next sensor waits for a message after its own start.

        def looks_for_the_broadcast(contact=contact, broadcast=broadcast):
            emulator.receive(contact, "another private text")
            return answered(emulator, "getBroadcast", broadcast)

        until(looks_for_the_broadcast, every=0.5)
        emulator.advance(2e5)


@pytest.fixture(scope="module")
def run(airflow, emulator, tmp_path_factory):
    files = tmp_path_factory.mktemp("waiting")
    ids = {way: set_up(emulator, number) for way, number in WAYS.items()}
    for way, made in zip(WAYS, send(emulator, number=2), strict=True):
        ids[way]["broadcast"] = made
    with meanwhile(lambda until: make_happen(emulator, ids, until)):
        code, said = airflow(
            DAGS / "waiting.py",
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(emulator.url, emulator.key, account=uuid4().hex),
            WAITING_FILES=files,
            WAITING_IDS=json.dumps(ids),
        )
    assert code == 0, said
    return Run(files, said, ids)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["quota", "contact", "client", "message", "later", "broadcast"])
def test_sensors_find_what_happens_while_they_wait(run, way, name):
    assert run.states[f"{way}_{name}"] == ["success", 1], run.said
    found, ids = run.results[f"{way}_{name}"], run.ids[way]
    assert {"requests", "waited"} <= found.keys()
    about = {
        "quota": {"requests": 0},
        "contact": {"id": ids["contact"]},
        "client": {"id": ids["client"]},
        "message": {"contact_id": ids["contact"]},
        "later": {"contact_id": ids["contact"]},
        "broadcast": {"id": ids["broadcast"], "recipients": 2, "delivered": 2},
    }[name]
    assert about.items() <= found.items()


def test_deferred_sensors_looked_once_before_and_in_the_triggerer(run):
    for name in ("contact", "client", "message", "broadcast"):
        assert run.results[f"deferred_{name}"]["requests"] >= 2, name
    assert "waiting in the triggerer" in run.said


@pytest.mark.parametrize("way", WAYS)
def test_sensors_give_up_in_time(run, way):
    assert run.states[f"{way}_late"] == ["failed", 1], "a timeout is not retried"
    assert run.states[f"{way}_late_soft"] == ["skipped", 1]


def test_a_check_that_failed_is_said_with_its_pause(run):
    failed = r"the check failed: GET /v1/clients/\{\}: the server failed \(503\); checking again in \d s"
    times = re.findall(rf"(\d\d:\d\d:\d\d)[.,]\d+.*{failed}", run.said)
    # Airflow 2 says each line of a task twice.
    assert len(set(times)) == len(WAYS), run.said


def test_how_much_waiting_may_take_is_said_in_debug_only(run):
    assert "waiting steps may use a tenth of the account's requests" not in run.said


def test_no_number_and_no_text_is_in_logs_or_in_what_airflow_keeps(run):
    kept = kept_by_airflow("waiting")
    rendered = str(kept["rendered_task_instance_fields"])
    assert re.search(r"\+49(…|\\+u2026)00", rendered)
    for private in ("123456700", "123456711", "private text"):
        assert [table for table, rows in kept.items() if private in str(rows)] == []
        assert private not in json.dumps(run.results)
        assert private not in run.said
