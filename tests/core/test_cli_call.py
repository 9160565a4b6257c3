"""`whautomate call`: every endpoint from a terminal."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from whautomate_core.api.registry import BY_NAME
from whautomate_core.cli.main import app
from whautomate_core.emulator import Emulator
from whautomate_core.emulator.contract import operations


@pytest.fixture
def run(whautomate_emulator: Emulator, monkeypatch: pytest.MonkeyPatch):
    for name, value in {"KEY": whautomate_emulator.key, "HOST": whautomate_emulator.url, "PLAN": "subscribed"}.items():
        monkeypatch.setenv(f"WHAUTOMATE_{name}", value)
    return lambda *arguments, **more: CliRunner().invoke(app, ["call", *arguments], **more)


def lines(result: Any) -> list[Any]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def people(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"name": f"Person {i}", "phoneNumber": f"+4915123450{i:03}", **fields} for i in range(count)]


def contact(emulator: Emulator, **fields: Any) -> str:
    return json.dumps({**people(1)[0], "location": {"id": emulator.location_id}, **fields})


# --- what there is


def test_it_lists_every_endpoint(run: Any) -> None:
    for arguments in ([], ["--help"]):
        listed = [line.split()[0] for line in run(*arguments).stdout.splitlines() if "." in line.split(" ")[0]]
        assert sorted(listed) == sorted(BY_NAME)
    assert len(BY_NAME) == len(operations())


def test_it_lists_the_endpoints_of_a_resource(run: Any) -> None:
    listed = [line.split()[0] for line in run("locations").stdout.splitlines() if line.startswith("locations.")]
    assert listed == ["locations.list_locations", "locations.get_location"]


@pytest.mark.parametrize("name", BY_NAME)
def test_the_help_of_each_shows_its_arguments(run: Any, name: str) -> None:
    import inspect

    result = run(name, "--help")
    assert result.exit_code == 0
    for argument in inspect.signature(BY_NAME[name].function).parameters:
        assert f"--{argument.strip('_').replace('_', '-')}" in result.output
    assert " ".join((BY_NAME[name].function.__doc__ or "").split())[:25] in " ".join(result.output.split())


def test_help_tells_the_fields_of_a_body(run: Any) -> None:
    shown = " ".join(run("contacts.create_contact", "--help").output.split())
    assert "name*, phoneNumber*, location*, stage, notes" in shown
    assert "searchText" in run("contacts.list_contacts", "--help").output


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("contacts.list_contcts", "contacts.list_contacts"),
        ("contact.list_contacts", "contacts.list_contacts"),
        ("contcts", "contacts"),
    ],
)
def test_an_unknown_name_gives_the_nearest(run: Any, name: str, nearest: str) -> None:
    result = run(name)
    assert result.exit_code == 1
    assert result.output.startswith("error: there is no ")
    assert nearest in result.output


# --- reading


def test_a_list_is_every_record_as_json_lines(run: Any, whautomate_emulator: Emulator) -> None:
    ids = whautomate_emulator.add_contacts(
        [*people(60, tags=["vip"]), {"name": "Zoë", "phoneNumber": "+4915123459999"}]
    )
    found = lines(run("contacts.list_contacts"))
    assert sorted(one["id"] for one in found) == sorted(ids)
    assert "Zoë" in run("contacts.list_contacts").stdout
    assert len(lines(run("contacts.list_contacts", "--filters", '{"tags": "vip"}'))) == 60


@pytest.mark.parametrize(("most", "requests"), [(1, 1), (50, 1), (51, 2), (1000, 2)])
def test_max_records_reads_no_more_pages_than_it_takes(
    run: Any, whautomate_emulator: Emulator, most: int, requests: int
) -> None:
    whautomate_emulator.add_contacts(people(60))
    assert len(lines(run("contacts.list_contacts", "--max-records", str(most)))) == min(most, 60)
    assert len(whautomate_emulator.requests()) == requests


def test_one_record(run: Any, whautomate_emulator: Emulator) -> None:
    (one,) = whautomate_emulator.add_contacts(people(1))
    assert lines(run("contacts.get_contact", "--contact-id", one))[0]["name"] == "Person 0"


def test_output_goes_to_a_file_of_its_owner(run: Any, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    whautomate_emulator.add_contacts(people(3))
    file = tmp_path / "contacts.jsonl"
    file.write_text("what was there before")
    assert run("contacts.list_contacts", "--output", str(file)).stdout == ""
    assert len([json.loads(line) for line in file.read_text().splitlines()]) == 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(lines(run("contacts.list_contacts", "--output", "-"))) == 3
    whautomate_emulator.fault("not_json", on=1, operation="listContacts")
    assert run("contacts.list_contacts", "--output", str(file)).exit_code == 1
    assert [one for one in tmp_path.iterdir() if one.is_file()] == [
        file
    ]  # nothing of a list that could not be read to its end
    assert len(file.read_text().splitlines()) == 3  # a file is whole, or the one before
    assert run("contacts.list_contacts", "--output", str(tmp_path / "no" / "x")).output.startswith("error: ")


# --- writing


def test_what_is_never_repeated_asks_first(run: Any, whautomate_emulator: Emulator, monkeypatch: Any) -> None:
    body = contact(whautomate_emulator)
    result = run("contacts.create_contact", "--contact", body)
    assert result.exit_code == 1
    assert "POST /v1/contacts is sent once and never repeated automatically. Send it?" in result.output
    assert whautomate_emulator.requests() == []
    monkeypatch.setattr("whautomate_core.cli.terminal._is_person_there", lambda: True)
    assert run("contacts.create_contact", "--contact", body, input="n\n").exit_code == 1
    assert whautomate_emulator.requests() == []
    assert run("contacts.create_contact", "--contact", body, input="y\n").exit_code == 0
    assert len(whautomate_emulator.contacts()) == 1


def test_a_body_from_a_file_or_from_standard_input(run: Any, whautomate_emulator: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "contact.json"
    file.write_text(contact(whautomate_emulator))
    (made,) = lines(run("contacts.create_contact", "--contact", f"@{file}", "--yes"))
    body = json.dumps({"notes": "from here"})
    lines(run("contacts.update_contact", "--contact-id", made["id"], "--contact", "@-", input=body))
    assert whautomate_emulator.contacts()[0]["notes"] == "from here"
    assert whautomate_emulator.contacts()[0]["name"] == "Person 0"  # read, merged, written


def test_tags_are_repeated_and_deletes_do_not_ask(run: Any, whautomate_emulator: Emulator) -> None:
    (one,) = whautomate_emulator.add_contacts(people(1))
    lines(run("contacts.add_contact_tags", "--contact-id", one, "--tags", "a b", "--tags", "c"))
    refused = run("contacts.add_contact_tags", "--contact-id", one, "--tags", '["d"]')
    assert refused.exit_code != 0
    assert "one name, not JSON" in refused.output
    assert whautomate_emulator.contacts()[0]["tags"] == ["a b", "c"]
    assert lines(run("contacts.delete_contact", "--contact-id", one)) == [{"success": True}]
    assert whautomate_emulator.contacts() == []


def test_a_body_named_like_a_keyword(run: Any, whautomate_emulator: Emulator) -> None:
    result = run("classes.update_class", "--class-id", "none", "--class", '{"notes": "x"}')
    assert "not found (404)" in result.output


def test_under_a_key_it_is_sent_once(run: Any, whautomate_emulator: Emulator) -> None:
    arguments = ["contacts.create_contact", "--contact", contact(whautomate_emulator), "--yes", "--key", "ada"]
    first, second = run(*arguments), run(*arguments)
    assert json.loads(first.stdout) == json.loads(second.stdout) == {"id": whautomate_emulator.contacts()[0]["id"]}
    assert re.search(r"contact \w+ already created at .* UTC; nothing sent", second.stderr)
    assert len(whautomate_emulator.requests("createContact")) == 1
    other = run(*arguments[:2], contact(whautomate_emulator, name="Bob"), *arguments[3:])
    assert other.exit_code == 1
    assert "was used for another POST /v1/contacts" in other.output


def test_the_accounts_policy_holds(run: Any, whautomate_emulator: Emulator) -> None:
    (one,) = whautomate_emulator.add_contacts(people(1, tags=["Unsubscribe"]))
    refused = run("contacts.delete_contact", "--contact-id", one)
    assert refused.exit_code == 1
    assert "has opted out" in refused.output
    assert run("contacts.delete_contact", "--contact-id", one, "--set", "opt_out_tags=Gone").exit_code == 0
    message = json.dumps({"contact": {"id": "x"}, "textMessage": {"body": "hi"}})
    off = run("messages.send_telegram_text", "--message", message, "--yes", "--set", "sends=off", "--allow-protected")
    assert off.exit_code == 1
    assert whautomate_emulator.messages() == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["contacts.list_contacts", "--filters", "{tags: vip}"], "--filters is not JSON at character 2"),
        (["contacts.list_contacts", "--filters", '{"tag": "vip"}'], "did you mean tags?"),
        (["contacts.list_contacts", "--filters", "[" * 100_000], "--filters is not JSON"),
        (
            ["contact_tags.create_contact_tag", "--contact-tag", '{"name": "n"}', "--extra", "[1]"],
            "extra must be a dict",
        ),
        (["contacts.list_contacts", "--filters", "@/no/such/file"], "--filters: the file can't be read"),
        (["contacts.list_contacts", "--key", "k"], "--key is for calls that must happen once"),
        (["contacts.get_contact", "--contact-id", "x", "--max-records", "3"], "--max-records is for lists"),
        (["contacts.get_contact", "--contact-id", "x"], "GET /v1/contacts/…: not found (404)"),
        (["broadcasts.get_broadcast", "--broadcast-id", "x"], "GET /v1/broadcasts/x: not found (404)"),
        (["contacts.get_contact", "--contact-id", ""], "contact_id must be a non-empty string"),
    ],
)
def test_what_is_wrong_is_a_sentence(run: Any, arguments: Any, says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert says in result.output
    assert result.stdout == ""


def test_an_option_that_is_missing_or_unknown_is_said(run: Any, whautomate_emulator: Emulator) -> None:
    missing = run("contacts.get_contact")
    assert missing.exit_code == 2
    assert "--contact-id" in missing.output
    assert run("contacts.list_contacts", "--filter", "{}").exit_code == 2
    assert whautomate_emulator.requests() == []


def test_the_settings_of_the_environment_and_of_the_command(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from whautomate_core.cli.terminal import account_from_environment

    monkeypatch.setenv("WHAUTOMATE_SENDS", "off")
    monkeypatch.setenv("WHAUTOMATE_ACCOUNT", "shop")
    account = account_from_environment()
    assert (account.id, account.policy.sends, account.limits_assumed) == ("shop", "off", False)
    account = account_from_environment("https://api.in.whautomate.com", ["sends=on", "location_id=a=b"])
    assert (account.host, account.policy.sends, account.location_id) == ("https://api.in.whautomate.com", "on", "a=b")
