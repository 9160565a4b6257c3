"""What is read directly before a call, and what is then sent: for the account's policy, and for PUT and tags.

One generator for both clients: it yields what is to be read, is sent what was read, and returns the call to send.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from whautomate_core.api import client_tags, clients, contact_tags, contacts, segments
from whautomate_core.api._people import anybody
from whautomate_core.api.call import Act, Call, Json, Repeat, merge, require_fitting, require_named
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.pages import Pages
from whautomate_core.client.steps import Read, Rest
from whautomate_core.errors import InvalidRequest, NotFound, PolicyRefused
from whautomate_core.policy import Policy, digits, held_tags, numbers, readings, tag_names
from whautomate_core.values.phones import canonical, shared_digits
from whautomate_core.values.words import counted

log = logging.getLogger(__name__)

R = TypeVar("R")

_NUMBER = {"phoneNumber", "countryCode", "phone"}

SENDS = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BROADCAST}
"""What sends messages by itself, and not through an automation."""

CONCERNS = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BOOK, Act.CREATE, Act.CHANGE, Act.TAG}
"""What makes somebody, or may message somebody, by itself or through an automation."""

_REACHES = {Act.MESSAGE, Act.FREE_MESSAGE, Act.BOOK, Act.TAG, Act.CHANGE}
"""What may message somebody who exists, by itself or through an automation: their number is asked for in both kinds."""

_WAY_PAST = "set allow_protected=True only after a deliberate human decision"


Steps = Generator[Read | Rest, Any, "Call[R] | None"]
Everything = Callable[[Call[Any]], Generator[Call[Any] | Rest, Any, list[Any]]]
"""What reads a whole list."""


def prepare(
    call: Call[R],
    policy: Policy,
    *,
    puts_merge: bool = False,
    everything: Everything | None = None,
    cleared: Cleared | None = None,
    forgets: bool = False,
) -> Steps[R]:
    """Work out what is sent of a call. None: there is nothing to do, and what was read last is the answer.

    Args:
        puts_merge: Whether it is known that PUT keeps the fields it doesn't name.
        forgets: Whether somebody of the account asked to be forgotten: whom the call names by an id is read then.
        everything: What reads a whole list, for broadcasts.
        cleared: Who was asked about a moment ago.

    Raises: `PolicyRefused`.
    """
    _refuse_unread(call, policy)
    if call.act is Act.BROADCAST:
        body = call.body or {}
        if call.merge:  # what isn't named stays, such as a broadcast to retarget
            body = merge((yield from _record(call.reads[0])), body)
        assert everything is not None
        yield from _audience_is_permitted(call, body, policy, everything)
    merges = call.merge and not puts_merge
    asked = call.act not in (None, Act.BROADCAST) and _asks(call, policy)
    cleared = Cleared() if cleared is None else cleared
    if asked and _asks_for_the_number(call, cleared):
        who = (yield from _read(call)) if call.person is None else [call.person]
        people = yield from _people_are_permitted(call, who, policy)
        if call.remaining_body and call.remaining_body(who[0]) is None:
            return None
        if any(_touches(call, person, policy) for person in people):
            yield from _numbers_are_permitted(call, _before_and_after(call, people), policy, cleared)
        if call.person is not None or call.act is Act.BOOK:
            return call
        # What was read is some requests old by now.
    looks = asked or (forgets and _names_somebody(call))
    # After a booking, whose it is has to be read.
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

    After an unknown outcome the record is read after all.

    Args:
        cleared: Whether it is known too that nobody with the person's number has opted out; else they are asked for.

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
    # Without the reading nothing tells what an attempt before has done.
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
    """Whether a call makes somebody, or may message somebody. To note an opt-out does neither."""
    if call.act is Act.TAG and all(map(policy.is_opt_out, (call.body or {})["tags"])):
        return False
    return call.act in CONCERNS


def may_skip_reading(call: Call[Any]) -> bool:
    """Whether a call that concerns somebody may be sent without reading whom it names by an id."""
    return call.act in CONCERNS and (call.allow_protected or call.act is Act.CHANGE) and _names_somebody(call)


def _names_somebody(call: Call[Any]) -> bool:
    """Whether a call names somebody by an id, and what shows their number is their record."""
    return any(call.act is Act.BOOK or read.answer is not list for read in call.reads)


def _asks(call: Call[Any], policy: Policy) -> bool:
    """Whether the policy has to see whom the call concerns."""
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
        # Otherwise nothing of it can take an opt-out away or fire an automation.
        return not call.merge or bool(body.keys() & {"tags", "stage", *_NUMBER})
    return True


def _refuse_unread(call: Call[Any], policy: Policy) -> None:
    """Refuse what can be told from the call alone."""
    if call.act in SENDS and policy.sends == "off":
        raise PolicyRefused(f"{_name(call)}: sends are off for this account (its setting sends)")
    if call.act is Act.UNTAG and not call.allow_protected:
        for tag in filter(policy.is_opt_out, (call.body or {})["tags"]):
            raise PolicyRefused(f"{_name(call)}: {tag!r} is an opt-out tag, which is never taken away; {_WAY_PAST}")
    if call.act is Act.BOOK and not call.reads and not call.allow_protected:
        raise PolicyRefused(f"{_name(call)}: it names no client, so nobody can tell who opted out; {_WAY_PAST}")


def _asks_for_the_number(call: Call[Any], cleared: Cleared) -> bool:
    """Whether a call that names a record may reach a person, who may have opted out through another record."""
    if call.act not in _REACHES or call.allow_protected or call.cleared:
        return False
    if call.person is not None:
        return True
    records = [read for read in call.reads if read.answer is not list]
    if not records:
        return call.act is Act.BOOK  # else the number is in the body, and what is read is who has it
    return len(records) < len(call.reads) or not all(read.url in cleared for read in records)


def _read(call: Call[Any], *, last: bool = False) -> Generator[Read, Any, list[Any]]:
    """What the reads of a call show, each a record or a list; `last`: what is sent follows."""
    found: list[Any] = []
    for number, read in enumerate(call.reads, 1):
        ends = last and number == len(call.reads)
        found.append((yield from (read_all if read.answer is list else _record)(read, last=ends)))
    for one in found:
        if not isinstance(one, list):
            require_fitting(call, one)
    return found


def _before_and_after(call: Call[Any], people: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The people, and with them who they become where a call gives them another number: that may be of somebody else,
    who has opted out."""
    number = {name: value for name, value in (call.body or {}).items() if name in _NUMBER}
    if call.act is not Act.CHANGE or not number:
        return people
    return [*people, *({**person, **number} for person in people)]


