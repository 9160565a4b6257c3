"""What a broadcast will be: its body, its recipients, its start and its cost, once every guard lets it pass."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from whautomate_core import telemetry
from whautomate_core.api import broadcasts, segments
from whautomate_core.api.call import Json
from whautomate_core.client.audience import require_exclusion
from whautomate_core.client.client import Client
from whautomate_core.messaging import timing
from whautomate_core.messaging.audience import Audience, count_audience, count_recipients
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.guards import (
    cost,
    counts_values,
    require_as_planned,
    require_like_last,
    require_parameters,
    require_recipients,
)
from whautomate_core.messaging.keys import ANEW, LONG_AGO, WHAT
from whautomate_core.messaging.lines import plan_in_words
from whautomate_core.messaging.outcome import require_files
from whautomate_core.messaging.segments import find_segment, place_notes
from whautomate_core.messaging.timing import LAST_LOOK, LAST_MINUTE, NotSent, due_at, require_in_time, start_of, utc
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.state.claims import Claim, Claims
from whautomate_core.values.words import time_of

log = logging.getLogger(__name__)


def plan_broadcast(
    client: Client,
    campaign: Campaign,
    *,
    due: datetime | None = None,
    clock: Callable[[], datetime] | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Work out what `send_broadcast` would send now, with the same code, and write nothing.

    Args:
        due: As for `send_broadcast`.
        storage: As for `send_broadcast`.

    Returns: `name`, `template`, `category` (`marketing`, `utility` or `authentication`; None if it isn't known),
        `parameters` (how many, by component), `segments` (names), `criteria`, `recipients` (the most it may reach),
        `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`, `last_recipients` (of the
        last broadcast of this name), `notes` (sentences: what could not be checked, and what may reach other people
        than meant), `text` (the plan in Markdown, for the person who approves it), `requests` made for it, `hash`,
        which differs for every other plan, `sent_before` (the broadcast with the same content and audience within
        `cooldown`, because of which a step with another key refuses; else None), and `skipped`: why nothing would be
        sent, else None.

    Raises: what `send_broadcast` does before it creates anything, but for `cooldown`.
    """
    step = Step(client, campaign, "", clock or timing.now, time.sleep)
    before = client.requests
    require_files(campaign, storage)
    try:
        require_step_in_time(step, due)
        meant = meant_by(step)
        note = prepare(step, meant, due)
    except NotSent as reason:
        return {"name": campaign.name, "skipped": str(reason), "text": f"Nothing is sent: {reason}"}
    sent_before = _sent_before(step, meant)
    if sent_before:  # perhaps by the very step that this plan is for, which then returns what it has sent
        log.warning("plan of %s: %s", campaign.name, sent_before)
    shown = ("segments", "criteria", "recipients", "recipients_least", "excluded", "start", "cost", "last_recipients")
    plan = {
        "name": campaign.name,
        "template": dict(campaign.template),
        "category": note["category"],
        "parameters": {part: len(getattr(campaign, f"{part}_parameters")) for part in ("header", "body", "button")},
        **{name: note[name] for name in shown},
        "notes": note["notes"],
        "requests": client.requests - before,
        "hash": note["hash"],
        "sent_before": sent_before,
        "skipped": None,
    }
    return plan | {"text": plan_in_words(plan)}


@dataclass(frozen=True)
class Step:
    """What all parts of one step use."""

    client: Client
    campaign: Campaign
    key: str
    clock: Callable[[], datetime]
    sleep: Callable[[float], object]
    check: Callable[[], object] = lambda: None
    """Called directly before the broadcast is created; what it raises keeps it from being created."""
    held_until: datetime | None = None
    """Its start, if it is created only when its hold is nearly over (`held.py`)."""

    @property
    def account(self) -> str:
        return self.client.account.id

    @property
    def claims(self) -> Claims:
        return self.client.state.claims


