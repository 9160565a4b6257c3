"""Whom a broadcast reaches: its segments, and how many people they hold.

The API doesn't list the members of a segment, so they are counted by reading all contacts or clients.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from whautomate_core import telemetry
from whautomate_core.api import clients, contacts
from whautomate_core.api.call import Call
from whautomate_core.api.lookups import location_id_of
from whautomate_core.api.records import Segment
from whautomate_core.client.audience import may_hold
from whautomate_core.client.client import Client
from whautomate_core.client.whole import require_agreed
from whautomate_core.messaging.failures import Failures
from whautomate_core.policy import Policy, numbers
from whautomate_core.values.codes import UNREAD, code_of, failed_at, has_failed, may_have_stopped, retry_at
from whautomate_core.values.times import instant
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Audience:
    """How many people segments hold. It is a range if it is not documented how the vendor reads a criterion."""

    least: int
    """Numbers in the narrowest reading: people have all of several tags, and belong to the segment's location and to
    that of the broadcast."""
    most: int
    """People in the widest reading: people have any of the tags, at any location, whatever other criteria say."""
    excluded: dict[str, int] = field(default_factory=dict)
    """People left out, by tag. People with two of the tags count for both."""
    opt_outs: str = ""
    """A fingerprint of all opted-out people: it changes when somebody opts out."""
    seconds: float = 0.0
    """How long the count took."""
    spellings: tuple[str, ...] = ()
    """The opt-out tags as people's records spell them."""
    elsewhere: int = 0
    """How many of the reached people opted out through another contact or client with their number, or asked to be
    forgotten."""
    not_before: datetime | None = None
    """When the last of the reached people may be sent marketing again, if a message to them failed."""

    def __str__(self) -> str:
        people = str(self.most) if self.least == self.most else f"{self.least} to {self.most}"
        return f"{people} {'person' if people == '1' else 'people'}"


def count_audience(
    client: Client, segments: Sequence[Segment], *, location: str | None = None, now: datetime | None = None
) -> Audience:
    """Count the people in any of the segments, by reading all contacts and clients. An opt-out belongs to the person.

    A segment without a location may hold people of all locations (white-label copies, evidence B). Whether a broadcast
    leaves out people of other locations than its own is not documented.

    Args:
        location: Id of the broadcast's own location.

    Raises: the errors of `Client.send`, such as `BudgetExceeded` if it takes more requests than the step may make;
        `ListUnstable` if a list changed every time it was read.
    """
    began = time.monotonic()
    least: set[str] = set()
    most = 0
    excluded: Counter[str] = Counter()
    opted_out: list[str] = []
    spellings: dict[str, None] = {}
    reached: dict[str, frozenset[str]] = {}
    refused: set[str] = set()
    for kind in ("client", "contact"):
        chosen: list[Any] = [one for one in segments if str(one.get("type") or "contact") == kind]
        judge = functools.partial(_judged, client.account.policy, chosen, location=location, now=now)
        for id, one in _everybody(client, kind, judge).items():
            if one.opt_outs:
                refused |= one.numbers
            if one.is_chosen:
                reached[f"{kind} {id}"] = one.numbers
            if one.opt_outs and chosen:
                opted_out.append(f"{kind} {id}")
                spellings |= dict.fromkeys(one.opt_outs)
            most += one.is_chosen
            least |= {one.number} if one.number else set()
            excluded.update(one.left_out_for)
    refused |= client.state.forgotten(client.account.id).refused(frozenset[str]().union(*reached.values()))
    elsewhere = [f"{who} elsewhere" for who, theirs in reached.items() if theirs & refused]
    seconds = round(time.monotonic() - began, 1)
    left_out, opt_outs = dict(sorted(excluded.items())), _fingerprint([*opted_out, *elsewhere])
    return Audience(len(least), most, left_out, opt_outs, seconds, tuple(spellings), len(elsewhere))