def _numbers_are_permitted(
    call: Call[Any], people: list[Mapping[str, Any]], policy: Policy, cleared: Cleared
) -> Generator[Read, Any, None]:
    """Raise `PolicyRefused` where somebody with the number of one of the people has opted out, in either kind.

    Where they have none, their e-mail address is all that can be asked for.
    """
    for person in people:
        names, email = numbers(person), str(person.get("email") or "").strip()
        names = names or ({email.casefold()} if email else set())
        if not names or all(name in cleared for name in names):
            continue
        # The digits that end one reading of a client's number end the other too.
        about = min(map(shared_digits, numbers(person)), key=len, default=email)
        of_clients, of_contacts = anybody(about)
        sent_next = person is people[-1] and (call.person is not None or call.act is Act.BOOK)
        found = yield from read_all(of_contacts)
        found += yield from read_all(of_clients, last=sent_next)
        if any(policy.protects(one) for one in found if _is_meant(one, person)):
            raise PolicyRefused(
                f"{_name(call)}: another contact or client of the same person has opted out; {_WAY_PAST}"
            )
        cleared.add(names)
    cleared.add(read.url for read in call.reads if read.answer is not list)


def _people_are_permitted(
    call: Call[Any], found: list[Any], policy: Policy
) -> Generator[Read, Any, list[Mapping[str, Any]]]:
    """The people found. Raises `PolicyRefused` unless the call may concern them."""
    people: list[Mapping[str, Any]] = []
    for one in found:
        people += [each for each in one if _is_meant(each, call.body or {})] if isinstance(one, list) else [one]
    if call.act is Act.BOOK and not people:
        raise NotFound(f"{_name(call)}: the class has no participant of that id")
    if call.act is Act.DROP_TAG:
        if any(policy.is_opt_out(str(tag.get("name"))) for tag in people):
            raise PolicyRefused(f"{_name(call)}: it is an opt-out tag, and everybody would lose it; {_WAY_PAST}")
        return []
    if call.act is Act.BOOK:
        people = yield from _clients_of(people)
    if call.act in SENDS and policy.sends == "listed":
        reached = set[str]().union(*map(numbers, people), numbers((call.body or {}).get("recepient") or {}))
        if not policy.lists(reached):
            raise PolicyRefused(
                f"{_name(call)}: sends go to listed numbers only, and this is none (its setting listed)"
            )
    if not call.allow_protected and any(_is_harmed(call, person, policy) for person in people):
        raise PolicyRefused(f"{_name(call)}: the person has opted out; {_WAY_PAST}")
    if call.act is Act.FREE_MESSAGE:
        _warn_without_session(call, people)
    return people


