"""Bring contacts of Salesforce, exported by a query, to Whautomate, tagging those who agreed to WhatsApp.

The names of the columns are those of the fields in the query. `WhatsApp_Opt_In__c` is a checkbox of your own:
Salesforce has no field that says whether somebody agreed to WhatsApp. `docs/how-to/salesforce.md` has both queries.
"""

from pathlib import Path
from typing import Any

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import sync_contacts
from whautomate_core.account import require_loopback

DATA = Path(__file__).parents[1] / "data"


def full_name(row: dict[str, str]) -> str:
    return f"{row['FirstName']} {row['LastName']}".strip()


MAPPING = {
    "name": full_name,
    "phoneNumber": "MobilePhone",
    "customFields.salesforce_id": "Id",
}


@flow
def salesforce_to_contacts(
    block: str,
    source: Path = DATA / "salesforce_contacts.csv",
    opted_out: Path = DATA / "salesforce_opted_out.csv",  # people who want no marketing at all
    rejects_path: str | None = None,
) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the people in the data are made up; drop this line for your own
    return sync_contacts(
        account,
        source,
        MAPPING,
        region_column="MailingCountryCode",  # for numbers without a country code
        consent_column="WhatsApp_Opt_In__c",
        suppress=opted_out,
        tags=["salesforce"],
        max_rejected="20%",
        max_consent_rejected="5%",  # people who did not agree, and whose number nobody can read
        max_created=1_000,
        rejects_path=rejects_path,
    )
