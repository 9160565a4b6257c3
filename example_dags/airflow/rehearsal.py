"""What a campaign would do, without doing it: the plan of its sync, and the plan of its broadcast.

Nothing is written or sent. Needs a connection `whautomate_default`, and a segment `newsletter-subscribers`, as
contacts_to_campaign.py makes it.
"""

import logging
from datetime import UTC, datetime
from pathlib import Path

from airflow.providers.common.compat.sdk import DAG, task

from airflow_provider_whautomate.operators.broadcasts import WhautomatePlanBroadcastOperator
from airflow_provider_whautomate.operators.contacts import WhautomateSyncContactsOperator

log = logging.getLogger(__name__)
CUSTOMERS = Path(__file__).resolve().parent.parent / "data" / "customers.csv"

with DAG(
    "rehearsal",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    doc_md=__doc__,
    tags=["whautomate", "example"],
) as dag:
    sync = WhautomateSyncContactsOperator(
        task_id="sync",
        source=str(CUSTOMERS),
        mapping={"name": "full_name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        region_column="country",
        consent_column="newsletter",
        max_consent_rejected="5%",
        tags=["newsletter"],
        plan_only=True,
    )
    plan = WhautomatePlanBroadcastOperator(
        task_id="plan",
        name="summer-sale",
        template={"name": "summer_sale", "language": "en"},
        template_text={"body": "Hello {{1}}, our sale begins."},
        body_parameters=["there"],
        segment_name="newsletter-subscribers",
        unit_price=0.11,
    )

    @task
    def show(synced, planned):
        log.info("the sync would do this: %s", synced["plan"])
        log.info("the broadcast would be this:\n%s", planned["text"])

    show(sync.output, plan.output)

if __name__ == "__main__":
    raise SystemExit(dag.test().state != "success")
