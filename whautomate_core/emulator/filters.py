"""What query parameters mean: paging, and the conditions that filters put on records."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from .store import search_condition
from .world import Problem, World

Condition = tuple[str, Sequence[Any]]
Filter = Callable[[World, str], Condition]

# json_each has a column json of its own, hence the full name.
HAS_TAG = "EXISTS (SELECT 1 FROM json_each(records.json, '$.tags') AS tag WHERE tag.value = ?)"


def day(text: str, name: str) -> datetime:
    """The beginning of a day in UTC. Raises Problem 400."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        found = datetime.min
    if not 1970 <= found.year <= 2999:  # so that days around it have instants too
        raise Problem(400, f"{name} must be a date such as 2026-01-31")
    return found


def days_of(query: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """The beginning of `startDate` and the end of `endDate`, in UTC, None where not given. Raises Problem 400."""
    start, end = query.get("startDate"), query.get("endDate")
    return day(start, "startDate") if start else None, day(end, "endDate") + timedelta(days=1) if end else None


def equal(path: str) -> Filter:
    """Whether the field at a path has the value, in upper or lower case."""
    return lambda world, value: (f"lower(json_extract(json, '$.{path}')) = lower(?)", (value,))


def identified(path: str) -> Filter:
    """Whether the field at a path is the id."""
    return lambda world, value: (f"json_extract(json, '$.{path}') = ?", (value,))


def dated(behaviour: str, value: str, date: str) -> dict[str, Filter]:
    """A range of dates that means the date `date` (SQL) where the behaviour has the value, else that of creation."""

    def condition(name: str, sign: str) -> Filter:
        def by_behaviour(world: World, text: str) -> Condition:
            created = FILTERS[name](world, text)
            return (
                (f"substr({date}, 1, 10) {sign} ?", (text,))
                if getattr(world.behaviour, behaviour) == value
                else created
            )

        return by_behaviour

    return {"startDate": condition("startDate", ">="), "endDate": condition("endDate", "<=")}


def paging(world: World, query: Mapping[str, str]) -> tuple[int, int]:
    """Limit and offset from the query. Pages start at 1 (C); a page 0 or what isn't a number is refused."""
    page = _number(query, "page", 1)
    asked = _number(query, "limit", world.behaviour.page_default)
    limit = min(asked, world.behaviour.page_cap)
    offset = (page - 1) * (limit if world.behaviour.page_start == "given" else asked)
    depth = world.behaviour.list_depth
    return 0 if depth and offset >= depth else limit, offset


def listed(world: World) -> list[Condition]:
    """The condition that a record is shown in lists by now."""
    return [("created_at <= ?", (world.now() - world.behaviour.list_lag,))] if world.behaviour.list_lag else []


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise Problem(400, f"{name} must be a whole number from 1")
    return int(text)


def _search(world: World, text: str) -> Condition:
    sql, values = search_condition(text)
    return f"created_at <= ? AND ({sql})", (world.now() - world.behaviour.search_delay, *values)


def _tags(world: World, names: str) -> Condition:
    wanted = [name.strip() for name in names.split(",")]
    return " OR ".join([HAS_TAG] * len(wanted)), wanted


FILTERS: dict[str, Filter] = {
    "searchText": _search,
    "tags": _tags,
    "locationId": identified("location.id"),
    "primaryLocationId": identified("primaryLocation.id"),
    "staffId": identified("staff.id"),
    "serviceId": identified("service.id"),
    "clientId": identified("client.id"),
    "serviceType": equal("serviceType"),
    "channel": equal("channel"),
    # Which date a range means is unknown; the day of creation, in UTC, both ends included, is a guess (D).
    "startDate": lambda world, value: ("created_at >= ?", (day(value, "startDate").timestamp(),)),
    "endDate": lambda world, value: ("created_at < ?", ((day(value, "endDate") + timedelta(days=1)).timestamp(),)),
}
"""Filters by the name the contract gives them, where a resource has none of its own."""
