"""The records of the API, under the wire's own field names.

Written by `scripts/make_records.py` from `contract.yaml`; a test compares them. `check.py` checks bodies against them.
Evidence is of the shape: A official documentation, B a white-label copy of it, C integrators' code, D inferred.
"""

from __future__ import annotations

from typing import Any, Required

from typing_extensions import TypedDict

from whautomate_core.api.call import Json


class DeleteResult(TypedDict, total=False):
    """Acknowledgement returned by delete operations.

    Answer of deleteClientTag (evidence A), deleteContact, deleteContactTag, deleteSegment, deleteBroadcast,
    deleteWebhook (evidence B), deleteClient (evidence C), deleteStaffAvailabilityBlock, deleteServiceCategory,
    deleteService, deleteClass (evidence D).
    """

    success: bool


class EmptyResult(TypedDict, total=False):
    """The documentation declares an empty object here; what it may hold is not known.

    Answer of cancelAppointment (evidence A), removeClassParticipant (evidence D).
    """


class AccountInfo(TypedDict, total=False):
    """Answer of getAccountInfo (evidence C)."""

    name: str
    ownerEmail: str


class LocationRef(TypedDict, total=False):
    """Reference to a business location."""

    id: Required[str]
    title: str


class IdRef(TypedDict):
    """Reference to another record by its id."""

    id: str


CustomFields = dict[str, Any]
"""Free-form map of account-defined custom fields. No endpoint that lists the definitions is evidenced."""


class ClientInput(TypedDict, total=False):
    """Body that creates a client.

    Body of createClient (evidence A).
    """

    fullName: Required[str]
    preferredName: str
    contactType: str
    """Kind of telephone. Seen: HOME, MOBILE."""
    countryCode: str
    """Dialling code, with the plus sign. Such as `+1`."""
    phone: str
    """Digits only, kept apart from countryCode. Such as `5551234567`."""
    email: str
    registrationDate: str
    dob: str | None
    """Date of birth."""
    addressType: str
    """Seen: HOME."""
    address: str
    identificationNumber: str
    gender: str
    """Seen: Male."""
    preferredLanguage: str
    maritalStatus: str
    """Seen: UNMARRIED."""
    tags: list[str]
    """Tag names, not tag ids."""
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


class ClientUpdate(TypedDict, total=False):
    """Body that updates a client.

    Body of updateClient (evidence C).
    """

    fullName: str
    preferredName: str
    contactType: str
    """Kind of telephone. Seen: HOME, MOBILE."""
    countryCode: str
    """Dialling code, with the plus sign. Such as `+1`."""
    phone: str
    """Digits only, kept apart from countryCode. Such as `5551234567`."""
    email: str
    registrationDate: str
    dob: str | None
    """Date of birth."""
    addressType: str
    """Seen: HOME."""
    address: str
    identificationNumber: str
    gender: str
    """Seen: Male."""
    preferredLanguage: str
    maritalStatus: str
    """Seen: UNMARRIED."""
    tags: list[str]
    """Tag names, not tag ids."""
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


class Client(TypedDict, total=False):
    """Answer of createClient (evidence A), listClients, getClient, updateClient (evidence C)."""

    id: str
    clientId: str
    """Human-readable client number. Such as `C2`."""
    fullName: str
    preferredName: str
    contactType: str
    """Kind of telephone. Seen: HOME, MOBILE."""
    countryCode: str
    """Dialling code, with the plus sign. Such as `+1`."""
    phone: str
    """Digits only, kept apart from countryCode. Such as `5551234567`."""
    email: str
    registrationDate: str
    dob: str | None
    """Date of birth."""
    addressType: str
    """Seen: HOME."""
    address: str
    identificationNumber: str
    gender: str
    """Seen: Male."""
    preferredLanguage: str
    maritalStatus: str
    """Seen: UNMARRIED."""
    tags: list[str]
    """Tag names, not tag ids."""
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
    company: Json
    taxIdType: str
    taxIdNumber: str
    createdAt: str
    updatedAt: str


