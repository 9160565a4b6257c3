"""Staff time off, from rows or a calendar file: what is missing is added, what was added and is gone is removed.

There is no key by which a block could be known again, so the claim under which each was made is kept: it holds the
block's id, and nothing else is ever removed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from whautomate_core.api import staffs
from whautomate_core.api.call import Json
from whautomate_core.api.records import AvailabilityBlock, Staff
from whautomate_core.bookings.calendars import busy_times
from whautomate_core.bookings.lines import describe_staff_blocks
from whautomate_core.bookings.seen import staff_named
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, WhautomateError
from whautomate_core.job import job
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import ROW_ERRORS, Report, check_mapping, read_rows
from whautomate_core.values.thresholds import Threshold, check_threshold, limit
from whautomate_core.values.times import aware, placed, utc, zone

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client
    from whautomate_core.state.claims import Claim

log = logging.getLogger(__name__)

Wanted = dict[tuple[str, datetime, datetime], int]
"""Staff id, start, end -> the row that asks for it."""


@job("staffs", describe_staff_blocks, redacted=("source", "mapping", "reason"))
def sync_staff_blocks(
    client: Client,
    calendar: str,
    source: str | Iterable[Mapping[str, Any]],
    timezone: str,
    *,
    mapping: dict[str, str] | None = None,
    staff_id: str | None = None,
    reason: str | None = None,
    earliest: datetime | str | None = None,
    days: int = 365,
    max_rejected: Threshold = "100%",
    max_removed: Threshold | None = None,
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Block the times at which staff are not available, by rows or an iCalendar file.

    A block that is there, by staff, start and end, is left alone, whoever made it. Of those that this calendar added,
    the ones that it doesn't name any more are removed; no others ever are, and none at all while a row can't be read,
    since it may name one. What ends before `earliest` is neither added nor removed. Running it again continues where
    it stopped.

    Args:
        calendar: A name for this source, by which its blocks are known again: always the same.
        source: Path or URL of a CSV, JSON lines, Parquet or iCalendar file (`.ics`), or rows as dicts.
        timezone: IANA zone of the location, such as `Europe/Berlin`: of whole days, and of times without an offset.
        mapping: Of rows, which column holds `staff` (an id or an e-mail address), `start` and `end`; those names where
            None. A date alone is the whole day, as an end the last one.
        staff_id: Whose calendar it is: needed for an iCalendar file, in place of `staff` for rows.
        reason: What a block says. Nothing is taken from the calendar's own words.
        earliest: What ends before is past: a datetime with a time zone, or text with an offset; defaults to now.
        days: Of a calendar file, how many days from `earliest` on are looked at.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share like `"5%"`.
        max_removed: How many of the blocks that this calendar added and that aren't past may be removed, before
            nothing is sent: a count, or a share like `"50%"`. Where None, any number, but not all by a source that
            names no time any more, such as an empty calendar: `"100%"` permits that too.
        max_failed: Rows that the server may refuse, or whose outcome nobody knows, before the step fails.
        rejects_path: File or URL for rows that were not sent, with row number and reason: JSON lines, or Parquet.

    Returns: Counts: `rows` (of a calendar, events), of which `added`, `there`, `folded` (the same as an earlier row),
        `past` (or beyond `days`, or taking no time), `rejected`, `protected` (0), `failed`, `unsettled` (nobody knows
        whether it was added; a later run finds out); beside them `blocks` (wanted), `removed` and `kept` (gone, but
        not removed).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.
    """
    if not isinstance(calendar, str) or not calendar.strip():
        raise ConfigurationError("calendar must be a name for this source, always the same")
    tz, first = zone(timezone), datetime.now(UTC) if earliest is None else aware("earliest", earliest)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 3660:
        raise ConfigurationError("days must be a whole number from 1 to 3660")
    if max_removed is not None:
        check_threshold("max_removed", max_removed)
    known = _Staff(client)
    report = Report(client.used, "added", "there", "folded", "past", changes=("added", "removed"), same="there")
    if isinstance(source, str) and source.lower().endswith(".ics"):
        if staff_id is None or mapping is not None:
            raise ConfigurationError("an iCalendar file belongs to one member of staff: set staff_id, and no mapping")
        last = first + timedelta(days=days)
        events = [*busy_times(source, timezone, first, last, storage)]
        wanted = _of_events(events, known.id_of(staff_id), report)
    else:
        last = None
        wanted = _of_rows(source, mapping, staff_id, timezone, first, known, report, storage)
    report.require_few_rejected(max_rejected)
    job = _Job(client, calendar, tz, reason, report)
    job.run(wanted, first, last, max_removed)
    return report.finish(max_failed, rejects_path, storage)