@dataclass(frozen=True)
class Meant:
    """The broadcast to send, without its name and start."""

    body: Json
    segments: list[Any] = field(default_factory=list)

    def named(self, name: str) -> Json:
        return {"name": name, **self.body}

    @property
    def location(self) -> str | None:
        """Id of the broadcast's own location."""
        return (self.body.get("location") or {}).get("id")


def require_step_in_time(step: Step, due: datetime | None) -> None:
    """Raise `NotSent` if the step runs later than the campaign's `max_lateness` permits."""
    # A `schedule_at` that is still to come, or has just passed, was not missed. Nor was the end of a hold.
    moments = [one for one in (due_at(due), step.campaign.schedule_at, step.held_until) if one is not None]
    require_in_time(max(moments, default=None), step.clock(), step.campaign.max_lateness)


def meant_by(step: Step) -> Meant:
    """Read the segments (or the earlier broadcast) that a campaign names, and build the body."""
    campaign, client = step.campaign, step.client
    chosen: list[Any] = []
    if campaign.retarget is not None:
        before = client.send(broadcasts.get_broadcast(campaign.retarget))
        target: Json = {
            # The official page shows "client" only; "contact" is inferred from segments.
            "type": before.get("type", "contact"),
            "retargetBroadcast": {"id": campaign.retarget},
            "retargetEngagementType": campaign.retarget_type,
        }
    else:
        if campaign.segment_name is not None:
            chosen = [find_segment(client, campaign.segment_name)]
        else:
            chosen = [client.send(segments.get_segment(str(campaign.segment_id)))]
        target = {"type": chosen[0].get("type", "contact"), "segments": [{"id": chosen[0]["id"]}]}
    location = campaign.location_id or client.account.location_id
    given = {
        "bodyTextParameters": campaign.body_parameters,
        "headerTextParameters": campaign.header_parameters,
        "buttonUrlParameters": campaign.button_parameters,
        "headerMediaUrl": campaign.header_media_url,
        "location": {"id": location} if location else None,
    }
    body = {**target, "template": dict(campaign.template), **{name: value for name, value in given.items() if value}}
    return Meant(body, chosen)


def audience_of(step: Step, meant: Meant, *, undated: datetime | None = None) -> Audience:
    """Count the people that a broadcast reaches.

    Args:
        undated: As for `count_recipients`.
    """
    campaign = step.campaign
    if campaign.retarget is not None:
        return count_recipients(step.client, campaign.retarget, campaign.retarget_type, undated=undated)
    return count_audience(step.client, meant.segments, location=meant.location, now=step.clock())


def _require_exclusions(meant: Meant, tags: Iterable[str]) -> None:
    for segment in meant.segments:
        require_exclusion(segment, tags)


