"""Sensors and their trigger outside of a DAG: what they agree on, and the polls they share."""

import asyncio
import importlib
import inspect
import json
import re
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowException,
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    TaskDeferred,
)
from forwarder import Forwarder
from waiting_cases import CASES, Case, send

from airflow_provider_whautomate._encrypted import decrypted
from airflow_provider_whautomate._failures import failed_event, failure_of
from airflow_provider_whautomate.hooks.whautomate import FINAL
from airflow_provider_whautomate.sensors.account import WhautomateQuotaSensor
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor
from airflow_provider_whautomate.sensors.clients import WhautomateClientSensor
from airflow_provider_whautomate.sensors.contacts import WhautomateContactSensor
from airflow_provider_whautomate.sensors.messages import WhautomateMessageSensor
from airflow_provider_whautomate.triggers import polls, waiting
from airflow_provider_whautomate.triggers.waiting import WhautomateWaitTrigger
from whautomate_core import errors
from whautomate_core.conditions import CONDITIONS
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRequest,
    NotFound,
    StateUnavailable,
    WhautomateError,
)
from whautomate_core.people.conditions import ContactHas
from whautomate_core.state import database
from whautomate_core.waiting.condition import Seen


def _sensor(resource, kind):
    module = importlib.import_module(f"airflow_provider_whautomate.sensors.{resource}")
    title = "".join(part.title() for part in kind.split("_"))
    return getattr(module, f"Whautomate{title}Sensor")


SENSORS = {one.kind: _sensor(resource, one.kind) for resource, some in CONDITIONS.items() for one in some}
QUICK = {"search_delay": 0.0, "broadcast_seconds": 0.0, "delivery_seconds": 0.0, "broadcast_failed_share": 0.5}


@pytest.fixture
def emulator(whautomate_emulator, connections):
    """An emulator, and an account of its own at it."""
    connections("whautomate_default", whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex)
    return whautomate_emulator


def sensor_of(asked, **more):
    """The sensor that waits for a condition."""
    fields = dict(asked)
    kind = fields.pop("kind")
    return SENSORS[kind](task_id="wait", **fields, **more)


def trigger(asked, interval=0.05, seconds=1e6, **more):
    return WhautomateWaitTrigger(asked, "whautomate_default", interval, time.time() + seconds, **more)


async def event_of(one):
    return (await anext(one.run())).payload


# --- poke and trigger agree


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_sensors_that_poke_decide_by_the_table(case: Case, emulator):
    sensor = sensor_of(case.condition(emulator), timeout=60)
    if case.error or case.problem:
        with pytest.raises(case.error or AirflowFailException, match=case.problem):
            sensor.poke({})
        return
    found = sensor.poke({})
    assert case.agrees(found.xcom_value, None)
    assert found.is_done == (not case.waits)


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_triggers_decide_by_the_table(case: Case, emulator):
    asked = case.condition(emulator)
    event = asyncio.run(event_of(trigger(asked, seconds=0.0 if case.waits else 1e6)))
    assert json.loads(json.dumps(event)) == event
    if case.waits:
        assert event == {"status": "timeout"}
    elif case.error:
        assert (event["status"], event["type"]) == ("error", case.error.__name__)
    else:
        assert event["status"] == "over"
        assert case.agrees(event["result"], event["problem"])
    if case.problem:
        with pytest.raises(AirflowFailException, match=case.problem):
            sensor_of(asked).execute_complete({}, event)
    elif case.error:
        with pytest.raises(case.error) as raised:
            sensor_of(asked).execute_complete({}, event)
        assert type(raised.value) is case.error
    elif not case.waits:
        found, reads_log = sensor_of(asked).execute_complete({}, event), bool(event["result"].get("undelivered"))
        assert [name in found for name in ("codes", "failures")] == [reads_log] * 2
        # The log's page of recipients, and the page after it, which is empty.
        used = {"requests": event["requests"] + 2 * reads_log, "waited": event["waited"]}
        assert {name: found[name] for name in found if name not in ("codes", "failures")} == event["result"] | used


