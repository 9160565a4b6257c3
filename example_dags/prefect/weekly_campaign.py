"""A campaign every Monday at nine: sync, segment, and one broadcast a week, however often it runs in that week."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.runtime import flow_run
from prefect.schedules import Cron

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import broadcast, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts
from prefect_whautomate.segments import ensure_segment
from whautomate_core.account import require_loopback

CUSTOMERS = Path(__file__).parents[1] / "data" / "quick_start.csv"


def planned_week() -> str:
    """The ISO week for which the run was planned, such as 2026-W23: the same however late it starts."""
    return f"{flow_run.scheduled_start_time or datetime.now(UTC):%G-W%V}"


@flow
def weekly_campaign(block: str, source: Path = CUSTOMERS, week: str | None = None) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the customers are made up; drop this line for your own
    week = week or planned_week()
    sync_contacts(
        account,
        source,
        {"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tags=["weekly-offer"],
    )
    segment = ensure_segment(account, "weekly-offer", {"tags": ["weekly-offer"]})
    sent = broadcast(
        account,
        "weekly-offer",
        {"name": "weekly_offer", "language": "en"},
        key=f"weekly-offer {week}",  # one broadcast a week: a run of the same week finds it, and sends nothing
        body_parameters=[week],
        segment_id=segment["id"],
        max_recipients=50_000,
        hold_minutes=0,  # the default of 5 leaves time to stop a real broadcast
    )
    if sent["skipped"]:
        return sent
    return wait_for_broadcast(account, sent["id"], max_failed="5%", poll_interval=5)


if __name__ == "__main__":
    weekly_campaign.serve(
        name="weekly",
        schedules=[Cron("0 9 * * 1", timezone="Europe/Berlin")],
        parameters={"block": "whautomate"},
        limit=1,
    )