def _as_spelt(call: Call[R], people: list[Mapping[str, Any]]) -> Call[R]:
    """The call with a number spelt as the server has it, since of another spelling it would make somebody anew."""
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
    """Say that a message without a template will hardly arrive: the person has not been active for a day.

    `lastActivity` is all that is known of it (webhook payload); whether it moves with outgoing messages is not.
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
                _name(call),
            )


def _is_harmed(call: Call[Any], person: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the call does to somebody who opted out what it must not."""
    if not policy.protects(person):
        return False
    if _touches(call, person, policy):
        return True
    after: Json = call.body or {}
    if "tags" not in after:
        return not call.merge  # where PUT replaces, what isn't sent is gone
    return any(policy.is_opt_out(tag) for tag in set(person["tags"]) - set(after["tags"] or []))


def _touches(call: Call[Any], person: Mapping[str, Any], policy: Policy) -> bool:
    """Whether the call may message somebody, by itself or through an automation, or hide who they are."""
    if call.act is not Act.CHANGE:
        return True
    after: Json = call.body or {}
    held, tags = set(person.get("tags") or []), after.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidRequest("tags must be a list of names")  # they may have come unchecked through `extra`
    gains = any(not policy.is_opt_out(tag) for tag in set(tags) - held)
    # Under another number nobody would know any more that this one has opted out.
    moves = bool(after.keys() & _NUMBER) and numbers(after) != numbers(person)
    return gains or moves or after.get("stage", person.get("stage")) != person.get("stage")


