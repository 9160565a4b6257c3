"""What a broadcast's log says of the recipients that failed: how many by WhatsApp's code, and who stopped marketing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from whautomate_core.account import Account
from whautomate_core.api.broadcasts import list_broadcast_logs
from whautomate_core.api.records import BroadcastLog
from whautomate_core.client.client import Client
from whautomate_core.client.server_words import shortened
from whautomate_core.people.opt_outs import whole_numbers
from whautomate_core.policy import numbers
from whautomate_core.values.codes import STOPPED, UNREACHABLE, UNREAD, code_of, has_failed, words_of
from whautomate_core.values.phones import canonical


class Failures:
    """Counts the failed lines of a log as they are read. Of people it keeps only the numbers of who stopped."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._people: dict[str, list[str]] = {}
        """Each number that stopped, in its canonical form -> its person in `stopped`."""
        self.codes: Counter[str] = Counter()
        """How many lines by code; `UNREAD` for those whose code can't be read."""
        self.reasons: Counter[str] = Counter()
        """How many lines by what the code means."""
        self.stopped: list[list[str]] = []
        """For each person who stopped marketing the digits of their number, from the country code on. A number that can
        be read in two ways has both, one that can't be read has none."""

    def read(self, client: Client, broadcast_id: str) -> Iterator[BroadcastLog]:
        """Yield the lines of a broadcast's log, a request for each page, and count them."""
        for page in client.pages(list_broadcast_logs(broadcast_id)):
            yield from self.counting(page)

    def counting(self, lines: Iterable[BroadcastLog]) -> Iterator[BroadcastLog]:
        """Yield lines, and count those that failed."""
        for line in lines:
            if has_failed(line):
                self._add(line)
            yield line

    @property
    def words(self) -> str:
        """How many failed for which reason, the most frequent ones: `5 x stopped your marketing messages (131050)`."""
        return ", ".join(f"{count} x {reason}" for reason, count in self.reasons.most_common(5))

    @property
    def lines(self) -> int:
        """How many recipients failed."""
        return self.codes.total()

    @property
    def unreachable(self) -> int:
        """How many recipients can't be reached at all."""
        return sum(self.codes[one] for one in UNREACHABLE)

    def _add(self, line: Mapping[str, Any]) -> None:
        code = code_of(line)
        self.codes[code or UNREAD] += 1
        self.reasons[words_of(code) if code else self._said(line.get("error"))] += 1
        if code == STOPPED:
            self._add_stopped(line)

    def _add_stopped(self, line: Mapping[str, Any]) -> None:
        theirs = numbers(line)
        person = next((self._people[one] for one in theirs if one in self._people), None)
        if person is None:
            self.stopped.append(person := [])
        # If a line has a second reading of a known number, that reading may be the right one.
        person += [one for one in whole_numbers(line) if one and canonical(one) not in self._people]
        for one in theirs:
            self._people.setdefault(one, person)

    def _said(self, error: Any) -> str:
        """What an error without a code says, if the account permits the server's words."""
        if not error:
            return "no reason given"
        if self._account.show_server_messages:
            return shortened(str(error), self._account)
        return "another reason: see the log (logs_path), or set show_server_messages"
