"""A broadcast goes out once under its key, to whom it should, or not at all.

There is no idempotency key in the API, so the name carries a short form of the key: who comes again finds it by name.
What is known of it stands in the key's claim, so that whoever comes next goes on where the last one stopped: created,
compared with what was meant, looked at again before it starts.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from whautomate_core.api import broadcasts, segments
from whautomate_core.api.call import Json
from whautomate_core.api.records import Broadcast
from whautomate_core.client.client import Client
from whautomate_core.client.guard import require_exclusion
from whautomate_core.client.identity import Once, Step
from whautomate_core.client.once import send_once
from whautomate_core.errors import (
    ConfigurationError,
    InvalidRequest,
    KeyTaken,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.messaging.audience import Audience, count_audience, count_recipients
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.delivery import moment
from whautomate_core.messaging.guards import (
    cost,
    require_as_planned,
    require_like_last,
    require_parameters,
    require_recipients,
)
from whautomate_core.messaging.segments import find_segment
from whautomate_core.messaging.timing import NotSent, due_at, require_in_time, start_of
from whautomate_core.outcome_lines import made
from whautomate_core.state.claims import Claim, Claims
from whautomate_core.values.redaction import shown_id
from whautomate_core.values.words import time_of

log = logging.getLogger(__name__)

WHAT = "POST /v1/broadcasts"
"""What claims of broadcasts are for."""

PATIENCE = (0.0, 5.0, 15.0, 30.0)
"""How long to look for a broadcast whose creation got no answer: seconds before each look. A search may see a new
record late, and the server may still be at work when we have given up waiting for it."""

LAST_MINUTE = timedelta(minutes=1)
"""From then on before its start a broadcast is let go: what the server does with a DELETE that late isn't known."""

LAST_LOOK = timedelta(seconds=90)
"""How long before its start the look for people who opted out has ended. Where it starts sooner there is none."""

_LONG_AGO = timedelta(days=400)


def broadcast_name(name: str, key: str) -> str:
    """The name under which a broadcast stands at the vendor: `name` and a short form of `key`."""
    if not name.strip() or not key.strip():
        raise ConfigurationError("a broadcast needs a name and a key")
    return f"{name.strip()} {hashlib.sha256(key.encode()).hexdigest()[:10]}"


def once_of(name: str) -> Once:
    """What identifies a broadcast in its step: its name. Whom it reaches may change between two attempts."""
    return Once("broadcast", WHAT, name)


def keys_of(client: Client, step: Step) -> list[str]:
    """The keys of the broadcasts that a step has created, or begun to."""
    state, account = client.state, client.account.id
    now = [claim.key for claim in state.claims.under(account, step.prefix(once_of("").id))]
    before = step.before.all(state, account, WHAT) if step.before else []
    return [key for key in now + before if not key.endswith(ANEW)]


def plan_broadcast(
    client: Client, campaign: Campaign, *, due: datetime | None = None, clock: Callable[[], datetime] | None = None
) -> Json:
    """Work out what `send_broadcast` would send now, through the same code, and write nothing.

    Args:
        due: As for `send_broadcast`.

    Returns: `name`, `template`, `parameters` (how many, by component), `segments` (names), `criteria`, `recipients`
        (the most it may reach), `recipients_least`, `excluded` (how many, by tag), `start` (ISO 8601, UTC), `cost`,
        `last_recipients` (of the last one of this name), `requests` made for it, `hash`, which tells another plan from
        this one, and `skipped`: why nothing would be sent, else None.

    Raises: what `send_broadcast` does before it creates anything.
    """
    step = _Step(client, campaign, "", clock or _now, time.sleep)
    before = client.requests
    try:
        _require_in_time(step, due)
        meant = _meant(step)
        note = _prepared(step, meant, due)
    except NotSent as reason:
        return {"name": campaign.name, "skipped": str(reason)}
    shown = ("segments", "criteria", "recipients", "recipients_least", "excluded", "start", "cost", "last_recipients")
    return {
        "name": campaign.name,
        "template": dict(campaign.template),
        "parameters": {part: len(getattr(campaign, f"{part}_parameters")) for part in ("header", "body", "button")},
        **{name: note[name] for name in shown},
        "requests": client.requests - before,
        "hash": note["hash"],
        "skipped": None,
    }


