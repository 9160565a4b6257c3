"""Forgetting a person: their contacts and clients are deleted, and so is what the state has of them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Collection
from typing import Any

from whautomate_core.api._people import anybody
from whautomate_core.api.call import Json
from whautomate_core.client.client import Client
from whautomate_core.client.once import PATIENCE
from whautomate_core.client.transport import LONGEST_REQUEST
from whautomate_core.errors import InvalidRequest, NotFound
from whautomate_core.people.kinds import CLIENTS, CONTACTS, Kind, key_of, match_hash, other_keys
from whautomate_core.people.known import read_ids, read_known
from whautomate_core.policy import digits, numbers
from whautomate_core.state import State
from whautomate_core.values.phones import canonical, e164, require_region, shared_digits, spellings, split_number

_ROUNDS = 3

_PATIENCE = (*PATIENCE, 12.8, 12.8)
"""Seconds before each check whether the requests of others have ended: in sum a little longer than one may take."""


def number_of_person(phone: str, region: str | None = None) -> str:
    """The canonical digits of a number as people write it. Raises `InvalidRequest`."""
    try:
        return canonical(digits(e164(phone, region and require_region(region))))
    except ValueError as error:  # a terminal's option is shorter than the argument of steps
        raise InvalidRequest(str(error).replace("default_region", "--region")) from None


def records_of(client: Client, number: str) -> dict[str, list[str]]:
    """The ids of the contacts (`contact`) and clients (`client`) with a number, from two searches and our own state."""
    of_clients, of_contacts = anybody(shared_digits(number))
    found: dict[str, list[str]] = {}
    for kind, search in ((CONTACTS, of_contacts), (CLIENTS, of_clients)):
        shown = [*itertools.chain.from_iterable(client.pages(search))]
        people = [*shown, *read_known(client, kind, kind.phone, number, {str(one.get("id")) for one in shown})]
        found[kind.name] = list(dict.fromkeys(str(one["id"]) for one in people if number in numbers(one)))
    return found


def forget(client: Client, number: str, records: dict[str, list[str]]) -> Json:
    """Delete a person's contacts and clients, and what the state has of them. They are not created or messaged again.

    If it is interrupted, run it again to finish: first it notes the number, as a keyed hash, then it removes what the
    state knows, and the records at Whautomate last. A sync may have created the person since `records` were searched
    for, so they are searched for again until no search shows anybody, three times at most.

    Args:
        number: In its canonical form.
        records: `records_of` it.

    Returns: `contacts` and `clients` that were deleted; `lines` that were removed from the state; `left`, how many
        contacts and clients the last search showed, each of which can still be read; `overwritten`, False where a
        SQLite file keeps what was removed until those who read it now end.
    """
    client.state.forgotten(client.account.id).add(number)
    _wait_for_creates(client)
    there = {kind: list(dict.fromkeys([*records[kind], *ids])) for kind, ids in records_of(client, number).items()}
    gone: dict[str, list[str]] = {"contact": [], "client": []}
    lines, deleted = 0, {"contacts": 0, "clients": 0}
    for _ in range(_ROUNDS):
        _note(client, number, there)
        lines += _erase(client, number, there)
        for kind in (CONTACTS, CLIENTS):
            deleted[f"{kind.name}s"] += sum([_delete(client, kind, id) for id in there[kind.name]])
            gone[kind.name] += there[kind.name]
        shown = records_of(client, number)
        # A list may show deleted people for a while: reading them tells.
        there = {
            kind.name: [
                id
                for id in shown[kind.name]
                if id not in gone[kind.name] or next(read_ids(client, kind, [id]), None) is not None
            ]
            for kind in (CONTACTS, CLIENTS)
        }
        if not any(there.values()):
            break
    # A sync that ran meanwhile may have noted them once more.
    lines += _erase(client, number, gone)
    overwritten = client.state.forgotten(client.account.id).overwrite()
    return {**deleted, "lines": lines, "left": sum(map(len, there.values())), "overwritten": overwritten}


def _note(client: Client, number: str, there: dict[str, list[str]]) -> None:
    """Note the addresses of records that are about to be deleted, and whether one of them has opted out."""
    forgotten = client.state.forgotten(client.account.id)
    for kind in (CONTACTS, CLIENTS):
        for record in read_ids(client, kind, there[kind.name]):
            if client.account.policy.protects(record):
                forgotten.add(number, opted_out=True)
            if email := record.get("email"):
                forgotten.add(str(email))


def _delete(client: Client, kind: Kind, id: str) -> bool:
    try:
        client.send(kind.delete(id, allow_protected=True))
    except NotFound:
        return False
    return True


def _wait_for_creates(client: Client) -> None:
    """Wait for the creates that were sent before the number was noted. Each ends within the time of a request."""
    forgotten = client.state.forgotten(client.account.id)
    begun = forgotten.creates_begun(LONGEST_REQUEST)
    for seconds in _PATIENCE:
        if not begun:
            return
        client.used.sleep(seconds)
        begun &= forgotten.creates_begun(LONGEST_REQUEST)


def forget_in_state(state: State, account: str, number: str) -> Json:
    """Forget a person in the state alone. Returns `lines` and `overwritten`."""
    forgotten = state.forgotten(account)
    forgotten.add(number)
    return {"lines": erase(state, account, number, ()), "overwritten": forgotten.overwrite()}


def _erase(client: Client, number: str, records: dict[str, list[str]]) -> int:
    return erase(client.state, client.account.id, number, [*records["contact"], *records["client"]])


def erase(state: State, account: str, number: str, ids: Collection[str]) -> int:
    """Remove what the state has of people with a number, or with one of these ids. Returns how many lines."""
    matches = [
        match_hash(state, kind, (kind.phone,))(one)
        for kind in (CONTACTS, CLIENTS)
        for key in [key_of((kind.phone,), {kind.phone: number})]
        for one in (key, *other_keys((kind.phone,), key))
    ]
    if any(one.opted_out for one in state.ledger(account).people(matches).values()):
        state.forgotten(account).add(number, opted_out=True)
    ids = {*ids, *itertools.chain.from_iterable(state.ledger(account).ids(matches).values())}
    return state.forgotten(account).erase(ids, matches, _about(state, number, ids))


def _about(state: State, number: str, ids: Collection[str]) -> Callable[[Any], bool]:
    """A function that tells whether a claim is about a person: by its key, by what was sent, or by what it created."""
    named: list[Any] = [[["number", number]], *ids, *({"id": one} for one in ids)]
    named += [[[kind, one]] for kind in ("contact", "client") for one in ids]
    for one in spellings(number):
        whole = f"+{one}"
        named += [whole, one, *({"phoneNumber": form} for form in (whole, one))]
    hashes = {state.secret.digest(one) for one in named}

    def is_about(claim: Any) -> bool:
        keys = [key for key in (claim.key, claim.named) if key]
        if any(key.rpartition(" ")[2] in hashes or _holds(key, number) or _names(key, ids) for key in keys):
            return True
        if hashes & {*json.loads(claim.payload).values()}:
            return True
        result = json.loads(claim.result) if claim.result else None
        return isinstance(result, dict) and (result.get("id") in ids or _inner_id(result) in ids)

    return is_about


def _inner_id(result: Json) -> Any:
    inner = result.get("result")
    return inner.get("id") if isinstance(inner, dict) else None


def _holds(key: str, number: str) -> bool:
    """Whether a key that the caller gave holds a number as people write it."""
    groups = [digits(one) for one in re.findall(r"[+\d][\d ()./-]*", key)]
    _, national = split_number(f"+{number}")
    return any(
        group in (national, f"0{national}") or any(one in group for one in spellings(number)) for group in groups
    )


def _names(key: str, ids: Collection[str]) -> bool:
    return any(part in ids for part in re.split(r"[\s/\"\[\],]+", key))
