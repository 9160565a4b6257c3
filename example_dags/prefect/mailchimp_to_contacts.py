"""Bring an exported audience of Mailchimp to Whautomate: subscribed people, tagged if they agreed to WhatsApp.

The export holds a file for each status. Subscribed people are synced, unsubscribed people get the opt-out tag, and
cleaned ones (whose address bounced) are left alone. `WhatsApp` is a field of the audience of your own: to be subscribed
to e-mail is no consent to WhatsApp.
"""

from pathlib import Path
from typing import Any

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import sync_contacts
from whautomate_core.account import require_loopback

DATA = Path(__file__).parents[1] / "data"


def full_name(row: dict[str, str]) -> str:
    return f"{row['First Name']} {row['Last Name']}".strip() or row["Email Address"]


MAPPING = {
    "name": full_name,
    "phoneNumber": "Phone Number",  # with country code: CC is a guess by IP address, so it says no region
    "customFields.email": "Email Address",
}


@flow
def mailchimp_to_contacts(
    block: str,
    source: Path = DATA / "mailchimp_subscribed.csv",
    unsubscribed: Path = DATA / "mailchimp_unsubscribed.csv",
    rejects_path: str | None = None,
) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the people in the data are made up; drop this line for your own
    return sync_contacts(
        account,
        source,
        MAPPING,
        consent_column="WhatsApp",  # an empty cell means no
        suppress=unsubscribed,
        tags=["newsletter"],
        max_rejected="20%",
        max_consent_rejected="5%",  # people who did not agree, and whose number nobody can read
        max_suppress_rejected="25%",  # unsubscribed people without a number
        max_created=1_000,
        rejects_path=rejects_path,
    )