def send_broadcast(
    client: Client,
    campaign: Campaign,
    key: str,
    *,
    due: datetime | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], datetime] | None = None,
) -> Json:
    """Create the broadcast of `key`, or go on with it where it was created before.

    To be called again at `look_at` where that isn't None: people who opted out during the hold are looked for then,
    and the broadcast is deleted and made anew without them, since the vendor may have fixed its recipients before.
    Whoever calls again gets what was stored, and nothing is created.

    Args:
        key: What makes it the same broadcast: identity, never what it says or when.
        due: When the step was to run; None where somebody asked for it now. See `max_lateness`.
        sleep: What waits between two looks for a broadcast whose creation got no answer.
        clock: The time, for tests.

    Returns: `id` and `name` at Whautomate; `created`, whether this call, or this attempt of the client's `run`, made
        it; `created_at` (ISO 8601, UTC) and `created_by`, the run that made it, where it was named; `start`;
        `recipients`, the most it may reach, and `recipients_least`; `excluded`, how many were left out by tag; `cost`;
        `hash` of the plan; `looked`, whether people who opted out were looked for during the hold (None: not yet);
        `anew`, whether it was made anew for them; `look_at`, when to call again, in seconds since the epoch; `skipped`,
        why nothing was sent, else None.

    Raises: `PolicyRefused` where a guard forbids it, or it was cancelled; `InvalidRequest` where the broadcast of this
        key has another content, or stood there with another than was sent; `OutcomeUnknown` where its creation got no
        answer and it can't be seen: it is then never sent again by itself.
    """
    name = broadcast_name(campaign.name, key)
    step = _Step(client, campaign, key, clock or _now, sleep)
    require_parameters(campaign)
    try:
        if step.claims.get(step.account, key) is None:
            # First, since it costs nothing.
            _require_in_time(step, due)
        meant = _meant(step)
        stored, created = _created(step, key, meant, due)
    except NotSent as reason:
        return {"id": None, "name": name, "created": False, "look_at": None, "skipped": str(reason)}
    if stored.get("over"):
        raise PolicyRefused(
            f"broadcast {name!r} {stored['over']}: nothing is sent under its key again, something new needs another key"
        )
    if not stored.get("compared"):
        stored = _compared(step, key, stored, meant)
    claim = step.claims.get(step.account, key)
    look_at = stored.get("look_at")
    if look_at is not None and stored.get("looked") is None and step.clock().timestamp() >= look_at:
        stored = _looked_again(step, stored, meant)
    shown = ("id", "name", "start", "recipients", "recipients_least", "excluded", "cost", "hash", "looked")
    due_again = look_at is not None and stored.get("looked") is None
    return {
        **{name: stored.get(name) for name in shown},
        # A step that waited in between and began anew is still the one that created it.
        "created": created or (claim is not None and client.run is not None and claim.run == client.run),
        "created_at": claim and _utc(datetime.fromtimestamp(claim.made_at, UTC)),
        "created_by": claim and claim.run,
        "anew": bool(stored.get("anew")),
        "look_at": look_at if due_again else None,
        "skipped": None,
    }


def cancel_broadcast(
    client: Client,
    *,
    key: str | None = None,
    broadcast_id: str | None = None,
    patience: tuple[float, ...] = PATIENCE,
    because: str | None = None,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], datetime] | None = None,
) -> Json:
    """Cancel a broadcast: delete it where it is scheduled, and its start over a minute ahead.

    Its claim becomes final, so that a step of the same key doesn't send it again.

    Args:
        key: Its key; this or `broadcast_id`.
        broadcast_id: Its id.
        patience: Seconds before each look for one whose creation got no answer.
        because: Why it is cancelled, for the log. With it nothing is logged where there was nothing to cancel.

    Returns: `cancelled`, whether it was there and is deleted now; `id`; `why` it wasn't, else None.
    """
    if (key is None) == (broadcast_id is None):
        raise ConfigurationError("name the broadcast by either key or broadcast_id")
    now, claims, account = clock or _now, client.state.claims, client.account.id
    if key is None:
        assert broadcast_id is not None
        about = claims_of(client, broadcast_id)
    else:
        about = [one for one in (claims.get(account, key), claims.get(account, key + ANEW)) if one is not None]
        if not about:
            return _not_cancelled(None, "nothing was created under its key", because, quiet=True)
    ids = [] if broadcast_id is None else [broadcast_id]
    for claim in about:
        stored = claim.result or {}
        if stored.get("over"):
            continue
        found = stored.get("id")
        if not claim.settled and stored.get("name"):
            found = (_find_patiently(client, stored["name"], patience, sleep) or {}).get("id")
        if found is None:
            why = "its creation got no answer and it can't be seen: look for it at Whautomate"
            return _not_cancelled(None, why, because)
        if not claim.settled:
            claims.settle(account, claim.key, {**stored, "id": found})
        ids = list(dict.fromkeys([*ids, found]))
    cancelled = []
    for one in ids:
        try:
            was_there = _withdraw(client, one, now())
        except _TooLateError as error:
            return _not_cancelled(one, str(error), because)
        cancelled += [one] if was_there else []
    for claim in about:
        claims.amend(account, claim.key, {"over": "was cancelled" if cancelled else "was deleted at Whautomate"})
    if not ids:
        return _not_cancelled(None, "it was cancelled before", because, quiet=True)
    if not cancelled:  # a wrong id, or another account: the broadcast that was meant may go out
        missing = f"there is no broadcast {shown_id(ids[-1])} on this account; nothing was cancelled"
        log.warning("%s%s", f"{because}, but " if because else "", missing)
        return {"cancelled": False, "id": ids[-1], "why": missing}
    log.info("broadcast %s is cancelled%s", ", ".join(cancelled), f" because {because}" if because else "")
    return {"cancelled": True, "id": cancelled[-1], "why": None}


