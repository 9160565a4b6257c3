"""Reading a whole list, so that a record that is not on it is known not to exist.

Page numbers prove nothing by themselves. When a record is deleted, the first record of the next page moves to a page
that was read already. When a person writes, their record may move from a page that is still to come to one that is
past. A new record is missing from lists for a while. A server may give smaller pages than it is asked for, or none
below some depth. So:

- A list is read in passes, each with another page size, and all records that any pass shows count. The second pass
  begins at least `list_lag` after the first, so it shows every record that existed when the first began.
- After each pass, the pages are read again from the top until one is as the pass found it. That shows the records that
  came or moved meanwhile. Each of them explains one record that was shown twice. A pass that balances is called still.
- If a later pass shows all records of a still pass, the still pass missed no record that stayed: what shifts a record
  past the reading is either gone later, or was shown twice without being seen at the top. Two passes agree if that is
  so, and if every other record of the later pass was created after the earlier one began.
- A page that is shorter than an earlier one of the same server is the last. An empty page after a full one isn't
  trusted: with another page size the list has to end at the same place.

A list that fits one page comes whole in one answer. One pass is enough, unless it has to show records that were created
within the last `list_lag` seconds.

One generator works all this out: it yields what to read and when to rest, and is sent the answers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from whautomate_core.api.call import Call, Json
from whautomate_core.client.pages import PAGE_SIZE, SMALLEST_PAGE, require_end
from whautomate_core.client.seen import Seen
from whautomate_core.client.steps import Rest
from whautomate_core.errors import ListUnstable, UnexpectedResponse
from whautomate_core.values.times import instant

PASSES = 3
"""How often a list is read at most."""

Take = Callable[[Sequence[Json], int], None]
"""Called with the records of each page that the pass hadn't shown before, and the number of the page (0 in later
passes). Each pass gives all records again, as they are then."""


Reading = Generator[Call[Any] | Rest, Any, "Whole"]


@dataclass(frozen=True)
class Whole:
    """How reading a whole list went."""

    agreed: bool
    """Whether what was read is all there is. If not, a record that was not seen may exist all the same."""
    ended: bool
    """Whether it was read to its end; False if that takes more requests than allowed."""
    requests: int
    records: int
    """Records of all passes together."""
    differed: int
    """Records in which the last two passes differ."""
    size: int
    """The page size by which the pages of the first pass are numbered."""


def read_whole(
    call: Call[Any],
    take: Take,
    *,
    cap: int = 0,
    lag: float = 0.0,
    since: float | None = None,
    most: int | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    wall: Callable[[], float] = time.time,
) -> Reading:
    """Read a list until it is known what it holds, in `PASSES` passes at most.

    Args:
        cap: The largest page that the server is known to give; 0 if that is unknown.
        lag: Seconds for which a new record may be missing from lists.
        since: A moment of `monotonic`. A list that fits one page has to show every record that was created before it
            too; by default only those created `lag` seconds before the reading.
        most: The largest number of requests to make.
    """
    with Seen() as seen:
        return (yield from _read_whole(_Reading(call, take, wall, most, seen), cap, lag, since, monotonic))


def _read_whole(
    reading: _Reading, cap: int, lag: float, since: float | None, monotonic: Callable[[], float]
) -> Reading:
    asked = PAGE_SIZE
    due = monotonic()
    asof = -math.inf if since is None else since + lag
    passes: list[_Pass] = []
    differed = 0
    try:
        for number in range(PASSES):
            if number == 1:
                due = max(asof, due + lag if passes[0].pages > 1 else 0.0)
                if (rest := due - monotonic()) > 0:
                    yield Rest(rest)
            one = yield from reading.read(number, asked, cap if number == 0 else asked)
            passes.append(one)
            asked = _another(one.largest or asked)
            if due >= asof and one.pages <= 1 and not reading.lacks(one):
                return reading.whole(True, passes)
            differences = [reading.differences(earlier, one) for earlier in passes[:-1]]
            if 0 in differences:
                return reading.whole(True, passes)
            differed = differences[-1] if differences else 0
    except _Enough:
        return reading.whole(False, passes, ended=False)
    return reading.whole(False, passes, differed)


def require_agreed(call: Call[Any], whole: Whole, where: str) -> None:
    """Raise `ListUnstable` unless it is known what a list holds.

    Args:
        where: Host and account.
    """
    if not whole.agreed:
        raise ListUnstable(
            f"{call.request} of {where} changed while it was read {PASSES} times, the last time by {whole.differed} "
            "records, so what it holds is unknown and nothing was done with it: run this again when fewer records are "
            "being created, deleted or moved (setting list_lag: how long new records take to show in lists)"
        )


class _Enough(Exception):
    """More requests are needed than may be made."""


@dataclass
class _Pass:
    """What is known of one pass."""

    number: int
    began: float
    """Seconds since the epoch, by our clock."""
    size: int
    pages: int = 0
    """Pages that hold records; 1 if one answer held all of them."""
    last: tuple[int, list[str]] = (1, [])
    """The last page and its ids."""
    largest: int = 0
    distinct: int = 0
    positions: int = 0
    newest: float = -math.inf
    """When its newest record was created, by the server's clock."""
    still: bool = True

    @property
    def bit(self) -> int:
        return 1 << self.number


