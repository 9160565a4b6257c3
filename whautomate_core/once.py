"""A call that must happen once, however often its step runs and whatever dies in between.

Directly before it is sent, a claim on its key is written to the state database; only who wrote it may send. Whoever
finds an unsettled claim looks up what became of it, or stops: it is never sent twice on a guess.

Lists and searches show late what is new. So what a settled claim is about is read by its id before a list's silence is
believed, and until `SETTLE_AFTER` even that it can't be read is no proof that it is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from whautomate_core import settling
from whautomate_core.call import Call, Json, Repeat, summary
from whautomate_core.client import Client
from whautomate_core.errors import NotFound, OutcomeUnknown, StateUnavailable, WhautomateError
from whautomate_core.state import open_state
from whautomate_core.state.claims import Claim

log = logging.getLogger(__name__)

R = TypeVar("R")
Find = Callable[[bool], "R | None"]
"""Looks a record up; True: patiently, since it may have been made a moment ago."""


def send_once(
    client: Client,
    key: str,
    call: Call[R],
    result: Callable[[R], Any],
    *,
    find: Find[R] | None = None,
    payload: Mapping[str, Any] | None = None,
    note: Json | None = None,
    check: Callable[[], None] = lambda: None,
) -> tuple[Any, bool]:
    """Send a call under a key, or return what was stored of it when it was sent before.

    Args:
        key: Identity of the step; never what it sends or when. Calls that may be repeated need none and ignore it.
        result: Record -> what is stored and returned: small JSON without personal data.
        find: Looks up the record by something that is its own, such as a name that carries the key.
        payload: What of the call may not change under one key; the whole call by default.
        note: What is known before: it stands in the claim from the first, and in the result beside what `result` gives.
        check: Called with the claim and the permit in hand, directly before the call leaves. What it raises keeps the
            call from being sent, and releases the claim.

    Returns: the result, and whether this call sent it.

    Raises: `InvalidRequest` for a key that was used for something else; `OutcomeUnknown` where the outcome of this or
        an earlier attempt can't be found out; what `Client.send` raises.
    """
    if call.repeat is not Repeat.ONCE:
        return result(client.send(call)), True
    account, claims = client.account.id, open_state(client.account.state).claims
    what = f"{call.method} {call.path}"
    if payload is None:
        payload = {**(call.body or {}), **{f"id {i}": one for i, one in enumerate(call.ids, 1)}}
    mine: Claim | None = None

    def take() -> None:
        # With the permit in hand, directly before the call leaves: who dies waiting for one leaves no claim.
        nonlocal mine
        if mine is None:
            claim = claims.claim(account, key, payload, what, note)
            if not claim.mine:
                raise _Begun(claim)
            mine = claim

    def leave() -> None:
        take()
        check()

    def settle(record: R, noted: Json | None = note) -> Any:
        stored = result(record)
        if noted is not None:
            stored = {**noted, **stored}
        try:
            claims.settle(account, key, stored)
        except StateUnavailable:
            log.warning("%s has happened, but its claim could not be settled", what)
        return stored

    try:
        begun = claims.look(account, key, payload, what)
        if begun is not None:
            raise _Begun(begun)
        found: Any = find(False) if find else None
        if found is not None:
            take()
            return settle(found), False
        record = client.send(call, before=leave)
    except _Begun as error:
        if not error.claim.settled:
            return settle(_settled(error.claim, find), error.claim.result), False
        log.info("%s was sent before under this key: nothing is sent", what)
        return error.claim.result, False
    except OutcomeUnknown:
        after = find(True) if find else None
        if after is None:
            raise
        record = after
    except WhautomateError:
        # Of a call that must happen once every other error says that the server did nothing.
        if mine is not None:
            claims.release(account, key, made_by=mine.made_by)
        raise
    # Out of the reach of what releases: from here on it has happened.
    return settle(record), True


def make_once(
    client: Client, call: Call[R], key: str, find: Callable[[], R | None], read: Callable[[str], Call[R]]
) -> tuple[dict[str, Any], bool]:
    """Make a record, once among all who try. Where it was made under this key and is gone, it is made again.

    It is gone where neither `find` nor reading it by its id shows it, and it was made over `SETTLE_AFTER` ago.

    Args:
        key: What tells it from others of its kind, such as location and name.
        find: Looks it up by that.
        read: id -> the call that reads it.

    Returns: the record (what was sent of it and its id, where this call made it), and whether this call made it.

    Raises: what `send_once` does; `OutcomeUnknown` where it can't be read so soon after it was made.
    """
    claims, what = client.state.claims, f"{call.method} {call.path}"
    while True:
        # Others may make it with other fields: which ones it gets in the end is for the caller to compare.
        made, sent = send_once(client, key, call, partial(summary, call), find=lambda patiently: find(), payload={})
        if sent:
            return {**(call.body or {}), **made}, True
        claim = claims.look(client.account.id, key, {}, what)
        if claim is None or not claim.settled:
            continue  # it was released meanwhile, and another attempt may be making it
        record = read_made(client, claim, read)
        if record is not None:
            return dict(record), False  # type: ignore[call-overload]


def read_made(client: Client, claim: Claim, read: Callable[[str], Call[R]]) -> R | None:
    """What a settled claim is about, read by its id. None where it is gone: its claim is forgotten then.

    Raises: `OutcomeUnknown` where it can't be read so soon after it was made that this proves nothing.
    """
    try:
        return client.send(read(str(claim.result["id"])))
    except NotFound:
        if client.state.claims.lapse(claim):
            return None
    raise OutcomeUnknown(
        f"{claim.what} made {claim.result['id']} at {_time(claim.made_at)}, and it can't be read: it may have been "
        f"deleted. If it is still missing at {_time(claim.made_at + settling.SETTLE_AFTER)}, the next run makes it "
        f'again; `whautomate claims release "{claim.key}"` lets it do so at once'
    )


def list_made(
    client: Client,
    listed: Call[list[Any]],
    made: str,
    read: Callable[[str], Call[Any]],
    about: Callable[[Claim], bool] = lambda claim: True,
) -> Iterator[Any]:
    """The records of a list, and those made here so lately that it may not show them yet, read by their ids.

    Args:
        made: What made them: method and path template.
        about: Whether a claim may be about what the list is of. Each that is, and that the list doesn't show, costs a
            request.
    """
    seen = set[str]()
    for page in client.pages(listed):
        seen.update(str(one.get("id")) for one in page)
        yield from page
    for claim in client.state.claims.latest(client.account.id, made, seconds=settling.SETTLE_AFTER):
        id = made_id(claim)
        if id is not None and id not in seen and about(claim):
            with suppress(NotFound):
                yield client.send(read(id))


def made_id(claim: Claim) -> str | None:
    """The id of what a settled claim made, where its result tells it."""
    if not claim.settled or not isinstance(claim.result, Mapping):
        return None
    # Prefect's tasks keep beside the result where they were called.
    inner = claim.result.get("result")
    id = claim.result.get("id") or (isinstance(inner, Mapping) and inner.get("id"))
    return str(id) if id else None


class _Begun(Exception):
    """Another attempt has the claim."""

    def __init__(self, claim: Claim) -> None:
        super().__init__()
        self.claim = claim


def _settled(claim: Claim, find: Find[R] | None) -> R:
    """What became of a call that another attempt began."""
    found = find(True) if find else None
    if found is None:
        raise OutcomeUnknown(
            f"{claim.what} was begun at {_time(claim.made_at)} ({claim.made_by}) and did not end: it may have "
            f"happened, so it is not sent again. Look at Whautomate for what was made about then; "
            f'if there is nothing, `whautomate claims release "{claim.key}"` lets the next run send it'
        )
    return found


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