class TagNames(TypedDict):
    """Body of addClientTags, removeClientTags, addContactTags, removeContactTags (evidence C)."""

    tags: list[str]
    """Tag names."""


class TaggedRecord(TypedDict, total=False):
    """Record id with the tags it now carries.

    Answer of addClientTags, removeClientTags, addContactTags, removeContactTags (evidence C).
    """

    id: str
    tags: list[str]


class Tag(TypedDict, total=False):
    """Answer of listClientTags, createClientTag, getClientTag, listContactTags, createContactTag (evidence A),
    getContactTag (evidence B).
    """

    id: str
    name: str
    canonical: str
    """Normalised form of the name."""
    createdAt: str
    updatedAt: str


class TagInput(TypedDict, total=False):
    """Body of createClientTag, createContactTag (evidence A)."""

    name: Required[str]
    canonical: str


class ContactInput(TypedDict, total=False):
    """Body that creates a contact.

    Body of createContact (evidence A).
    """

    name: Required[str]
    phoneNumber: Required[str]
    """International format; create calls are documented by integrators with a leading plus sign, stored values are seen
    with and without it. Such as `+15555555555`.
    """
    location: Required[LocationRef]
    stage: str
    """Sales-funnel stage, sent as its label. Such as `Subscriber`, `Lead`, `Marketing qualified lead (MQL)`, `Sales
    qualified lead (SQL)`, `Opportunity`, `Customer`, `Evangelist`, `Other`.
    """
    notes: str
    customFields: CustomFields
    tags: list[str]
    """Tag names, not tag ids."""


class ContactUpdate(TypedDict, total=False):
    """Body that updates a contact. Whether omitted fields are kept or cleared is not documented.

    Body of updateContact (evidence B).
    """

    name: str
    phoneNumber: str
    """International format; create calls are documented by integrators with a leading plus sign, stored values are seen
    with and without it. Such as `+15555555555`.
    """
    location: LocationRef
    stage: str
    """Sales-funnel stage, sent as its label. Such as `Subscriber`, `Lead`, `Marketing qualified lead (MQL)`, `Sales
    qualified lead (SQL)`, `Opportunity`, `Customer`, `Evangelist`, `Other`.
    """
    notes: str
    customFields: CustomFields
    tags: list[str]
    """Tag names, not tag ids."""
    channel: str


class Contact(TypedDict, total=False):
    """Answer of listContacts, createContact, getContact (evidence A), updateContact (evidence B)."""

    id: str
    name: str
    """It may be the number where no name is known (C)."""
    phoneNumber: str
    """International format; create calls are documented by integrators with a leading plus sign, stored values are seen
    with and without it. Such as `+15555555555`.
    """
    location: LocationRef
    stage: str
    """Sales-funnel stage, sent as its label. Such as `Subscriber`, `Lead`, `Marketing qualified lead (MQL)`, `Sales
    qualified lead (SQL)`, `Opportunity`, `Customer`, `Evangelist`, `Other`.
    """
    notes: str
    customFields: CustomFields
    tags: list[str]
    """Tag names, not tag ids."""
    channel: str
    """Seen spelled Whatsapp, whatsapp and whatsApp; compare without regard to case."""
    username: str
    messengerId: str
    telegramChatId: str
    instagramId: str
    lastActivity: str
    createdAt: str
    updatedAt: str


class Staff(TypedDict, total=False):
    """Answer of listStaffs, getStaff (evidence B)."""

    id: str
    firstName: str
    lastName: str
    email: str
    countryCode: str
    phone: str
    active: bool
    locations: list[str]
    """Location ids."""


class AvailabilityBlockInput(TypedDict, total=False):
    """Body that blocks a stretch of a staff member's time. Field names are inferred.

    Body of createStaffAvailabilityBlock (evidence D).
    """

    startDate: str
    """Start of the block."""
    endDate: str
    """End of the block."""
    reason: str


