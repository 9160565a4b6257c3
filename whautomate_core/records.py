"""The records of the API under the wire's own field names, and the check that a body has them right.

Derived from `contract.yaml` (tests/core/test_records.py holds both equal). What the vendor's pages say of a field
and how sure it is stands in the contract.
"""

from __future__ import annotations

import difflib
from functools import cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import NotRequired, Required, TypedDict, is_typeddict

from whautomate_core.call import Json
from whautomate_core.errors import InvalidRequest

CustomFields = dict[str, Any]


class IdRef(TypedDict):
    id: str


class LocationRef(TypedDict):
    id: str
    title: NotRequired[str]


class AccountInfo(TypedDict, total=False):
    name: str
    ownerEmail: str


class Location(TypedDict, total=False):
    id: str
    title: str
    phone: str
    addressLine1: str
    addressLine2: str
    city: str
    district: str
    postalCode: str


class ContactUpdate(TypedDict, total=False):
    name: str
    phoneNumber: str
    location: LocationRef
    stage: str
    notes: str
    customFields: CustomFields
    tags: list[str]
    channel: str


class ContactInput(TypedDict, total=False):
    name: Required[str]
    phoneNumber: Required[str]
    location: Required[LocationRef]
    stage: str
    notes: str
    customFields: CustomFields
    tags: list[str]


class Contact(TypedDict, total=False):
    id: str
    name: str
    phoneNumber: str
    location: LocationRef
    stage: str
    notes: str
    customFields: CustomFields
    tags: list[str]
    channel: str
    username: str
    messengerId: str
    telegramChatId: str
    instagramId: str
    lastActivity: str
    createdAt: str
    updatedAt: str


class ContactFilters(TypedDict, total=False):
    page: int
    limit: int
    searchText: str
    tags: str
    locationId: str
    channel: str


class TagNames(TypedDict):
    tags: list[str]


class TaggedRecord(TypedDict, total=False):
    id: str
    tags: list[str]


class TagInput(TypedDict):
    name: str
    canonical: NotRequired[str]


class Tag(TypedDict, total=False):
    id: str
    name: str
    canonical: str
    createdAt: str
    updatedAt: str


class SearchFilters(TypedDict, total=False):
    """Filters of the lists that can only be searched: tags, locations."""

    page: int
    limit: int
    searchText: str


class SegmentCriteria(TypedDict, total=False):
    tags: list[str]
    exclusionTags: list[str]
    gender: str
    numberOfDaysLastActivity: float
    ageFrom: float
    ageTo: float
    contactStage: str
    primaryLocations: list[LocationRef]


class SegmentInput(TypedDict):
    name: str
    type: str
    criteria: NotRequired[SegmentCriteria]
    location: LocationRef


class Segment(TypedDict, total=False):
    id: str
    name: str
    type: str
    criteria: SegmentCriteria
    location: LocationRef


class SegmentFilters(TypedDict, total=False):
    page: int
    limit: int
    searchText: str
    locationId: str


class Template(TypedDict):
    name: str
    language: str


class LocationParameters(TypedDict, total=False):
    latitude: float
    longitude: float
    address: str
    name: str


class FlowParameters(TypedDict, total=False):
    flowToken: str
    flowData: str


class BroadcastInput(TypedDict, total=False):
    name: Required[str]
    type: Required[str]
    segments: list[IdRef]
    targetClass: IdRef
    targetClassStatus: str
    retargetBroadcast: IdRef
    retargetEngagementType: str
    scheduleDateTime: str
    template: Template
    headerMediaUrl: str
    headerTextParameters: list[str]
    bodyTextParameters: list[str]
    buttonUrlParameters: list[str]
    locationParameters: LocationParameters
    flowParameters: FlowParameters
    location: LocationRef


class ProcessedStats(TypedDict, total=False):
    totalCount: int
    successCount: int
    failureCount: int


class DeliveryStats(TypedDict, total=False):
    sentCount: int
    deliveredCount: int
    readCount: int
    failedCount: int
    repliedCount: int


