"""Contacts, their tags, lists and searching; each open question answered both ways."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Caller, error, made


def fired(call: Caller) -> list[tuple[str, str | None, bool]]:
    return [(each["kind"], each["tag"] or each["stage"], each["again"]) for each in call.emulator.automations()]


def test_a_create_gives_an_id_of_its_own_and_dates_in_utc(call: Caller) -> None:
    contact = call.contact(id="mine", createdAt="then", phoneNmber="typo", tags=["a", "a"])
    assert contact["id"].isalnum()
    assert len(contact["id"]) == 11
    assert contact["createdAt"] == contact["updatedAt"] == "2026-05-28T20:26:40.000Z"
    assert contact["tags"] == ["a"]
    assert "phoneNmber" not in contact


def test_ids_follow_from_the_seed(make: Any) -> None:
    assert make(seed=1).contact()["id"] == make(seed=1).contact()["id"] != make(seed=2).contact()["id"]


@pytest.mark.parametrize(("behaviour", "shown"), [("digits", "15550000001"), ("plus", "+15550000001")])
def test_phone_form(make: Any, behaviour: str, shown: str) -> None:
    call = make(phone_form=behaviour)
    contact = call.contact("+1 (555) 000-0001")
    assert contact["phoneNumber"] == shown
    assert call.get("/v1/contacts")[0]["phoneNumber"] == shown
    assert call.emulator.contacts()[0]["phoneNumber"] == "15550000001"


def test_a_known_number_makes_a_second_contact(make: Any) -> None:
    call = make(known_number="duplicate")
    assert call.contact("+15550000001")["id"] != call.contact("15550000001")["id"]
    assert len(call.emulator.contacts()) == 2


def test_a_known_number_is_rejected(make: Any) -> None:
    call = make(known_number="reject")
    call.contact("+15550000001")
    other = call.contact("+15550000002")
    again = {"name": "B", "phoneNumber": "15550000001", "location": {"id": call.emulator.location_id}}
    assert error(call("POST", "/v1/contacts", again))[0] == 400
    assert error(call("PUT", f"/v1/contacts/{other['id']}", {"phoneNumber": "+15550000001"}))[0] == 400
    made(call("PUT", f"/v1/contacts/{other['id']}", {"phoneNumber": "+15550000002"}))
    assert [each["phoneNumber"] for each in call.emulator.contacts()] == ["15550000001", "15550000002"]


def test_a_known_number_is_reused_as_it_is(make: Any) -> None:
    call = make(known_number="reuse")
    first = call.contact("+15550000001", "Ada")
    assert call.contact("15550000001", "Bob", tags=["x"]) == first
    assert fired(call) == [("contact_created", None, False)]


@pytest.mark.parametrize("behaviour", ["duplicate", "reject", "reuse"])
def test_a_known_tag(make: Any, behaviour: str) -> None:
    call = make(known_tag=behaviour)
    first = made(call("POST", "/v1/contactTags", {"name": "VIP"}))
    second = call("POST", "/v1/contactTags", {"name": "VIP"})
    assert second.status_code == (400 if behaviour == "reject" else 200)
    assert len(call.emulator.records("contactTags")) == (2 if behaviour == "duplicate" else 1)
    if behaviour == "reuse":
        assert second.json() == first
    assert first["canonical"] == "vip"


def test_put_replaces_all_it_may_and_takes_tags_away(make: Any) -> None:
    call = make(put="replace")
    contact = call.contact(tags=["a", "b"], notes="n", customFields={"x": 1, "y": 2}, stage="Lead")
    call.clock.at += 60
    after = made(call("PUT", f"/v1/contacts/{contact['id']}", {"customFields": {"y": 3}, "stage": "Lead"}))
    assert after == {
        "id": contact["id"],
        "customFields": {"y": 3},
        "stage": "Lead",
        "createdAt": contact["createdAt"],
        "updatedAt": "2026-05-28T20:27:40.000Z",
    }
    assert call.get(f"/v1/contacts/{contact['id']}") == after
    assert fired(call)[3:] == [("tag_removed", "a", False), ("tag_removed", "b", False)]


def test_put_merges_all_but_the_insides_of_custom_fields(make: Any) -> None:
    call = make(put="merge")
    contact = call.contact(tags=["a"], customFields={"x": 1, "y": 2}, stage="Lead")
    after = made(call("PUT", f"/v1/contacts/{contact['id']}", {"customFields": {"y": 3}, "id": "mine"}))
    assert after == {**contact, "customFields": {"y": 3}}
    assert len(fired(call)) == 2


def test_put_changes_the_number_people_are_found_by(make: Any) -> None:
    call = make(put="merge", search_delay=0)
    contact = call.contact("+15550000001")
    made(call("PUT", f"/v1/contacts/{contact['id']}", {"phoneNumber": "+15550000009"}))
    assert call.get("/v1/contacts", searchText="0000001") == []
    assert len(call.get("/v1/contacts", searchText="0000009")) == 1


def test_automations_of_creates_tags_and_stages_repeats_included(make: Any) -> None:
    call = make(put="merge")
    contact = call.contact(tags=["a"], stage="Lead")
    path = f"/v1/contacts/{contact['id']}"
    assert made(call("POST", f"{path}/tags/add", {"tags": ["a", "b", "b"]})) == {
        "id": contact["id"],
        "tags": ["a", "b"],
    }
    call("PUT", path, {"stage": "Customer"})
    call("PUT", path, {"stage": "Customer"})
    call("PUT", path, {"tags": ["b", "c"]})
    assert made(call("POST", f"{path}/tags/remove", {"tags": ["b", "never"]}))["tags"] == ["c"]
    assert fired(call) == [
        ("contact_created", None, False),
        ("tag_added", "a", False),
        ("tag_added", "a", True),
        ("tag_added", "b", False),
        ("stage_changed", "Customer", False),
        ("tag_added", "c", False),
        ("tag_removed", "a", False),
        ("tag_removed", "b", False),
    ]
    assert [each["request"] for each in call.emulator.automations()] == [1, 1, 2, 2, 3, 5, 5, 6]
    assert {each["contact"] for each in call.emulator.automations()} == {contact["id"]}


def test_tags_of_contacts_and_tag_records_hang_together(call: Caller) -> None:
    contact = call.contact(tags=["a"])
    call("POST", f"/v1/contacts/{contact['id']}/tags/add", {"tags": ["b"]})
    call("PUT", f"/v1/contacts/{contact['id']}", {"tags": ["a", "b", "c"]})
    tags = {tag["name"]: tag["id"] for tag in call.get("/v1/contactTags")}
    assert sorted(tags) == ["a", "b", "c"]
    call("DELETE", f"/v1/contactTags/{tags['b']}")
    assert call.get(f"/v1/contacts/{contact['id']}")["tags"] == ["a", "c"]


def test_tags_of_a_contact_that_left(call: Caller) -> None:
    for path in ("add", "remove"):
        assert call("POST", f"/v1/contacts/gone/tags/{path}", {"tags": ["a"]}).status_code == 404
    assert call("PUT", "/v1/contacts/gone", {}).status_code == 404
    assert fired(call) == []


@pytest.mark.parametrize(("behaviour", "order"), [("newest_first", [2, 1, 0]), ("oldest_first", [0, 1, 2])])
def test_order_of_lists(make: Any, behaviour: str, order: list[int]) -> None:
    call = make(order=behaviour)
    ids = call.people(3)
    assert [each["id"] for each in call.get("/v1/contacts")] == [ids[n] for n in order]


def test_pages(make: Any) -> None:
    call = make(page_default=4, page_cap=6, order="oldest_first")
    ids = call.people(10)

    def page(**query: int) -> list[int]:
        return [ids.index(each["id"]) for each in call.get("/v1/contacts", **query)]

    assert page() == [0, 1, 2, 3]
    assert page(page=3) == [8, 9]
    assert page(page=4) == []
    assert page(limit=100) == [0, 1, 2, 3, 4, 5]
    assert page(limit=100, page=2) == [6, 7, 8, 9]


def test_page_size_unless_told_otherwise(call: Caller) -> None:
    call.people(60)
    assert len(call.get("/v1/contacts")) == 10
    assert len(call.get("/v1/contacts", limit=1000)) == 50


def test_a_create_between_two_pages_shifts_them(call: Caller) -> None:
    call.people(20)
    first = call.get("/v1/contacts", page=1)
    call.contact("+4915100000000")
    assert call.get("/v1/contacts", page=2)[0] == first[-1]


def test_filters(make: Any) -> None:
    call = make(search_delay=0, order="oldest_first")
    call.people(1, name="Ada Lovelace", tags=["a"])
    call.emulator.add_contacts([{"name": "Bob", "phoneNumber": "+4915112345", "tags": ["b", "a b"]}])
    call.emulator.add_contacts([{"name": "Ädam 49", "phoneNumber": "33", "location": {"id": "loc000000002"}}])

    def found(**query: str) -> list[str]:
        return [each["name"].split()[0] for each in call.get("/v1/contacts", **query)]

    assert found(searchText="LOVE") == ["Ada"]
    assert found(searchText="äd") == ["Ädam"]
    assert found(searchText="+49 151") == ["Bob"]
    assert found(searchText="49") == ["Bob", "Ädam"]
    assert found(searchText="a1555") == []
    assert found(searchText="%") == []
    assert found(tags="a") == ["Ada"]
    assert found(tags="a, b") == ["Ada", "Bob"]
    assert found(tags="a b") == ["Bob"]
    assert found(locationId="loc000000002") == ["Ädam"]
    assert found(channel="WHATSAPP", tags="b") == ["Bob"]
    assert found(channel="telegram") == []
    assert len(found(search="nobody")) == 3  # a misspelt filter filters nothing


@pytest.mark.parametrize("delay", [0, 5])
def test_search_sees_a_new_record_late(make: Any, delay: float) -> None:
    call = make(search_delay=delay)
    contact = call.contact(name="Ada")
    call.segment()
    call.broadcast(name="Ada")
    call("POST", "/v1/contactTags", {"name": "Ada"})

    def found() -> list[int]:
        paths = ("contacts", "contactTags", "broadcasts")
        return [len(call.get(f"/v1/{path}", searchText="ada")) for path in paths] + [
            len(call.get("/v1/segments", searchText="seg"))
        ]

    assert found() == ([0] * 4 if delay else [1] * 4)
    assert call.get(f"/v1/contacts/{contact['id']}") == contact
    assert len(call.get("/v1/contacts")) == 1
    call.emulator.advance(4.9)
    assert found() == ([0] * 4 if delay else [1] * 4)
    call.emulator.advance(0.1)
    assert found() == [1] * 4