class AvailabilityBlock(TypedDict, total=False):
    """Field names are inferred; two integrators disagree.

    Answer of listStaffAvailabilityBlocks, createStaffAvailabilityBlock, getStaffAvailabilityBlock (evidence D).
    """

    id: str
    staffId: str
    startDate: str
    """Start of the block."""
    endDate: str
    """End of the block."""
    reason: str
    startTime: str
    endTime: str
    createdAt: str
    updatedAt: str


class Location(TypedDict, total=False):
    """Answer of listLocations, getLocation (evidence C)."""

    id: str
    title: str
    phone: str
    addressLine1: str
    addressLine2: str
    city: str
    district: str
    postalCode: str


class SegmentCriteria(TypedDict, total=False):
    tags: list[str]
    exclusionTags: list[str]
    gender: str
    """Seen: Male."""
    numberOfDaysLastActivity: float
    ageFrom: float
    ageTo: float
    contactStage: str
    """Seen: Subscriber."""
    primaryLocations: list[LocationRef]


class SegmentInput(TypedDict, total=False):
    """Body that creates a segment. A white label says that a segment without a location may hold people of all
    locations (B).

    Body of createSegment (evidence A).
    """

    name: Required[str]
    type: Required[str]
    criteria: SegmentCriteria
    location: Required[LocationRef]


class Segment(TypedDict, total=False):
    """A segment. A white label says that a segment without a location may hold people of all locations (B).

    Answer of listSegments, createSegment (evidence A), getSegment (evidence B).
    """

    id: str
    name: str
    type: str
    criteria: SegmentCriteria
    location: LocationRef


class Template(TypedDict):
    """An approved WhatsApp template."""

    name: str
    language: str
    """Such as `en`."""


class LocationParameters(TypedDict, total=False):
    """Values of the location in the header of a template."""

    latitude: float
    longitude: float
    address: str
    name: str


class FlowParameters(TypedDict, total=False):
    """Values of the flow that a template's button opens."""

    flowToken: str
    flowData: str


class BroadcastInput(TypedDict, total=False):
    """Body of createBroadcast (evidence A)."""

    name: Required[str]
    type: Required[str]
    """Audience kind; client is the one value seen."""
    segments: list[IdRef]
    targetClass: IdRef
    targetClassStatus: str
    """Seen: ALL."""
    retargetBroadcast: IdRef
    retargetEngagementType: str
    """Seen: sent."""
    scheduleDateTime: str
    """When to send, in UTC."""
    template: Template
    headerMediaUrl: str
    headerTextParameters: list[str]
    bodyTextParameters: list[str]
    buttonUrlParameters: list[str]
    locationParameters: LocationParameters
    flowParameters: FlowParameters
    location: LocationRef


class ProcessedStats(TypedDict, total=False):
    """How many recipients a broadcast was sent to."""

    totalCount: int
    successCount: int
    failureCount: int


class DeliveryStats(TypedDict, total=False):
    """What became of a broadcast's messages."""

    sentCount: int
    deliveredCount: int
    readCount: int
    failedCount: int
    repliedCount: int


class Broadcast(TypedDict, total=False):
    """Answer of listBroadcasts, createBroadcast (evidence A), getBroadcast, updateBroadcast (evidence B)."""

    id: str
    name: str
    type: str
    """Audience kind; client is the one value seen."""
    segments: list[IdRef]
    targetClass: IdRef
    targetClassStatus: str
    """Seen: ALL."""
    retargetBroadcast: IdRef
    retargetEngagementType: str
    """Seen: sent."""
    scheduleDateTime: str
    """When to send, in UTC."""
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


class BroadcastLog(TypedDict, total=False):
    """Answer of listBroadcastLogs (evidence C)."""

    broadcast: Json
    recepientName: str
    """Spelled this way on the wire."""
    countryCode: str
    phone: str
    status: str
    error: Any
    """Why the message failed, a text as transcribed (C). What it says was not read; WhatsApp's codes are read from a
    text or an object.
    """
    reply: str
    createdAt: str
    updatedAt: str


class Recepient(TypedDict, total=False):
    """Someone to reach by number. The platform reuses a matching contact or creates one. The key is spelled recepient
    on the wire.
    """

    phoneNumber: Required[str]
    name: str