# --- what is wanted


class _Staff:
    """Staff by id or e-mail address; read when the first is asked for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._all: list[Staff] | None = None

    def id_of(self, name: str) -> str:
        """Raises `InvalidRequest` where there is nobody of that id or address, or several."""
        if self._all is None:
            self._all = [one for page in self._client.pages(staffs.list_staffs()) for one in page]
        return staff_named(self._all, name)


def _of_events(events: Iterable[Any], staff_id: str, report: Report) -> Wanted:
    wanted: Wanted = {}
    for event in events:
        report.rows += 1
        new = [(staff_id, *span) for span in event.times if (staff_id, *span) not in wanted]
        if event.problem is not None:
            report.reject(event.number, event.problem)
        elif not event.times:
            report.add("past")
        elif not new:
            report.add("folded")
        for one in new:
            wanted[one] = event.number
    return wanted


def _of_rows(
    source: str | Iterable[Mapping[str, Any]],
    mapping: dict[str, str] | None,
    staff_id: str | None,
    timezone: str,
    first: datetime,
    known: _Staff,
    report: Report,
    storage: Storage,
) -> Wanted:
    required = {"start", "end"} | ({"staff"} if staff_id is None else set())
    columns = check_mapping({name: name for name in required} if mapping is None else mapping, required, set())
    wanted: Wanted = {}
    for number, cells in read_rows(source, columns, report, storage):
        try:
            start = _begins("start", cells["start"], timezone)
            end = _begins("end", cells["end"], timezone, days=1)
            if not start < end:
                raise InvalidRequest("end must be after start")
            block = (known.id_of(cells["staff"] if staff_id is None else staff_id), start, end)
        except (ConfigurationError, InvalidRequest) as error:
            report.reject(number, str(error))
            continue
        if end <= first:
            report.add("past")
        elif block in wanted:
            report.add("folded")
        else:
            wanted[block] = number
    return wanted


def _begins(what: str, text: str, timezone: str, days: int = 0) -> datetime:
    """The instant of a time, or of the beginning of a day, `days` later."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return placed(what, text, timezone)
    return (day + timedelta(days=days)).replace(tzinfo=zone(timezone)).astimezone(UTC)


# --- what is there, and what is done


