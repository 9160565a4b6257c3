"""Whom our own state knows by a number or address: where a search shows nobody they are read by their ids."""

from __future__ import annotations

from collections.abc import Container, Iterator

from whautomate_core.call import Json
from whautomate_core.client import Client
from whautomate_core.errors import NotFound
from whautomate_core.sync.kinds import Kind, key_of, keys_of, other_keys
from whautomate_core.sync.rows import match_hash


def ids_in_ledger(client: Client, kind: Kind, field: str, value: str) -> list[str]:
    """The ids under which syncs that match people by this one field know somebody.

    Args:
        value: Of `phoneNumber` or `phone`, the digits from the country's code on.
    """
    match = (field,)
    name_of, key = match_hash(client.state, kind, match), key_of(match, {field: value})
    people = client.state.ledger(client.account.id).people([name_of(one) for one in (key, *other_keys(match, key))])
    return [one.id for one in people.values() if one.id is not None]


def read_known(client: Client, kind: Kind, field: str, value: str, seen: Container[str] = ()) -> Iterator[Json]:
    """Those whom syncs know by this field, as they are now, a request each. Whoever has changed since is left out.

    Args:
        seen: Ids of those who need not be read.
    """
    key = key_of((field,), {field: value})
    for id in ids_in_ledger(client, kind, field, value):
        if id in seen:
            continue
        try:
            record: Json = client.send(kind.get(id))
        except NotFound:
            continue
        if key in keys_of((field,), record):
            yield record
