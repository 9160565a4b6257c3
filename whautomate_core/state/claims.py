"""Claims: only the caller that inserted one may send, whatever dies in between.

A claim is unique by account and key. The key is the identity of a step, never what it sends or when.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from secrets import token_hex
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from whautomate_core.errors import InvalidRequest, KeyTaken
from whautomate_core.state.database import Database
from whautomate_core.state.pruned import require_remembered
from whautomate_core.state.schema import claims
from whautomate_core.state.secret import Secret
from whautomate_core.values import settling
from whautomate_core.values.keys import PREFIX
from whautomate_core.values.words import is_rendered_none, time_of

LONGEST_KEY = 2000
"""Bytes; PostgreSQL indexes no more than 2,704 of a row."""


@dataclass(frozen=True)
class Claim:
    """What the database holds about one key."""

    account: str
    key: str
    what: str
    settled: bool
    result: Any
    """What the step returned. For an open claim, what was noted when it was made."""
    made_at: float
    """Seconds since the epoch (UTC)."""
    made_by: str
    """The attempt: see `attempt`."""
    mine: bool = False
    """Whether this call inserted it, and so may send."""
    confirmed: bool = False
    """Whether it had no clear outcome, and a person saw that its call happened. It is not settled: it has no result."""
    payload: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The fields of what is sent, each with a keyed hash of its value."""

    @property
    def process(self) -> tuple[str, int]:
        """Host and id of the process that made the attempt."""
        host, pid, _ = self.made_by.partition(_RUN)[0].rsplit(":", 2)
        return host, int(pid)

    @property
    def run(self) -> str | None:
        """The run that made the attempt, if an orchestrator named one."""
        return self.made_by.partition(_RUN)[2] or None

    @property
    def origin(self) -> str:
        """When, and by which run, its call was sent: "at 2026-03-01 19:20 UTC by run x"."""
        return f"at {time_of(self.made_at)}{f' by {self.run}' if self.run else ''}"


_RUN = " in "


def attempt(run: str | None = None) -> str:
    """A name for an attempt: host, process, something unique within the process, and the run it belongs to."""
    own = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    return f"{own}{_RUN}{run}" if run else own


