"""The participants of a class: made equal to rows, or made to include them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from whautomate_core.api import classes
from whautomate_core.api.call import Json, path_id, summary
from whautomate_core.api.records import ClassParticipant
from whautomate_core.bookings.lines import describe_participants
from whautomate_core.bookings.seen import free_places, is_cancelled
from whautomate_core.errors import ConfigurationError, InvalidRequest, OutcomeUnknown, PolicyRefused
from whautomate_core.job import job
from whautomate_core.people.find import clients_with, has
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import LeftOut, RowJob, Wanted, check_mapping, read_lines, region_mapping, run_rows
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.rows.sources import Source
from whautomate_core.rows.store import Item, Store
from whautomate_core.values import settling
from whautomate_core.values.members import Members
from whautomate_core.values.thresholds import Threshold, check_threshold, require_within
from whautomate_core.values.times import starts_of, utc

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)

_WAITS = "WAITLISTED"


def participants_of(client: Client, class_id: str) -> list[ClassParticipant]:
    """Everybody whom the list of a class shows, including those who cancelled."""
    return client.everything(classes.list_class_participants(class_id))


def added_lately(client: Client, class_id: str, listed: Iterable[ClassParticipant]) -> dict[str, str]:
    """Those whom our own claims added to a class so recently that its list need not show them: client id -> place id.

    A place can't be read by its id. So until `SETTLE_AFTER` the claim is believed, unless the list shows the place as
    cancelled, or it was taken back from here.
    """
    from whautomate_core.client.once import made_id

    claims, account, prefix = client.state.claims, client.account.id, _place_key(class_id, "")
    shown = {one["id"] for one in listed}
    added = {}
    for claim in claims.under(account, prefix, seconds=settling.SETTLE_AFTER):
        place = made_id(claim)
        if place is not None and place not in shown:
            left = claims.get(account, _leave_key(class_id, place))
            if left is None or not left.settled:
                added[claim.key.removeprefix(prefix)] = place
    return added


def _place_key(class_id: str, client_id: str) -> str:
    return f"class/{class_id}/participant/{client_id}"


def _leave_key(class_id: str, place_id: str) -> str:
    return f"class/{class_id}/leave/{place_id}"


@job("classes", describe_participants, redacted=("source", "mapping"), writes=("class_bookings",))
def enrol_participants(
    client: Client,
    class_id: str,
    source: Source,
    *,
    mapping: Mapping[str, str] | None = None,
    members: Members = "at_least",
    waitlist: bool = True,
    default_region: str | None = None,
    region_column: str | None = None,
    thorough: bool = False,
    max_removed: Threshold | None = None,
    allow_protected: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Enrol the clients of rows in a class; with `members="exactly"`, also remove everybody else.

    Clients who already take part or wait are left alone, also if they do so through another client record with the
    number or address of the row (otherwise the oldest of these is enrolled), or if a run enrolled them within the last
    15 minutes and the list does not show them yet. A client whom somebody removed by hand in that time is enrolled
    again by a later run, if the rows still name them. Opted-out people are neither enrolled nor removed, because
    either sends a message. Nobody is removed while a row can't be matched, because it may name one of them. Running it
    again continues where it stopped.

    Args:
        class_id: Id of the class.
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: What identifies the client -> its column: one of `client_id`, `phone` and `email`; defaults to the
            column `client_id`. Each row that has no id costs a search.
        members: `at_least`: the others stay. `exactly`: they are removed.
        waitlist: If the class is full, put clients on the waitlist; otherwise leave them out.
        default_region: Country of numbers without a country code, such as `DE`.
        region_column: Column with the country of the row's number; where it is empty, `default_region` applies.
        thorough: Where a search finds no client, read all clients page by page.
        max_removed: How many may be removed before nothing is sent: a count, or a share of the participants like
            `"50%"`; defaults to unlimited, but never all of them because the source names nobody.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human
            decision.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.

    Returns: Counts: `rows`, of which `booked`, `waitlisted` (the class was full), `unchanged` (took part or waited
        before), `full` (left out, without the waitlist), `missing` (no such client), `superseded` (the same client as
        an earlier row), `rejected`, `protected` (opted out), `failed`, `unsettled` (the outcome is unknown; a later
        run looks); beside them `removed` and `kept` (not in the rows and not removed: opted out, or a row can't be
        matched).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` for a class that has
        begun or was cancelled, and over the thresholds; `NotFound` where there is no such class.
    """
    if members not in ("at_least", "exactly"):
        raise ConfigurationError("members must be at_least or exactly")
    check_threshold("max_removed", max_removed)
    path_id("class_id", class_id)
    columns = check_mapping({"client_id": "client_id"} if mapping is None else mapping, set(), set(_BY))
    if len(columns) != 1:
        raise ConfigurationError(f"mapping must say which client it is by one of {', '.join(_BY)}")
    ((by, _),) = columns.items()
    participants = _Participants(
        _Class(client, class_id, waitlist, allow_protected),
        lambda text, region: _BY[by](client, text, region or default_region, thorough),
        by,
        members == "exactly",
        max_removed,
    )
    return run_rows(
        participants,
        client.used,
        read_lines(source, columns | region_mapping(region_column), storage),
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        storage=storage,
    )


