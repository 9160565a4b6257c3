"""Calls that must happen once, however often their step runs and whatever crashes in between.

Directly before such a call is sent, a claim on its key is written to the state database. Only the attempt that wrote
the claim may send. An attempt that finds an unsettled claim looks up what became of the call, or stops: nothing is sent
twice on a guess.

Lists and searches show new records late. So a record that a settled claim made is read by its id before its absence
from a list is believed. Until `SETTLE_AFTER`, even a record that can't be read may still exist.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from whautomate_core.api.call import Call, Json, Repeat, summary
from whautomate_core.api.endpoint import endpoint_of_call
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Once, Step, about_of, identity_of, naming, resolved
from whautomate_core.errors import NotFound, OutcomeUnknown, StateUnavailable, WhautomateError
from whautomate_core.state.claims import Claim, attempt
from whautomate_core.values import settling

log = logging.getLogger(__name__)

R = TypeVar("R")
Find = Callable[[bool], "R | None"]
"""Looks a record up. Its argument says whether to be patient, because the record may have been made a moment ago."""

PATIENCE = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 12.8)
"""Seconds to wait before each look, while another attempt has the claim and is still working. Their sum is a little
longer than a request may take."""


def send_once(
    client: Client,
    key: str | Step,
    call: Call[R],
    result: Callable[[R], Any],
    *,
    named: str | None = None,
    find: Find[R] | None = None,
    payload: Mapping[str, Any] | None = None,
    note: Json | None = None,
    check: Callable[[], None] = lambda: None,
    met: Callable[[Claim], object] = lambda claim: None,
) -> tuple[Any, bool]:
    """Send a call under a key, or return the stored result if it was sent before.

    Args:
        key: Identifies the call, never by what it says or when; or the step that sends it. In a step a call happens
            once for what it is about (`identity.py`). Calls that may be repeated ignore the key.
        result: Record -> what is stored and returned: small JSON without personal data.
        named: Another key by which the claim is found.
        find: Looks up the record by something unique, such as a name that contains the key.
        payload: The part of the call that may not change under one key; the whole call by default.
        note: What is known before sending. It is in the claim from the start, and in the result beside what `result`
            gives.
        check: Called directly before the call leaves, after the claim and the permit were taken. An error that it
            raises keeps the call from being sent, and releases the claim.
        met: Called with the claim of an earlier attempt that has sent the call.

    Returns: the result, and whether this call sent it.

    Raises: `InvalidRequest` for a key that was used for something else; `OutcomeUnknown` if the outcome of this or an
        earlier attempt can't be found out; what `Client.send` raises.
    """
    if call.repeat is not Repeat.ONCE:
        return result(client.send(call)), True
    asked = _asked(client, key, named, call, payload)
    for patience in (*PATIENCE, None):
        try:
            return _sent(client, asked, call, result, find, note, check), True
        except _Found as error:
            return error.result, False
        except _Begun as error:
            claim = error.claim
        if claim.settled:
            met(claim)
            return claim.result, False
        if patience is None:
            break
        if _is_under_way(claim):
            client.used.sleep(patience)
        elif _is_open_still(client, claim):
            break
    stored = _settle(client, claim, result(_outcome(client, claim, find)), claim.result)
    met(claim)
    return stored, False


@dataclass(frozen=True)
class _Asked:
    """The key and payload of a call that happens once."""

    what: str
    key: str
    """The key by what the call itself names."""
    payload: Mapping[str, Any]
    resolved: Callable[[list[Any]], str]
    """The records that were read before the call -> its key by the person or booking that it is about."""
    naming: Collection[str] = ()
    """The fields of the payload that are not compared, because they name what it is about."""


def _asked(
    client: Client, key: str | Step, named: str | None, call: Call[Any], payload: Mapping[str, Any] | None
) -> _Asked:
    what = call.request
    whole = {**(call.body or {}), **{f"id {i}": one for i, one in enumerate(call.ids, 1)}}
    if not isinstance(key, Step):
        return _Asked(what, named or key, whole if payload is None else payload, lambda seen: key)
    step, state, id = key, client.state, endpoint_of_call(call).id
    before = step.find_before(state, client.account.id, Once(id, what, call, whole))
    if before is not None:
        return _Asked(what, before, whole, lambda seen: before)

    def resolve(seen: list[Any]) -> str:
        return step.key(state, id, resolved(call, seen, client.send))

    return _Asked(what, step.key(state, id, about_of(call)), whole, resolve, naming(call))


def _sent(
    client: Client,
    asked: _Asked,
    call: Call[R],
    result: Callable[[R], Any],
    find: Find[R] | None,
    note: Json | None,
    check: Callable[[], None],
) -> Any:
    """Send a call and store its result. Raises `_Begun` if another attempt has the claim, `_Found` if the record exists
    already."""
    account, claims = client.account.id, client.state.claims
    seen: list[Any] = []
    mine: Claim | None = None
    by = attempt(client.run)

    def take() -> Claim:
        # Directly before the call leaves, after its permit was granted: a crash while waiting for one leaves no claim.
        nonlocal mine
        if mine is None:
            claim = claims.claim(
                account,
                asked.resolved(seen),
                asked.payload,
                asked.what,
                note,
                named=asked.key,
                naming=asked.naming,
                by=by,
            )
            if not claim.mine:
                raise _Begun(claim)
            mine = claim
        return mine

    def leave() -> None:
        take()
        check()

    _under_way.add(by)  # before there is a claim that others may meet
    try:
        try:
            begun = claims.look(account, asked.key, asked.payload, asked.what, naming=asked.naming)
            if begun is not None:
                raise _Begun(begun)
            found: Any = find(False) if find else None
            if found is not None:
                take()
            else:
                record = client.send(call, before=leave, read=seen.append)
        except OutcomeUnknown:
            after = find(True) if find else None
            if after is None:
                raise
            record = after
        except WhautomateError:
            # For a call that must happen once, every other error means that the server did nothing.
            if mine is not None:
                claims.release(account, mine.key, made_by=mine.made_by)
            raise
        # Outside of the `try` that releases the claim: from here on the call has happened.
        if found is not None:
            raise _Found(_settle(client, take(), result(found), note))
        return _settle(client, take(), result(record), note)
    finally:
        _under_way.discard(by)


def _settle(client: Client, claim: Claim, stored: Any, noted: Json | None) -> Any:
    """Store the result of a call together with its note, and return both."""
    if noted is not None:
        stored = {**noted, **stored}
    try:
        client.state.claims.settle(claim.account, claim.key, stored)
    except StateUnavailable:
        log.warning("%s has happened, but its claim could not be settled", claim.what)
    return stored


def make_once(
    client: Client,
    call: Call[R],
    key: str,
    find: Callable[[], R | None],
    read: Callable[[str], Call[R]],
) -> tuple[dict[str, Any], bool]:
    """Make a record, once among all attempts. If it was made under this key and is gone, it is made again.

    It is gone if neither `find` nor reading it by its id shows it, and it was made over `SETTLE_AFTER` ago.

    Args:
        key: Distinguishes it from others of its kind, such as location and name.
        find: Looks it up by that.
        read: id -> the call that reads it.

    Returns: the record (the sent fields and its id, if this call made it), and whether this call made it.

    Raises: what `send_once` raises; `OutcomeUnknown` if it can't be read so soon after it was made.
    """
    claims, what = client.state.claims, call.request
    for id in made_alike(client, call):
        with suppress(NotFound):
            return dict(client.send(read(id))), False  # type: ignore[call-overload]
    while True:
        # Others may make it with other fields. The caller compares which ones it has in the end.
        made, sent = send_once(client, key, call, partial(summary, call), find=lambda patiently: find(), payload={})
        if sent:
            return {**(call.body or {}), **made}, True
        claim = claims.look(client.account.id, key, {}, what)
        if claim is None or not claim.settled:
            continue  # it was released meanwhile, and another attempt may be making the record
        record = read_made(client, claim, read)
        if record is not None:
            return dict(record), False  # type: ignore[call-overload]


def made_alike(client: Client, call: Call[Any]) -> list[str]:
    """The ids of records that steps made lately with single calls, and that have the same identity as this one."""
    body = call.body or {}
    hashed = client.state.claims.hashes({field: body[field] for field in identity_of(call).fields(body)})
    lately = client.state.claims.latest(client.account.id, call.request, seconds=settling.SETTLE_AFTER)
    return [id for one in lately if hashed.items() <= one.payload.items() and (id := made_id(one))]


def read_made(client: Client, claim: Claim, read: Callable[[str], Call[R]]) -> R | None:
    """The record that a settled claim made, read by its id. None if it is gone: the claim is then forgotten.

    Raises: `OutcomeUnknown` if it can't be read, but so soon after it was made that this proves nothing.
    """
    try:
        return client.send(read(str(claim.result["id"])))
    except NotFound:
        if client.state.claims.lapse(claim):
            return None
    raise OutcomeUnknown(
        f"{claim.what} made {claim.result['id']} at {_time(claim.made_at)}, and it can't be read: it may have been "
        f"deleted. If it is still missing at {_time(claim.made_at + settling.SETTLE_AFTER)}, the next run makes it "
        f"again; {_release(client, claim)} lets it do so at once"
    )


def _release(client: Client, claim: Claim) -> str:
    return client.account.command(f'claims release "{claim.key}"')


def with_made(
    client: Client,
    listed: Iterable[Any],
    made: str,
    read: Callable[[str], Call[Any]],
    about: Callable[[Claim], bool] = lambda claim: True,
) -> Iterator[Any]:
    """The records of a list, then those made here so lately that the list may not show them yet, read by their ids.

    Args:
        made: The request that made them: method and path template.
        about: Whether a claim may belong to this list. Each that does, and that the list doesn't show, costs a request.
    """
    seen = set[str]()
    for one in listed:
        seen.add(str(one.get("id")))
        yield one
    for claim in client.state.claims.latest(client.account.id, made, seconds=settling.SETTLE_AFTER):
        id = made_id(claim)
        if id is not None and id not in seen and about(claim):
            with suppress(NotFound):
                yield client.send(read(id))


def made_id(claim: Claim) -> str | None:
    """The id of the record that a settled claim made, if its result has one."""
    if not claim.settled or not isinstance(claim.result, Mapping):
        return None
    # Prefect's tasks store their result together with where they were called.
    inner = claim.result.get("result")
    id = claim.result.get("id") or (isinstance(inner, Mapping) and inner.get("id"))
    return str(id) if id else None


class _Begun(Exception):
    """Another attempt has the claim."""

    def __init__(self, claim: Claim) -> None:
        super().__init__()
        self.claim = claim


class _Found(Exception):
    """The record exists already."""

    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


_under_way: set[str] = set()
"""The attempts of this process that are working now, as claims name them."""


def _is_under_way(claim: Claim) -> bool:
    """Whether the attempt that has a claim may still be working: a mapped task beside this one, about the same."""
    host, pid = claim.process
    if host == socket.gethostname() and pid == os.getpid():
        return claim.made_by in _under_way
    if time.time() - claim.made_at > sum(PATIENCE):
        return False
    if host != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # a process of another user
    return True


def _is_open_still(client: Client, claim: Claim) -> bool:
    """Whether an attempt that is no longer working has left its claim open, rather than just ended."""
    now = client.state.claims.get(claim.account, claim.key)
    return now is not None and not now.settled and now.made_by == claim.made_by


def _outcome(client: Client, claim: Claim, find: Find[R] | None) -> R:
    """The record of a call that another attempt began. Raises `OutcomeUnknown` if it can't be found."""
    found = find(True) if find else None
    if found is None and claim.confirmed:
        raise OutcomeUnknown(
            f"{claim.what} was begun at {_time(claim.made_at)} ({claim.made_by}) and did not end, and a person "
            "confirmed that it happened: it is not sent again, and has no result to go on with. If nothing needs the "
            f"result, mark this step as successful. If it did not happen after all, {_release(client, claim)} lets the "
            "next run send it"
        )
    if found is None:
        raise OutcomeUnknown(
            f"{claim.what} was begun at {_time(claim.made_at)} ({claim.made_by}) and did not end: it may have "
            f"happened, so it is not sent again. Check in Whautomate whether it was done about then; "
            f"if it was not, {_release(client, claim)} lets the next run send it"
        )
    return found


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
