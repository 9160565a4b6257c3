"""Creating a broadcast exactly once under its key, and comparing it with what was meant."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from whautomate_core import telemetry
from whautomate_core.api import broadcasts
from whautomate_core.api.call import Json
from whautomate_core.api.records import Broadcast
from whautomate_core.client.once import send_once
from whautomate_core.errors import (
    InvalidRequest,
    KeyTaken,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    UnexpectedResponse,
    WhautomateError,
)
from whautomate_core.messaging.cancel import TooLateError, withdraw
from whautomate_core.messaging.find import PATIENCE, differing, find_patiently, named, same
from whautomate_core.messaging.keys import HELD, WHAT, broadcast_name
from whautomate_core.messaging.plan import Meant, Step, prepare, require_cooled
from whautomate_core.messaging.timing import LAST_MINUTE, utc
from whautomate_core.state.claims import Claim
from whautomate_core.values.times import instant
from whautomate_core.values.words import time_of

log = logging.getLogger(__name__)


def ensure_created(
    step: Step, key: str, meant: Meant, due: datetime | None, note: Json | None = None
) -> tuple[Json, bool]:
    """Create the broadcast of a key unless it exists. Returns what is stored, and whether this call created it.

    Args:
        note: What `prepare` has just found out about it, if it was asked.
    """
    name = broadcast_name(step.campaign.name, key)
    while True:
        with one_broadcast(step):
            claim = step.claims.look(step.account, key, meant.named(name), WHAT)
        if claim is not None and claim.settled:
            return claim.result, False
        if claim is None:
            require_cooled(step, meant)
        note = claim.result if claim is not None else note or prepare(step, meant, due)
        try:
            return create(step, key, meant, note or {})
        except StaleError as error:
            log.info("%s", error)
            note = None


@contextmanager
def one_broadcast(step: Step, did: str = "sent") -> Iterator[None]:
    """Say what to do if the key was used for another broadcast. Raises `KeyTaken`."""
    try:
        yield
    except KeyTaken as error:
        raise KeyTaken(
            f"this run has already {did} a broadcast named {step.campaign.name!r} that differs in {error.differs}, "
            "so nothing was sent. Give a second broadcast another name, or a key of its own (key=...)",
            differs=error.differs,
        ) from None


def create(step: Step, key: str, meant: Meant, note: Json) -> tuple[Json, bool]:
    """Create the broadcast of a key exactly once."""
    client, name = step.client, broadcast_name(step.campaign.name, key)
    wanted = meant.named(name)
    start = instant(note.get("start")) or step.clock()
    # What is compared under one key leaves out the time, which depends on when the step runs.
    body: Any = {**wanted, "scheduleDateTime": utc(start)}
    # Lists are read before the call leaves, which takes a while: for the name, and for the policy.
    reading = 2 * float(note.get("seconds") or 0.0) + 2 * client.account.list_lag
    patient = step.clock() + timedelta(minutes=1, seconds=reading)

    unrecorded: list[Broadcast] = []

    def find(patiently: bool) -> Broadcast | None:
        if patiently:
            found = find_patiently(client, name, PATIENCE, step.sleep)
        else:  # if the whole list does not have it, it is created
            found = named(client.everything(broadcasts.list_broadcasts()), name)
            unrecorded.extend([found] if found else [])  # nobody has its claim: the state was lost, or is another one
        return None if found is None else same(found, wanted)

    def check() -> None:
        if step.clock() > patient or start < step.clock() - LAST_MINUTE:
            raise StaleError(f"{name}: the wait for a permit was long, so its start is worked out again")
        step.check()
        require_held(step)
        require_cooled(step, meant)

    def result(broadcast: Broadcast) -> Json:
        if not broadcast.get("id"):
            # An answer without an id proves nothing; the broadcast is found by its name.
            broadcast = find(True) or broadcast
        if not broadcast.get("id"):
            raise UnexpectedResponse(
                f"the answer to the creation of broadcast {name!r} has no id, and it can't be found by its name either"
            )
        return {"id": broadcast["id"], **({"unrecorded": True} if unrecorded else {})}

    # For a retarget, opt-outs among the recipients were checked here; the policy can't check them, and would refuse.
    call = broadcasts.create_broadcast(body, allow_protected=step.campaign.retarget is not None)
    call = replace(call, cleared=True)
    try:
        stored, created = send_once(
            client, key, call, result, find=find, payload=wanted, note={**note, "name": name}, check=check
        )
    except OutcomeUnknown as error:
        raise OutcomeUnknown(
            f"{error}. No broadcast named {name!r} can be found after {sum(PATIENCE):.0f} s. Look for it at "
            "Whautomate before you run this step again",
            status=error.status,
        ) from None
    log.info(
        "broadcast %s %s",
        stored["id"],
        f"created, starts at {time_of(utc(start))}" if created else "existed already",
    )
    return stored, created


def require_held(step: Step) -> Claim | None:
    """The claim of its hold, if it was held. Raises `PolicyRefused` if it was cancelled before it was created."""
    held = step.claims.get(step.account, step.key + HELD)
    if held is not None and held.result.get("over"):
        raise refused_as_over(broadcast_name(step.campaign.name, step.key), held.result["over"])
    return held


def refused_as_over(name: str, over: str) -> PolicyRefused:
    """The refusal to send a broadcast again that was sent, or cancelled, under its key."""
    return telemetry.refused(
        "ended",
        f"broadcast {name!r} {over}, so nothing is sent under its key again. To send something new, use another key",
    )


class StaleError(WhautomateError):
    """Its time has come too near while it waited for a permit."""


def compare(step: Step, key: str, stored: Json, meant: Meant) -> Json:
    """Read the broadcast back, and delete it if it differs from what was meant.

    Raises: `InvalidRequest` if it differs.
    """
    try:
        there = step.client.send(broadcasts.get_broadcast(stored["id"]))
    except NotFound:
        amend(step, key, {"over": "was deleted at Whautomate"})
        raise telemetry.refused(
            "ended", f"broadcast {stored['name']!r} was deleted at Whautomate, so it is not sent again"
        ) from None
    wanted = {**meant.named(stored["name"]), "scheduleDateTime": stored.get("start")}
    missing = [name for name in ("segments", "template", "scheduleDateTime") if name in wanted and name not in there]
    if missing:
        log.warning("%s: the server doesn't show %s, so that was not compared", stored["name"], ", ".join(missing))
    different = differing(there, wanted)
    if not different:
        return amend(step, key, {"compared": True})
    what = f"was stored with another {' and '.join(different)} than was sent"
    try:
        withdraw(step.client, stored["id"], step.clock())
    except TooLateError as error:
        amend(step, key, {"compared": True})
        if stored.get("unrecorded") and different == ["scheduleDateTime"]:
            raise InvalidRequest(
                f"broadcast {stored['name']!r} ({stored['id']}) exists at Whautomate, but this state has no record of "
                f"it, and {error}. Nothing was sent now: look there for its figures"
            ) from None
        raise InvalidRequest(
            f"broadcast {stored['name']!r} {what}, and can't be deleted: {error}. Delete it at Whautomate"
        ) from None
    amend(step, key, {"over": f"was deleted, because it {what}"})
    raise InvalidRequest(f"broadcast {stored['name']!r} {what}, so it was deleted and nothing is sent")


def amend(step: Step, key: str, changes: Json) -> Json:
    """Store changes in the claim of a key, and return what it holds then."""
    return dict(step.claims.amend(step.account, key, changes))