class Claims:
    """The claims of all accounts in a state database."""

    def __init__(self, database: Database, secret: Secret) -> None:
        self._database = database
        self._secret = secret

    def claim(
        self,
        account: str,
        key: str,
        payload: Mapping[str, Any],
        what: str,
        note: Any = None,
        *,
        named: str | None = None,
        naming: Collection[str] = (),
        by: str | None = None,
        settled: bool = False,
    ) -> Claim:
        """Insert a claim, or return the existing one.

        Args:
            payload: Field -> value. Only keyed hashes are stored.
            what: Method and path template of the call.
            note: What is known before the call is sent; it stands for the result until there is one. Small JSON
                without personal data.
            named: Another key by which `look` finds the claim.
            naming: Fields that may differ from those of an existing claim.
            by: Names the attempt; see `attempt`.
            settled: Nothing is sent under it: it only remembers `note`, and when it was first inserted.

        Raises: `KeyTaken`, naming the fields that differ, if the key was claimed for another payload;
            `InvalidRequest` for text that can't be a key; `OutcomeUnknown` if its claim was pruned.
        """
        by = by or attempt()
        _require_key(key)

        def work(connection: Connection) -> Claim:
            fields = self._fields(connection, payload)
            values: dict[str, Any] = {"account": account, "key": key, "named": None if named == key else named}
            version = 2 if key.startswith(PREFIX) else 1
            values |= {"payload": json.dumps(fields), "what": what, "version": version}
            values |= {"status": "settled" if settled else "open"}
            values |= {} if note is None else {"result": json.dumps(note)}
            row = None
            while row is None:  # the claim may be released between our insert and our select
                try:
                    with connection.begin_nested():
                        now = self._database.now(connection)
                        connection.execute(insert(claims).values(**values, made_at=now, made_by=by))
                    require_remembered(connection, self._secret, account, key)
                    return Claim(account, key, what, settled, note, now, by, mine=True, payload=fields)
                except IntegrityError:
                    row = connection.execute(select(claims).where(_is(account, key))).one_or_none()
            _require_same(row, fields, what, naming)
            # Ours if the connection was lost after the commit and the transaction was repeated.
            return replace(_claim(row), mine=row.made_by == by)

        return self._database.run(work)

    def look(
        self, account: str, key: str, payload: Mapping[str, Any], what: str, *, naming: Collection[str] = ()
    ) -> Claim | None:
        """The claim with this key or name, or None. Raises `KeyTaken` and `InvalidRequest` as `claim` does."""
        _require_key(key)

        def work(connection: Connection) -> Claim | None:
            row = connection.execute(select(claims).where(_is(account, key))).one_or_none()
            if row is None:
                named = (claims.c.account == account) & (claims.c.named == key)
                row = connection.execute(select(claims).where(named).order_by(claims.c.made_at)).first()
            if row is None:
                return None
            _require_same(row, self._fields(connection, payload), what, naming)
            return _claim(row)

        return self._database.run(work)

    def require_remembered(self, account: str, key: str) -> None:
        """Raise `OutcomeUnknown` if claims of a key, or of its step in its run, were pruned."""
        self._database.run(lambda connection: require_remembered(connection, self._secret, account, key))

    def get(self, account: str, key: str) -> Claim | None:
        """The claim with this key, or None, whatever it is for."""
        found = select(claims).where(_is(account, key))
        row = self._database.run(lambda connection: connection.execute(found).one_or_none())
        return None if row is None else _claim(row)

    def latest(self, account: str, what: str, *, seconds: float) -> list[Claim]:
        """The claims of the last so many seconds for calls of one kind (method and path template), newest first."""

        def work(connection: Connection) -> list[Claim]:
            since = self._database.now(connection) - seconds
            found = select(claims).where(claims.c.account == account, claims.c.what == what, claims.c.made_at > since)
            return [_claim(row) for row in connection.execute(found.order_by(claims.c.made_at.desc()))]

        return self._database.run(work)

    def settle(self, account: str, key: str, result: Any) -> None:
        """Store the result of a step, without personal data. Later attempts return it without sending."""
        values = {"status": "settled", "result": json.dumps(result)}
        self._database.run(
            lambda connection: connection.execute(update(claims).where(_is(account, key)).values(**values))
        )

    def amend(self, account: str, key: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Overwrite fields of a step's result and return all of it. Others may write other fields meanwhile."""

        def work(connection: Connection) -> dict[str, Any]:
            # The lock first: PostgreSQL would let two read the same and write one after the other.
            connection.execute(update(claims).where(_is(account, key)).values(what=claims.c.what))
            row = connection.execute(select(claims.c.result).where(_is(account, key))).one_or_none()
            result = {**(json.loads(row.result) if row and row.result else {}), **changes}
            connection.execute(update(claims).where(_is(account, key)).values(result=json.dumps(result)))
            return result

        return self._database.run(work)

    def release(self, account: str, key: str, *, made_by: str | None = None) -> bool:
        """Delete a claim, so that the next attempt may send. Returns whether there was one.

        With `made_by`, only that attempt's claim is deleted: a person may have released it meanwhile, and another
        attempt may be sending.
        """
        found = _is(account, key) if made_by is None else _is(account, key) & (claims.c.made_by == made_by)
        return bool(self._database.run(lambda connection: connection.execute(delete(claims).where(found)).rowcount))

    def confirm(self, account: str, key: str) -> bool:
        """Note that a call with an unknown outcome happened, as a person has seen. Returns whether there was one.

        Nothing is sent under its key, as before, but it no longer counts as open.
        """
        open_ = _is(account, key) & (claims.c.status == "open")
        known = update(claims).where(open_).values(status="confirmed")
        return bool(self._database.run(lambda connection: connection.execute(known).rowcount))

    def lapse(self, claim: Claim) -> bool:
        """Delete a claim whose record is not at the server, once the record can no longer be merely slow to show.

        Returns False, and does nothing, if the claim is younger than `SETTLE_AFTER`.
        """

        def work(connection: Connection) -> bool:
            if claim.made_at > self._database.now(connection) - settling.SETTLE_AFTER:
                return False
            mine = _is(claim.account, claim.key) & (claims.c.made_by == claim.made_by)
            connection.execute(delete(claims).where(mine))
            return True

        return self._database.run(work)

    def under(self, account: str, prefix: str, *, seconds: float | None = None) -> list[Claim]:
        """The claims whose keys begin with `prefix`, settled or not, oldest first; only the last `seconds` if given."""
        mine = (claims.c.account == account) & claims.c.key.startswith(prefix, autoescape=True)
        found = select(claims).where(mine).order_by(claims.c.made_at, claims.c.key)

        def work(connection: Connection) -> list[Claim]:
            since = None if seconds is None else claims.c.made_at > self._database.now(connection) - seconds
            rows = connection.execute(found if since is None else found.where(since))
            return [_claim(row) for row in rows if row.key.startswith(prefix)]  # SQLite takes A for a

        return self._database.run(work)

    def of_first_form(self, account: str, begins: str, holds: str) -> list[Claim]:
        """The claims under keys of the first form that begin with one text and contain another."""
        mine = (claims.c.account == account) & (claims.c.version == 1)
        mine &= claims.c.key.startswith(begins, autoescape=True) & claims.c.key.contains(holds, autoescape=True)
        found = select(claims).where(mine).order_by(claims.c.made_at, claims.c.key)
        there = self._database.run(lambda connection: [_claim(row) for row in connection.execute(found)])
        return [claim for claim in there if claim.key.startswith(begins) and holds in claim.key]  # SQLite takes A for a

    def open(self, account: str | None = None) -> list[Claim]:
        """Claims whose outcome is unknown, oldest first."""
        return self._of_status("open", account)

    def confirmed(self, account: str | None = None) -> list[Claim]:
        """Claims of which a person said that their calls happened, oldest first."""
        return self._of_status("confirmed", account)

    def _of_status(self, status: str, account: str | None) -> list[Claim]:
        found = select(claims).where(claims.c.status == status).order_by(claims.c.made_at)
        if account is not None:
            found = found.where(claims.c.account == account)
        return self._database.run(lambda connection: [_claim(row) for row in connection.execute(found)])

    def settled(self, key: str, account: str | None = None) -> list[Claim]:
        """The settled claims with a key, of all accounts or of one."""
        found = select(claims).where(claims.c.key == key, claims.c.status == "settled").order_by(claims.c.account)
        if account is not None:
            found = found.where(claims.c.account == account)
        return self._database.run(lambda connection: [_claim(row) for row in connection.execute(found)])

    def count_open(self, account: str) -> tuple[int, float]:
        """How many claims of an account have an unknown outcome, and the age of the oldest in seconds (0: none)."""
        found = select(func.count(), func.min(claims.c.made_at))
        found = found.where(claims.c.account == account, claims.c.status == "open")

        def work(connection: Connection) -> tuple[int, float]:
            count, oldest = connection.execute(found).one()
            return count, max(0.0, self._database.now(connection) - oldest) if count else 0.0

        return self._database.run(work)

    def hashes(self, payload: Mapping[str, Any]) -> dict[str, str]:
        """A payload as claims store it: each field with a keyed hash of its value."""
        return {name: self._secret.digest(value) for name, value in payload.items()}

    def _fields(self, connection: Connection, payload: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._secret.digest(value, connection) for name, value in payload.items()}


def _require_key(key: object) -> None:
    # Neither store takes half an emoji, PostgreSQL takes no NUL, and templates turn nothing into "None".
    if (
        not isinstance(key, str)
        or not key.strip()
        or is_rendered_none(key)
        or "\0" in key
        or len(key.encode(errors="surrogatepass")) > LONGEST_KEY
        or any("\ud800" <= one <= "\udfff" for one in key)
    ):
        raise InvalidRequest(
            f"key must be text that is not empty, has at most {LONGEST_KEY} bytes and names one step of one run"
        )


def _is(account: str, key: str) -> Any:
    return (claims.c.account == account) & (claims.c.key == key)


def _require_same(row: Any, fields: Mapping[str, str], what: str, naming: Collection[str]) -> None:
    """Raise `KeyTaken` if a key was claimed for something else."""
    before = json.loads(row.payload)
    compared = (before.keys() | fields) - set(naming)
    different = sorted(name for name in compared if before.get(name) != fields.get(name))
    if different or row.what != what:
        differs = ", ".join(different) or "the call"
        raise KeyTaken(
            f"the key {row.key!r} was used for another {row.what} (differs in {differs}): nothing was sent. "
            "A second one needs another key (key=...), such as the number of the order",
            differs=differs,
        )


def _claim(row: Any) -> Claim:
    result = json.loads(row.result) if row.result is not None else None
    return Claim(
        row.account,
        row.key,
        row.what,
        row.status == "settled",
        result,
        row.made_at,
        row.made_by,
        confirmed=row.status == "confirmed",
        payload=json.loads(row.payload),
    )
