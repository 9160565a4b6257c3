"""Show what a campaign would do, without doing it: the plan of its sync, and the plan of its broadcast.

Nothing is written or sent. Needs a segment `newsletter-subscribers`, as contacts_to_campaign.py makes it.
"""

from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import plan_broadcast
from prefect_whautomate.contacts import sync_contacts

CUSTOMERS = Path(__file__).parents[1] / "data" / "customers.csv"


@flow
def rehearsal(block: str, source: Path = CUSTOMERS) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    synced = sync_contacts(
        account,
        source,
        {"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        region_column="country",
        consent_column="newsletter",
        max_consent_rejected="5%",
        tags=["newsletter"],
        plan_only=True,
    )
    planned = plan_broadcast(
        account,
        "summer-sale",
        {"name": "summer_sale", "language": "en"},
        template_text={"body": "Hello {{1}}, our sale begins."},
        body_parameters=["there"],
        segment_name="newsletter-subscribers",
        unit_price=0.11,
    )
    log = get_run_logger()
    log.info("the sync would do this: %s", synced["plan"])
    log.info("the broadcast would be this:\n%s", planned["text"])
    return {"sync": synced, "broadcast": planned}
