"""A template is looked up before anything is sent with it, where the server was seen to list its templates."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of
from test_campaign import broadcast, campaign

from whautomate_core.account import account_from_settings
from whautomate_core.api.broadcasts import update_broadcast
from whautomate_core.api.messages import send_whatsapp_template
from whautomate_core.client import templates
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import BudgetExceeded, ConfigurationError, InvalidRequest
from whautomate_core.messaging.lines import describe_plan
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.plan import plan_broadcast
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.state.profiles import Profile

TEMPLATES = [
    "spring:en:marketing:1/2/1",
    "spring:de:marketing:0/1/0",
    "bill:en:utility:document/1/0",
    "paused:en:marketing:0/0/0:paused",
    "bare:en",
    *(f"other{n}:en:marketing:0/0/0" for n in range(40)),
]
EN: Any = {"name": "spring", "language": "en"}
DE: Any = {"name": "spring", "language": "de"}
VALUES: Any = {"header_parameters": ["h"], "body_parameters": ["a", "b"], "button_parameters": ["c"]}
LISTS = pytest.mark.whautomate(template_list="location", templates=TEMPLATES)
PERSON = {"name": "N", "phoneNumber": "4915123456701", "tags": ["vip"]}


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    templates._kept.clear()
    yield
    templates._kept.clear()


def knows(client: Client, found: Any = "answers") -> None:
    client.state.profiles.put(client.account.id, Profile(template_list=found))
    vars(client).pop("profile", None)  # a client reads it once


@pytest.fixture
def vip(client: Client, whautomate_emulator: Emulator) -> str:
    """A person with the tag vip, the segment of them, and a server known to list templates. Returns the person's id."""
    knows(client)
    ensure_segment(client, "vip", {"tags": ["vip"]})
    return whautomate_emulator.add_contacts([PERSON])[0]


def asked(emulator: Emulator) -> list[dict[str, Any]]:
    return [one for one in emulator.requests() if one["path"].startswith("/v1/whatsapp-templates")]


def plan(client: Client, **more: Any) -> dict[str, Any]:
    return plan_broadcast(client, campaign(**more))


@LISTS
@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"template": {**EN, "name": "sprin"}}, "no template 'sprin' at location loc000000001 .did you mean 'spring'"),
        ({"template": {**EN, "name": "zzz"}}, "there are bare, bill, other0, other1, other10 and 39 more"),
        ({"template": {**EN, "language": "fr"}}, "template 'spring' does not exist in language 'fr', only in de, en"),
        ({"template": {**EN, "name": "paused"}}, r"template 'paused' \(en\) has the status paused"),
        (
            {"template": EN, **VALUES, "header_parameters": []},
            "header takes 1 value, and header_parameters .headerText.* has 0",
        ),
        (
            {"template": EN, **VALUES, "body_parameters": ["a"]},
            "body takes 2 values, and body_parameters .bodyText.* has 1",
        ),
        (
            {"template": EN, "body_parameters": ["a"], "button_parameters": ["a", "b"]},
            r"/v1/broadcasts: template 'spring' \(en\): "
            r"the header takes 1 value, and header_parameters \(headerTextParameters\) has 0; "
            r"the body takes 2 values, and body_parameters \(bodyTextParameters\) has 1; "
            r"the button takes 1 value, and button_parameters \(buttonUrlParameters\) has 2; so it is not sent$",
        ),
    ],
)
def test_a_broadcast_that_would_fail_for_everybody_is_refused_before_anybody_is_counted(
    given: Any, says: str, client: Client, whautomate_emulator: Emulator, vip: str
) -> None:
    for act in (lambda: plan(client, **given), lambda: broadcast(client, whautomate_emulator, **given)):
        with pytest.raises(InvalidRequest, match=says):
            act()
    assert whautomate_emulator.requests("createBroadcast") == whautomate_emulator.requests("listContacts") == []
    assert client.state.claims.get(client.account.id, "dag/task/2026-01-01") is None


@pytest.mark.parametrize("how", ["location", "open"])
@pytest.mark.parametrize("pages", [{"page_cap": 7}, {"page_cap": 7, "page_start": "asked"}, {}])
def test_a_template_that_fits_is_sent_and_the_plan_says_what_it_is(
    how: str, pages: Any, make_emulator: Callable[..., Emulator], pool: NoLimit
) -> None:
    emulator = make_emulator(template_list=how, templates=TEMPLATES, **pages)
    with Client(account_of(emulator), pool=pool, sleep=lambda seconds: None) as client:
        knows(client)
        ensure_segment(client, "vip", {"tags": ["vip"]})
        emulator.add_contacts([PERSON])
        planned = plan(client, template=EN, **VALUES)
        assert (planned["category"], planned["notes"]) == ("marketing", [])
        made = broadcast(client, emulator, template=EN, **VALUES)
        assert (made["category"], made["notes"], made["hash"]) == ("marketing", [], planned["hash"])
        once = len(asked(emulator))
        assert {one["query"]["locationId"] for one in asked(emulator)} == {emulator.location_id}
        broadcast(client, emulator, "another", template=EN, **VALUES)
        assert len(asked(emulator)) == once


