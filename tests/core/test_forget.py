"""`whautomate people forget`: nothing of a person stays but a keyed hash, and nobody makes or messages them again."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from conftest import NoLimit, account_of
from killing import Killed, run
from sqlalchemy import inspect, text
from typer.testing import CliRunner

from whautomate_core.api import clients, contacts, messages
from whautomate_core.cli.main import app
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.identity import Step
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.errors import OutcomeUnknown, PolicyRefused
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.people import forget as forgetting
from whautomate_core.people.forget import forget, number_of_person, records_of
from whautomate_core.state import open_state
from whautomate_core.sync.clients import sync_clients
from whautomate_core.sync.contacts import sync_contacts, tag_contacts
from whautomate_core.values.progress import silent

pytestmark = pytest.mark.whautomate(search_delay=0)
ADA, BOB = {"who": "Ada Lovelace", "mobile": "+4915123456700"}, {"who": "Bob Ash", "mobile": "+4915123456701"}
FIELDS = {"name": "who", "phoneNumber": "mobile"}
TEMPLATE: Any = {"name": "hello", "language": "en"}


@pytest.fixture
def client(whautomate_emulator: Emulator, empty_url: str) -> Any:
    account = account_of(whautomate_emulator, state=empty_url, account=f"a{token_hex(8)}")
    with Client(account, pool=NoLimit(), sleep=lambda seconds: None) as client:
        yield client


def life_of(client: Client, location: str, time: str = "first") -> None:
    """All that a person leaves behind: syncs of both kinds, messages, keys of their own that name them."""
    sync_contacts(client, [ADA, BOB], FIELDS, sync_name="crm", progress=silent)
    sync_clients(client, [ADA, BOB], {"fullName": "who", "phone": "mobile"}, sync_name="crm", progress=silent)
    send_template_to_contacts(
        client, [{"phoneNumber": ADA["mobile"]}, {"phoneNumber": BOB["mobile"]}], TEMPLATE, key=f"{time} spring"
    )
    body: Any = {"recepient": {"phoneNumber": ADA["mobile"]}, "template": TEMPLATE, "location": {"id": location}}
    send_once(
        client, f"{time} welcome +49 1512 3456700", messages.send_whatsapp_template(body), lambda sent: {"id": "m"}
    )


def whole(client: Client) -> str:
    """Everything that the state database holds, with the bytes of a file."""
    database = client.state._database
    found = []
    with database._engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            found += [str(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
    said = "\n".join(found)
    if database.is_sqlite:
        path = Path(str(database._url.database))
        for file in path.parent.glob(f"{path.name}*"):
            said += file.read_bytes().decode("latin-1")
    return said


def names_of_ada() -> list[str]:
    forms = ["4915123456700", "+4915123456700", "15123456700", "015123456700", "+49 1512 3456700"]
    hashes = ("md5", "sha1", "sha256", "sha512", "blake2b", "blake2s")
    unkeyed = [hashlib.new(name, form.encode()).hexdigest()[:16] for name in hashes for form in forms]
    short = [hashlib.blake2b(form.encode(), digest_size=16).hexdigest() for form in forms]
    return ["Lovelace", *forms, *unkeyed, *short]


def test_nothing_of_them_is_left_and_nobody_makes_or_messages_them(
    client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    life_of(client, whautomate_emulator.location_id)
    number = number_of_person("0151 23456700", "DE")
    found = records_of(client, number)
    assert [len(found[kind]) for kind in ("contact", "client")] == [1, 1]
    ids = [*found["contact"], *found["client"]]
    assert "+49 1512 3456700" in whole(client)
    done = forget(client, number, found)
    assert (done["contacts"], done["clients"]) == (1, 1)
    said = whole(client)
    assert [one for one in (*names_of_ada(), *ids) if one in said] == []
    assert [one["name"] for one in whautomate_emulator.contacts()] == ["Bob Ash"]

    sent = len(whautomate_emulator.messages())
    made = len(whautomate_emulator.requests("createContact")) + len(whautomate_emulator.requests("createClient"))
    report = sync_contacts(client, [ADA, BOB], FIELDS, sync_name="crm", progress=silent)
    assert (report["created"], report["withheld"], report["unchanged"]) == (0, 1, 1)
    of_clients = {"fullName": "who", "phone": "mobile"}
    assert sync_clients(client, [ADA], of_clients, sync_name="another", progress=silent)["withheld"] == 1
    rejects = tmp_path / "rejects.jsonl"
    job = send_template_to_contacts(
        client, [{"phoneNumber": ADA["mobile"]}], TEMPLATE, key="summer", rejects_path=str(rejects)
    )
    assert (job["sent"], job["protected"]) == (0, 1)
    assert "asked to be forgotten" in json.loads(rejects.read_text())["reason"]
    where: Any = {"location": {"id": whautomate_emulator.location_id}}
    person: Any = {"name": "Ada", "phoneNumber": "+49 1512 3456700", **where}
    other: Any = {"fullName": "Ada", "countryCode": "+49", "phone": "15123456700"}
    body: Any = {"recepient": {"phoneNumber": "+4915123456700"}, "template": TEMPLATE, **where}
    for call in (
        contacts.create_contact(person),
        contacts.create_contact(person, allow_protected=True),
        clients.create_client({**other, "primaryLocation": where["location"]}),
        messages.send_whatsapp_template(body),
        messages.send_whatsapp_template(body, allow_protected=True),
    ):
        with pytest.raises(PolicyRefused, match="asked to be forgotten"):
            client.send(call)
    assert len(whautomate_emulator.messages()) == sent
    again = len(whautomate_emulator.requests("createContact")) + len(whautomate_emulator.requests("createClient"))
    assert again == made
    said = whole(client)
    assert [one for one in (*names_of_ada(), *ids) if one in said] == []


@pytest.mark.whautomate(search_delay=1e6)
def test_a_client_whom_no_search_shows_yet_is_forgotten_too(client: Client, whautomate_emulator: Emulator) -> None:
    mapping = {"fullName": "who", "phone": "mobile"}
    # PostgreSQL has the rows of other tests as well, whose emulators give the same ids.
    before = set(whole(client).splitlines())
    sync_clients(client, [ADA], mapping, match=["phone", "fullName"], sync_name="crm", progress=silent)
    (made,) = whautomate_emulator.clients()

    def known() -> bool:
        return any(made["id"] in line for line in {*whole(client).splitlines()} - before)

    assert known()
    number = number_of_person(ADA["mobile"])
    assert records_of(client, number)["client"] == [made["id"]]
    assert forget(client, number, records_of(client, number))["clients"] == 1
    assert not known()


def test_a_sync_says_why_in_its_rejects(client: Client, tmp_path: Path) -> None:
    client.state.forgotten(client.account.id).add("4915123456700")
    path = tmp_path / "rejects.jsonl"
    report = sync_contacts(client, [ADA, BOB], FIELDS, rejects_path=str(path), progress=silent)
    assert (report["created"], report["withheld"]) == (1, 1)
    (reject,) = [json.loads(line) for line in path.read_text().splitlines()]
    assert (reject["row"], reject["outcome"]) == (1, "withheld")
    assert "asked to be forgotten" in reject["reason"]
    tagged = tag_contacts(client, [ADA, BOB], "vip", {"phoneNumber": "mobile"}, progress=silent)
    assert (tagged["rows"], tagged["tagged"], tagged["protected"]) == (2, 1, 1)


def test_somebody_of_the_same_number_who_was_made_by_others_is_left_alone(
    client: Client, whautomate_emulator: Emulator
) -> None:
    client.state.forgotten(client.account.id).add("4915123456700")
    (id,) = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456700"}])
    body: Any = {
        "contact": {"id": id}, "template": TEMPLATE, "location": {"id": whautomate_emulator.location_id},
    }  # fmt: skip
    for call in (messages.send_whatsapp_template(body), contacts.add_contact_tags(id, ["vip"])):
        with pytest.raises(PolicyRefused, match="asked to be forgotten"):
            client.send(call)
    assert whautomate_emulator.messages() == []


def test_their_opt_out_is_noted_where_they_are_there_again(client: Client, whautomate_emulator: Emulator) -> None:
    client.state.forgotten(client.account.id).add("4915123456700")
    (id,) = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456700", "tags": ["vip"]}])
    of_clients = {"fullName": "Ada", "countryCode": "+49", "phone": "15123456700"}
    (other,) = whautomate_emulator.add_clients([of_clients])
    report = sync_contacts(client, [ADA, BOB], FIELDS, tags=["news"], suppress=[ADA], progress=silent)
    assert (report["suppressed"], report["withheld"], report["created"]) == (1, 1, 1)
    client.send(clients.add_client_tags(other, ["Unsubscribe"]))
    held = {one["name"]: one["tags"] for one in whautomate_emulator.contacts()}
    assert held == {"Ada": ["vip", "Unsubscribe"], "Bob Ash": ["news"]}
    assert whautomate_emulator.clients()[0]["tags"] == ["Unsubscribe"]
    with pytest.raises(PolicyRefused, match="asked to be forgotten"):
        client.send(contacts.add_contact_tags(id, ["Unsubscribe", "news"], allow_protected=True))


def test_a_sync_by_address_tags_nobody_whose_number_is_forgotten(client: Client, whautomate_emulator: Emulator) -> None:
    client.state.forgotten(client.account.id).add("4915123456700")
    rows = [{"who": f"P{n}", "mail": f"p{n}@example.com"} for n in range(9)]  # so many that all contacts are read first
    ada, *_ = whautomate_emulator.add_clients(
        {"fullName": row["who"], "countryCode": "+49", "phone": f"1512345670{n}", "email": row["mail"]}
        for n, row in enumerate(rows)
    )
    mapping = {"fullName": "who", "email": "mail"}
    report = sync_clients(client, rows, mapping, match="email", tags=["vip"], progress=silent)
    assert (report["tagged"], report["protected"]) == (8, 1)
    assert [one["id"] for one in whautomate_emulator.clients() if not one["tags"]] == [ada]


def test_the_async_client_asks_too(whautomate_emulator: Emulator) -> None:
    account = account_of(whautomate_emulator)
    body: Any = {
        "recepient": {"phoneNumber": "+4915123456700"}, "template": TEMPLATE,
        "location": {"id": whautomate_emulator.location_id},
    }  # fmt: skip

    async def send() -> None:
        async with AsyncClient(account, pool=NoLimit()) as client:
            client.state.forgotten(account.id).add("4915123456700")
            await client.send(messages.send_whatsapp_template(body))

    with pytest.raises(PolicyRefused, match="asked to be forgotten"):
        asyncio.run(send())


def test_every_spelling_of_a_number_is_the_persons(client: Client) -> None:
    forgotten = client.state.forgotten(client.account.id)
    assert forgotten.add("5491123456789")
    assert not forgotten.add("541123456789")
    for spelling in ("541123456789", "5491123456789"):
        assert forgotten.among([spelling, "4915123456701"]) == {spelling}
    assert forgotten.remove("541123456789")
    assert forgotten.among(["5491123456789"]) == set()


def test_of_others_nothing_goes(client: Client, whautomate_emulator: Emulator) -> None:
    life_of(client, whautomate_emulator.location_id)
    before = {claim.key for claim in client.state.claims.under(client.account.id, "")}
    forget(client, "4915123456700", records_of(client, "4915123456700"))
    after = {claim.key for claim in client.state.claims.under(client.account.id, "")}
    assert len(before - after) == 2
    job = send_template_to_contacts(client, [{"phoneNumber": BOB["mobile"]}], TEMPLATE, key="first spring")
    assert job["unchanged"] == 1
    assert sync_clients(
        client, [BOB], {"fullName": "who", "phone": "mobile"}, sync_name="crm", progress=silent
    )["unchanged"] == 1  # fmt: skip


@pytest.mark.whautomate(search_delay=0, limits=())
def test_killed_anywhere_it_is_finished_by_doing_it_again(
    client: Client, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from whautomate_core.state import forgotten

    monkeypatch.setattr("killing.WATCHED", (forgetting.__file__, forgotten.__file__))
    number, at, done = "4915123456700", 1, False
    while not done:
        life_of(client, whautomate_emulator.location_id, f"{at}th")

        def work() -> Any:
            return forget(client, number, records_of(client, number))

        ended, _ = run(work, at)
        done = not isinstance(ended, Killed)
        work()
        said = whole(client)
        assert [one for one in names_of_ada() if one in said] == [], at
        assert [one["name"] for one in whautomate_emulator.contacts()] == ["Bob Ash"]
        client.state.forgotten(client.account.id).remove(number)
        at += 60 + at // 3  # each life leaves more to read
    assert at > 100


def test_whoever_a_sync_creates_after_the_search_is_deleted_too(client: Client, whautomate_emulator: Emulator) -> None:
    number = number_of_person(ADA["mobile"])
    found = records_of(client, number)
    sync_contacts(client, [ADA], FIELDS, sync_name="crm", progress=silent)
    done = forget(client, number, found)
    assert (done["contacts"], done["left"]) == (1, 0)
    assert whautomate_emulator.contacts() == []


@pytest.mark.parametrize("kind", ["contacts", "clients"])
def test_a_create_that_is_on_its_way_is_waited_for(
    client: Client, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    whautomate_emulator.fault("late_commit", operation=f"create{kind.title()[:-1]}", seconds=30)
    mapping = {"fullName": "who", "phone": "mobile"}
    with ThreadPoolExecutor() as pool:
        if kind == "contacts":
            sync = pool.submit(sync_contacts, client, [ADA], FIELDS, sync_name="crm", progress=silent)
        else:
            sync = pool.submit(sync_clients, client, [ADA], mapping, sync_name="crm", progress=silent)
        while not whautomate_emulator.held():
            assert not sync.done()
            time.sleep(0.01)

        def let_it_end(seconds: float) -> None:
            whautomate_emulator.release()
            sync.result()

        number = number_of_person(ADA["mobile"])
        with Client(client.account, pool=NoLimit()) as other:
            monkeypatch.setattr(other.used, "sleep", let_it_end)
            done = forget(other, number, {"contact": [], "client": []})
    assert (done[kind], done["left"]) == (1, 0)
    assert [*whautomate_emulator.contacts(), *whautomate_emulator.clients()] == []
    assert [one for one in names_of_ada() if one in whole(client)] == []


def test_a_create_looks_again_whether_the_person_is_forgotten_after_it_was_noted(
    client: Client, whautomate_emulator: Emulator
) -> None:
    call = contacts.create_contact(
        {"name": "Ada", "phoneNumber": ADA["mobile"], "location": {"id": whautomate_emulator.location_id}}
    )
    with pytest.raises(PolicyRefused, match="asked to be forgotten"):
        client.send(call, before=lambda: client.state.forgotten(client.account.id).add("4915123456700"))  # type: ignore[arg-type,return-value]
    assert whautomate_emulator.contacts() == []


@pytest.mark.parametrize("known", [True, False], ids=["sent", "unknown"])
@pytest.mark.parametrize("key", [Step("airflow dag task run first"), "welcome +49 1512 3456700"], ids=["step", "key"])
def test_a_run_that_is_cleared_after_readmit_does_not_message_them_again(
    client: Client, whautomate_emulator: Emulator, key: Any, known: bool
) -> None:
    (id,) = whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": ADA["mobile"]}])

    def message(**whom: Any) -> Any:
        where = {"location": {"id": whautomate_emulator.location_id}}
        call = messages.send_whatsapp_template({"template": TEMPLATE, **where, **whom})  # type: ignore[typeddict-item]
        return send_once(client, key, call, lambda sent: {"id": "m"})

    if known:
        message(contact={"id": id})
    else:
        whautomate_emulator.fault("500_after", operation="sendWhatsappTemplate")
        with pytest.raises(OutcomeUnknown):
            message(contact={"id": id})
    number = number_of_person(ADA["mobile"])
    forget(client, number, records_of(client, number))
    client.state.forgotten(client.account.id).remove(number)
    with pytest.raises(OutcomeUnknown, match="people forget"):
        message(recepient={"phoneNumber": ADA["mobile"]})
    assert len(whautomate_emulator.messages()) == 1
    if isinstance(key, Step):  # nobody else of that step is concerned
        assert message(recepient={"phoneNumber": BOB["mobile"]})[1]


@pytest.mark.parametrize("is_known_to_ledger_alone", [False, True])
def test_whoever_had_opted_out_is_so_after_readmit(
    client: Client, whautomate_emulator: Emulator, is_known_to_ledger_alone: bool
) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": ADA["mobile"], "tags": ["Unsubscribe"]}])
    number, forgotten = number_of_person(ADA["mobile"]), client.state.forgotten(client.account.id)
    if is_known_to_ledger_alone:
        sync_contacts(client, [ADA], FIELDS, sync_name="crm", tags=["vip"], progress=silent)
        forgetting.forget_in_state(client.state, client.account.id, number)
    forget(client, number, records_of(client, number))
    forgotten.remove(number)
    report = sync_contacts(client, [ADA, BOB], FIELDS, sync_name="crm", tags=["vip"], progress=silent)
    assert (report["created"], report["withheld"]) == (1, 1)
    where: Any = {"location": {"id": whautomate_emulator.location_id}}
    body: Any = {"recepient": {"phoneNumber": ADA["mobile"]}, "template": TEMPLATE, **where}
    with pytest.raises(PolicyRefused, match="had opted out"):
        client.send(messages.send_whatsapp_template(body))
    assert [one for one in names_of_ada() if one in whole(client)] == []
    forgotten.remove(number, opted_out=True)
    assert sync_contacts(client, [ADA], FIELDS, sync_name="crm", tags=["vip"], progress=silent)["created"] == 1


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_old_bytes_that_somebody_reads_are_spoken_of_and_overwritten_the_next_time(
    client: Client, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whautomate_core.state.database.READERS", 0.05)
    life_of(client, whautomate_emulator.location_id)
    number = number_of_person(ADA["mobile"])
    reader = sqlite3.connect(str(client.state._database._url.database), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM whautomate_claim").fetchall()
    assert not forget(client, number, records_of(client, number))["overwritten"]
    assert "+49 1512 3456700" in whole(client)
    reader.execute("COMMIT")
    reader.close()
    assert forget(client, number, records_of(client, number))["overwritten"]
    assert [one for one in names_of_ada() if one in whole(client)] == []


def test_a_client_who_comes_again_by_the_e_mail_address_alone_is_not_made(
    client: Client, whautomate_emulator: Emulator
) -> None:
    ada = {**ADA, "mail": "Ada@Example.org"}
    mapping = {"fullName": "who", "phone": "mobile", "email": "mail"}
    sync_clients(client, [ada], mapping, match="email", sync_name="crm", progress=silent)
    number = number_of_person(ADA["mobile"])
    forget(client, number, records_of(client, number))
    without: dict[str, Any] = {"fullName": "who", "email": "mail"}
    for rows in ([ada], [{**ada, "mail": "ada@example.org"}]):
        report = sync_clients(client, rows, without, match="email", sync_name="other", progress=silent)
        assert (report["created"], report["withheld"]) == (0, 1)
    where: Any = {"primaryLocation": {"id": whautomate_emulator.location_id}}
    with pytest.raises(PolicyRefused, match="asked to be forgotten"):
        client.send(clients.create_client({"fullName": "Ada", "email": "ada@example.org", **where}))
    assert "example.org" not in whole(client).lower()
    bob = {**BOB, "mail": "ada@example.org"}  # a family's address
    assert sync_clients(client, [bob], mapping, match="phone", sync_name="third", progress=silent)["created"] == 1
    client.state.forgotten(client.account.id).remove("ada@example.org")
    fresh = [{**ada, "mail": "ada@example.org"}]
    assert sync_clients(client, fresh, without, match="email", sync_name="other", progress=silent)["withheld"] == 0


# --- the command


@pytest.fixture
def cli(whautomate_emulator: Emulator, whautomate_home: Path) -> Any:
    environment = {"WHAUTOMATE_HOST": whautomate_emulator.url, "WHAUTOMATE_KEY": whautomate_emulator.key}
    environment |= {"WHAUTOMATE_PLAN": "subscribed", "WHAUTOMATE_LOCATION_ID": whautomate_emulator.location_id}
    return lambda *arguments: CliRunner().invoke(app, ["people", *arguments], env=environment)


def test_the_command_forgets_and_readmits(cli: Any, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456700", "tags": ["Unsubscribe"]}])
    refused = cli("forget", "0151 23456700", "--region", "DE")
    assert (refused.exit_code, len(whautomate_emulator.contacts())) == (1, 1)
    assert "1 contact and 0 clients with this number" in refused.output
    assert "There is no terminal to ask on: add --yes to continue." in refused.output
    name = account_of(whautomate_emulator).id
    assert f"in account {name}?" in refused.output
    said = cli("forget", "0151 23456700", "--region", "DE", "--yes")
    assert said.output.splitlines()[-1].startswith(
        f"forgotten in account {name}: 1 contact and 0 clients deleted at Whautomate"
    )
    assert whautomate_emulator.contacts() == []
    readmitted = cli("readmit", "+4915123456700").output.splitlines()
    assert readmitted[0] == f"readmitted to account {name}"
    assert readmitted[1].startswith("They had opted out, and stay opted out")
    assert cli("readmit", "+4915123456700", "--opted-in").output == f"readmitted to account {name}\n"
    assert cli("readmit", "+4915123456700").output == f"account {name} had not forgotten this number\n"
    assert "nothing was deleted at Whautomate" in cli("forget", "+4915123456700", "--state-only").output
    wrong = cli("forget", "12", "--yes")
    assert wrong.exit_code == 1
    assert "write them, or give its country (--region)" in wrong.output
    assert "default_region" not in wrong.output
    named = cli("forget", "0151 23456700", "--region", "Germany", "--yes")
    assert "--region must be a two-letter country code (ISO 3166) such as DE, not 'Germany'" in named.output


def test_the_command_names_the_other_accounts_of_the_state(cli: Any, whautomate_emulator: Emulator) -> None:
    open_state()
    assert "warning" not in cli("forget", "+4915123456700", "--yes").output
    with Client(account_of(whautomate_emulator, account="shop", state=None)) as shop:
        shop.send(contacts.list_contacts())
    said = cli("forget", "+4915123456700", "--yes").output
    assert "The state database also has shop:" in said
    assert "--set account=NAME" in said


def test_the_command_fails_where_somebody_is_still_there(
    cli: Any, whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody makes them by hand whenever they are deleted."""

    def add() -> None:
        whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456700"}])

    add()
    send = Client.send

    def send_and_add(self: Client, call: Any, **more: Any) -> Any:
        answer = send(self, call, **more)
        if call.method == "DELETE":
            add()
        return answer

    monkeypatch.setattr(Client, "send", send_and_add)
    said = cli("forget", "+4915123456700", "--yes")
    assert said.exit_code == 1
    assert ": 3 contacts and 0 clients deleted" in said.output
    assert said.output.splitlines()[-1].startswith("error: 1 record with this number still at Whautomate")


def test_the_command_fails_where_old_bytes_stay(
    cli: Any, whautomate_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whautomate_core.state.database.READERS", 0.05)
    assert cli("forget", "+4915123456700", "--yes").exit_code == 0
    reader = sqlite3.connect(whautomate_home / "state.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM whautomate_claim").fetchall()
    for more in ("--yes", "--state-only"):
        said = cli("forget", "+4915123456701", more)
        assert said.exit_code == 1
        assert "still holds the old bytes" in said.output.splitlines()[-1]
    reader.close()
    assert cli("forget", "+4915123456701", "--yes").exit_code == 0
