"""People who asked to be forgotten: keyed hashes of their numbers, and nothing else about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from whautomate_core.state.database import Database
from whautomate_core.state.pruned import mark_keys
from whautomate_core.state.schema import claims, details, forgotten, identities, rows, syncs
from whautomate_core.state.secret import Secret
from whautomate_core.values.phones import canonical

REASON = "the person asked to be forgotten (`whautomate people readmit` takes that back)"
OPTED_OUT = (
    "the person had opted out before they were forgotten (`whautomate people readmit --opted-in` takes that back)"
)


def reason_of(error: Exception) -> str | None:
    """Which of these two reasons an error gives; None if neither."""
    return next((one for one in (REASON, OPTED_OUT) if one in str(error)), None)


_CREATES = ("POST /v1/contacts", "POST /v1/clients")
_AT_ONCE = 400
_PAGE = 5000


class Forgotten:
    """The forgotten people of an account. Numbers are digits from the country code on, in any of their spellings.

    An e-mail address can take the place of a number: a deleted client may return without one.
    """

    def __init__(self, database: Database, secret: Secret, account: str) -> None:
        self._database = database
        self._secret = secret
        self._account = account

    def add(self, number: str, *, opted_out: bool = False) -> bool:
        """Let nobody create or message a person by a number, or note that its owner had opted out.

        Returns whether that is new.
        """

        hashed = self._hash(number, opted_out)

        def work(connection: Connection) -> bool:
            try:
                with connection.begin_nested():
                    values = {"number": hashed, "at": self._database.now(connection)}
                    connection.execute(forgotten.insert().values(account=self._account, **values))
                return True
            except IntegrityError:
                return False

        return self._database.run(work)

    def remove(self, number: str, *, opted_out: bool = False) -> bool:
        """Undo `add`. Returns whether the number was noted."""
        hashed = self._hash(number, opted_out)
        gone = delete(forgotten).where(forgotten.c.account == self._account, forgotten.c.number == hashed)
        return bool(self._database.run(lambda connection: connection.execute(gone).rowcount))

    def is_empty(self) -> bool:
        """Whether nobody asked to be forgotten."""
        mine = select(forgotten.c.account).where(forgotten.c.account == self._account).limit(1)
        return self._database.run(lambda connection: connection.execute(mine).first()) is None

    def among(self, numbers: Collection[str], *, opted_out: bool = False) -> set[str]:
        """The `numbers` that are forgotten, or (`opted_out`) whose owners had opted out when they were forgotten."""
        hashed = {self._hash(one, opted_out): one for one in numbers}
        found: set[str] = set()
        for start in range(0, len(hashed), _AT_ONCE):
            part = [*hashed][start : start + _AT_ONCE]
            asked = select(forgotten.c.number).where(forgotten.c.account == self._account, forgotten.c.number.in_(part))
            found.update(self._database.run(lambda connection, asked=asked: connection.execute(asked).scalars().all()))  # type: ignore[misc]
        return {hashed[one] for one in found}

    def refused(self, numbers: Collection[str]) -> set[str]:
        """The `numbers` that nobody may message: forgotten ones, and those whose owners had opted out by then."""
        return self.among(numbers) | self.among(numbers, opted_out=True)

    def _hash(self, number: str, opted_out: bool) -> str:
        hasher = self._secret.hasher(f"{'opted out' if opted_out else 'forgotten'} {self._account}")
        hasher.update((number.strip().casefold() if "@" in number else canonical(number)).encode())
        return str(hasher.hexdigest())

    def erase(self, ids: Collection[str], matches: Collection[str], is_about: Callable[[Any], bool]) -> int:
        """Remove what the state holds about a person: entries of syncs, and claims, which leave marks behind.

        Returns how many lines were removed.

        Args:
            ids: The ids of their contacts and clients.
            matches: The matches by which syncs may know them by number.
            is_about: Says whether a claim (its key, name, payload and result) is about them.
        """

        def erase_people(connection: Connection) -> int:
            self._overwrites(connection)
            mine = identities.c.account == self._account
            who = or_(identities.c.match.in_([*matches]), identities.c.id.in_([*ids]))
            known = {*connection.execute(select(identities.c.match).where(mine, who)).scalars(), *matches}
            count = connection.execute(delete(identities).where(mine, identities.c.match.in_([*known]))).rowcount
            noted = or_(details.c.detail.in_([*matches]), details.c.id.in_([*ids]))
            count += connection.execute(delete(details).where(details.c.account == self._account, noted)).rowcount
            of_account = select(syncs.c.id).where(syncs.c.account == self._account)
            lines = rows.c.sync.in_(of_account) & rows.c.match.in_([*known])
            return int(count + connection.execute(delete(rows).where(lines)).rowcount)

        def erase_claims(connection: Connection, part: list[Any]) -> int:
            self._overwrites(connection)
            keys = [one.key for one in part]
            # Once the person is readmitted, a run that is cleared must not message them again. An open claim may have
            # done so already.
            marked = {*keys, *(one.named for one in part if one.named)}
            mark_keys(self._database, self._secret, connection, self._account, marked)
            mine = (claims.c.account == self._account) & claims.c.key.in_(keys)
            return int(connection.execute(delete(claims).where(mine)).rowcount)

        removed = self._database.run(erase_people)
        about = [one for one in self._claims() if is_about(one)]
        for start in range(0, len(about), _AT_ONCE):
            part = about[start : start + _AT_ONCE]
            removed += self._database.run(lambda connection, part=part: erase_claims(connection, part))  # type: ignore[misc]
        return removed

    def overwrite(self) -> bool:
        """Overwrite what was erased. Returns False if the file keeps it until its current readers end."""
        return self._database.tidy()

    def creates_begun(self, seconds: float) -> set[tuple[str, float]]:
        """The creates of contacts and clients that began within the last so many seconds and have not ended."""

        def work(connection: Connection) -> set[tuple[str, float]]:
            since = self._database.now(connection) - seconds
            of_syncs = select(identities.c.match, identities.c.intent_at).where(
                identities.c.account == self._account, identities.c.intent_at > since
            )
            of_steps = select(claims.c.key, claims.c.made_at).where(
                claims.c.account == self._account, claims.c.what.in_(_CREATES), claims.c.made_at > since
            )
            found = (of_syncs, of_steps.where(claims.c.status == "open"))
            return {(key, at) for one in found for key, at in connection.execute(one)}

        return self._database.run(work)

    def _overwrites(self, connection: Connection) -> None:
        if self._database.is_sqlite:  # otherwise deleted data stays in the file until its place is needed
            connection.exec_driver_sql("PRAGMA secure_delete = ON")

    def _claims(self) -> Iterator[Any]:
        columns = (claims.c.key, claims.c.named, claims.c.payload, claims.c.result)
        found = select(*columns).where(claims.c.account == self._account).order_by(claims.c.key).limit(_PAGE)
        last = ""
        while True:
            after = found.where(claims.c.key > last)
            part = self._database.run(lambda connection, after=after: connection.execute(after).all())  # type: ignore[misc]
            yield from part
            if len(part) < _PAGE:
                return
            last = part[-1].key
