"""Cancelling the broadcast of a step that ended before the broadcast began.

Orchestrators decide whether nobody will go on with it (a person cancelled the run, or its last attempt failed). What is
done then is the same for all of them, and stands here.
"""

from __future__ import annotations

import logging

from whautomate_core.account import Account
from whautomate_core.client.client import Client
from whautomate_core.messaging.broadcasts import cancel_broadcast

log = logging.getLogger(__name__)


def cancel_after(
    account: Account, because: str, *, key: str | None = None, broadcast_id: str | None = None, max_wait: float = 2.0
) -> None:
    """Cancel the broadcast that a step was waiting for, where it is still scheduled, and say so in one log line.

    It raises nothing: the step is ending for another reason, which is the one to be told.

    Args:
        because: Why the step ended, as the second half of a sentence: "the flow run was cancelled".
        key: The key it was created under; this or `broadcast_id`.
        broadcast_id: Its id.
        max_wait: Seconds to wait for a permit; the process may be killed soon. It is looked for once.
    """
    try:
        with Client(account, max_wait=max_wait) as client:
            cancel_broadcast(client, key=key, broadcast_id=broadcast_id, patience=(0.0,), because=because)
    except Exception as error:
        log.error(
            "%s, but its broadcast (%s) could not be cancelled and may still go out (%s: %s): delete it at Whautomate, "
            "or run cancel_broadcast",
            because,
            broadcast_id or key,
            type(error).__name__,
            error,
        )
