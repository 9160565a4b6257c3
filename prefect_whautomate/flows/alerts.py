"""A flow that automations run to tell people something in WhatsApp."""

# No annotations as text: Prefect may load this file by its path, and then nobody finds their names.

from prefect import flow

from prefect_whautomate.flows._forms import Text
from prefect_whautomate.notifications import WhautomateNotification


@flow
def notify_flow(
    notification: WhautomateNotification,
    subject: Text,
    body: Text,
    event: Text | None = None,
) -> dict[str, str]:
    """Send a WhatsApp template to the people on call. Each event is told once, however often the flow runs for it.

    Args:
        notification: The block that holds account, template and people.
        subject: What it is about, the same each time. Nobody gets more than one message about it within the cooldown.
        body: What happened.
        event: What identifies what happened, such as the id of an event; defaults to the flow run.

    Returns: who, as logs may show it (`+49…12`), and what became of it: `sent`, or why not.
    """
    return notification.send(body, subject, event=event)