class _Job:
    def __init__(self, client: Client, calendar: str, tz: ZoneInfo, reason: str | None, report: Report) -> None:
        self._client = client
        self._claims = client.state.claims
        self._account = client.account.id
        self._prefix = json.dumps(["staff block", calendar])[:-1] + ", "
        self._tz = tz
        self._reason = reason
        self._report = report

    def run(self, wanted: Wanted, first: datetime, last: datetime | None, max_removed: Threshold | None) -> None:
        claims = {self._block(claim): claim for claim in self._claims.under(self._account, self._prefix)}

        def is_meant(block: Any) -> bool:
            return bool(first < block[2] and (last is None or block[1] < last))

        self._require_few_removed({one for one in claims if is_meant(one)}, wanted, max_removed)
        for name in ("blocks", "removed", "kept"):
            self._report.others[name] = len(wanted) if name == "blocks" else 0
        for staff in dict.fromkeys(one[0] for one in (*claims, *wanted)):
            blocks = {block: row for block, row in wanted.items() if block[0] == staff}
            mine = {block: claim for block, claim in claims.items() if block[0] == staff}
            open_ones = any(not claim.settled for claim in mine.values())
            gone = {one for one in mine if one not in blocks and is_meant(one)}
            if blocks or gone or open_ones:
                self._staff(staff, blocks, mine, gone)

    def _require_few_removed(self, mine: set[Any], wanted: Wanted, max_removed: Threshold | None) -> None:
        gone = len(mine - wanted.keys())
        if self._report.unsure or not gone:
            return
        if max_removed is None and not wanted:
            raise InvalidRequest(
                f"the source names no time that isn't past, so all {gone} blocks that this calendar added would be "
                'removed: nothing was sent. Where it is not empty by mistake, set max_removed="100%"'
            )
        if max_removed is not None and gone > limit("max_removed", max_removed, len(mine)):
            raise InvalidRequest(
                f"{gone} of {len(mine)} blocks that this calendar added would be removed, over "
                f"max_removed={max_removed!r}: nothing was sent"
            )

    def _staff(self, staff: str, blocks: Wanted, claims: dict[Any, Claim], unwanted: set[Any]) -> None:
        there = self._now(staff)
        own = self._own(claims, there)
        gone = {block: own[block] for block in unwanted if block in own}
        clock = self._clock(there, own)
        outcomes: dict[int, str] = {}
        failed: dict[int, WhautomateError] = {}
        try:
            for block, row in blocks.items():
                if any(self._is(one, block, clock) or own.get(block) == one.get("id") for one in there):
                    outcomes.setdefault(row, "there")
                    continue
                try:
                    outcome = self._add(block, there, gone)
                    outcomes[row] = "added" if outcome == "added" else outcomes.get(row, outcome)
                except ROW_ERRORS as error:
                    failed.setdefault(row, self._explained(block, error, blocks, there))
        finally:  # also where it waits for a permit, and begins anew
            for row, outcome in outcomes.items():
                if row not in failed:
                    self._report.add(outcome)
        for row, why in failed.items():
            self._report.failed(row, why)
        for block, id in gone.items():
            if self._report.unsure:
                self._report.others["kept"] += 1
            else:
                self._remove(block, id)

    def _own(self, claims: dict[Any, Claim], there: list[AvailabilityBlock]) -> dict[Any, str]:
        """The blocks that this calendar has added, and their ids. What nobody knew the outcome of is looked up."""
        own = {}
        for block, claim in claims.items():
            if claim.settled:
                own[block] = str(claim.result["id"])
            elif found := self._made(block, claim, there):
                own[block] = found["id"]
                self._claims.settle(self._account, claim.key, {"id": found["id"]})
            else:
                # Nobody is messaged by a block, and to have it twice does no harm: so it may be made again in time.
                self._claims.lapse(claim)
        return own

    def _made(self, block: Any, claim: Claim, there: list[AvailabilityBlock]) -> AvailabilityBlock | None:
        """The block that a claim was for; not one of those that were there before, and only look like it."""
        new = [one for one in there if one["id"] not in claim.result["alike"]]
        return next((one for one in new if self._may_be(one, block)), None)

    def _add(self, block: Any, there: list[AvailabilityBlock], gone: dict[Any, str]) -> str:
        """Make a block; where the server wants no overlaps, once those of ours that it would replace are removed.

        Returns: whether it was `added`, or was `there` already.
        """
        try:
            return self._make(block, there)
        except InvalidRequest as error:
            old = [one for one in gone if one[1] < block[2] and block[1] < one[2]]
            if error.status is None or not old or self._report.unsure:
                raise
            for one in old:
                self._remove(one, gone.pop(one))
            return self._make(block, there)

    def _make(self, block: Any, there: list[AvailabilityBlock]) -> str:
        from whautomate_core.client.once import read_made, send_once

        staff, start, end = block
        key = self._key(block)
        # Wall time and offset both, of the location's zone: right however the server reads it.
        body: Any = {
            "startDate": start.astimezone(self._tz).isoformat(),
            "endDate": end.astimezone(self._tz).isoformat(),
        }
        body |= {"reason": self._reason} if self._reason else {}
        alike = [one["id"] for one in there if self._may_be(one, block)]

        def find(patiently: bool) -> AvailabilityBlock | None:
            claim = self._claims.look(self._account, key, {}, what)
            return None if claim is None or claim.settled else self._made(block, claim, self._now(staff))

        call = staffs.create_staff_availability_block(staff, body)
        what = f"{call.method} {call.path}"
        while True:
            claim = self._claims.look(self._account, key, {}, what)
            if claim is not None and claim.settled:
                if read_made(self._client, claim, lambda id: staffs.get_staff_availability_block(staff, id)):
                    return "there"  # the list doesn't show it yet, or another run was quicker
                continue  # somebody removed it by hand, and it is still wanted
            sent = send_once(
                self._client,
                key,
                call,
                lambda record: {"id": record["id"]},
                find=find,
                payload={},
                note={"alike": alike},
            )[1]
            if sent:
                return "added"

    def _now(self, staff: str) -> list[AvailabilityBlock]:
        return self._client.everything(staffs.list_staff_availability_blocks(staff))

    def _remove(self, block: Any, id: str) -> None:
        claim = self._claims.get(self._account, self._key(block))
        try:
            self._client.send(staffs.delete_staff_availability_block(block[0], id))
        except NotFound:
            if claim is not None and not self._claims.lapse(claim):
                log.info("block %s can't be found so soon after it was made: a later run looks again", id)
                self._report.others["kept"] += 1
                return
            log.info("block %s was removed by somebody else", id)
        self._claims.release(self._account, self._key(block))
        self._report.others["removed"] += 1

    def _explained(
        self, block: Any, error: WhautomateError, blocks: Wanted, there: list[AvailabilityBlock]
    ) -> WhautomateError:
        """Why a block was refused, where that can be told: it overlaps another."""
        others = [(start, end) for _, start, end in blocks if (start, end) != block[1:]]
        others += [span for one in there for span in _spans(one, self._tz).values()]
        if not isinstance(error, InvalidRequest) or not any(a < block[2] and block[1] < b for a, b in others):
            return error
        said = "it overlaps another block of this member of staff, which the server refuses: let their rows not overlap"
        return InvalidRequest(said, status=error.status)

    # Claims: what this calendar has added, by staff, start and end

    def _key(self, block: Any) -> str:
        staff, start, end = block
        return f"{self._prefix}{json.dumps([staff, utc(start), utc(end)])[1:]}"

    def _block(self, claim: Claim) -> Any:
        _, _, staff, start, end = json.loads(claim.key)
        return staff, aware("start", start), aware("end", end)

    # Times of blocks as they come back

    def _clock(self, there: list[AvailabilityBlock], own: Mapping[Any, str]) -> str | None:
        """What times without an offset mean here, where one of our own blocks tells."""
        begins = {id: block[1:] for block, id in own.items()}
        for one in there:
            spans = _spans(one, self._tz)
            if len(spans) == 2 and one["id"] in begins:
                return next((clock for clock, span in spans.items() if span == begins[one["id"]]), None)
        return None

    def _is(self, record: AvailabilityBlock, block: Any, clock: str | None) -> bool:
        """Whether a block that is there is the one: where it may mean two times, and nobody knows which, it isn't.

        To block a time twice does no harm, and not to block it does.
        """
        spans = _spans(record, self._tz)
        meant = [spans[clock]] if clock in spans and len(spans) == 2 else list(spans.values())
        return bool(meant) and all(span == block[1:] for span in meant)

    def _may_be(self, record: AvailabilityBlock, block: Any) -> bool:
        return block[1:] in _spans(record, self._tz).values()


def _spans(record: Mapping[str, Any], tz: ZoneInfo) -> dict[str | None, tuple[datetime, datetime]]:
    """What a block may mean: one span, or two where its times have no offset but a Z (evidence: none for blocks).

    The names of its fields differ between the two integrators who have them (D).
    """
    texts = [str(record.get(f"{end}Time") or record.get(f"{end}Date")) for end in ("start", "end")]
    found: dict[str | None, tuple[datetime, datetime]] = {}
    for clock, its in (("wall", tz), ("utc", UTC)):
        try:
            start, end = (_meant(text, its, days) for text, days in zip(texts, (0, 1), strict=True))
        except (ValueError, OverflowError):
            return {}
        found[clock] = (start, end)
    return found if found["wall"] != found["utc"] else {"wall": found["wall"]}


def _meant(text: str, tz: Any, days: int) -> datetime:
    at = datetime.fromisoformat(text)
    if len(text) <= 10:
        return (at + timedelta(days=days)).replace(tzinfo=tz).astimezone(UTC)
    return (at if at.utcoffset() else at.replace(tzinfo=tz)).astimezone(UTC)
