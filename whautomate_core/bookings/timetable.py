"""A timetable: classes are created, changed and deleted as its rows say, by service, staff, location and start."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

from whautomate_core.api import classes, clients, services, staffs
from whautomate_core.api.call import Json
from whautomate_core.api.check import body
from whautomate_core.api.records import ClassUpdate, Service, Staff
from whautomate_core.bookings.catalogue import find_class, list_classes_of, refers, write_class
from whautomate_core.bookings.lines import describe_classes
from whautomate_core.bookings.participants import added_lately, participants_of
from whautomate_core.bookings.seen import is_cancelled, names_of, offers, require_type, staff_named
from whautomate_core.errors import ConfigurationError, InvalidRequest, NotFound, WhautomateError, WrongRecord
from whautomate_core.job import job
from whautomate_core.people.location import Location
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import LeftOut, RowJob, Wanted, check_mapping, read_lines, run_rows
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.rows.sources import Source
from whautomate_core.rows.store import Item, Store
from whautomate_core.values.arguments import require_kind
from whautomate_core.values.thresholds import Threshold, check_threshold, require_within
from whautomate_core.values.times import aware, period, placed, starts_of, utc, wall, zone

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

_Named = dict[datetime, list[tuple[str, str]]]
"""Start -> the staff and services that rows name."""


@job("classes", describe_classes, redacted=("source", "mapping", "class_"), writes=("classes",))
def sync_classes(
    client: Client,
    source: Source,
    timezone: str,
    *,
    mapping: Mapping[str, str] | None = None,
    class_: ClassUpdate | None = None,
    location_id: str | None = None,
    now: datetime | str | None = None,
    earliest: datetime | str | None = None,
    latest: datetime | str | None = None,
    max_deleted: Threshold = 0,
    delete_booked: bool = False,
    allow_protected: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Create the classes of a timetable that are missing, and write the fields that differ.

    Classes are identified by location, member of staff, service and start; a cancelled class counts as there. A class
    that starts at another time is another class. Classes that the timetable does not name are deleted only if
    `earliest` and `latest` say which period it covers, only in that period, and only up to `max_deleted`. None is
    deleted while a row can't be read, because that row may name it, and a class with participants is deleted only with
    `delete_booked`. The classes of a location are read once. Running it again continues where it stopped.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        timezone: IANA zone of the location, such as `Europe/Berlin`: of times without an offset, and of new classes.
        mapping: What a value is -> its column: `service` (an id or a name), `staff` (an id or an e-mail address),
            `start`, and optionally `location` (an id), `numberOfParticipants` and `notes`. Defaults to columns named
            `service`, `staff` and `start`.
        class_: Other fields of every class, such as `{"numberOfParticipants": 12}`. A cell takes precedence over them.
        location_id: Location of rows that name none; defaults to the account's.
        now: Rows that start before it are in the past, and rejected: a datetime with a time zone, or text with an
            offset; defaults to the time of the run.
        earliest: Start of the period that the timetable covers; without it nothing is deleted.
        latest: Its end, which is not part of it.
        max_deleted: How many classes may be deleted before nothing is sent: a count, or a share of the classes in the
            period like `"10%"`.
        delete_booked: Also delete classes with participants, who may be notified.
        allow_protected: Also apply to opted-out people. Set it only after a deliberate human decision.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        class), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `deleted`,
        and `kept` (no longer in the timetable, but it has participants, or a row can't be read).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.
    """
    columns = check_mapping(mapping, {"service", "staff", "start"}, {"location", "numberOfParticipants", "notes"})
    require_kind("class_", ClassUpdate | None, class_)
    shared = body(ClassUpdate, dict(class_ or {}))
    if set(shared) & {"location", "staff", "service", "date", "time", "timezone"}:
        raise ConfigurationError(
            "class_ must not name what the rows do: location, staff, service, date, time, timezone"
        )
    zone(timezone)
    check_threshold("max_deleted", max_deleted)
    if (earliest is None) != (latest is None):
        raise ConfigurationError("earliest and latest belong together: the period that the timetable covers")
    timetable = _Classes(
        client,
        timezone,
        shared,
        client.account.location_id if location_id is None else location_id,
        datetime.now(UTC) if now is None else aware("now", now),
        None if earliest is None else period(earliest, latest),
        max_deleted,
        _Deletable(client, delete_booked, allow_protected),
    )
    return run_rows(
        timetable,
        client.used,
        read_lines(source, columns, storage),
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        storage=storage,
    )