# --- the sensor


def run(sensor, context=None):
    """`execute` as Airflow runs it, without what guards it against others."""
    return inspect.unwrap(type(sensor).execute)(sensor, context or {"ti": None})


BROADCAST = {"kind": "broadcast", "broadcast_id": "b"}


def test_a_sensor_that_finds_it_does_not_defer(emulator):
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    sensor = WhautomateContactSensor(task_id="wait", contact_id=contact, tag="vip", deferrable=True)
    assert run(sensor) == {"id": contact, "requests": 1, "waited": 0.0}


@pytest.mark.whautomate(**QUICK)
@pytest.mark.parametrize("way", ["poke", "triggerer"])
def test_a_sensor_of_a_broadcast_writes_log_and_receipt(emulator, tmp_path, way):
    people = [{"name": "n", "phoneNumber": f"491512345678{n}"} for n in range(4)]
    emulator.add_contacts(people)
    [made] = send(emulator)
    paths = {"logs_path": f"{tmp_path}/logs.jsonl", "receipt_path": f"{tmp_path}/receipt.html"}

    def wait(**more):
        sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id=made, **paths, **more)
        if way == "poke":
            return run(sensor)
        result = {"id": made, "finished": True}
        event = {"status": "over", "words": "", "result": result, "problem": None, "requests": 1, "waited": 0.0}
        return sensor.execute_complete({}, event)

    before = len(emulator.requests())
    found = wait()
    assert found["logs"] == found["recipients"] == len((tmp_path / "logs.jsonl").read_text().splitlines()) > 0
    assert "Receipt of broadcast" in (tmp_path / "receipt.html").read_text()
    assert found["requests"] == len(emulator.requests()) - before + (way == "triggerer")
    (tmp_path / "receipt.html").unlink()
    with pytest.raises(AirflowFailException, match="over max_failed=0"):
        wait(max_failed=0)
    assert (tmp_path / "receipt.html").exists()
    assert "over max_failed=0" in wait(max_failed=0, on_failed="warn")["problem"]


@pytest.mark.parametrize("deferrable", [True, False])
def test_a_sensor_whose_receipt_can_not_be_written_does_not_wait(emulator, deferrable):
    sensor = WhautomateBroadcastSensor(
        task_id="wait", broadcast_id="b", receipt_path="/nowhere/at/all.html", deferrable=deferrable
    )
    with pytest.raises(AirflowFailException, match="receipt_path: the folder /nowhere/at does not exist"):
        run(sensor)
    assert emulator.requests() == []


def test_a_deferred_sensor_waits_for_the_start_of_its_broadcast(emulator):
    [made] = send(emulator, "2100-01-01T00:00:00Z")
    sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id=made, deferrable=True, timeout=1000)
    started = time.time()
    with pytest.raises(TaskDeferred) as deferred:
        run(sensor)
    left = deferred.value.trigger
    assert left.condition == {"kind": "broadcast", "broadcast_id": made, "min_delivered": None, "max_failed": None}
    assert left.not_before == 4_102_444_800
    assert started + 1000 <= left.deadline <= time.time() + 1000
    assert left.requests == 1
    assert deferred.value.timeout.total_seconds() > 1000


@pytest.mark.parametrize("mode", ["poke", "reschedule"])
def test_a_sensor_that_pokes_waits_for_the_start_of_its_broadcast(emulator, mode):
    [made] = send(emulator, "2100-01-01T00:00:00Z")
    sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id=made, mode=mode, timeout=1000, poke_interval=10)
    assert not sensor.poke({})
    # At the start, but never after the timeout.
    assert sensor._get_next_poke_interval(0.0, lambda: 100.0, 1) == 900
    sensor.timeout = 1e12
    assert sensor._get_next_poke_interval(0.0, lambda: 0.0, 1) == pytest.approx(4_102_444_800 - time.time(), abs=60)
    sensor._not_before = 0.0
    assert sensor._get_next_poke_interval(0.0, lambda: 0.0, 1) == 10


