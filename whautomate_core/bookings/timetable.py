"""A timetable: classes are made, changed and deleted as its rows say, by service, staff, location and start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from whautomate_core.api import classes, clients, services, staffs
from whautomate_core.api.call import Json
from whautomate_core.api.check import body
from whautomate_core.api.records import ClassUpdate, Service, Staff
from whautomate_core.bookings.catalogue import find_class, list_classes_of, refers, write_class
from whautomate_core.bookings.lines import describe_classes
from whautomate_core.bookings.participants import added_lately, participants_of
from whautomate_core.bookings.seen import is_cancelled, names_of, offers, require_type, staff_named
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, WrongRecord
from whautomate_core.job import job
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import ROW_ERRORS, Report, check_mapping, read_rows
from whautomate_core.values.thresholds import Threshold
from whautomate_core.values.times import aware, period, placed, starts_of, utc, wall, zone

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

_Wanted = dict[tuple[str, str, str, datetime], tuple[int, Json]]
"""Location, staff, service, start -> the row that asks for it, and its other fields."""


@job("classes", describe_classes, redacted=("source", "mapping", "class_"))
def sync_classes(
    client: Client,
    source: str | Iterable[Mapping[str, Any]],
    timezone: str,
    *,
    mapping: dict[str, str] | None = None,
    class_: ClassUpdate | None = None,
    location_id: str | None = None,
    now: datetime | str | None = None,
    earliest: datetime | str | None = None,
    latest: datetime | str | None = None,
    max_deleted: int = 0,
    delete_booked: bool = False,
    allow_protected: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Make the classes of a timetable that are missing, and write the fields that differ.

    They are known by location, member of staff, service and start; one that was cancelled is there as well. Classes
    that the timetable doesn't name are deleted only where it says which period it covers, in that period, and up to
    `max_deleted`; never while a row can't be read, since it may name one, and one with participants only where that is
    asked for. A class that begins at another time is another class. The classes of a location are read once.
    Running it again continues where it stopped.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, or rows as dicts.
        timezone: IANA zone of the location, such as `Europe/Berlin`: of times without an offset, and of new classes.
        mapping: Which column holds `service` (an id or a name), `staff` (an id or an e-mail address), `start`, and if
            there are such `location` (an id), `numberOfParticipants` and `notes`; the first three by those names where
            None.
        class_: Other fields of every class, such as `{"numberOfParticipants": 12}`; cells come before them.
        location_id: Location of rows that name none; defaults to the account's.
        now: What begins before is past, and rejected: a datetime with a time zone, or text with an offset; the time of
            the run where None.
        earliest: Begin of the period that the timetable covers; without it nothing is deleted.
        latest: Its end, which is not in it any more.
        max_deleted: How many classes may be deleted; where it would be more, nothing is sent.
        delete_booked: Delete classes with participants too, who may be told so.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that the server may refuse, or whose outcome nobody knows, before the step fails.
        rejects_path: File or URL for rows that were not sent, with row number and reason: JSON lines, or Parquet.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `folded` (a later row is of the same class),
        `rejected`, `protected` (0), `failed`, `unsettled` (nobody knows whether it was made); beside them `deleted`,
        and `kept` (gone from the timetable, but it has participants, or a row can't be read).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.
    """
    required = {"service", "staff", "start"}
    given = {name: name for name in required} if mapping is None else mapping
    columns = check_mapping(given, required, {"location", "numberOfParticipants", "notes"})
    shared = body(ClassUpdate, dict(class_ or {}))
    if set(shared) & {"location", "staff", "service", "date", "time", "timezone"}:
        raise ConfigurationError(
            "class_ must not name what the rows do: location, staff, service, date, time, timezone"
        )
    zone(timezone)
    if isinstance(max_deleted, bool) or not isinstance(max_deleted, int) or max_deleted < 0:
        raise ConfigurationError("max_deleted must be a whole number, 0 or more")
    if (earliest is None) != (latest is None):
        raise ConfigurationError("earliest and latest belong together: the period that the timetable covers")
    begins = datetime.now(UTC) if now is None else aware("now", now)
    covered = None if earliest is None else period(earliest, latest)
    default = client.account.location_id if location_id is None else location_id
    report = Report(
        client.used,
        "created",
        "updated",
        "unchanged",
        "folded",
        changes=("created", "updated", "deleted"),
        same="unchanged",
    )
    rows = [*read_rows(source, columns, report, storage)]
    catalogue = _Catalogue(client)
    wanted: _Wanted = {}
    for number, cells in rows:
        try:
            start = placed("start", cells["start"], timezone)
            place = cells.get("location") or default
            if not place:
                raise InvalidRequest("location is empty, and no location_id is named")
            if start < begins:
                raise InvalidRequest("it is a class in the past")
            if wall(start, timezone) is None:
                raise InvalidRequest(f"start is a time that comes twice in {timezone}: a class can't say which it is")
            staff, service = catalogue.match(cells["staff"], cells["service"], place)
            fields = {**shared, **_fields(cells)}
        except (ConfigurationError, InvalidRequest) as error:
            report.reject(number, str(error))
            continue
        if (place, staff, service, start) in wanted:
            report.add("folded")
        wanted[place, staff, service, start] = (number, fields)
    report.require_few_rejected(max_rejected)
    places = dict.fromkeys([*(place for place, *_ in wanted), *([default] if covered and default else [])])
    there = {place: client.everything(list_classes_of(place)) for place in places}
    gone = [] if covered is None else _gone(there, wanted, covered, begins, timezone)
    if len(gone) > max_deleted:
        raise InvalidRequest(
            f"{len(gone)} classes from {utc(covered[0])} to {utc(covered[1])} are not in the timetable, over "  # type: ignore[index]
            f"max_deleted={max_deleted}: nothing was sent"
        )
    for (place, staff, service, start), (number, fields) in wanted.items():
        own = {"location": place, "staff": staff, "service": service}
        date, time = wall(start, timezone) or ("", "")
        try:
            record = find_class(there[place], own, {start}, timezone)
            result = write_class(client, own, date, time, timezone, cast(Any, fields), record)
        except ROW_ERRORS as error:
            report.failed(number, error)
        else:
            report.add("created" if result["created"] else "updated" if result["changed"] else "unchanged")
    report.others.update(deleted=0, kept=0)
    for id in gone:
        taken = report.unsure or not _may_delete(client, id, delete_booked, allow_protected)
        if not taken:
            client.send(classes.delete_class(id))
            _forget(client, places, id)
        report.others["kept" if taken else "deleted"] += 1
    return report.finish(max_failed, rejects_path, storage)


