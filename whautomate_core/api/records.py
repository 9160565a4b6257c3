"""The records of the API under the wire's own field names, and the check that a body has them right.

Derived from `contract.yaml` (tests/core/test_records.py holds both equal). What the vendor's pages say of a field
and how sure it is stands in the contract.
"""

from __future__ import annotations

import difflib
import json
from functools import cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError
from typing_extensions import NotRequired, Required, TypedDict, is_typeddict

from whautomate_core.api.call import Json
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


class BroadcastUpdate(TypedDict, total=False):
    """`BroadcastInput` with nothing required: what PUT doesn't name is taken from what is there."""

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


class Broadcast(BroadcastUpdate, total=False):
    id: str
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


class StaffRef(TypedDict, total=False):
    id: Required[str]
    name: str


class ServiceRef(TypedDict, total=False):
    id: Required[str]
    name: str
    durationMinutes: float
    sellingPrice: float


class ClientRef(TypedDict, total=False):
    id: Required[str]
    fullName: str
    countryCode: str
    phone: str
    email: str


class ClientUpdate(TypedDict, total=False):
    fullName: str
    preferredName: str
    contactType: str
    countryCode: str
    phone: str
    email: str
    registrationDate: str
    dob: str | None
    addressType: str
    address: str
    identificationNumber: str
    gender: str
    preferredLanguage: str
    maritalStatus: str
    tags: list[str]
    notes: str
    referralSource: str
    primaryLocation: LocationRef
    primaryStaff: IdRef
    customFields: CustomFields
    photoUrl: str
    emergencyRelationType: str
    emergencyName: str
    emergencyCountryCode: str
    emergencyPhone: str


class ClientInput(TypedDict, total=False):
    fullName: Required[str]
    preferredName: str
    contactType: str
    countryCode: str
    phone: str
    email: str
    registrationDate: str
    dob: str | None
    addressType: str
    address: str
    identificationNumber: str
    gender: str
    preferredLanguage: str
    maritalStatus: str
    tags: list[str]
    notes: str
    referralSource: str
    primaryLocation: Required[LocationRef]
    primaryStaff: IdRef
    customFields: CustomFields
    photoUrl: str
    emergencyRelationType: str
    emergencyName: str
    emergencyCountryCode: str
    emergencyPhone: str


class Client(ClientUpdate, total=False):
    id: str
    clientId: str
    company: Json
    taxIdType: str
    taxIdNumber: str
    createdAt: str
    updatedAt: str


class Staff(TypedDict, total=False):
    id: str
    firstName: str
    lastName: str
    email: str
    countryCode: str
    phone: str
    active: bool
    locations: list[str]


class AvailabilityBlockInput(TypedDict, total=False):
    startDate: str
    endDate: str
    reason: str


class AvailabilityBlock(TypedDict, total=False):
    id: str
    staffId: str
    startDate: str
    endDate: str
    reason: str
    startTime: str
    endTime: str
    createdAt: str
    updatedAt: str


class Recepient(TypedDict, total=False):
    phoneNumber: Required[str]
    name: str


class WhatsappTextInput(TypedDict, total=False):
    contact: IdRef
    client: IdRef
    recepient: Recepient
    location: Required[LocationRef]
    textMessage: Required[str]
    scheduleDateTime: str


class WhatsappMediaInput(TypedDict, total=False):
    contact: IdRef
    client: IdRef
    recepient: Recepient
    location: Required[LocationRef]
    mediaUrl: Required[str]
    mimeType: Required[str]
    scheduleDateTime: str


class WhatsappTemplateInput(TypedDict, total=False):
    contact: IdRef
    client: IdRef
    recepient: Recepient
    location: Required[LocationRef]
    template: Required[Template]
    headerMediaUrl: str
    headerTextParameters: list[str]
    bodyTextParameters: list[str]
    buttonUrlParameters: list[str]
    locationParameters: LocationParameters
    flowParameters: FlowParameters
    scheduleDateTime: str


class ChannelTextInput(TypedDict, total=False):
    contact: Required[IdRef]
    location: LocationRef
    textMessage: Required[str]
    scheduleDateTime: str


class ChannelMediaInput(TypedDict, total=False):
    contact: Required[IdRef]
    location: LocationRef
    mediaUrl: Required[str]
    mimeType: Required[str]
    scheduleDateTime: str


class ElementsTemplateInput(TypedDict, total=False):
    contact: Required[IdRef]
    location: LocationRef
    elements: Required[list[Json]]


