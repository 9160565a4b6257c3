"""Values that an argument does not take: what errors say of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from typing_extensions import is_typeddict

from whautomate_core.api.appointments import list_appointment_slots
from whautomate_core.api.contacts import create_contact, get_contact
from whautomate_core.bookings.exports import export_appointments
from whautomate_core.bookings.services import sync_services
from whautomate_core.bookings.timetable import sync_classes
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.job import Job
from whautomate_core.jobs import JOBS
from whautomate_core.messaging.jobs import broadcast, plan_broadcast
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.people.opt_outs import export_opt_outs
from whautomate_core.rows.files import write_records, write_text
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.values.arguments import fits, require_kind, require_known


@pytest.mark.parametrize("value", ["spring_sale", ["spring_sale"], 7, None])
@pytest.mark.parametrize("job", JOBS.values(), ids=lambda job: job.name)
def test_a_dict_given_as_something_else_is_refused_with_an_example(job: Job, value: Any) -> None:
    """Operators, sensors and tasks check the arguments of every job by this."""
    hints = get_type_hints(job.function, localns={"Client": object, "Storage": object})
    for name in job.arguments:
        hint = hints[name]
        if not fits({}, hint) or fits(value, hint):
            continue
        with pytest.raises(ConfigurationError, match=rf"^{name} must be a dict.*, not ") as error:
            require_kind(name, hint, value)
        record = next((one for one in (hint, *get_args(hint)) if is_typeddict(one)), None)
        assert ('such as {"' in str(error.value)) == (record is not None or name == "mapping")
        assert ("spring_sale" in str(error.value)) == (name == "template" and value == "spring_sale")


def test_the_name_of_a_template_given_as_text_is_put_into_what_is_wanted(client: Client) -> None:
    wanted = re.escape('template must be a dict such as {"name": "spring_sale", "language": ...}, not str')
    for work in (plan_broadcast, broadcast):
        with pytest.raises(ConfigurationError, match=wanted):
            work(client, "spring", "spring_sale", segment_name="vip", **({"key": "k"} if work is broadcast else {}))  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match=wanted.replace("template", "Template", 1)):
        send_template_to_contacts(client, [{"phone": "1"}], "spring_sale", key="k")  # type: ignore[arg-type]


def test_a_body_given_as_text_is_refused_with_the_fields_that_it_needs() -> None:
    """The text is not shown, since it may be about a person."""
    needed = re.escape('ContactInput must be a dict such as {"name": ..., "phoneNumber": ..., "location": {"id": ...}}')
    with pytest.raises(InvalidRequest, match=needed) as error:
        create_contact("Ada")  # type: ignore[arg-type]
    assert "Ada" not in str(error.value)
    with pytest.raises(InvalidRequest, match=re.escape('location must be a dict such as {"id": ...}')) as error:
        create_contact({"name": "Ada", "phoneNumber": "+4915112345678", "location": "Ada"})  # type: ignore[typeddict-item]
    assert "Ada" not in str(error.value)


def test_fields_of_every_row_given_as_text_are_refused(client: Client) -> None:
    rows = [{"name": "Cut"}]
    for value in ("spring", ["x"], 7):
        with pytest.raises(ConfigurationError, match="service must be a dict such as"):
            sync_services(client, rows, {"name": "name"}, service=value)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="class_ must be a dict such as"):
            sync_classes(client, rows, "UTC", class_=value)  # type: ignore[arg-type]
        with pytest.raises(ConfigurationError, match="mapping must be a dict of field to column"):
            tag_contacts(client, rows, "vip", value)  # type: ignore[arg-type]


# --- what templates make of a missing value


NONES = ["None", " None ", "null", "undefined", "nan", "NaN"]


@pytest.mark.parametrize("none", NONES)
def test_a_path_that_is_a_missing_value_is_refused(
    client: Client, whautomate_emulator: Emulator, none: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows, mapping = [{"name": "Ada", "phoneNumber": "+4915112345678"}], {"name": "name", "phoneNumber": "phoneNumber"}
    for work in (
        lambda: export_opt_outs(client, none),
        lambda: export_appointments(client, none, "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"),
        lambda: sync_contacts(client, rows, mapping, rejects_path=none),
        lambda: sync_contacts(client, rows, mapping, outcomes_path=none),
        lambda: sync_services(client, [{"name": "Cut"}], {"name": "name"}, rejects_path=none),
        lambda: plan_broadcast(client, "b", {"name": "t", "language": "en"}, segment_name="s", logs_path=none),
        lambda: write_records(none, []),
        lambda: write_text(none, ""),
    ):
        with pytest.raises(ConfigurationError, match="missing value"):
            work()
    assert whautomate_emulator.requests() == []
    assert list(tmp_path.glob("[!w]*")) == []
    assert write_records(f"./{none.strip()}", [{"a": 1}]) == 1, "the way to a file that has this name"


@pytest.mark.parametrize("job", JOBS.values(), ids=lambda job: job.name)
def test_what_names_something_is_not_a_missing_value_in_any_job(job: Job) -> None:
    hints = get_type_hints(job.function, localns={"Client": object, "Storage": object})
    for name in job.arguments:
        if name.endswith(("_path", "_id", "_name", "key")):
            with pytest.raises(ConfigurationError, match=f"^{name} is 'None', which is what a template makes of"):
                require_kind(name, hints[name], "None")


@pytest.mark.parametrize("none", NONES)
def test_an_id_that_is_a_missing_value_is_refused(none: str) -> None:
    with pytest.raises(InvalidRequest, match=r"contact_id is '.*', which is what a template makes of a missing value"):
        get_contact(none)
    with pytest.raises(InvalidRequest, match=r"ContactInput: location\.id is "):
        create_contact({"name": "null", "phoneNumber": "+4915112345678", "location": {"id": none}})
    with pytest.raises(InvalidRequest, match="SlotFilters: serviceId is "):
        list_appointment_slots(filters={"serviceId": none})


def test_names_and_texts_of_people_may_be_any_text() -> None:
    made = create_contact({"name": "null", "phoneNumber": "+4915112345678", "location": {"id": "l1"}})
    assert made.body is not None
    assert made.body["name"] == "null"


@pytest.mark.parametrize(
    ("given", "meant"),
    [("mappin", "; did you mean mapping?"), ("conn_id", "; did you mean whautomate_conn_id?"), ("id", ".")],
)
def test_an_argument_that_is_not_known_names_the_one_that_was_meant(given: str, meant: str) -> None:
    known = ["mapping", "whautomate_conn_id"]
    with pytest.raises(ConfigurationError) as error:
        require_known("sync", known, [given])
    assert str(error.value) == f"sync has no argument {given!r}{meant} It takes mapping, whautomate_conn_id"


def test_a_window_to_send_in_is_shown_by_an_example() -> None:
    hint = get_type_hints(JOBS["broadcast"].function, localns={"Client": object, "Storage": object})["send_window"]
    with pytest.raises(
        ConfigurationError, match=r'such as \("09:00", "20:00", "Europe/Berlin"\), or None, not a tuple of 2'
    ):
        require_kind("send_window", hint, ("9:00", "20:00"))