def _fields(cells: dict[str, str]) -> Json:
    fields: Json = {"notes": cells["notes"]} if cells.get("notes") else {}
    places = cells.get("numberOfParticipants")
    if places:
        if not places.isdecimal() or not int(places):
            raise InvalidRequest("numberOfParticipants must be a whole number of at least 1")
        fields["numberOfParticipants"] = int(places)
    return fields


class _Catalogue:
    """Staff and services, read when the first is asked for."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._staff: list[Staff] | None = None
        self._services: list[Service] = []

    def match(self, staff: str, service: str, location: str) -> tuple[str, str]:
        """The ids of who and what a row names. Raises `InvalidRequest` where that can't be."""
        from whautomate_core.client.once import with_made

        if self._staff is None:
            self._staff = [one for page in self._client.pages(staffs.list_staffs()) for one in page]
            listed = self._client.everything(services.list_services())
            every = with_made(self._client, listed, "POST /v1/services", services.get_service)
            self._services = [*every]
        who = staff_named(self._staff, staff)
        what = [one for one in self._services if one["id"] == service] or [
            one
            for one in self._services
            if service and service.casefold() in names_of(one, "name") and refers("location", location, one)
        ]
        if len(what) != 1:
            raise InvalidRequest(f"service: {len(what) or 'none'} of that id or name at this location")
        require_type(what[0], "CLASS")
        if not offers(what[0], who):
            raise InvalidRequest("the member of staff doesn't offer the service, which names others")
        return who, what[0]["id"]


def _gone(
    there: dict[str, list[Json]],
    wanted: _Wanted,
    covered: tuple[datetime, datetime],
    begins: datetime,
    timezone: str,
) -> list[str]:
    """The classes of a period that nobody wants, but for those that have begun or were cancelled."""
    found = []
    for place, records in there.items():
        for one in records:
            at = starts_of(one, timezone)
            named = {
                start
                for where, staff, service, start in wanted
                if where == place and refers("staff", staff, one) and refers("service", service, one)
            }
            if (
                at
                and not at & named
                and covered[0] <= min(at) < covered[1]
                and min(at) > begins
                and not is_cancelled(one)
            ):
                found.append(str(one["id"]))
    return found


def _may_delete(client: Client, class_id: str, delete_booked: bool, allow_protected: bool) -> bool:
    """Whether a class may go: who takes part is read directly before, and may be told that it is no more."""
    if delete_booked and allow_protected:
        return True
    try:
        record = client.send(classes.get_class(class_id))
        listed = participants_of(client, class_id)
    except NotFound:
        return True  # it is gone already
    here = {*(one["client"]["id"] for one in listed if not is_cancelled(one)), *added_lately(client, class_id, listed)}
    if len(here) < int(record.get("bookedParticipants") or 0):
        return False  # the class counts people whom its list doesn't show yet
    return not here or (delete_booked and not any(_has_opted_out(client, one) for one in here))


def _forget(client: Client, places: Iterable[str], class_id: str) -> None:
    """Forget the claim under which a class was made that is deleted now, so that it may be made again at once."""
    from whautomate_core.client.once import made_id

    claims, account = client.state.claims, client.account.id
    for claim in chain.from_iterable(claims.under(account, f"class/{place}/") for place in places):
        if made_id(claim) == class_id:
            claims.release(account, claim.key, made_by=claim.made_by)


def _has_opted_out(client: Client, client_id: str) -> bool:
    try:
        person = client.send(clients.get_client(client_id))
    except NotFound:
        return False  # who is gone can't be told anything
    except WrongRecord:
        return True  # merged into another, who would be told
    return client.account.policy.protects(person)
