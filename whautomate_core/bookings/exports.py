"""Appointments, classes and bookings of classes of a period, written to a file for the warehouse."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from whautomate_core.api import appointments, classes
from whautomate_core.api.call import Call, Json
from whautomate_core.bookings.seen import reference_id
from whautomate_core.errors import ConfigurationError
from whautomate_core.job import job
from whautomate_core.rows.files import Storage, fsspec_storage, write_records
from whautomate_core.values.lines import describe_export
from whautomate_core.values.times import instant, period, starts_of, utc

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client


class AppointmentRow(TypedDict, total=False):
    """Columns of an export of appointments. Times that end in Z are UTC; `date` and `time` are those of `timezone`."""

    id: str
    status: str
    start: str
    end: str
    timezone: str
    date: str
    time: str
    client_id: str
    service_id: str
    service_name: str
    staff_id: str
    location_id: str
    payment_status: str
    booked_from: str
    cancellation_reason: str
    created_at: str
    updated_at: str


class ClassRow(TypedDict, total=False):
    """Columns of an export of classes."""

    id: str
    status: str
    start: str
    end: str
    timezone: str
    date: str
    time: str
    service_id: str
    service_name: str
    staff_id: str
    location_id: str
    places: int
    booked: int
    created_at: str
    updated_at: str


class BookingRow(TypedDict, total=False):
    """Columns of an export of the places in classes."""

    id: str
    status: str
    class_id: str
    start: str
    client_id: str
    payment_status: str
    cancellation_reason: str
    created_at: str
    updated_at: str


@job("appointments", describe_export, finished=False, reads=("appointments",))
def export_appointments(
    client: Client,
    output_path: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    by: Literal["start", "changed"] = "start",
    location_id: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Write the appointments of a period to a file, one row each, without names and numbers of people.

    All appointments are read, because it is not documented which date the server's filters mean. The same period gives
    the same rows, so a run may be repeated; `by="changed"` with the period since the run before gives what is new.

    Args:
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
            object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not part of it.
        by: What must be in the period: the start, or the last change (`changed`). A record without a time of change
            always counts as changed.
        location_id: Only those of this location; defaults to all.

    Returns: `path`; `records`, the number of rows; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is
        read; no file is written then.
    """
    listed = appointments.list_appointments(filters={"locationId": location_id} if location_id else None)
    chosen = _chooser(earliest, latest, by)
    found = _chosen(client, listed, location_id, chosen, _appointment)
    return _written(output_path, found, AppointmentRow, earliest, latest, storage)


