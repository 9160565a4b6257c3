"""What is repeated, what is not, and what is said, by both clients over TCP."""

import contextlib
import gzip
import json
import logging
import socket
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from whautomate_core.account import account_from_settings
from whautomate_core.api import account, broadcasts, classes, client_tags, contacts
from whautomate_core.client.client import Client
from whautomate_core.client.retries import ATTEMPTS
from whautomate_core.client.server_words import server_words
from whautomate_core.emulator import Emulator, behaviour_from, create_app, running
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    ServerError,
    StateUnavailable,
    Stopped,
    UnexpectedResponse,
    WhautomateError,
)

ADA = "Ada Lovelace"
NUMBER = "+4915123456789"


def new_contact(**fields: Any) -> Any:
    return contacts.create_contact({"name": ADA, "phoneNumber": NUMBER, "location": {"id": "loc000000001"}, **fields})


def statuses(emulator: Emulator, operation: str) -> list[Any]:
    return [request["status"] for request in emulator.requests(operation)]


LOST = ["dropped_before", "dropped_after", "500_before", "500_after", "503"]


@pytest.mark.parametrize("fault", [*LOST, "not_json"])
def test_a_create_with_an_unknown_outcome_is_never_sent_again(fault: Any, send: Any, whautomate_emulator: Any) -> None:
    whautomate_emulator.fault(fault, operation="createContact")
    with pytest.raises(OutcomeUnknown, match=r"POST /v1/contacts: .* not sent again"):
        send(new_contact())
    assert len(whautomate_emulator.requests("createContact")) == 1


@pytest.mark.parametrize("fault", LOST)
def test_reads_deletes_and_writes_are_repeated(fault: Any, send: Any, whautomate_emulator: Any) -> None:
    contact = send(new_contact())
    for operation in ("getContact", "updateContact", "deleteContact"):
        whautomate_emulator.fault(fault, operation=operation)
    assert send(contacts.get_contact(contact["id"]))["name"] == ADA
    assert send(contacts.update_contact(contact["id"], {"notes": "x"}))["notes"] == "x"
    # The first DELETE may have taken effect; the second, which then finds nothing, has succeeded.
    assert send(contacts.delete_contact(contact["id"])) == {"success": True}
    assert whautomate_emulator.contacts() == []


def test_a_delete_of_nothing_is_an_error_the_first_time(send: Any) -> None:
    with pytest.raises(NotFound, match="/v1/contacts/c404: not found"):
        send(contacts.delete_contact("c404"))


@pytest.mark.parametrize("given", ["+4915123456789", "ada@example.com", "Ada Lovelace"])
def test_what_is_no_id_is_not_shown_where_it_is_not_found(given: str, send: Any) -> None:
    with pytest.raises(NotFound, match=r"GET /v1/contacts/…: not found \(404\).*; the id is not shown"):
        send(contacts.get_contact(given))


def test_a_read_gives_up_after_some_attempts(send: Any, whautomate_emulator: Any) -> None:
    whautomate_emulator.fault("503", probability=1)
    with pytest.raises(ServerError, match="503"):
        send(account.get_account_info())
    assert len(whautomate_emulator.requests()) == ATTEMPTS


def test_a_refused_connection_is_tried_again_even_for_a_create(whautomate_emulator: Any, pool: Any) -> None:
    whautomate_emulator.fault("refused", seconds=0.3)
    account = account_from_settings(whautomate_emulator.url, whautomate_emulator.key)
    address = ("127.0.0.1", int(whautomate_emulator.url.rsplit(":", 1)[1]))

    def sleep(seconds: float) -> None:
        """As long as it refuses."""
        while True:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(address):
                return
            time.sleep(0.01)

    with Client(account, pool=pool, sleep=sleep) as client:
        client.send(new_contact())
    assert statuses(whautomate_emulator, "createContact") == [200]