class _Judged(NamedTuple):
    """How one person counts."""

    opt_outs: tuple[str, ...]
    is_chosen: bool
    number: str | None
    """Their number, if a segment certainly holds them."""
    left_out_for: frozenset[str]
    numbers: frozenset[str]


def _judged(
    policy: Policy, chosen: Sequence[Any], person: Mapping[str, Any], *, location: str | None, now: datetime | None
) -> _Judged | None:
    """How one person counts; None if they don't."""
    opt_outs = tuple(filter(policy.is_opt_out, person["tags"])) if policy.protects(person) else ()
    theirs = frozenset(numbers(person))
    if any(may_hold(segment, person) for segment in chosen):
        surely = any(_surely_holds(segment, person, location, now) for segment in chosen)
        return _Judged(opt_outs, True, min(theirs) if surely else None, frozenset(), theirs)
    left_out_for = frozenset[str]().union(*(_left_out_for(segment, person) for segment in chosen))
    return _Judged(opt_outs, False, None, left_out_for, theirs) if opt_outs or left_out_for else None


def opted_out_clients(client: Client) -> frozenset[str]:
    """The numbers of all clients who have opted out."""
    policy = client.account.policy
    found = _everybody(client, "client", lambda person: numbers(person) if policy.protects(person) else None)
    return frozenset().union(*found.values())


def _everybody(client: Client, kind: str, judge: Callable[[Mapping[str, Any]], T | None]) -> dict[str, T]:
    """Judge every contact or client as last read. Returns id -> judgement, without those judged None.

    Raises: `ListUnstable` if the list changed every time it was read.
    """
    found: dict[str, T] = {}

    def take(people: Sequence[Any], page: int) -> None:
        for person in people:
            # A record without an id may be about anybody, so each of them counts.
            id, judged = str(person.get("id") or f"none {len(found)}"), judge(person)
            if judged is None:
                found.pop(id, None)
            else:
                found[id] = judged

    listed: Call[list[Any]] = clients.list_clients() if kind == "client" else contacts.list_contacts()
    whole = client.read_whole(listed, take)
    log.info("audience: %s read in %s", counted(whole.records, kind), counted(whole.requests, "request"))
    require_agreed(listed, whole, client.where)
    return found


def _left_out_for(segment: Mapping[str, Any], person: Mapping[str, Any]) -> set[str]:
    """The exclusion tags that keep out somebody whom the segment would otherwise choose."""
    criteria = segment.get("criteria") or {}
    reached = may_hold({"criteria": {**criteria, "exclusionTags": []}}, person)
    return set(criteria.get("exclusionTags") or []) & set(person.get("tags") or []) if reached else set()


def _surely_holds(
    segment: Mapping[str, Any], person: Mapping[str, Any], location: str | None, now: datetime | None
) -> bool:
    """Whether a segment chooses somebody in every reading of its criteria. False if that can't be told."""
    criteria = segment.get("criteria") or {}
    if not numbers(person) or not set(criteria.get("tags") or []) <= set(person.get("tags") or []):
        return False
    if criteria.get("contactStage") not in (None, "", person.get("stage")):
        return False
    if criteria.get("gender") and str(criteria["gender"]).casefold() != str(person.get("gender") or "").casefold():
        return False
    if any(criteria.get(name) is not None for name in ("ageFrom", "ageTo")):
        return False  # it is not defined on which day an age counts
    own = location_id_of(segment)
    places = {own, str(location) if location else None} - {None} or {
        None
    }  # with neither, only people without a location are sure
    places |= {place.get("id") for place in criteria.get("primaryLocations") or []}
    there = location_id_of(person) or location_id_of(person, "primaryLocation")
    if not places <= {there}:
        return False
    days = criteria.get("numberOfDaysLastActivity")
    active = instant(person.get("lastActivity"))
    since = (now or datetime.now(UTC)) - timedelta(days=days or 0)
    return days is None or (active is not None and active >= since)