def claims_of(client: Client, broadcast_id: str) -> list[Claim]:
    """The claims of a broadcast, the one of its key first; none where this package didn't create it, or long ago."""
    latest = client.state.claims.latest(client.account.id, WHAT, seconds=_LONG_AGO.total_seconds())
    found = [one for one in latest if isinstance(one.result, dict) and one.result.get("id") == broadcast_id]
    return sorted(found, key=lambda one: one.key.endswith(ANEW))


# --- the steps

ANEW = " anew"
"""What the key of a broadcast that was made anew ends in."""


@dataclass(frozen=True)
class _Step:
    """What the parts of a step share."""

    client: Client
    campaign: Campaign
    key: str
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]

    @property
    def account(self) -> str:
        return self.client.account.id

    @property
    def claims(self) -> Claims:
        return self.client.state.claims


@dataclass(frozen=True)
class _Meant:
    """What is to be sent, but for name and time."""

    body: Json
    segments: list[Any] = field(default_factory=list)

    def named(self, name: str) -> Json:
        return {"name": name, **self.body}


class _TooLateError(WhautomateError):
    """It can't be withdrawn any more."""


class _StaleError(WhautomateError):
    """Its time has come too near while it waited for a permit."""


def _require_in_time(step: _Step, due: datetime | None) -> None:
    # A time that was asked for and is still to come, or has just passed, is none that was missed.
    moments = [one for one in (due_at(due), step.campaign.schedule_at) if one is not None]
    require_in_time(max(moments, default=None), step.clock(), step.campaign.max_lateness)


