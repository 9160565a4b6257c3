"""What no call may do to people by accident: refused before it is sent, by both clients, in every spelling."""

import importlib
import inspect
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from confusable_homoglyphs.confusables import confusables_data
from policy_cases import CASES, NUMBER, SENDS, Case, make_world

from whautomate_core.account import account_from_settings
from whautomate_core.api import broadcasts, classes, clients, contacts, messages
from whautomate_core.client.cleared import Cleared
from whautomate_core.client.client import Client
from whautomate_core.emulator import behaviour_from, create_app, running
from whautomate_core.emulator.control import Emulator
from whautomate_core.errors import (
    ConfigurationError,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    PolicyRefused,
    UnexpectedResponse,
)
from whautomate_core.policy import policy_from_settings
from whautomate_core.settings import Settings, read_settings
from whautomate_core.state import open_state
from whautomate_core.state.profiles import Profile, ResourceProfile


def endpoint(case: Case) -> Any:
    return getattr(importlib.import_module(f"whautomate_core.api.{case.resource}"), case.function)


def call_of(case: Case, world: Any, **more: Any) -> Any:
    return endpoint(case)(**case.arguments(world), **more)


def account_of(emulator: Any, **settings: Any) -> Any:
    return account_from_settings(emulator.url, emulator.key, {"plan": "subscribed", **settings})


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    """One emulator for many cases: starting one takes longer than a case."""
    app = create_app()
    with running(app) as url:
        yield Emulator(app, url)