def test_a_sensor_with_no_share_left_comes_back_when_there_is_one(emulator, connections):
    few = {"requests_per_minute": 100, "requests_per_day": 20, "account": uuid4().hex}
    connections("whautomate_default", emulator.url, emulator.key, **few)
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789"}])
    sensor = WhautomateContactSensor(task_id="wait", contact_id=contact, tag="vip", timeout=1e6)
    for _ in range(3):
        assert not sensor.poke({})
    # A tenth is 2, and one of them in a quarter of the day.
    assert len(emulator.requests()) == 1
    assert 21_000 < sensor._get_next_poke_interval(0.0, lambda: 0.0, 1) < 22_000
    with pytest.raises(TaskDeferred):
        run(WhautomateContactSensor(task_id="wait", contact_id=contact, tag="vip", deferrable=True))
    assert len(emulator.requests()) == 1


FAULTS = ["dropped_before", "503", "not_json"]


@pytest.fixture
def told(caplog, capsys):
    """What the log says of checks that failed, since it was asked last: by structlog where Airflow has it."""

    def lines():
        logged, printed = caplog.text, capsys.readouterr().out
        caplog.clear()
        told = r"the check failed: GET \S+: .+?; checking again in \d+ s"
        return re.findall(told, logged) or re.findall(told, printed)

    with caplog.at_level("INFO"):
        yield lines


@pytest.fixture
def vip(emulator):
    """What a sensor of a contact with that tag takes."""
    [made] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    return {"contact_id": made, "tag": "vip"}


