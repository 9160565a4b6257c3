"""The Prefect half of the cluster: a server on PostgreSQL, a work pool with three workers, and the shop's flows.

The cluster's environment has no Prefect, so all of it runs in processes of the environment `prefect`, beside this one.
"""

import contextlib
import csv
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
from databases import own_database
from expected import Expected, Share
from processes import free_port, start, stop, wait_until

from whautomate_core.values.words import requests_line

PYTHON = Path(sys.prefix).parent / "prefect" / "bin" / "python"
FLOWS = Path(__file__).with_name("flows")
WORKERS, SLOTS = 3, 2
CHUNKS, KNOWN, NEW = 16, 2, 8
"""Files of members; rows of each about people who are contacts already, and about new ones."""
BRANCHES = ("north", "south", "closed")
CALLED_OFF = "closed"
RUNS = CHUNKS + len(BRANCHES)
ENDED = {"COMPLETED", "CANCELLED"}
SILENT = "no heartbeat for two minutes"
"""What `deploy.py` says of a run that crashed with its worker."""

# Of every process of Prefect: the server, the workers and, through them, the flow runs.
SHARED = {
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


class PrefectHalf:
    """Flow runs under way."""

    def __init__(self, folder: Path, settings: Mapping[str, Any], database: str) -> None:
        self._folder = folder
        self._settings = settings
        port = free_port()
        self._api = httpx.Client(base_url=f"http://127.0.0.1:{port}/api", trust_env=False, timeout=120)
        self._emulator = httpx.Client(base_url=f"{settings['host']}/_emulator", trust_env=False, timeout=120)
        self._env = {
            **os.environ,
            **SHARED,
            "PREFECT_API_URL": str(self._api.base_url).rstrip("/"),
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": database.replace("postgresql://", "postgresql+asyncpg://"),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._ids: list[str] = []
        self.expected, self._written_by = set_up(folder / "members", self._emulator)
        """What the flow runs leave at the server. Their people have numbers that begin with +4916."""
        self.said: list[str] = []
        """What went wrong meanwhile."""
        self._to_come = [self._kill_a_worker, self._call_off]

    def __enter__(self) -> "PrefectHalf":
        try:
            self._start("server", "server", "start", "--no-ui", "--host", "127.0.0.1")
            wait_until(self._answers, "Prefect's server answers")
            due = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=2)
            self._deploy(due)
            assert datetime.now(UTC) < due, "the machine is too busy: it took minutes to deploy two flows"
            for n in range(1, WORKERS + 1):
                self._start_worker(f"worker-{n}")
            wait_until(lambda: self._scheduled(due), "the runs are scheduled")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        started = [one for process in self._running.values() for one in flow_processes(process.pid)]
        stop(*self._running.values())
        kill(started)
        self._api.close()
        self._emulator.close()

    def finished(self) -> bool:
        """Whether all flow runs have ended. Raises AssertionError, with what they said, as soon as one has failed.

        What goes wrong meanwhile is done here, each as soon as its moment has come.
        """
        for name, process in self._running.items():
            assert process.poll() is None, f"Prefect's {name} has ended\n{self._log(name).read_text()[-4000:]}"
        runs = self._runs()
        for run in runs:
            assert not went_wrong(run), f"{run['name']}: {run['state_name']}\n" + "\n".join(self._logs(run))[-6000:]
        self._to_come = [step for step in self._to_come if not step(runs)]
        ended = {run["state_type"] for run in runs} <= ENDED
        assert not (ended and self._to_come), f"all runs have ended, and not yet came {self._to_come}"
        return ended

    def shares(self) -> dict[str, Share]:
        """Step, as the table names it -> its share of the account's requests. For the end."""
        found: dict[str, Share] = {}
        for run in self._runs():
            step = "prefect: " + ("news" if "branch" in run["parameters"] else "members")
            used = [one for line in self._logs(run) if (one := _USED.search(line))]
            before = found.get(step, Share(0, 0, 0.0))
            found[step] = Share(
                before.runs + run["run_count"],
                before.requests + sum(int(one[1]) for one in used),
                before.waited + sum(float(one[2] or 0) for one in used),
            )
        return found

    # What a team sets up

    def _start(self, name: str, *arguments: str) -> None:
        home = self._folder / name
        home.mkdir(exist_ok=True)
        own = {"PREFECT_HOME": str(home / "prefect"), "WHAUTOMATE_HOME": str(home / "whautomate")}
        command = [str(PYTHON), "-m", "prefect", *arguments]
        self._running[name] = start(command, {**self._env, **own}, self._log(name))

    def _start_worker(self, name: str) -> None:
        self._start(
            name, "worker", "start", "--pool", "shop", "--type", "process", "--name", name, "--limit", f"{SLOTS}"
        )

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _answers(self) -> bool:
        assert self._running["server"].poll() is None, self._log("server").read_text()[-4000:]
        with contextlib.suppress(httpx.TransportError):
            return self._api.get("health").is_success
        return False

    def _deploy(self, due: datetime) -> None:
        own = {
            "PREFECT_HOME": str(self._folder / "prefect"),
            "SHOP_HOST": self._settings["host"],
            "SHOP_KEY": self._settings["key"],
            "SHOP_STATE": self._settings["state"],
            "SHOP_MEMBERS": str(self._folder / "members"),
            "SHOP_CRON": f"{due.minute} {due.hour} * * *",
        }
        with self._log("deploy").open("wb") as log:
            command = [str(PYTHON), str(FLOWS / "deploy.py")]
            done = subprocess.run(
                command, env={**self._env, **own}, stdout=log, stderr=subprocess.STDOUT, timeout=600, cwd=FLOWS
            )
        assert done.returncode == 0, self._log("deploy").read_text()[-4000:]

    # What a person sees, and does

    def _scheduled(self, due: datetime) -> bool:
        """Whether today's runs are there. Those of the next days are, too."""
        asked = {"expected_start_time": {"before_": (due + timedelta(hours=1)).isoformat()}}
        self._ids = [run["id"] for run in self._filtered("flow_runs", {"flow_runs": asked})]
        assert len(self._ids) <= RUNS
        return len(self._ids) == RUNS

    def _runs(self) -> list[dict[str, Any]]:
        return self._filtered("flow_runs", {"flow_runs": {"id": {"any_": self._ids}}})

    def _logs(self, run: Mapping[str, Any]) -> list[str]:
        asked = {"logs": {"flow_run_id": {"any_": [run["id"]]}}, "sort": "TIMESTAMP_ASC"}
        return [one["message"] for one in self._filtered("logs", asked)]

    def _filtered(self, what: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(page := self._page(what, {**asked, "offset": len(found)})) == 200:
            found += page
        return found + page

    def _page(self, what: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = self._api.post(f"{what}/filter", json={**asked, "limit": 200})
        assert answer.is_success, answer.text
        page: list[dict[str, Any]] = answer.json()
        return page

    def _arrived(self, operation: str) -> list[Any]:
        """Bodies of the requests of an operation."""
        return [one["body"] for one in self._emulator.get("requests").json() if one["operation"] == operation]

    def _call_off(self, runs: list[dict[str, Any]]) -> bool:
        """A person cancels a run, as the button does, that has left its process while its broadcast is held."""
        (run,) = (run for run in runs if run["parameters"].get("branch") == CALLED_OFF)
        if run["state_name"] != "AwaitingRetry":
            return False
        answer = self._api.post(f"flow_runs/{run['id']}/set_state", json={"state": {"type": "CANCELLING"}})
        assert answer.json()["state"]["type"] == "CANCELLED", answer.text
        self.said.append("a flow run cancelled that had left its process while its broadcast was held")
        return True

    def _kill_a_worker(self, runs: list[dict[str, Any]]) -> bool:
        """Kill a worker and its flow runs, as if its machine lost power: one that is in the middle of its file, or
        whichever is left if none was met there."""
        written = Counter(
            self._written_by.get(body["phoneNumber"].lstrip("+")) for body in self._arrived("createContact")
        )
        under_way = [run for run in runs if run["state_type"] in ("PENDING", "RUNNING")]
        last = sum(run["state_type"] == "COMPLETED" for run in runs) > RUNS * 2 / 3
        for run in under_way:
            if "source" not in run["parameters"] or not (last or 0 < written[run["parameters"]["source"]] < NEW):
                continue
            name = run["labels"].get("prefect.worker.name")
            its_own = [one for one in under_way if one["labels"].get("prefect.worker.name") == name]
            # Heartbeats begin with the flow. Of a run that is lost before that, nobody knows.
            if any(one["state_type"] == "PENDING" for one in its_own):
                continue
            kill(flow_processes(self._running[name].pid), self._running[name])
            at = written[run["parameters"]["source"]]
            self.said.append(
                f"Prefect's {name} killed (-9) with {len(its_own)} flow runs, one after {at} of {NEW} creates"
            )
            self._start_worker(name)
            return True
        return False


_USED = re.compile(r"\((\d+) requests?(?:; waited ([\d.]+) s for permits)?(?:, summed over parallel requests)?\)")
assert _USED.search(f"done ({requests_line(2, 1.0)})"), "what a task says of its requests is read here"


@contextlib.contextmanager
def prefect_half(folder: Path, settings: Mapping[str, Any]) -> Iterator[PrefectHalf]:
    """Start the half and its flow runs. At the end, whatever happened, every process is ended by its id.

    Args:
        folder: A folder of its own: homes, logs and sources.
        settings: Of the account, as a block takes them: host, key, account, plan, state (postgresql://...),
            location_id.
    """
    with own_database("cluster_prefect") as database, PrefectHalf(folder, settings, database) as half:
        yield half


def set_up(folder: Path, emulator: httpx.Client) -> tuple[Expected, dict[str, str]]:
    """The files of members, and those of them who are contacts already. Gives what is at the server at the end, and
    which file creates the contact of a number."""
    folder.mkdir()
    known: list[dict[str, Any]] = [
        {
            "name": f"Member {n}",
            "phoneNumber": number(n),
            "tags": [BRANCHES[n % len(BRANCHES)]],
            "customFields": {"plan": "basic"},
        }
        for n in range(CHUNKS * KNOWN)
    ]
    emulator.post("contacts", json=known).raise_for_status()
    contacts: dict[str, dict[str, Any]] = {
        one["phoneNumber"]: {
            "name": one["name"],
            "customFields": {"plan": "gold"},
            "tags": sorted([*one["tags"], "member"]),
        }
        for one in known
    }
    written_by: dict[str, str] = {}
    for chunk in range(CHUNKS):
        path = folder / f"members-{chunk:02}.csv"
        people = {number(n): f"Member {n}" for n in range(chunk * KNOWN, (chunk + 1) * KNOWN)}
        new = {number(n): f"New member {n}" for n in range(1000 + chunk * NEW, 1000 + (chunk + 1) * NEW)}
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["name", "mobile", "plan"])
            writer.writerows((name, f"+{digits}", "gold") for digits, name in (people | new).items())
        for digits, name in new.items():
            contacts[digits] = {"name": name, "customFields": {"plan": "gold"}, "tags": ["member"]}
            written_by[digits] = str(path)
    news = {
        f"news of {branch}": [one["phoneNumber"] for one in known if branch in one["tags"]]
        for branch in BRANCHES
        if branch != CALLED_OFF
    }
    return Expected(contacts, broadcasts=news), written_by


def went_wrong(run: Mapping[str, Any]) -> bool:
    """Whether a run ended otherwise than it should. One that crashed with its worker begins again."""
    match run["state_type"]:
        case "CRASHED":
            return bool(run["state"]["message"] != SILENT)
        case "CANCELLED":
            return bool(run["parameters"].get("branch") != CALLED_OFF)
        case state:
            return bool(state == "FAILED")


def number(n: int) -> str:
    return f"49160{n:08}"


def flow_processes(worker: int) -> list[psutil.Process]:
    """The processes of a worker's flow runs. Each is in a session of its own, which its worker's end leaves alone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return list(psutil.Process(worker).children(recursive=True))
    return []


def kill(started: list[psutil.Process], worker: "subprocess.Popen[bytes] | None" = None) -> None:
    """Kill with SIGKILL: the worker first, so that it reports nothing of its flow runs."""
    if worker is not None:
        worker.kill()
        worker.wait(30)
    for process in started:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
