"""Opted-out people whom a search may not show yet. A job checks them in addition to the search before each message.

Nobody is taken for absent here: lists, and the ids in our own state, show people that a search doesn't.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from typing import Any

from whautomate_core import telemetry
from whautomate_core.api.call import Call, Json
from whautomate_core.client.client import Client
from whautomate_core.errors import NotFound, WrongRecord
from whautomate_core.people.kinds import CLIENTS, CONTACTS, Kind
from whautomate_core.people.known import Known
from whautomate_core.policy import numbers
from whautomate_core.values.times import instant

log = logging.getLogger(__name__)

_LATE = 60.0
"""Seconds for which a search may not show somebody, unless `list_lag` is longer. The real time is not documented."""

_KINDS = ((CONTACTS, "phoneNumber"), (CLIENTS, "phone"))


class OptedOut:
    """The opted-out people of an account, as far as lists and ids show them."""

    def __init__(self, client: Client, most: int) -> None:
        """Read contacts and clients, with at most `most` requests for each; of longer lists, only the beginning."""
        self._client = client
        self._refused: set[str] = set()
        self._young: dict[str, list[tuple[float, Kind, str]]] = {}
        self._listed = set[str]()
        self._known = {kind: Known(client, kind) for kind, _ in _KINDS}
        self._late = max(_LATE, client.account.list_lag)
        for kind, _ in _KINDS:
            pages = client.pages_of(kind.list())
            while not pages.done and pages.page < most:
                for one in pages.take(client.send(pages.next_call())):
                    self._note(kind, one)
            if not pages.done:
                log.info("read %d pages of the list of %ss; the rest is left to searches", most, kind.name)

    def _note(self, kind: Kind, record: Json) -> None:
        id = str(record.get("id"))
        self._listed.add(id)
        if self._client.account.policy.protects(record):
            self._refused |= numbers(record)
        elif (since := _created(record)) > time.time() - self._late:
            for number in numbers(record):
                self._young.setdefault(number, []).append((since, kind, id))

    def refuse(self, number: str) -> None:
        """Raise `PolicyRefused` if somebody with this number (in canonical form) is known to have opted out.

        People that a search may not show are read by their ids, because they may have opted out in the meantime.
        """
        if number in self._refused or any(map(self._has_opted_out, self._unsearched(number))):
            raise telemetry.refused("opted_out", "the person has opted out")

    def _unsearched(self, number: str) -> Iterator[Call[Any]]:
        """The calls that read people with a number whom a search may not show."""
        for since, kind, id in self._young.get(number, ()):
            if since > time.time() - self._late:
                yield kind.get(id)
        for kind, field in _KINDS:
            ids = self._known[kind].ids(field, number)
            yield from (kind.get(id) for id in ids if id not in self._listed)

    def _has_opted_out(self, read: Call[Any]) -> bool:
        """Whether the record behind somebody's id has opted out, even if it has another number by now.

        If their record was merged into it, the opt-out may be theirs.
        """
        try:
            record = self._client.send(read)
        except NotFound:
            return False
        except WrongRecord as error:
            record = error.record or {}
        return self._client.account.policy.protects(record)


def _created(record: Json) -> float:
    """When somebody was created, in seconds since the epoch; infinity if it can't be told, since they may be new."""
    at = instant(record.get("createdAt"))
    return at.timestamp() if at else math.inf
