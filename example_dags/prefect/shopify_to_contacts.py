"""Bring a customer export of Shopify (Customers > Export, as CSV) to Whautomate, tagging those who accept WhatsApp."""

from pathlib import Path
from typing import Any

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import sync_contacts
from whautomate_core.account import require_loopback

CUSTOMERS = Path(__file__).parents[1] / "data" / "shopify_customers.csv"


def full_name(row: dict[str, str]) -> str:
    return f"{row['First Name']} {row['Last Name']}".strip() or row["Email"]


def phone(row: dict[str, str]) -> str:
    return row["Phone"] or row["Default Address Phone"]


def customer_id(row: dict[str, str]) -> str:
    return row["Customer ID"].lstrip("'")  # Shopify's way to keep spreadsheets from rounding it


MAPPING = {
    "name": full_name,
    "phoneNumber": phone,
    "customFields.shopify_id": customer_id,
    "customFields.orders": "Total Orders",
    "customFields.spent": "Total Spent",
    "customFields.city": "Default Address City",
}


@flow
def shopify_to_contacts(block: str, source: Path = CUSTOMERS, rejects_path: str | None = None) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the people in the data are made up; drop this line for your own
    return sync_contacts(
        account,
        source,
        MAPPING,
        region_column="Default Address Country Code",
        consent_column="Accepts WhatsApp Marketing",  # older exports have only that for SMS, which is another consent
        tags=["shop"],
        max_rejected="20%",
        max_consent_rejected="20%",  # many guests leave no number, so there is nobody to tag
        rejects_path=rejects_path,
    )