def _meant(step: _Step) -> _Meant:
    campaign, client = step.campaign, step.client
    chosen: list[Any] = []
    if campaign.retarget is not None:
        before = client.send(broadcasts.get_broadcast(campaign.retarget))
        target: Json = {
            # Seen is only "client" (official page), for clients; that contacts are "contact" is inferred from segments.
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
    return _Meant(body, chosen)


def _audience(step: _Step, meant: _Meant) -> Audience:
    if step.campaign.retarget is not None:
        return count_recipients(step.client, step.campaign.retarget, step.campaign.retarget_type)
    return count_audience(step.client, meant.segments, now=step.clock())


def _require_exclusions(meant: _Meant, tags: Iterable[str]) -> None:
    for segment in meant.segments:
        require_exclusion(segment, tags)


def _prepared(step: _Step, meant: _Meant, due: datetime | None) -> Json:
    """What is known of a broadcast before it is created, once all guards let it pass."""
    campaign = step.campaign
    require_parameters(campaign)
    _require_cooled(step, meant)
    # The policy asks again as it is sent; here so that a plan tells of it, and before anybody is counted.
    _require_exclusions(meant, step.client.account.policy.opt_out_tags)
    audience = _audience(step, meant)
    _require_exclusions(meant, audience.spellings)
    require_recipients(campaign, audience)
    last = _last_recipients(step)
    require_like_last(campaign, audience, last)
    # A look during the hold takes as long as this one took, or longer.
    margin = LAST_LOOK + timedelta(seconds=2 * audience.seconds)
    hold = timedelta(minutes=campaign.hold_minutes)
    _require_in_time(step, due)
    now = step.clock()
    start = start_of(campaign, now, hold=hold)
    looks = campaign.look_again and start - now > LAST_LOOK
    if looks and start - now < margin + LAST_MINUTE:
        start = start_of(campaign, now, hold=margin + LAST_MINUTE)
    note = {
        "of": campaign.name,
        "template": dict(campaign.template),
        "unit_price": campaign.unit_price,
        "segments": [one.get("name") for one in meant.segments],
        "criteria": [one.get("criteria") or {} for one in meant.segments],
        **_of_audience(campaign, audience),
        "last_recipients": last,
        "start": _utc(start),
        "look_at": (start - margin).timestamp() if looks else None,
        "hash": step.client.state.secret.digest([meant.body, [one.get("criteria") for one in meant.segments]]),
        "approver": campaign.approver,
    }
    require_as_planned(campaign, note)
    log.info("%s: %s, starts at %s", campaign.name, audience, time_of(note["start"]))
    return note


def _of_audience(campaign: Campaign, audience: Audience) -> Json:
    return {
        "recipients": audience.most,
        "recipients_least": audience.least,
        "excluded": audience.excluded,
        "opt_outs": audience.opt_outs,
        "seconds": audience.seconds,
        "cost": cost(campaign.unit_price, audience.most),
    }


def _created(step: _Step, key: str, meant: _Meant, due: datetime | None) -> tuple[Json, bool]:
    """What is stored of the broadcast of a key, made where nobody has, and whether this call made it."""
    name = broadcast_name(step.campaign.name, key)
    while True:
        try:
            claim = step.claims.look(step.account, key, meant.named(name), WHAT)
        except KeyTaken as error:
            raise KeyTaken(
                f"this run has already sent a broadcast named {step.campaign.name!r} that says or does something else "
                f"(differs in {error.differs}): nothing was sent. A second one needs another name or key (key=...)",
                differs=error.differs,
            ) from None
        if claim is not None and claim.settled:
            return claim.result, False
        note = claim.result if claim is not None else _prepared(step, meant, due)
        try:
            return _create(step, key, meant, note or {})
        except _StaleError as error:
            log.info("%s", error)


def _create(step: _Step, key: str, meant: _Meant, note: Json) -> tuple[Json, bool]:
    """Create the broadcast of a key exactly once."""
    client, name = step.client, broadcast_name(step.campaign.name, key)
    wanted = meant.named(name)
    start = moment(note.get("start")) or step.clock()
    # What is compared under one key holds no time, which depends on when the step runs.
    body: Any = {**wanted, "scheduleDateTime": _utc(start)}
    # Reading lists before it leaves takes a while by itself: its own name, and for the policy what was read before.
    reading = 2 * float(note.get("seconds") or 0.0) + 2 * client.account.list_lag
    patient = step.clock() + timedelta(minutes=1, seconds=reading)

    def find(patiently: bool) -> Broadcast | None:
        if patiently:
            found = _find_patiently(client, name, PATIENCE, step.sleep)
        else:  # where it is not to be seen, it is created
            found = _named(client.everything(broadcasts.list_broadcasts()), name)
        return None if found is None else _same(found, wanted)

    def check() -> None:
        if step.clock() > patient or start < step.clock() - LAST_MINUTE:
            raise _StaleError(f"{name}: the permit took long, so its time is worked out anew")
        _require_cooled(step, meant)

    def result(broadcast: Broadcast) -> Json:
        if not broadcast.get("id"):
            # An answer without an id is none; the name tells which it is.
            broadcast = find(True) or broadcast
        if not broadcast.get("id"):
            raise UnexpectedResponse(f"the answer to the creation of {name!r} has no id, and it can't be found")
        return {"id": broadcast["id"]}

    # Of whom another broadcast reached it was looked here who opted out; the policy can't, and would refuse.
    call = broadcasts.create_broadcast(body, allow_protected=step.campaign.retarget is not None)
    call = replace(call, cleared=True)
    try:
        stored, created = send_once(
            client, key, call, result, find=find, payload=wanted, note={**note, "name": name}, check=check
        )
    except OutcomeUnknown as error:
        raise OutcomeUnknown(
            f"{error}. No broadcast named {name!r} can be seen after {sum(PATIENCE):.0f} s: look for it at "
            "Whautomate before you run this step again",
            status=error.status,
        ) from None
    log.info(
        "broadcast %s %s",
        stored["id"],
        f"created, starts at {time_of(_utc(start))}" if created else "was there already",
    )
    return stored, created


def _compared(step: _Step, key: str, stored: Json, meant: _Meant) -> Json:
    """Read it back, and delete it where it is not as it was meant.

    Raises: `InvalidRequest` then.
    """
    try:
        there = step.client.send(broadcasts.get_broadcast(stored["id"]))
    except NotFound:
        _amend(step, key, {"over": "was deleted at Whautomate"})
        raise PolicyRefused(f"broadcast {stored['name']!r} was deleted at Whautomate: it is not sent again") from None
    wanted = {**meant.named(stored["name"]), "scheduleDateTime": stored.get("start")}
    missing = [name for name in ("segments", "template", "scheduleDateTime") if name in wanted and name not in there]
    if missing:
        log.warning("%s: %s can't be compared, since it isn't shown", stored["name"], ", ".join(missing))
    different = _differing(there, wanted)
    if not different:
        return _amend(step, key, {"compared": True})
    what = f"stood there with another {' and '.join(different)} than was sent"
    try:
        _withdraw(step.client, stored["id"], step.clock())
    except _TooLateError as error:
        _amend(step, key, {"compared": True})
        raise InvalidRequest(f"broadcast {stored['name']!r} {what}, and can't be deleted: {error}") from None
    _amend(step, key, {"over": f"was deleted, since it {what}"})
    raise InvalidRequest(f"broadcast {stored['name']!r} {what}: it was deleted, and nothing is sent")


def _looked_again(step: _Step, stored: Json, meant: _Meant) -> Json:
    """Look who has opted out since it was created; where somebody has, delete it and make it anew without them."""
    now, start = step.clock(), moment(stored["start"]) or step.clock()
    audience: Audience | None = None
    begun = bool(stored.get("anew"))
    if not begun:
        if start - now < LAST_MINUTE:
            log.warning("%s starts, and nobody looked in time who opted out during the hold", stored["name"])
            return _amend(step, step.key, {"looked": False})
        try:
            audience = _audience(step, meant)
            if audience.opt_outs == stored.get("opt_outs"):
                return _amend(step, step.key, {"looked": True})
        except PolicyRefused as error:  # of those another broadcast reached; once it is deleted that is final
            log.info("%s", error)
        log.info("%s: somebody has opted out since it was created, so it is made anew", stored["name"])
        stored = _amend(step, step.key, {"anew": True})
    try:
        was_there = _withdraw(step.client, stored["id"], step.clock())
    except _TooLateError as error:
        log.warning("%s goes out as it was created: %s", stored["name"], error)
        return _amend(step, step.key, {"looked": False, "anew": False})
    if not was_there and not begun:
        _amend(step, step.key, {"over": "was deleted at Whautomate", "anew": False})
        raise PolicyRefused(f"broadcast {stored['name']!r} was deleted at Whautomate: it is not sent again")
    try:
        audience = audience or _audience(step, meant)
        require_recipients(step.campaign, audience)
        require_in_time(start, step.clock(), step.campaign.max_lateness)
    except (PolicyRefused, NotSent) as error:
        _amend(step, step.key, {"over": f"was deleted before its start: {error}"})
        raise PolicyRefused(f"broadcast {stored['name']!r} was deleted before its start: {error}") from None
    note = {name: value for name, value in stored.items() if name not in ("id", "compared")}
    note |= _of_audience(step.campaign, audience)
    note |= {"start": _utc(max(start, step.clock() + LAST_MINUTE)), "look_at": None}
    made, _ = _create(step, step.key + ANEW, meant, note)
    _compared(step, step.key + ANEW, made, meant)
    return _amend(step, step.key, {**made, "compared": True, "looked": True})


def _amend(step: _Step, key: str, changes: Json) -> Json:
    """Note what is known now in the claim of a key; what it then says."""
    return dict(step.claims.amend(step.account, key, changes))


# --- looking


def _find(client: Client, full_name: str) -> Broadcast | None:
    # All pages and not `searchText`, which may see a new broadcast late: a retry would then send it again.
    return _named((one for page in client.pages(broadcasts.list_broadcasts()) for one in page), full_name)


def _named(listed: Iterable[Broadcast], full_name: str) -> Broadcast | None:
    found = [one for one in listed if one.get("name") == full_name]
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} broadcasts named {full_name!r}: delete all but one at Whautomate")
    return found[0] if found else None