@pytest.fixture(scope="module", params=["Unsubscribe", "unsubscribe"])
def refusing(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A world in which nothing may happen, so that all cases can have the same."""
    app = create_app()
    with running(app) as url:
        world = make_world(Emulator(app, url), spelling=request.param)
        yield world, world.happened()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_who_opted_out_is_left_alone(case: Case, refusing: Any, make_send: Any) -> None:
    world, before = refusing
    with pytest.raises(PolicyRefused):
        make_send(account_of(world.emulator))(call_of(case, world))
    assert world.written() == []
    assert world.happened() == before


# What only protects somebody is as for everybody. Broadcasts name nobody.
_CONCERNED = [c for c in CASES if not c.function.startswith(("delete_", "remove_c")) and "broadcast" not in c.function]
_CONCERNED += [c for c in CASES if c.function == "remove_class_participant"]


@pytest.fixture(scope="module")
def forgetting() -> Iterator[Any]:
    """A world with a person who asked to be forgotten and whom others have since created again."""
    app = create_app()
    with running(app) as url:
        world = make_world(Emulator(app, url), opted_out=False)
        yield world, world.happened()


@pytest.mark.parametrize("case", _CONCERNED, ids=str)
def test_who_asked_to_be_forgotten_is_left_alone_whatever_is_allowed(
    case: Case, forgetting: Any, make_send: Any
) -> None:
    world, before = forgetting
    account = account_of(world.emulator)
    open_state(account.state).forgotten(account.id).add(NUMBER[1:])
    with pytest.raises(PolicyRefused, match="asked to be forgotten"):
        make_send(account)(call_of(case, world, allow_protected=True))
    assert world.written() == []
    assert world.happened() == before


def test_who_asked_to_be_forgotten_is_not_changed_where_put_is_known_to_merge(
    client_of_shared: Client, shared: Emulator
) -> None:
    world, client = make_world(shared, opted_out=False), client_of_shared
    client.state.profiles.put(client.account.id, Profile({"contacts": ResourceProfile(put_merges=True)}))
    client.state.forgotten(client.account.id).add(NUMBER[1:])
    with pytest.raises(PolicyRefused, match="asked to be forgotten"):
        client.send(contacts.update_contact(world.contact, {"name": "A"}))
    assert world.written() == []


def test_where_nobody_asked_to_be_forgotten_nothing_more_is_read(client_of_shared: Client, shared: Emulator) -> None:
    world, client = make_world(shared, opted_out=False), client_of_shared
    message: Any = {
        "contact": {"id": world.contact},
        "location": {"id": "loc000000001"},
        "template": {"name": "t", "language": "en"},
    }
    before = client.requests
    client.send(messages.send_whatsapp_template(message, allow_protected=True))
    assert client.requests - before == 1


@pytest.fixture
def client_of_shared(shared: Emulator, pool: Any) -> Iterator[Client]:
    shared.reset()
    with Client(account_of(shared), pool=pool, sleep=lambda seconds: None) as client:
        yield client


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_person_who_means_it_gets_it_done(case: Case, client_of_shared: Client, shared: Emulator) -> None:
    world, client = make_world(shared), client_of_shared
    try:
        client.send(call_of(case, world, allow_protected=True))
    except UnexpectedResponse:
        assert case in SENDS  # an error inside a 200: there is no session
    assert world.written()


@pytest.mark.parametrize("case", [case for case in CASES if not case.protective], ids=str)
def test_others_are_not_in_the_way(case: Case, client_of_shared: Client, shared: Emulator) -> None:
    world, client = make_world(shared, opted_out=False), client_of_shared
    try:
        client.send(call_of(case, world))
    except UnexpectedResponse:
        assert case in SENDS
    assert world.written()


def test_every_call_that_acts_on_people_is_tried() -> None:
    """Each endpoint that takes `allow_protected` has a case."""
    acting = set()
    for resource in {case.resource for case in CASES} | {"segments", "services", "webhooks", "staffs"}:
        for name, one in vars(importlib.import_module(f"whautomate_core.api.{resource}")).items():
            own = inspect.isfunction(one) and one.__module__.endswith(f"api.{resource}") and name[0] != "_"
            if own and "allow_protected" in inspect.signature(one).parameters:
                acting.add(name)
    assert {case.function for case in CASES} == acting


def test_what_harms_nobody_is_permitted(client: Client, whautomate_emulator: Any) -> None:
    world = make_world(whautomate_emulator)
    client.send(contacts.update_contact(world.contact, {"notes": "n", "customFields": {"a": 1}}))
    client.send(contacts.update_contact(world.contact, {"tags": ["vip", "Unsubscribe"]}))
    client.send(contacts.add_contact_tags(world.contact, ["Unsubscribe", "unsubscribe"]))
    assert set(whautomate_emulator.contacts()[0]["tags"]) == {"vip", "Unsubscribe", "unsubscribe"}


@pytest.mark.parametrize(
    "spelt", ["00{}", "+49 (0) 15123456700", "+49 015123456700", "015123456700", "\u200e+{}", "none"]
)
def test_a_number_under_which_a_search_finds_nobody_is_refused(
    spelt: str, client: Client, whautomate_emulator: Any
) -> None:
    world = make_world(whautomate_emulator)
    spelt, place = spelt.format(NUMBER[1:]), {"id": "loc000000001"}
    to: Any = {"recepient": {"phoneNumber": spelt}, "location": place, "template": {"name": "t", "language": "en"}}
    person: Any = {"name": "Ada", "phoneNumber": spelt, "location": place}
    with pytest.raises(InvalidRequest, match=r"recepient\.phoneNumber must be a number with its country code"):
        client.send(messages.send_whatsapp_template(to))
    with pytest.raises(InvalidRequest, match="phoneNumber must be a number with its country code"):
        client.send(contacts.create_contact(person))
    phone: Any = {"countryCode": "+49", "phone": "015123456700"}
    with pytest.raises(InvalidRequest, match="phone after countryCode must be"):
        client.send(clients.create_client({"fullName": "Ada", "primaryLocation": place, **phone}))
    assert world.written() == []


def test_everybody_a_body_names_is_asked_about(client: Client, whautomate_emulator: Any) -> None:
    world = make_world(whautomate_emulator)
    place = {"id": "loc000000001"}
    with Client(account_of(whautomate_emulator)) as free:
        bob = free.send(clients.create_client({"fullName": "Bob", "primaryLocation": place}))["id"]
        (booked,) = free.send(classes.list_class_participants(world.class_))
    both: Any = {"client": {"id": bob}, "clientId": world.client}
    with pytest.raises(PolicyRefused, match="has opted out"):
        client.send(classes.add_class_participant(world.free_class, both))
    for cancelled in ({"participantId": booked["id"]}, {"participantId": booked["id"], "clientId": bob}):
        with pytest.raises(PolicyRefused, match="has opted out"):
            client.send(classes.remove_class_participant(world.class_, cancelled))  # type: ignore[arg-type]
    with pytest.raises(PolicyRefused, match="names no client"):
        client.send(classes.add_class_participant(world.free_class, {}, extra={"client_id": world.client}))
    with pytest.raises(NotFound, match="no participant of that id"):
        client.send(classes.remove_class_participant(world.class_, {"participantId": "nobody"}))
    assert world.written() == ["createClient"]


def test_what_a_broadcast_keeps_is_part_of_its_audience(make_send: Any) -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        if "/segments/" in request.url.path:
            return httpx.Response(200, json={"id": "s", "criteria": {"exclusionTags": ["Unsubscribe"]}})
        kept = {"id": "b", "name": "n", "type": "contact", "retargetBroadcast": {"id": "b0"}}
        return httpx.Response(200, json=[] if "Tags" in request.url.path else kept)

    send = make_send(account_from_settings("https://api.example", "k"), server)
    with pytest.raises(PolicyRefused, match="the audience of retargetBroadcast can't be checked"):
        send(broadcasts.update_broadcast("b", {"segments": [{"id": "s"}]}))
    assert "PUT" not in sent


@pytest.mark.parametrize(
    "person",
    [
        {"id": "c", "tags": "Unsubscribe"},
        {"id": "c", "tags": '["Unsubscribe"]'},
        {"id": "c", "tags": [{"name": "Unsubscribe"}]},
        {"data": {"id": "c", "tags": ["Unsubscribe"]}},
    ],
)
def test_who_can_not_be_read_is_not_messaged(person: Any, make_send: Any) -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json=person)

    message: Any = {"contact": {"id": "c"}, "location": {"id": "l"}, "textMessage": "hi"}
    with pytest.raises(UnexpectedResponse, match="it is unknown whether"):
        make_send(account_from_settings("https://api.example", "k"), server)(messages.send_whatsapp_text(message))
    assert sent == ["GET"]


@pytest.mark.parametrize(
    ("tags", "error"),
    [(None, PolicyRefused), ("vip", InvalidRequest), (["Unsubscribe", {"name": "a"}], InvalidRequest)],
)
def test_tags_that_come_unchecked_take_no_opt_out_away(tags: Any, error: type[Exception], make_send: Any) -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(200, json={"id": "c", "tags": ["Unsubscribe"]})

    with pytest.raises(error):
        make_send(account_from_settings("https://api.example", "k"), server)(
            contacts.update_contact("c", {"notes": "n"}, extra={"tags": tags})
        )
    assert sent == ["GET"]


def test_a_reference_that_is_none_is_refused() -> None:
    message: Any = {"location": {"id": "l"}, "textMessage": "hi"}
    for extra in ({"contact": "c"}, {"client": ["c"]}, {"contact": {"id": 7}}, {"recepient": NUMBER}):
        with pytest.raises(InvalidRequest, match=next(iter(extra))):
            messages.send_whatsapp_text(message, extra=extra)


@pytest.mark.parametrize("beside", ["contactId", "clientId", "recipient", "Contact", "client_id"])
@pytest.mark.parametrize("send", [messages.send_whatsapp_text, messages.send_telegram_text])
def test_no_message_names_a_second_person_past_the_check(send: Any, beside: str) -> None:
    message: Any = {"contact": {"id": "c1"}, "location": {"id": "l"}, "textMessage": "hi"}
    with pytest.raises(InvalidRequest, match=f"extra must not name a person by '{beside}'"):
        send(message, extra={beside: "c2"})
    assert send(message, extra={"newField": 1}).body["newField"] == 1


@pytest.mark.parametrize("tags", [[{"name": "vip"}], "vip", {"vip": True}])
@pytest.mark.parametrize("whose", ["contact", "segment"])
def test_tags_that_are_no_names_stop_a_broadcast_that_is_counted(whose: str, tags: Any, make_send: Any) -> None:
    person = {"id": "c", "phoneNumber": NUMBER, "tags": tags if whose == "contact" else ["vip"]}
    criteria = {"exclusionTags": ["Unsubscribe"], "tags": tags if whose == "segment" else []}
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        if request.url.path.endswith("/segments/s"):
            return httpx.Response(200, json={"id": "s", "type": "contact", "criteria": criteria})
        is_all = request.url.path.endswith("/contacts") and request.url.params.get("page", "1") == "1"
        return httpx.Response(200, json=[person] if is_all else [])

    body: Any = {"name": "b", "type": "contact", "segments": [{"id": "s"}], "location": {"id": "l"}}
    call = broadcasts.create_broadcast(body | {"template": {"name": "t", "language": "en"}})
    with pytest.raises(UnexpectedResponse, match=r"are not a list of names, so it is unknown"):
        make_send(account_from_settings("https://api.example", "k", {"max_recipients": 5}), server)(call)
    assert set(sent) == {"GET"}


def test_the_repr_of_an_account_tells_no_number(whautomate_emulator: Any) -> None:
    account = account_of(whautomate_emulator, sends="listed", listed=NUMBER)
    assert account.policy.lists([NUMBER])
    assert NUMBER not in repr(account)


@pytest.mark.parametrize(
    ("put", "phone_form", "client_phone"), [("replace", "plus", "apart"), ("merge", "digits", "apart")]
)
def test_under_other_behaviour(put: str, phone_form: str, client_phone: str, pool: Any) -> None:
    app = create_app(behaviour_from({"put": put, "phone_form": phone_form, "client_phone": client_phone}))
    with running(app) as url:
        world = make_world(Emulator(app, url))
        with Client(account_of(world.emulator), pool=pool) as client:
            for case in CASES:
                with pytest.raises(PolicyRefused):
                    client.send(call_of(case, world))
        assert world.written() == []


def test_an_opt_out_as_a_contact_holds_for_a_client_of_that_number_and_the_other_way(
    client: Client, whautomate_emulator: Any
) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    create = {case.name: case for case in CASES if case.name in ("create_contact", "create_client")}
    whautomate_emulator.opt_out(world.contact)
    with pytest.raises(PolicyRefused):
        client.send(call_of(create["create_client"], world))
    client.send(contacts.delete_contact(world.contact, allow_protected=True))
    whautomate_emulator.opt_out(world.client)
    with pytest.raises(PolicyRefused):
        client.send(call_of(create["create_contact"], world))
    assert world.written() == ["deleteContact"]


@pytest.mark.parametrize("ignores_page", [False, True])
def test_who_opted_out_is_found_beyond_the_first_page_of_a_search(ignores_page: bool, pool: Any) -> None:
    others = [{"id": str(n), "phoneNumber": f"49151234560{n:02d}", "tags": []} for n in range(60)]
    found = [*others, {"id": "x", "phoneNumber": NUMBER[1:], "tags": ["Unsubscribe"]}]
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        page = 1 if ignores_page else int(request.url.params.get("page", 1))
        size = 100 if ignores_page else 50
        return httpx.Response(200, json=found[(page - 1) * size : page * size])

    account = account_from_settings("http://127.0.0.1:1", "k")
    message: Any = {"recepient": {"phoneNumber": NUMBER}, "location": {"id": "loc000000001"}}
    with (
        Client(account, pool=pool, transport=httpx.MockTransport(answer)) as client,
        pytest.raises(PolicyRefused),
    ):
        client.send(messages.send_whatsapp_template({**message, "template": {"name": "t", "language": "en"}}))
    assert {request.method for request in sent} == {"GET"}


# --- an opt-out belongs to the person


REACHING = [
    case
    for case in CASES
    if case.resource in ("messages", "appointments", "classes")
    or case.function in ("create_contact", "create_client", "add_contact_tags", "add_client_tags")
    or case.name in ("update_contact-stage", "update_contact-more-tags", "update_contact-number")
]
"""The calls that may message somebody, by themselves or through an automation."""


def _other_record(world: Any, case: Case, where: str) -> str:
    """Somebody's other record, through which they opted out: of the other kind, or a second one of the same."""
    named_by_client = case.resource in ("clients", "appointments", "classes") or case.name.endswith("-client")
    if where == "other kind":
        return str(world.contact if named_by_client else world.client)
    if named_by_client:
        (id,) = world.emulator.add_clients([{"fullName": "A.", "countryCode": "+49", "phone": NUMBER[3:]}])
    else:
        (id,) = world.emulator.add_contacts([{"name": "A.", "phoneNumber": NUMBER}])
    return str(id)


@pytest.mark.parametrize("where", ["other kind", "second record"])
@pytest.mark.parametrize("case", REACHING, ids=str)
def test_who_opted_out_through_another_record_is_left_alone(
    case: Case, where: str, shared: Emulator, make_send: Any
) -> None:
    shared.reset()
    world = make_world(shared, opted_out=False)
    other = _other_record(world, case, where)
    shared.opt_out(other)
    shared.advance(60)
    before = world.happened()
    with pytest.raises(PolicyRefused, match="has opted out"):
        make_send(account_of(shared))(call_of(case, world))
    assert world.written() == []
    assert world.happened() == before


@pytest.mark.parametrize("case", REACHING, ids=str)
def test_at_most_four_requests_beside_a_single_call(case: Case, client_of_shared: Client, shared: Emulator) -> None:
    world = make_world(shared, opted_out=False)
    try:
        client_of_shared.send(call_of(case, world))
    except UnexpectedResponse:
        assert case in SENDS
    # Of another number it is asked too whose it is.
    assert client_of_shared.requests <= (7 if case.name == "update_contact-number" else 5)
    assert client_of_shared.requests == len(shared.requests()) - world._before
    assert len(world.written()) == 1


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("5491123456789", "541123456789"),
        ("551161234567", "5511961234567"),
        ("5212221234567", "522221234567"),
        ("22507123456", "2250707123456"),
        ("22997123456", "2290197123456"),
    ],
)
def test_an_opt_out_holds_in_every_spelling_of_the_number(
    held: str, asked: str, whautomate_emulator: Emulator, make_send: Any
) -> None:
    place = {"id": "loc000000001"}
    code = 3 if held.startswith("22") else 2
    whautomate_emulator.add_clients(
        [{"fullName": "Luz", "countryCode": f"+{held[:code]}", "phone": held[code:], "tags": ["Unsubscribe"]}]
    )
    (contact,) = whautomate_emulator.add_contacts([{"name": "Luz", "phoneNumber": asked}])
    whautomate_emulator.advance(60)
    send = make_send(account_of(whautomate_emulator))
    template: Any = {"template": {"name": "t", "language": "en"}, "location": place}
    for to in ({"contact": {"id": contact}}, {"recepient": {"phoneNumber": f"+{asked}"}}):
        with pytest.raises(PolicyRefused):
            send(messages.send_whatsapp_template({**to, **template}))
    with pytest.raises(PolicyRefused):
        send(contacts.add_contact_tags(contact, ["vip"]))
    with pytest.raises(PolicyRefused):
        send(contacts.create_contact({"name": "Luz", "phoneNumber": f"+{asked}", "location": place}))