@pytest.mark.parametrize("mode", ["poke", "reschedule"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_sensor_that_pokes_survives_an_outage(emulator, vip, fault, mode, told):
    sensor = WhautomateContactSensor(task_id="wait", **vip, mode=mode, timeout=1e6, poke_interval=60)
    pauses = []
    for _ in range(7):
        emulator.fault(fault)
        assert not sensor.poke({})
        pauses.append(round(sensor._get_next_poke_interval(0.0, lambda: 0.0, 1), -1))
    assert pauses == [60, 120, 240, 480, 900, 900, 900]
    assert [one.split()[-2] for one in told()] == ["60", "120", "240", "480", "900", "900", "900"]
    assert len(emulator.requests()) == 7
    assert sensor.poke({}).xcom_value["id"] == vip["contact_id"]
    assert len(emulator.requests()) == 8


def test_a_sensor_survives_a_host_and_a_state_database_that_are_away(emulator, vip, connections, postgres, monkeypatch):
    monkeypatch.setattr(database, "PATIENCE", 0.0)
    server, state = (Forwarder(("127.0.0.1", int(re.search(r":(\d+)", one)[1]))) for one in (emulator.url, postgres))
    settings = {"account": uuid4().hex, "state": re.sub(r":\d+/", f":{state.port}/", postgres)}
    connections("whautomate_default", f"http://127.0.0.1:{server.port}", emulator.key, **settings)
    poked = WhautomateContactSensor(task_id="wait", **vip, timeout=1e6)
    state.stop()
    assert not poked.poke({})
    with pytest.raises(TaskDeferred) as deferred:
        run(WhautomateContactSensor(task_id="wait", **vip, deferrable=True))
    state.start()
    server.stop()
    assert not poked.poke({})
    server.start()
    assert poked.poke({}).is_done
    assert asyncio.run(event_of(trigger(deferred.value.trigger.condition)))["result"] == {"id": vip["contact_id"]}
    for one in (server, state):
        one.stop()


@pytest.mark.whautomate(search_delay=0.0)
def test_a_sensor_that_waits_for_a_number_survives_a_state_database_that_is_away(
    emulator, connections, postgres, monkeypatch
):
    monkeypatch.setattr(database, "PATIENCE", 0.0)
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    state = Forwarder(("127.0.0.1", int(re.search(r":(\d+)", postgres)[1])))
    settings = {"account": uuid4().hex, "state": re.sub(r":\d+/", f":{state.port}/", postgres)}
    connections("whautomate_default", emulator.url, emulator.key, **settings)

    def sensor(phone="4915123456789"):
        return WhautomateContactSensor(
            task_id="wait", phone=phone, tag="vip", deferrable=True, poll_interval=60, timeout=3600
        )

    state.stop()
    kept = None
    for pause in (60, 120, 240):
        with pytest.raises(TaskDeferred) as deferred:
            run(sensor()) if kept is None else sensor().execute_again({}, None, **kept)
        kept = deferred.value.kwargs
        assert deferred.value.trigger.until == pytest.approx(time.time() + pause, abs=5)
    assert "34567" not in str((deferred.value.trigger.serialize(), kept))
    with pytest.raises(
        AirflowSensorTimeout, match=r"no contact with that number .* after 3600 s; the last check failed"
    ):
        sensor().execute_again({}, None, **{**kept, "deadline": time.time()})
    state.start()
    assert sensor().execute_again({}, None, **kept)["id"] == contact
    with pytest.raises(TaskDeferred) as deferred:
        run(sensor("4915123456780"))
    encrypted = deferred.value.trigger.condition
    state.stop()
    tries = []

    def decrypt(*given):
        tries.append(given)
        if len(tries) < 3:  # as in a triggerer that started meanwhile and has no key yet
            raise StateUnavailable("away")
        return decrypted(*given)

    monkeypatch.setattr(waiting, "decrypted", decrypt)
    assert asyncio.run(event_of(trigger(encrypted, seconds=0.5)))["status"] == "timeout"
    assert len(tries) == 3


def test_the_pause_after_failed_checks_stays_a_number():
    sensor = WhautomateContactSensor(task_id="wait", contact_id="c", tag="vip", poke_interval=60)
    sensor._failed = 5000
    before = time.time()
    assert not sensor._check_failed(Seen("the check failed", failed="away"))
    assert before + 900 <= sensor._not_before <= time.time() + 900


@pytest.mark.parametrize("fault", FAULTS)
def test_a_deferrable_sensor_whose_first_check_fails_goes_on_in_the_triggerer(emulator, vip, fault):
    emulator.fault(fault)
    with pytest.raises(TaskDeferred) as deferred:
        run(WhautomateContactSensor(task_id="wait", **vip, deferrable=True))
    assert deferred.value.trigger.requests == 1


def test_a_sensor_that_times_out_says_what_failed_last(emulator, vip):
    emulator.fault("503", probability=1.0)
    event = asyncio.run(event_of(trigger({"kind": "contact", **vip}, seconds=0.2)))
    assert event["status"] == "timeout"
    with pytest.raises(
        AirflowSensorTimeout, match=r"doesn't have tag 'vip' after 9 s; the last check failed: GET .*503"
    ):
        WhautomateContactSensor(task_id="wait", **vip, timeout=9).execute_complete({}, event)


def complete(event, **arguments):
    sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id="b", timeout=60, **arguments)
    return sensor.execute_complete({}, event)


def test_deadlines_errors_and_missing_events_are_errors():
    with pytest.raises(AirflowSensorTimeout, match="broadcast b is not finished after 60 s"):
        complete({"status": "timeout"})
    with pytest.raises(NotFound, match=r"^gone$"):
        complete({"status": "error", "type": "NotFound", "message": "gone"})  # as a version before wrote it
    with pytest.raises(AirflowException, match="no event"):
        complete(None)


ERRORS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, WhautomateError)]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda one: one.__name__)
def test_an_error_of_the_triggerer_is_raised_as_in_the_worker(kind):
    told = {"status": 429, "retry_after": 2.5, "next_permit_at": 1e9, "window": 60.0, "quota": True}
    error = kind("GET /v1/x: no")
    vars(error).update(told | {"record": {"name": "Ada"}})
    event = json.loads(json.dumps(failed_event(error)))
    assert "Ada" not in str(event)
    raised = failure_of(event)
    if issubclass(kind, FINAL):
        assert type(raised) is AirflowFailException
        raised, said = raised.__cause__, str(raised)
        assert said == "GET /v1/x: no"
    assert (type(raised), str(raised)) == (kind, "GET /v1/x: no")
    assert {name: getattr(raised, name) for name in told} == told