@pytest.fixture
def make_emulator() -> Iterator[Callable[..., Emulator]]:
    import contextlib

    from whautomate_core.emulator import behaviour_from, create_app, running

    with contextlib.ExitStack() as stack:

        def make(**behaviour: Any) -> Emulator:
            emulator = Emulator(create_app(behaviour_from(behaviour)))
            stack.callback(emulator.close)
            emulator.url = stack.enter_context(running(emulator.app))
            return emulator

        yield make


@LISTS
@pytest.mark.parametrize("found", [None, "answers"])
def test_values_that_nobody_counted_are_noted(
    found: Any, client: Client, whautomate_emulator: Emulator, vip: str, caplog: pytest.LogCaptureFixture
) -> None:
    knows(client, found)
    says = "the number of placeholders was not checked: set template_text or expected_parameters"
    counts = {"header": 1, "body": 2, "button": 1}
    for more, noted in ({}, found is None), ({"expected_parameters": counts}, False):
        caplog.clear()
        notes = plan(client, template=EN, **VALUES, **more)["notes"]
        assert ((says in notes), (says in caplog.text)) == (noted, noted)


@LISTS
@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "run `whautomate doctor` once to find out whether this server can list templates"),
        ("absent", "the server lists no templates"),
        ("refuses", "the server lists templates, but not for a location"),
        ("of a later version", "run `whautomate doctor` once"),
    ],
)
def test_without_a_list_nothing_is_asked_and_the_plan_says_so(
    found: Any, says: str, client: Client, whautomate_emulator: Emulator, vip: str, caplog: pytest.LogCaptureFixture
) -> None:
    knows(client, found)
    caplog.set_level("INFO")
    says = f"Template 'sprin' (en) not checked: {says}"
    planned = plan(client, template={**EN, "name": "sprin"})
    assert [note.startswith(says) for note in planned["notes"]] == [True]
    assert planned["category"] is None
    plan(client, template={**EN, "name": "sprin"})
    # Once the doctor found that there is no list, there is nothing to do about it.
    level = "INFO" if found in ("absent", "refuses") else "WARNING"
    assert [one.levelname for one in caplog.records if says in one.message] == [level]
    assert says in describe_plan(planned)
    assert asked(whautomate_emulator) == []


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        ({"template_list": "absent"}, "could not be read"),
        ({"template_list": "workspace", "templates": TEMPLATES}, "could not be read"),
        ({"template_list": "open", "templates": TEMPLATES, "list_depth": 7}, "could not be read"),
        ({"template_list": "open"}, "the list is empty"),
    ],
)
def test_a_list_that_cant_be_read_stops_nothing_is_said_and_is_not_asked_for_again_at_once(
    behaviour: Any, says: str, make_emulator: Callable[..., Emulator], pool: NoLimit, caplog: pytest.LogCaptureFixture
) -> None:
    emulator = make_emulator(page_cap=7, **behaviour)
    with Client(account_of(emulator), pool=pool, sleep=lambda seconds: None) as client:
        knows(client)
        ensure_segment(client, "vip", {"tags": ["vip"]})
        emulator.add_contacts([PERSON])
        made = broadcast(client, emulator, template=EN, **VALUES)
        assert made["created"]
        assert says in made["notes"][0]
        said = [one.levelname for one in caplog.records if "(en) not checked: " in one.message]
        assert said == ["WARNING"]
        before = len(asked(emulator))
        broadcast(client, emulator, "another", template=EN, **VALUES)
        assert len(asked(emulator)) == before


@LISTS
@pytest.mark.parametrize("fault", ["500_before", "503", "dropped_before", "not_json", "error_in_200"])
def test_a_list_that_fails_for_a_while_stops_nothing(
    fault: Any, client: Client, whautomate_emulator: Emulator, vip: str
) -> None:
    whautomate_emulator.fault(fault, probability=1.0, operation="listWhatsappTemplates")
    made = broadcast(client, whautomate_emulator, template={**EN, "name": "spring"}, **VALUES)
    assert made["created"]
    assert "could not be read" in made["notes"][0]