def test_a_message_goes_to_the_spelling_that_the_server_has(whautomate_emulator: Emulator, make_send: Any) -> None:
    whautomate_emulator.add_contacts([{"name": "Luz", "phoneNumber": "5491123456789"}])
    whautomate_emulator.advance(60)
    to: Any = {"recepient": {"phoneNumber": "+541123456789"}, "location": {"id": "loc000000001"}}
    send = make_send(account_of(whautomate_emulator))
    send(messages.send_whatsapp_template({**to, "template": {"name": "t", "language": "en"}}))
    assert [one["phone"] for one in whautomate_emulator.messages()] == ["5491123456789"]
    assert len(whautomate_emulator.contacts()) == 1


def test_listed_means_a_number_in_every_spelling(whautomate_emulator: Emulator, make_send: Any) -> None:
    send = make_send(account_of(whautomate_emulator, sends="listed", listed="+54 11 2345-6789"))
    to: Any = {"location": {"id": "loc000000001"}, "template": {"name": "t", "language": "en"}}
    send(messages.send_whatsapp_template({**to, "recepient": {"phoneNumber": "+5491123456789"}}))
    with pytest.raises(PolicyRefused, match="listed numbers only"):
        send(messages.send_whatsapp_template({**to, "recepient": {"phoneNumber": "+5491123456780"}}))


