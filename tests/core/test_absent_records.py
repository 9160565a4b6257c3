"""A 404 that may be about the record or the path: the doctor finds out how the two differ, and clients rely on it."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of
from doctor_worlds import found

from whautomate_core.api.contacts import add_contact_tags, delete_contact, get_contact
from whautomate_core.api.staffs import get_staff_availability_block
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.missing import form_of
from whautomate_core.doctor import probe as of_probe
from whautomate_core.doctor.probe import learn
from whautomate_core.doctor.read import READS, ReadProbe
from whautomate_core.emulator import Emulator
from whautomate_core.errors import NoSuchPath, NotFound
from whautomate_core.people.forget import forget
from whautomate_core.state.profiles import Profile, ResourceProfile
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.values.progress import silent

ABSENT = {"message": "Not Found"}
EXPRESS = httpx.Response(404, text="<pre>Cannot GET</pre>")
NEST = httpx.Response(404, json={"message": "Cannot GET /v1/whautomate00", "error": "Not Found", "statusCode": 404})
GATEWAY = httpx.Response(403, json={"message": "Missing Authentication Token"})

Worlds = Callable[..., Any]


@pytest.fixture
def server(whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worlds]:
    """Makes a client of a server that says `absent` of records that don't exist, and `no_path` of paths."""
    clients: list[Client] = []

    def make(no_path: httpx.Response = GATEWAY, absent: Any = ABSENT, **more: Any) -> Client:
        def handle(request: httpx.Request) -> httpx.Response:
            request.read()
            answer = httpx.request(request.method, request.url, headers=request.headers, content=request.content)
            if answer.status_code == 404 and "Invalid" in answer.text:
                return httpx.Response(404, json=absent) if absent is not None else httpx.Response(404)
            if answer.status_code in (403, 404):
                return httpx.Response(no_path.status_code, content=no_path.content)
            return answer

        def opened(account: Any, **given: Any) -> Client:
            transport = httpx.MockTransport(handle)
            clients.append(Client(account, **{**given, "pool": NoLimit(), "transport": transport}))
            return clients[-1]

        monkeypatch.setattr(of_probe, "Client", opened)
        return opened(account_of(whautomate_emulator), sleep=lambda seconds: None, **more)

    yield make
    for one in clients:
        one.close()


def examine(client: Client, resource: str = "contacts") -> ReadProbe:
    probe = ReadProbe(client.account, resource, sleep=lambda seconds: None)
    probe.run()
    assert probe.stopped is None
    learn(client.account, probe.path, probe.learned)
    vars(client).pop("profile", None)  # a client reads it once
    return probe


def deleted(emulator: Emulator) -> str:
    (id,) = emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456700"}])
    httpx.delete(f"{emulator.url}/v1/contacts/{id}", headers={"x-api-key": emulator.key})
    return id


@pytest.mark.parametrize("absent", [ABSENT, {"message": "Not Found.", "statusCode": 404}, None])
@pytest.mark.parametrize("no_path", [GATEWAY, EXPRESS, NEST], ids=["gateway", "express", "nest"])
def test_where_a_wrong_path_is_answered_otherwise_an_absent_record_is_known_by_its_answer(
    no_path: httpx.Response, absent: Any, server: Worlds, whautomate_emulator: Emulator
) -> None:
    client, id = server(no_path, absent), deleted(whautomate_emulator)
    with pytest.raises(NoSuchPath, match="or the record was deleted: run whautomate doctor for its resource"):
        client.send(get_contact(id))
    probe = examine(client)
    assert probe.learned["absent"]
    assert found(probe, "wrong_id").differs is False
    for call in (get_contact(id), delete_contact(id)):
        with pytest.raises(NotFound, match=rf"/v1/contacts/{id}: not found \(404\)"):
            client.send(call)
    assert client.state.profiles.get(client.account.id).absent("/v1/clients/{}") is None


@pytest.mark.parametrize(
    "no_path", [httpx.Response(404, json=ABSENT), httpx.Response(500), httpx.Response(200, json={})]
)
def test_where_a_wrong_path_is_answered_alike_or_unclearly_nothing_is_taken_for_absent(
    no_path: httpx.Response, server: Worlds, whautomate_emulator: Emulator
) -> None:
    client, id = server(no_path), deleted(whautomate_emulator)
    probe = examine(client)
    assert not probe.learned.get("absent")
    assert found(probe, "wrong_id").differs is True
    assert ("as for a path that doesn't exist" in found(probe, "wrong_id").found) is (no_path.status_code == 404)
    with pytest.raises(NoSuchPath):
        client.send(get_contact(id))