_Fits = Callable[[Mapping[str, Any]], bool]
"""Whether a client record is that of the person whom a row names."""


class _Participants(RowJob):
    """The key of a row is the id of a client; clients who share a number or address are one."""

    job = "enrol_participants"
    outcomes = ("booked", "waitlisted", "unchanged", "full", "missing")
    beside = ("removed", "kept")

    def __init__(
        self,
        lesson: _Class,
        find: Callable[[str, str], tuple[list[str], _Fits | None]],
        by: str,
        exactly: bool,
        max_removed: Threshold | None,
    ) -> None:
        self._class = lesson
        self._find = find
        self._by = by
        self._exactly = exactly
        self._max_removed = max_removed
        self._named: dict[str, str] = {}
        """Id of each client that rows name -> the key of its row. It is as large as the source: ids are compared."""
        self._fits: dict[str, _Fits | None] = {}
        self._there: set[str] = set()
        """Keys of rows whose client takes part."""
        self._others: list[ClassParticipant] = []
        """Participants whom no row names."""

    def prepare(self) -> None:
        self._class.require_open()

    def read(self, cells: Mapping[str, str]) -> Wanted:
        ids, fits = self._find(cells[self._by], cells.get("region", ""))
        if not ids:
            raise LeftOut("missing", "no such client was found")
        key = next((self._named[id] for id in ids if id in self._named), ids[0])
        self._named.update((id, key) for id in ids if id not in self._named)
        self._fits.setdefault(key, fits)
        return [((key,), ids)]

    def choose(self, earlier: Item, later: Item) -> Item:
        return earlier

    def look(self, items: Store) -> None:
        listed = self._class.participants()
        here = [one for one in listed if not is_cancelled(one)]
        unseen = self._class.added_lately(listed)
        found: set[str] = set()
        for item in items.items():
            ids, fits = item.wanted, self._fits[item.key[0]]
            its = {
                one["id"] for one in here if one["client"]["id"] in ids or (fits is not None and fits(one["client"]))
            }
            found |= its
            if its or not unseen.keys().isdisjoint(ids):
                self._there.add(item.key[0])
        if self._exactly:
            self._others = [one for one in here if one["id"] not in found]
            require_within(
                "max_removed", self._max_removed, len(self._others), len(here), "participant", "would be removed"
            )
            # Those whom the list doesn't show yet are removed by a later run: their places can't be read.
            self.report.beside["kept"] = len(unseen.keys() - self._named.keys())

    def begin(self) -> None:
        for one in self._others:
            is_removed = not self.report.is_unsure and self._class.remove(one)
            self.report.beside["removed" if is_removed else "kept"] += 1

    def apply(self, item: Item) -> Outcome:
        if item.key[0] in self._there:
            return "unchanged"
        id, *duplicates = item.wanted
        if duplicates:
            log.warning("%s: %d more clients have that number or address; the oldest is enrolled", id, len(duplicates))
        return self._class.add(id, self._fits[item.key[0]])


def _id_given(client: Client, text: str, region: str | None, thorough: bool) -> tuple[list[str], _Fits | None]:
    return [path_id("client_id", text)], None


def _ids_by_phone(client: Client, text: str, region: str | None, thorough: bool) -> tuple[list[str], _Fits | None]:
    ids = clients_with(client, phone=text, default_region=region, thorough=thorough)
    return ids, has(phone=text, default_region=region)


