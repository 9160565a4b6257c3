"""From a customer table to a WhatsApp campaign: sync, tag, segment, broadcast once, wait, report.

    whautomate emulator &
    WHAUTOMATE_HOST=http://127.0.0.1:8787 WHAUTOMATE_KEY=emulator-key WHAUTOMATE_PLAN=subscribed \\
        python contacts_to_campaign.py

Prefect's concurrency limits bound how many tasks run at once, not how fast: the requests are paced by the account's
plan, which every task of the account shares.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import broadcast, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts, tag_contacts
from prefect_whautomate.segments import ensure_segment
from whautomate_core.account import require_loopback

CUSTOMERS = Path(__file__).parents[1] / "data" / "customers.csv"
MAPPING = {
    "name": "full_name",
    "phoneNumber": "mobile",
    "customFields.city": "city",
    "customFields.plan": "plan",
    "customFields.customerId": "customer_id",
}


@flow
def contacts_to_campaign(
    credentials: WhautomateCredentials | str,
    logical_date: datetime,
    source: Path = CUSTOMERS,
    hold_minutes: float = 5.0,
    poll_interval: float = 60.0,
) -> dict[str, Any]:
    """Deployments give the name of a saved block: an unsaved one can't be rebuilt from stored parameters."""
    block: Any = WhautomateCredentials.load(credentials) if isinstance(credentials, str) else credentials
    require_loopback(block.get_account())  # the people in the data are made up; drop this line for your own

    synced = sync_contacts(block, source, MAPPING, region_column="country")
    tagged = tag_contacts(
        *(block, source, "newsletter", {"phoneNumber": "mobile"}),
        region_column="country",
        consent_column="newsletter",
        max_consent_rejected="5%",
    )
    criteria: Any = {"tags": ["newsletter"], "exclusionTags": ["Unsubscribe"]}
    segment = ensure_segment(block, "newsletter-subscribers", criteria)
    # The key makes it one broadcast for each logical date, however often the flow runs for it.
    sent = broadcast(
        block,
        "spring-sale",
        {"name": "spring_sale", "language": "en"},
        segment_id=segment["id"],
        hold_minutes=hold_minutes,
        key=f"contacts_to_campaign {logical_date.isoformat()}",
    )
    if sent["skipped"]:  # a run that starts hours late sends nothing
        return sent
    figures = wait_for_broadcast(block, sent["id"], poll_interval=poll_interval)

    return {
        **{count: synced[count] for count in ("created", "updated", "unchanged", "rejected")},
        "requests": sum(step["requests"] for step in (synced, tagged, segment, sent, figures)),
        "broadcast": {figure: figures[figure] for figure in ("status", "recipients", "delivered")},
    }


if __name__ == "__main__":
    optional = ("plan", "requests_per_minute", "requests_per_day", "list_lag")
    settings: dict[str, Any] = {
        "host": os.environ["WHAUTOMATE_HOST"],
        "key": os.environ["WHAUTOMATE_KEY"],
        "location_id": "loc000000001",  # the emulator's; the task list_locations shows yours
        **{name: os.environ.get(f"WHAUTOMATE_{name.upper()}") for name in optional},
    }
    when = datetime.fromisoformat(os.environ.get("WHAUTOMATE_DEMO_LOGICAL_DATE", "2026-06-01T00:00:00+00:00"))
    report = contacts_to_campaign(WhautomateCredentials(**settings), when, hold_minutes=0.1, poll_interval=5.0)
    if path := os.environ.get("WHAUTOMATE_DEMO_REPORT"):
        Path(path).write_text(json.dumps(report, indent=2), encoding="utf-8")
