"""The tutorial's campaign: from a table of the warehouse, approved by a person, to figures in another table.

Needs a block Whautomate Credentials called `whautomate`, and a block Secret called `warehouse` with the URL of a
database with the tables of data/tutorial.sql.
"""

from typing import Any

from prefect import flow, get_run_logger, task
from prefect.blocks.system import Secret
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from pydantic import SecretStr
from sqlalchemy import create_engine, text

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import broadcast, plan_broadcast, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts, tag_contacts
from prefect_whautomate.segments import ensure_segment
from whautomate_core.rows.sources import Sql

CUSTOMERS = "SELECT full_name, mobile, country, newsletter FROM customers"
CAMPAIGN: dict[str, Any] = {
    "name": "summer-sale",
    "template": {"name": "summer_sale", "language": "en"},
    "template_text": {"body": "Hello {{1}}, our sale begins."},
    "body_parameters": ["there"],
    "segment_name": "newsletter",
    "hold_minutes": 0,  # the default of 5 leaves time to stop a real broadcast
    "max_recipients": 1_000,
    "unit_price": 0.11,
    "max_cost": 100.0,
}
KEEP = """
    INSERT INTO campaigns VALUES (:id, :name, :approved_by, :status, :recipients, :delivered, :undelivered)
    ON CONFLICT (broadcast_id) DO UPDATE SET
        status = excluded.status, recipients = excluded.recipients,
        delivered = excluded.delivered, undelivered = excluded.undelivered
"""


class Approval(RunInput):
    """The answer of the person who resumes the run."""

    approved: bool
    name: str


@task(retries=2)
def keep_figures(warehouse: SecretStr, figures: dict[str, Any], name: str, approved_by: str) -> None:
    """Write the figures to the warehouse: one row for each broadcast, however often this runs."""
    with create_engine(warehouse.get_secret_value()).begin() as database:
        database.execute(text(KEEP), {**figures, "name": name, "approved_by": approved_by})
    get_run_logger().info("%s of %s delivered, kept in campaigns", figures["delivered"], figures["recipients"])


@flow
def campaign_to_warehouse(poll_interval: float = 5) -> dict[str, Any]:
    account = WhautomateCredentials.load("whautomate")
    warehouse = SecretStr(Secret.load("warehouse").get())

    sync_contacts(
        account,
        Sql(CUSTOMERS, warehouse),
        {"name": "full_name", "phoneNumber": "mobile"},
        region_column="country",
        max_rejected="20%",
        max_created=1_000,
    )
    tag_contacts(
        account,
        Sql(CUSTOMERS, warehouse),
        "newsletter",
        {"phoneNumber": "mobile"},
        region_column="country",
        consent_column="newsletter",
        members="exactly",  # people who withdraw their consent in the warehouse lose the tag
        max_removed=100,
    )
    ensure_segment(account, "newsletter", {"tags": ["newsletter"]})

    plan = plan_broadcast(account, **CAMPAIGN)
    said: Any = pause_flow_run(wait_for_input=Approval.with_initial_data(description=plan["text"]), timeout=4 * 3600)
    if not said.approved:
        return {"skipped": f"{said.name} said no"}
    sent = broadcast(account, **CAMPAIGN, approved_plan=plan, approver=said.name)
    if sent["skipped"]:  # a run that starts hours late sends nothing
        return sent
    figures = wait_for_broadcast(account, sent["id"], max_failed="5%", poll_interval=poll_interval)

    keep_figures(warehouse, figures, CAMPAIGN["name"], said.name)
    return figures


if __name__ == "__main__":
    campaign_to_warehouse()