def prepare(step: Step, meant: Meant, due: datetime | None) -> Json:
    """Ask all guards, and return what is known about the broadcast before it is created."""
    campaign = step.campaign
    require_parameters(campaign)
    # The policy checks this again at the send; here it comes before people are counted, and a plan reports it.
    _require_exclusions(meant, step.client.account.policy.opt_out_tags)
    looked = step.client.look_up_template(broadcasts.create_broadcast(meant.named(campaign.name)))  # type: ignore[arg-type]
    doubts = [one for segment in meant.segments for one in place_notes(segment, meant.location)]
    if not looked.counted and not counts_values(campaign):
        doubts.append("the number of placeholders was not checked: set template_text or expected_parameters")
    for one in doubts:
        log.warning("%s: %s", campaign.name, one)
    audience = audience_of(step, meant, undated=step.clock())
    _require_exclusions(meant, audience.spellings)
    require_recipients(campaign, audience)
    last = _last_recipients(step)
    require_like_last(campaign, audience, last)
    # The check during the hold takes at least as long as this count did.
    margin = LAST_LOOK + timedelta(seconds=2 * audience.seconds)
    require_step_in_time(step, due)
    now = step.clock()
    held = max(step.held_until, now + LAST_MINUTE) if step.held_until else None
    hold = held - now if held else timedelta(minutes=campaign.hold_minutes)
    if audience.not_before is not None and audience.not_before > now:
        log.info("%s: recipients at WhatsApp's limit may be tried again at %s", campaign.name, utc(audience.not_before))
        hold = max(hold, audience.not_before - now)
    start = start_of(campaign, now, hold=hold)
    looks = campaign.look_again and start - now > LAST_LOOK
    if held:  # its people are counted now, unless the window or WhatsApp's limit moves its start
        looks = looks and utc(start) > utc(held)
    if looks and start - now < margin + LAST_MINUTE:
        start = start_of(campaign, now, hold=max(hold, margin + LAST_MINUTE))
    note = {
        "of": campaign.name,
        "template": dict(campaign.template),
        "category": looked.category,
        "notes": [*looked.notes, *doubts],
        "unit_price": campaign.unit_price,
        "segments": [one.get("name") for one in meant.segments],
        "criteria": [one.get("criteria") or {} for one in meant.segments],
        **audience_note(campaign, audience),
        "last_recipients": last,
        "start": utc(start),
        "look_at": (start - margin).timestamp() if looks else None,
        "looked": True if held and not looks else None,
        "hash": step.client.state.secret.digest([meant.body, [one.get("criteria") for one in meant.segments]]),
        "approver": campaign.approver,
    }
    require_as_planned(campaign, note)
    log.info("%s: %s, starts at %s", campaign.name, audience, time_of(note["start"]))
    return note


def audience_note(campaign: Campaign, audience: Audience) -> Json:
    """What is stored about an audience."""
    return {
        "recipients": audience.most,
        "recipients_least": audience.least,
        "excluded": audience.excluded,
        "opt_outs": audience.opt_outs,
        "seconds": audience.seconds,
        "cost": cost(campaign.unit_price, audience.most),
    }


def require_cooled(step: Step, meant: Meant) -> None:
    """Raise `PolicyRefused` if the same content went to the same audience within `cooldown`, under another key."""
    if reason := _sent_before(step, meant):
        raise telemetry.refused("cooldown", reason)


def _sent_before(step: Step, meant: Meant) -> str | None:
    cooldown = step.campaign.cooldown
    if cooldown is None:
        return None
    mine = {name: step.client.state.secret.digest(value) for name, value in meant.body.items()}
    for other in step.claims.latest(step.account, WHAT, seconds=cooldown.total_seconds()):
        if other.key in (step.key, step.key + ANEW) or (other.result or {}).get("over"):
            continue
        if {name: value for name, value in other.payload.items() if name not in ("name", "scheduleDateTime")} == mine:
            return _cooling(other, cooldown)
    return None


def _cooling(other: Claim, cooldown: timedelta) -> str:
    """Why a broadcast is refused that was already sent under the key of the claim `other`, and what to do instead."""
    stored = other.result or {}
    id = stored.get("id")
    named = f"broadcast {stored.get('name') or stored.get('of')!r}" + (f" ({id})" if id else "")
    instead = f"For its figures, wait for broadcast {id}" if id else "Look in Whautomate for its figures"
    return (
        f"{named} sent the same content to the same audience {other.origin}, less than "
        f"{cooldown.total_seconds() / 3600:g} h ago, so nothing is sent now. {instead}. To send it again on "
        "purpose, set cooldown=None"
    )


def _last_recipients(step: Step) -> int | None:
    """The most people that the last broadcast of this name may have reached."""
    for other in step.claims.latest(step.account, WHAT, seconds=LONG_AGO.total_seconds()):
        stored = other.result or {}
        mine = other.key in (step.key, step.key + ANEW)
        if stored.get("of") == step.campaign.name and not mine and other.settled and not stored.get("over"):
            return int(stored["recipients"])
    return None
