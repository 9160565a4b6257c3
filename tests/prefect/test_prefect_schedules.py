"""A deployment with a cron schedule gets its runs from a real server by itself."""

import uuid
from datetime import UTC, datetime

from conftest import wait_for
from prefect import flow
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule


@flow
def nightly():
    """A flow that never runs, because nobody serves it."""


def test_a_cron_deployment_gets_its_runs_by_itself(server):
    every_day = DeploymentScheduleCreate(schedule=CronSchedule(cron="30 4 * * *", timezone="UTC"), active=True)
    deployment = server.create_deployment(
        server.create_flow(nightly), name=f"cron-{uuid.uuid4().hex[:8]}", schedules=[every_day]
    )
    asked = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    runs = wait_for(lambda: server.read_flow_runs(deployment_filter=asked), 180)
    assert {run.auto_scheduled for run in runs} == {True}
    assert {run.state.name for run in runs} == {"Scheduled"}
    moments = [run.expected_start_time for run in runs]
    assert min(moments) > datetime.now(UTC)
    assert {(one.hour, one.minute) for one in moments} == {(4, 30)}
