"""People whom our own state knows by a number or address: if a search does not show them, they are read by id."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from whautomate_core.api.call import Json
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.once import made_id
from whautomate_core.errors import NotFound, WrongRecord
from whautomate_core.people.kinds import CONTACTS, Kind, key_of, keys_of, match_hash, other_keys
from whautomate_core.policy import digits
from whautomate_core.values import settling
from whautomate_core.values.phones import canonical, spellings, split_number


class Known:
    """The ids that our own state has of people of a kind.

    They come from syncs, and from steps that created one person within `SETTLE_AFTER`.
    """

    def __init__(self, client: Client | AsyncClient, kind: Kind) -> None:
        self._client = client
        self._kind = kind
        account, made = client.account.id, f"POST {kind.list().path}"
        self._made: dict[object, str] = {}
        for claim in client.state.claims.latest(account, made, seconds=settling.SETTLE_AFTER):
            if id := made_id(claim):
                # Keys of steps end in what they are about. If the caller gave the key, what was sent says it.
                self._made.setdefault(claim.key.rpartition(" ")[2], id)
                self._made.setdefault(tuple(claim.payload.get(field) for field in kind.number), id)
                self._made.setdefault(("email", claim.payload.get("email")), id)

    def ids(self, field: str, value: str) -> list[str]:
        """The ids of people with this number (digits from the country code on), or this value in another field."""
        made = self.made(value) if field == self._kind.phone else self._made_with(field, value)
        return list(dict.fromkeys([*self._in_ledger(field, value), *made]))

    @property
    def has_made(self) -> bool:
        """Whether steps created anybody lately."""
        return bool(self._made)

    def made(self, number: str) -> list[str]:
        """The ids of people with a number whom steps created lately."""
        if not self._made or not number:
            return []
        digest = self._client.state.secret.digest
        spelt: list[object] = [digest([["number", canonical(number)]])]
        for one in spellings(number):
            parts = (f"+{one}",) if self._kind is CONTACTS else split_number(f"+{one}")
            spelt += [tuple(map(digest, parts)), tuple(digest(part.lstrip("+")) for part in parts)]
        return [self._made[one] for one in spelt if one in self._made]

    def _made_with(self, field: str, value: str) -> list[str]:
        id = self._made.get((field, self._client.state.secret.digest(value)))
        return [] if id is None else [id]

    def _in_ledger(self, field: str, value: str) -> list[str]:
        """The ids from syncs that match by this field alone, or wrote it."""
        match = (field,)
        hash_of, key = match_hash(self._client.state, self._kind, match), key_of(match, {field: value})
        ledger = self._client.state.ledger(self._client.account.id)
        found = ledger.ids([hash_of(one) for one in (key, *other_keys(match, key))])
        return list(dict.fromkeys(chain.from_iterable(found.values())))


def read_known(client: Client, kind: Kind, field: str, value: str, shown: Collection[str] = ()) -> Iterator[Json]:
    """Read the people whom our own state knows by a field, one request each. People who have changed are left out.

    Args:
        shown: The ids of people who were read already.
    """
    key = key_of((field,), {field: value})
    ids = Known(client, kind).ids(field, value)
    for record in read_ids(client, kind, [id for id in ids if id not in shown]):
        if key in keys_of((field,), record):
            yield record


def read_ids(client: Client, kind: Kind, ids: Iterable[str]) -> Iterator[Json]:
    """Read people by their ids, one request each. People who are gone, or were merged into others, are left out."""
    for id in ids:
        try:
            record: Json = client.send(kind.get(id))
        except (NotFound, WrongRecord):
            continue
        yield record


def number_of(kind: Kind, fields: Json) -> str:
    """The digits of the number among fields to write, from the country code on."""
    return digits("".join(str(fields.get(field) or "") for field in kind.number))