def test_an_unreachable_host_is_named_as_such(make_send: Any) -> None:
    with pytest.raises(ConnectionFailed, match="check that the host is right and reachable"):
        make_send(account_from_settings("http://127.0.0.1:1", "k"))(account.get_account_info())


@pytest.mark.whautomate(limits=((2, 60.0),), retry_after=True)
def test_429_pauses_the_pool_as_long_as_the_server_says(send: Any, whautomate_emulator: Any, pool: Any) -> None:
    for _ in range(2):
        send(account.get_account_info())
    with pytest.raises(RateLimited) as error:
        send(new_contact())
    assert len(pool.pauses) == ATTEMPTS
    assert all(0 < seconds <= 60 for seconds in pool.pauses)
    assert error.value.retry_after == pool.pauses[-1]


@pytest.mark.whautomate(limits=((2, 60.0),))
def test_429_without_a_time_leaves_the_length_of_the_pause_to_the_pool(send: Any, pool: Any) -> None:
    for _ in range(2):
        send(account.get_account_info())
    with pytest.raises(RateLimited):
        send(account.get_account_info())
    assert pool.pauses == [None] * ATTEMPTS


@pytest.mark.parametrize(
    ("answer", "quota"),
    [
        (httpx.Response(429, json={"message": "Limit Exceeded"}), True),
        (httpx.Response(429, json={"error": {"message": "limit exceeded."}}), True),
        (httpx.Response(429, headers={"x-amzn-errortype": "LimitExceededException"}), True),
        (httpx.Response(429, headers={"x-amzn-errortype": "LimitExceededException:http://a.example/"}), True),
        (httpx.Response(429, json={"message": "Too Many Requests"}), False),
        (httpx.Response(429, headers={"x-amzn-errortype": "TooManyRequestsException"}), False),
        (httpx.Response(429), False),
    ],
)
def test_a_429_tells_the_quota_of_the_day_from_the_rate(
    answer: httpx.Response, quota: bool, make_send: Any, pool: Any
) -> None:
    send = make_send(account_from_settings("https://api.example", "k", {}), lambda request: answer)
    with pytest.raises(RateLimited) as raised:
        send(new_contact())
    assert raised.value.quota is quota
    assert set(pool.refusals) == {"quota" if quota else "rate"}
    assert ("the day's requests are used up" in str(raised.value)) is quota


def test_429_is_repeated_for_a_create_since_nothing_was_done(make_send: Any, pool: Any) -> None:
    nobody = httpx.Response(200, json=[])
    answers = iter([*[nobody] * 2, httpx.Response(429), *[nobody] * 2, httpx.Response(200, json={"id": "c1"})])
    send = make_send(account_from_settings("https://api.example", "k"), lambda request: next(answers))
    assert send(new_contact()) == {"id": "c1"}
    assert len(pool.pauses) == 1


def test_what_the_server_counts_reaches_the_pool(make_send: Any, pool: Any) -> None:
    headers = {"X-RateLimit-Remaining": "7", "X-RateLimit-Limit": "60"}
    send = make_send(account_from_settings("https://api.example", "k"), lambda r: httpx.Response(200, json={}))
    send(account.get_account_info())
    assert pool.counts == []
    send = make_send(
        account_from_settings("https://api.example", "k"), lambda r: httpx.Response(200, json={}, headers=headers)
    )
    send(account.get_account_info())
    assert pool.counts == [(7, None, 60)]