def _find_patiently(
    client: Client, full_name: str, patience: tuple[float, ...], sleep: Callable[[float], None]
) -> Broadcast | None:
    for seconds in patience:
        sleep(seconds)
        found = _find(client, full_name)
        if found is not None:
            return found
    return None


def _same(found: Broadcast, wanted: Json) -> Broadcast:
    different = _differing(found, wanted)
    if different:
        raise KeyTaken(
            f"the broadcast of this key is there with another {' and '.join(different)}: "
            "what was sent can't be changed, and a new one needs another key"
        )
    return found


def _differing(there: Mapping[str, Any], wanted: Json) -> list[str]:
    """The fields that a broadcast shows otherwise than they were sent; what it doesn't show can't be told."""
    return [
        name for name, value in wanted.items() if name in there and _plain(name, there[name]) != _plain(name, value)
    ]


def _plain(name: str, value: Any) -> Any:
    """A field so that it can be compared: the server adds to references, and writes times its own way."""
    if name == "scheduleDateTime":
        return moment(value) or value
    if name == "segments":
        return sorted(str(one.get("id")) for one in value or [])
    if name == "template" and isinstance(value, dict):
        return value.get("name"), value.get("language")
    if isinstance(value, dict) and "id" in value:
        return value["id"]
    if name == "retargetEngagementType":
        return str(value).casefold()
    return value