class TelegramTemplateInput(TypedDict, total=False):
    contact: Required[IdRef]
    location: LocationRef
    textMessage: str
    buttons: list[str]


class MessageResult(TypedDict, total=False):
    id: str
    status: str
    error: str


class MessageContact(TypedDict, total=False):
    id: str
    channel: str
    phoneNumber: str


class MessageRef(TypedDict, total=False):
    id: str


Message = TypedDict(  # some of its fields are words of Python
    "Message",
    {
        "id": str,
        "contact": MessageContact,
        "channel": str,
        "isIncoming": bool | str,
        "type": str,
        "replyToMessage": MessageRef,
        "from": str,
        "sentBy": str,
        "timestamp": str,
        "status": str,
        "errorMessage": str,
        "headerText": str,
        "mediaUrl": str,
        "caption": str,
        "text": str,
        "footerText": str,
        "options": Any,
        "createdAt": str,
        "updatedAt": str,
    },
    total=False,
)


class ServiceCategoryInput(TypedDict, total=False):
    name: Required[str]
    location: LocationRef
    slug: str


class ServiceCategory(TypedDict, total=False):
    id: str
    name: str
    location: LocationRef
    slug: str
    createdAt: str
    updatedAt: str


class TaxOverride(TypedDict, total=False):
    id: str
    name: str
    percentage: str


class ServiceSettings(TypedDict, total=False):
    advanceBookingLimitDays: float
    blockTimeAfterAppointment: float


class CategoryRef(TypedDict, total=False):
    id: str
    name: str


class ServiceUpdate(TypedDict, total=False):
    serviceType: str
    name: str
    location: LocationRef
    durationMinutes: float
    categories: list[CategoryRef]
    staffs: list[StaffRef]
    numberOfParticipants: int
    type: str
    sellingPrice: float
    costPrice: float
    taxOverrides: list[TaxOverride]
    isCustomCredit: bool
    credits: float
    active: bool
    allowOnlineBooking: bool
    acceptPaymentOnline: bool
    advanceSettings: ServiceSettings
    description: str


class ServiceInput(TypedDict, total=False):
    serviceType: Required[str]
    name: Required[str]
    location: LocationRef
    durationMinutes: float
    categories: list[CategoryRef]
    staffs: list[StaffRef]
    numberOfParticipants: int
    type: str
    sellingPrice: float
    costPrice: float
    taxOverrides: list[TaxOverride]
    isCustomCredit: bool
    credits: float
    active: bool
    allowOnlineBooking: bool
    acceptPaymentOnline: bool
    advanceSettings: ServiceSettings
    description: str


class Service(ServiceUpdate, total=False):
    id: str
    createdAt: str
    updatedAt: str


class Slot(TypedDict, total=False):
    startTime: str
    endTime: str


class SlotDay(TypedDict, total=False):
    date: str
    timezone: str
    slots: list[Slot]


class AppointmentInput(TypedDict, total=False):
    client: IdRef
    service: IdRef
    staff: IdRef
    location: IdRef
    date: Required[str]
    time: Required[str]
    timezone: str
    overrideTimeSlotValidation: bool
    notes: str
    addOnServices: list[IdRef]


class RescheduleInput(TypedDict, total=False):
    appointmentId: Required[str]
    date: Required[str]
    time: Required[str]
    timezone: str


class CancelInput(TypedDict, total=False):
    appointmentId: Required[str]
    cancellationReason: str


class Appointment(TypedDict, total=False):
    id: str
    location: LocationRef
    client: ClientRef
    staff: StaffRef
    timezone: str
    date: str
    time: str
    startTimeUTC: str
    startTime: str
    endTimeUTC: str
    endTime: str
    service: ServiceRef
    addOnServices: list[Json]
    overrideTimeSlotValidation: bool
    bookedFrom: str
    status: str
    appointmentType: str
    notes: str
    paymentStatus: str
    cancellationReason: str
    createdAt: str
    updatedAt: str


class ClassSettings(TypedDict, total=False):
    advanceClassBookingThresholdMinutes: float
    cancelClassThresholdMinutes: float


class ClassUpdate(TypedDict, total=False):
    location: IdRef
    staff: IdRef
    service: IdRef
    date: str
    time: str
    timezone: str
    numberOfParticipants: int
    isOnlineClass: bool
    onlineClassLink: str
    onlineClassPassCode: str
    advanceSettings: ClassSettings
    notes: str


