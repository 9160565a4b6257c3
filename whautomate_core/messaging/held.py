"""A broadcast that is created only when its hold is nearly over.

Until then nothing about it is at the vendor, so a run that ends meanwhile, however it ends, sends nothing. When it
starts stands in a claim, so that the hold ends at the same time whichever process looks.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from whautomate_core.api.call import Json
from whautomate_core.messaging.create import one_broadcast, require_held
from whautomate_core.messaging.keys import HELD, broadcast_name
from whautomate_core.messaging.plan import Meant, Step, prepare, require_cooled
from whautomate_core.values.times import instant

WHAT = "hold of POST /v1/broadcasts"
"""What these claims are for."""


def held(step: Step, meant: Meant, due: datetime | None) -> tuple[Step, Json]:
    """Begin a hold, or see how far it is.

    Returns: the step to create the broadcast with, and what `prepare` found out; its `look_at` is None once the
        broadcast is to be created.

    Raises: what `prepare` does; `KeyTaken` if its key holds another broadcast; `PolicyRefused` if it was cancelled.
    """
    key, claim = step.key + HELD, require_held(step)
    if claim is None:
        require_cooled(step, meant)
        note = prepare(step, meant, due)
        if note["look_at"] is None:
            return step, note
    else:
        note = claim.result
    with one_broadcast(step, "held"):
        named = meant.named(broadcast_name(step.campaign.name, step.key))
        # Another process may have begun it meanwhile. It starts when the first of them says.
        note = step.claims.claim(step.account, key, named, WHAT, note, settled=True).result
    if step.clock().timestamp() < note["look_at"]:
        return step, note
    step = replace(step, held_until=instant(note["start"]))
    note = prepare(step, meant, due)
    if note["look_at"] is not None:  # its start moved, because the window it may be sent in has closed
        step.claims.amend(step.account, key, note)
    return step, note
