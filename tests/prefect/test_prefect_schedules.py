"""A deployment with a cron schedule gets its runs from a real server by itself."""

import socket
import subprocess
import sys
import uuid
from datetime import UTC, datetime

import httpx
import pytest
from conftest import wait_for
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings


@flow
def nightly():
    """Is never run: nobody serves it."""


@pytest.fixture
def whole_server(environment, tmp_path):
    """A client of `prefect server start`: the server that other tests share has no scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    own = environment | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{tmp_path}/prefect.db"}
    del own["PREFECT_API_URL"]
    command = [
        sys.executable,
        "-m",
        "prefect",
        "server",
        "start",
        "--no-ui",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with (tmp_path / "server.log").open("wb") as output:
        process = subprocess.Popen(command, env=own, stdout=output, stderr=output)

    def answers():
        assert process.poll() is None, (tmp_path / "server.log").read_text()[-5000:]
        try:
            return httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        wait_for(answers, 300)
        with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}), get_client(sync_client=True) as one:
            yield one
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_a_cron_deployment_gets_its_runs_by_itself(whole_server):
    every_day = DeploymentScheduleCreate(schedule=CronSchedule(cron="30 4 * * *", timezone="UTC"), active=True)
    deployment = whole_server.create_deployment(
        whole_server.create_flow(nightly), name=f"cron-{uuid.uuid4().hex[:8]}", schedules=[every_day]
    )
    asked = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    runs = wait_for(lambda: whole_server.read_flow_runs(deployment_filter=asked), 180)
    assert {run.auto_scheduled for run in runs} == {True}
    assert {run.state.name for run in runs} == {"Scheduled"}
    moments = [run.expected_start_time for run in runs]
    assert min(moments) > datetime.now(UTC)
    assert {(one.hour, one.minute) for one in moments} == {(4, 30)}