def test_a_state_that_is_away_after_the_send_does_not_make_it_look_undone(
    make_send: Any, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise StateUnavailable("gone")

    monkeypatch.setattr(pool, "counted", away)
    answer = httpx.Response(200, json={"id": "b1"}, headers={"RateLimit-Remaining": "1"})
    send = make_send(account_from_settings("https://api.example", "k"), lambda r: answer)
    call = broadcasts.create_broadcast({"name": "b", "type": "contact"}, allow_protected=True)
    assert send(call) == {"id": "b1"}


@pytest.mark.parametrize("put", ["replace", "merge"])
def test_put_keeps_what_it_does_not_name(put: str, make_send: Any, pool: Any) -> None:
    app = create_app(behaviour_from({"put": put}))
    with running(app) as url:
        emulator = Emulator(app, url)
        send = make_send(account_from_settings(url, emulator.key))
        made = send(new_contact(tags=["vip"], notes="n", customFields={"plan": "pro", "city": "Köln"}))
        pool.granted.clear()
        send(contacts.update_contact(made["id"], {"stage": "Lead", "customFields": {"city": "Ulm"}}))
        # A stage may set off an automation: the record, and both kinds by its number, are asked for first. Then both
        # permits at once, so that what was read is fresh.
        assert pool.granted == [1, 1, 1, 2]
        (kept,) = emulator.contacts()
    assert (kept["stage"], kept["notes"], kept["tags"], kept["name"]) == ("Lead", "n", ["vip"], ADA)
    assert kept["customFields"] == {"plan": "pro", "city": "Ulm"}


def test_overwrite_sends_the_body_alone(send: Any, whautomate_emulator: Any) -> None:
    made = send(new_contact(notes="n"))
    send(contacts.update_contact(made["id"], {"name": "B"}, overwrite=True))
    assert "notes" not in whautomate_emulator.contacts()[0]
    # Who opted out must not lose that: they are read, and once more directly before the write.
    assert len(whautomate_emulator.requests("getContact")) == 2
    send(contacts.update_contact(made["id"], {"name": "C"}, overwrite=True, allow_protected=True))
    assert len(whautomate_emulator.requests("getContact")) == 2


@pytest.mark.parametrize("fault", LOST)
def test_tags_are_read_after_an_unknown_outcome_and_only_what_is_missing_is_sent(
    fault: Any, send: Any, whautomate_emulator: Any
) -> None:
    made = send(new_contact())
    whautomate_emulator.fault(fault, operation="addContactTags")
    assert send(contacts.add_contact_tags(made["id"], ["vip", "new"]))["tags"] == ["vip", "new"]
    fired = [(a["tag"], a["again"]) for a in whautomate_emulator.automations() if a["kind"] == "tag_added"]
    assert fired == [("vip", False), ("new", False)]
    whautomate_emulator.fault(fault, operation="removeContactTags")
    send(contacts.remove_contact_tags(made["id"], ["vip"]))
    assert whautomate_emulator.contacts()[0]["tags"] == ["new"]
    assert [a["tag"] for a in whautomate_emulator.automations() if a["kind"] == "tag_removed"] == ["vip"]


def test_an_error_inside_a_200_is_an_error(send: Any, whautomate_emulator: Any) -> None:
    whautomate_emulator.fault("error_in_200", operation="createBroadcast")
    with pytest.raises(UnexpectedResponse, match="holds an error; the server's message is not shown"):
        send(broadcasts.create_broadcast({"name": "b", "type": "contact"}, allow_protected=True))


LOCATION = {"id": "loc000000001"}
SENT: Any = {"name": "Ada Lovelace, your results are positive", "phoneNumber": NUMBER, "location": LOCATION}


def refused(make_send: Any, answer: dict[str, Any], status: int = 400, **settings: Any) -> str:
    """The text of the error if an answer refuses a new contact."""
    send = make_send(
        account_from_settings("https://api.example", "s3cr3t-key", settings),
        lambda request: httpx.Response(status, json=answer),
    )
    with pytest.raises(WhautomateError) as error:
        send(contacts.create_contact(SENT, allow_protected=True))
    return str(error.value)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            {"message": "Invalid request body"},
            ": Invalid request body (a field is missing, of the wrong type or out of",
        ),
        ({"error": "Invalid parameters"}, ": Invalid parameters (an id or filter"),
        ({"error": "Invalid locationId"}, ": Invalid locationId (list_locations"),
        ({"message": "Forbidden"}, ": Forbidden"),
        ({"error": "Invalid contactId"}, ": Invalid contactId"),
        ({"error": "invalid serviceCategoryId."}, ": Invalid serviceCategoryId"),
    ],
)
def test_documented_texts_are_said_with_what_they_mean(answer: Any, says: str, make_send: Any) -> None:
    assert says in refused(make_send, answer)


