"""The account's policy before a call: what is read directly before it, and what is then sent.

One generator for both clients: it yields what has to be read, is sent what was read, and returns the call to send. PUT
and tag calls use it too, since what they send depends on what is there.
"""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from whautomate_core import telemetry
from whautomate_core.api import lookups
from whautomate_core.api.call import Act, Call, Json, Repeat, merge, require_fitting
from whautomate_core.client.audience import audience_is_permitted
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.reads import Everything, read_list, read_record
from whautomate_core.client.steps import Read, Rest
from whautomate_core.errors import InvalidRequest, NotFound
from whautomate_core.policy import ALLOW_PROTECTED, Policy, digits, numbers, readings
from whautomate_core.values.phones import canonical, shared_digits

log = logging.getLogger(__name__)

R = TypeVar("R")

Steps = Generator[Read | Rest, Any, "Call[R] | None"]

SENDS = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BROADCAST}
"""Acts that send messages themselves, not through an automation."""

CONCERNS = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BOOK, Act.CREATE, Act.CHANGE, Act.TAG}
"""Acts that create a person, or may message one, directly or through an automation."""

_REACHES = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BOOK, Act.TAG, Act.CHANGE}
"""Acts that may message an existing person, directly or through an automation. Both kinds of people are searched for
the person's number."""

_NUMBER = {"phoneNumber", "countryCode", "phone"}


# --- the generator


def prepare(
    call: Call[R],
    policy: Policy,
    *,
    puts_merge: bool = False,
    everything: Everything | None = None,
    cleared: Cleared | None = None,
    forgets: bool = False,
) -> Steps[R]:
    """Work out what to send for a call. None: there is nothing to do, and what was read last is the answer.

    Args:
        puts_merge: Whether PUT is known to keep the fields that it doesn't name.
        everything: Reads a whole list; needed for broadcasts.
        cleared: The people who were found a moment ago not to have opted out.
        forgets: Whether somebody asked this account to be forgotten. People whom the call names by an id are then read.

    Raises: `PolicyRefused`.
    """
    _refuse_unread(call, policy)
    if call.act is Act.BROADCAST:
        body = call.body or {}
        if call.merge:  # fields that it doesn't name stay, such as a broadcast to retarget
            body = merge((yield from read_record(call.reads[0])), body)
        assert everything is not None
        yield from audience_is_permitted(call, body, policy, everything)
    merges = call.merge and not puts_merge
    asked = call.act not in (None, Act.BROADCAST) and _asks(call, policy)
    cleared = Cleared() if cleared is None else cleared
    if asked and _asks_for_the_number(call, cleared):
        found = (yield from _read(call)) if call.person is None else [call.person]
        people = yield from _people_are_permitted(call, found, policy)
        if call.remaining_body and call.remaining_body(found[0]) is None:
            return None
        if any(_touches(call, person, policy) for person in people):
            yield from _numbers_are_permitted(call, _before_and_after(call, people), policy, cleared)
        if call.person is not None or call.act is Act.BOOK:
            return call
        # What was read is some requests old by now, so it is read again.
    looks = asked or (forgets and _names_somebody(call))
    # For a booking, its client is read after it.
    last = call.act is not Act.BOOK
    found = (yield from _read(call, last=last)) if merges or call.remaining_body or looks else []
    if merges:
        call = replace(call, body=merge(found[0], call.body or {}))
    if looks:
        call = _as_spelt(call, (yield from _people_are_permitted(call, found, policy)))
    if call.remaining_body and found:
        rest = call.remaining_body(found[0])
        return None if rest is None else replace(call, body=rest)
    return call


def known(call: Call[R], record: Mapping[str, Any], policy: Policy, *, cleared: bool = False) -> Call[R] | None:
    """A call about a record that was read a moment ago, so that it is not read again; None: nothing is left to do.

    After an unknown outcome the record is read all the same.

    Args:
        cleared: Whether it is also known that nobody with the person's number has opted out. Else they are searched.

    Raises: `PolicyRefused`.
    """
    steps = prepare(replace(call, cleared=True), policy)
    try:
        steps.send(None)
        while True:
            steps.send(record)
    except StopIteration as end:
        rest: Call[R] | None = end.value
    if rest is None:
        return None
    # Without the reading nothing shows what an earlier attempt has done.
    retry_as = replace(call, cleared=cleared)
    return replace(
        rest,
        repeat=Repeat.ONCE,
        reads=(),
        merge=False,
        remaining_body=None,
        retry_as=retry_as,
        person=record,
        cleared=cleared,
    )


def concerns(call: Call[Any], policy: Policy) -> bool:
    """Whether a call creates a person or may message one. Noting an opt-out does neither."""
    if call.act is Act.TAG and all(map(policy.is_opt_out, (call.body or {})["tags"])):
        return False
    return call.act in CONCERNS


