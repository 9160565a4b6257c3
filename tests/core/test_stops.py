"""`whautomate stop-sends`: an account's messages stopped by a person, in every process from its next call on."""

import getpass
import inspect
import multiprocessing
import socket
from pathlib import Path
from typing import Any

import pytest
from state_workers import PATIENCE
from typer.testing import CliRunner

from whautomate_core.account import Account, account_from_settings
from whautomate_core.api import broadcasts, contacts, messages, segments
from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import PolicyRefused
from whautomate_core.state import open_state
from whautomate_core.values.limits import Limits


def run(*arguments: str, **more: Any) -> Any:
    return CliRunner().invoke(app, [*arguments], **more)


def account_at(emulator: Emulator, state: str, name: str) -> Account:
    return account_from_settings(emulator.url, emulator.key, {"plan": "subscribed", "state": state, "account": name})


def test_stop_list_and_resume(state_url: str, account: str) -> None:
    where = ["--account", account, "--state", state_url]
    open_state(state_url).pool(account, Limits.trial()).acquire()
    assert run("stop-sends", "--list", *where).output == f"account {account} is not stopped\n"
    stopped = run("stop-sends", *where)
    by = f"({getpass.getuser()}@{socket.gethostname()})"
    assert stopped.output.startswith(f"sends of account {account} have been stopped since 20")
    assert stopped.output.endswith(f" UTC {by}\n")
    assert run("stop-sends", *where).output == f"already: {stopped.output}"
    assert stopped.output in run("stop-sends", "--list", "--state", state_url).output
    refused = run("resume-sends", *where)
    assert refused.exit_code == 1
    assert "Let it send again?" in refused.output
    assert open_state(state_url).stops.stopped(account)
    assert run("resume-sends", *where, "--yes").output == f"account {account} sends again\n"
    assert run("resume-sends", *where).output == f"account {account} was not stopped\n"
    assert open_state(state_url).stops.stopped(account) == []


def test_an_account_that_the_state_has_never_seen_is_stopped_with_a_warning(state_url: str, account: str) -> None:
    known, typo = f"{account}-known", f"{account}-typo"
    open_state(state_url).pool(known, Limits.trial()).acquire()
    stopped = run("stop-sends", "--state", state_url, "--account", typo)
    assert stopped.exit_code == 0
    assert stopped.stdout.startswith(f"sends of account {typo} have been stopped")
    assert stopped.stderr.startswith(f"warning: no step has used account {typo} with this state database")
    assert known in stopped.stderr
    assert "Steps of another account, or with another state database, still send" in stopped.stderr
    assert [stop.account for stop in open_state(state_url).stops.stopped(typo)] == [typo]
    assert run("stop-sends", "--state", state_url, "--account", known).stderr == ""
    quota = run("quota", "--state", state_url).output.partition(f"{known}\n")[2]
    assert f"  sends: stopped since {stopped.stdout.partition(' since ')[2][:10]}" in quota


