"""What the emulator tells about itself and can be told: control endpoints, files, the pytest plugin."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest

from whautomate_core.emulator import LOCATION_ID, STAFF_ID, Behaviour, all_questions, behaviour_from

from .conftest import START, Caller, made

pytest_plugins = ["pytester"]


def test_what_arrived(call: Caller) -> None:
    call.clock.at = START + 5
    call("POST", "/v1/contacts?x=1", {"name": "A"})
    call("GET", "/v1/contacts", params={"searchText": "a b"}, headers={"x-api-key": "wrong"})
    call("GET", "/nowhere")
    first, second, third = call.emulator.requests()
    monotonic = first.pop("monotonic")
    assert first == {
        "number": 1,
        "at": START + 5,
        "method": "POST",
        "path": "/v1/contacts",
        "operation": "createContact",
        "query": {"x": "1"},
        "body": {"name": "A"},
        "counted": True,
        "status": 400,
        "fault": None,
    }
    assert monotonic < second["monotonic"] < third["monotonic"]
    assert (second["query"], second["status"], second["body"]) == ({"searchText": "a b"}, 403, None)
    assert (third["operation"], third["path"], third["status"]) == (None, "/nowhere", 403)
    assert call.emulator.requests("listContacts") == [second]


def test_the_same_over_http_without_key_and_uncounted(make: Any) -> None:
    call = make(limits=((2, 60),), put="merge")
    call.http.headers.pop("x-api-key")
    headers = {"x-api-key": call.emulator.key}
    [id] = call("POST", "/_emulator/contacts", [{"name": "Ada", "phoneNumber": "+1"}]).json()
    call("POST", f"/v1/contacts/{id}/tags/add", {"tags": ["a"]}, headers=headers)
    assert call.get("/_emulator/requests") == call.emulator.requests()
    assert call.get("/_emulator/automations") == call.emulator.automations() != []
    assert call.get("/_emulator/contacts") == call.emulator.contacts() != []
    assert call.get("/_emulator/messages") == call.get("/_emulator/failures") == []
    assert call.get("/_emulator/behaviour")["put"] == "merge"
    assert call.get("/_emulator/clock") == {"now": START}
    made(call("POST", "/_emulator/clock", {"advance": 60}))
    assert call.get("/_emulator/clock") == {"now": START + 60}
    made(call("POST", "/_emulator/faults", {"kind": "503", "operation": "getContact"}))
    assert call.get("/_emulator/faults") == [
        {"kind": "503", "on": None, "probability": None, "operation": "getContact", "seconds": 1.0}
    ]
    made(call("DELETE", "/_emulator/faults"))
    assert call.get("/_emulator/faults") == []
    made(call("POST", "/_emulator/opt-out", {"contact": "+1"}))
    made(call("POST", "/_emulator/opt-out", {"contact": id, "tag": "B", "before": "getContact"}))
    made(call("POST", "/_emulator/opt-out", {"contact": id, "tag": "C", "after": 1}))
    assert call.get("/_emulator/contacts")[0]["tags"] == ["a", "Unsubscribe"]
    assert call("GET", f"/v1/contacts/{id}", headers=headers).json()["tags"] == ["a", "Unsubscribe", "B"]
    assert call.get("/_emulator/contacts")[0]["tags"] == ["a", "Unsubscribe", "B", "C"]
    assert len(call.emulator.requests()) == 2
    made(call("POST", "/_emulator/reset"))
    assert call.get("/_emulator/requests") == call.get("/_emulator/contacts") == []
    assert call("GET", "/_emulator/nothing").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advance": -1}),
        ("clock", {}),
        ("opt-out", {"person": "x"}),
        ("opt-out", {"contact": "x", "before": "nothing"}),
        ("contacts", [{"name": "A"}]),
        ("contacts", [{"name": "A", "phoneNumber": "x"}]),
        ("faults", []),
    ],
)
def test_control_that_makes_no_sense(call: Caller, path: str, body: Any) -> None:
    assert call("POST", f"/_emulator/{path}", body).status_code == 400
    assert call.emulator.contacts() == []


def test_a_person_opts_out_between_a_read_and_a_write(make: Any) -> None:
    call = make(put="replace")
    id = call.contact("+1 555", tags=["a"])["id"]
    call.emulator.opt_out_after(1, "1555")
    read = call.get(f"/v1/contacts/{id}")
    assert read["tags"] == ["a"]
    assert call.emulator.contacts()[0]["tags"] == ["a", "Unsubscribe"]
    made(call("PUT", f"/v1/contacts/{id}", read))
    assert call.emulator.contacts()[0]["tags"] == ["a"]
    assert [(each["kind"], each["tag"], each["request"]) for each in call.emulator.automations()[2:]] == [
        ("tag_added", "Unsubscribe", None),
        ("tag_removed", "Unsubscribe", 3),
    ]


def test_a_person_opts_out_before_an_operation(call: Caller) -> None:
    id = call.contact("+1")["id"]
    call.emulator.opt_out_before("createBroadcast", id)
    segment = call.segment(exclusionTags=["Unsubscribe"])
    assert call.emulator.contacts()[0]["tags"] == []
    call.broadcast(segment, at=START)
    call.emulator.advance(60)
    assert call.phones() == []


def test_contacts_put_there_make_no_noise(call: Caller) -> None:
    ids = call.emulator.add_contacts([{"name": "A", "phoneNumber": "+1", "tags": ["t"]}])
    assert [contact["id"] for contact in call.emulator.contacts()] == ids
    assert [tag["name"] for tag in call.emulator.records("contactTags")] == ["t"]
    assert call.emulator.requests() == call.emulator.automations() == []


def test_a_reset_emulator_does_the_same_again(call: Caller) -> None:
    def chances() -> list[int]:
        call.emulator.fault("503", probability=0.5)
        seen = [call("GET", "/v1/segments").status_code for _ in range(30)]
        call.emulator.clear_faults()
        return seen

    first = call.contact(tags=["a"])
    seen = chances()
    call.emulator.fault("503")
    call.emulator.opt_out_after(1, "+15550000001")
    call.emulator.reset()
    assert call.contact(tags=["a"]) == first
    assert chances() == seen
    assert len(call.get("/v1/locations")) == 2
    assert call.emulator.contacts()[0]["tags"] == ["a"]


def test_a_file_outlives_the_emulator(make: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "emulator.db")
    behaviour = {"limits": ((6, 60),), "recipients_fixed": "start"}
    first = make(path=path, **behaviour)
    contact = first.contact(tags=["a"])
    broadcast = first.broadcast(first.segment(), at=START + 100)
    first("GET", "/v1/contacts", headers={"x-api-key": "wrong"})
    first.emulator.advance(10)
    second = make(path=path, clock=first.clock, **behaviour)
    assert second.emulator.now() == START + 10
    assert second.emulator.requests() == first.emulator.requests()
    assert second.emulator.automations() == first.emulator.automations()
    assert second.get(f"/v1/contacts/{contact['id']}") == contact
    assert second.get(f"/v1/broadcasts/{broadcast['id']}") == broadcast
    other = second.contact()
    assert other["id"] != contact["id"]
    assert second("GET", "/v1/contacts").status_code == 429  # six calls, three of them before
    second.emulator.advance(100)
    third = make(path=path, clock=first.clock, **behaviour)
    assert [message["contact"] for message in third.emulator.messages()] == [contact["id"]]


def test_a_file_of_another_version_is_refused(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "emulator.db"
    make(path=str(path))
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA user_version = 1")
    old.close()
    with pytest.raises(ValueError, match=r"emulator\.db was written by another version of the emulator; delete it"):
        make(path=str(path))


def test_serving_until_interrupted() -> None:
    code = (
        "from whautomate_core.emulator import create_app, serve\n"
        "serve(create_app(key='k'), port=0, ready=lambda url: print(url, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().decode().strip()
            assert httpx.get(f"{url}/v1/account-info", headers={"x-api-key": "k"}, timeout=600).status_code == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(600) == 0
            assert process.stdout.read() == b""  # no access log, no traceback
        finally:
            process.kill()


def test_behaviours_say_what_they_take() -> None:
    assert behaviour_from({"put": "merge", "limits": [[1, 2]]}) == Behaviour(put="merge", limits=((1, 2.0),))
    with pytest.raises(ValueError, match="put is one of 'replace', 'merge', not 'patch'"):
        behaviour_from({"put": "patch"})
    with pytest.raises(ValueError, match="no such behaviour: putt"):
        behaviour_from({"putt": "merge"})
    with pytest.raises(ValueError, match="search_delay is not negative"):
        Behaviour(search_delay=-1)
    with pytest.raises(ValueError, match="page_cap"):
        Behaviour(page_cap=0)


def test_every_behaviour_says_what_it_is() -> None:
    asked = all_questions()
    assert sorted(one.name for one in asked) == sorted(field.name for field in fields(Behaviour))
    for one in asked:
        if one.is_open:
            assert "?" in one.asks, one
            assert one.why.endswith("."), one
            assert one.otherwise.endswith("."), one
            assert re.search(r"\b(A|B|C|D|none)\b.*\.$", one.evidence), one


# The pytest plugin

PLUGIN = ("-p", "whautomate_core.emulator.pytest_plugin", "--strict-markers")


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    # The distribution, where it is installed, would bring the plugin a second time.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx, pytest

        pytestmark = pytest.mark.whautomate(put="merge", page_default=1)

        def calls(emulator, method, path, **given):
            return httpx.request(method, emulator.url + path, headers={"x-api-key": emulator.key}, **given)

        @pytest.mark.parametrize("n", [1, 2])
        def test_one_for_each_test(whautomate_emulator, n):
            assert whautomate_emulator.contacts() == []
            body = {"name": "A", "phoneNumber": "+1", "location": {"id": whautomate_emulator.location_id}}
            whautomate_emulator.fault("500_after")
            assert calls(whautomate_emulator, "POST", "/v1/contacts", json=body).status_code == 500
            assert len(whautomate_emulator.contacts()) == 1
            assert whautomate_emulator.behaviour.put == "merge"
            assert whautomate_emulator.url.startswith("http://127.0.0.1:")

        @pytest.mark.whautomate(put="replace")
        def test_the_nearer_marker_wins(whautomate_emulator):
            assert whautomate_emulator.behaviour.put == "replace"
            assert whautomate_emulator.behaviour.page_default == 1
        """
    )
    pytester.runpytest_subprocess(*PLUGIN, "-W", "error").assert_outcomes(passed=3)