def test_what_was_learned_is_unlearned_when_the_answers_become_alike(server: Worlds) -> None:
    client = server()
    examine(client)
    assert client.profile.absent("/v1/contacts/{}") == "message: not found"
    client = server(httpx.Response(404, json=ABSENT))
    examine(client)
    assert client.profile.absent("/v1/contacts/{}") is None


@pytest.mark.whautomate(page_cap=20)
def test_a_run_takes_no_more_requests_for_it(whautomate_emulator: Emulator, server: Worlds) -> None:
    whautomate_emulator.add_contacts({"name": "N", "phoneNumber": f"+49151234{n:05}"} for n in range(70))
    probe = examine(server())
    assert probe.requests == READS
    assert "no request left" in found(probe, "incoming_form").found


def knows_absence(client: Client) -> None:
    profile = Profile({"contacts": ResourceProfile(absent="message: not found")})
    client.state.profiles.put(client.account.id, profile)


def test_only_the_one_record_that_a_path_ends_in_is_taken_for_absent(
    server: Worlds, whautomate_emulator: Emulator
) -> None:
    client, id = server(), deleted(whautomate_emulator)
    knows_absence(client)
    with pytest.raises(NotFound):
        client.send(get_contact(id))
    client.state.profiles.put(
        client.account.id, Profile({"staffs/availabilityBlocks": ResourceProfile(absent="message: not found")})
    )
    vars(client).pop("profile")
    for call in (get_staff_availability_block("nobody", "none"), add_contact_tags(id, ["vip"])):
        with pytest.raises(NoSuchPath):
            client.send(call)


def test_the_client_for_coroutines_knows_it_too(whautomate_emulator: Emulator) -> None:
    async def send() -> None:
        transport: Any = httpx.MockTransport(lambda request: httpx.Response(404, json=ABSENT))
        async with AsyncClient(account_of(whautomate_emulator), pool=NoLimit(), transport=transport) as client:  # type: ignore[arg-type]
            with pytest.raises(NoSuchPath):
                await client.send(get_contact("c1"))
            client.state.profiles.put(
                client.account.id, Profile({"contacts": ResourceProfile(absent="message: not found")})
            )
            vars(client).pop("profile")
            with pytest.raises(NotFound):
                await client.send(get_contact("c1"))

    asyncio.run(send())


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("mode", ["upsert", "mirror"])
def test_a_sync_goes_on_after_a_person_was_deleted_once_the_doctor_has_looked(
    mode: Any, server: Worlds, whautomate_emulator: Emulator
) -> None:
    def sync(name: str) -> Any:
        rows = [{"who": f"{name} {n}", "mobile": f"+491512345670{n}"} for n in range(5)]
        mapping = {"name": "who", "phoneNumber": "mobile"}
        with server() as client:
            return sync_contacts(client, rows, mapping, sync_name="crm", mode=mode, progress=silent)

    sync("Ada")
    gone = whautomate_emulator.contacts()[3]["id"]
    httpx.delete(f"{whautomate_emulator.url}/v1/contacts/{gone}", headers={"x-api-key": whautomate_emulator.key})
    with pytest.raises(NoSuchPath, match="run whautomate doctor"):
        sync("Bea")
    with server() as client:
        examine(client)
    sync("Cyd")
    names = [one["name"] for one in whautomate_emulator.contacts()]
    assert sorted(names) == [f"Cyd {n}" for n in range(5)]


def test_a_person_to_forget_who_is_gone_is_forgotten(server: Worlds, whautomate_emulator: Emulator) -> None:
    client, id = server(), deleted(whautomate_emulator)
    people: Any = {"contact": [id], "client": []}
    with pytest.raises(NoSuchPath):
        forget(client, "4915123456700", people)
    examine(client)
    forget(client, "4915123456700", people)


@pytest.mark.parametrize(
    "content",
    [b'{"message":"Contact Not Found"}', b'{"message":"Not Found","path":"/v1/contacts/c1"}', b"Not Found", b"[]",
     b'{"detail":"Not Found"}', b'{"Ada":1,"message":"Not Found"}', b"<html>"],
)  # fmt: skip
def test_nothing_but_documented_words_and_names_of_errors_is_kept(content: bytes) -> None:
    assert form_of(404, content) is None
    assert form_of(404, b'{"message":"not found."}') == "message: not found"
    assert form_of(400, b'{"message":"not found."}') is None
    assert re.fullmatch(r"[A-Za-z, ]+: not found", form_of(404, b'{"statusCode":404,"error":"Not Found"}') or "")
