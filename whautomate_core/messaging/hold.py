"""The hold between creation and start: people who opted out meanwhile are looked for, and left out."""

from __future__ import annotations

import logging
from datetime import datetime

from whautomate_core import telemetry
from whautomate_core.api.call import Json
from whautomate_core.errors import PolicyRefused
from whautomate_core.messaging.audience import Audience
from whautomate_core.messaging.cancel import TooLateError, withdraw
from whautomate_core.messaging.create import amend, compare, create
from whautomate_core.messaging.guards import require_recipients
from whautomate_core.messaging.keys import ANEW
from whautomate_core.messaging.plan import Meant, Step, audience_note, audience_of
from whautomate_core.messaging.timing import LAST_MINUTE, NotSent, require_in_time, utc
from whautomate_core.values.times import instant

log = logging.getLogger(__name__)


def look_again(step: Step, stored: Json, meant: Meant) -> Json:
    """Check for people who opted out since the broadcast was created. If there are any, delete it and create it anew
    without them."""
    now, start = step.clock(), instant(stored["start"]) or step.clock()
    audience: Audience | None = None
    begun = bool(stored.get("anew"))
    if not begun:
        if start - now < LAST_MINUTE:
            log.warning(
                "%s starts now: it was not checked in time for people who opted out during the hold", stored["name"]
            )
            return amend(step, step.key, {"looked": False})
        try:
            audience = audience_of(step, meant)
            _require_waited(audience, start)
            if audience.opt_outs == stored.get("opt_outs"):
                return amend(step, step.key, {"looked": True})
            log.info("%s: somebody opted out since it was created, so it is created anew without them", stored["name"])
        except PolicyRefused as error:  # recipients of a retarget opted out or failed anew; final once it is deleted
            log.info("%s", error)
        stored = amend(step, step.key, {"anew": True})
    try:
        was_there = withdraw(step.client, stored["id"], step.clock())
    except TooLateError as error:
        log.warning("%s is sent as it was created, because %s", stored["name"], error)
        return amend(step, step.key, {"looked": False, "anew": False})
    if not was_there and not begun:
        amend(step, step.key, {"over": "was deleted at Whautomate", "anew": False})
        raise telemetry.refused(
            "ended", f"broadcast {stored['name']!r} was deleted at Whautomate, so it is not sent again"
        )
    try:
        audience = audience or audience_of(step, meant)
        require_recipients(step.campaign, audience)
        _require_waited(audience, start)
        require_in_time(start, step.clock(), step.campaign.max_lateness)
    except (PolicyRefused, NotSent) as error:
        amend(step, step.key, {"over": f"was deleted before its start: {error}"})
        raise PolicyRefused(f"broadcast {stored['name']!r} was deleted before its start: {error}") from None
    note = {name: value for name, value in stored.items() if name not in ("id", "compared")}
    note |= audience_note(step.campaign, audience)
    note |= {"start": utc(max(start, step.clock() + LAST_MINUTE)), "look_at": None}
    made, _ = create(step, step.key + ANEW, meant, note)
    compare(step, step.key + ANEW, made, meant)
    return amend(step, step.key, {**made, "compared": True, "looked": True})


def _require_waited(audience: Audience, start: datetime) -> None:
    """Raise `PolicyRefused` if recipients of a retarget reached WhatsApp's limit too short a time before it starts."""
    if audience.not_before is not None and audience.not_before > start:
        raise telemetry.refused(
            "marketing_limit",
            "recipients reached WhatsApp's limit of marketing messages since it was created, and may be tried again at "
            f"{utc(audience.not_before)}: send it then, under another key",
        )
