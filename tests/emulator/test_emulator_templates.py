"""Templates: which a message may use, and the list of them that only white-label copies document."""

from __future__ import annotations

from typing import Any

import pytest

from whautomate_core.emulator import LOCATION_ID, behaviour_from

PATH = "/v1/whatsapp-templates"
TEMPLATES = ["sale:en:marketing:image/1/1", "sale:de:marketing:0/1/0", "bill:en:utility:1/2/0", "old:en:::paused"]


@pytest.mark.parametrize(
    ("how", "query", "status"),
    [
        ("location", f"?locationId={LOCATION_ID}", 200),
        ("location", "?locationId=nowhere", 404),
        ("location", "", 400),
        ("workspace", f"?locationId={LOCATION_ID}", 400),
        ("workspace", f"?workspaceId={LOCATION_ID}", 404),
        ("workspace", "?workspaceId=wsp000000001", 200),
        ("open", "", 200),
    ],
)
def test_the_list_wants_to_know_whose_it_is(make: Any, how: str, query: str, status: int) -> None:
    answer = make(template_list=how, templates=TEMPLATES)("GET", PATH + query)
    assert answer.status_code == status
    if status == 200:
        assert [one["template"]["name"] for one in answer.json()] == ["sale", "sale", "bill", "old"]
    else:
        assert "Invalid" in answer.text


def test_where_there_is_no_list_its_path_is_like_any_other_unknown_one(make: Any) -> None:
    call = make(templates=TEMPLATES)
    listed, unknown = call("GET", PATH), call("GET", "/v1/nothing-of-that-kind")
    assert (listed.status_code, listed.json()) == (unknown.status_code, unknown.json())


def test_the_list_has_pages_and_shows_components_as_whatsapp_does(make: Any) -> None:
    call = make(template_list="open", templates=TEMPLATES, page_cap=3)
    pages = [call("GET", f"{PATH}?limit=100&page={page}").json() for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 1, 0]
    sale, _, bill = pages[0]
    assert (sale["template"]["language"], sale["template"]["category"]) == ("en", "MARKETING")
    header, body, _, buttons = sale["template"]["components"]
    assert header["format"] == "IMAGE"
    assert body["text"].count("{{") == 1
    assert [one["type"] for one in buttons["buttons"]] == ["QUICK_REPLY", "URL"]
    assert [one.get("text", "").count("{{") for one in bill["template"]["components"]] == [1, 2, 0, 0]
    assert pages[1][0]["template"]["status"] == "PAUSED"
    assert call("GET", f"{PATH}/{bill['id']}").json() == bill
    assert call("GET", f"{PATH}/nothing").status_code == 404


@pytest.mark.parametrize(
    ("values", "fine"),
    [
        ({"template": {"name": "sale", "language": "de"}, "bodyTextParameters": ["1"]}, True),
        ({"template": {"name": "sale", "language": "de"}}, False),
        ({"template": {"name": "sale", "language": "fr"}, "bodyTextParameters": ["1"]}, False),
        ({"template": {"name": "old", "language": "en"}}, False),
        ({"template": {"name": "bill", "language": "en"}, "bodyTextParameters": ["1", "2"]}, False),
    ],
)
def test_a_message_needs_an_approved_template_and_all_its_values(make: Any, values: Any, fine: bool) -> None:
    call = make(templates=TEMPLATES)
    contact = call.contact(tags=["a"])
    answer = call.send("template", contact={"id": contact["id"]}, **values).json()
    assert ("error" not in answer) is fine
    assert len(call.emulator.messages()) == fine


def test_a_broadcast_without_its_values_reaches_nobody_and_its_log_says_why(make: Any) -> None:
    call = make(templates=TEMPLATES, no_schedule="at_once", broadcast_seconds=0)
    call.contact(tags=["a"])
    segment = call.segment(tags=["a"])
    body = {"name": "B", "type": "segment", "segments": [{"id": segment["id"]}], "location": {"id": LOCATION_ID}}
    made = call("POST", "/v1/broadcasts", {**body, "template": {"name": "sale", "language": "de"}}).json()
    log = call("GET", f"/v1/broadcasts/{made['id']}/logs").json()
    assert [one["status"] for one in log] == ["failed"]
    assert "132000" in log[0]["error"]
    assert call.emulator.messages() == []


@pytest.mark.parametrize("text", ["", ":en", "a:en:marketing:1/2", "a:en:marketing:film/1/2", "a:en:::approved:more"])
def test_a_template_that_is_written_wrongly_says_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match="NAME:LANGUAGE:CATEGORY:HEADER/BODY/BUTTONS"):
        behaviour_from({"templates": [text]})
    with pytest.raises(ValueError, match="need a language, such as spring_sale:en"):
        behaviour_from({"templates": ["a"], "template_list": "open"})