class WhatsappTextInput(TypedDict, total=False):
    """Give exactly one of contact, client and recepient (B), since they exclude each other.

    Body of sendWhatsappText (evidence B).
    """

    contact: IdRef
    client: IdRef
    recepient: Recepient
    location: Required[LocationRef]
    textMessage: Required[str]
    scheduleDateTime: str
    """Send later, in UTC."""


class WhatsappMediaInput(TypedDict, total=False):
    """Give exactly one of contact, client and recepient (B), since they exclude each other.

    Body of sendWhatsappMedia (evidence B).
    """

    contact: IdRef
    client: IdRef
    recepient: Recepient
    location: Required[LocationRef]
    mediaUrl: Required[str]
    mimeType: Required[str]
    scheduleDateTime: str
    """Send later, in UTC."""


class WhatsappTemplateInput(TypedDict, total=False):
    """Give exactly one of contact, client and recepient (B), since they exclude each other.

    Body of sendWhatsappTemplate (evidence C).
    """

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
    """Send later, in UTC."""


class ChannelTextInput(TypedDict, total=False):
    """Body of sendMessengerText, sendInstagramText (evidence C), sendTelegramText (evidence D)."""

    contact: Required[IdRef]
    location: LocationRef
    textMessage: Required[str]
    scheduleDateTime: str
    """Send later, in UTC."""


class ChannelMediaInput(TypedDict, total=False):
    """Body of sendMessengerMedia (evidence C), sendInstagramMedia, sendTelegramMedia (evidence D)."""

    contact: Required[IdRef]
    location: LocationRef
    mediaUrl: Required[str]
    mimeType: Required[str]
    scheduleDateTime: str
    """Send later, in UTC."""


class ElementsTemplateInput(TypedDict, total=False):
    """Body of sendMessengerTemplate, sendInstagramTemplate (evidence C)."""

    contact: Required[IdRef]
    location: LocationRef
    elements: Required[list[Json]]
    """Carousel elements."""


class TelegramTemplateInput(TypedDict, total=False):
    """Body of sendTelegramTemplate (evidence C)."""

    contact: Required[IdRef]
    location: LocationRef
    textMessage: str
    buttons: list[str]
    """Button labels."""


class MessageResult(TypedDict, total=False):
    """Answer of sendWhatsappText, sendWhatsappMedia (evidence B), sendWhatsappTemplate, sendMessengerText,
    sendMessengerMedia, sendMessengerTemplate, sendInstagramText, sendInstagramTemplate, sendTelegramTemplate (evidence
    C), sendInstagramMedia, sendTelegramText, sendTelegramMedia (evidence D).
    """

    id: str
    status: str
    success: bool
    """One integrator reads it (C, weak)."""
    error: str
    """Present when the send failed; may come with HTTP 200."""


class MessageContact(TypedDict, total=False):
    """The contact of a message."""

    id: str
    channel: str
    phoneNumber: str


class MessageRef(TypedDict, total=False):
    """Reference to another message."""

    id: str


Message = TypedDict(
    "Message",
    {
        "id": str,
        "contact": MessageContact,
        "channel": str,
        # A text in the documented answer (A), a boolean in deliveries of webhooks (C).
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
        # Reply options; shape not documented.
        "options": Any,
        "createdAt": str,
        "updatedAt": str,
    },
    total=False,
)
"""Answer of listContactMessages (evidence D)."""


class ServiceCategoryInput(TypedDict, total=False):
    """Body of createServiceCategory (evidence A)."""

    name: Required[str]
    location: LocationRef
    slug: str


class ServiceCategory(TypedDict, total=False):
    """Answer of listServiceCategories, createServiceCategory, getServiceCategory (evidence A)."""

    id: str
    name: str
    location: LocationRef
    slug: str
    createdAt: str
    updatedAt: str


class CategoryRef(TypedDict, total=False):
    """Reference to a service category."""

    id: str
    name: str


class StaffRef(TypedDict, total=False):
    """Reference to a staff member."""

    id: Required[str]
    name: str


