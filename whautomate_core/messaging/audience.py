"""Whom a broadcast reaches: its segments, and how many people they hold. The API lists no members, so they are counted
by reading all contacts or clients."""

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

from whautomate_core.api import clients, contacts
from whautomate_core.api.broadcasts import list_broadcast_logs
from whautomate_core.api.call import Call
from whautomate_core.api.records import Segment
from whautomate_core.client.client import Client
from whautomate_core.client.guard import may_hold
from whautomate_core.client.whole import require_agreed
from whautomate_core.errors import PolicyRefused
from whautomate_core.messaging.delivery import moment
from whautomate_core.policy import Policy, numbers
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class Audience:
    """How many people segments hold. Where the vendor's reading of a criterion isn't documented, a span."""

    least: int
    """Numbers that they hold by the narrowest reading: all of several tags, the segment's own location."""
    most: int
    """People that they may hold by the widest: any of the tags, anywhere, whatever other criteria say."""
    excluded: dict[str, int] = field(default_factory=dict)
    """Left out, by the tag they are left out for; who holds two of them counts for both."""
    opt_outs: str = ""
    """Who has opted out, wherever they are, as a fingerprint: it changes when somebody does."""
    seconds: float = 0.0
    """How long counting took."""
    spellings: tuple[str, ...] = ()
    """The opt-out tags as they are spelt among the tags of who was read."""
    elsewhere: int = 0
    """How many of those whom it may reach have opted out through another contact or client with their number, or asked
    to be forgotten."""

    def __str__(self) -> str:
        people = str(self.most) if self.least == self.most else f"{self.least} to {self.most}"
        return f"{people} {'person' if people == '1' else 'people'}"


def count_audience(client: Client, segments: Sequence[Segment], *, now: datetime | None = None) -> Audience:
    """Read all contacts and clients, since an opt-out belongs to the person, and count who is in any of the segments.

    Raises: what `Client.send` does, `BudgetExceeded` where it takes more requests than the step may make;
        `ListUnstable` where a list changed whenever it was read.
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
        judge = functools.partial(_judged, client.account.policy, chosen, now=now)
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
    """What somebody counts for."""

    opt_outs: tuple[str, ...]
    is_chosen: bool
    number: str | None
    """Where a segment surely holds them."""
    left_out_for: frozenset[str]
    numbers: frozenset[str]


def _judged(
    policy: Policy, chosen: Sequence[Any], person: Mapping[str, Any], *, now: datetime | None
) -> _Judged | None:
    """What somebody counts for; None where for nothing."""
    opt_outs = tuple(filter(policy.is_opt_out, person["tags"])) if policy.protects(person) else ()
    theirs = frozenset(numbers(person))
    if any(may_hold(segment, person) for segment in chosen):
        surely = any(_surely_holds(segment, person, now) for segment in chosen)
        return _Judged(opt_outs, True, min(theirs) if surely else None, frozenset(), theirs)
    left_out_for = frozenset[str]().union(*(_left_out_for(segment, person) for segment in chosen))
    return _Judged(opt_outs, False, None, left_out_for, theirs) if opt_outs or left_out_for else None


def opted_out_clients(client: Client) -> frozenset[str]:
    """The numbers of all clients who have opted out."""
    policy = client.account.policy
    found = _everybody(client, "client", lambda person: numbers(person) if policy.protects(person) else None)
    return frozenset().union(*found.values())


def _everybody(client: Client, kind: str, judge: Callable[[Mapping[str, Any]], T | None]) -> dict[str, T]:
    """What is made of each of all contacts or clients, by id, as they were read last; without those it is None of.

    Raises: `ListUnstable` where the list changed whenever it was read.
    """
    found: dict[str, T] = {}

    def take(people: Sequence[Any], page: int) -> None:
        for person in people:
            # Nobody knows whom a record without an id is about: each counts.
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
    """The tags for which somebody is left out who would be chosen without them."""
    criteria = segment.get("criteria") or {}
    reached = may_hold({"criteria": {**criteria, "exclusionTags": []}}, person)
    return set(criteria.get("exclusionTags") or []) & set(person.get("tags") or []) if reached else set()


def _surely_holds(segment: Mapping[str, Any], person: Mapping[str, Any], now: datetime | None) -> bool:
    """Whether a segment chooses somebody however its criteria are read. What can't be told is no."""
    criteria = segment.get("criteria") or {}
    if not numbers(person) or not set(criteria.get("tags") or []) <= set(person.get("tags") or []):
        return False
    if criteria.get("contactStage") not in (None, "", person.get("stage")):
        return False
    if criteria.get("gender") and str(criteria["gender"]).casefold() != str(person.get("gender") or "").casefold():
        return False
    if any(criteria.get(name) is not None for name in ("ageFrom", "ageTo")):
        return False  # how old somebody is on which day isn't defined
    places = {place.get("id") for place in [*(criteria.get("primaryLocations") or []), segment.get("location") or {}]}
    there = (person.get("location") or person.get("primaryLocation") or {}).get("id")
    if not places - {None} <= {there}:
        return False
    days = criteria.get("numberOfDaysLastActivity")
    active = moment(person.get("lastActivity"))
    since = (now or datetime.now(UTC)) - timedelta(days=days or 0)
    return days is None or (active is not None and active >= since)


# --- recipients of another broadcast

_LATER = ("sent", "delivered", "read", "replied")
"""Each of these statuses says that the ones before it were reached as well."""


def count_recipients(client: Client, broadcast_id: str, kind: str) -> Audience:
    """Count whom another broadcast reached in a way, by its log, and make sure that none of them has opted out since,
    or asked to be forgotten.

    Args:
        kind: `sent`, `failed`, `delivered`, `read` or `replied`.

    Raises: `ListUnstable`; `PolicyRefused` where somebody has: whether the vendor leaves them out is not documented.
    """
    began, before = time.monotonic(), client.requests
    reached: set[str] = set()
    lines = surely = 0
    wanted = {"failed"} if kind == "failed" else set(_LATER[_LATER.index(kind) :])
    # Lines have no ids by which two readings could be compared, and none is ever deleted.
    for page in client.pages(list_broadcast_logs(broadcast_id)):
        for line in page:
            lines += 1
            reached |= numbers(line)
            surely += str(line.get("status")).casefold() in wanted
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
        raise PolicyRefused(
            f"{refused} of those whom broadcast {broadcast_id} reached have opted out or asked to be forgotten since, "
            "and whether a retarget leaves them out is not documented: make a segment of the others (ensure_audience)"
        )
    return Audience(surely, lines, {}, _fingerprint(opted_out), round(time.monotonic() - began, 1))


def _fingerprint(opted_out: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(opted_out)).encode()).hexdigest()[:32]