@job("classes", describe_export, finished=False, reads=("classes",))
def export_classes(
    client: Client,
    output_path: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    by: Literal["start", "changed"] = "start",
    location_id: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Write the classes of a period to a file, one row each.

    All classes are read, because it is not documented which date the server's filters mean. The same period gives the
    same rows. It is not known whether a booking counts as a change of its class.

    Args:
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
            object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not part of it.
        by: What must be in the period: the start, or the last change (`changed`). A record without a time of change
            always counts as changed.
        location_id: Only those of this location; defaults to all.

    Returns: `path`; `records`, the number of rows; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is
        read; no file is written then.
    """
    chosen = _chooser(earliest, latest, by)
    found = _chosen(client, _list_classes(location_id), location_id, chosen, _class)
    return _written(output_path, found, ClassRow, earliest, latest, storage)


@job("classes", describe_export, finished=False, reads=("class_bookings",))
def export_bookings(
    client: Client,
    output_path: str,
    earliest: datetime | str,
    latest: datetime | str,
    *,
    location_id: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Write the places in classes that start in a period to a file, one row for each place ever taken.

    All classes are read, then the participants of each class in the period, one request per class. The file holds ids
    of people, and nothing else about them.

    Args:
        output_path: File to write to: JSON lines, or Parquet where it ends in `.parquet`; local, or the URL of an
            object such as `s3://bucket/key`. It appears once it is complete; only its owner can read a local one.
        earliest: Start of the period: a datetime with a time zone, or text with an offset.
        latest: Its end, which is not part of it.
        location_id: Only those of this location; defaults to all.

    Returns: `path`; `records`, the number of rows; `earliest` and `latest` (UTC).

    Raises: `ConfigurationError` before anything is sent; `ListUnstable` where the list changes every time it is
        read; no file is written then.
    """
    chosen = _chooser(earliest, latest, "start")

    def found() -> Iterator[Json]:
        for one in _chosen(client, _list_classes(location_id), location_id, chosen, _class):
            for place in client.everything(classes.list_class_participants(one["id"])):
                yield {**_booking(place), "class_id": one["id"], "start": one["start"]}

    return _written(output_path, found(), BookingRow, earliest, latest, storage)


def _written(path: str, rows: Iterable[Json], record: type, earliest: Any, latest: Any, storage: Storage) -> Json:
    first, last = period(earliest, latest)
    count = write_records(str(path), rows, record=record, storage=storage)
    return {"path": str(path), "records": count, "earliest": utc(first), "latest": utc(last)}


def _chooser(earliest: Any, latest: Any, by: str) -> Callable[[Mapping[str, Any]], bool]:
    """Tells which records are in a period."""
    first, last = period(earliest, latest)
    if by not in ("start", "changed"):
        raise ConfigurationError("by must be start or changed")

    def by_start(record: Mapping[str, Any]) -> bool:
        return any(first <= at < last for at in starts_of(record, "UTC"))

    def by_change(record: Mapping[str, Any]) -> bool:
        at = instant(record.get("updatedAt"))
        return at is None or first <= at < last

    return by_start if by == "start" else by_change


def _list_classes(location_id: str | None) -> Call[list[Any]]:
    return classes.list_classes(filters={"locationId": location_id} if location_id else None)


def _chosen(
    client: Client,
    listed: Call[list[Any]],
    location_id: str | None,
    chosen: Callable[[Mapping[str, Any]], bool],
    row: Callable[[Mapping[str, Any]], Json],
) -> Iterator[Json]:
    """The rows of the chosen records of a whole list. Only these are kept in memory: how many, the period decides."""
    from whautomate_core.client.whole import require_agreed

    found: dict[str, Json] = {}

    def take(records: Sequence[Json], page: int) -> None:
        for one in records:
            found.pop(str(one.get("id")), None)  # an earlier version of it
            if _is_at(location_id, one) and chosen(one):
                found[str(one.get("id"))] = row(one)

    require_agreed(listed, client.read_whole(listed, take), client.where)
    yield from found.values()


def _is_at(location_id: str | None, record: Mapping[str, Any]) -> bool:
    return location_id is None or reference_id(record, "location") in (None, location_id)


# --- rows


def _appointment(record: Mapping[str, Any]) -> Json:
    return {
        **_held(record),
        "client_id": reference_id(record, "client"),
        "payment_status": record.get("paymentStatus"),
        "booked_from": record.get("bookedFrom"),
        "cancellation_reason": record.get("cancellationReason"),
    }


def _class(record: Mapping[str, Any]) -> Json:
    return {**_held(record), "places": record.get("numberOfParticipants"), "booked": record.get("bookedParticipants")}


def _booking(record: Mapping[str, Any]) -> Json:
    return {
        **_dated(record),
        "client_id": reference_id(record, "client"),
        "payment_status": record.get("paymentStatus"),
        "cancellation_reason": record.get("cancellationReason"),
    }


def _held(record: Mapping[str, Any]) -> Json:
    """What appointments and classes share. The API's times that are no instants (`startTime`) are left out."""
    end = instant(record.get("endTimeUTC"))
    return {
        **_dated(record),
        "start": _start(record),
        "end": utc(end) if end else None,
        "timezone": record.get("timezone"),
        "date": record.get("date"),
        "time": record.get("time"),
        "service_id": reference_id(record, "service"),
        "service_name": (record.get("service") or {}).get("name"),
        "staff_id": reference_id(record, "staff"),
        "location_id": reference_id(record, "location"),
    }


def _dated(record: Mapping[str, Any]) -> Json:
    return {
        "id": record.get("id"),
        "status": record.get("status"),
        "created_at": record.get("createdAt"),
        "updated_at": record.get("updatedAt"),
    }


def _start(record: Mapping[str, Any]) -> str | None:
    begins = starts_of(record, "UTC")
    return utc(min(begins)) if begins else None
