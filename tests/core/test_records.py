"""The records are the contract's, and bodies are checked against them before anything is sent."""

import importlib.util
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

import whautomate_core
from whautomate_core.api import broadcasts, contacts, records
from whautomate_core.api.check import body
from whautomate_core.errors import InvalidRequest


def contract() -> dict[str, Any]:
    from importlib.resources import files

    return yaml.safe_load(files(whautomate_core).joinpath("contract.yaml").read_text(encoding="utf-8"))


SCHEMAS = contract()["components"]["schemas"]
RECORDS = {name: value for name, value in vars(records).items() if is_typeddict(value)}


def test_the_module_is_as_the_contract_says() -> None:
    root = Path(__file__).parents[2]
    spec = importlib.util.spec_from_file_location("make_records", root / "scripts" / "make_records.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (root / "whautomate_core" / "api" / "records.py").read_text(encoding="utf-8")
    assert written == module.text(), "python scripts/make_records.py writes it anew"


@pytest.mark.parametrize("name", sorted(RECORDS.keys() & SCHEMAS.keys()))
def test_a_record_has_the_fields_of_the_contract(name: str) -> None:
    record, schema = RECORDS[name], SCHEMAS[name]
    assert set(get_type_hints(record)) == set(schema.get("properties", {}))
    assert set(TypeAdapter(record).json_schema().get("required", [])) == set(schema.get("required", []))


def test_an_unknown_field_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(InvalidRequest, match="phonenumber is not a known field; did you mean phoneNumber"):
        contacts.update_contact("c1", {"phonenumber": "+49"})  # type: ignore[typeddict-unknown-key]
    with pytest.raises(InvalidRequest, match=r"location\.ID is not a known field; did you mean id"):
        contacts.create_contact({"name": "n", "phoneNumber": "+1", "location": {"ID": "x"}})  # type: ignore
    with pytest.raises(InvalidRequest, match=r"segments\.0\.ids"):
        broadcasts.create_broadcast({"name": "n", "type": "t", "segments": [{"ids": "x"}]})  # type: ignore
    with pytest.raises(InvalidRequest, match="searchtext is not a known field; did you mean searchText"):
        contacts.list_contacts(filters={"searchtext": "x"})  # type: ignore


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_json_cannot_say_is_refused_before_sending(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="ContactUpdate holds what JSON can't say"):
        contacts.update_contact("c1", {"customFields": {"plan": value}})
    with pytest.raises(InvalidRequest, match="JSON can't say"):
        contacts.update_contact("c1", {"name": "n"}, extra={"more": value})


def test_a_missing_field_and_a_wrong_type_are_errors_without_the_value() -> None:
    with pytest.raises(InvalidRequest, match="phoneNumber is required") as error:
        contacts.create_contact({"name": "Ada Lovelace"})  # type: ignore
    assert "Ada" not in str(error.value)
    with pytest.raises(InvalidRequest, match="phoneNumber: input should be a valid string") as error:
        contacts.update_contact("c1", {"phoneNumber": 4915123456789})  # type: ignore
    assert "4915" not in str(error.value)
    with pytest.raises(InvalidRequest, match="must be a dict"):
        contacts.update_contact("c1", "name=x")  # type: ignore


def test_extra_is_the_way_past() -> None:
    call = contacts.create_contact(
        {"name": "n", "phoneNumber": "+4915123456789"}, extra={"location": "l1", "vip": True}
    )  # type: ignore
    assert call.body == {"name": "n", "phoneNumber": "+4915123456789", "location": "l1", "vip": True}


@pytest.mark.parametrize("value", ["", "  ", None, 7, ".", ".."])
def test_an_id_that_would_name_another_path_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="contact_id"):
        contacts.get_contact(value)


@pytest.mark.parametrize("value", ["a\0b", "a\n", "\ud83d"])
def test_an_id_of_characters_that_no_id_has_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match="contact_id"):
        contacts.get_contact(value)


def test_half_an_emoji_is_refused_before_it_is_sent() -> None:
    with pytest.raises(InvalidRequest, match="half an emoji") as error:
        body(records.ContactInput, {"name": "Ada \ud83d", "phoneNumber": "+49", "location": {"id": "l"}})
    assert "Ada" not in repr(error.value)


def test_an_id_is_one_segment_of_the_path() -> None:
    assert contacts.get_contact("a/b?c=1#d%").url == "/v1/contacts/a%2Fb%3Fc%3D1%23d%25"


def test_names_only_leaves_values_to_templates() -> None:
    given = {"name": "{{ x }}", "phoneNumber": object(), "location": {"id": 1}}
    assert body(records.ContactInput, given, names_only=True) == given
    with pytest.raises(InvalidRequest, match="nam is not a known field"):
        body(records.ContactInput, {**given, "nam": 1}, names_only=True)


def test_a_call_shows_its_endpoint_and_nothing_of_people() -> None:
    call = contacts.update_contact("secret-id", {"name": "Ada", "phoneNumber": "+4915123456789"})
    assert repr(call) == "<PUT /v1/contacts/{}>"
