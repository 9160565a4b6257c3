"""Give a tag in Whautomate to exactly the customers of a query who agreed: people who left the query lose it.

Needs a block of credentials, and a block `Secret` with the URL (postgresql://...) of a database with the tables of
data/warehouse.sql. Nobody is created: people who are not contacts yet count as `missing`.
"""

from typing import Any

from prefect import flow
from prefect.blocks.system import Secret
from pydantic import SecretStr

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import tag_contacts
from whautomate_core.account import require_loopback
from whautomate_core.rows.sources import Sql

PRO = "SELECT mobile, country, newsletter FROM customers WHERE plan = :plan AND mobile <> ''"


@flow
def tag_by_query(block: str, warehouse_block: str, rejects_path: str | None = None) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the customers are made up; drop this line for your own
    warehouse = SecretStr(Secret.load(warehouse_block).get())
    return tag_contacts(
        account,
        Sql(PRO, warehouse, {"plan": "pro"}),
        "pro",
        {"phoneNumber": "mobile"},
        region_column="country",
        consent_column="newsletter",
        members="exactly",  # people who left the query lose the tag
        max_added=1_000,
        max_removed="30%",
        max_consent_rejected=2,  # people who did not agree, and whose number nobody can read
        rejects_path=rejects_path,
    )