@pytest.mark.parametrize(
    "words",
    [
        'name "Ada Lovelace, your results" is longer than 20',
        "name: the owner of this phoneNumber is ADA  LOVELACE (grace.hopper@example.com), known as Zoë Müller",
        "Invalid AdaLovelaceId of name",
        "name of Ada Love-lace: 49 151 2345 6789, +4915123456789, key s3cr3t-key",
    ],
)
def test_of_other_words_of_the_server_only_names_of_fields_are_said(words: str, make_send: Any) -> None:
    said = refused(make_send, {"error": {"message": words}})
    assert "POST /v1/contacts: refused (400); the server's message mentions " in said
    assert "name" in said
    assert ("phoneNumber" in said) is ("phoneNumber" in words)
    assert "show_server_messages" in said
    for person in ("Ada", "ADA", "ove", "results", "grace", "Zoë", "Müller", "151", "6789", "s3cr3t", "known"):
        assert person not in said


@pytest.mark.parametrize("shown", [True, False])
def test_a_refused_template_is_named_as_the_caller_wrote_it(shown: bool) -> None:
    account = account_from_settings("https://api.example", "s3cr3t-key", {"show_server_messages": shown})
    sent: Any = {"name": "x", "type": "contact", "template": {"name": "sommer_sale", "language": "en"}}
    call = broadcasts.create_broadcast(sent)
    said = server_words(call, b'{"message": "no such Template"}', account)
    assert said.endswith("; template 'sommer_sale' (en): is it approved, and spelled as in Whautomate?")
    assert "sommer_sale" not in server_words(call, b'{"message": "Invalid locationId"}', account)
    assert "template '" not in server_words(contacts.get_contact("c1"), b'{"message": "no template"}', account)


def test_an_account_may_permit_the_words_of_the_server(make_send: Any) -> None:
    words = (
        f'name "Ada Lovelace, your results" of {NUMBER}, ada@example.com, s3cr3t-key: longer than 20; the key is fine'
    )
    said = refused(make_send, {"message": words}, show_server_messages=True)
    assert said.endswith('(400): name "… …, … …" of …, … …: longer than 20; the key is fine')
    # What is too long ends before the word that it would cut.
    long = f"{'x' * 290} {NUMBER} s3cr3t-key"
    assert refused(make_send, {"message": long}, show_server_messages=True).endswith(f"{'x' * 290} …")
    assert "s3cr3t" not in refused(make_send, {"message": f"{'x' * 294} s3cr3t-key"}, show_server_messages=True)


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("words", ["+1-2 " * 2**20, "a" * 2**22, "@." * 2**20, "1 " * 2**21, "name " * 2**20])
def test_a_long_message_of_the_server_costs_no_time(words: str, shown: bool) -> None:
    call, account = (
        contacts.create_contact(SENT),
        account_from_settings("https://x", "k", {"show_server_messages": shown}),
    )
    content = json.dumps({"error": words}).encode()
    began = time.process_time()
    assert len(server_words(call, content, account)) < 500
    assert time.process_time() - began < 1.0


def test_who_is_refused_for_the_key_learns_where_to_change_it(make_send: Any) -> None:
    where = "the password of connection 'shop'"
    account = account_from_settings("https://api.example", "the-key-was-refused", key_field=where)
    with pytest.raises(AuthenticationError) as error:
        make_send(account, lambda request: httpx.Response(403, json={"message": "Forbidden"}))(
            contacts.get_contact("c1")
        )
    assert str(error.value) == (
        "GET /v1/contacts/{}: the key was refused (403): Forbidden; check the password of connection 'shop', and that "
        "the key has access to this"
    )


