"""Jobs with assets among their outlets, and a DAG that one of them starts. test_assets.py runs it."""

from datetime import UTC, datetime, timedelta

from airflow.providers.common.compat.assets import Asset, AssetAlias
from airflow.providers.common.compat.sdk import DAG

from airflow_provider_whautomate.assets import create_asset
from airflow_provider_whautomate.operators.broadcasts import WhautomateBroadcastOperator
from airflow_provider_whautomate.operators.clients import WhautomateSyncClientsOperator
from airflow_provider_whautomate.operators.contacts import (
    WhautomateSetContactStageOperator,
    WhautomateSyncContactsOperator,
)
from airflow_provider_whautomate.operators.segments import (
    WhautomateEnsureAudienceOperator,
    WhautomateEnsureSegmentOperator,
)
from airflow_provider_whautomate.operators.services import WhautomateSyncServicesOperator
from airflow_provider_whautomate.sensors.broadcasts import WhautomateBroadcastSensor

CONTACTS = Asset("whautomate://assets/contacts")
PEOPLE = [{"name": f"N{n}", "phoneNumber": f"+4915123456{n:03d}"} for n in range(3)]
CONTACT = {"name": "name", "phoneNumber": "phoneNumber"}
TEMPLATE = {"name": "t", "language": "en"}

with DAG("assets", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
    contacts = WhautomateSyncContactsOperator(
        task_id="contacts", source=PEOPLE, mapping=CONTACT, tags=["vip"], outlets=[CONTACTS]
    )
    planned = WhautomateSyncClientsOperator(
        task_id="planned",
        source=[{"fullName": "Ada", "phone": "+4915123456001"}],
        mapping={"fullName": "fullName", "phone": "phone"},
        plan_only="{{ True }}",
        outlets=[create_asset(account="assets", what="clients"), AssetAlias("planned")],
    )
    segment = WhautomateEnsureSegmentOperator(
        task_id="segment",
        segment_name="Regular guests",
        criteria={"tags": ["vip"]},
        outlets=[create_asset(account="assets", what="segments", name="Regular guests")],
    )
    audience = WhautomateEnsureAudienceOperator(task_id="audience", tag="vip", outlets=[AssetAlias("audience")])
    services = WhautomateSyncServicesOperator(
        task_id="services",
        source=[{"name": "Cut", "category": "Hair"}],
        mapping={"name": "name", "category": "category"},
        service={"serviceType": "APPOINTMENT", "durationMinutes": 30, "staffs": [{"id": "stf000000001"}]},
        make_categories=True,
        outlets=[AssetAlias("services"), Asset("whautomate://other/services")],
    )
    broadcast = WhautomateBroadcastOperator(
        task_id="broadcast", name="News", template=TEMPLATE, segment_id=audience.output["id"], look_again=False
    )
    wait = WhautomateBroadcastSensor(task_id="wait", broadcast_id=broadcast.output["id"], min_delivered=0)
    wait.add_outlets([create_asset(account="assets", what="broadcasts", name="News")])  # as for a task of a group
    late = WhautomateBroadcastOperator(
        task_id="late",
        name="Late",
        template=TEMPLATE,
        segment_id=audience.output["id"],
        due="2026-01-01T00:00:00Z",
        max_lateness=timedelta(hours=1),
        wait=True,
        outlets=[create_asset(account="assets", what="broadcasts", name="Late"), AssetAlias("late")],
    )
    unnamed = WhautomateSetContactStageOperator(
        task_id="unnamed",
        phone=PEOPLE[0]["phoneNumber"],
        stage="Won",
        whautomate_conn_id="unnamed",
        outlets=[AssetAlias("unnamed")],
    )
    failed = WhautomateSyncContactsOperator(
        task_id="failed",
        source="nosuch.csv",
        mapping=CONTACT,
        outlets=[Asset("whautomate://assets/messages"), AssetAlias("failed")],
    )
    contacts >> planned >> segment >> audience >> services >> broadcast >> wait >> unnamed >> late
    contacts >> failed

with DAG(
    "assets_changed", schedule=[CONTACTS], start_date=datetime(2026, 1, 1, tzinfo=UTC), is_paused_upon_creation=False
):
    WhautomateEnsureSegmentOperator(task_id="segment", segment_name="Guests", criteria={"tags": ["vip"]})

if __name__ == "__main__":
    run = dag.test()
    for ti in run.get_task_instances():
        print("state", ti.task_id, ti.state)  # noqa: T201