@LISTS
def test_a_template_that_was_approved_meanwhile_is_found_at_once(
    client: Client, whautomate_emulator: Emulator, vip: str
) -> None:
    plan(client, template=DE, body_parameters=["a"])
    world = whautomate_emulator.app.state.world
    with pytest.raises(InvalidRequest, match="'autumn'"):
        plan(client, template={**EN, "name": "autumn"})
    world.behaviour = replace(world.behaviour, templates=(*world.behaviour.templates, "autumn:en:utility:0/0/0"))
    assert plan(client, template={**EN, "name": "autumn"})["category"] == "utility"


@LISTS
def test_what_the_list_does_not_show_is_not_checked_and_said(
    client: Client, whautomate_emulator: Emulator, vip: str
) -> None:
    counts = {"body_parameters": ["a"], "expected_parameters": {"body": 1}}
    bare = plan(client, template={"name": "bare", "language": "en"}, **counts)["notes"]
    assert [note.split(" of template")[0] for note in bare] == [
        f"the number of values for the {part}" for part in ("header", "body", "button")
    ]
    bill = {"template": {"name": "bill", "language": "en"}, "body_parameters": ["a"]}
    [missing] = plan(client, **bill)["notes"]
    assert "its header is a file (document), and header_media_url (headerMediaUrl) is not set" in missing
    assert plan(client, **bill, header_media_url="https://x.example/a.pdf")["notes"] == []
    [unfit] = plan(client, template=DE, body_parameters=["a"], header_media_url="https://x.example/a.pdf")["notes"]
    assert "header_media_url (headerMediaUrl) is set, and its header is no file" in unfit


@LISTS
def test_the_requests_of_a_step_are_not_exceeded_for_it(client: Client, vip: str, pool: Any) -> None:
    budget: Any = {"pool": pool, "max_requests": 2, "sleep": lambda seconds: None}
    with Client(client.account, **budget) as other, pytest.raises(BudgetExceeded):
        plan(other, template=EN, **VALUES)


# --- single messages


@LISTS
def test_single_messages_are_checked_by_both_clients_and_the_list_is_read_once(
    client: Client, whautomate_emulator: Emulator, vip: str, send: Callable[..., Any]
) -> None:
    def message(template: Any, values: list[str]) -> Any:
        place = {"id": whautomate_emulator.location_id}
        return send_whatsapp_template(
            {"contact": {"id": vip}, "template": template, "bodyTextParameters": values, "location": place}  # type: ignore[typeddict-item]
        )

    send(message(DE, ["a"]))
    once = len(asked(whautomate_emulator))
    for _ in range(2):
        send(message(DE, ["a"]))
    assert len(asked(whautomate_emulator)) == once > 0
    with pytest.raises(InvalidRequest, match="takes 1 value, and bodyTextParameters has 2; so it is not sent"):
        send(message(DE, ["a", "b"]))
    assert len(whautomate_emulator.messages()) == 3


@LISTS
def test_a_broadcast_that_is_changed_in_part_is_checked_for_its_template_alone(
    client: Client, whautomate_emulator: Emulator, vip: str
) -> None:
    made = broadcast(client, whautomate_emulator, template=EN, hold_minutes=5, look_again=False, **VALUES)
    client.send(update_broadcast(made["id"], {"template": EN}))
    with pytest.raises(InvalidRequest, match="did you mean 'spring'"):
        client.send(update_broadcast(made["id"], {"template": {**EN, "name": "sprig"}}))


@LISTS
def test_a_job_of_messages_is_refused_as_a_whole_before_the_first(
    client: Client, whautomate_emulator: Emulator, vip: str
) -> None:
    rows = [{"phoneNumber": f"+49151234567{n:02}", "first": "A"} for n in range(30)]
    job: Any = {"key": "spring", "max_failed": "100%"}
    fits: Any = {"phoneNumber": "phoneNumber", "bodyTextParameters": ["first"]}
    with pytest.raises(InvalidRequest, match=r"POST .*: template 'spring' \(de\): the body takes 1 value"):
        send_template_to_contacts(client, rows, DE, **job)
    assert whautomate_emulator.messages() == []
    before = len(asked(whautomate_emulator))
    assert send_template_to_contacts(client, rows, DE, mapping=fits, **job)["sent"] == 30
    assert len(asked(whautomate_emulator)) == before
    with pytest.raises(ConfigurationError, match="the account has no location 'nowhere'"):
        send_template_to_contacts(client, rows, DE, mapping=fits, location_id="nowhere", **job | {"key": "summer"})
    assert len(whautomate_emulator.requests("sendWhatsappTemplate")) == 30 + 1, "and not one more for each row"


# --- components, as WhatsApp lists them