def test_a_wrong_behaviour_is_an_error_that_names_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.whautomate(putt="merge")
        def test_it(whautomate_emulator): pass
        """
    )
    result = pytester.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no such behaviour: putt*"])


def test_without_the_extra_pytest_works_and_the_fixture_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import sys

        sys.modules.update(dict.fromkeys(["starlette", "uvicorn", "yaml", "jsonschema"]))
        """
    )
    pytester.makepyfile("def test_it(): pass\ndef test_that(whautomate_emulator): pass")
    result = pytester.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(['*pip install "whautomate-pipelines?emulator?"*'])


def test_the_plugin_is_cheap_to_import() -> None:
    code = (
        "import whautomate_core.emulator.pytest_plugin, sys; print({'starlette', 'yaml', 'httpx'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_lists_show_what_is_new_late_and_ids_at_once(make: Any) -> None:
    call = make(list_lag=20, search_delay=5)
    assert (len(call.get("/v1/locations")), len(call.get("/v1/staffs"))) == (2, 2)
    contact, client, class_ = call.contact(tags=["a"]), call.client(), call.class_()
    service = class_["service"]
    made(call.join(class_, client))
    segment = call.segment(tags=["a"])
    broadcast = call.broadcast(segment, at=call.emulator.now() + 3600)
    blocks = f"/v1/staffs/{STAFF_ID}/availabilityBlocks"
    block = made(call("POST", blocks, {"startDate": "2026-06-05", "endDate": "2026-06-05"}))
    made(call.send("template", contact={"id": contact["id"]}))
    lists = {
        **{path: f"/v1/{path}" for path in ("contacts", "clients", "services", "classes", "segments", "broadcasts")},
        "contactTags": "/v1/contactTags",
        "participants": f"/v1/classes/{class_['id']}/participants",
        "bookings": f"/v1/classes/clients/{client['id']}/bookings",
        "blocks": blocks,
        "messages": f"/v1/messages/{contact['id']}",
    }

    def counts() -> set[int]:
        return {len(call.get(path)) for path in lists.values()}

    assert counts() == {0}
    for path, one in (("contacts", contact), ("services", service), ("segments", segment), ("broadcasts", broadcast)):
        assert call.get(f"/v1/{path}/{one['id']}")["id"] == one["id"]
    assert call.get(f"{blocks}/{block['id']}") == block
    assert call.get(f"/v1/classes/{class_['id']}")["bookedParticipants"] == 1
    call.emulator.advance(19.9)
    assert counts() == {0}
    assert call.get("/v1/contacts", searchText="Ada") == []
    call.emulator.advance(0.1)
    assert counts() == {1}
    assert len(call.get("/v1/contacts", searchText="Ada")) == 1


def test_what_others_do_between_two_pages(make: Any) -> None:
    call = make(page_cap=2, order="newest_first")
    first, second, third = call.emulator.add_contacts({"name": str(n), "phoneNumber": f"+{n}"} for n in (1, 2, 3))
    call.emulator.change_before("listContacts", "delete", third, page=2)
    call.emulator.change_before("listContacts", "create", {"name": "4", "phoneNumber": "+4"}, on=3)
    made(call("POST", "/_emulator/change", {"operation": "listContacts", "change": "active", "whom": first, "on": 4}))

    def page(number: int) -> list[str]:
        return [one["id"] for one in call.get("/v1/contacts", page=number, limit=2)]

    assert (page(1), page(2)) == ([third, second], [])  # the first was on page 2 and is on page 1 now
    fourth, *_ = page(1)
    assert fourth not in (first, second, third)
    assert (page(1), page(2)) == ([fourth, second], [first])
    with pytest.raises(ValueError, match="change is delete or active"):
        call.emulator.change_before("listContacts", "create", first)
    assert call("POST", "/_emulator/change", {"operation": "nothing", "change": "delete", "whom": first}).is_error


def test_lists_by_activity_of_some_depth_and_with_cut_pages(make: Any) -> None:
    call = make(order="active_first", list_depth=2, page_cap=1, page_start="asked")
    _, second, third = call.emulator.add_contacts({"name": str(n), "phoneNumber": f"+{n}"} for n in (1, 2, 3))
    call.clock.at += 1
    call.emulator.receive(second)

    def page(number: int, limit: int) -> list[str]:
        return [one["id"] for one in call.get("/v1/contacts", page=number, limit=limit)]

    assert [page(n, 1) for n in (1, 2, 3)] == [[second], [third], []]  # the first is below the depth
    assert [page(n, 2) for n in (1, 2)] == [[second], []]


# --- web pages


@pytest.fixture
def port(whautomate_emulator: Any) -> str:
    return str(whautomate_emulator.url.rpartition(":")[2])


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:{}", None, 200),
        ("localhost:{}", None, 200),
        ("[::1]:{}", None, 200),
        ("127.0.0.1:{}", "http://127.0.0.1:{}", 200),
        ("127.0.0.1:{}", "https://example.com", 403),
        ("127.0.0.1:{}", "http://127.0.0.1:1", 403),
        ("127.0.0.1:{}", "null", 403),
        ("rebound.example.com:{}", None, 403),
        ("rebound.example.com:{}", "http://rebound.example.com:{}", 403),
        ("localhost.example.com", None, 403),
        ("", None, 403),
    ],
)
def test_web_pages_neither_read_nor_drive_it(
    whautomate_emulator: Any, port: str, host: str, origin: str | None, status: int
) -> None:
    headers = {"host": host.format(port), **({} if origin is None else {"origin": origin.format(port)})}
    # As a page sends it: text, which needs no leave of the server.
    body, plain = '[{"name": "Ada", "phoneNumber": "+1"}]', {"content-type": "text/plain"}
    told = httpx.post(f"{whautomate_emulator.url}/_emulator/contacts", content=body, headers=headers | plain)
    read = httpx.get(f"{whautomate_emulator.url}/_emulator/contacts", headers=headers)
    assert (told.status_code, read.status_code) == (status, status)
    assert len(whautomate_emulator.contacts()) == (1 if status == 200 else 0)


