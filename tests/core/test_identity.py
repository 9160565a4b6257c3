"""What identifies calls: frozen, one for each endpoint that must happen once, and never a place or a payload."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import NoLimit, account_of
from contract_examples import operations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from state_workers import PATIENCE, create_beside, processes

from whautomate_core.api import classes, clients, contacts, messages
from whautomate_core.api.call import Repeat
from whautomate_core.api.registry import ENDPOINTS
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step, about_of, naming, resolved
from whautomate_core.client.keys_before import AirflowKeys
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.errors import InvalidRequest, OutcomeUnknown
from whautomate_core.messaging.keys import WHAT, keys_of, once_of

WHEN = "at 2026-06-01T00:00:00+00:00"
LOCATION = {"id": "loc000000001"}
HELLO = {"location": LOCATION, "template": {"name": "hello", "language": "en"}}


@pytest.fixture
def client(whautomate_emulator: Emulator, pool: NoLimit, state_url: str, account: str) -> Iterator[Client]:
    """A client whose claims are in either store."""
    with Client(account_of(whautomate_emulator, state=state_url, account=account), pool=pool) as client:
        yield client


def person(number: int, **fields: Any) -> Any:
    return {"name": "Ada", "phoneNumber": f"+4930{number:07}", "location": LOCATION, **fields}


def step(run: str = "dag", *, is_mapped: bool = True) -> Step:
    return Step(f"airflow {run} task {WHEN}", AirflowKeys(run, "task", WHEN, is_mapped=is_mapped))


def once(client: Client, call: Any, key: Any = None) -> tuple[str, bool]:
    return send_once(client, key or step(), call, lambda record: record["id"])


def template(**way: Any) -> Any:
    return messages.send_whatsapp_template({**way, **HELLO})


# --- the registry


def test_each_call_that_must_happen_once_has_an_identity_and_its_id_is_the_contracts() -> None:
    once = {}
    for operation in operations():
        made = ENDPOINTS[operation.id].function(**operation.arguments())
        if made.repeat is Repeat.ONCE:
            once[f"{made.method} {made.path}"] = operation.id
            assert about_of(made), operation.id
    assert {one.request: one.id for one in ENDPOINTS.values() if one.once} == once


FROZEN = """
addClassParticipant bookAppointment cancelAppointment createBroadcast createClass createClient createClientTag
createContact createContactTag createSegment createService createServiceCategory createStaffAvailabilityBlock
createWebhook removeClassParticipant rescheduleAppointment sendInstagramMedia sendInstagramTemplate sendInstagramText
sendMessengerMedia sendMessengerTemplate sendMessengerText sendTelegramMedia sendTelegramTemplate sendTelegramText
sendWhatsappMedia sendWhatsappTemplate sendWhatsappText
"""


def test_the_form_of_keys_is_frozen(client: Client) -> None:
    """Whoever changes this sends again what was sent: give keys a new version, and look for the old ones."""
    assert sorted(one.id for one in ENDPOINTS.values() if one.once) == FROZEN.split()
    digest = client.state.secret.digest
    client_: Any = {"fullName": "Ada", "primaryLocation": LOCATION}
    for call, about in [
        (contacts.create_contact(person(1)), [["number", "49300000001"]]),
        (clients.create_client({**client_, "countryCode": "+49", "phone": "30 12345"}), [["number", "493012345"]]),
        (clients.create_client({**client_, "email": " Ada@X.org"}), [["email", "ada@x.org"]]),
        (template(contact={"id": "c1"}), [["contact", "c1"]]),
        (template(recepient={"phoneNumber": "+5491123456789"}), [["number", "5491123456789"]]),
        (template(recepient={"phoneNumber": "+541123456789"}), [["number", "5491123456789"]]),
    ]:
        assert about_of(call) == about
        assert step().key(client.state, "x", about) == f"v2 airflow dag task {WHEN} x {digest(about)}"


@pytest.mark.parametrize(
    ("one", "other"),
    [({"client": {"id": "c1"}}, {"clientId": "c1"}), ({"clientId": "c1"}, {"client": {"id": "c1"}})],
)
def test_what_is_named_in_either_of_two_fields_is_the_same(client: Client, one: Any, other: Any) -> None:
    first, second = (classes.add_class_participant("k1", body, allow_protected=True) for body in (one, other))
    key, what = step().key(client.state, "x", about_of(first)), "POST /x"
    assert key == step().key(client.state, "x", about_of(second))
    assert client.state.claims.claim(client.account.id, key, one, what, naming=naming(first)).mine
    assert client.state.claims.look(client.account.id, key, other, what, naming=naming(second)) is not None


# --- one person


@pytest.fixture
def ada(whautomate_emulator: Emulator) -> dict[str, Any]:
    [contact] = whautomate_emulator.add_contacts([person(1)])
    [client] = whautomate_emulator.add_clients([{"fullName": "Ada", "countryCode": "+49", "phone": "300000001"}])
    whautomate_emulator.advance(60)  # until a search finds her
    number = {"phoneNumber": "+49 30 0000001"}
    return {"contact": {"id": contact}, "client": {"id": client}, "recepient": number}


@pytest.mark.parametrize("first", ["contact", "client", "recepient"])
@pytest.mark.parametrize("second", ["contact", "client", "recepient"])
def test_whoever_names_a_person_otherwise_names_the_same(
    client: Client, whautomate_emulator: Emulator, ada: Any, first: str, second: str
) -> None:
    made, sent = once(client, template(**{first: ada[first]}))
    assert sent
    assert once(client, template(**{second: ada[second]})) == (made, False)
    assert len(whautomate_emulator.messages()) == 1
    before = len(whautomate_emulator.requests())
    assert once(client, template(**{first: ada[first]})) == (made, False)
    assert len(whautomate_emulator.requests()) == before, "what was claimed by the same name is found without reading"
    other: Any = {**HELLO, "template": {"name": "bye", "language": "en"}, second: ada[second]}
    with pytest.raises(InvalidRequest, match=r"differs in template.*key=") as raised:
        once(client, messages.send_whatsapp_template(other))
    assert "4930" not in str(raised.value)
    assert once(client, template(**{second: ada[second]}), step("another dag"))[1], "another run is another call"


def test_to_resolve_a_person_costs_no_request_that_the_policy_does_not_make(
    client: Client, whautomate_emulator: Emulator, ada: Any
) -> None:
    def requests(call: Any, key: Any) -> int:
        before = len(whautomate_emulator.requests())
        with Client(client.account, pool=client.pool) as another:  # which has read nobody yet
            assert once(another, call, key)[1]
        return len(whautomate_emulator.requests()) - before

    alone = requests(template(contact=ada["contact"]), "a key of the caller's")
    assert requests(template(contact=ada["contact"]), step("a")) == alone
    means_it = messages.send_whatsapp_template({**HELLO, "contact": ada["contact"]}, allow_protected=True)
    assert requests(means_it, "another key") == 1
    assert requests(means_it, step("b")) == 2, "nothing was read, so the number is"


def test_a_record_without_a_number_is_its_id() -> None:
    call = messages.send_messenger_text({"contact": {"id": "c1"}, "textMessage": "hello"})

    def read(call: Any) -> Any:
        return {"id": call.ids[0]}

    assert resolved(call, [], read) == resolved(call, [{"id": "c1", "name": "Ada"}], read) == [["contact", "c1"]]


def test_claims_show_nothing_of_a_person(client: Client, whautomate_emulator: Emulator, ada: Any) -> None:
    once(client, template(**{"recepient": ada["recepient"]}))
    once(client, contacts.create_contact(person(2)))
    shown = str(client.state.claims.under(client.account.id, ""))
    assert "sendWhatsappTemplate" in shown
    assert not [said for said in ("0000001", "0000002", "Ada", "hello") if said in shown]


# --- lists that shift


def test_a_mapped_task_over_a_list_that_shifts(client: Client, whautomate_emulator: Emulator) -> None:
    first = [once(client, contacts.create_contact(person(n))) for n in (1, 2)]
    again = [once(client, contacts.create_contact(person(n))) for n in (26, 1, 2)]
    assert again[1:] == [(id, False) for id, _ in first]
    assert again[0][1]
    assert len(whautomate_emulator.contacts()) == 3


WAYS = ["contact", "client", "recepient", "spelt"]
LISTS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(WAYS)), max_size=5)


@pytest.mark.whautomate(limits=((1_000_000, 60.0),))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(LISTS, min_size=1, max_size=4), data=st.data())
def test_however_lists_shift_and_people_are_named_everybody_is_reached_once(
    client: Client, whautomate_emulator: Emulator, attempts: Any, data: Any
) -> None:
    numbers = [f"+49300000{n:03}" for n in range(4)]
    if not whautomate_emulator.contacts():
        whautomate_emulator.add_contacts([person(n) for n in range(4)])
        split = [{"fullName": f"N{n}", "countryCode": "+49", "phone": number[3:]} for n, number in enumerate(numbers)]
        whautomate_emulator.add_clients(split)
        whautomate_emulator.advance(60)
    contacts_of = {one["phoneNumber"]: one["id"] for one in whautomate_emulator.contacts()}
    clients_of = {f"{one['countryCode']}{one['phone']}": one["id"] for one in whautomate_emulator.clients()}

    def named(n: int, way: str) -> Any:
        if way in ("contact", "client"):
            ids = contacts_of if way == "contact" else clients_of
            return template(**{way: {"id": next(id for number, id in ids.items() if number[-3:] == numbers[n][-3:])}})
        number = numbers[n] if way == "recepient" else f"{numbers[n][:3]} {numbers[n][3:6]}-{numbers[n][6:]}"
        return template(recepient={"phoneNumber": number})

    key, before = step(f"dag{next(_runs)}"), len(whautomate_emulator.messages())
    done = [attempt[: data.draw(st.integers(0, len(attempt)))] for attempt in attempts]  # each may die in the middle
    for n, way in itertools.chain(*done, attempts[-1]):
        once(client, named(n, way), key)
    people = {n for n, _ in itertools.chain(*done, attempts[-1])}
    assert len(whautomate_emulator.messages()) - before == len(people)


_runs = itertools.count()


def test_an_attempt_beside_waits_for_the_one_that_sends(client: Client, whautomate_emulator: Emulator) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: once(client, contacts.create_contact(person(1))), range(8)))
    assert sorted(sent for _, sent in made) == [False] * 7 + [True]
    assert len({id for id, _ in made}) == 1
    assert len(whautomate_emulator.requests("createContact")) == 1


def test_mapped_tasks_about_the_same_in_processes_of_their_own_all_succeed(
    client: Client, whautomate_emulator: Emulator, state_url: str, account: str
) -> None:
    limits = {"requests_per_minute": 10_000, "requests_per_day": 100_000}
    given = {"state": state_url, "account": account, **limits}
    ready, outcomes = processes.Barrier(4), processes.Queue()
    beside = [
        processes.Process(
            target=create_beside, args=(account_of(whautomate_emulator, **given), step(), person(1), ready, outcomes)
        )
        for _ in range(4)
    ]
    for one in beside:
        one.start()
    made = [outcomes.get(timeout=PATIENCE) for _ in beside]
    for one in beside:
        one.join()
    assert sorted(sent for _, sent in made) == [False] * 3 + [True], made
    assert len({id for id, _ in made}) == 1
    assert len(whautomate_emulator.requests("createContact")) == 1


# --- keys of before


def old_key(index: int, dag: str = "dag") -> str:
    return f'["{dag}", "task", {index}, "{WHEN}"]'


def claim_as_before(client: Client, index: int, body: Any, what: str, result: Any) -> None:
    claims, account = client.state.claims, client.account.id
    assert claims.claim(account, old_key(index), body, what).mine
    if result is not None:
        claims.settle(account, old_key(index), result)


def test_what_mapped_tasks_claimed_by_their_index_is_found_wherever_it_stands(
    client: Client, whautomate_emulator: Emulator
) -> None:
    for index, n in enumerate((1, 2)):
        claim_as_before(client, index, person(n), "POST /v1/contacts", f"id {n}")
    made = [once(client, contacts.create_contact(person(n))) for n in (26, 1, 2)]
    assert made[1:] == [("id 1", False), ("id 2", False)]
    assert len(whautomate_emulator.requests("createContact")) == 1
    with pytest.raises(InvalidRequest, match=r"differs in stage.*another key"):
        once(client, contacts.create_contact(person(1, stage="New")))


def test_what_a_single_task_claimed_is_what_it_did(client: Client, whautomate_emulator: Emulator) -> None:
    claim_as_before(client, -1, person(1), "POST /v1/contacts", "id 1")
    alone = step(is_mapped=False)
    assert once(client, contacts.create_contact(person(1)), alone) == ("id 1", False)
    with pytest.raises(InvalidRequest, match="differs in phoneNumber"):
        once(client, contacts.create_contact(person(2)), alone)
    assert once(client, contacts.create_contact(person(2)))[1], "a mapped task of before had other keys"
    assert len(whautomate_emulator.requests("createContact")) == 1


def test_what_was_begun_under_a_key_of_before_stays_unknown(client: Client, whautomate_emulator: Emulator) -> None:
    claim_as_before(client, 3, person(1), "POST /v1/contacts", None)
    with pytest.raises(OutcomeUnknown, match="may have happened"):
        once(client, contacts.create_contact(person(1)))
    assert client.state.claims.release(client.account.id, old_key(3))
    assert once(client, contacts.create_contact(person(1)))[1]


def test_runs_and_tasks_with_like_names_are_others(client: Client) -> None:
    claims, account = client.state.claims, client.account.id
    for key in (
        f'["dag", "task2", 0, "{WHEN}"]',
        '["dag", "task", 0, "at 2026-06-02T00:00:00+00:00"]',
        f'["dag2", "task", 0, "{WHEN}"]',
        f'["DAG", "task", 0, "{WHEN}"]',
    ):
        claims.claim(account, key, person(1), "POST /v1/contacts")
    assert once(client, contacts.create_contact(person(1)))[1]


def test_a_broadcast_is_its_name_wherever_its_task_stood(client: Client) -> None:
    claims, account, mapped = client.state.claims, client.account.id, step()
    assert claims.claim(account, old_key(1), {"name": "spring 1234"}, WHAT, {"of": "spring"}).mine
    assert claims.claim(account, old_key(1) + " anew", {"name": "spring 5678"}, WHAT, {"of": "spring"}).mine
    spring, autumn = (mapped.key_of(client.state, account, once_of(name)) for name in ("spring", "autumn"))
    assert spring == old_key(1)
    assert autumn == f"v2 airflow dag task {WHEN} broadcast {client.state.secret.digest('autumn')}"
    assert claims.claim(account, autumn, {"name": "autumn 1234"}, WHAT).mine
    assert keys_of(client, step()) == [autumn, spring]
    assert keys_of(client, step("another dag")) == []
    alone = step("single", is_mapped=False)
    assert claims.claim(account, old_key(-1, "single"), {"name": "spring 1234"}, WHAT, {"of": "spring"}).mine
    assert alone.key_of(client.state, account, once_of("renamed")) == old_key(-1, "single"), "it made one broadcast"