def test_the_text_of_an_error_that_is_not_ours_stays_in_the_log():
    event = failed_event(RuntimeError("http://user:secret@proxy"))
    assert "secret" not in str(event)
    with pytest.raises(AirflowException, match="RuntimeError: the log of the trigger says what happened"):
        complete(event)


def test_an_error_of_another_package_is_not_taken_for_ours_of_the_same_name():
    foreign = type("PolicyRefused", (Exception,), {"__module__": "vault.exceptions"})
    with pytest.raises(AirflowException, match=r"vault\.exceptions\.PolicyRefused: the log of the trigger") as raised:
        complete(json.loads(json.dumps(failed_event(foreign("secret")))))
    assert type(raised.value) is AirflowException


@pytest.mark.parametrize("way", ["worker", "triggerer"])
def test_a_refused_key_is_one_error_wherever_it_is_met(emulator, connections, way):
    connections("whautomate_default", emulator.url, "another-key", account=uuid4().hex)
    sensor = WhautomateBroadcastSensor(task_id="wait", broadcast_id="b", timeout=60)
    event = asyncio.run(event_of(trigger(BROADCAST)))
    work = {
        "worker": lambda: run(sensor),
        "triggerer": lambda: sensor.execute_complete({}, json.loads(json.dumps(event))),
    }
    with pytest.raises(AuthenticationError, match=r"^GET /v1/broadcasts/\{\}: the key was refused") as raised:
        work[way]()
    assert raised.value.status == 403
    assert "another-key" not in str(raised.value)


@pytest.mark.parametrize(("how", "event"), [("soft_fail", "timeout"), ("never_fail", "timeout"), ("never_fail", "x")])
def test_failing_softly_is_skipping(how, event):
    with pytest.raises(AirflowSkipException):
        complete({"status": event}, **{how: True})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: WhautomateContactSensor(task_id="t", tag="a"), "either contact_id or phone"),
        (lambda: WhautomateContactSensor(task_id="t", contact_id="c"), "tag or stage"),
        (lambda: WhautomateClientSensor(task_id="t", client_id="", tag="a"), "client_id"),
        (lambda: WhautomateQuotaSensor(task_id="t", requests=0), "requests must be"),
        (lambda: WhautomateQuotaSensor(task_id="t", requests="many"), "requests must be"),
        (lambda: WhautomateMessageSensor(task_id="t", contact_id="c", since="2026-01-01T00:00"), "no time zone"),
        (lambda: WhautomateBroadcastSensor(task_id="t", broadcast_id="{{ x }}", min_delivered="many"), "min_delivered"),
        (lambda: WhautomateBroadcastSensor(task_id="t", broadcast_id="b", on_failed="shout"), "fail or warn"),
    ],
)
def test_what_can_not_be_is_an_error_at_parse(make, says):
    with pytest.raises((ConfigurationError, InvalidRequest), match=says):
        make()


def test_templates_are_left_until_they_are_rendered():
    WhautomateContactSensor(task_id="t", contact_id="{{ x }}", tag="{{ '' }}")
    WhautomateQuotaSensor(task_id="t", requests="{{ x }}")
    assert WhautomateQuotaSensor(task_id="t", requests="50").condition({}).requests == 50


def test_a_rendered_number_is_not_shown():
    sensor = WhautomateContactSensor(task_id="t", phone="{{ x }}", tag="a")
    sensor.phone = "+4915123456789"  # as the rendering does
    assert str(sensor.phone) == repr(sensor.phone) == "+49…89"
    assert sensor.condition({}) == ContactHas(phone="+4915123456789", tag="a")
    sensor.phone = 4915123456789  # as a DAG with render_template_as_native_obj does
    assert (str(sensor.phone), sensor.condition({})) == ("491…89", ContactHas(phone="4915123456789", tag="a"))


