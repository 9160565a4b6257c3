"""Cancelling a broadcast that has not begun: for a user, or for a step that ended before its broadcast began."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from whautomate_core.account import Account
from whautomate_core.api import broadcasts
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, UnexpectedResponse, WhautomateError
from whautomate_core.messaging import timing
from whautomate_core.messaging.find import PATIENCE, find_patiently
from whautomate_core.messaging.keys import ANEW, HELD, claims_of
from whautomate_core.messaging.timing import LAST_MINUTE, utc
from whautomate_core.state.claims import Claim
from whautomate_core.values.redaction import shown_id
from whautomate_core.values.times import instant

log = logging.getLogger(__name__)


def cancel_broadcast(
    client: Client,
    *,
    key: str | None = None,
    broadcast_id: str | None = None,
    patience: tuple[float, ...] = PATIENCE,
    because: str | None = None,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], datetime] | None = None,
) -> Json:
    """Cancel a broadcast: delete it if it is scheduled to start more than a minute from now.

    Its claim becomes final, so that no step with the same key sends it again.

    Args:
        key: Its key; this or `broadcast_id`. A broadcast that is held is then not created.
        broadcast_id: Its id.
        patience: Seconds before each search for a broadcast whose creation got no answer.
        because: Why it is cancelled, for the log. If given, nothing is logged when there was nothing to cancel.

    Returns: `cancelled`, whether it existed and is deleted now; `id`; `why` it wasn't cancelled, else None.
    """
    if (key is None) == (broadcast_id is None):
        raise ConfigurationError("give exactly one of key and broadcast_id")
    now = clock or timing.now
    # First: whoever is about to create it looks at its hold after taking the claim.
    held = broadcast_id is None and _end_hold(client, key)
    about = _claims_of_key(client, key) if broadcast_id is None else claims_of(client, broadcast_id)
    if held and not about:
        log.info("a broadcast is cancelled before it was created%s", f" because {because}" if because else "")
        return {"cancelled": True, "id": None, "why": None}
    if broadcast_id is None and not about:
        return _not_cancelled(None, "nothing was created under its key", because, quiet=True)
    try:
        ids = _ids_of(client, about, broadcast_id, patience, sleep)
        cancelled = [one for one in ids if withdraw(client, one, now())]
    except TooLateError as error:
        return _not_cancelled(error.broadcast_id, str(error), because)
    for claim in about:
        over = "was cancelled" if cancelled else "was deleted at Whautomate"
        client.state.claims.amend(client.account.id, claim.key, {"over": over})
    if not ids:
        return _not_cancelled(None, "it was cancelled before", because, quiet=True)
    if not cancelled:  # a wrong id, or another account: the broadcast that was meant may still be sent
        missing = f"there is no broadcast {shown_id(ids[-1], of_person=False)} on this account; nothing was cancelled"
        log.warning("%s%s", f"{because}, but " if because else "", missing)
        return {"cancelled": False, "id": ids[-1], "why": missing}
    log.info("broadcast %s is cancelled%s", ", ".join(cancelled), f" because {because}" if because else "")
    return {"cancelled": True, "id": cancelled[-1], "why": None}


def _claims_of_key(client: Client, key: str | None) -> list[Claim]:
    keys = (str(key), f"{key}{ANEW}")
    return [one for one in (client.state.claims.get(client.account.id, each) for each in keys) if one is not None]


def _end_hold(client: Client, key: str | None) -> bool:
    """Keep a broadcast from being created at the end of its hold. Returns whether it was to be."""
    claim = client.state.claims.get(client.account.id, f"{key}{HELD}")
    if claim is None or claim.result.get("over"):
        return False
    client.state.claims.amend(client.account.id, claim.key, {"over": "was cancelled"})
    return True


def _ids_of(
    client: Client,
    about: list[Claim],
    broadcast_id: str | None,
    patience: tuple[float, ...],
    sleep: Callable[[float], object],
) -> list[str]:
    """The ids of the broadcasts that these claims are about. Claims whose creation got no answer are settled.

    Raises: `TooLateError` if such a broadcast can't be found.
    """
    ids = [] if broadcast_id is None else [broadcast_id]
    for claim in about:
        stored = claim.result or {}
        if stored.get("over"):
            continue
        found = stored.get("id")
        if not claim.settled and stored.get("name"):
            found = (find_patiently(client, stored["name"], patience, sleep) or {}).get("id")
        if found is None:
            raise TooLateError(None, "its creation got no answer and it can't be found: look for it at Whautomate")
        if not claim.settled:
            client.state.claims.settle(client.account.id, claim.key, {**stored, "id": found})
        ids = list(dict.fromkeys([*ids, found]))
    return ids


def cancel_after(
    account: Account, because: str, *, key: str | None = None, broadcast_id: str | None = None, max_wait: float = 2.0
) -> None:
    """Cancel the broadcast that a step was waiting for, if it is still scheduled, and log one line.

    Raises nothing: the step ends for another reason, and that is the one to report.

    Args:
        because: Why the step ended, as the second half of a sentence: "the flow run was cancelled".
        key: The key it was created under; this or `broadcast_id`.
        broadcast_id: Its id.
        max_wait: Seconds to wait for a permit, because the process may be killed soon. It searches once.
    """
    try:
        with Client(account, max_wait=max_wait) as client:
            cancel_broadcast(client, key=key, broadcast_id=broadcast_id, patience=(0.0,), because=because)
    except Exception as error:
        log.error(
            "%s, but its broadcast (%s) could not be cancelled and may still be sent (%s: %s). Delete it at "
            "Whautomate, or run cancel_broadcast",
            because,
            broadcast_id or key,
            type(error).__name__,
            error,
        )


class TooLateError(WhautomateError):
    """The broadcast can't be deleted. The message says why."""

    def __init__(self, broadcast_id: str | None, why: str) -> None:
        super().__init__(why)
        self.broadcast_id = broadcast_id


def withdraw(client: Client, broadcast_id: str, now: datetime) -> bool:
    """Delete a broadcast that has not begun, and check that it is gone. Raises `TooLateError`.

    Returns: whether it still existed.
    """
    try:
        there = client.send(broadcasts.get_broadcast(broadcast_id))
    except NotFound:
        return False
    try:
        due = instant(there.get("scheduleDateTime"))
        if there.get("startedAt") or there.get("completedAt"):
            raise TooLateError(broadcast_id, "it has started")
        if due is not None and due - now < LAST_MINUTE:
            raise TooLateError(broadcast_id, f"its start, {utc(due)}, is less than a minute from now or has passed")
        try:
            client.send(broadcasts.delete_broadcast(broadcast_id))
        except InvalidRequest as error:
            raise TooLateError(broadcast_id, f"the server refuses to delete it ({error})") from None
        client.send(broadcasts.get_broadcast(broadcast_id))
    except NotFound:
        return True
    raise UnexpectedResponse(f"broadcast {broadcast_id} still exists after it was deleted: look at it in Whautomate")


def _not_cancelled(broadcast_id: str | None, why: str, because: str | None, *, quiet: bool = False) -> Json:
    if because is None:
        log.warning("nothing was cancelled: %s", why)
    elif not quiet:
        named = f"broadcast {broadcast_id}" if broadcast_id else "broadcast"
        log.warning("%s, but its %s can't be cancelled: %s", because, named, why)
    return {"cancelled": False, "id": broadcast_id, "why": why}
