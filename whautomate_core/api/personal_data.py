"""Which fields of the API's records are personal data, and records without them.

Airflow (XCom) and Prefect (results, the UI) keep and show the results of steps. So by default a read returns what
identifies and sorts a record (ids, tags, stages, states, dates, counts) and leaves out names, numbers, addresses, texts
and secrets. Only listed fields are kept: a field that nobody has judged counts as personal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from whautomate_core.api import records as r
from whautomate_core.api.call import Json


class Fields(NamedTuple):
    """The fields of a record, each in one of two lists. A test fails if a record has a field that is in neither."""

    kept: str
    personal: str = ""
    """Data about a person, the content of a message, what a person typed freely, or a secret. Left out."""


_DATES = "createdAt updatedAt"

FIELDS: dict[type, Fields] = {
    # People
    r.Contact: Fields(
        f"id location stage tags channel lastActivity {_DATES}",
        "name phoneNumber notes customFields username messengerId telegramChatId instagramId",
    ),
    r.Client: Fields(
        f"id clientId registrationDate tags primaryLocation primaryStaff {_DATES}",
        "fullName preferredName contactType countryCode phone email dob addressType address identificationNumber "
        "gender preferredLanguage maritalStatus notes referralSource customFields photoUrl emergencyRelationType "
        "emergencyName emergencyCountryCode emergencyPhone company taxIdType taxIdNumber",
    ),
    r.ClientRef: Fields("id", "fullName countryCode phone email"),
    r.Staff: Fields("id active locations", "firstName lastName email countryCode phone"),
    r.StaffRef: Fields("id", "name"),
    r.AvailabilityBlock: Fields(f"id staffId startDate endDate startTime endTime {_DATES}", "reason"),
    r.AccountInfo: Fields("name", "ownerEmail"),
    # Messages
    r.Message: Fields(
        f"id contact channel isIncoming type replyToMessage timestamp status {_DATES}",
        "from sentBy errorMessage headerText mediaUrl caption text footerText options",
    ),
    r.MessageContact: Fields("id channel", "phoneNumber"),
    r.MessageRef: Fields("id"),
    r.Broadcast: Fields(
        "id name type segments targetClass targetClassStatus retargetBroadcast retargetEngagementType scheduleDateTime "
        "template location status startedAt completedAt processedStats deliveryStats",
        "headerMediaUrl headerTextParameters bodyTextParameters buttonUrlParameters locationParameters flowParameters",
    ),
    r.ProcessedStats: Fields("totalCount successCount failureCount"),
    r.DeliveryStats: Fields("sentCount deliveredCount readCount failedCount repliedCount"),
    r.BroadcastLog: Fields(f"broadcast status {_DATES}", "recepientName countryCode phone error reply"),
    r.Template: Fields("name language"),
    # Bookings
    r.Appointment: Fields(
        "id location client staff timezone date time startTimeUTC startTime endTimeUTC endTime service addOnServices "
        f"overrideTimeSlotValidation bookedFrom status appointmentType paymentStatus {_DATES}",
        "notes cancellationReason",
    ),
    r.Class: Fields(
        "id location staff service date time timezone numberOfParticipants isOnlineClass advanceSettings startTimeUTC "
        f"startTime endTimeUTC endTime bookedParticipants status {_DATES}",
        "onlineClassLink onlineClassPassCode notes",
    ),
    r.ClassSettings: Fields("advanceClassBookingThresholdMinutes cancelClassThresholdMinutes"),
    r.ClassParticipant: Fields(f"id class client status paymentStatus {_DATES}", "cancellationReason"),
    r.SlotDay: Fields("date timezone slots"),
    r.Slot: Fields("startTime endTime"),
    # What the business offers
    r.Location: Fields("id title phone addressLine1 addressLine2 city district postalCode"),
    r.LocationRef: Fields("id title"),
    r.IdRef: Fields("id"),
    r.Service: Fields(
        "id serviceType name location durationMinutes categories staffs numberOfParticipants type sellingPrice "
        "costPrice taxOverrides isCustomCredit credits active allowOnlineBooking acceptPaymentOnline advanceSettings "
        f"description {_DATES}"
    ),
    r.ServiceRef: Fields("id name durationMinutes sellingPrice"),
    r.ServiceSettings: Fields("advanceBookingLimitDays blockTimeAfterAppointment"),
    r.TaxOverride: Fields("id name percentage"),
    r.CategoryRef: Fields("id name"),
    r.ServiceCategory: Fields(f"id name location slug {_DATES}"),
    # Settings of the account
    r.Tag: Fields(f"id name canonical {_DATES}"),
    r.Segment: Fields("id name type criteria location"),
    r.SegmentCriteria: Fields(
        "tags exclusionTags gender numberOfDaysLastActivity ageFrom ageTo contactStage primaryLocations"
    ),
    r.Webhook: Fields(f"id name active events {_DATES}", "serverUrl webhookHeaders"),  # may hold secrets
}


def without_personal_data(record: type, answer: Mapping[str, Any]) -> Json:
    """Return a record without its personal data: what a step that reads returns by default.

    Steps apply it to each record that they return, but not to records that they write to `output_path`.
    `return_records=True` returns whole records. The record is what the endpoint answers, as in `Call[Contact]`:

        without_personal_data(records.Contact, {"id": "c1", "name": "Ada", "new": 1, "location": {"id": "l1"}})
        # {"id": "c1", "location": {"id": "l1"}}

    A reference to another record follows that record's own `Fields`; an object whose fields nobody knows keeps its id
    only. A value whose type is not that of the record's field is left out too.

    Args:
        record: The record's type, a key of `FIELDS`.
        answer: The record, as the client returns it. It is not changed.
    """
    kept = _kept(record)
    found = ((name, _reduced(kept[name], value)) for name, value in answer.items() if name in kept)
    return {name: value for name, value in found if value is not _LEFT_OUT}


def left_out(record: type, answers: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the fields that `without_personal_data` leaves out of records, sorted, for the log.

    Only names that the record's type has: an unknown field's name may itself be data.
    """
    known = set(get_type_hints(record)) - _kept(record).keys()
    return sorted(known & {name for answer in answers for name in answer})


_LEFT_OUT = object()
_SCALARS = (str, int, float, bool, type(None))


@cache
def _kept(record: type) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {name: hints[name] for name in FIELDS[record].kept.split()}


def _reduced(hint: Any, value: Any) -> Any:
    """The part of a value that is kept, given the type of its field; `_LEFT_OUT` where it is of another type."""
    if get_origin(hint) is list:
        if not isinstance(value, list):
            return value if value is None else _LEFT_OUT
        (item,) = get_args(hint)
        return [one for one in (_reduced(item, each) for each in value) if one is not _LEFT_OUT]
    if hint == Json or is_typeddict(hint):
        if not isinstance(value, Mapping):
            return value if value is None else _LEFT_OUT
        return without_personal_data(hint if is_typeddict(hint) else r.IdRef, value)
    return value if isinstance(value, _SCALARS) else _LEFT_OUT
