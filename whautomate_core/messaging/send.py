"""A broadcast is sent once under its key, to the right people, or not at all.

The API has no idempotency key, so the broadcast's name ends in a short hash of the key: a step that runs again finds
the broadcast by that name. The claim of the key holds how far it got, and the next attempt resumes there: create it,
compare it with what was meant, check for new opt-outs before it starts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.messaging import timing
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.create import compare, ensure_created, refused_as_over, require_held
from whautomate_core.messaging.guards import require_parameters
from whautomate_core.messaging.held import held
from whautomate_core.messaging.hold import look_again
from whautomate_core.messaging.keys import broadcast_name
from whautomate_core.messaging.outcome import require_files
from whautomate_core.messaging.plan import Step, meant_by, require_step_in_time
from whautomate_core.messaging.timing import NotSent, utc
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.values.times import instant


def send_broadcast(
    client: Client,
    campaign: Campaign,
    key: str,
    *,
    due: datetime | None = None,
    hold_first: bool = False,
    check: Callable[[], object] = lambda: None,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], datetime] | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Create the broadcast of `key`, or resume it if it was created before.

    If the result has a `look_at`, call again at that time: the broadcast is then checked for people who opted out
    during the hold. If there are any, it is deleted and created anew without them, because the vendor may have fixed
    its recipients at creation. With `hold_first`, it is created then. Every other repeated call returns what was stored
    and creates nothing.

    Args:
        key: Identifies the broadcast, whatever it says and whenever it starts.
        due: When the step was due to run; None if somebody started it by hand. See `max_lateness`.
        hold_first: Create it only when its hold is nearly over, so that nothing is sent if nobody calls again. Until
            then the result has a `look_at` and no `id`.
        check: Called directly before the broadcast is created. An error that it raises keeps it from being created.
        sleep: Waits between two searches for a broadcast whose creation got no answer.
        clock: Returns the time, for tests.
        storage: Finds object storage, for the files that are written at its end.

    Returns: `id` and `name` at Whautomate; `created`, whether this call, or this attempt of the client's `run`, created
        it; `created_at` (ISO 8601, UTC) and `created_by`, the run that created it, if it had a name; `start`;
        `recipients`, the most it may reach, and `recipients_least`; `excluded`, the number of people left out by tag;
        `cost`; `hash`, `category` and `notes` of the plan; `looked`, whether it was checked for opt-outs during the
        hold (None: not yet); `anew`, whether it was created anew because of them; `look_at`, when to call again, in
        seconds since the epoch; `skipped`, why nothing was sent, else None.

    Raises: `PolicyRefused` if a guard forbids it, or it was cancelled; `InvalidRequest` if the broadcast of this key
        has other content, or was stored with other content than was sent; `OutcomeUnknown` if its creation got no
        answer and the broadcast can't be found. It is then never sent again automatically; `ConfigurationError` if a
        file that is written at its end can't be.
    """
    name = broadcast_name(campaign.name, key)
    step = Step(client, campaign, key, clock or timing.now, sleep, check)
    require_parameters(campaign)
    try:
        begun = step.claims.get(step.account, key) is not None
        if not begun:
            # Checked first, because it takes no request.
            hold = require_held(step)
            if hold_first and hold is not None:
                step = replace(step, held_until=instant(hold.result["start"]))
            require_step_in_time(step, due)
            require_files(campaign, storage)
        meant, note = meant_by(step), None
        if hold_first and not begun:
            step, note = held(step, meant, due)
            if note["look_at"] is not None:
                return _shown(note | {"name": name, "id": None}) | {"created": False, "look_at": note["look_at"]}
        stored, created = ensure_created(step, key, meant, due, note)
    except NotSent as reason:
        return {"id": None, "name": name, "created": False, "look_at": None, "skipped": str(reason)}
    if stored.get("over"):
        raise refused_as_over(name, stored["over"])
    if not stored.get("compared"):
        stored = compare(step, key, stored, meant)
    claim = step.claims.get(step.account, key)
    look_at = stored.get("look_at")
    if look_at is not None and stored.get("looked") is None and step.clock().timestamp() >= look_at:
        stored = look_again(step, stored, meant)
    due_again = look_at is not None and stored.get("looked") is None
    return {
        **_shown(stored),
        # A step that waited for permits in between, and started again, still counts as the one that created it.
        "created": created or (claim is not None and client.run is not None and claim.run == client.run),
        "created_at": claim and utc(datetime.fromtimestamp(claim.made_at, UTC)),
        "created_by": claim and claim.run,
        "look_at": look_at if due_again else None,
    }


def _shown(stored: Json) -> Json:
    """What the result shows of what is stored."""
    shown = ("id", "name", "start", "recipients", "recipients_least", "excluded", "cost", "hash", "looked", "category")
    return {
        **{name: stored.get(name) for name in shown},
        "notes": stored.get("notes", []),
        "created_at": None,
        "created_by": None,
        "anew": bool(stored.get("anew")),
        "skipped": None,
    }