def _is_meant(person: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether somebody found by searching is whom a body is about: by number, or by e-mail where it has none."""
    if body.get("participantId"):
        return bool(person.get("id") == body["participantId"])
    about = body.get("recepient") or body
    wanted = numbers(about)
    if wanted:
        return bool(wanted & numbers(person))
    email = str(about.get("email") or "").casefold()
    return bool(email) and str(person.get("email") or "").casefold() == email


def _clients_of(bookings: list[Mapping[str, Any]]) -> Generator[Read, Any, list[Mapping[str, Any]]]:
    """The clients of bookings; what is a client already stays."""
    found: list[Mapping[str, Any]] = []
    for booking in bookings:
        client = booking.get("client")
        found.append((yield from _record(clients.get_client(client["id"]))) if client else booking)
    return found


# --- audiences


def _audience_is_permitted(
    call: Call[Any], body: Mapping[str, Any], policy: Policy, everything: Everything
) -> Steps[None]:
    """Raise `PolicyRefused` unless a broadcast reaches nobody who opted out, and only whom it may."""
    chosen: list[Json] = []
    for reference in body.get("segments") or []:
        chosen.append((yield from _record(segments.get_segment(reference["id"]))))
    others = [name for name in ("targetClass", "retargetBroadcast") if body.get(name)]
    if policy.sends == "listed" and (
        others or not chosen or not all(policy.lists((str(one.get("name")), str(one.get("id")))) for one in chosen)
    ):
        raise PolicyRefused(f"{_name(call)}: sends go to listed segments only, which not all are (setting listed)")
    if not call.allow_protected:
        if others or not chosen:
            raise PolicyRefused(
                f"{_name(call)}: whom {' and '.join(others) or 'a broadcast without segments'} reaches can't be "
                f"checked for people who opted out: name segments that exclude them; {_WAY_PAST}"
            )
        for kind in sorted({str(segment.get("type") or "contact") for segment in chosen}):
            # Where everybody was read a moment ago, so were the tags that they have.
            tags = [] if call.cleared else (yield from _read_whole(everything(tags_of(kind))))
            excluding = policy.spellings(str(tag["name"]) for tag in tags if tag.get("name"))
            for segment in chosen:
                if str(segment.get("type") or "contact") == kind:
                    require_exclusion(segment, excluding)
    if policy.max_recipients is not None:
        yield from _require_few(call, chosen, others, policy.max_recipients, everything)
    return None


def _read_whole(reading: Generator[Call[Any] | Rest, Any, list[Any]]) -> Generator[Read | Rest, Any, list[Any]]:
    answer = None
    while True:
        try:
            step = reading.send(answer)
        except StopIteration as end:
            found: list[Any] = end.value
            return found
        answer = yield step if isinstance(step, Rest) else Read(step)


def tags_of(kind: str) -> Call[Any]:
    """The list of the tags of `contact` or `client`."""
    return client_tags.list_client_tags() if kind == "client" else contact_tags.list_contact_tags()


def _record(read: Call[Any], *, last: bool = False) -> Generator[Read, Any, Json]:
    """The record that is read. Raises `WrongRecord` unless it is the one that was asked for."""
    record: Json = yield Read(read, last)
    require_named(read, record)
    return record


def read_all(listed: Call[Any], *, last: bool = False) -> Generator[Read, Any, list[Any]]:
    """Every record of a list; `last`: as a rule one page is all of it, and what is sent follows."""
    pages, records = Pages(listed), list[Any]()
    while not pages.done:
        records += pages.take((yield Read(pages.next_call(), last)))
    return records


def require_exclusion(segment: Mapping[str, Any], tags: Iterable[str]) -> None:
    """Raise `PolicyRefused` unless a segment leaves out who holds any of these tags."""
    excluded = (segment.get("criteria") or {}).get("exclusionTags") or []
    missing = [tag for tag in tags if tag not in excluded]
    if missing:
        raise PolicyRefused(
            f"segment {str(segment.get('name') or segment.get('id'))!r} would message people who opted out: "
            f"add {', '.join(missing)} to its exclusionTags (criteria.exclusionTags)"
        )


def _require_few(
    call: Call[Any], chosen: list[Json], others: list[str], most: int, everything: Everything
) -> Steps[None]:
    """Raise `PolicyRefused` where the audience may be larger than it may be. What can't be told counts as everybody."""
    if others:
        raise PolicyRefused(f"{_name(call)}: the audience of {' and '.join(others)} can't be counted (max_recipients)")
    reached: set[str] = set()
    for kind, listed in (("contact", contacts.list_contacts()), ("client", clients.list_clients())):
        of_kind = [segment for segment in chosen if str(segment.get("type") or "contact") == kind]
        people = (yield from _read_whole(everything(listed))) if of_kind else []
        reached |= {str(one["id"]) for one in people if any(may_hold(segment, one) for segment in of_kind)}
    if len(reached) > most:
        raise PolicyRefused(
            f"{_name(call)}: up to {counted(len(reached), 'person')} would get it, and max_recipients is {most}"
        )
    return None


def may_hold(segment: Mapping[str, Any], person: Mapping[str, Any]) -> bool:
    """Whether a segment may choose somebody. Whether several tags mean any or all is not documented: any."""
    criteria, held = segment.get("criteria") or {}, set(held_tags(person))
    wanted, unwanted = (
        set(tag_names(criteria.get(name), f"the {name} of a segment", "whom it chooses"))
        for name in ("tags", "exclusionTags")
    )
    return (not wanted or bool(wanted & held)) and not unwanted & held


def _name(call: Call[Any]) -> str:
    return f"{call.method} {call.path}"
