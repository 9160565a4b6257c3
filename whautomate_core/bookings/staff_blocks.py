"""Staff time off, from rows or a calendar file: what is missing is added, what was added and is gone is removed.

Only blocks that the same calendar has added are ever removed (`blocks.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from whautomate_core.api import staffs
from whautomate_core.api.call import Json
from whautomate_core.bookings.blocks import Block, Calendar, StaffBlocks
from whautomate_core.bookings.calendars import busy_times
from whautomate_core.bookings.lines import describe_staff_blocks
from whautomate_core.bookings.seen import staff_named
from whautomate_core.errors import ConfigurationError, InvalidRequest, WhautomateError
from whautomate_core.job import job
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import LeftOut, RowJob, Wanted, check_mapping, read_lines, run_rows
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.rows.sources import Source
from whautomate_core.rows.store import Item, Line, Store
from whautomate_core.values.numbers import require_whole
from whautomate_core.values.thresholds import Threshold, check_threshold, require_within
from whautomate_core.values.times import aware, placed, zone

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client
    from whautomate_core.state.claims import Claim


@job("staffs", describe_staff_blocks, redacted=("source", "mapping", "reason"), writes=("staff_blocks",))
def sync_staff_blocks(
    client: Client,
    calendar: str,
    source: Source,
    timezone: str,
    *,
    mapping: Mapping[str, str] | None = None,
    staff_id: str | None = None,
    reason: str | None = None,
    earliest: datetime | str | None = None,
    days: int = 365,
    max_removed: Threshold | None = None,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Block the times at which staff are not available, by rows or an iCalendar file.

    A block that is already there, by staff, start and end, is left alone, whoever made it. Blocks that this calendar
    added and no longer names are removed. No other block is ever removed, and none at all while a row can't be read,
    because that row may name it. Times that end before `earliest` are neither added nor removed. Running it again
    continues where it stopped.

    Args:
        calendar: A name for this source, by which its blocks are recognised: it must stay the same.
        source: Path or URL of a CSV, JSON lines, Parquet or iCalendar file (`.ics`), rows as dicts, or a query (`Sql`).
        timezone: IANA zone of the location, such as `Europe/Berlin`: of whole days, and of times without an offset.
        mapping: What a value is -> its column: `staff` (an id or an e-mail address), `start` and `end`; defaults to
            columns of these names. A date alone is the whole day; as an end, it is the last one.
        staff_id: Whose calendar it is: required for an iCalendar file, and in place of `staff` for rows.
        reason: The reason that blocks show. Nothing is taken from the calendar's own text.
        earliest: Times that end before it are in the past: a datetime with a time zone, or text with an offset;
            defaults to now.
        days: How many days from `earliest` on a calendar file is looked at.
        max_removed: How many of the blocks that this calendar added, and that are not past, may be removed before
            nothing is sent: a count, or a share like `"50%"`; defaults to unlimited, but never all of them because the
            source names no time, such as an empty calendar. `"100%"` permits that too.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.

    Returns: Counts: `rows` (of a calendar, events), of which `created`, `unchanged`, `past` (or beyond `days`, or
        taking no time), `superseded` (the same as an earlier row), `rejected`, `protected` (0), `failed`, `unsettled`
        (the outcome is unknown; a later run finds out); beside them `blocks` (wanted), `removed` and `kept` (no longer
        named, but not removed).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.
    """
    if not isinstance(calendar, str) or not calendar.strip():
        raise ConfigurationError("calendar must be a name for this source that stays the same")
    tz, first = zone(timezone), datetime.now(UTC) if earliest is None else aware("earliest", earliest)
    require_whole("days", days, 1, 3660)
    check_threshold("max_removed", max_removed)
    last = None
    if isinstance(source, str) and source.lower().endswith(".ics"):
        if staff_id is None or mapping is not None:
            raise ConfigurationError("an iCalendar file belongs to one member of staff: set staff_id, and no mapping")
        last = first + timedelta(days=days)
        lines = _events(source, timezone, first, last, storage)
    else:
        required = {"start", "end"} | ({"staff"} if staff_id is None else set())
        lines = read_lines(source, check_mapping(mapping, required, set()), storage)
    return run_rows(
        _StaffBlocks(client, Calendar(client, calendar, tz, reason), staff_id, timezone, (first, last), max_removed),
        client.used,
        lines,
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        storage=storage,
    )


def _events(path: str, timezone: str, first: datetime, last: datetime, storage: Storage) -> Iterator[Line]:
    """The events of a calendar file as rows, whose one cell has their times."""
    for event in busy_times(path, timezone, first, last, storage):
        yield Line(event.number, {"times": [[at.isoformat() for at in span] for span in event.times]}, event.problem)


