"""The shop's flows: its members from the warehouse become contacts, and its branches send their news."""

from pathlib import Path

from prefect import flow

from prefect_whautomate import WhautomateCredentials
from prefect_whautomate.broadcasts import broadcast, wait_for_broadcast
from prefect_whautomate.contacts import sync_contacts
from prefect_whautomate.segments import ensure_segment


@flow
def sync_members(source: str) -> None:
    """The people of one file become contacts."""
    # Retries of the task and not of the flow: workers are not given a flow run that retried in its process before that
    # was lost. Creates that were under way then are looked for after a minute. By default after 15, since nobody knows
    # how long the vendor may take; what the emulator has not done by then, it never does.
    sync = sync_contacts.with_options(retries=8, retry_delay_seconds=15)
    sync(
        WhautomateCredentials.load("shop"),
        source,
        {"name": "name", "phoneNumber": "mobile", "customFields.plan": "plan"},
        tags=["member"],
        sync_name=Path(source).stem,  # of syncs with one name, one runs at a time
        settle_after=60,
    )


@flow
def send_news(branch: str, hold_minutes: float = 0.0) -> None:
    """A branch's news go to its own people, and the run ends when they are delivered."""
    credentials = WhautomateCredentials.load("shop")
    segment = ensure_segment(credentials, branch, {"tags": [branch]})
    template = {"name": "news", "language": "en"}
    sent = broadcast(
        credentials, f"news of {branch}", template, segment_id=segment["id"], hold_minutes=hold_minutes, cooldown=None
    )
    wait_for_broadcast(credentials, sent["id"], poll_interval=20)
