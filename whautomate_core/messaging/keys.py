"""How a broadcast is known: its name at the vendor, the key of its claim, and the claims there are."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from whautomate_core.client.client import Client
from whautomate_core.client.identity import Once, Step
from whautomate_core.errors import ConfigurationError
from whautomate_core.state.claims import Claim

WHAT = "POST /v1/broadcasts"
"""What claims of broadcasts are for."""

ANEW = " anew"
"""The end of the key of a broadcast that was created anew, without people who opted out during its hold."""

HELD = " held"
"""The end of the key of a claim that holds when a broadcast is to be created. Nothing was sent under it."""

LONG_AGO = timedelta(days=400)
"""How far back claims of broadcasts are looked at."""


def broadcast_name(name: str, key: str) -> str:
    """The name of a broadcast at the vendor: `name` and a short hash of `key`."""
    if not name.strip() or not key.strip():
        raise ConfigurationError("a broadcast needs a name and a key")
    return f"{name.strip()} {hashlib.sha256(key.encode()).hexdigest()[:10]}"


def once_of(name: str) -> Once:
    """What identifies a broadcast in its step: its name alone, since recipients may change between attempts."""
    return Once("broadcast", WHAT, name)


def keys_of(client: Client, step: Step) -> list[str]:
    """The keys of the broadcasts that a step has created or begun to create."""
    state, account = client.state, client.account.id
    now = [claim.key for claim in state.claims.under(account, step.prefix(once_of("").id))]
    before = step.before.all(state, account, WHAT) if step.before else []
    return [key for key in now + before if not key.endswith(ANEW)]


def claims_of(client: Client, broadcast_id: str) -> list[Claim]:
    """The claims of a broadcast, that of its own key first. Empty if it was created elsewhere, or long ago."""
    latest = client.state.claims.latest(client.account.id, WHAT, seconds=LONG_AGO.total_seconds())
    found = [one for one in latest if isinstance(one.result, dict) and one.result.get("id") == broadcast_id]
    return sorted(found, key=lambda one: one.key.endswith(ANEW))