def deferred_by_number():
    """The arguments of the trigger that Airflow stores for a sensor that waits for a number."""
    with pytest.raises(TaskDeferred) as deferred:
        run(WhautomateContactSensor(task_id="wait", phone="+49 1512 3456789", tag="vip", deferrable=True, timeout=20))
    assert deferred.value.kwargs is None
    _, arguments = deferred.value.trigger.serialize()
    return json.loads(json.dumps(arguments))


def test_a_deferred_sensor_keeps_no_number_in_airflows_database_and_waits_for_it(emulator):
    arguments = deferred_by_number()
    assert "phone" not in arguments["condition"]
    assert "34567" not in str(arguments)
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    event = asyncio.run(event_of(WhautomateWaitTrigger(**{**arguments, "poll_interval": 0.05})))
    assert event["result"] == {"id": contact}
    assert "3456" not in str(event)


def test_a_number_that_another_state_database_encrypted_is_an_error_that_says_what_to_do(
    emulator, connections, tmp_path
):
    arguments = deferred_by_number()
    connections("whautomate_default", emulator.url, emulator.key, state=f"sqlite:///{tmp_path}/other.sqlite")
    event = asyncio.run(event_of(WhautomateWaitTrigger(**arguments)))
    assert event["type"] == "ConfigurationError"
    assert "state database is another one" in event["message"]
    assert "clear the task" in event["message"]


def test_messages_count_from_the_first_start_where_nothing_else_is_said():
    first, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    sensor = WhautomateMessageSensor(task_id="t", contact_id="c")
    rescheduled = SimpleNamespace(get_first_reschedule_date=lambda context: first, start_date=later)
    assert sensor.condition({"ti": rescheduled}).since == first.isoformat()
    assert sensor.condition({"ti": SimpleNamespace(start_date=later)}).since == later.isoformat()


# --- the trigger


def test_triggers_survive_being_stored():
    one = trigger({"kind": "contact", "phone": "+4915123456789", "tag": "vip"}, max_requests=5)
    path, arguments = one.serialize()
    module, _, name = path.rpartition(".")
    again = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(arguments)))
    assert type(again) is WhautomateWaitTrigger
    assert again.serialize() == one.serialize()
    assert "3456" not in f"{one!r} {one}"


def test_the_trigger_checks_until_it_is_there(emulator):
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789"}])

    async def scenario():
        asked = {"kind": "contact", "contact_id": contact, "tag": "vip"}
        waiting = asyncio.ensure_future(event_of(trigger(asked, requests=1)))
        while len(emulator.requests("getContact")) < 3:
            await asyncio.sleep(0.02)
        assert not waiting.done()
        emulator.opt_out(contact, tag="vip")
        return await waiting

    event = asyncio.run(scenario())
    assert event["result"] == {"id": contact}
    assert event["requests"] - 1 == len(emulator.requests("getContact"))
    assert polls._polls == {}


def test_the_trigger_makes_no_more_requests_than_it_may(emulator):
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789"}])
    asked = {"kind": "contact", "contact_id": contact, "tag": "vip"}
    event = asyncio.run(event_of(trigger(asked, requests=1, max_requests=3)))
    assert (event["status"], event["type"]) == ("error", "BudgetExceeded")
    assert len(emulator.requests()) == 2


def test_a_refused_key_ends_the_wait(emulator, connections):
    connections("whautomate_default", emulator.url, "another-key", account=uuid4().hex)
    event = asyncio.run(event_of(trigger(BROADCAST)))
    assert event["type"] == "AuthenticationError"
    assert "another-key" not in str(event)
    assert len(emulator.requests()) == 1


def test_what_can_not_be_opened_ends_the_wait(emulator, connections):
    connections("whautomate_default", emulator.url, emulator.key, state="sqlite:////proc/nowhere.sqlite")
    assert asyncio.run(event_of(trigger(BROADCAST)))["type"] in ("ConfigurationError", "StateUnavailable")
    assert polls._polls == {}