def test_who_has_no_number_is_asked_for_by_address(whautomate_emulator: Emulator, make_send: Any) -> None:
    ada, _, bob = whautomate_emulator.add_clients(
        [
            {"fullName": "Ada", "email": "Ada@example.com"},
            {"fullName": "A.", "email": "ada@example.com", "tags": ["Unsubscribe"]},
            {"fullName": "Bob"},
        ]
    )
    whautomate_emulator.advance(60)
    send = make_send(account_of(whautomate_emulator))
    with pytest.raises(PolicyRefused):
        send(clients.add_client_tags(ada, ["vip"]))
    send(clients.add_client_tags(bob, ["vip"]))  # there is nothing to ask for


@pytest.mark.whautomate(client_phone="apart")
def test_nobody_is_asked_for_twice_within_a_minute_of_a_step(client: Client, whautomate_emulator: Emulator) -> None:
    now = [0.0]
    client.cleared = Cleared(clock=lambda: now[0])
    world = make_world(whautomate_emulator, opted_out=False)

    def requests_of(call: Any) -> int:
        before = client.requests
        client.send(call)
        return client.requests - before

    assert requests_of(contacts.add_contact_tags(world.contact, ["a"])) == 5
    assert requests_of(contacts.add_contact_tags(world.contact, ["b"])) == 2
    assert requests_of(clients.add_client_tags(world.client, ["a"])) == 3  # who it is, and the number is known
    now[0] = 61.0
    whautomate_emulator.opt_out(world.client)
    with pytest.raises(PolicyRefused):
        client.send(contacts.add_contact_tags(world.contact, ["c"]))


