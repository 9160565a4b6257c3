"""The customers of data/customers.csv who agreed get a message: sync, segment, broadcast, wait."""

import os
from pathlib import Path

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import broadcast, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts
from prefect_whautomate.segments import ensure_segment

CUSTOMERS = Path(__file__).parents[1] / "data" / "customers.csv"


@flow
def first_campaign(block: str = "whautomate"):
    account = WhautomateCredentials.load(block)
    sync_contacts(
        account,
        CUSTOMERS,
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tags=["spring"],
    )
    segment = ensure_segment(account, "spring", {"tags": ["spring"]})
    sent = broadcast(
        account,
        "spring-sale",
        {"name": "spring_sale", "language": "en"},
        segment_id=segment["id"],
        max_recipients=1_000,
        hold_minutes=float(os.environ.get("HOLD_MINUTES", "5")),  # time to stop a broadcast before it is created
    )
    if sent["skipped"]:  # a run that starts hours late sends nothing
        return sent
    return wait_for_broadcast(
        account, sent["id"], max_failed="5%", poll_interval=float(os.environ.get("POLL_INTERVAL", "60"))
    )
