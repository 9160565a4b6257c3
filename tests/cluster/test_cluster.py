"""Airflow on three Celery workers and Prefect on three of its own use one account, while parts of it are killed.

`make cluster` runs it: it takes less than 15 minutes on two cores, and prints its figures as
docs/operations/cluster.md has them. The server judges: what arrived there, and what it holds at the end.
"""

import contextlib
import json
import os
import re
import secrets
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import judge
import psycopg2
import pytest
import redis
from airflow_cluster import ENDED, AirflowCluster
from cluster_report import REPORT
from databases import own_database
from emulator_process import KEY, EmulatorProcess
from expected import Expected, Share
from prefect_half import PrefectHalf, prefect_half
from processes import wait_until
from scene import CHUNKS, CLIENTS, MESSAGES, TIME_OFF, Scene, number, set_up

from whautomate_core.account import account_from_settings
from whautomate_core.api import appointments, broadcasts, classes, staffs
from whautomate_core.client.client import Client
from whautomate_core.state import open_state

REDIS = os.environ.get("WHAUTOMATE_TEST_REDIS", "redis://127.0.0.1:6379/0")
DAGS = ("sync", "messages", "broadcasts", "bookings")
PATIENCE = 3600
"""Seconds for what takes minutes on a machine that is not busy."""


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    scene: Scene
    expected: Expected
    arrivals: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    broadcasts: list[Any]
    appointments: list[Any]
    participants: list[Any]
    blocks: list[Any]
    open_claims: list[Any]
    states: dict[tuple[str, str, int], str | None]
    unsure: dict[int, str]
    """Messages whose step doesn't know whether they were sent, and so failed: map index -> number."""
    interrupted: set[int]
    """Chunks of the sync that had several attempts."""

    def waiting(self) -> list[float]:
        """The moments, one a second, at which requests waited for permits."""
        numbers = {one["id"]: one["phoneNumber"] for one in self.contacts}
        writes = judge.writes_of_chunks(self.arrivals, self.scene.chunks, numbers)
        sends = [one["at"] for one in self.arrivals if one["operation"] == "sendWhatsappTemplate"]
        return judge.waiting(writes, self.interrupted, sends)


@contextlib.contextmanager
def own_redis_keys() -> Iterator[str]:
    """A prefix for keys in Redis, which are removed at the end."""
    prefix = f"whautomate-cluster-{secrets.token_hex(4)}-"
    with contextlib.closing(redis.Redis.from_url(REDIS)) as server:
        server.ping()
        try:
            yield prefix
        finally:
            for key in server.scan_iter(f"{prefix}*", count=1000):
                server.unlink(key)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Ran]:
    """One run of everything."""
    folder, began = tmp_path_factory.mktemp("cluster"), time.monotonic()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up then, too
    with contextlib.ExitStack() as stack:
        metadata, state = (stack.enter_context(own_database(f"cluster_{one}")) for one in ("airflow", "state"))
        prefix = stack.enter_context(own_redis_keys())
        emulator = stack.enter_context(EmulatorProcess(folder))
        settings = {
            "host": emulator.url,
            "key": KEY,
            "account": "shop",
            "plan": "subscribed",
            "location_id": "loc000000001",
            "state": state,
        }
        scene = set_up(emulator, settings, folder)
        (folder / "prefect").mkdir()
        (folder / "airflow").mkdir()
        cluster = AirflowCluster(
            folder / "airflow",
            values={
                "METADATA_DATABASE": metadata.removeprefix("postgresql://"),
                "STATE_DATABASE": state.removeprefix("postgresql://"),
                "REDIS_URL": REDIS,
                "WHAUTOMATE_HOST": emulator.url,
                "WHAUTOMATE_KEY": KEY,
            },
            local={
                "CLUSTER_DATA": str(folder / "data"),
                "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__GLOBAL_KEYPREFIX": prefix,
            },
        )
        half = stack.enter_context(prefect_half(folder / "prefect", settings))
        stack.enter_context(cluster)
        cluster.trigger(*DAGS)
        kills = Kills(cluster, emulator, state)
        wait_until(lambda: all((half.finished(), kills.next(), ended(cluster))), "all has run", PATIENCE, every=1.0)
        kills.said += half.said
        unsure = {}
        while to_send := settle(cluster, emulator, state, unsure):
            cluster.command("tasks", "clear", "messages", "--only-failed", "--yes")
            wait_until(lambda: ended(cluster), f"{to_send} messages are sent after all", PATIENCE, every=1.0)
        made = result(cluster, emulator, settings, scene, half, unsure, folder)
        pytestconfig.stash[REPORT] = [*figures(made, kills, time.monotonic() - began), "", *shares(made, cluster, half)]
        yield made


