"""A flow that writes what an account holds to a file."""

# No annotations as text: Prefect may load this file by its path, and then nobody finds their names.

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from prefect import flow
from pydantic import Field

from prefect_whautomate.appointments import export_appointments
from prefect_whautomate.broadcasts import list_broadcasts
from prefect_whautomate.classes import export_bookings, export_classes
from prefect_whautomate.clients import list_clients
from prefect_whautomate.contacts import export_opt_outs, list_contacts
from prefect_whautomate.credentials import WhautomateCredentials
from prefect_whautomate.flows._forms import Text, day_of_run, path_of
from whautomate_core.api.call import Json

_WHOLE: dict[str, Any] = {"contacts": list_contacts, "clients": list_clients, "broadcasts": list_broadcasts}
_OF_DAYS: dict[str, Any] = {"appointments": export_appointments, "classes": export_classes, "bookings": export_bookings}


@flow
def export_flow(
    credentials: WhautomateCredentials,
    what: Literal["contacts", "clients", "opt_outs", "broadcasts", "appointments", "classes", "bookings"],
    output_path: Text,
    days: Annotated[int, Field(ge=1)] = 1,
    day: date | None = None,
) -> Json:
    """Write what an account holds to a file: everything, or the appointments, classes or bookings of some days.

    The file appears once it is complete, and only its owner can read a local one. It holds names and numbers.

    Args:
        credentials: The account.
        what: What to write. `opt_outs` are the contacts and clients who opted out; `bookings` the participants of
            classes.
        output_path: File to write to: JSON lines, or Parquet if it ends in `.parquet`; local, or the URL of an object
            such as `s3://bucket/bookings-{day}.parquet`, in which `{day}` stands for the day.
        days: How many days of `appointments`, `classes` or `bookings`, from the beginning of `day` (UTC).
        day: The day; defaults to the day (UTC) for which the run was planned.

    Returns: `path`, and the number of `records`; more where the task that writes it returns more.
    """
    day = day or day_of_run()
    path = path_of(output_path, day)
    if what == "opt_outs":
        return export_opt_outs(credentials, path)
    if what in _WHOLE:
        written: Json = _WHOLE[what](credentials, output_path=path)
        return written
    begin = datetime.combine(day, time(), UTC)
    exported: Json = _OF_DAYS[what](credentials, path, begin, begin + timedelta(days=days))
    return exported
