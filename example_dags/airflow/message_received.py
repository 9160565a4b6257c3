"""What happens after somebody wrote: the messages of the contact are loaded. Needs Airflow 3.3.

A watcher in the triggerer looks for messages of these contacts every minute, and each message is an event of the asset.
A run may have several events, and an event may come twice, so the task makes each contact of them once.

Needs a connection `whautomate_default`, the ids of the contacts, separated by commas, in WATCHED_CONTACTS, and a folder
for the messages, in MESSAGES.
"""

import os
from datetime import UTC, datetime

from airflow.sdk import DAG, Asset, AssetWatcher, task

from airflow_provider_whautomate.operators.messages import WhautomateListContactMessagesOperator
from airflow_provider_whautomate.triggers.watchers import IncomingMessagesTrigger

CONTACTS = os.environ.get("WATCHED_CONTACTS", "contact0001,contact0002").split(",")
RECEIVED = Asset(
    "whautomate://acme/messages",
    watchers=[AssetWatcher(name="received", trigger=IncomingMessagesTrigger(contact_ids=CONTACTS))],
)

with DAG(
    "message_received",
    schedule=[RECEIVED],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    default_args={"retries": 2},
) as dag:

    @task
    def who_wrote(triggering_asset_events=None) -> list[dict[str, str]]:
        """The contacts of the messages that started this run, and where their messages go."""
        payloads = [event.extra["payload"] for event in triggering_asset_events[RECEIVED]]
        contacts = sorted({payload["contact_id"] for payload in payloads})
        folder = os.environ.get("MESSAGES", ".")
        return [{"contact_id": one, "output_path": f"{folder}/{one}.jsonl"} for one in contacts]

    WhautomateListContactMessagesOperator.partial(task_id="messages").expand_kwargs(who_wrote())
