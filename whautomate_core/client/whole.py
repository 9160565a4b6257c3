"""What a whole list holds, so that whoever is not on it may be taken for absent.

Page numbers prove nothing by themselves: somebody is deleted, and whoever began the next page is on none; somebody
writes, and moves from a page that is to come to one that is past; a new record shows in no list for a while; a server
gives smaller pages than it is asked for, or none below some depth. So:

- A list is read in passes, each with another page size, and the union of what they show counts. The second begins at
  least `list_lag` after the first: then it shows whatever was there when the first began.
- After each pass reading goes on from the top until a page is as the pass found it. That shows what came or moved
  meanwhile, and each of these explains one record that was shown twice. A pass that doesn't balance is not still.
- A still pass all of whose records a later pass shows has missed nobody who stayed, since what shifts records past the
  reading is either gone later, or was shown twice and is not to be seen at the top. Two passes agree where that is so,
  and where whatever the later shows besides was created after the earlier began.
- A page that is shorter than one the server gave before is the last. An empty one after a full one isn't trusted:
  another page size has to end at the same place.

A list that fits one page comes whole in one answer, so one pass of it is enough, unless it has to show what was
created within the last `list_lag` seconds.

All this is worked out by one generator, which yields what is to be read and when to rest, and is sent the answers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from whautomate_core.api.call import Call, Json
from whautomate_core.client.pages import PAGE_SIZE, SMALLEST_PAGE, require_end
from whautomate_core.client.steps import Rest
from whautomate_core.errors import ListUnstable, UnexpectedResponse

PASSES = 3
"""How often a list is read at most."""

Take = Callable[[Sequence[Json], int], None]
"""Is given the records of each page that the pass hadn't shown, and the page's number, which is 0 in later passes.
Records come again with each pass, as they are then."""


Reading = Generator[Call[Any] | Rest, Any, "Whole"]


@dataclass(frozen=True)
class Whole:
    """How reading a whole list went."""

    agreed: bool
    """Whether what was read is all there is: else whoever was not seen may be there all the same."""
    ended: bool
    """Whether it was read to its end; False where that takes more requests than it may."""
    requests: int
    records: int
    """How many there were in all passes together."""
    differed: int
    """Records in which the last two passes differ."""
    size: int
    """Records of a page, by which the pages of the first pass are numbered."""


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
    """Read a list until it is known what it holds.

    Args:
        cap: The largest page that the server is known to give; 0 where it isn't.
        lag: Seconds for which a new record may be in no list.
        since: By `monotonic`: whatever was created before has to be shown by a list that fits one page as well. None:
            there it is enough what was created `lag` seconds before the reading.
        most: The most requests to make.
    """
    reading = _Reading(call, take, wall, most)
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
            f"{call.method} {call.path} of {where} changed while it was read {PASSES} times, at last by "
            f"{whole.differed} records, so nobody knows what it holds, and nothing was done by it: run this again when "
            "fewer records are being created, deleted or moved (list_lag is the setting for records that show late)"
        )


class _Enough(Exception):
    """More requests than may be made."""


@dataclass
class _Pass:
    """What is known of one pass."""

    number: int
    began: float
    """When, in seconds since the epoch, by our clock."""
    size: int
    pages: int = 0
    """Those that hold records; 1 where one answer held all of them."""
    last: tuple[int, list[str]] = (1, [])
    """The last page and its ids."""
    largest: int = 0
    distinct: int = 0
    positions: int = 0
    newest: float = -math.inf
    """When the latest of its records was created, by the server's clock."""
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
    requests: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    """id -> the passes that showed it, as bits, and above them its place in the latest of these."""
    created: dict[str, float] = field(default_factory=dict)
    """When those were created that the first pass didn't show; infinitely long ago where that can't be read."""

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
        """The pages to the last. Nobody knows how large the server's are: from the second on a size is asked for that
        it has shown to give, so that what it leaves out by cutting can't be missed, and a short page is the last."""
        first, _ = yield from self._page(one, 1)
        count = len(first)
        one.last, one.pages, one.positions = (1, first), min(count, 1), count
        may_be_all = count < one.size and count != cap
        if count < one.size:
            if not count or count < cap:
                return
            # Where that may be all, the next page begins with the last of this one, so that it has to show something.
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
            one.size = max(one.size, count)  # it may not heed what is asked for
            if not count:
                yield from self._confirm_end(one, page)
                return
            one.pages, one.last, one.positions = page, (page, ids), (page - 1) * one.size + count
            if count < one.size:
                return
            in_vain = 0 if new else in_vain + 1
            if in_vain > 1:
                raise UnexpectedResponse(
                    f"{self.call.method} {self.call.path}: page {page} repeats what came before: is paging ignored?"
                )

    def _was_all(self, one: _Pass, first: list[str], second: list[str]) -> Generator[Call[Any], Any, bool]:
        """Whether a first page was the whole list, now that the second shows nobody else.

        Others may have stood on the second page and moved up as some of these were deleted. In a list that keeps its
        order the overlap excludes that; in any, that all of these are still there.
        """
        is_overlap = second == first[one.size :]
        if is_overlap and len(first) > 2 and not _may_be_largest(len(first)):
            return True
        # Where the overlap is missing, all of these come only from a server that doesn't heed what is asked for.
        ids, _ = yield from self._page(one, 1, len(first) if is_overlap else one.size)
        return set(first) <= set(ids)

    def _confirm_end(self, one: _Pass, page: int) -> Generator[Call[Any], Any, None]:
        """See that nothing follows a full page: asked for by another size, the list has to end at the same place."""
        end = (page - 1) * one.size
        other = next((size for size in range(one.size - 1, 0, -1) if end % size), 0)
        number, rest = (end // other + 1, end % other) if other else (page + 1, 0)
        ids, _ = yield from self._page(one, number, other or one.size)
        one.still = one.still and len(ids) == rest
        one.last = (page, [])

    def _unpaged(self, one: _Pass) -> Generator[Call[Any], Any, None]:
        """A list for which no paging is documented: one answer, unless a second page shows others."""
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
        """Go on from the top until a page is as the pass found it, and see whether what came since explains it."""
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
            # What came after the last page was read explains nothing.
            number, held = one.last
            ids, _ = yield from self._page(one, number)
            one.still = one.still and ids[: len(held)] == held
        one.still = one.still and came == shown_twice

    def _page(
        self, one: _Pass, page: int, size: int | None = None, places: list[int] | None = None
    ) -> Generator[Call[Any], Any, tuple[list[str], int]]:
        """Read a page: the ids on it, and how many of them this pass hadn't shown. `places`: is given where in the
        pass each stood, -2 for who is new."""
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
            raise UnexpectedResponse(f"{self.call.method} {self.call.path}: the list holds what is no record")
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
        """Note that a pass shows a record; whether it hadn't yet. A record without an id is always new."""
        known = self.seen.get(id, 0)
        if id and known & one.bit:
            return False
        at = _moment(record.get("createdAt"))
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
        """Whether somebody is gone whom another pass showed."""
        return one.number > 0 and any(not known & one.bit for known in self.seen.values())

    def differences(self, earlier: _Pass, later: _Pass) -> int:
        """In how many records two passes differ in a way that says that somebody may have been missed."""
        count = 0 if earlier.still else 1
        for id, known in self.seen.items():
            in_earlier, in_later = known & earlier.bit, known & later.bit
            if in_earlier:
                count += not in_later
            elif in_later:
                # Whoever an earlier one has shown was there. The clocks may differ: both have to say that it is new.
                was_there = known & (earlier.bit - 1)
                at = self.created.get(id, -math.inf)
                count += bool(was_there) or at < earlier.began or at <= earlier.newest
        return count


def _may_be_largest(count: int) -> bool:
    """Whether a server might give no larger pages than this one. Such sizes are round; small ones are for tests."""
    return count < SMALLEST_PAGE or count % 10 == 0


def _another(size: int) -> int:
    """A page size that is a little smaller, and whose pages end where those of the other don't."""
    return next((one for one in range(size - max(1, size // 20), 0, -1) if math.gcd(one, size) == 1), size)


def _moment(text: object) -> float | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