# --- recipients of another broadcast

_LATER = ("sent", "delivered", "read", "replied")
"""Each of these statuses implies the ones before it."""


def count_recipients(client: Client, broadcast_id: str, kind: str, *, undated: datetime | None = None) -> Audience:
    """Count the recipients of another broadcast with a certain status, by its log. None of them may have opted out
    or asked to be forgotten, and for `sent` and `failed` none may have stopped marketing in WhatsApp.

    Args:
        kind: `sent`, `failed`, `delivered`, `read` or `replied`.
        undated: When a message failed whose line has no time that can be read; by default it sets no time to wait for.

    Raises: `ListUnstable`; `PolicyRefused` if somebody has, because it is not documented whether the vendor leaves them
        out.
    """
    began, before = time.monotonic(), client.requests
    reached: set[str] = set()
    lines = surely = others = named = 0
    wanted = {"failed"} if kind == "failed" else set(_LATER[_LATER.index(kind) :])
    failures, again = Failures(client.account), list[datetime]()
    # Log lines have no ids to compare two readings by, and are never deleted.
    for line in failures.read(client, broadcast_id):
        lines += 1
        named += may_have_stopped(line)
        reached |= numbers(line)
        status = str(line.get("status")).casefold()
        surely += status in wanted
        # Who has the message will not fail any more. A message that is only sent may.
        others += kind == "failed" and status in _LATER[1:] and not has_failed(line)
        if has_failed(line) and (at := failed_at(line) or undated) and (then := retry_at(code_of(line), at)):
            again.append(then)
    if named and kind in ("sent", "failed"):
        raise telemetry.refused("stopped_marketing", _stopped(broadcast_id, len(failures.stopped) or named))
    if kind == "failed" and (unread := failures.codes[UNREAD]):
        log.warning(
            "broadcast %s: it can't be read why %s failed, so they may have stopped your marketing messages (131050). "
            "The retarget goes to them all the same",
            *(broadcast_id, counted(unread, "recipient")),
        )
    policy, opted_out, refused = client.account.policy, list[str](), 0

    def is_reached(person: Mapping[str, Any]) -> bool | None:
        return bool(numbers(person) & reached) if policy.protects(person) else None

    for kind in ("contact", "client"):
        of_kind = _everybody(client, kind, is_reached)
        opted_out += (f"{kind} {id}" for id in of_kind)
        refused += sum(of_kind.values())
    requests = counted(client.requests - before, "request")
    log.info("broadcast %s had %s, read in %s", broadcast_id, counted(lines, "recipient"), requests)
    refused += len(client.state.forgotten(client.account.id).refused(reached))
    if refused:
        raise telemetry.refused(
            "opted_out",
            f"{counted(refused, 'recipient')} of broadcast {broadcast_id} opted out or asked to be forgotten since. "
            "It is not "
            "documented whether a retarget leaves them out, so nothing was sent: make a segment of the others "
            "(ensure_audience)",
        )
    # A broadcast starts at a whole second.
    not_before = max(again).replace(microsecond=0) + timedelta(seconds=1) if again and wanted == {"failed"} else None
    seconds = round(time.monotonic() - began, 1)
    return Audience(surely, lines - others, {}, _fingerprint(opted_out), seconds, not_before=not_before)


def _stopped(broadcast_id: str, count: int) -> str:
    """Why a retarget is refused whose recipients stopped marketing, and what to do instead."""
    return (
        f"{counted(count, 'recipient')} of broadcast {broadcast_id} stopped your marketing messages in WhatsApp "
        "(131050). It is not documented whether a retarget leaves them out, so nothing was sent: suppress_unreachable "
        "gives them the opt-out tag, failed_recipients finds who may be tried again, and ensure_audience makes their "
        "segment"
    )


def _fingerprint(opted_out: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(opted_out)).encode()).hexdigest()[:32]