def may_skip_reading(call: Call[Any]) -> bool:
    """Whether a call about a person may be sent without reading the person that it names by an id."""
    return call.act in CONCERNS and (call.allow_protected or call.act is Act.CHANGE) and _names_somebody(call)


# --- what the policy needs to know


def _refuse_unread(call: Call[Any], policy: Policy) -> None:
    """Refuse what the call alone shows to be forbidden."""
    if call.act in SENDS and policy.sends == "off":
        raise telemetry.refused("sends_off", f"{call.request}: sends are off for this account (setting sends)")
    if call.act is Act.UNTAG and not call.allow_protected:
        for tag in filter(policy.is_opt_out, (call.body or {})["tags"]):
            raise telemetry.refused(
                "opt_out_tag", f"{call.request}: {tag!r} is an opt-out tag, which is never removed; {ALLOW_PROTECTED}"
            )
    if call.act is Act.BOOK and not call.reads and not call.allow_protected:
        raise telemetry.refused(
            "unknown_person",
            f"{call.request}: it names no client, so it can't be checked for an opt-out; {ALLOW_PROTECTED}",
        )


def _asks(call: Call[Any], policy: Policy) -> bool:
    """Whether the policy has to see the people that the call is about."""
    body = call.body or {}
    if not call.reads and call.person is None:
        return False
    if call.act in SENDS and policy.sends == "listed":
        return True
    if call.allow_protected:
        return False
    if call.act is Act.TAG:
        return not all(map(policy.is_opt_out, body["tags"]))  # an opt-out may always be noted
    if call.act is Act.CHANGE:
        # No other field can remove an opt-out or trigger an automation.
        return not call.merge or bool(body.keys() & {"tags", "stage", *_NUMBER})
    return True


def _asks_for_the_number(call: Call[Any], cleared: Cleared) -> bool:
    """Whether a call that names a record may reach a person who could have opted out through another record."""
    if call.act not in _REACHES or call.allow_protected or call.cleared:
        return False
    if call.person is not None:
        return True
    records = [read for read in call.reads if read.answer is not list]
    if not records:
        return call.act is Act.BOOK  # else the number is in the body, and `reads` finds everybody who has it
    return len(records) < len(call.reads) or not all(read.url in cleared for read in records)


def _names_somebody(call: Call[Any]) -> bool:
    """Whether a call names somebody by an id, so that only the record shows their number."""
    return any(call.act is Act.BOOK or read.answer is not list for read in call.reads)


def _read(call: Call[Any], *, last: bool = False) -> Generator[Read, Any, list[Any]]:
    """What the reads of a call show, each a record or a list.

    Args:
        last: Whether the call itself is sent directly after them.
    """
    found: list[Any] = []
    for number, read in enumerate(call.reads, 1):
        ends = last and number == len(call.reads)
        found.append((yield from (read_list if read.answer is list else read_record)(read, last=ends)))
    for one in found:
        if not isinstance(one, list):
            require_fitting(call, one)
    return found


# --- the people


def _people_are_permitted(
    call: Call[Any], found: list[Any], policy: Policy
) -> Generator[Read, Any, list[Mapping[str, Any]]]:
    """The people among what was read. Raises `PolicyRefused` unless the call may be about them."""
    people: list[Mapping[str, Any]] = []
    for one in found:
        people += [each for each in one if _is_meant(each, call.body or {})] if isinstance(one, list) else [one]
    if call.act is Act.BOOK and not people:
        raise NotFound(f"{call.request}: the class has no participant of that id")
    if call.act is Act.DROP_TAG:
        if any(policy.is_opt_out(str(tag.get("name"))) for tag in people):
            raise telemetry.refused(
                "opt_out_tag", f"{call.request}: it is an opt-out tag, and everybody would lose it; {ALLOW_PROTECTED}"
            )
        return []
    if call.act is Act.BOOK:
        people = yield from _clients_of(people)
    if call.act in SENDS and policy.sends == "listed":
        reached = set[str]().union(*map(numbers, people), numbers((call.body or {}).get("recepient") or {}))
        if not policy.lists(reached):
            raise telemetry.refused(
                "not_listed",
                f"{call.request}: sends go to listed numbers only, and this number is not listed (settings sends and "
                "listed)",
            )
    if not call.allow_protected and any(_is_harmed(call, person, policy) for person in people):
        raise telemetry.refused("opted_out", f"{call.request}: the person has opted out; {ALLOW_PROTECTED}")
    if call.act is Act.FREE_MESSAGE:
        _warn_without_session(call, people)
    return people