class TaxOverride(TypedDict, total=False):
    """A tax of a service in place of the account's."""

    id: str
    name: str
    percentage: str


class ServiceSettings(TypedDict, total=False):
    """How a service can be booked."""

    advanceBookingLimitDays: float
    blockTimeAfterAppointment: float


class ServiceInput(TypedDict, total=False):
    """Body of createService (evidence D)."""

    serviceType: Required[str]
    """APPOINTMENT is documented; CLASS and ADD_ON come from an integrator."""
    name: Required[str]
    location: LocationRef
    durationMinutes: float
    categories: list[CategoryRef]
    staffs: list[StaffRef]
    numberOfParticipants: int
    type: str
    """Where it takes place. Seen: LOCATION_VISIT."""
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


class ServiceUpdate(TypedDict, total=False):
    """Body of updateService (evidence D)."""

    serviceType: str
    """APPOINTMENT is documented; CLASS and ADD_ON come from an integrator."""
    name: str
    location: LocationRef
    durationMinutes: float
    categories: list[CategoryRef]
    staffs: list[StaffRef]
    numberOfParticipants: int
    type: str
    """Where it takes place. Seen: LOCATION_VISIT."""
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


class Service(TypedDict, total=False):
    """The official list has another property after `advanceSettings` (A), of whose name only the beginning, `addOn`,
    was read.

    Answer of listServices (evidence A), createService, getService, updateService (evidence D).
    """

    id: str
    serviceType: str
    """APPOINTMENT is documented; CLASS and ADD_ON come from an integrator."""
    name: str
    location: LocationRef
    durationMinutes: float
    categories: list[CategoryRef]
    staffs: list[StaffRef]
    numberOfParticipants: int
    type: str
    """Where it takes place. Seen: LOCATION_VISIT."""
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
    createdAt: str
    updatedAt: str


class Slot(TypedDict, total=False):
    """A time that is free."""

    startTime: str
    endTime: str


class SlotDay(TypedDict, total=False):
    """Answer of listAppointmentSlots (evidence A)."""

    date: str
    """The day, as a time (A). Such as `2025-06-21T15:07:39.751Z`."""
    timezone: str
    slots: list[Slot]


class AppointmentInput(TypedDict, total=False):
    """Body of bookAppointment (evidence D)."""

    client: IdRef
    service: IdRef
    staff: IdRef
    location: IdRef
    date: Required[str]
    """Such as `2026-01-31`."""
    time: Required[str]
    """Local wall time on a twelve-hour clock. Such as `04:39 PM`."""
    timezone: str
    """IANA time zone. Such as `America/Sao_Paulo`."""
    overrideTimeSlotValidation: bool
    notes: str
    addOnServices: list[IdRef]


class RescheduleInput(TypedDict, total=False):
    """Body of rescheduleAppointment (evidence A)."""

    appointmentId: Required[str]
    date: Required[str]
    """Such as `2026-01-31`."""
    time: Required[str]
    """Local wall time on a twelve-hour clock. Such as `04:39 PM`."""
    timezone: str
    """IANA time zone. Such as `America/Sao_Paulo`."""


class CancelInput(TypedDict, total=False):
    """Body of cancelAppointment (evidence A)."""

    appointmentId: Required[str]
    cancellationReason: str


class ClientRef(TypedDict, total=False):
    """Reference to a client."""

    id: Required[str]
    fullName: str
    countryCode: str
    phone: str
    email: str


class ServiceRef(TypedDict, total=False):
    """Reference to a service."""

    id: Required[str]
    name: str
    durationMinutes: float
    sellingPrice: float


