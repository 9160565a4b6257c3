"""A price list: services are made or changed as its rows say, by name and location."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from whautomate_core.api import service_categories
from whautomate_core.api.call import Json
from whautomate_core.api.records import ServiceUpdate
from whautomate_core.bookings.catalogue import only, refers, service_body, services_at, write_service
from whautomate_core.bookings.lines import describe_services
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.job import job
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import ROW_ERRORS, Report, check_mapping, read_rows
from whautomate_core.values.thresholds import Threshold

if TYPE_CHECKING:  # DAG files read the signatures, and must not load HTTP and SQLAlchemy for that
    from whautomate_core.client.client import Client

_FIELDS: dict[str, type] = {
    "serviceType": str,
    "description": str,
    "type": str,
    "durationMinutes": float,
    "sellingPrice": float,
    "costPrice": float,
    "credits": float,
    "numberOfParticipants": int,
    "active": bool,
    "allowOnlineBooking": bool,
    "acceptPaymentOnline": bool,
    "isCustomCredit": bool,
}
_YES, _NO = {"true", "yes", "1"}, {"false", "no", "0"}


@job("services", describe_services, redacted=("source", "mapping", "service"))
def sync_services(
    client: Client,
    source: str | Iterable[Mapping[str, Any]],
    mapping: dict[str, str],
    *,
    service: ServiceUpdate | None = None,
    location_id: str | None = None,
    make_categories: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Make the services of a price list that are missing, and write the fields that differ.

    They are known by name and location. Empty cells leave alone what is there, services that the list doesn't name
    stay, and of several rows of one service the last counts. All services are read once; unchanged ones cost no more.
    Running it again continues where it stopped.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, or rows as dicts.
        mapping: What a cell is -> its column, such as `{"name": "treatment", "sellingPrice": "price"}`: `name`,
            `location` (an id), `category` (a name), and the fields of a service that are one value. Numbers have a
            point, such as 12.5; yes and no are written so, or as true and false.
        service: Fields of every service, such as `{"serviceType": "APPOINTMENT"}`, which new ones need; cells come
            before them.
        location_id: Location of rows that name none; defaults to the account's.
        make_categories: Make categories that aren't there; else their rows are rejected.
        max_rejected: Rows that may be unfit before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that the server may refuse, or whose outcome nobody knows, before the step fails.
        rejects_path: File or URL for rows that were not sent, with row number and reason: JSON lines, or Parquet.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `folded` (a later row is of the same service),
        `rejected`, `protected` (0), `failed`, `unsettled` (nobody knows whether it was made); beside them `categories`
        (made).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.
    """
    columns = check_mapping(mapping, {"name"}, {"location", "category", *_FIELDS})
    shared = cast(ServiceUpdate, dict(service or {}))
    if set(shared) & {"name", "location"}:
        raise ConfigurationError("service must not name name or location: the rows and location_id do")
    service_body("example", cast(Any, {"serviceType": "", **shared}), "example")
    default = client.account.location_id if location_id is None else location_id
    report = Report(
        client.used,
        "created",
        "updated",
        "unchanged",
        "folded",
        changes=("created", "updated", "categories"),
        same="unchanged",
    )
    wanted: dict[tuple[str, str], tuple[int, Json, str]] = {}
    for number, cells in read_rows(source, columns, report, storage):
        try:
            name, place = cells["name"], cells.get("location") or default
            if not name:
                raise InvalidRequest("name is empty")
            if not place:
                raise InvalidRequest("location is empty, and no location_id is named")
            fields = {field: _value(field, cells[field]) for field in _FIELDS if cells.get(field)}
        except InvalidRequest as error:
            report.reject(number, str(error))
            continue
        if (place, name) in wanted:
            report.add("folded")
        wanted[place, name] = (number, fields, cells.get("category", ""))
    there = {place: services_at(client, place) for place in dict.fromkeys(place for place, _ in wanted)}
    report.others["categories"] = 0
    categories = _Categories(client, make_categories, report.others)
    for (place, name), (number, fields, category) in list(wanted.items()):
        try:
            record = only(there[place].get(name, []), "services of that name at this location")
            if record is None and not (fields.get("serviceType") or shared.get("serviceType")):
                raise InvalidRequest("it is a new service, and no serviceType is named (APPOINTMENT, CLASS or ADD_ON)")
            if category:
                categories.require(category, place)
        except InvalidRequest as error:
            report.reject(number, str(error))
            del wanted[place, name]
    report.require_few_rejected(max_rejected)
    for (place, name), (number, fields, category) in wanted.items():
        record = only(there[place].get(name, []), "")
        known = {"serviceType": record["serviceType"]} if record and record.get("serviceType") else {}
        try:
            chosen = {"categories": [{"id": categories.id_of(category, place)}]} if category else {}
            body: Any = {**known, **shared, **chosen, **fields}
            result = write_service(client, name, body, place, record)
        except ROW_ERRORS as error:
            report.failed(number, error)
        else:
            report.add("created" if result["created"] else "updated" if result["changed"] else "unchanged")
    return report.finish(max_failed, rejects_path, storage)


def _value(field: str, text: str) -> Any:
    """A cell as its field has it. Raises `InvalidRequest` that names the field and shows no cell."""
    kind = _FIELDS[field]
    try:
        if kind is bool:
            if text.casefold() not in _YES | _NO:
                raise ValueError
            return text.casefold() in _YES
        value = kind(text)
    except ValueError:
        needed = {bool: "yes or no", int: "a whole number", float: "a number such as 12.5"}[kind]
        raise InvalidRequest(f"{field} must be {needed}") from None
    if kind in (int, float) and not 0 <= value < float("inf"):
        raise InvalidRequest(f"{field} must not be negative, nor endless")
    return int(value) if kind is float and value.is_integer() else value


class _Categories:
    """Categories by location and name; those of a location are read when the first is asked for."""

    def __init__(self, client: Client, makes: bool, made: Counter[str]) -> None:
        self._made = made
        self._client = client
        self._makes = makes
        self._ids: dict[str, dict[str, str]] = {}

    def require(self, name: str, location: str) -> None:
        """Raise `InvalidRequest` where there is none of that name and none is made."""
        if not self._makes and name not in self._at(location):
            raise InvalidRequest("there is no category of that name; make_categories=True makes those that are missing")

    def id_of(self, name: str, location: str) -> str:
        """The id of a category; it is made where there is none."""
        from whautomate_core.client.once import make_once

        if name not in self._at(location):
            body: Any = {"name": name, "location": {"id": location}}
            record, created = make_once(
                self._client,
                service_categories.create_service_category(body),
                f"category/{location}/{name}",
                partial(self._find, name, location),
                service_categories.get_service_category,
            )
            self._ids[location][name] = str(record["id"])
            self._made["categories"] += created
        return self._ids[location][name]

    def _find(self, name: str, location: str) -> Any:
        self._ids.pop(location, None)
        id = self._at(location).get(name)
        return None if id is None else {"id": id}

    def _at(self, location: str) -> dict[str, str]:
        if location not in self._ids:
            listed = self._client.pages(service_categories.list_service_categories())
            here = [one for page in listed for one in page if refers("location", location, one)]
            self._ids[location] = {str(one.get("name")): one["id"] for one in here}
        return self._ids[location]
