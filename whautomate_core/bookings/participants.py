"""Who takes part in a class, made equal to rows, or to include them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from whautomate_core.api import classes
from whautomate_core.api.call import Json, path_id, summary
from whautomate_core.api.records import ClassParticipant
from whautomate_core.bookings.lines import describe_participants
from whautomate_core.bookings.seen import free_places, is_cancelled
from whautomate_core.errors import ConfigurationError, InvalidRequest, OutcomeUnknown, PolicyRefused
from whautomate_core.job import job
from whautomate_core.people import find as people
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import ROW_ERRORS, Report, check_mapping, read_rows
from whautomate_core.values import settling
from whautomate_core.values.thresholds import Threshold
from whautomate_core.values.times import starts_of, utc

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

log = logging.getLogger(__name__)

_WAITS = "WAITLISTED"


def participants_of(client: Client, class_id: str) -> list[ClassParticipant]:
    """Everybody whom the list of a class shows, those who cancelled as well."""
    return client.everything(classes.list_class_participants(class_id))


def added_lately(client: Client, class_id: str, listed: Iterable[ClassParticipant]) -> dict[str, str]:
    """Whom our own claims added to a class so lately that its list need not show them yet: client id -> place id.

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


@job("classes", describe_participants, redacted=("source", "mapping"))
def enrol_participants(
    client: Client,
    class_id: str,
    source: str | Iterable[Mapping[str, Any]],
    *,
    mapping: dict[str, str] | None = None,
    members: Literal["at_least", "exactly"] = "at_least",
    waitlist: bool = True,
    default_region: str | None = None,
    thorough: bool = False,
    max_removed: int | None = None,
    allow_protected: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Let the clients of rows take part in a class; with `members="exactly"` nobody else does.

    Who takes part already, or waits, is left alone, also through another client with the number or address of the row
    (else the oldest of these is enrolled); so is whom a run before added within the last 15 minutes and the
    list doesn't show yet. Somebody removed by hand in that time is enrolled again by a later run, if the rows still
    name them. Who opted out is neither added nor taken out, since either sends a
    message. Nobody is taken out while a row can't be matched, since it may name one who takes part. Running it again
    continues where it stopped.

    Args:
        class_id: Id of the class.
        source: Path or URL of a CSV, JSON lines or Parquet file, or rows as dicts.
        mapping: Which column tells who it is: one of `client_id`, `phone` and `email`; `client_id` by that name where
            None. Each row that has no id costs a search.
        members: `at_least`: the others stay. `exactly`: they are taken out.
        waitlist: Put on the waitlist whoever finds the class full; False: leave them out.
        default_region: Country of numbers without a country code, such as `DE`.
        thorough: Where the search for somebody shows nobody, read all clients page by page.
        max_removed: How many may be taken out; where it would be more, nothing is sent. Defaults to unlimited.
        allow_protected: Also apply to opted-out people, whom a reminder may reach. Set it only after a deliberate human
            decision.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that the server may refuse, or whose outcome nobody knows, before the step fails.
        rejects_path: File or URL for rows that were not sent, with row number and reason: JSON lines, or Parquet.

    Returns: Counts: `rows`, of which `booked`, `waitlisted` (it was full), `there` (took part or waited before),
        `full` (left out, without the waitlist), `folded` (the same client as an earlier row), `missing` (no such
        client), `rejected`, `protected` (opted out), `failed`, `unsettled` (nobody knows; a later run looks); beside
        them `removed` and `kept` (not in the rows and not taken out: opted out, or a row can't be matched).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` for a class that has
        begun or was cancelled, and over the thresholds; `NotFound` where there is no such class.
    """
    if members not in ("at_least", "exactly"):
        raise ConfigurationError("members must be at_least or exactly")
    if max_removed is not None and (
        isinstance(max_removed, bool) or not isinstance(max_removed, int) or max_removed < 0
    ):
        raise ConfigurationError("max_removed must be a whole number, 0 or more")
    path_id("class_id", class_id)
    columns = check_mapping({"client_id": "client_id"} if mapping is None else mapping, set(), set(_BY))
    if len(columns) != 1:
        raise ConfigurationError(f"mapping must tell who it is by one of {', '.join(_BY)}")
    report = Report(
        client.used,
        *("booked", "waitlisted", "there", "full", "folded", "missing"),
        changes=("booked", "waitlisted", "removed"),
        same="there",
    )
    rows = [*read_rows(source, columns, report, storage)]
    job = _Job(client, class_id, waitlist, allow_protected)
    job.require_open()
    wanted: list[_Wanted] = []
    named: set[str] = set()
    lost = 0
    for number, cells in rows:
        ((by, text),) = cells.items()
        try:
            ids, fits = _BY[by](client, text, default_region, thorough)
        except (ConfigurationError, InvalidRequest) as error:
            report.reject(number, str(error))
            continue
        if not ids:
            report.reject(number, "there is no such client to be seen", "missing")
            lost += 1
        elif named.isdisjoint(ids):
            wanted.append(_Wanted(number, ids, fits))
        else:
            report.add("folded")
        named.update(ids)
    report.require_few_rejected(max_rejected)
    listed = participants_of(client, class_id)
    here = [one for one in listed if not is_cancelled(one)]
    unseen = added_lately(client, class_id, listed)
    others = [one for one in here if not any(row.is_about(one["client"]) for row in wanted)]
    others = others if members == "exactly" else []
    if max_removed is not None and len(others) > max_removed:
        raise InvalidRequest(f"{len(others)} would be taken out, over max_removed={max_removed}: nothing was sent")
    # Whom the list doesn't show yet a later run takes out: nothing can be read of their places.
    report.others.update(removed=0, kept=len(unseen.keys() - named) if members == "exactly" else 0)
    for one in others:
        if lost or report.unsure:
            report.others["kept"] += 1
        else:
            report.others["removed" if job.remove(one) else "kept"] += 1
    for row in wanted:
        if not unseen.keys().isdisjoint(row.ids) or any(row.is_about(one["client"]) for one in here):
            report.add("there")
            continue
        id, *doubles = row.ids
        if doubles:
            log.warning("%s: %d others have that number or address; the oldest is enrolled", id, len(doubles))
        try:
            report.add(job.add(id, row.fits))
        except ROW_ERRORS as error:
            report.failed(row.number, error)
    return report.finish(max_failed, rejects_path, storage)


_Fits = Callable[[Mapping[str, Any]], bool]
"""Whether a record is that of whom a row names."""


@dataclass(frozen=True, repr=False)
class _Wanted:
    """Whom a row names."""

    number: int
    """Of the row."""
    ids: list[str]
    """Of all clients with that number or address, the oldest first."""
    fits: _Fits | None

    def is_about(self, client: Mapping[str, Any]) -> bool:
        """Whether a participant is whom the row names, through any of their records."""
        return client["id"] in self.ids or (self.fits is not None and self.fits(client))


def _id_given(client: Client, text: str, region: str | None, thorough: bool) -> tuple[list[str], _Fits | None]:
    return [path_id("client_id", text)], None


def _ids_by_phone(client: Client, text: str, region: str | None, thorough: bool) -> tuple[list[str], _Fits | None]:
    ids = people.clients_with(client, phone=text, default_region=region, thorough=thorough)
    return ids, people.has(phone=text, default_region=region)


def _ids_by_email(client: Client, text: str, region: str | None, thorough: bool) -> tuple[list[str], _Fits | None]:
    return people.clients_with(client, email_address=text, thorough=thorough), people.has(email_address=text)


_BY = {"client_id": _id_given, "phone": _ids_by_phone, "email": _ids_by_email}


class _Job:
    def __init__(self, client: Client, class_id: str, waitlist: bool, allow_protected: bool) -> None:
        self._client = client
        self._claims = client.state.claims
        self._account = client.account.id
        self._class_id = class_id
        self._waitlist = waitlist
        self._allow_protected = allow_protected

    def require_open(self) -> None:
        record = self._client.send(classes.get_class(self._class_id))
        begins = starts_of(record, str(record.get("timezone") or "UTC"))
        if is_cancelled(record):
            raise InvalidRequest(f"class {self._class_id} was cancelled: nobody is enrolled")
        if begins and max(begins) < datetime.now(UTC):
            raise InvalidRequest(f"class {self._class_id} is in the past: it began at {utc(max(begins))}")

    def _free(self) -> int | None:
        """Places that are free; None where the class doesn't say."""
        return free_places(self._client.send(classes.get_class(self._class_id)))

    def add(self, client_id: str, fits: _Fits | None) -> str:
        """Let a client take part, once among all who try: what became of it."""
        if not self._waitlist:
            free = self._free()
            if free is not None and free < 1:
                return "full"
        try:
            return self._add(client_id, {"client": {"id": client_id}}, fits)
        except InvalidRequest as error:
            free = self._free() if error.status is not None else None
            if free is None or free > 0:
                raise
            if not self._waitlist:
                return "full"
            return self._add(client_id, {"client": {"id": client_id}, "status": _WAITS}, fits)

    def _add(self, client_id: str, body: Any, fits: _Fits | None) -> str:
        from whautomate_core.client.once import send_once

        key = _place_key(self._class_id, client_id)
        call = classes.add_class_participant(self._class_id, body, allow_protected=self._allow_protected)
        call = replace(call, fits=fits)
        what = f"{call.method} {call.path}"
        while True:
            claim = self._claims.look(self._account, key, {}, what)
            if claim is not None and claim.settled:
                listed = participants_of(self._client, self._class_id)
                place = _place_of(client_id, listed)
                if place is not None:
                    return _outcome(place)  # another run was quicker
                if client_id in added_lately(self._client, self._class_id, listed):
                    return "there"  # likewise, and the list doesn't show it yet
                # Called off since, by what the list shows or since two readings show nothing, and wanted again.
                self._claims.release(self._account, key, made_by=claim.made_by)

            def find(patiently: bool) -> ClassParticipant | None:
                # They were listed a moment ago.
                return _place_of(client_id, participants_of(self._client, self._class_id)) if patiently else None

            made, sent = send_once(self._client, key, call, partial(summary, call), find=find, payload={})
            if sent:
                return _outcome(made)

    def remove(self, place: ClassParticipant) -> bool:
        """Take somebody out; False where that may not be, or nobody knows whether it was."""
        from whautomate_core.client.once import send_once

        id = place["id"]
        call = classes.remove_class_participant(
            self._class_id, {"participantId": id}, allow_protected=self._allow_protected
        )

        def find(patiently: bool) -> Any:
            if not patiently:
                return None
            listed = participants_of(self._client, self._class_id)
            return {} if all(one["id"] != id or is_cancelled(one) for one in listed) else None

        try:
            send_once(
                self._client,
                _leave_key(self._class_id, id),
                call,
                lambda answer: {"id": id},
                find=find,
                payload={},
            )
        except (PolicyRefused, OutcomeUnknown):
            return False
        return True


def _place_of(client_id: str, listed: Iterable[ClassParticipant]) -> ClassParticipant | None:
    return next((one for one in listed if one["client"]["id"] == client_id and not is_cancelled(one)), None)


def _outcome(place: Any) -> str:
    return "waitlisted" if str(place.get("status") or "").upper() == _WAITS else "booked"