def test_without_a_name_the_account_of_the_key_is_checked_too(
    whautomate_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHAUTOMATE_HOST", "https://api.whautomate.com")
    monkeypatch.setenv("WHAUTOMATE_KEY", "k")
    open_state().pool("shop", Limits.trial()).acquire()
    unnamed = account_from_settings("https://api.whautomate.com", "k").id
    said = run("stop-sends").stderr
    assert f"no step has used account {unnamed} with this state database" in said
    assert "It knows shop." in said


def test_the_account_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    open_state()
    assert run("stop-sends", "--list").output == "no account is stopped\n"
    assert "--host or WHAUTOMATE_HOST" in run("stop-sends").output
    monkeypatch.setenv("WHAUTOMATE_HOST", "https://api.whautomate.com")
    monkeypatch.setenv("WHAUTOMATE_KEY", "k")
    monkeypatch.setenv("WHAUTOMATE_STATE", f"sqlite:///{tmp_path}/other.sqlite")
    assert run("stop-sends").exit_code == 0
    account = account_from_settings("https://api.whautomate.com", "k")
    assert [stop.account for stop in open_state(f"sqlite:///{tmp_path}/other.sqlite").stops.stopped()] == [account.id]
    assert account.id in run("stop-sends", "--list").output
    assert open_state().stops.stopped() == []


TEMPLATE = {"template": {"name": "sale", "language": "en"}, "location": {"id": Emulator.location_id}}


def sends_to(contact: str, draft: str, broadcast: Any) -> list[Any]:
    """Each of the calls that send."""
    anything = {"textMessage": {}, "mediaUrl": "", "mimeType": "", "elements": [], "telegramTemplate": {}, **TEMPLATE}
    all_messages = [
        function({}, extra={"contact": {"id": contact}, **anything})
        for name, function in vars(messages).items()
        if name.startswith("send_") and inspect.isfunction(function)
    ]
    return [*all_messages, broadcasts.create_broadcast(broadcast), broadcasts.update_broadcast(draft, broadcast)]


def test_all_that_sends_is_refused_and_the_rest_goes_on(whautomate_emulator: Emulator, tmp_path: Path) -> None:
    people = [{"name": f"P{i}", "phoneNumber": f"+491512345000{i}", "tags": ["a"]} for i in range(2)]
    one, other = whautomate_emulator.add_contacts(people)
    account = account_at(whautomate_emulator, f"sqlite:///{tmp_path}/state.sqlite", "shop")
    stops = open_state(account.state).stops
    location: Any = {"id": whautomate_emulator.location_id}
    with Client(account) as client:
        criteria: Any = {"tags": ["a"], "exclusionTags": ["Unsubscribe"]}
        segment = client.send(
            segments.create_segment({"name": "s", "type": "contact", "criteria": criteria, "location": location})
        )
        broadcast: Any = {"name": "sale", "type": "client", "segments": [{"id": segment["id"]}], **TEMPLATE}
        broadcast["scheduleDateTime"] = "2090-01-01T00:00:00Z"
        made = client.send(broadcasts.create_broadcast(broadcast))
        calls = sends_to(one, str(made["id"]), broadcast)
        assert len(calls) == 14
        stops.stop("shop", "ada@desk")
        before = len(whautomate_emulator.requests())
        for call in calls:
            with pytest.raises(PolicyRefused, match=r"since .* \(ada@desk\); `whautomate resume-sends --account shop"):
                client.send(call)
        assert {request["method"] for request in whautomate_emulator.requests()[before:]} == {"GET"}
        assert len(client.send(contacts.list_contacts())) == 2
        client.send(contacts.add_contact_tags(one, ["b"]))
        client.send(contacts.update_contact(one, {"notes": "x"}))
        client.send(contacts.delete_contact(other))
        client.send(broadcasts.delete_broadcast(str(made["id"])))
        stops.resume("shop")
        sent = len(whautomate_emulator.messages())
        client.send(messages.send_whatsapp_template({"contact": {"id": one}, **TEMPLATE}))  # type: ignore[typeddict-item]
    assert len(whautomate_emulator.messages()) == sent + 1


def sends_until_told(account: Account, contact: str, results: Any, goes_on: Any) -> None:
    """A process that sends in a loop and tells how each went."""
    message: Any = {"contact": {"id": contact}, **TEMPLATE}
    with Client(account) as client:
        while goes_on.is_set():
            try:
                client.send(messages.send_whatsapp_template(message))
                results.put("sent")
            except PolicyRefused:
                results.put("refused")


def test_another_process_sends_nothing_from_its_next_call_on(
    whautomate_emulator: Emulator, state_url: str, account: str
) -> None:
    (one,) = whautomate_emulator.add_contacts([{"name": "P", "phoneNumber": "+4915123450000"}])
    context = multiprocessing.get_context("spawn")
    results, goes_on = context.Queue(), context.Event()
    goes_on.set()
    of = account_at(whautomate_emulator, state_url, account)
    process = context.Process(target=sends_until_told, args=(of, one, results, goes_on), daemon=True)
    process.start()

    def outcomes(wanted: str, count: int) -> list[str]:
        seen = []
        while seen.count(wanted) < count:
            seen.append(results.get(timeout=PATIENCE))
        return seen

    try:
        assert outcomes("sent", 2) == ["sent", "sent"]
        assert run("stop-sends", "--account", account, "--state", state_url).exit_code == 0
        # What was under way at that moment may still arrive; after the first refusal nothing does.
        outcomes("refused", 1)
        sent = len(whautomate_emulator.messages())
        assert set(outcomes("refused", 3)) == {"refused"}
        assert len(whautomate_emulator.messages()) == sent
        assert run("resume-sends", "--account", account, "--state", state_url, "--yes").exit_code == 0
        outcomes("sent", 2)
        assert len(whautomate_emulator.messages()) >= sent + 2
    finally:
        goes_on.clear()
        process.join(30)
        process.kill()