def test_others_of_a_class_are_asked_for_each(client: Client, whautomate_emulator: Emulator) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    phone: Any = {"countryCode": "+49", "phone": "15123456001"}
    (bob,) = whautomate_emulator.add_clients([{"fullName": "Bob", **phone}])
    client.send(classes.add_class_participant(world.class_, {"client": {"id": bob}}))
    whautomate_emulator.add_contacts([{"name": "Bob", "phoneNumber": "4915123456001", "tags": ["Unsubscribe"]}])
    whautomate_emulator.advance(61)
    client.cleared = Cleared()
    ada_s, bob_s = client.send(classes.list_class_participants(world.class_))
    client.send(classes.remove_class_participant(world.class_, {"participantId": ada_s["id"]}))
    with pytest.raises(PolicyRefused):
        client.send(classes.remove_class_participant(world.class_, {"participantId": bob_s["id"]}))


RUSSIAN = "\u041e\u0442\u043f\u0438\u0441\u043a\u0430"
UNSEEN = ["\ufe0f", "\u034f", "\u3164", "\u2800", "\0", "\u200b", "\u00ad", "\ufeff", "\U000e0100"]


@pytest.mark.parametrize(
    "tag",
    [
        "unsubscribe",
        " Unsubscribe ",
        "\uff35nsubscribe",
        *(f"Unsub{c}scribe{c}" for c in UNSEEN),
        "Unsubs\u0441ribe",  # Cyrillic es
        "Un\u0455ub\u0455cr\u0456b\u0435",  # Cyrillic dze, i and ie
        "UNSUBSCR\u0399B\u0395",  # Greek iota and epsilon
        "\U0001d414\U0001d427\U0001d42c\U0001d42e\U0001d41b\U0001d42c\U0001d41c\U0001d42b\U0001d422\U0001d41b\U0001d41e",
    ],
)
def test_an_opt_out_is_one_however_it_is_written(tag: str) -> None:
    assert policy_from_settings(Settings()).protects({"tags": ["vip", tag]})