def _numbers_are_permitted(
    call: Call[Any], people: list[Mapping[str, Any]], policy: Policy, cleared: Cleared
) -> Generator[Read, Any, None]:
    """Raise `PolicyRefused` if a contact or client with the number of one of the people has opted out.

    People without a number are searched for by their e-mail address.
    """
    for person in people:
        names, email = numbers(person), str(person.get("email") or "").strip()
        names = names or ({email.casefold()} if email else set())
        if not names or all(name in cleared for name in names):
            continue
        # All readings of a client's number end with the same digits.
        about = min(map(shared_digits, numbers(person)), key=len, default=email)
        of_clients, of_contacts = lookups.anybody(about)
        sent_next = person is people[-1] and (call.person is not None or call.act is Act.BOOK)
        found = yield from read_list(of_contacts)
        found += yield from read_list(of_clients, last=sent_next)
        if any(policy.protects(one) for one in found if _is_meant(one, person)):
            raise telemetry.refused(
                "opted_out",
                f"{call.request}: another contact or client of the same person has opted out; {ALLOW_PROTECTED}",
            )
        cleared.add(names)
    cleared.add(read.url for read in call.reads if read.answer is not list)


def _before_and_after(call: Call[Any], people: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The people, and who they become if the call changes their number: the new number may be that of somebody else who
    has opted out."""
    number = {name: value for name, value in (call.body or {}).items() if name in _NUMBER}
    if call.act is not Act.CHANGE or not number:
        return people
    return [*people, *({**person, **number} for person in people)]


def _clients_of(bookings: list[Mapping[str, Any]]) -> Generator[Read, Any, list[Mapping[str, Any]]]:
    """The clients of bookings. A record that is a client already stays."""
    found: list[Mapping[str, Any]] = []
    for booking in bookings:
        client = booking.get("client")
        found.append((yield from read_record(lookups.client(client))) if client else booking)
    return found


def _is_harmed(call: Call[Any], person: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the call does something to an opted-out person that it must not do."""
    if not policy.protects(person):
        return False
    if _touches(call, person, policy):
        return True
    after: Json = call.body or {}
    if "tags" not in after:
        return not call.merge  # where PUT replaces, fields that aren't sent are lost
    return any(policy.is_opt_out(tag) for tag in set(person["tags"]) - set(after["tags"] or []))


def _touches(call: Call[Any], person: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the call may message a person, directly or through an automation, or hide who the person is."""
    if call.act is not Act.CHANGE:
        return True
    after: Json = call.body or {}
    held, tags = set(person.get("tags") or []), after.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidRequest("tags must be a list of names")  # they may have come unchecked through `extra`
    gains = any(not policy.is_opt_out(tag) for tag in set(tags) - held)
    # Under another number the person's opt-out would no longer be found.
    moves = bool(after.keys() & _NUMBER) and numbers(after) != numbers(person)
    return gains or moves or after.get("stage", person.get("stage")) != person.get("stage")


def _is_meant(person: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a person that a search found is the one in a body: by number, or by e-mail if the body has no number."""
    if body.get("participantId"):
        return bool(person.get("id") == body["participantId"])
    about = body.get("recepient") or body
    wanted = numbers(about)
    if wanted:
        return bool(wanted & numbers(person))
    email = str(about.get("email") or "").casefold()
    return bool(email) and str(person.get("email") or "").casefold() == email


def _as_spelt(call: Call[R], people: list[Mapping[str, Any]]) -> Call[R]:
    """The call with a number spelt as the server has it. In another spelling it would create the person again."""
    body = call.body or {}
    about: Json = body.get("recepient") or body
    if call.act not in {Act.MESSAGE, Act.FREE_MESSAGE, Act.CREATE} or not numbers(about):
        return call
    contacts_first = sorted(people, key=lambda person: "phoneNumber" not in person)
    held = [one for person in contacts_first for one in readings(person) if {canonical(one)} & numbers(about)]
    if not held or {*held} & {*readings(about)}:
        return call
    code = digits(str(about.get("countryCode") or ""))
    spelt = {"phoneNumber": f"+{held[0]}"} if "phoneNumber" in about else {"phone": held[0].removeprefix(code)}
    about = {**about, **spelt}
    return replace(call, body={**body, "recepient": about} if body.get("recepient") else about)


def _warn_without_session(call: Call[Any], people: list[Mapping[str, Any]]) -> None:
    """Warn that a message without a template will hardly arrive, because the person was not active for a day.

    Only `lastActivity` shows that (webhook payload). It is unknown whether outgoing messages move it.
    """
    since = datetime.now(UTC) - timedelta(hours=24)
    for person in people:
        try:
            active = datetime.fromisoformat(str(person.get("lastActivity") or "0001-01-01T00:00:00Z"))
        except ValueError:
            continue
        if "phoneNumber" in person and active.replace(tzinfo=active.tzinfo or UTC) < since:
            log.warning(
                "%s: the person was not active in the last 24 hours, and then only templates are delivered: "
                "use the sendtemplate call of the channel",
                call.request,
            )
