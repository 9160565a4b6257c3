"""A campaign that a person approves: plan, a pause with the plan as its text, and a send that refuses a changed plan.

Needs a saved block WhautomateCredentials, and a segment `newsletter-subscribers`, as contacts_to_campaign.py makes it.
The flow run is paused until a person resumes it in Prefect's UI and gives their name.
"""

from typing import Any

from prefect import flow
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import Broadcast, plan_broadcast

CAMPAIGN: dict[str, Any] = {
    "name": "summer-sale",
    "template": {"name": "summer_sale", "language": "en"},
    "template_text": {"body": "Hello {{1}}, our sale begins."},
    "body_parameters": ["there"],
    "segment_name": "newsletter-subscribers",
    "send_window": ("09:00", "20:00", "Europe/Berlin"),
    "max_recipients": 50_000,
    "unit_price": 0.11,
    "max_cost": 5_000.0,
    "max_failed": "5%",
}


class Approval(RunInput):
    """The answer of the person who resumes the flow run."""

    approved: bool
    name: str


@flow
def approved_campaign(credentials: str, poll_interval: float = 60.0, **more: Any) -> dict[str, Any]:
    """Plan the campaign, have it approved, send it, and wait for its end. `more` are fields that differ."""
    block: Any = WhautomateCredentials.load(credentials)
    campaign = CAMPAIGN | more
    plan = plan_broadcast(block, **campaign)
    said: Any = pause_flow_run(wait_for_input=Approval.with_initial_data(description=plan["text"]), timeout=4 * 3600)
    if not said.approved:
        return {"skipped": f"{said.name} said no"}
    run = Broadcast(credentials=block, **campaign, approved_plan=plan, approver=said.name).trigger()
    run.wait_for_completion(poll_interval=poll_interval)
    return run.fetch_result()


if __name__ == "__main__":
    approved_campaign.serve(name="approved-campaign")
