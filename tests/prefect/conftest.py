"""One real Prefect server for the session, one emulator of the vendor's API for each test."""

import asyncio
import atexit
import importlib.metadata
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

PORT = socket.socket()
"""Keeps the server's port: bound and not listening, so that nobody else is given it and the server can have it."""
PORT.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
PORT.bind(("127.0.0.1", 0))
ADDRESS = f"http://127.0.0.1:{PORT.getsockname()[1]}/api"

# Before Prefect is imported, which reads its settings at import.
os.environ["PREFECT_API_URL"] = ADDRESS
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-home-")
atexit.register(shutil.rmtree, os.environ["PREFECT_HOME"], ignore_errors=True)
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

try:
    importlib.metadata.version("prefect")
except importlib.metadata.PackageNotFoundError:
    collect_ignore_glob = ["*.py"]


@pytest.fixture(scope="session", autouse=True)
def whautomate_home(tmp_path_factory):
    """State of the session's own, never the user's; each test has an account of its own in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHAUTOMATE_HOME", str(tmp_path_factory.mktemp("whautomate")))
        yield


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch):
    """Requests that failed and may be repeated are repeated at once."""
    monkeypatch.setattr("whautomate_core.client.retries.backoff", lambda state: 0.0)


@pytest.fixture(scope="session")
def block_types_at_start(tmp_path_factory):
    """The one server of all tests; gives the slugs of the blocks that it knew before anything was saved to it."""
    from prefect.client.orchestration import get_client
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker

    folder, (host, port) = tmp_path_factory.mktemp("server"), PORT.getsockname()
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", host, "--port", str(port)]
    own = os.environ | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder}/prefect.db",
        "PREFECT_UI_STATIC_DIRECTORY": str(folder / "ui"),  # it writes its pages into its package otherwise
    }
    with (folder / "log").open("wb") as said:
        process = subprocess.Popen(command, env=own, stdout=said, stderr=said)

    def answers():
        assert process.poll() is None, (folder / "log").read_text()[-5000:]
        try:
            return httpx.get(f"{ADDRESS}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def known():
        types = client.request("POST", "/block_types/filter", json={"limit": 200}).json()
        slugs = {block_type["slug"] for block_type in types}
        return slugs if "whautomate-credentials" in slugs else None

    try:
        wait_for(answers, 600)
        with get_client(sync_client=True) as client:
            yield wait_for(known, 600)  # blocks are registered while the server is answering already
        # Logs and events first: after the server's end this process would try to send them for a minute.
        APILogWorker.drain_all()
        EventsWorker.drain_all()
    finally:
        stop([process])


@pytest.fixture
def server(block_types_at_start):
    """A client of the Prefect server."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def credentials(credentials_of_emulator):
    return credentials_of_emulator()


@pytest.fixture
def credentials_of_nowhere():
    """Credentials of a host that is none, for tests that keep requests from leaving."""
    from prefect_whautomate import WhautomateCredentials

    return WhautomateCredentials(
        host="http://127.0.0.1:1", key="k", account="nowhere", requests_per_minute=10**6, requests_per_day=10**6
    )


@pytest.fixture
def credentials_of_emulator(whautomate_emulator):
    """Makes credentials of this test's emulator, with other settings where they are given."""
    from prefect_whautomate import WhautomateCredentials

    def make(**settings):
        given = {
            "host": whautomate_emulator.url,
            "key": whautomate_emulator.key,
            "account": uuid.uuid4().hex,  # a pool of requests of its own
            "requests_per_minute": 1_000_000,
            "requests_per_day": 1_000_000,
            "list_lag": 0.0,
            "location_id": whautomate_emulator.location_id,
        }
        return WhautomateCredentials(**given | settings)

    return make


