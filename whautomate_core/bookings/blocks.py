"""Times at which a member of staff is blocked, as Whautomate has them, and those that one calendar has added.

A block has no key of its own, so the claim under which it was made is kept: it holds the block's id.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from whautomate_core.api import staffs
from whautomate_core.api.records import AvailabilityBlock
from whautomate_core.errors import InvalidRequest, NotFound, WhautomateError
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.values.times import aware, utc

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client
    from whautomate_core.state.claims import Claim

log = logging.getLogger(__name__)

Block = tuple[str, datetime, datetime]
"""Staff id, start, end."""


class Calendar:
    """What one calendar has added: its claims, by staff, start and end."""

    def __init__(self, client: Client, name: str, tz: ZoneInfo, reason: str | None) -> None:
        self.client = client
        self.claims = client.state.claims
        self.account = client.account.id
        self.tz = tz
        self.reason = reason
        self._prefix = json.dumps(["staff block", name])[:-1] + ", "

    def added(self) -> dict[Block, Claim]:
        """The blocks that this calendar has added, or may have, with their claims."""
        return {self._block(claim): claim for claim in self.claims.under(self.account, self._prefix)}

    def key(self, block: Block) -> str:
        """The key of the claim under which a block is made."""
        staff, start, end = block
        return f"{self._prefix}{json.dumps([staff, utc(start), utc(end)])[1:]}"

    def _block(self, claim: Claim) -> Block:
        _, _, staff, start, end = json.loads(claim.key)
        return staff, aware("start", start), aware("end", end)


class StaffBlocks:
    """The blocks of one member of staff: what is there, and what of it a calendar has added.

    `counts` gets what is `removed` and `kept`.
    """

    def __init__(
        self,
        calendar: Calendar,
        staff_id: str,
        claims: Mapping[Block, Claim],
        unwanted: Iterable[Block],
        counts: Counter[str],
    ) -> None:
        """Read the blocks. `claims` are those of the calendar for this member of staff."""
        self._calendar = calendar
        self._client = calendar.client
        self._staff_id = staff_id
        self._counts = counts
        self._there = self._now()
        self._own = self._added(claims)
        self._clock = self._clock_of_own()
        self._gone = {block: self._own[block] for block in unwanted if block in self._own}

    def add(self, block: Block, *, may_remove: bool) -> Outcome:
        """Make a block where it is missing.

        Where the server accepts no overlaps, those blocks of the calendar that it no longer names and that stand in
        the way are removed first, if `may_remove` says so. Raises what the client raises.
        """
        if any(self._is(one, block) or self._own.get(block) == one.get("id") for one in self._there):
            return "unchanged"
        try:
            return self._make(block)
        except InvalidRequest as error:
            old = [one for one in self._gone if one[1] < block[2] and block[1] < one[2]]
            if error.status in (None, 404) or not old or not may_remove:
                raise
            for one in old:
                self._remove(one, self._gone.pop(one))
            return self._make(block)

    def remove_gone(self, *, may_remove: bool) -> None:
        """Remove what the calendar has added and no longer names."""
        for block, id in self._gone.items():
            if may_remove:
                self._remove(block, id)
            else:
                self._counts["kept"] += 1

    def explained(self, block: Block, error: WhautomateError, wanted: Iterable[Block]) -> WhautomateError:
        """Why a block was refused, where that can be told: it overlaps another one, wanted or there."""
        others = [one[1:] for one in wanted if one != block]
        others += [span for one in self._there for span in _spans(one, self._calendar.tz).values()]
        refused = isinstance(error, InvalidRequest) and error.status not in (None, 404)
        if not refused or not any(a < block[2] and block[1] < b for a, b in others):
            return error
        said = "it overlaps another block of this member of staff, and the server accepts no overlaps"
        return InvalidRequest(said, status=error.status)

    def _now(self) -> list[AvailabilityBlock]:
        return self._client.everything(staffs.list_staff_availability_blocks(self._staff_id))

    def _added(self, claims: Mapping[Block, Claim]) -> dict[Block, str]:
        """The blocks that the calendar has added, with their ids. Unknown outcomes are looked up."""
        own = {}
        for block, claim in claims.items():
            if claim.settled:
                own[block] = str(claim.result["id"])
            elif found := self._made(block, claim, self._there):
                own[block] = found["id"]
                self._calendar.claims.settle(self._calendar.account, claim.key, {"id": found["id"]})
            else:
                # A block messages nobody, and having it twice does no harm: so it may be made again in time.
                self._calendar.claims.lapse(claim)
        return own

    def _made(self, block: Block, claim: Claim, there: list[AvailabilityBlock]) -> AvailabilityBlock | None:
        """The block that a claim was for, and not one that was there before and only looks like it."""
        new = [one for one in there if one["id"] not in claim.result["alike"]]
        return next((one for one in new if self._may_be(one, block)), None)

    def _make(self, block: Block) -> Outcome:
        from whautomate_core.client.once import read_made, send_once

        staff, start, end = block
        key, tz = self._calendar.key(block), self._calendar.tz
        claims, account = self._calendar.claims, self._calendar.account
        # Wall time and offset both, of the location's zone: right however the server reads it.
        body: Any = {"startDate": start.astimezone(tz).isoformat(), "endDate": end.astimezone(tz).isoformat()}
        body |= {"reason": self._calendar.reason} if self._calendar.reason else {}
        alike = [one["id"] for one in self._there if self._may_be(one, block)]

        def find(patiently: bool) -> AvailabilityBlock | None:
            claim = claims.look(account, key, {}, what)
            return None if claim is None or claim.settled else self._made(block, claim, self._now())

        call = staffs.create_staff_availability_block(staff, body)
        what = f"{call.method} {call.path}"
        while True:
            claim = claims.look(account, key, {}, what)
            if claim is not None and claim.settled:
                if read_made(self._client, claim, lambda id: staffs.get_staff_availability_block(staff, id)):
                    return "unchanged"  # the list doesn't show it yet, or another run was quicker
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
                return "created"

    def _remove(self, block: Block, id: str) -> None:
        claims, account, key = self._calendar.claims, self._calendar.account, self._calendar.key(block)
        claim = claims.get(account, key)
        try:
            self._client.send(staffs.delete_staff_availability_block(self._staff_id, id))
        except NotFound:
            if claim is not None and not claims.lapse(claim):
                log.info("block %s can't be found so soon after it was made: a later run looks again", id)
                self._counts["kept"] += 1
                return
            log.info("block %s was removed by somebody else", id)
        claims.release(account, key)
        self._counts["removed"] += 1

    # --- times of blocks as they come back

    def _clock_of_own(self) -> str | None:
        """What times without an offset mean here, where one of the calendar's own blocks tells."""
        begins = {id: block[1:] for block, id in self._own.items()}
        for one in self._there:
            spans = _spans(one, self._calendar.tz)
            if len(spans) == 2 and one["id"] in begins:
                return next((clock for clock, span in spans.items() if span == begins[one["id"]]), None)
        return None

    def _is(self, record: AvailabilityBlock, block: Block) -> bool:
        """Whether a record is this block. Where it may mean two times and nothing tells which, it is not.

        Blocking a time twice does no harm, and not blocking it does.
        """
        spans = _spans(record, self._calendar.tz)
        meant = [spans[self._clock]] if self._clock in spans and len(spans) == 2 else list(spans.values())
        return bool(meant) and all(span == block[1:] for span in meant)

    def _may_be(self, record: AvailabilityBlock, block: Block) -> bool:
        return block[1:] in _spans(record, self._calendar.tz).values()


def _spans(record: Mapping[str, Any], tz: ZoneInfo) -> dict[str | None, tuple[datetime, datetime]]:
    """What the times of a block may mean: one span, or two where they end in a Z that may be false (evidence: none).

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


def _meant(text: str, tz: tzinfo, days: int) -> datetime:
    at = datetime.fromisoformat(text)
    if len(text) <= 10:
        return (at + timedelta(days=days)).replace(tzinfo=tz).astimezone(UTC)
    return (at if at.utcoffset() else at.replace(tzinfo=tz)).astimezone(UTC)
