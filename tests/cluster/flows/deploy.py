"""What a team runs at each release: the work pool, the block of the account, the deployments, and what becomes of runs
whose process is gone. Names in capitals come from its environment.
"""

import os
from pathlib import Path

from prefect import flow
from prefect.automations import Automation, ChangeFlowRunState, EventTrigger, Posture
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import StateType
from prefect.schedules import Cron

from prefect_whautomate import WhautomateCredentials

POOL = "shop"
SILENT = "no heartbeat for two minutes"
EVERY_DAY = os.environ["SHOP_CRON"]
FILES = sorted(Path(os.environ["SHOP_MEMBERS"]).glob("*.csv"))


def deploy() -> None:
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)

    WhautomateCredentials(
        host=os.environ["SHOP_HOST"],
        key=os.environ["SHOP_KEY"],
        account="shop",
        plan="subscribed",
        location_id="loc000000001",
        state=os.environ["SHOP_STATE"],  # postgresql://..., since each worker has a home of its own
    ).save("shop", overwrite=True)

    members = [Cron(EVERY_DAY, parameters={"source": str(path)}, slug=path.stem) for path in FILES]
    deployed("sync_members").deploy("members", work_pool_name=POOL, schedules=members)
    news = [
        Cron(EVERY_DAY, parameters={"branch": "north"}, slug="north"),
        Cron(EVERY_DAY, parameters={"branch": "south"}, slug="south"),
        # A person calls it off while it is held.
        Cron(EVERY_DAY, parameters={"branch": "closed", "hold_minutes": 30}, slug="closed"),
    ]
    deployed("send_news").deploy("news", work_pool_name=POOL, schedules=news)

    for automation in restart_what_lost_its_process():
        automation.create()


def deployed(name: str):  # type: ignore[no-untyped-def]
    folder = Path(__file__).parent
    return flow.from_source(source=str(folder), entrypoint=f"flows.py:{name}")


def restart_what_lost_its_process() -> tuple[Automation, Automation]:
    """A run that is silent for two minutes has crashed, and begins again on another worker.

    Nobody else does that: the server doesn't notice that a machine died, and the run stays Running. `AwaitingRetry` is
    how a run leaves its process while it waits for permits: it is silent then, and all is well.
    """
    heard = ("heartbeat", "AwaitingRetry", "Completed", "Failed", "Crashed", "Cancelled")
    crash = Automation(
        name="crash silent flow runs",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={f"prefect.flow-run.{event}" for event in heard},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=120,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, name="Crashed", message=SILENT)],
    )
    # Not every run that crashes: one that uses up its memory would do so again. And not in one step: Prefect lets no
    # run crash that has ended, but starts it again.
    restart = Automation(
        name="restart silent flow runs",
        trigger=EventTrigger(
            expect={"prefect.automation.action.executed"},
            match={"prefect.resource.name": crash.name},
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry", message=SILENT)],
    )
    return crash, restart


if __name__ == "__main__":
    deploy()
