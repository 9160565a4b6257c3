"""Services and classes by what identifies them: a service by its name, a class by service, staff and start."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from whautomate_core.api import classes, services
from whautomate_core.api.call import Call, Json
from whautomate_core.api.check import body
from whautomate_core.api.records import ClassFilters, ClassInput, ClassUpdate, ServiceInput, ServiceUpdate
from whautomate_core.bookings.lines import describe_upserted
from whautomate_core.client.differences import differing, write_differing
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.job import job
from whautomate_core.values.arguments import require_kind
from whautomate_core.values.times import starts, starts_of

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client


@job("services", describe_upserted("service"), redacted=("service",), writes=("services",))
def upsert_service(client: Client, name: str, service: ServiceUpdate, *, location_id: str | None = None) -> Json:
    """Create the service with a name at a location if it is missing; otherwise write the fields that differ.

    All services are read; an unchanged one costs no more requests. It is created once, even if several runs try at the
    same time.

    Args:
        name: Exact name of the service.
        service: Its other fields; `serviceType` is required (APPOINTMENT, CLASS or ADD_ON).
        location_id: Its location; defaults to the account's.

    Returns: `id`, `created`, `changed` (whether fields were written over what was there).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where several services
        have the name; `OutcomeUnknown` where the answer to its creation was lost and no list shows it.
    """
    if not isinstance(name, str) or not name.strip():
        raise ConfigurationError("name must be the name of the service")
    location = client.account.require_location(location_id)
    _refuse("service", ServiceUpdate, service, ("name", "location"))
    service_body(name, service, location)
    there = _named(client, name, location) or services_at(client, location).get(name, [])
    record = only(there, f"services named {name!r} at this location")
    return write_service(client, name, service, location, record)


def write_service(client: Client, name: str, service: ServiceUpdate, location: str, record: Json | None) -> Json:
    """`upsert_service` for a service that was looked up already: `record` is what is there, or None."""
    wanted = service_body(name, service, location)
    fields = {key: value for key, value in wanted.items() if key not in ("name", "location")}
    return _upsert(
        client,
        record,
        services.create_service(cast(ServiceInput, wanted)),
        f"service/{location}/{name}",
        lambda: only(_named(client, name, location), f"services named {name!r} at this location"),
        services.get_service,
        lambda id: services.update_service(id, fields),  # type: ignore[arg-type]
        fields,
    )


def service_body(name: str, service: ServiceUpdate, location: str) -> Json:
    """The body that creates a service. Raises `InvalidRequest` that names the field."""
    return body(ServiceInput, {**service, "name": name, "location": {"id": location}})


def services_at(client: Client, location: str) -> dict[str, list[Json]]:
    """The services of a location by name. All services are read."""
    return _by_name(client.everything(services.list_services()), location)


def _named(client: Client, name: str, location: str) -> list[Json]:
    """The services with a name, from one reading of the list."""
    listed = chain.from_iterable(client.pages(services.list_services()))
    return _by_name(listed, location).get(name, [])


def _by_name(listed: Iterable[Any], location: str) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for one in listed:
        if refers("location", location, one):
            found.setdefault(str(one.get("name")), []).append(one)
    return found


@job("classes", describe_upserted("class"), redacted=("class_",), writes=("classes",))
def upsert_class(
    client: Client,
    service_id: str,
    staff_id: str,
    date: str,
    time: str,
    timezone: str,
    class_: ClassUpdate | None = None,
    *,
    location_id: str | None = None,
) -> Json:
    """Create the class of a service by a member of staff at a time if it is missing; otherwise write what differs.

    The classes of this member of staff at this location are read. A cancelled class counts as there: it is not created
    again. The class is created once, even if several runs try at the same time.

    Args:
        service_id: Id of the service.
        staff_id: Id of the member of staff.
        date: Day it begins, `2026-03-01`.
        time: Wall time it begins, `04:39 PM`.
        timezone: Their IANA zone, such as `Europe/Berlin`. If a time comes twice because clocks are put back, either
            is the class; the server chooses one of the two.
        class_: Its other fields, such as `numberOfParticipants`.
        location_id: Its location; defaults to the account's.

    Returns: `id`, `created`, `changed` (whether fields were written over what was there).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` where there are several
        such classes; `OutcomeUnknown` where the answer to its creation was lost and no list shows it.
    """
    location = client.account.require_location(location_id)
    own = {"location": location, "staff": staff_id, "service": service_id}
    for name, value in own.items():
        if not isinstance(value, str) or not value.strip():
            raise ConfigurationError(f"{name}_id must be the id of a {name}")
    begins = starts(date, time, timezone)
    _refuse("class_", ClassUpdate, class_ or {}, (*own, "date", "time", "timezone"))
    body(ClassUpdate, class_ or {})
    record = find_class(classes_of(client, location, staff_id), own, begins, timezone)
    if record is None:
        every = client.everything(list_classes_of(location, staff_id))
        record = find_class(every, own, begins, timezone)
    return write_class(client, own, date, time, timezone, class_ or {}, record)


def write_class(
    client: Client,
    own: Mapping[str, str],
    date: str,
    time: str,
    timezone: str,
    class_: ClassUpdate,
    record: Json | None,
) -> Json:
    """`upsert_class` for a class that was looked up already: `record` is what is there, or None.

    `own`: the ids of its `location`, `staff` and `service`.
    """
    begins = starts(date, time, timezone)
    fields = body(ClassUpdate, class_)
    references = {name: {"id": value} for name, value in own.items()}
    wanted = body(ClassInput, {**references, "date": date, "time": time, "timezone": timezone, **fields})
    return _upsert(
        client,
        record,
        classes.create_class(cast(ClassInput, wanted)),
        f"class/{own['location']}/{own['service']}/{own['staff']}/{min(begins).isoformat()}",
        lambda: find_class(classes_of(client, own["location"], own["staff"]), own, begins, timezone),
        classes.get_class,
        lambda id: classes.update_class(id, cast(ClassUpdate, fields)),
        fields,
    )


def classes_of(client: Client, location: str, staff_id: str | None = None) -> Iterator[Json]:
    """The classes of a location, or of one member of staff there, from one reading of the list."""
    for page in client.pages(list_classes_of(location, staff_id)):
        yield from cast(list[Json], page)


def list_classes_of(location: str, staff_id: str | None = None) -> Call[list[Any]]:
    """The list of the classes of a location, or of one member of staff there."""
    # No filter by date: it is not documented whether it means the day of creation or the day of the class.
    filters: ClassFilters = {"locationId": location, **({"staffId": staff_id} if staff_id else {})}
    return cast(Call[list[Any]], classes.list_classes(filters=filters))


def find_class(found: Iterable[Json], own: Mapping[str, str], begins: set[datetime], timezone: str) -> Json | None:
    """The class of a service, staff and location that begins then. Raises `InvalidRequest` where there are several."""
    same = [
        one
        for one in found
        if all(refers(name, value, one) for name, value in own.items()) and begins & starts_of(one, timezone)
    ]
    return only(same, "classes of this service and staff at this time")


def _upsert(
    client: Client,
    record: Json | None,
    make: Call[Any],
    key: str,
    find: Callable[[], Json | None],
    read: Callable[[str], Call[Any]],
    update: Callable[[str], Call[Any]],
    fields: Json,
) -> Json:
    created = False
    if record is None:
        from whautomate_core.client.once import make_once

        record, created = make_once(client, make, key, find, read)
    changed = not created and bool(differing(fields, record)) and write_differing(client, update(record["id"]), fields)
    return {"id": record["id"], "created": created, "changed": changed}


def _refuse(what: str, record: type, fields: Any, names: Sequence[str]) -> None:
    require_kind(what, record, fields)
    given = [name for name in names if name in fields]
    if given:
        raise ConfigurationError(f"{what} must not contain {', '.join(given)}: other arguments give them")


def refers(name: str, id: str, record: Mapping[str, Any]) -> bool:
    """Whether a record refers to an id, or may, because it doesn't say."""
    reference = record.get(name)
    return not reference or reference.get("id") == id


def only(found: list[Json], what: str) -> Json | None:
    """The one record that was found, if any. Raises `InvalidRequest` where there are several."""
    if len(found) > 1:
        raise InvalidRequest(f"there are {len(found)} {what}: delete all but one at Whautomate")
    return found[0] if found else None