# --- polls that are shared


def broadcast(one):
    return {"kind": "broadcast", "broadcast_id": one}


def polled(emulator, before=0):
    made = [one["operation"] for one in emulator.requests() if one["number"] > before]
    return made.count("listBroadcasts"), made.count("getBroadcast")


SLOW = {"broadcast_seconds": 1000.0, "delivery_seconds": 0.0, "broadcast_failed_share": 0.0}


def under_way(emulator, number):
    """Broadcasts that have begun, and go on until the emulator's clock is moved."""
    emulator.add_contacts([{"name": f"N{n}", "phoneNumber": f"491512345678{n}"} for n in range(2)])
    return send(emulator, number=number)


async def until(true):
    while not true():
        await asyncio.sleep(0.02)


@pytest.fixture
def poll(monkeypatch):
    """Polls once so many ask, after so many requests each: at an interval that is over when a test says so."""
    ahead = 0.0
    clock = SimpleNamespace(time=lambda: time.time() + ahead, monotonic=lambda: time.monotonic() + ahead)
    monkeypatch.setattr(polls, "time", clock)

    async def once_they_ask(number, requests=0):
        nonlocal ahead

        def asking():
            return [one for poll in polls._polls.values() for one in poll.places if one.asks]

        await until(lambda: [one.requests for one in asking()] == [requests] * number)
        ahead += 10 * HOUR
        for poll in polls._polls.values():
            poll.asked.set()

    return once_they_ask


HOUR = 3600.0


@pytest.mark.parametrize(
    "lists",
    [
        pytest.param(2, marks=pytest.mark.whautomate(page_cap=100, **SLOW)),
        pytest.param(4, marks=pytest.mark.whautomate(page_cap=50, **SLOW)),
    ],
)
def test_two_hundred_broadcasts_are_read_as_lists(emulator, poll, lists):
    ids = under_way(emulator, 200)
    looks = []

    async def scenario():
        asked = [trigger(broadcast(one), interval=HOUR, seconds=100 * HOUR) for one in ids]
        waiting = [asyncio.ensure_future(event_of(one)) for one in asked]
        for n in (0, 1):
            await poll(200, lists * n)
            await until(lambda: polled(emulator)[0] >= lists * (n + 1))  # noqa: B023
            looks.append(polled(emulator))
        emulator.advance(2000)
        await poll(200, lists * 2)
        return await asyncio.gather(*waiting)

    events = asyncio.run(scenario())
    assert looks == [(lists, 0), (2 * lists, 0)]
    assert [event["result"]["id"] for event in events] == ids
    assert polled(emulator)[1] == 0
    assert {event["requests"] for event in events} == {polled(emulator)[0]}
    assert polls._polls == {}


@pytest.mark.whautomate(**SLOW)
def test_one_that_is_missing_or_cancelled_or_late_disturbs_no_other(emulator):
    ids = under_way(emulator, 5)

    async def scenario():
        asked = [broadcast(one) for one in [*ids, "nobody"]]
        waiting = [asyncio.ensure_future(event_of(trigger(one, interval=0.2))) for one in asked]
        late = asyncio.ensure_future(event_of(trigger(broadcast(ids[0]), interval=0.2, seconds=0.5)))
        await until(lambda: polled(emulator)[0] >= 1)
        waiting[0].cancel()
        lost = await waiting.pop()
        assert (lost["status"], lost["type"]) == ("error", "NotFound")
        assert await late == {"status": "timeout"}
        again = asyncio.ensure_future(event_of(trigger(asked[0], interval=0.2)))  # as after a restart
        emulator.advance(2000)
        done = await asyncio.gather(*waiting[1:], again)
        return [event["result"]["id"] for event in done]

    assert asyncio.run(scenario()) == [*ids[1:], ids[0]]
    assert polls._polls == {}