@dataclass
class _Reading:
    """What the passes share."""

    call: Call[Any]
    take: Take
    wall: Callable[[], float]
    most: int | None
    seen: Seen
    """id -> the passes that showed it, as bits, and above these its position in the latest of them."""
    requests: int = 0
    created: dict[str, float] = field(default_factory=dict)
    """When the records that the first pass didn't show were created; infinitely long ago if that can't be read."""

    def whole(self, agreed: bool, passes: list[_Pass], differed: int = 0, *, ended: bool = True) -> Whole:
        size = passes[0].size if passes else PAGE_SIZE
        return Whole(agreed, ended, self.requests, len(self.seen), differed, size)

    # --- one pass

    def read(self, number: int, asked: int, cap: int) -> Generator[Call[Any], Any, _Pass]:
        one = _Pass(number, self.wall(), asked)
        if self.call.paged:
            yield from self._pages(one, cap)
        else:
            yield from self._unpaged(one)
        if one.pages > 1:
            yield from self._top(one)
        return one

    def _pages(self, one: _Pass, cap: int) -> Generator[Call[Any], Any, None]:
        """The pages to the last. The server's page size is unknown, so the second page and all later ones are asked for
        in a size that it has given: records can't be missed because it cuts pages, and a short page is the last."""
        first, _ = yield from self._page(one, 1)
        count = len(first)
        one.last, one.pages, one.positions = (1, first), min(count, 1), count
        may_be_all = count < one.size and count != cap
        if count < one.size:
            if not count or count < cap:
                return
            # If that may be all, the next page begins with the last record of this one, so it has to show something.
            one.size = count - 1 if may_be_all and count > 2 else count
        page, in_vain = 1, 0
        while True:
            page += 1
            ids, new = yield from self._page(one, page)
            count = len(ids)
            if page == 2 and (not ids or (may_be_all and ids == first[one.size :])):
                if not may_be_all:
                    yield from self._confirm_end(one, page)
                if not (one.still and (yield from self._was_all(one, first, ids))):
                    one.pages, one.still = 2, False
                return
            one.size = max(one.size, count)  # it may ignore the size that is asked for
            if not count:
                yield from self._confirm_end(one, page)
                return
            one.pages, one.last, one.positions = page, (page, ids), (page - 1) * one.size + count
            if count < one.size:
                return
            in_vain = 0 if new else in_vain + 1
            if in_vain > 1:
                raise UnexpectedResponse(
                    f"{self.call.request}: page {page} repeats what came before: is paging ignored?"
                )

    def _was_all(self, one: _Pass, first: list[str], second: list[str]) -> Generator[Call[Any], Any, bool]:
        """Whether a first page was the whole list, now that the second shows no other record.

        Others may have been on the second page and moved up because some of these were deleted. In a list that keeps
        its order the overlap rules that out; in any list, that all of these are still there does.
        """
        is_overlap = second == first[one.size :]
        if is_overlap and len(first) > 2 and not _may_be_largest(len(first)):
            return True
        # If there is no overlap, only a server that ignores the size that is asked for gives all of these.
        ids, _ = yield from self._page(one, 1, len(first) if is_overlap else one.size)
        return set(first) <= set(ids)

    def _confirm_end(self, one: _Pass, page: int) -> Generator[Call[Any], Any, None]:
        """Check that nothing follows a full page: with another page size the list has to end at the same place."""
        end = (page - 1) * one.size
        other = next((size for size in range(one.size - 1, 0, -1) if end % size), 0)
        number, rest = (end // other + 1, end % other) if other else (page + 1, 0)
        ids, _ = yield from self._page(one, number, other or one.size)
        one.still = one.still and len(ids) == rest
        one.last = (page, [])

    def _unpaged(self, one: _Pass) -> Generator[Call[Any], Any, None]:
        """A list for which no paging is documented: one answer, unless a second page shows other records."""
        page, largest = 0, SMALLEST_PAGE
        while True:
            page += 1
            ids, new = yield from self._page(one, page)
            if page > 1 and not new:
                return
            one.pages, one.last, one.positions = page, (page, ids), one.positions + len(ids)
            if len(ids) < largest:
                return
            largest = max(largest, len(ids))

    def _top(self, one: _Pass) -> Generator[Call[Any], Any, None]:
        """Read on from the top until a page is as the pass found it, and check whether the records that came since
        explain those that were shown twice."""
        shown_twice, page, before, came = one.positions - one.distinct, 0, None, 0
        distinct = one.distinct
        while page <= one.pages:
            page += 1
            places: list[int] = []
            ids, _ = yield from self._page(one, page, places=places)
            came, follows = one.distinct - distinct, bool(ids)
            for place in places:
                follows = follows and place == (0 if before is None else before + 1)
                before = place
            if follows or len(ids) < one.size:
                break
        if came:
            # Records that came after the last page was read explain nothing.
            number, held = one.last
            ids, _ = yield from self._page(one, number)
            one.still = one.still and ids[: len(held)] == held
        one.still = one.still and came == shown_twice

    def _page(
        self, one: _Pass, page: int, size: int | None = None, places: list[int] | None = None
    ) -> Generator[Call[Any], Any, tuple[list[str], int]]:
        """Read a page: the ids on it, and how many of them this pass hadn't shown.

        Args:
            places: Filled with the position of each in the pass, -2 for a new one.
        """
        if self.most is not None and self.requests >= self.most:
            raise _Enough
        require_end(self.call, page)
        self.requests += 1
        query = dict(self.call.query)
        if self.call.paged:
            query["limit"] = str(size or one.size)
        if self.call.paged or page > 1:
            query["page"] = str(page)
        records: list[Any] = yield replace(self.call, query=query)
        if not all(isinstance(record, dict) for record in records):
            raise UnexpectedResponse(f"{self.call.request}: the list holds something that is not a record")
        one.largest = max(one.largest, len(records))
        ids, new = list[str](), list[Json]()
        for record in records:
            id = str(record.get("id") or "")
            is_new = self._note(one, id, record)
            new += [record] if is_new else []
            ids.append(id)
            if places is not None:
                places.append(-2 if is_new else self.seen[id] >> PASSES)
        self.take(new if places is None else records, page if one.number == 0 and places is None else 0)
        return ids, len(new)

    def _note(self, one: _Pass, id: str, record: Json) -> bool:
        """Note that a pass shows a record. Returns whether it is new to the pass; without an id it always is."""
        known = self.seen[id]
        if id and known & one.bit:
            return False
        made = instant(record.get("createdAt"))
        at = made.timestamp() if made else None
        if at is not None:
            one.newest = max(one.newest, at)
        if id:
            if one.number and not known & 1 and id not in self.created:
                self.created[id] = -math.inf if at is None else at
            self.seen[id] = known & (one.bit - 1) | one.bit | one.distinct << PASSES
        one.distinct += 1
        return True

    # --- two passes

    def lacks(self, one: _Pass) -> bool:
        """Whether a record is gone that another pass showed."""
        return one.number > 0 and any(not known & one.bit for _, known in self.seen.items())

    def differences(self, earlier: _Pass, later: _Pass) -> int:
        """In how many records two passes differ in a way that means that a record may have been missed."""
        count = 0 if earlier.still else 1
        for id, known in self.seen.items():
            in_earlier, in_later = known & earlier.bit, known & later.bit
            if in_earlier:
                count += not in_later
            elif in_later:
                # A record that an earlier pass showed existed then. Clocks may differ: both have to say that it is new.
                was_there = known & (earlier.bit - 1)
                at = self.created.get(id, -math.inf)
                count += bool(was_there) or at < earlier.began or at <= earlier.newest
        return count


def _may_be_largest(count: int) -> bool:
    """Whether this may be the largest page that a server gives. Such sizes are round; small ones are for tests."""
    return count < SMALLEST_PAGE or count % 10 == 0


def _another(size: int) -> int:
    """A page size that is a little smaller, whose pages end at other places."""
    return next((one for one in range(size - max(1, size // 20), 0, -1) if math.gcd(one, size) == 1), size)