def _ids_by_email(client: Client, text: str, region: str | None, thorough: bool) -> tuple[list[str], _Fits | None]:
    return clients_with(client, email_address=text, thorough=thorough), has(email_address=text)


_BY = {"client_id": _id_given, "phone": _ids_by_phone, "email": _ids_by_email}


class _Class:
    """One class and its places."""

    def __init__(self, client: Client, class_id: str, waitlist: bool, allow_protected: bool) -> None:
        self._client = client
        self._claims = client.state.claims
        self._account = client.account.id
        self._id = class_id
        self._waitlist = waitlist
        self._allow_protected = allow_protected

    def require_open(self) -> None:
        """Raise `InvalidRequest` for a class that has begun or was cancelled."""
        record = self._client.send(classes.get_class(self._id))
        begins = starts_of(record, str(record.get("timezone") or "UTC"))
        if is_cancelled(record):
            raise InvalidRequest(f"class {self._id} was cancelled: nobody is enrolled")
        if begins and max(begins) < datetime.now(UTC):
            raise InvalidRequest(f"class {self._id} is in the past: it began at {utc(max(begins))}")

    def participants(self) -> list[ClassParticipant]:
        """Everybody whom the list of the class shows."""
        return participants_of(self._client, self._id)

    def added_lately(self, listed: Iterable[ClassParticipant]) -> dict[str, str]:
        """Those whom the list need not show yet: client id -> place id."""
        return added_lately(self._client, self._id, listed)

    def add(self, client_id: str, fits: _Fits | None) -> Outcome:
        """Enrol a client, once among all who try."""
        if not self._waitlist:
            free = self._free()
            if free is not None and free < 1:
                return "full"
        try:
            return self._add(client_id, {"client": {"id": client_id}}, fits)
        except InvalidRequest as error:
            free = self._free() if error.status not in (None, 404) else None
            if free is None or free > 0:
                raise
            if not self._waitlist:
                return "full"
            return self._add(client_id, {"client": {"id": client_id}, "status": _WAITS}, fits)

    def _free(self) -> int | None:
        """How many places are free; None where the class doesn't say."""
        return free_places(self._client.send(classes.get_class(self._id)))

    def _add(self, client_id: str, body: Any, fits: _Fits | None) -> Outcome:
        from whautomate_core.client.once import send_once

        key = _place_key(self._id, client_id)
        call = classes.add_class_participant(self._id, body, allow_protected=self._allow_protected)
        call = replace(call, fits=fits)
        what = f"{call.method} {call.path}"
        while True:
            claim = self._claims.look(self._account, key, {}, what)
            if claim is not None and claim.settled:
                listed = self.participants()
                place = _place_of(client_id, listed)
                if place is not None:
                    return _outcome(place)  # another run was quicker
                if client_id in self.added_lately(listed):
                    return "unchanged"  # likewise, and the list doesn't show it yet
                # The place was cancelled since, as the list or two readings that show nothing say, and is wanted again.
                self._claims.release(self._account, key, made_by=claim.made_by)

            def find(patiently: bool) -> ClassParticipant | None:
                # They were listed a moment ago.
                return _place_of(client_id, self.participants()) if patiently else None

            made, sent = send_once(self._client, key, call, partial(summary, call), find=find, payload={})
            if sent:
                return _outcome(made)

    def remove(self, place: ClassParticipant) -> bool:
        """Remove a participant; False where that is not allowed, or its outcome is unknown."""
        from whautomate_core.client.once import send_once

        id = place["id"]
        call = classes.remove_class_participant(self._id, {"participantId": id}, allow_protected=self._allow_protected)

        def find(patiently: bool) -> Any:
            if not patiently:
                return None
            return {} if all(one["id"] != id or is_cancelled(one) for one in self.participants()) else None

        try:
            send_once(self._client, _leave_key(self._id, id), call, lambda answer: {"id": id}, find=find, payload={})
        except (PolicyRefused, OutcomeUnknown):
            return False
        return True


def _place_of(client_id: str, listed: Iterable[ClassParticipant]) -> ClassParticipant | None:
    return next((one for one in listed if one["client"]["id"] == client_id and not is_cancelled(one)), None)


def _outcome(place: Any) -> Outcome:
    return "waitlisted" if str(place.get("status") or "").upper() == _WAITS else "booked"