@pytest.mark.whautomate(**SLOW)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_poll_that_fails_is_told_to_all_and_made_again(emulator, poll, fault, told):
    ids = under_way(emulator, 3)

    async def scenario():
        waiting = asyncio.gather(*(event_of(trigger(broadcast(one), interval=HOUR, seconds=1e9)) for one in ids))
        for n in range(2):
            emulator.fault(fault, operation="listBroadcasts")
            await poll(3, n)
        emulator.advance(2000)
        await poll(3, 2)
        return await waiting

    done = asyncio.run(scenario())
    assert [event["result"]["id"] for event in done] == ids
    assert {event["requests"] for event in done} == {3}, "those of failed checks are counted"
    assert len(told()) == 6, "one line a failed check and step"


@pytest.mark.whautomate(**SLOW)
def test_a_refused_key_is_told_to_all(emulator, poll, connections):
    ids = under_way(emulator, 3)
    connections("whautomate_default", emulator.url, "another-key", account=uuid4().hex)

    async def scenario():
        waiting = asyncio.gather(*(event_of(trigger(broadcast(one), interval=HOUR, seconds=1e9)) for one in ids))
        await poll(3)
        return await waiting

    assert {event["type"] for event in asyncio.run(scenario())} == {"AuthenticationError"}
    assert len(emulator.requests("listBroadcasts")) == 1


def test_what_one_can_not_wait_for_ends_no_other_wait(emulator, poll):
    async def scenario():
        asked = [{"kind": "quota", "requests": n} for n in (10**9, 5)]
        waiting = [asyncio.ensure_future(event_of(trigger(one, interval=HOUR, seconds=1e9))) for one in asked]
        await poll(2)
        return await asyncio.gather(*waiting)

    never, free = asyncio.run(scenario())
    assert (never["status"], never["type"]) == ("error", "ConfigurationError")
    assert free["status"] == "over"


@pytest.mark.whautomate(**SLOW)
def test_the_poll_ends_with_the_last_who_waits_whatever_it_does(emulator):
    ids = under_way(emulator, 2)

    async def scenario():
        before = asyncio.all_tasks()
        # Into the middle of a request, which the server doesn't answer.
        emulator.fault("slow", seconds=1e6)
        waiting = [asyncio.ensure_future(event_of(trigger(broadcast(one), interval=0.1))) for one in ids]
        await until(lambda: emulator.held())
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)
        assert asyncio.all_tasks() == before
        assert polls._polls == {}
        emulator.release()

    asyncio.run(scenario())


def test_those_who_ask_the_same_are_answered_by_one_request(emulator, poll):
    [contact] = emulator.add_contacts([{"name": "n", "phoneNumber": "4915123456789", "tags": ["vip"]}])
    asked = {"kind": "contact", "contact_id": contact, "tag": "vip"}

    async def scenario():
        all_of_them = (event_of(trigger(asked, interval=HOUR, seconds=100 * HOUR)) for _ in range(20))
        waiting = asyncio.gather(*all_of_them)
        await poll(20)
        return await waiting

    assert {event["result"]["id"] for event in asyncio.run(scenario())} == {contact}
    assert len(emulator.requests("getContact")) == 1


def test_polls_are_of_one_account_and_one_kind(emulator, connections):
    connections("another", emulator.url, emulator.key, account=uuid4().hex)
    quota = {"kind": "quota", "requests": 5}

    async def scenario():
        mine = [trigger(broadcast("a"), interval=60), trigger(broadcast("b"), interval=60), trigger(quota, interval=60)]
        other = WhautomateWaitTrigger(quota, "another", 60, time.time() + 1e6)
        waiting = [asyncio.ensure_future(event_of(one)) for one in (*mine, other)]
        await until(lambda: sum(len(poll.places) for poll in polls._polls.values()) == 4)
        shared = sorted(len(poll.places) for poll in polls._polls.values())
        for one in waiting:
            one.cancel()
        await asyncio.wait(waiting)
        return shared

    assert asyncio.run(scenario()) == [1, 1, 2]
    assert polls._polls == {}