def test_a_wrong_key_and_a_missing_record_and_a_refused_body(make_send: Any, whautomate_emulator: Any) -> None:
    with pytest.raises(AuthenticationError, match=r"the key was refused \(403\)"):
        make_send(account_from_settings(whautomate_emulator.url, "wrong-key"))(account.get_account_info())
    send = make_send(account_from_settings(whautomate_emulator.url, whautomate_emulator.key))
    with pytest.raises(NotFound):
        send(contacts.get_contact("nobody"))
    with pytest.raises(InvalidRequest, match=r"refused \(404\): Invalid locationId") as error:
        send(contacts.create_contact({"name": ADA, "phoneNumber": NUMBER, "location": {"id": "no such place"}}))
    assert error.value.status == 404
    send(client_tags.create_client_tag({"name": "vip"}))
    with pytest.raises(InvalidRequest, match=r"refused \(400\): Invalid parameters") as error:
        send(client_tags.create_client_tag({"name": "vip"}))
    assert error.value.status == 400


def test_nothing_of_the_key_or_of_people_is_in_errors_or_logs(make_send: Any, caplog: pytest.LogCaptureFixture) -> None:
    key = "s3cr3t-key"
    words = f"key {key.upper()} of ADA  lovelace: number {NUMBER} of {ADA} <ada@example.com> is known as 015123456789"

    def refuse(status: int, request: httpx.Request) -> httpx.Response:
        assert request.headers["x-api-key"] == key
        return httpx.Response(status, json={"error": {"message": words}})

    said = ""
    with caplog.at_level(logging.DEBUG, logger="whautomate_core"):
        for status in (200, 400, 401, 404, 409, 429, 500):
            with pytest.raises(WhautomateError) as error:
                make_send(account_from_settings("https://api.example", key), partial(refuse, status))(
                    contacts.update_contact(
                        "contact-77", {"name": ADA, "phoneNumber": NUMBER}, overwrite=True, allow_protected=True
                    )
                )
            said += f"{error.value!r} {error.value.__cause__!r}"
    said += caplog.text
    assert "the server's message is not shown" in said
    for secret in (key, key.upper(), "lovelace", ADA, "15123456789", "ada@example"):
        assert secret not in said


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"ca_bundle": "/nowhere.pem"}, "ca_bundle"), ({"proxy": "http://proxy:zz"}, "proxy must be an address")],
)
def test_settings_that_no_connection_can_be_made_with_are_named(settings: Any, says: str, make_send: Any) -> None:
    with pytest.raises(ConfigurationError, match=says):
        make_send(account_from_settings("https://api.example", "k", settings))(account.get_account_info())


def test_that_a_plan_was_not_set_is_said(make_send: Any, caplog: pytest.LogCaptureFixture) -> None:
    for settings, said in (({}, True), ({"plan": "trial"}, False)):
        caplog.clear()
        make_send(account_from_settings("https://api.example", "k", settings), lambda r: httpx.Response(200, json={}))(
            account.get_account_info()
        )
        assert ("plan is not set" in caplog.text) is said