@pytest.fixture
def example():
    """The example flow's module, as a copy of the file would be imported."""
    path = Path(__file__).parents[2] / "example_dags" / "prefect" / "contacts_to_campaign.py"
    spec = importlib.util.spec_from_file_location("contacts_to_campaign", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture
def environment(server, whautomate_home, tmp_path):
    """The environment of processes of their own that use this session's Prefect server and state."""
    return {
        **os.environ,
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }


@pytest.fixture
def processes():
    """Starts processes, `Popen`'s arguments and a file for what they say, and ends them after the test.

    They are in `started`, in order.
    """
    started = []

    def start(command, output, **more):
        with output.open("wb") as said:
            started.append(subprocess.Popen(command, stdout=said, stderr=said, **more))

    start.started = started
    yield start
    stop(started)


def stop(processes):
    """End processes, and wait until they have."""
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def served(server, environment, processes, tmp_path):
    """Serves a flow of `deployed_flows.py` and starts a run of it: name, parameters -> the flow run."""

    def serve(name, windows="[[60, 60], [100, 86400]]", **parameters):
        deployment = f"test-{uuid.uuid4().hex[:8]}"
        script = [sys.executable, str(Path(__file__).parent / "deployed_flows.py"), name, deployment]
        processes(script, tmp_path / f"{deployment}.log", env=environment | {"TEST_WINDOWS": windows})
        slug = f"{name.replace('_', '-')}/{deployment}"
        return server.create_flow_run_from_deployment(
            wait_for(lambda: find_deployment(server, slug), 300).id, parameters=parameters
        )

    return serve


@pytest.fixture
def worked(server, environment, processes, tmp_path):
    """Starts a worker of a work pool of processes, and a run that it takes: pool, flow, parameters -> the flow run.

    Each worker has a queue and a Prefect home of its own; `more` is added to its environment, `options` to its command.
    """
    from prefect.client.schemas.actions import WorkPoolCreate

    def work(pool, name, more=None, options=(), **parameters):
        queue = f"queue-{uuid.uuid4().hex[:8]}"
        home = tmp_path / queue
        home.mkdir()
        server.create_work_pool(WorkPoolCreate(name=pool, type="process"), overwrite=True)
        deployment = server.create_deployment(
            server.create_flow_from_name(name.replace("_", "-")),
            name=queue,
            work_pool_name=pool,
            work_queue_name=queue,
            path=str(Path(__file__).parent),
            entrypoint=f"deployed_flows.py:{name}",
        )
        own = environment | {"PREFECT_HOME": str(home / "prefect")} | (more or {})
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--work-queue", queue]
        processes([*command, "--type", "process", *options], home / "worker.log", env=own)
        return server.create_flow_run_from_deployment(deployment, parameters=parameters)

    return work


def find_deployment(server, slug):
    from prefect.exceptions import ObjectNotFound

    try:
        return server.read_deployment_by_name(slug)
    except ObjectNotFound:
        return None


def wait_for(look, seconds):
    """What `look` finds, asked until it is something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)
    return found


@pytest.fixture
def wait_until(server):
    """Waits for a flow run to get into a state of that name; gives the flow run."""

    def wait(run, *names, seconds=300):
        def look():
            found = server.read_flow_run(run.id)
            return found if found.state.name in names else None

        return wait_for(look, seconds)

    return wait


@pytest.fixture
def states_of(server):
    """Names of the states that a flow run was in, in order."""

    def names(run):
        states = server.request("GET", "/flow_run_states/", params={"flow_run_id": str(run.id)}).json()
        return [state["name"] for state in sorted(states, key=lambda state: state["timestamp"])]

    return names


@pytest.fixture
def run(server, monkeypatch):
    """Runs a flow as workers do: `run(flow)` deploys it and is its first attempt, `run()` the next one, early or not.

    Gives what it returned, or its state once it has left. Tasks that wait look around often.
    """
    from prefect.exceptions import Pause
    from prefect.flow_engine import run_flow
    from prefect.states import AwaitingRetry

    monkeypatch.setattr("whautomate_core.waiting.poll.MEANWHILE", 0.05)

    def attempt(flow=None):
        if flow is not None:
            attempt.flow = flow
            deployment = server.create_deployment(server.create_flow(flow), name=f"test-{time.time_ns()}")
            attempt.id = server.create_flow_run_from_deployment(deployment).id
        else:
            server.set_flow_run_state(attempt.id, AwaitingRetry(scheduled_time=datetime.now(UTC)), force=True)
        try:
            done = run_flow(attempt.flow, flow_run=server.read_flow_run(attempt.id))
            return asyncio.run(done) if attempt.flow.isasync else done
        except Pause:
            return server.read_flow_run(attempt.id).state

    return attempt


@pytest.fixture
def people(whautomate_emulator, credentials):
    """The ids of six contacts, and the segment `all` of them."""
    from prefect_whautomate import segments

    segments.ensure_segment.fn(credentials, "all", {"tags": ["vip"]})
    return whautomate_emulator.add_contacts(
        {"name": f"N{n}", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)
    )