class _StaffBlocks(RowJob):
    """The key of a row is a staff id, a start and an end. An event that repeats asks for several."""

    job = "sync_staff_blocks"
    outcomes = ("created", "unchanged", "past")
    beside = ("blocks", "removed", "kept")

    def __init__(
        self,
        client: Client,
        calendar: Calendar,
        staff_id: str | None,
        timezone: str,
        period: tuple[datetime, datetime | None],
        max_removed: Threshold | None,
    ) -> None:
        self._known = _Staff(client)
        self._calendar = calendar
        self._staff_id = staff_id
        self._timezone = timezone
        self._first, self._last = period
        self._max_removed = max_removed
        self._claims: dict[Block, Claim] = {}
        self._gone: set[Block] = set()
        self._blocks: dict[str, StaffBlocks] = {}
        """Staff id -> their blocks, read when the first is needed."""

    def prepare(self) -> None:
        if self._staff_id is not None:
            self._staff_id = self._known.id_of(self._staff_id)

    def read(self, cells: Mapping[str, Any]) -> Wanted:
        if "times" in cells:
            spans = [(start, end) for start, end in cells["times"]]
            if not spans:
                raise LeftOut("past")
            return [((str(self._staff_id), *span), None) for span in spans]
        start = _begins("start", cells["start"], self._timezone)
        end = _begins("end", cells["end"], self._timezone, days=1)
        if not start < end:
            raise InvalidRequest("end must be after start")
        staff = self._staff_id or self._known.id_of(cells["staff"])
        if end <= self._first:
            raise LeftOut("past")
        return [((staff, start.isoformat(), end.isoformat()), None)]

    def choose(self, earlier: Item, later: Item) -> Item:
        return earlier

    def look(self, items: Store) -> None:
        self._items = items
        self._claims = self._calendar.added()
        mine = {block for block in self._claims if self._is_meant(block)}
        self._gone = {block for block in mine if items.get(_key(block)) is None}
        self.report.beside["blocks"] = len(items)
        if self.report.is_unsure or not self._gone:
            return
        if self._max_removed is None and not len(items):
            raise InvalidRequest(
                f"the source names no time that isn't past, so all {len(self._gone)} blocks that this calendar added "
                'would be removed: nothing was sent. If the source is meant to be empty, set max_removed="100%"'
            )
        what = "that this calendar added would be removed"
        require_within("max_removed", self._max_removed, len(self._gone), len(mine), "block", what)

    def apply(self, item: Item) -> Outcome:
        block = _block(item)
        return self._of(block[0]).add(block, may_remove=not self.report.is_unsure)

    def failed(self, item: Item, error: WhautomateError) -> LeftOut:
        block = _block(item)
        wanted = (other for one in self._items.items() if (other := _block(one))[0] == block[0])
        return super().failed(item, self._of(block[0]).explained(block, error, wanted))

    def end(self) -> None:
        for block, claim in self._claims.items():
            if block in self._gone or not claim.settled:
                self._of(block[0])  # also finds out what became of blocks whose outcome is unknown
        for blocks in self._blocks.values():
            blocks.remove_gone(may_remove=not self.report.is_unsure)

    def _of(self, staff_id: str) -> StaffBlocks:
        if staff_id not in self._blocks:
            claims = {block: claim for block, claim in self._claims.items() if block[0] == staff_id}
            gone = self._gone & claims.keys()
            self._blocks[staff_id] = StaffBlocks(self._calendar, staff_id, claims, gone, self.report.beside)
        return self._blocks[staff_id]

    def _is_meant(self, block: Block) -> bool:
        """Whether a block is in the period that the source is about."""
        return self._first < block[2] and (self._last is None or block[1] < self._last)


def _key(block: Block) -> tuple[str, ...]:
    return block[0], block[1].isoformat(), block[2].isoformat()


def _block(item: Item) -> Block:
    staff, start, end = item.key
    return staff, datetime.fromisoformat(start), datetime.fromisoformat(end)


def _begins(what: str, text: str, timezone: str, days: int = 0) -> datetime:
    """The instant of a time, or of the start of a day, `days` later."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return placed(what, text, timezone)
    return (day + timedelta(days=days)).replace(tzinfo=zone(timezone)).astimezone(UTC)


class _Staff:
    """Staff by id or e-mail address; read when the first is asked for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._all: Iterable[Any] | None = None

    def id_of(self, name: str) -> str:
        """Raises `InvalidRequest` where nobody has that id or address, or several people."""
        if self._all is None:
            self._all = [one for page in self._client.pages(staffs.list_staffs()) for one in page]
        return staff_named(self._all, name)
