"""A price list: services are created or changed as its rows say, by name and location."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from whautomate_core.api import service_categories
from whautomate_core.api.call import Json
from whautomate_core.api.records import ServiceUpdate
from whautomate_core.bookings.catalogue import only, refers, service_body, services_at, write_service
from whautomate_core.bookings.lines import describe_services
from whautomate_core.errors import ConfigurationError, InvalidRequest, WhautomateError
from whautomate_core.job import job
from whautomate_core.people.location import Location
from whautomate_core.rows.files import Storage, fsspec_storage
from whautomate_core.rows.job import LeftOut, RowJob, Wanted, check_mapping, read_lines, run_rows
from whautomate_core.rows.outcomes import Outcome
from whautomate_core.rows.sources import Source
from whautomate_core.rows.store import Item, Store
from whautomate_core.values.arguments import require_kind
from whautomate_core.values.cells import cell_value
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


@job("services", describe_services, redacted=("source", "mapping", "service"), writes=("services",))
def sync_services(
    client: Client,
    source: Source,
    mapping: Mapping[str, str],
    *,
    service: ServiceUpdate | None = None,
    location_id: str | None = None,
    make_categories: bool = False,
    max_rejected: Threshold = "100%",
    max_failed: Threshold = 0,
    rejects_path: str | None = None,
    outcomes_path: str | None = None,
    storage: Storage = fsspec_storage,
) -> Json:
    """Create the services of a price list that are missing, and write the fields that differ.

    Services are identified by name and location. Empty cells leave the field alone, services that the list does not
    name stay, and of several rows about one service the last counts. All services are read once; unchanged ones cost
    no more requests. Running it again continues where it stopped.

    Args:
        source: Path or URL of a CSV, JSON lines or Parquet file, rows as dicts, or a query (`Sql`).
        mapping: What the API calls a value -> its column, such as `{"name": "treatment", "sellingPrice": "price"}`:
            `name`, `location` (an id), `category` (a name), and the fields of a service that are one value. Numbers
            have a point, such as 12.5; yes and no may also be true and false.
        service: Fields of every service, such as `{"serviceType": "APPOINTMENT"}`, which new ones need. A cell takes
            precedence over them.
        location_id: Location of rows that name none; defaults to the account's.
        make_categories: Create categories that are missing; otherwise their rows are rejected.
        max_rejected: Rows that may be rejected before nothing is sent: a count, or a share like `"5%"`.
        max_failed: Rows that may fail or be unsettled before the step fails: a count, or a share like `"5%"`.
        rejects_path: File or URL for rows that were not used, with row number, outcome and reason: JSON lines, or
            Parquet.
        outcomes_path: The same for every row.

    Returns: Counts: `rows`, of which `created`, `updated`, `unchanged`, `superseded` (a later row is about the same
        service), `rejected`, `protected` (0), `failed`, `unsettled` (the outcome is unknown); beside them `categories`
        (created).

    Raises: `ConfigurationError` and `InvalidRequest` before anything is sent; `InvalidRequest` over the thresholds.
    """
    columns = check_mapping(mapping, {"name"}, {"location", "category", *_FIELDS})
    require_kind("service", ServiceUpdate | None, service)
    shared = cast(ServiceUpdate, dict(service or {}))
    if set(shared) & {"name", "location"}:
        raise ConfigurationError("service must not name name or location: the rows and location_id do")
    service_body("example", cast(Any, {"serviceType": "", **shared}), "example")
    location = client.account.location_id if location_id is None else location_id
    return run_rows(
        _Services(client, shared, location, make_categories),
        client.used,
        read_lines(source, columns, storage),
        max_rejected=max_rejected,
        max_failed=max_failed,
        rejects_path=rejects_path,
        outcomes_path=outcomes_path,
        storage=storage,
    )


class _Services(RowJob):
    job = "sync_services"
    beside = ("categories",)

    def __init__(self, client: Client, shared: ServiceUpdate, location: str | None, make_categories: bool) -> None:
        self._client = client
        self._shared = shared
        self._location = location
        self._shared_location = None if location is None else Location(client, location)
        self._there: dict[str, dict[str, list[Json]]] = {}
        self._categories = _Categories(client, make_categories)

    def read(self, cells: Mapping[str, str]) -> Wanted:
        name, location = cells["name"], cells.get("location") or self._location
        if not name:
            raise InvalidRequest("name is empty")
        if not location:
            raise InvalidRequest("location is empty, and no location_id is given")
        fields = {field: cell_value(field, cells[field], _FIELDS[field]) for field in _FIELDS if cells.get(field)}
        return [((location, name), {"fields": fields, "category": cells.get("category", "")})]

    def look(self, items: Store) -> None:
        for location in dict.fromkeys(item.key[0] for item in items.items()):
            self._there[location] = services_at(self._client, location)

    def check(self, item: Item) -> None:
        record = self._record(item)
        if record is None and not (item.wanted["fields"].get("serviceType") or self._shared.get("serviceType")):
            raise InvalidRequest("the service is new and has no serviceType (APPOINTMENT, CLASS or ADD_ON)")
        if item.wanted["category"]:
            self._categories.require(item.wanted["category"], item.key[0])

    def apply(self, item: Item) -> Outcome:
        (location, name), record, category = item.key, self._record(item), item.wanted["category"]
        known = {"serviceType": record["serviceType"]} if record and record.get("serviceType") else {}
        chosen: Json = {}
        if category:
            id, created = self._categories.id_of(category, location)
            self.report.beside["categories"] += created
            chosen = {"categories": [{"id": id}]}
        body: Any = {**known, **self._shared, **chosen, **item.wanted["fields"]}
        result = write_service(self._client, name, body, location, record)
        return "created" if result["created"] else "updated" if result["changed"] else "unchanged"

    def failed(self, item: Item, error: WhautomateError) -> LeftOut:
        if self._shared_location is not None and item.key[0] == self._location:
            self._shared_location.require_after(error)
        return super().failed(item, error)

    def _record(self, item: Item) -> Json | None:
        location, name = item.key
        return only(self._there[location].get(name, []), "services of that name at this location")


class _Categories:
    """Categories by location and name; those of a location are read when the first is asked for."""

    def __init__(self, client: Client, makes: bool) -> None:
        self._client = client
        self._makes = makes
        self._ids: dict[str, dict[str, str]] = {}

    def require(self, name: str, location: str) -> None:
        """Raise `InvalidRequest` where there is no category of that name and none is to be created."""
        if not self._makes and name not in self._at(location):
            raise InvalidRequest(
                "there is no category of that name; make_categories=True creates those that are missing"
            )

    def id_of(self, name: str, location: str) -> tuple[str, bool]:
        """The id of a category, which is created where it is missing, and whether it was."""
        from whautomate_core.client.once import make_once

        created = False
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
        return self._ids[location][name], created

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