def ended(cluster: AirflowCluster) -> bool:
    states, runs = cluster.states(), cluster.runs()
    return set(states.values()) <= ENDED and set(runs.values()) <= {"success", "failed"} and len(runs) == len(DAGS)


class Kills:
    """What goes wrong meanwhile, one thing after the other, each as soon as it hits somebody."""

    def __init__(self, cluster: AirflowCluster, emulator: EmulatorProcess, state: str) -> None:
        self._cluster, self._emulator, self._state = cluster, emulator, state
        self._began = time.monotonic()
        self.said: list[str] = []
        self._steps = iter([self._hold_a_message, self._kill_a_worker, self._kill_the_triggerer, self._end_sessions])
        self._now = next(self._steps, None)

    def next(self) -> bool:
        """Do what comes next, if its moment has come. Returns whether all is done."""
        self._cluster.require_running()
        if self._now is not None and self._now():
            self._now = next(self._steps, None)
        return self._now is None

    def _say(self, what: str) -> None:
        self.said.append(f"{(time.monotonic() - self._began) / 60:.1f} minutes after the runs began: {what}")

    def _sent(self) -> int:
        states = self._cluster.states()
        return sum(state == "success" for (dag, _, _), state in states.items() if dag == "messages")

    def _hold_a_message(self) -> bool:
        """The server will sit on a message: it is sent in the end, and whoever sent it is dead by then."""
        if self._sent() < MESSAGES // 5:
            return False
        self._emulator.post("faults", {"kind": "late_commit", "operation": "sendWhatsappTemplate", "seconds": 3600})
        return True

    def _kill_a_worker(self) -> bool:
        if not self._emulator.get("held"):
            return False
        claims = open_state(self._state).claims.open("shop")
        workers = [self._cluster.process_of(one.process[1]) for one in claims if "sendtemplate" in one.what]
        if worker := next(filter(None, workers), None):
            self._cluster.kill(worker)
            self._say(f"{worker} killed (-9), with a message on its way")
            self._cluster.start(worker)
        self._emulator.post("release", None)
        if not worker:  # the message was another's, and goes on
            self._emulator.post("faults", {"kind": "late_commit", "operation": "sendWhatsappTemplate", "seconds": 3600})
        return bool(worker)

    def _kill_the_triggerer(self) -> bool:
        waiting = sum(state == "deferred" for state in self._cluster.states().values())
        if waiting < 2:
            return False
        self._cluster.kill("triggerer")
        self._say(f"triggerer killed (-9), with {waiting} tasks waiting in it")
        self._cluster.start("triggerer")
        return True

    def _end_sessions(self) -> bool:
        """PostgreSQL ends all sessions of the state, as it does when it fails over to another machine."""
        if self._sent() < MESSAGES // 2:
            return False
        with contextlib.closing(psycopg2.connect(self._state)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            ((ended,),) = cursor.fetchall()
        self._say(f"{ended} PostgreSQL sessions of the state terminated")
        return bool(ended)


def settle(cluster: AirflowCluster, emulator: EmulatorProcess, state: str, unsure: dict[int, str]) -> int:
    """Do what a person does about messages of which nobody knows whether they were sent: look at the server, and
    release the claims of those that were not. Gives the number of these, whose tasks have to be cleared."""
    sent, to_send = {one["phone"] for one in emulator.get("messages") if one["broadcast"] is None}, 0
    for (dag, _, index), failed in cluster.states().items():
        if dag != "messages" or failed != "failed":
            continue
        said = "\n".join(
            path.read_text()
            for step, path in cluster.attempts()
            if step == "messages.send" and f"map_index={index}/" in str(path)
        )
        assert "may have happened" in said or "may or may not have happened" in said, said[-3000:]
        if (phone := number(index)) in sent:
            unsure[index] = phone
            continue
        # The attempt that lost its answer doesn't name the claim yet; the one after it does.
        for key in re.findall(r'whautomate claims release \\?"([^"\\]+)\\?"', said)[-1:]:
            open_state(state).claims.release("shop", key)
        to_send += 1
    return to_send


def result(
    cluster: AirflowCluster,
    emulator: EmulatorProcess,
    settings: dict[str, Any],
    scene: Scene,
    half: PrefectHalf,
    unsure: dict[int, str],
    folder: Path,
) -> Ran:
    arrivals = emulator.get("requests")  # before the judge's own
    (folder / "arrivals.json").write_text(json.dumps(arrivals))
    account = account_from_settings(
        settings["host"], settings["key"], {k: v for k, v in settings.items() if k not in ("host", "key")}
    )
    with Client(account) as client:
        lessons = client.everything(classes.list_classes())
        return Ran(
            scene,
            scene.expected | half.expected,
            [one for one in arrivals if one["counted"]],
            emulator.get("contacts"),
            emulator.get("messages"),
            client.everything(broadcasts.list_broadcasts()),
            client.everything(appointments.list_appointments()),
            [one for lesson in lessons for one in client.everything(classes.list_class_participants(lesson["id"]))],
            client.everything(staffs.list_staff_availability_blocks("stf000000001")),
            open_state(settings["state"]).claims.open("shop"),
            cluster.states(),
            unsure,
            {
                index
                for (index,) in cluster.rows(
                    "SELECT map_index FROM task_instance WHERE dag_id = 'sync' AND try_number > 1"
                )
            },
        )


def figures(made: Ran, kills: Kills, seconds: float) -> list[str]:
    moments = made.waiting()
    rows = [
        ("from start to end", f"{seconds / 60:.1f} minutes"),
        ("requests that arrived", len(made.arrivals)),
        ("most in any 60 s (limit 300)", judge.busiest(made.arrivals)),
        ("refused (429)", sum(one["status"] == 429 for one in made.arrivals)),
        ("used of the limit while requests waited", f"{judge.used(made.arrivals, moments):.1%}"),
        ("so long did some wait", f"{len(moments)} s"),
        ("contacts, each once", len(made.contacts)),
        ("single messages, each once", sum(one["broadcast"] is None for one in made.messages)),
        ("broadcasts, each once", len(made.broadcasts)),
        ("messages left to a person, who saw that they were sent", len(made.unsure)),
        *(("meanwhile", one) for one in kills.said),
    ]
    return [judge.table(("What", "Figure"), rows)]


def shares(made: Ran, cluster: AirflowCluster, half: PrefectHalf) -> list[str]:
    said = {**cluster.shares(), **half.shares()}
    rest = len(made.arrivals) - sum(one.requests for one in said.values())
    said["triggerer, setting up, and attempts that were killed"] = Share(0, rest, 0.0)
    rows = [
        (
            step,
            one.runs or "",
            one.requests,
            f"{one.requests / len(made.arrivals):.1%}",
            f"{one.waited:.0f} s" if one.runs else "",
        )
        for step, one in sorted(said.items(), key=lambda item: -item[1].requests)
    ]
    return [judge.table(("Step", "Attempts", "Requests", "Share", "Waited for permits (summed)"), rows)]


def test_no_window_is_exceeded(ran: Ran) -> None:
    assert judge.busiest(ran.arrivals) <= judge.PER_MINUTE
    assert [one["path"] for one in ran.arrivals if one["status"] == 429] == []


def test_the_limit_is_used_while_requests_wait(ran: Ran) -> None:
    moments = ran.waiting()
    assert len(moments) >= 60, "less than a minute shows nothing"
    assert judge.used(ran.arrivals, moments) >= 0.95


def test_every_contact_is_there_once_with_its_fields_and_tags(ran: Ran) -> None:
    assert Counter(one["phoneNumber"] for one in ran.contacts).most_common(1)[0][1] == 1
    found = {
        one["phoneNumber"]: {
            "name": one["name"],
            "customFields": one.get("customFields", {}),
            "tags": sorted(one.get("tags", [])),
        }
        for one in ran.contacts
    }
    assert judge.differing(ran.expected.contacts, found) == ""


def test_everybody_gets_their_message_once(ran: Ran) -> None:
    found = Counter(one["phone"] for one in ran.messages if one["broadcast"] is None)
    assert judge.differing(Counter(ran.expected.messages), found) == ""


def test_every_broadcast_is_sent_once_to_its_people(ran: Ran) -> None:
    names = {one["id"]: one["name"].rpartition(" ")[0] for one in ran.broadcasts}
    found = {name: [] for name in names.values()}  # type: dict[str, list[str]]
    assert len(found) == len(names), f"some are there twice: {Counter(names.values()).most_common(3)}"
    for one in ran.messages:
        if one["broadcast"] is not None:
            found[names[one["broadcast"]]].append(one["phone"])
    assert (
        judge.differing(
            {name: sorted(numbers) for name, numbers in ran.expected.broadcasts.items()},
            {name: sorted(numbers) for name, numbers in found.items()},
        )
        == ""
    )


def test_everybody_is_booked_once(ran: Ran) -> None:
    assert sorted(one["client"]["id"] for one in ran.appointments) == sorted(ran.scene.clients)
    assert len({one["startTimeUTC"] for one in ran.appointments}) == CLIENTS
    assert sorted(one["client"]["id"] for one in ran.participants) == sorted(ran.scene.clients)
    assert len(ran.blocks) == len(TIME_OFF)


def test_every_task_ended_well_but_what_a_person_has_to_look_at(ran: Ran) -> None:
    assert len([one for one in ran.states if one[0] == "sync"]) == CHUNKS
    bad = {task: state for task, state in ran.states.items() if state != "success"}
    assert set(bad) == {("messages", "send", index) for index in ran.unsure}
    assert 1 <= len(ran.unsure) == len(ran.open_claims), "the worker died with a message on its way"