def test_the_api_itself_answers_under_no_name_of_others(whautomate_emulator: Any, port: str) -> None:
    key = {"x-api-key": whautomate_emulator.key}
    for host, status in (("localhost", 200), ("rebound.example.com", 403)):
        headers = key | {"host": f"{host}:{port}"}
        assert httpx.get(f"{whautomate_emulator.url}/v1/contacts", headers=headers).status_code == status
    assert len(whautomate_emulator.requests()) == 1


def test_a_file_that_others_can_read_is_theirs_no_more(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.touch(mode=0o644)
    make(path=str(path)).contact()
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_templates_that_are_not_approved_are_refused(make: Any) -> None:
    call = make(templates=["hello", "offer"])
    contact = call.contact(tags=["a"])
    assert made(call.send("template", contact={"id": contact["id"]}))["id"]
    said = call.send("template", contact={"id": contact["id"]}, template={"name": "helo", "language": "en"}).json()
    assert "template.name is no approved template; there are hello, offer" in str(said["error"])
    assert len(call.emulator.messages()) == 1
    segment = call.segment(tags=["a"])
    body = {"name": "B", "type": "segment", "segments": [{"id": segment["id"]}], "location": {"id": LOCATION_ID}}
    for name, fine in (("offer", True), ("ofer", False)):
        answer = call("POST", "/v1/broadcasts", {**body, "template": {"name": name, "language": "en"}}).json()
        assert ("error" not in answer) is fine


def others(kind: str, path: Path) -> None:
    if kind == "csv":
        path.write_text("Name,Handy\n" * 400)
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with contextlib.closing(sqlite3.connect(path)) as other:
            other.execute(f"PRAGMA journal_mode = {kind}")
            other.execute("CREATE TABLE records (id INTEGER)")
            other.commit()


@pytest.mark.parametrize("kind", ["csv", "pipe", "delete", "wal"])
@pytest.mark.parametrize("linked", [False, True])
def test_a_file_of_somebody_else_is_refused_and_left_as_it_is(
    make: Any, tmp_path: Path, kind: str, linked: bool
) -> None:
    path = tmp_path / "theirs"
    others(kind, path)
    path.chmod(0o664)
    if linked:
        (tmp_path / "link").symlink_to(path)
    before = b"" if kind == "pipe" else path.read_bytes()
    there = set(tmp_path.iterdir())
    with pytest.raises(ValueError, match="name another") as raised:
        make(path=str(tmp_path / "link" if linked else path))
    assert "delete" not in str(raised.value)
    assert path.stat().st_mode & 0o777 == 0o664
    assert kind == "pipe" or path.read_bytes() == before
    assert set(tmp_path.iterdir()) == there


def test_a_file_of_the_emulator_that_others_can_read_is_theirs_no_more(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    make(path=str(path)).contact()  # not closed, as if it was killed: SQLite has not written all into the file itself
    path.chmod(0o644)
    make(path=str(path))
    assert path.stat().st_mode & 0o777 == 0o600
