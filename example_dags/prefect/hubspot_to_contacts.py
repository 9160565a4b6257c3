"""Bring a contact export of HubSpot (Contacts > Export view, as CSV) to Whautomate, without people who opted out there.

Export everybody, with a property of your own that says who agreed to WhatsApp: whoever withdraws is then a no in the
next export, and loses the tag. "Marketing contact" says what HubSpot bills, and is no consent.
"""

from pathlib import Path
from typing import Any

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import sync_contacts
from whautomate_core.account import require_loopback

DATA = Path(__file__).parents[1] / "data"


def full_name(row: dict[str, str]) -> str:
    return f"{row['First Name']} {row['Last Name']}".strip() or row["Email"]


MAPPING = {
    "name": full_name,
    "phoneNumber": "Phone Number",
    "stage": "Lifecycle Stage",
    "customFields.hubspot_id": "Record ID",
    "customFields.company": "Associated Company",
    "customFields.source": {"value": "HubSpot"},
}


@flow
def hubspot_to_contacts(
    block: str,
    source: Path = DATA / "hubspot_contacts.csv",
    opted_out: Path = DATA / "hubspot_opted_out.csv",  # the same export, of the list of opted-out people
    rejects_path: str | None = None,
) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the people in the data are made up; drop this line for your own
    # HubSpot writes countries as names, so no region is given: numbers must begin with their country code.
    return sync_contacts(
        account,
        source,
        MAPPING,
        consent_column="WhatsApp consent",  # a property of your own; an empty cell means no
        suppress=opted_out,
        tags=["hubspot"],
        max_rejected="20%",
        max_consent_rejected="5%",  # people who did not agree, and whose number nobody can read
        max_suppress_rejected=1,  # one row of that list has an impossible number; more stop the sync
        rejects_path=rejects_path,
    )
