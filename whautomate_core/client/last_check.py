"""The last check before a call leaves: sends are not stopped, and nobody it is about asked to be forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from whautomate_core import telemetry
from whautomate_core.account import Account
from whautomate_core.api.call import Act, Call
from whautomate_core.client.guard import SENDS, concerns
from whautomate_core.policy import numbers
from whautomate_core.state import State
from whautomate_core.state.forgotten import OPTED_OUT, REASON


def require_permitted(call: Call[Any], people: Iterable[Mapping[str, Any]], account: Account, state: State) -> None:
    """Raise `PolicyRefused` if sends are stopped, or a person of the call asked to be forgotten.

    Args:
        people: The records that were read before the call.
    """
    if call.act in SENDS:
        state.stops.require_sends(account, call.request)
    body = call.body or {}
    reached = set[str]().union(*map(numbers, (body.get("recepient") or body, call.person or {}, *people)))
    if call.act is Act.CREATE and not reached and isinstance(body.get("email"), str):
        reached = {body["email"]}
    if reached and concerns(call, account.policy):
        forgotten = state.forgotten(account.id)
        if forgotten.among(reached):
            raise telemetry.refused("forgotten", f"{call.request}: {REASON}")
        if not call.allow_protected and forgotten.among(reached, opted_out=True):
            raise telemetry.refused("opted_out", f"{call.request}: {OPTED_OUT}")
