"""Four customers, one broadcast: the flow of the quick start."""

from pathlib import Path

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import broadcast, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts
from prefect_whautomate.segments import ensure_segment

CUSTOMERS = Path(__file__).parents[1] / "data" / "quick_start.csv"


@flow
def quick_start():
    account = WhautomateCredentials.load("whautomate")
    sync_contacts(
        account,
        CUSTOMERS,
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        default_region="DE",
        consent_column="newsletter",
        tags=["spring"],
    )
    segment = ensure_segment(account, "spring", {"tags": ["spring"]})  # always leaves out people who opted out
    sent = broadcast(
        account,
        "spring-sale",
        {"name": "spring_sale", "language": "en"},
        segment_id=segment["id"],
        hold_minutes=0,  # the default of 5 leaves time to stop a real broadcast
    )
    if sent["skipped"]:  # a run that starts hours late sends nothing
        return sent
    return wait_for_broadcast(account, sent["id"], max_failed="5%", poll_interval=5)


if __name__ == "__main__":
    quick_start()
