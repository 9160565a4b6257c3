"""A call that must happen once, however often its step runs and whatever dies in between.

Before it is sent, a claim on its key is written to the state database; only who wrote the claim may send. Whoever
finds an unsettled claim looks up what became of it, or stops: it is never sent twice on a guess.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from whautomate_core.call import Call, Repeat
from whautomate_core.client import Client, rechecked
from whautomate_core.errors import (
    AuthenticationError,
    BudgetExceeded,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    QuotaExhausted,
    RateLimited,
    StateUnavailable,
    UnexpectedResponse,
)
from whautomate_core.state import open_state
from whautomate_core.state.claims import Claim

log = logging.getLogger(__name__)

R = TypeVar("R")
Find = Callable[[bool], "R | None"]
"""Looks a record up; True: patiently, since it may have been made a moment ago."""

# Of a ONCE call these say that the server did nothing, so the next attempt may send.
_NOTHING_DONE = (
    AuthenticationError,
    BudgetExceeded,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    PolicyRefused,
    QuotaExhausted,
    RateLimited,
    StateUnavailable,
    UnexpectedResponse,
)


def send_once(
    client: Client,
    key: str,
    call: Call[R],
    result: Callable[[R], Any],
    *,
    find: Find[R] | None = None,
    payload: Mapping[str, Any] | None = None,
) -> tuple[Any, bool]:
    """Send a call under a key, or return what was stored of it when it was sent before.

    Args:
        key: Identity of the step; never what it sends or when. Calls that may be repeated need none and ignore it.
        result: Record -> what is stored and returned: small JSON without personal data.
        find: Looks up the record by something that is its own, such as a name that carries the key.
        payload: What of the call may not change under one key; the whole call by default.

    Returns: the result, and whether this call sent it.

    Raises: `InvalidRequest` for a key that was used for something else; `OutcomeUnknown` where the outcome of this or
        an earlier attempt can't be found out; what `Client.send` raises.
    """
    if call.repeat is not Repeat.ONCE:
        return result(client.send(call)), True
    account, claims = client.account.id, open_state(client.account.state).claims
    sent = (
        {**(call.body or {}), **{f"id {i}": one for i, one in enumerate(call.ids, 1)}} if payload is None else payload
    )
    claim = claims.claim(account, key, sent, f"{call.method} {call.path}")
    if claim.settled:
        log.info("%s was sent before under this key: nothing is sent", claim.what)
        return claim.result, False

    def settle(record: R) -> Any:
        stored = result(record)
        try:
            claims.settle(account, key, stored)
        except StateUnavailable:
            log.warning("%s has happened, but its claim could not be settled", claim.what)
        return stored

    if not claim.mine:
        return settle(_settled(client, claim, call, find)), False
    try:
        found = find(False) if find else None
    except Exception:
        claims.release(account, key, made_by=claim.made_by)  # nothing was sent yet
        raise
    if found is not None:
        return settle(found), False
    try:
        # Without its recheck: what fails after an unknown outcome must not look as if nothing had been done.
        record = client.send(replace(call, recheck=None))
    except OutcomeUnknown:
        safe = rechecked(call)
        after = client.send(safe) if safe is not None else find(True) if find else None
        if after is None:
            raise
        record = after
    except _NOTHING_DONE:
        claims.release(account, key, made_by=claim.made_by)
        raise
    # Out of the reach of what releases: from here on it has happened.
    return settle(record), True


def _settled(client: Client, claim: Claim, call: Call[R], find: Find[R] | None) -> R:
    """What became of a call that another attempt began."""
    safe = rechecked(call)
    if safe is not None:
        return client.send(safe)  # reads, and sends only what is missing
    found = find(True) if find else None
    if found is None:
        when = datetime.fromtimestamp(claim.made_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        raise OutcomeUnknown(
            f"{claim.what} was begun at {when} ({claim.made_by}) and did not end: it may have happened, so it is not "
            f"sent again. Look at Whautomate for what was made about then; "
            f'if there is nothing, `whautomate claims release "{claim.key}"` lets the next run send it'
        )
    return found