def test_whose_hash_stands_in_the_log_is_said_once(
    make_send: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("whautomate_core.client.base._identified", set())
    for settings in ({"plan": "trial"}, {"plan": "trial"}, {"plan": "trial", "account": "shop"}):
        of = account_from_settings("https://hashed.example", "k7", settings)
        make_send(of, lambda request: httpx.Response(200, json={}))(account.get_account_info())
    (said,) = [one for one in caplog.messages if "hashed.example" in one]
    assert said.endswith(" is hashed.example (trial)")
    assert "k7" not in said.partition(" is ")[2]


OPEN: dict[str, dict[str, Any]] = {
    "302": {"status_code": 302, "headers": {"location": "/done"}},
    "303": {"status_code": 303, "headers": {"location": "/done"}},
    "304": {"status_code": 304},
    "408": {"status_code": 408},
    "499": {"status_code": 499},
    "id and error": {"status_code": 200, "json": {"id": "m1", "error": "it is slow"}},
    "deep": {"status_code": 200, "content": b"[" * 100_000},
    "not gzip": {"status_code": 200, "headers": {"content-encoding": "gzip"}},
}


@pytest.mark.parametrize("answer", OPEN)
def test_after_an_answer_that_leaves_it_open_a_create_has_an_unknown_outcome(answer: str, make_send: Any) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        stream = {"stream": httpx.ByteStream(b"no gzip")} if answer == "not gzip" else {}
        return httpx.Response(**OPEN[answer], **stream)

    with pytest.raises(OutcomeUnknown):
        make_send(account_from_settings("https://api.example", "k"), server)(
            client_tags.create_client_tag({"name": "vip"})
        )


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ([{"phone": "49151"}] * 50, "page 2 repeats what came before"),  # lines of a log have no ids
        ([{"id": ["c"]}], "page 3 repeats what came before"),
        ([{"id": "c"}, None], "something that is not a record"),
        (["Ada"], "something that is not a record"),
    ],
)
def test_a_list_that_never_ends_or_holds_no_records_is_an_error(page: Any, says: str, pool: Any) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=page))
    with Client(account_from_settings("https://api.example", "k"), pool=pool, transport=transport) as client:
        pages = client.pages(broadcasts.list_broadcast_logs("b"))
        with pytest.raises(UnexpectedResponse, match=says):
            list(islice(pages, 9))


def test_a_redirect_is_not_followed(make_send: Any) -> None:
    asked: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"})

    with pytest.raises(UnexpectedResponse, match="redirected"):
        make_send(account_from_settings("https://api.example", "k"), redirect)(account.get_account_info())
    assert asked == ["api.example"]


def test_a_huge_answer_is_refused_while_it_arrives(make_send: Any) -> None:
    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        sent = 0

        def __iter__(self) -> Any:
            while self.sent < 2**30:
                self.sent += 2**20
                yield b" " * 2**20

        async def __aiter__(self) -> Any:
            for chunk in self:
                yield chunk

    stream = Endless()
    with pytest.raises(UnexpectedResponse, match="over 32 MiB"):
        make_send(account_from_settings("https://api.example", "k"), lambda r: httpx.Response(200, stream=stream))(
            account.get_account_info()
        )
    assert stream.sent == 33 * 2**20


@pytest.mark.parametrize(
    ("answer", "says"), [([], "is a list"), ("x", "is a str"), ({"success": False}, "not succeed")]
)
def test_the_wrong_shape_is_said(answer: Any, says: str, make_send: Any) -> None:
    with pytest.raises(UnexpectedResponse, match=says):
        make_send(account_from_settings("https://api.example", "k"), lambda r: httpx.Response(200, json=answer))(
            account.get_account_info()
        )


def test_it_says_who_it_is_and_waits_as_long_as_promised(make_send: Any) -> None:
    def look(request: httpx.Request) -> httpx.Response:
        assert request.headers["user-agent"].startswith("whautomate-pipelines/")
        timeouts = {name: int(seconds) for name, seconds in request.extensions["timeout"].items()}
        assert timeouts == {"connect": 5, "read": 30, "write": 30, "pool": 30}
        return httpx.Response(200, json={})

    assert make_send(account_from_settings("https://api.example", "k"), look)(account.get_account_info()) == {}


# --- answers of servers that mean no good


@pytest.mark.parametrize("layers", ["gzip, gzip", "br", "gzip,deflate"])
def test_an_answer_that_is_packed_several_times_is_not_unpacked(layers: str, make_send: Any) -> None:
    packed = gzip.compress(gzip.compress(bytes(2**20)))
    answer = partial(httpx.Response, 200, headers={"content-encoding": layers})
    send = make_send(
        account_from_settings("https://api.example", "k"), lambda r: answer(stream=httpx.ByteStream(packed))
    )
    with pytest.raises(UnexpectedResponse, match="the answer is compressed by something other than gzip alone"):
        send(account.get_account_info())


