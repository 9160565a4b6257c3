"""A real Airflow in which messages start a DAG, and whose triggerer is killed while they come in.

It takes minutes, so `make prove` runs it and `make test` does not.
"""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from test_prove_airflow import KEY, Airflow, kill_session, wait_until

from whautomate_core.emulator import Emulator, create_app, running

DAGS = Path(__file__).parents[1] / "airflow" / "dags_prove_watchers"
ASSETS = ("whautomate://acme/messages", "whautomate://acme/appointments")
INTERVAL = 2
"""The poll_interval there."""


class Watched(Airflow):
    """An Airflow with two watchers of a contact."""

    def events(self, uri):
        """The payloads of the events of an asset."""
        asked = "SELECT e.extra FROM asset_event e JOIN asset a ON a.id = e.asset_id WHERE a.uri = ?"
        return [json.loads(extra)["payload"] for (extra,) in self.rows(self.home / "airflow.db", asked, uri)]

    def watching(self):
        """How many watchers have begun."""
        asked = "SELECT count(*) FROM whautomate_watch"
        return sum(number for (number,) in self.rows(self.home / "whautomate" / "state.sqlite", asked))

    @staticmethod
    def rows(file, asked, *values):
        try:
            with contextlib.closing(sqlite3.connect(file, timeout=30)) as database:
                return database.execute(asked, values).fetchall()
        except sqlite3.OperationalError:
            return []  # not made yet

    def kill_triggerer(self):
        """kill -9, of the triggerer and of the process that runs its triggers."""
        started = psutil.Process(self._process.pid).children(recursive=True)
        [one] = [
            process
            for process in started
            if "triggerer" in process.cmdline() and "triggerer" not in process.parent().cmdline()
        ]
        for process in [one, *one.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)

    @contextlib.contextmanager
    def triggerer(self):
        command = [sys.executable, "-m", "airflow", "triggerer"]
        process = subprocess.Popen(
            command, env=self._env, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            kill_session(process.pid)


@pytest.fixture
def watched(tmp_path, monkeypatch):
    app = create_app(key=KEY)
    with running(app) as url:
        emulator = Emulator(app, url)
        [ada] = emulator.add_contacts([{"name": "Ada Lovelace", "phoneNumber": "4915123456789"}])
        (tmp_path / "loaded").mkdir()
        monkeypatch.setenv("WATCHED_CONTACTS", ada)
        monkeypatch.setenv("MESSAGES", str(tmp_path / "loaded"))
        emulator.receive(ada, "an old secret")
        airflow = Watched(tmp_path, {"whautomate_default": emulator}, DAGS, location_id=emulator.location_id)
        try:
            yield airflow, emulator, ada
        finally:
            airflow.stop()


def test_messages_start_a_dag_and_none_is_lost_when_the_triggerer_is_killed(watched):
    airflow, emulator, ada = watched
    wait_until(lambda: airflow.knows("message_received") and airflow.knows("other"), airflow)
    airflow.unpause("message_received")
    wait_until(lambda: airflow.watching() == 2, airflow)

    # A message starts the DAG.
    sent = [emulator.receive(ada, "a new secret")]
    wait_until(lambda: airflow.task("message_received", "messages")[0] == "success", airflow)
    [file] = (airflow.home / "loaded").iterdir()
    assert {json.loads(line)["id"] for line in file.read_text().splitlines()} >= set(sent)

    # Two watchers cost what one costs.
    before, began = len(emulator.requests("listContactMessages")), time.monotonic()
    wait_until(lambda: len(emulator.requests("listContactMessages")) >= before + 20, airflow)
    made, took = len(emulator.requests("listContactMessages")) - before, time.monotonic() - began
    assert made <= 2 * (took / INTERVAL + 2)  # the second request of a look shows that the list has ended

    # The triggerer is killed among messages, and others come while there is none.
    for number in range(6):
        sent.append(emulator.receive(ada, "a new secret"))
        if number == 2:
            wait_until(lambda: all({*ids(airflow, uri)} >= {sent[1]} for uri in ASSETS), airflow)
            sent.append(emulator.receive(ada, "a new secret"))
            airflow.kill_triggerer()
    with airflow.triggerer():
        wait_until(lambda: all({*ids(airflow, uri)} >= {*sent} for uri in ASSETS), airflow)
    for uri in ASSETS:
        # The message of before the start is not among them. What Airflow stored just before the triggerer died may have
        # come once again.
        came = Counter(ids(airflow, uri))
        assert came.keys() == {*sent}
        assert [came[one] for one in (sent[0], *sent[5:])] == [1, 1, 1, 1]
        assert max(came.values()) <= 2
    kept = json.dumps([airflow.events(uri) for uri in ASSETS]) + (airflow.home / "said.txt").read_text(errors="replace")
    for secret in ("secret", "Ada", "1512345678", KEY):
        assert secret not in kept


def ids(airflow, uri):
    return [payload["id"] for payload in airflow.events(uri)]