class Appointment(TypedDict, total=False):
    """Answer of listAppointments, getAppointment, rescheduleAppointment (evidence A), bookAppointment (evidence D)."""

    id: str
    location: LocationRef
    client: ClientRef
    staff: StaffRef
    timezone: str
    """IANA time zone. Such as `America/Sao_Paulo`."""
    date: str
    """Such as `2026-01-31`."""
    time: str
    """Local wall time on a twelve-hour clock. Such as `04:39 PM`."""
    startTimeUTC: str
    """Start instant."""
    startTime: str
    """Local start time; a Z suffix is seen on it although it is not UTC."""
    endTimeUTC: str
    """End instant."""
    endTime: str
    """Local end time; same caution as startTime."""
    service: ServiceRef
    addOnServices: list[Json]
    overrideTimeSlotValidation: bool
    bookedFrom: str
    status: str
    """Such as `Booked`, `Cancelled`."""
    appointmentType: str
    notes: str
    paymentStatus: str
    cancellationReason: str
    createdAt: str
    updatedAt: str


class ClassSettings(TypedDict, total=False):
    """How a class can be booked."""

    advanceClassBookingThresholdMinutes: float
    cancelClassThresholdMinutes: float


class ClassInput(TypedDict, total=False):
    """Body of createClass (evidence D)."""

    location: Required[IdRef]
    staff: Required[IdRef]
    service: Required[IdRef]
    date: Required[str]
    """Such as `2026-01-31`."""
    time: Required[str]
    """Local wall time on a twelve-hour clock. Such as `04:39 PM`."""
    timezone: str
    """IANA time zone. Such as `America/Sao_Paulo`."""
    numberOfParticipants: int
    isOnlineClass: bool
    onlineClassLink: str
    onlineClassPassCode: str
    advanceSettings: ClassSettings
    notes: str


class ClassUpdate(TypedDict, total=False):
    """Body of updateClass (evidence D)."""

    location: IdRef
    staff: IdRef
    service: IdRef
    date: str
    """Such as `2026-01-31`."""
    time: str
    """Local wall time on a twelve-hour clock. Such as `04:39 PM`."""
    timezone: str
    """IANA time zone. Such as `America/Sao_Paulo`."""
    numberOfParticipants: int
    isOnlineClass: bool
    onlineClassLink: str
    onlineClassPassCode: str
    advanceSettings: ClassSettings
    notes: str


class Class(TypedDict, total=False):
    """Answer of listClasses, createClass, getClass, updateClass (evidence D)."""

    id: str
    location: LocationRef
    staff: StaffRef
    service: ServiceRef
    date: str
    """Such as `2026-01-31`."""
    time: str
    """Local wall time on a twelve-hour clock. Such as `04:39 PM`."""
    timezone: str
    """IANA time zone. Such as `America/Sao_Paulo`."""
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
    """Whether the client is named by clientId or by a nested client object is not documented in what could be read.

    Body of addClassParticipant (evidence D).
    """

    client: IdRef
    clientId: str
    status: str
    """Such as `BOOKED`, `WAITLISTED`."""


class ClassParticipantCancelInput(TypedDict, total=False):
    """How the participant is named is not documented in what could be read.

    Body of removeClassParticipant (evidence D).
    """

    client: IdRef
    clientId: str
    participantId: str
    cancellationReason: str