def _withdraw(client: Client, broadcast_id: str, now: datetime) -> bool:
    """Delete a broadcast that has not begun, and see that it is gone. Raises `_TooLateError`.

    Returns: whether it was still there.
    """
    try:
        there = client.send(broadcasts.get_broadcast(broadcast_id))
    except NotFound:
        return False
    try:
        due = moment(there.get("scheduleDateTime"))
        if there.get("startedAt") or there.get("completedAt"):
            raise _TooLateError("it has started")
        if due is not None and due - now < LAST_MINUTE:
            raise _TooLateError(f"it starts at {_utc(due)}, which is less than a minute ahead, or has passed")
        try:
            client.send(broadcasts.delete_broadcast(broadcast_id))
        except InvalidRequest as error:
            raise _TooLateError(f"the server refuses to delete it ({error})") from None
        client.send(broadcasts.get_broadcast(broadcast_id))
    except NotFound:
        return True
    raise UnexpectedResponse(f"broadcast {broadcast_id} is still there after it was deleted: look at Whautomate")


def _not_cancelled(broadcast_id: str | None, why: str, because: str | None, *, quiet: bool = False) -> Json:
    if because is None:
        log.warning("nothing was cancelled: %s", why)
    elif not quiet:
        named = f"broadcast {broadcast_id}" if broadcast_id else "broadcast"
        log.warning("%s, but its %s can't be cancelled: %s", because, named, why)
    return {"cancelled": False, "id": broadcast_id, "why": why}


# --- other broadcasts


def _require_cooled(step: _Step, meant: _Meant) -> None:
    """Raise `PolicyRefused` where the same went to the same people a while ago, under another key."""
    cooldown = step.campaign.cooldown
    if cooldown is None:
        return
    mine = {name: step.client.state.secret.digest(value) for name, value in meant.body.items()}
    for other in step.claims.latest(step.account, WHAT, seconds=cooldown.total_seconds()):
        if other.key in (step.key, step.key + ANEW) or (other.result or {}).get("over"):
            continue
        if {name: value for name, value in other.payload.items() if name not in ("name", "scheduleDateTime")} == mine:
            raise PolicyRefused(_cooling(other, cooldown))


def _cooling(other: Claim, cooldown: timedelta) -> str:
    """Why a broadcast is refused that the claim `other` has sent under its key, and what to do instead."""
    stored = other.result or {}
    id = stored.get("id")
    named = f"broadcast {stored.get('name') or stored.get('of')!r}" + (f" ({id})" if id else "")
    instead = f"For its figures, wait for broadcast {id}" if id else "Look at Whautomate what came of it"
    return (
        f"{named} sent the same content to the same audience {made(other)}, less than "
        f"{cooldown.total_seconds() / 3600:g} h ago, so nothing is sent now. {instead}. To send it to them once more "
        "on purpose, set cooldown=None"
    )


def _last_recipients(step: _Step) -> int | None:
    """How many the last broadcast of this name reached at the most."""
    for other in step.claims.latest(step.account, WHAT, seconds=_LONG_AGO.total_seconds()):
        stored = other.result or {}
        mine = other.key in (step.key, step.key + ANEW)
        if stored.get("of") == step.campaign.name and not mine and other.settled and not stored.get("over"):
            return int(stored["recipients"])
    return None


def _now() -> datetime:
    return datetime.now(UTC)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
