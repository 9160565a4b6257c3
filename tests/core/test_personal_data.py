"""What a read returns without being asked for people: nothing that nobody has judged."""

from typing import Any, get_args, get_type_hints

import pytest
from typing_extensions import is_typeddict

from whautomate_core.api import records
from whautomate_core.api.personal_data import FIELDS, left_out, without_personal_data
from whautomate_core.api.registry import ENDPOINTS


def _read_records() -> dict[str, type]:
    """Every record that an endpoint which reads can answer, and those in fields of it that are kept."""
    found: dict[str, type] = {}

    def walk(hint: Any) -> None:
        for inner in get_args(hint):
            walk(inner)
        if is_typeddict(hint) and hint.__name__ not in found:
            found[hint.__name__] = hint
            left_out = FIELDS[hint].personal.split() if hint in FIELDS else []
            for field, inner in get_type_hints(hint).items():
                if field not in left_out:
                    walk(inner)

    for endpoint in ENDPOINTS.values():
        if endpoint.reads:
            walk(endpoint.answer)
    return found


@pytest.mark.parametrize("name", sorted(_read_records()))
def test_every_field_of_a_record_is_judged(name: str) -> None:
    record = _read_records()[name]
    assert record in FIELDS, f"say in whautomate_core/api/personal_data.py which fields of {name} are personal data"
    kept, personal = (fields.split() for fields in FIELDS[record])
    assert sorted(kept + personal) == sorted(get_type_hints(record)), (
        f"each field of {name} belongs into one of its two lists in whautomate_core/api/personal_data.py"
    )


def test_what_identifies_and_sorts_is_kept_and_the_rest_is_left_out() -> None:
    contact = {
        "id": "c1",
        "name": "Ada",
        "phoneNumber": "4915123456789",
        "stage": "Lead",
        "tags": ["vip"],
        "customFields": {"plan": "gold"},
        "createdAt": "2026-01-01T00:00:00Z",
        "location": {"id": "l1", "title": "Berlin", "ownerName": "Grace"},
        "nickname": "Countess",
    }
    assert without_personal_data(records.Contact, contact) == {
        "id": "c1",
        "stage": "Lead",
        "tags": ["vip"],
        "createdAt": "2026-01-01T00:00:00Z",
        "location": {"id": "l1", "title": "Berlin"},
    }
    assert left_out(records.Contact, [contact, {"id": "c2", "notes": "x"}]) == [
        "customFields",
        "name",
        "notes",
        "phoneNumber",
    ]


def test_people_inside_of_other_records_are_left_out_but_for_their_ids() -> None:
    person = {"id": "p1", "fullName": "Ada", "phone": "15123456789", "name": "Ada", "email": "ada@example.org"}
    booked = {"id": "a1", "client": person, "staff": person, "addOnServices": [{"id": "s1", "note": "Ada"}]}
    assert without_personal_data(records.Appointment, booked) == {
        "id": "a1",
        "client": {"id": "p1"},
        "staff": {"id": "p1"},
        "addOnServices": [{"id": "s1"}],
    }
    takes_part = {"id": "t1", "class": {"id": "k1", "notes": "Ada", "staff": person}, "client": person}
    assert without_personal_data(records.ClassParticipant, takes_part) == {
        "id": "t1",
        "class": {"id": "k1", "staff": {"id": "p1"}},
        "client": {"id": "p1"},
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("stage", {"by": "Ada"}), ("tags", "Ada"), ("tags", [{"by": "Ada"}]), ("location", "Ada"), ("location", ["Ada"])],
)
def test_a_value_of_another_type_is_a_field_that_nobody_knows(field: str, value: Any) -> None:
    assert "Ada" not in str(without_personal_data(records.Contact, {"id": "c1", field: value}))


def test_a_field_without_a_value_stays() -> None:
    assert without_personal_data(records.Contact, {"stage": None, "location": None, "tags": None}) == {
        "stage": None,
        "location": None,
        "tags": None,
    }