ClassParticipant = TypedDict(
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
"""Answer of listClassParticipants, addClassParticipant, listClientClassBookings (evidence D)."""


class WebhookHeader(TypedDict):
    """A header sent with each event; it may hold a secret."""

    key: str
    value: str


class WebhookInput(TypedDict, total=False):
    """Body of createWebhook (evidence A)."""

    name: Required[str]
    active: Required[bool]
    serverUrl: Required[str]
    webhookHeaders: list[WebhookHeader]
    events: list[str]


class Webhook(TypedDict, total=False):
    """Answer of listWebhooks, createWebhook, getWebhook (evidence A), updateWebhook (evidence B)."""

    id: str
    name: str
    active: bool
    serverUrl: str
    webhookHeaders: list[WebhookHeader]
    events: list[str]
    createdAt: str
    updatedAt: str


class ClientFilters(TypedDict, total=False):
    """Filters of listClients (evidence C)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    searchText: str
    """Free-text search."""
    startDate: str
    """Start of the date range."""
    endDate: str
    """End of the date range."""
    primaryLocationId: str
    """Only clients of this primary location."""
    tags: str
    """Filter by tag name."""


class SearchFilters(TypedDict, total=False):
    """Filters of listClientTags, listContactTags (evidence A), listLocations (evidence C)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    searchText: str
    """Free-text search."""


class ContactFilters(TypedDict, total=False):
    """Filters of listContacts (evidence A)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    searchText: str
    """Free-text search."""
    tags: str
    """Filter by tag name."""
    locationId: str
    """Only records of this location."""
    channel: str
    """Filter by channel."""


class LocatedFilters(TypedDict, total=False):
    """Filters of listSegments, listServiceCategories (evidence A), listStaffs (evidence B)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    searchText: str
    """Free-text search."""
    locationId: str
    """Only records of this location."""


class BlockFilters(TypedDict, total=False):
    """Filters of listStaffAvailabilityBlocks (evidence D)."""

    startDate: str
    """Start of the period, YYYY-MM-DD."""
    endDate: str
    """End of the period, YYYY-MM-DD."""


class BroadcastFilters(TypedDict, total=False):
    """Filters of listBroadcasts (evidence A)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    searchText: str
    """Free-text search."""
    startDate: str
    """Start of the date range."""
    endDate: str
    """End of the date range."""
    locationId: str
    """Only records of this location."""


class BroadcastUpdate(TypedDict, total=False):
    """`BroadcastInput` with nothing required: what an update does not name stays as it is.

    Body of updateBroadcast (evidence B).
    """

    name: str
    type: str
    """Audience kind; client is the one value seen."""
    segments: list[IdRef]
    targetClass: IdRef
    targetClassStatus: str
    """Seen: ALL."""
    retargetBroadcast: IdRef
    retargetEngagementType: str
    """Seen: sent."""
    scheduleDateTime: str
    """When to send, in UTC."""
    template: Template
    headerMediaUrl: str
    headerTextParameters: list[str]
    bodyTextParameters: list[str]
    buttonUrlParameters: list[str]
    locationParameters: LocationParameters
    flowParameters: FlowParameters
    location: LocationRef


class PageFilters(TypedDict, total=False):
    """Filters of listWebhooks (evidence A), listBroadcastLogs (evidence C), listClientClassBookings (evidence D)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """


class PeriodFilters(TypedDict, total=False):
    """Filters of listContactMessages (evidence D)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    startDate: str
    """Start of the period, YYYY-MM-DD."""
    endDate: str
    """End of the period, YYYY-MM-DD."""


class ServiceFilters(TypedDict, total=False):
    """Filters of listServices (evidence A)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    searchText: str
    """Free-text search."""
    locationId: str
    """Only records of this location."""
    serviceType: str
    """APPOINTMENT, CLASS or ADD_ON."""


class SlotFilters(TypedDict, total=False):
    """Filters of listAppointmentSlots (evidence A)."""

    date: str
    """Day to look at, YYYY-MM-DD."""
    nextThreeDays: str
    """Also look at the following days: true or false, as text."""
    serviceId: str
    staffId: str
    locationId: str
    timezone: str
    """IANA name of a time zone."""


class AppointmentFilters(TypedDict, total=False):
    """Filters of listAppointments (evidence A)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    startDate: str
    """Start of the date range."""
    endDate: str
    """End of the date range."""
    locationId: str
    """Only records of this location."""
    staffId: str
    clientId: str


class ClassFilters(TypedDict, total=False):
    """Filters of listClasses (evidence D)."""

    page: int
    """Page number. It starts at 1 in a white label's list of templates (B) and for two integrators (C). Documented as a
    string.
    """
    limit: int
    """Page size. The default is 10 in a white label's list of templates (B); here neither default nor maximum is
    documented. Documented as a string.
    """
    startDate: str
    """Start of the date range."""
    endDate: str
    """End of the date range."""
    locationId: str
    """Only records of this location."""
    staffId: str
    serviceId: str


class WebhookUpdate(TypedDict, total=False):
    """`WebhookInput` with nothing required: what an update does not name stays as it is.

    Body of updateWebhook (evidence B).
    """

    name: str
    active: bool
    serverUrl: str
    webhookHeaders: list[WebhookHeader]
    events: list[str]