@pytest.fixture(scope="module")
def packed() -> bytes:
    """33 MiB as 150 KB."""
    return gzip.compress(b"[" + b" " * (33 * 2**20) + b"]", compresslevel=1)


@pytest.mark.parametrize("once", [False, True])
def test_an_answer_that_grows_when_it_is_unpacked_is_refused(once: bool, make_send: Any, packed: bytes) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and once:
            return httpx.Response(200, json=[])
        assert request.headers["accept-encoding"] == "gzip"
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(packed))

    send = make_send(account_from_settings("https://api.example", "k"), answer)
    with pytest.raises(OutcomeUnknown if once else UnexpectedResponse, match="the answer is over 32 MiB"):
        send(new_contact() if once else account.get_account_info())


@contextlib.contextmanager
def trickling(head: bytes, drop: bytes, asked: Event | None = None) -> Iterator[str]:
    """The address of a server that never comes to an end of its answer."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = Event()

    def trickle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65536)
            if asked:
                asked.set()
            connection.sendall(head)
            while not ended.wait(0.02):
                connection.sendall(drop)

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                Thread(target=trickle, args=(server.accept()[0],), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        ended.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()


TRICKLES = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b" "),
    (b"HTTP/1.1 200 OK\r\nX-Never-Ends: ", b"x"),
    (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
]


@pytest.mark.parametrize(("head", "drop"), TRICKLES, ids=["body", "header", "processing"])
def test_a_whole_request_has_its_time(
    head: bytes, drop: bytes, make_send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whautomate_core.client.transport.LONGEST_REQUEST", 0.2)
    with trickling(head, drop) as url:
        send = make_send(account_from_settings(url, "k", {"allow_http": True}))
        with pytest.raises(ConnectionFailed, match=r"\(no whole answer within 0\.2 s\)"):
            send(account.get_account_info())


@pytest.mark.parametrize(("head", "drop"), TRICKLES, ids=["body", "header", "processing"])
def test_a_slow_request_ends_when_the_client_is_told_to_stop(
    head: bytes, drop: bytes, pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whautomate_core.client.transport.AFTER_STOP", 0.2)
    asked = Event()
    with trickling(head, drop, asked) as url, Client(account_from_settings(url, "k"), pool=pool) as client:
        Thread(target=lambda: asked.wait() and client.stop()).start()
        with pytest.raises(Stopped):
            client.send(account.get_account_info())


def test_a_list_without_end_is_left(pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whautomate_core.client.pages.MOST_PAGES", 20)
    new = iter(range(10**9))
    transport = httpx.MockTransport(
        lambda request: httpx.Response(200, json=[{"id": str(next(new))} for _ in range(100)])
    )
    with Client(account_from_settings("https://api.example", "k"), pool=pool, transport=transport) as client:
        pages = client.pages(contacts.list_contacts())
        assert len([*islice(pages, 20)]) == 20
        with pytest.raises(UnexpectedResponse, match="GET /v1/contacts: the list has no end: 20 pages were read"):
            next(pages)


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("7", 7.0),
        ("9e400", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -0000", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86_400.0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("nan", 0.0),
        ("soon", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_a_pause_gets_one_of_a_day_at_most(
    status: int, said: str, pause: float | None, make_send: Any, pool: Any
) -> None:
    answer = httpx.Response(status, headers={"retry-after": said})
    with pytest.raises((RateLimited, ServerError)):
        make_send(account_from_settings("https://api.example", "k"), lambda r: answer)(account.get_account_info())
    assert pool.pauses == ([] if status == 503 and pause is None else [pause] * ATTEMPTS)


# --- pages


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 120])
def test_pages_bring_every_record_once_whatever_the_server_caps(
    count: int, client: Client, whautomate_emulator: Any
) -> None:
    for i in range(count):
        client.send(
            contacts.create_contact(
                {"name": "n", "phoneNumber": f"+1{i:09d}", "location": {"id": "loc000000001"}}, allow_protected=True
            )
        )
    read = [contact["id"] for page in client.pages(contacts.list_contacts()) for contact in page]
    assert sorted(read) == sorted(contact["id"] for contact in whautomate_emulator.contacts())


def test_a_record_made_while_pages_are_read_brings_none_twice(
    client: Client, whautomate_emulator: Any, caplog: pytest.LogCaptureFixture
) -> None:
    for i in range(60):
        client.send(
            contacts.create_contact(
                {"name": "n", "phoneNumber": f"+1{i:09d}", "location": {"id": "loc000000001"}}, allow_protected=True
            )
        )
    pages = client.pages(contacts.list_contacts())
    read = [contact["id"] for contact in next(pages)]
    client.send(new_contact())  # newest first: it shifts what is left by one
    read += [contact["id"] for page in pages for contact in page]
    assert len(read) == len(set(read)) == 60
    assert "1 records came twice" in caplog.text


def test_a_server_that_ignores_page_is_noticed(make_send: Any, pool: Any) -> None:
    same = [{"id": "a"}, {"id": "b"}]
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=same))
    with Client(account_from_settings("https://api.example", "k"), pool=pool, transport=transport) as client:
        pages = client.pages(contacts.list_contacts())
        assert next(pages) == same
        with pytest.raises(UnexpectedResponse, match=r"page 3 repeats .* is paging ignored"):
            list(pages)


@pytest.mark.parametrize("count", [1, 2, 100])
def test_as_many_as_a_page_holds_may_come_before_the_next_is_read(count: int, pool: Any) -> None:
    there = [{"id": f"{n}"} for n in range(count)]

    def newest_first(request: httpx.Request) -> httpx.Response:
        size, page = int(request.url.params["limit"]), int(request.url.params["page"])
        shown = there[(page - 1) * size : page * size]
        if page == 1:
            there[:0] = [{"id": f"came {n}"} for n in range(count)]
        return httpx.Response(200, json=shown)

    transport = httpx.MockTransport(newest_first)
    with Client(account_from_settings("https://api.example", "k"), pool=pool, transport=transport) as client:
        read = [one["id"] for page in client.pages(contacts.list_contacts()) for one in page]
    assert read == [f"{n}" for n in range(count)]


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (9, 1), (10, 2), (37, 2)])
def test_a_list_without_documented_paging_is_read_whole_where_the_server_ignores_pages(
    count: int, requests: int, make_send: Any, pool: Any
) -> None:
    asked: list[dict[str, str]] = []

    def everything(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=[{"id": str(n)} for n in range(count)])

    transport = httpx.MockTransport(everything)
    with Client(account_from_settings("https://api.example", "k"), pool=pool, transport=transport) as client:
        read = [one for page in client.pages(classes.list_class_participants("c")) for one in page]
    assert [one["id"] for one in read] == [str(n) for n in range(count)]
    assert asked == [{}, {"page": "2"}][:requests]


def test_a_list_without_documented_paging_is_read_whole_where_the_server_pages(pool: Any) -> None:
    def ten(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params.get("page", 1))
        return httpx.Response(200, json=[{"id": str(n)} for n in range(34)][(page - 1) * 10 : page * 10])

    transport = httpx.MockTransport(ten)
    with Client(account_from_settings("https://api.example", "k"), pool=pool, transport=transport) as client:
        read = [one for page in client.pages(classes.list_class_participants("c")) for one in page]
    assert [one["id"] for one in read] == [str(n) for n in range(34)]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_an_answer_with_a_number_that_json_can_not_say_is_refused(number: str, make_send: Any) -> None:
    content = f'{{"id": "1", "customFields": {{"size": {number}}}}}'
    send = make_send(account_from_settings("https://api.example", "k"), lambda r: httpx.Response(200, text=content))
    with pytest.raises(
        UnexpectedResponse, match=r"the answer is not JSON; check that https://api\.example is the host of the API"
    ):
        send(contacts.get_contact("1"))