@dataclass
class _Classes(RowJob):
    job = "sync_classes"
    beside = ("deleted", "kept")

    client: Client
    timezone: str
    shared: Json
    """Fields of every class."""
    location: str | None
    now: datetime
    covered: tuple[datetime, datetime] | None
    """The period in which classes that no row names are deleted."""
    max_deleted: Threshold
    deletable: _Deletable

    def __post_init__(self) -> None:
        self._catalogue = _Catalogue(self.client)
        self._shared_location = None if self.location is None else Location(self.client, self.location)
        self._there: dict[str, list[Json]] = {}
        self._gone: list[str] = []

    def read(self, cells: Mapping[str, str]) -> Wanted:
        start = placed("start", cells["start"], self.timezone)
        location = cells.get("location") or self.location
        if not location:
            raise InvalidRequest("location is empty, and no location_id is given")
        if start < self.now:
            raise InvalidRequest("it is a class in the past")
        if wall(start, self.timezone) is None:
            raise InvalidRequest(
                f"start is a time that comes twice in {self.timezone}: a class can't say which of the two it is"
            )
        staff, service = self._catalogue.match(cells["staff"], cells["service"], location)
        return [((location, staff, service, start.isoformat()), {**self.shared, **_fields(cells)})]

    def look(self, items: Store) -> None:
        # The classes that no row names can only be told with what all rows name in memory.
        named: dict[str, _Named] = {}
        if self.covered and self.location:
            named[self.location] = {}
        for item in items.items():
            location, staff, service, start = item.key
            named.setdefault(location, {}).setdefault(datetime.fromisoformat(start), []).append((staff, service))
        self._there = {location: self.client.everything(list_classes_of(location)) for location in named}
        if self.covered is None:
            return
        in_period = [
            (location, one)
            for location, records in self._there.items()
            for one in records
            if (at := starts_of(one, self.timezone)) and self.covered[0] <= min(at) < self.covered[1]
        ]
        self._gone = [str(one["id"]) for location, one in in_period if self._is_gone(one, named[location])]
        says = f"from {utc(self.covered[0])} to {utc(self.covered[1])} are not in the timetable"
        require_within("max_deleted", self.max_deleted, len(self._gone), len(in_period), "class", says)

    def _is_gone(self, record: Json, named: _Named) -> bool:
        """Whether no row names a class, and it has neither begun nor was cancelled."""
        at = starts_of(record, self.timezone)
        is_named = any(
            refers("staff", staff, record) and refers("service", service, record)
            for start in at
            for staff, service in named.get(start, ())
        )
        return not is_named and min(at) > self.now and not is_cancelled(record)

    def apply(self, item: Item) -> Outcome:
        location, staff, service, text = item.key
        start, own = datetime.fromisoformat(text), {"location": location, "staff": staff, "service": service}
        date, time = wall(start, self.timezone) or ("", "")
        record = find_class(self._there[location], own, {start}, self.timezone)
        result = write_class(self.client, own, date, time, self.timezone, item.wanted, record)
        return "created" if result["created"] else "updated" if result["changed"] else "unchanged"

    def failed(self, item: Item, error: WhautomateError) -> LeftOut:
        if self._shared_location is not None and item.key[0] == self.location:
            self._shared_location.require_after(error)
        return super().failed(item, error)

    def end(self) -> None:
        for id in self._gone:
            taken = self.report.is_unsure or not self.deletable.may_delete(id)
            if not taken:
                self.client.send(classes.delete_class(id))
                self.deletable.forget(id, self._there)
            self.report.beside["kept" if taken else "deleted"] += 1


def _fields(cells: Mapping[str, str]) -> Json:
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
        """The ids of the staff and service that a row names. Raises `InvalidRequest` where they can't be told."""
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


class _Deletable:
    """Which classes may be deleted."""

    def __init__(self, client: Client, delete_booked: bool, allow_protected: bool) -> None:
        self._client = client
        self._delete_booked = delete_booked
        self._allow_protected = allow_protected

    def may_delete(self, class_id: str) -> bool:
        """Whether a class may be deleted: its participants, who may be notified, are read directly before."""
        if self._delete_booked and self._allow_protected:
            return True
        try:
            record = self._client.send(classes.get_class(class_id))
            listed = participants_of(self._client, class_id)
        except NotFound:
            return True  # it is gone already
        booked = {one["client"]["id"] for one in listed if not is_cancelled(one)}
        booked |= added_lately(self._client, class_id, listed).keys()
        if len(booked) < int(record.get("bookedParticipants") or 0):
            return False  # the class counts people whom its list doesn't show yet
        return not booked or (self._delete_booked and not any(map(self._has_opted_out, booked)))

    def forget(self, class_id: str, locations: Iterable[str]) -> None:
        """Release the claim under which a deleted class was created, so that it can be created again at once."""
        from whautomate_core.client.once import made_id

        claims, account = self._client.state.claims, self._client.account.id
        for claim in chain.from_iterable(claims.under(account, f"class/{place}/") for place in locations):
            if made_id(claim) == class_id:
                claims.release(account, claim.key, made_by=claim.made_by)

    def _has_opted_out(self, client_id: str) -> bool:
        try:
            person = self._client.send(clients.get_client(client_id))
        except NotFound:
            return False  # somebody who is gone can't be notified
        except WrongRecord:
            return True  # merged into another client, who would be notified
        return self._client.account.policy.protects(person)
