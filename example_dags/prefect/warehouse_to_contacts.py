"""Bring customers of a PostgreSQL warehouse to Whautomate, tag exactly those of a query, and bring opt-outs back.

Needs a block of credentials, and a block `Secret` with the URL (postgresql://...) of a database with the tables of
data/warehouse.sql.
"""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from prefect import flow, task
from prefect.blocks.system import Secret
from pydantic import SecretStr

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.contacts import export_opt_outs, sync_contacts, tag_contacts
from whautomate_core.account import require_loopback
from whautomate_core.rows.sources import Sql

CUSTOMERS = "SELECT full_name, mobile, country, plan, newsletter FROM customers"
PRO = "SELECT mobile, country FROM customers WHERE plan = 'pro' AND mobile <> ''"
OPT_OUTS = "SELECT phone_number AS mobile FROM opt_outs WHERE phone_number <> ''"
KEEP = "INSERT INTO opt_outs VALUES (%(phoneNumber)s) ON CONFLICT DO NOTHING"


@task
def keep_opt_outs(warehouse: SecretStr, path: str) -> None:
    """Add people who opted out in WhatsApp to the warehouse, for everything that reads it, such as `suppress` below."""
    with Path(path).open(encoding="utf-8") as file:
        found = [record for record in map(json.loads, file) if record["phoneNumber"]]
    with closing(psycopg2.connect(warehouse.get_secret_value())) as database, database, database.cursor() as cursor:
        cursor.executemany(KEEP, found)


@flow
def warehouse_to_contacts(block: str, warehouse_block: str, folder: Path) -> dict[str, Any]:
    account = WhautomateCredentials.load(block)
    require_loopback(account.get_account())  # the customers are made up; drop this line for your own
    warehouse = SecretStr(Secret.load(warehouse_block).get())

    synced = sync_contacts(
        account,
        Sql(CUSTOMERS, warehouse),
        {"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        region_column="country",
        consent_column="newsletter",
        tags=["newsletter"],
        suppress=Sql(OPT_OUTS, warehouse),
        max_rejected="15%",
        max_consent_rejected="5%",  # rows that refuse and have an unreadable number
        # Creating and tagging people triggers automations that message them: a wrong query stops here.
        max_created=1_000,
        max_added=1_000,
        rejects_path=str(folder / "warehouse_rejects.jsonl"),
    )
    tagged = tag_contacts(
        account,
        Sql(PRO, warehouse),
        "pro",
        {"phoneNumber": "mobile"},
        region_column="country",
        members="exactly",  # customers who left that plan lose the tag
        max_added=1_000,
        max_removed=100,
    )
    exported = export_opt_outs(account, str(folder / "opt_outs.jsonl"))
    keep_opt_outs(warehouse, exported["path"])
    return {"synced": synced, "tagged": tagged, "exported": exported}