def test_each_look_alike_that_unicode_knows_of_a_letter_is_one() -> None:
    policy, missed = policy_from_settings(Settings()), []
    for letter in "Unsubscribe":
        for one in confusables_data[letter]:
            if len(one["c"]) == 1 and not one["c"].isascii():
                tag = "Unsubscribe".replace(letter, one["c"])
                missed += [] if policy.is_opt_out(tag) else [one["n"]]
    assert missed == []


@pytest.mark.parametrize(
    "tag", ["Unsubscribed", "Subscribe", "Unsubscrib", "\u041e\u0442\u043f\u0438\u0441\u043a\u0430", ""]
)
def test_what_only_resembles_an_opt_out_is_none(tag: str) -> None:
    assert not policy_from_settings(Settings()).is_opt_out(tag)


def test_an_opt_out_tag_of_another_script_is_one_too() -> None:
    policy = policy_from_settings(read_settings({"opt_out_tags": RUSSIAN}))
    assert policy.is_opt_out("O\u0442\u043f\u0438\u0441\u043aa")  # with a Latin O and a
    assert not policy.is_opt_out("Unsubscribe")


def test_tags_of_an_accounts_own_protect_too(client: Client, whautomate_emulator: Any, pool: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    whautomate_emulator.opt_out(world.contact, "STOP")
    with (
        Client(account_of(whautomate_emulator, opt_out_tags="Unsubscribe, stop"), pool=pool) as own,
        pytest.raises(PolicyRefused, match="has opted out"),
    ):
        own.send(contacts.delete_contact(world.contact))
    client.send(contacts.delete_contact(world.contact))


def test_the_refusal_tells_nothing_of_the_person(client: Client, whautomate_emulator: Any) -> None:
    world = make_world(whautomate_emulator)
    for case in CASES:
        with pytest.raises(PolicyRefused) as refused:
            client.send(call_of(case, world))
        assert "Ada" not in str(refused.value)
        assert "15123456700" not in str(refused.value)


# --- sends


BROADCASTS = [case for case in CASES if case.resource == "broadcasts"]


def test_sends_off_stops_every_send_and_broadcast(whautomate_emulator: Any, pool: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    with Client(account_of(whautomate_emulator, sends="off"), pool=pool) as off:
        for case in [*SENDS, *BROADCASTS]:
            with pytest.raises(PolicyRefused, match="sends are off"):
                off.send(call_of(case, world, allow_protected=True))
    assert whautomate_emulator.requests()[world._before :] == []


def test_stopped_sends_stop_every_send_and_broadcast(make_send: Any, whautomate_emulator: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    account = account_of(whautomate_emulator)
    send, stops = make_send(account), open_state().stops
    assert stops.stop(account.id) is True
    for case in [*SENDS, *BROADCASTS]:
        with pytest.raises(PolicyRefused, match=r"have been stopped since .*resume-sends"):
            send(call_of(case, world, allow_protected=True))
    assert world.written() == []
    send(contacts.update_contact(world.contact, {"notes": "goes on"}))
    assert stops.resume(account.id) is True
    assert stops.resume(account.id) is False
    send(call_of(next(case for case in SENDS if case.name == "send_whatsapp_template"), world))
    assert world.written() == ["updateContact", "sendWhatsappTemplate"]


def test_listed_sends_reach_listed_numbers_and_segments_only(whautomate_emulator: Any, pool: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    other = {"name": "Bob", "phoneNumber": "+4915123456999", "location": {"id": "loc000000001"}}
    with Client(account_of(whautomate_emulator), pool=pool) as free:
        bob = free.send(contacts.create_contact(other))["id"]
    template: Any = {"location": {"id": "loc000000001"}, "template": {"name": "t", "language": "en"}}
    at: Any = {"name": "L", "type": "contact", "scheduleDateTime": "2099-01-01T00:00:00Z"}
    to_safe = broadcasts.create_broadcast({**at, "segments": [{"id": world.segment}]})
    with Client(account_of(whautomate_emulator, sends="listed", listed=f"{NUMBER}, safe"), pool=pool) as listed:
        for who in ({"contact": {"id": world.contact}}, {"client": {"id": world.client}}):
            listed.send(messages.send_whatsapp_template({**who, **template}))
        listed.send(messages.send_whatsapp_template({"recepient": {"phoneNumber": NUMBER[1:]}, **template}))
        listed.send(to_safe)
        sent = len(whautomate_emulator.messages())
        for who in ({"contact": {"id": bob}}, {"recepient": {"phoneNumber": "+4915123456999"}}):
            for flags in ({}, {"allow_protected": True}):
                with pytest.raises(PolicyRefused, match="listed numbers only"):
                    listed.send(messages.send_whatsapp_template({**who, **template}, **flags))
        for audience in ({"segments": [{"id": world.open_segment}]}, {"targetClass": {"id": world.class_}}, {}):
            with pytest.raises(PolicyRefused, match="listed segments only"):
                listed.send(broadcasts.create_broadcast({**at, **audience}, allow_protected=True))
    assert len(whautomate_emulator.messages()) == sent
    assert len(whautomate_emulator.requests("createBroadcast")) == 2  # one made the world


def test_too_many_recipients_are_refused(whautomate_emulator: Any, pool: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    with Client(account_of(whautomate_emulator), pool=pool) as free:
        for n in range(70):  # two pages
            person: Any = {"name": "n", "phoneNumber": f"+49151234567{n:02d}", "location": {"id": "loc000000001"}}
            free.send(contacts.create_contact({**person, "tags": ["vip"]}, allow_protected=True))
    case: Any = {"name": "M", "type": "contact", "scheduleDateTime": "2099-01-01T00:00:00Z"}
    call = broadcasts.create_broadcast({**case, "segments": [{"id": world.segment}]})
    with (
        Client(account_of(whautomate_emulator, max_recipients=70), pool=pool) as few,
        pytest.raises(PolicyRefused, match="up to 71 people would get it, and max_recipients is 70"),
    ):
        few.send(call)
    with Client(account_of(whautomate_emulator, max_recipients="71"), pool=pool) as enough:
        enough.send(call)


# --- what a message needs


def test_free_text_without_a_session_warns_and_names_the_template_call(
    client: Client, whautomate_emulator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    text: Any = {"contact": {"id": world.contact}, "location": {"id": "loc000000001"}, "textMessage": "hi"}
    with caplog.at_level(logging.WARNING), pytest.raises(UnexpectedResponse, match="holds an error"):
        client.send(messages.send_whatsapp_text(text))
    assert "use the sendtemplate call of the channel" in caplog.text
    caplog.clear()
    whautomate_emulator.receive(world.contact, "hello")
    with caplog.at_level(logging.WARNING):
        assert client.send(messages.send_whatsapp_text(text))["id"]
    assert caplog.text == ""
    assert [m["operation"] for m in whautomate_emulator.messages()] == ["sendWhatsappText"]


def test_an_opt_out_while_the_send_waits_for_its_permit_counts(whautomate_emulator: Any, pool: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    acquire = pool.acquire

    def opted_out_meanwhile(permits: int, **named: Any) -> Any:
        if permits == 2:
            whautomate_emulator.opt_out(world.contact)
        return acquire(permits, **named)

    pool.acquire = opted_out_meanwhile
    message: Any = {"contact": {"id": world.contact}, "location": {"id": "loc000000001"}}
    with (
        Client(account_of(whautomate_emulator), pool=pool) as client,
        pytest.raises(PolicyRefused),
    ):
        client.send(messages.send_whatsapp_template({**message, "template": {"name": "t", "language": "en"}}))
    assert whautomate_emulator.messages() == []
    # Who it is, both kinds by number; then read and send together: nothing grows old between them.
    assert pool.granted == [1, 1, 1, 2]


def test_a_lost_read_of_the_person_is_repeated_and_the_send_is_not(client: Client, whautomate_emulator: Any) -> None:
    world = make_world(whautomate_emulator, opted_out=False)
    case = next(case for case in SENDS if case.name == "send_whatsapp_template")
    whautomate_emulator.fault("dropped_after", operation="getContact")
    client.send(call_of(case, world))
    assert len(whautomate_emulator.messages()) == 1
    whautomate_emulator.fault("dropped_after", operation="sendWhatsappTemplate")
    with pytest.raises(OutcomeUnknown):
        client.send(call_of(case, world))
    assert len(whautomate_emulator.messages()) == 2


# --- settings


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"sends": "maybe"}, "sends must be on, listed or off, not 'maybe'"),
        ({"listed": "+49"}, "set sends to listed"),
        ({"sends": "listed", "listed": " , "}, "listed is empty"),
        ({"max_recipients": 0}, "max_recipients must be a whole number"),
        ({"max_recipients": "many"}, "max_recipients must be a whole number"),
    ],
)
def test_settings_of_the_policy_that_cannot_be(settings: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        policy_from_settings(read_settings(settings))