class Broadcast(TypedDict, total=False):
    id: str
    name: str
    type: str
    segments: list[IdRef]
    targetClass: IdRef
    targetClassStatus: str
    retargetBroadcast: IdRef
    retargetEngagementType: str
    scheduleDateTime: str
    template: Template
    headerMediaUrl: str
    headerTextParameters: list[str]
    bodyTextParameters: list[str]
    buttonUrlParameters: list[str]
    locationParameters: LocationParameters
    flowParameters: FlowParameters
    location: LocationRef
    status: str
    startedAt: str
    completedAt: str
    processedStats: ProcessedStats
    deliveryStats: DeliveryStats


class BroadcastFilters(TypedDict, total=False):
    page: int
    limit: int
    searchText: str
    startDate: str
    endDate: str
    locationId: str


class BroadcastLog(TypedDict, total=False):
    broadcast: Json
    recepientName: str
    countryCode: str
    phone: str
    status: str
    error: str
    reply: str
    createdAt: str
    updatedAt: str


class PageFilters(TypedDict, total=False):
    page: int
    limit: int


class DeleteResult(TypedDict, total=False):
    success: bool


for _record in [value for value in vars().values() if is_typeddict(value)]:
    # On each of them, since pydantic takes no configuration for nested ones from outside. Inputs stay out of the
    # errors: a body is about a person.
    _record.__pydantic_config__ = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(record)


_WAY_PAST = " (extra={...} sends a field past this check)"


def body(
    record: type, value: Any, extra: Json | None = None, *, names_only: bool = False, way_past: str = _WAY_PAST
) -> Json:
    """Check `value` against a record and return it as a new dict, with `extra` over it unchecked.

    `names_only` checks which fields there are and not their values: for a body that still holds Jinja templates.
    Raises `InvalidRequest` that names the field, and the nearest known one where it is unknown.
    """
    name = record.__name__
    if not isinstance(value, dict):
        raise InvalidRequest(f"{name} must be a dict of its fields, got {type(value).__name__}")
    extra = extra or {}
    try:
        # A field given in `extra` counts as given: the contract is partly inferred, `extra` is the way past it.
        _adapter(record).validate_python({k: v for k, v in value.items() if k not in extra})
    except ValidationError as error:
        problems = [
            _problem(record, e["loc"], e["type"], e["msg"], way_past)
            for e in error.errors(include_input=False, include_url=False, include_context=False)
            if not (e["type"] == "missing" and len(e["loc"]) == 1 and e["loc"][0] in extra)
            and (not names_only or e["type"] in ("missing", "extra_forbidden"))
        ]
        if problems:
            raise InvalidRequest(f"{name}: " + "; ".join(problems)) from None
    return {**value, **extra}


def query(filters: type, value: Any, *, names_only: bool = False) -> dict[str, str]:
    """Check a dict of query filters and return it with every value as the wire has it: a string. None is left out."""
    given = (
        {k: v for k, v in (value or {}).items() if v is not None} if isinstance(value, (dict, type(None))) else value
    )
    return {k: str(v) for k, v in body(filters, given, names_only=names_only, way_past="").items()}


def _problem(record: type, location: tuple[int | str, ...], kind: str, message: str, way_past: str) -> str:
    where = ".".join(str(part) for part in location)
    if kind == "missing":
        return f"{where} is required"
    if kind == "extra_forbidden":
        known = _fields_at(record, location[:-1])
        nearest = difflib.get_close_matches(str(location[-1]).lower(), {k.lower(): k for k in known}, n=1)
        proper = next((k for k in known if nearest and k.lower() == nearest[0]), None)
        meant = f"did you mean {proper}?" if proper else f"known are {', '.join(sorted(known))}."
        return f"{where} is not a field of it; {meant}{way_past}"
    return f"{where}: {message[0].lower()}{message[1:]}"


def _fields_at(record: Any, location: tuple[int | str, ...]) -> list[str]:
    for part in location:
        if isinstance(part, int):
            record = record.__args__[0]
        else:
            hint = get_type_hints(record)[part]
            record = hint
    return list(get_type_hints(record)) if is_typeddict(record) else []