class ClassInput(TypedDict, total=False):
    location: Required[IdRef]
    staff: Required[IdRef]
    service: Required[IdRef]
    date: Required[str]
    time: Required[str]
    timezone: str
    numberOfParticipants: int
    isOnlineClass: bool
    onlineClassLink: str
    onlineClassPassCode: str
    advanceSettings: ClassSettings
    notes: str


class Class(TypedDict, total=False):
    id: str
    location: LocationRef
    staff: StaffRef
    service: ServiceRef
    date: str
    time: str
    timezone: str
    numberOfParticipants: int
    isOnlineClass: bool
    onlineClassLink: str
    onlineClassPassCode: str
    advanceSettings: ClassSettings
    notes: str
    startTimeUTC: str
    startTime: str
    endTimeUTC: str
    endTime: str
    bookedParticipants: int
    status: str
    createdAt: str
    updatedAt: str


class ClassParticipantInput(TypedDict, total=False):
    client: IdRef
    clientId: str
    status: str


class ClassParticipantCancelInput(TypedDict, total=False):
    client: IdRef
    clientId: str
    participantId: str
    cancellationReason: str


ClassParticipant = TypedDict(  # some of its fields are words of Python
    "ClassParticipant",
    {
        "id": str,
        "class": Class,
        "client": ClientRef,
        "status": str,
        "paymentStatus": str,
        "cancellationReason": str,
        "createdAt": str,
        "updatedAt": str,
    },
    total=False,
)


class WebhookHeader(TypedDict):
    key: str
    value: str


class WebhookUpdate(TypedDict, total=False):
    """`WebhookInput` with nothing required."""

    name: str
    active: bool
    serverUrl: str
    webhookHeaders: list[WebhookHeader]
    events: list[str]


class WebhookInput(TypedDict, total=False):
    name: Required[str]
    active: Required[bool]
    serverUrl: Required[str]
    webhookHeaders: list[WebhookHeader]
    events: list[str]


class Webhook(WebhookUpdate, total=False):
    id: str
    createdAt: str
    updatedAt: str


class ClientFilters(TypedDict, total=False):
    page: int
    limit: int
    searchText: str
    startDate: str
    endDate: str
    primaryLocationId: str
    tags: str


class LocatedFilters(TypedDict, total=False):
    """Filters of the lists that belong to locations: segments, staff, service categories."""

    page: int
    limit: int
    searchText: str
    locationId: str


class ServiceFilters(TypedDict, total=False):
    page: int
    limit: int
    searchText: str
    locationId: str
    serviceType: str


class PeriodFilters(TypedDict, total=False):
    """Filters of a list over a period; dates are YYYY-MM-DD."""

    page: int
    limit: int
    startDate: str
    endDate: str


class BlockFilters(TypedDict, total=False):
    """Dates are YYYY-MM-DD."""

    startDate: str
    endDate: str


class SlotFilters(TypedDict, total=False):
    """`date` is YYYY-MM-DD, `nextThreeDays` true or false as text, `timezone` an IANA name."""

    date: str
    nextThreeDays: str
    serviceId: str
    staffId: str
    locationId: str
    timezone: str


class AppointmentFilters(TypedDict, total=False):
    page: int
    limit: int
    startDate: str
    endDate: str
    locationId: str
    staffId: str
    clientId: str


class ClassFilters(TypedDict, total=False):
    page: int
    limit: int
    startDate: str
    endDate: str
    locationId: str
    staffId: str
    serviceId: str


class DeleteResult(TypedDict, total=False):
    success: bool


class EmptyResult(TypedDict, total=False):
    """Declared empty (cancellations); what it may hold is not known."""


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
    if not isinstance(extra, dict):
        raise InvalidRequest(f"extra must be a dict of fields, got {type(extra).__name__}")
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
    sent = {**value, **extra}
    if not names_only:
        try:
            json.dumps(sent, allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError):
            raise InvalidRequest(
                f"{name} holds what JSON can't say, in a field that takes anything: "
                "NaN, an infinity, a date, half an emoji, or the like"
            ) from None
    return sent


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
        return f"{where} is not a known field; {meant}{way_past}"
    return f"{where}: {message[0].lower()}{message[1:]}"


def _fields_at(record: Any, location: tuple[int | str, ...]) -> list[str]:
    for part in location:
        if isinstance(part, int):
            record = record.__args__[0]
        else:
            hint = get_type_hints(record)[part]
            record = hint
    return list(get_type_hints(record)) if is_typeddict(record) else []
