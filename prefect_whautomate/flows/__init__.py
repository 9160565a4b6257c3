"""Flows to deploy as they are, with forms in Prefect's UI: docs/guides/prefect.md."""

from prefect_whautomate.flows.alerts import notify_flow
from prefect_whautomate.flows.campaigns import campaign_report_flow, contacts_to_campaign_flow
from prefect_whautomate.flows.contacts import sync_contacts_flow, tag_contacts_flow
from prefect_whautomate.flows.exports import export_flow

__all__ = [
    "campaign_report_flow",
    "contacts_to_campaign_flow",
    "export_flow",
    "notify_flow",
    "sync_contacts_flow",
    "tag_contacts_flow",
]