BODY = {"type": "BODY", "text": "Hello {{1}}, {{2}} and {{1}}"}
URL = {"type": "URL", "text": "Open", "url": "https://x.example/{{1}}"}


@pytest.mark.parametrize(
    ("components", "counts"),
    [
        ([BODY], (0, 2, 0)),
        ([{"type": "body", "text": "{{first_name}} {{ day }}"}], (0, 2, 0)),  # named placeholders
        ([{"type": "HEADER", "format": "TEXT", "text": "{{1}}"}, BODY], (1, 2, 0)),
        ([{"type": "HEADER", "format": "IMAGE", "example": {}}, BODY], (0, 2, 0)),
        ([{"type": "HEADER", "format": "LOCATION"}, BODY], (0, 2, 0)),
        ([BODY, {"type": "BUTTONS", "buttons": [URL, {"type": "QUICK_REPLY", "text": "{{1}}"}, URL]}], (0, 2, 2)),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x.example"}]}], (0, 2, 0)),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "X"}]}], (0, 2, None)),
        ([BODY, {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}], (0, 2, None)),
        ([BODY, {"type": "BUTTONS", "buttons": ["Open"]}], (0, 2, None)),
        ([BODY, {"type": "CAROUSEL", "cards": []}], (0, 2, None)),
        ([{"type": "BODY", "add_security_recommendation": True}], (0, None, 0)),
        ([BODY, BODY], (None, None, None)),
        ([], (None, None, None)),
        (None, (None, None, None)),
        ({"body": "Hello"}, (None, None, None)),
        (["Hello"], (None, None, None)),
    ],
)
def test_placeholders_are_counted_where_the_components_show_them(components: Any, counts: Any) -> None:
    parts = templates._parts(components)
    body, buttons = templates._of_text(parts.get("BODY")), templates._of_buttons(parts)
    assert (templates._of_header(parts), body, buttons) == counts


# --- forms of the list that no evidence shows


def _one(**more: Any) -> dict[str, Any]:
    template = {"name": "spring", "language": "en", "components": [{"type": "BODY", "text": "hi"}], **more}
    return {"id": str(template), "template": template}


@pytest.mark.parametrize(
    ("listed", "note"),
    [
        ([_one(language={"code": "en"})], "names its languages otherwise"),
        ([_one(language="English")], "names its languages otherwise"),
        ([_one(language="en-US")], "names its languages otherwise"),
        ([_one(name=5)], "without a name"),
        ([_one(status="Active - Quality pending")], "not known whether template 'spring' .en. is approved"),
        ([_one(status=True)], "not known whether template 'spring' .en. is approved"),
        ([_one(status="REJECTED"), _one(status="live")], "not known whether template 'spring' .en. is approved"),
        ([_one(components=[{"type": "BODY", "text": "hi"}, {"type": "HEADER", "format": ["x"]}])], "for the header"),
        ([_one(status="REJECTED"), _one(status="live"), _one(status="APPROVED")], None),
        ([_one(category={"x": 1}), _one(name="other", language="English")], None),
    ],
)
def test_a_form_of_the_list_that_is_not_known_refuses_nothing_and_is_said(listed: Any, note: str | None) -> None:
    looked = _looked_up(listed, "https://a.example")
    assert looked.category is None
    assert len(looked.notes) == (note is not None)
    assert re.search(note or "", "".join(looked.notes))


@pytest.mark.parametrize("status", ["REJECTED", "Pending", "PAUSED", "DISABLED", "IN_APPEAL"])
def test_a_status_of_whatsapp_that_is_not_sent_is_refused(status: str) -> None:
    with pytest.raises(InvalidRequest, match=f"has the status {status.casefold()}"):
        _looked_up([_one(status=status)], "https://a.example")


def test_what_one_host_listed_is_not_taken_for_the_list_of_another() -> None:
    assert _looked_up([_one()], "https://a.example").notes == ()
    with pytest.raises(InvalidRequest, match="no template 'spring'"):
        _looked_up([_one(name="other")], "https://b.example")


def _looked_up(listed: Any, host: str) -> templates.Looked:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=listed if request.url.params["page"] == "1" else [])

    account = account_from_settings(host, "k", {"location_id": "l1", "account": "one", "plan": "subscribed"})
    body: Any = {"recepient": {"phoneNumber": "+4915123456701"}, "template": EN, "location": {"id": "l1"}}
    quick: Any = {"pool": NoLimit(), "sleep": lambda seconds: None}
    with Client(account, transport=httpx.MockTransport(handle), **quick) as client:
        knows(client)
        return client.look_up_template(send_whatsapp_template(body))
