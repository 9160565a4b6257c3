"""Segments choose recipients; broadcasts take time, fail partly, and are read by the clock."""

from __future__ import annotations

from typing import Any

import pytest

from whautomate_core.emulator import Behaviour

from .conftest import START, Caller, error, iso, made


def audience(call: Caller, *segments: dict[str, Any]) -> list[str]:
    """Names of the people a broadcast to these segments reaches at once."""
    call.broadcast(*segments, at=call.clock.at)
    call.emulator.advance(60)
    names = {contact["id"]: contact["name"] for contact in call.emulator.contacts()}
    return [names[message["contact"]] for message in call.emulator.messages()]


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        ({}, "ABCD"),
        ({"tags": ["x"]}, "AB"),
        ({"tags": ["x", "y"]}, "ABC"),
        ({"tags": ["x"], "exclusionTags": ["out"]}, "A"),
        ({"exclusionTags": ["out", "x"]}, "CD"),
        ({"contactStage": "Lead"}, "AD"),
        ({"contactStage": "Lead", "tags": ["x"]}, "A"),
        ({"tags": ["nobody's"]}, ""),
    ],
)
def test_a_segment_chooses_by_its_criteria(call: Caller, criteria: dict[str, Any], names: str) -> None:
    call.contact("+1", "A", tags=["x"], stage="Lead")
    call.contact("+2", "B", tags=["x", "out"])
    call.contact("+3", "C", tags=["y"], stage="Customer")
    call.contact("+4", "D", stage="Lead")
    assert "".join(audience(call, call.segment(**criteria))) == names


def test_last_activity(call: Caller) -> None:
    call.contact("+1", "A")
    call.emulator.advance(3 * 86_400)
    call.contact("+2", "B")
    assert audience(call, call.segment(numberOfDaysLastActivity=2)) == ["B"]


@pytest.mark.parametrize(
    ("behaviour", "names"), [("location", ["A"]), ("account", ["A", "B"]), ("dropped", ["A", "B"])]
)
def test_segment_scope(make: Any, behaviour: str, names: list[str]) -> None:
    call = make(segment_scope=behaviour)
    call.contact("+1", "A")
    call.contact("+2", "B", location={"id": "loc000000002"})
    segment = call.segment()
    assert audience(call, segment) == names
    assert ("location" in segment) is (behaviour != "dropped")


def test_a_segment_without_a_location_holds_people_of_all_locations(call: Caller) -> None:
    call.contact("+1", "A")
    call.contact("+2", "B", location={"id": "loc000000002"})
    assert audience(call, call.get(f"/v1/segments/{call.emulator.add_segment('anywhere')}")) == ["A", "B"]


def test_nobody_gets_one_broadcast_twice(call: Caller) -> None:
    call.contact("+1", "A", tags=["x", "y"])
    call.contact("+1", "B", tags=["y"])
    assert audience(call, call.segment(tags=["x"]), call.segment(tags=["y"])) == ["A"]


def test_names_are_not_unique(call: Caller) -> None:
    segment, broadcast = call.segment(), call.broadcast()
    assert call.segment()["id"] != segment["id"]
    assert call.broadcast()["id"] != broadcast["id"]
    assert len(call.get("/v1/broadcasts")) == len(call.get("/v1/segments")) == 2


def test_a_deleted_segment_reaches_nobody(make: Any) -> None:
    call = make(recipients_fixed="start")
    call.contact()
    segment = call.segment()
    call.broadcast(segment, at=START + 10)
    call("DELETE", f"/v1/segments/{segment['id']}")
    call.emulator.advance(60)
    assert call.phones() == []


def test_the_course_of_a_broadcast(make: Any) -> None:
    call = make(broadcast_seconds=100, delivery_seconds=1000, broadcast_failed_share=0.1)
    call.people(50)
    id = call.broadcast(call.segment(), at=START + 60)["id"]

    def now() -> dict[str, Any]:
        shown: dict[str, Any] = call.get(f"/v1/broadcasts/{id}")
        logs = [log for page in (1, 2) for log in call.get(f"/v1/broadcasts/{id}/logs", limit=30, page=page)]
        sent, failed = shown["deliveryStats"]["sentCount"], shown["deliveryStats"]["failedCount"]
        assert len(logs) == sent + failed
        assert len(call.emulator.messages()) == sent
        assert shown["processedStats"] == {"totalCount": 50, "successCount": sent, "failureCount": failed}
        return {**shown, "log": {log["status"] for log in logs}}

    assert now()["status"] == "Scheduled"
    call.emulator.advance(59.9)
    waiting = now()
    assert (waiting["status"], waiting["log"], "startedAt" in waiting) == ("Scheduled", set(), False)
    call.emulator.advance(50.1)
    half = now()
    assert (half["status"], half["startedAt"]) == ("Processing", "2026-05-28T20:27:40.000Z")
    assert sum(half["deliveryStats"].values()) == 25
    assert "completedAt" not in half
    call.emulator.advance(50)
    done = now()
    assert (done["status"], done["completedAt"]) == ("Completed", "2026-05-28T20:29:20.000Z")
    assert done["deliveryStats"] == {
        "sentCount": 45, "deliveredCount": 0, "readCount": 0, "failedCount": 5, "repliedCount": 0,
    }  # fmt: skip
    assert done["log"] == {"sent", "failed"}
    call.emulator.advance(1000)
    assert now()["deliveryStats"]["deliveredCount"] == 45
    call.emulator.advance(2000)
    end = now()
    assert (end["deliveryStats"]["readCount"], end["deliveryStats"]["repliedCount"]) == (22, 4)
    assert end["log"] == {"failed", "delivered", "read", "replied"}
    call.emulator.advance(1e6)
    assert now() == end


def test_logs(make: Any) -> None:
    call = make(broadcast_failed_share=1)
    call.contact("+4915112345", "Ada")
    id = call.broadcast(call.segment(), at=START)["id"]
    call.emulator.advance(10)
    [log] = call.get(f"/v1/broadcasts/{id}/logs")
    assert log == {
        "broadcast": {"id": id, "name": "Hello"},
        "recepientName": "Ada",
        "countryCode": "+49",
        "phone": "15112345",
        "status": "failed",
        "error": "Message failed to send: (#131050) User has stopped receiving marketing messages from this business",
        "createdAt": "2026-05-28T20:26:50.000Z",
        "updatedAt": "2026-05-28T20:26:50.000Z",
    }
    assert call("GET", "/v1/broadcasts/gone/logs").status_code == 404


def test_who_fails_follows_from_the_seed(make: Any) -> None:
    def failed(seed: int) -> list[str]:
        call = make(seed=seed, broadcast_failed_share=0.2)
        call.people(40)
        id = call.broadcast(call.segment(), at=START)["id"]
        call.emulator.advance(60)
        logs = call.get(f"/v1/broadcasts/{id}/logs", limit=50)
        return [log["phone"] for log in logs if log["status"] == "failed"]

    assert len(failed(1)) == 8
    assert failed(1) == failed(1) != failed(2)


def test_a_broadcast_without_template_fails_for_everyone(call: Caller) -> None:
    call.contact()
    body = {"name": "N", "type": "contact", "segments": [{"id": call.segment()["id"]}], "scheduleDateTime": iso(START)}
    id = made(call("POST", "/v1/broadcasts", body))["id"]
    call.emulator.advance(60)
    assert call.get(f"/v1/broadcasts/{id}")["deliveryStats"]["failedCount"] == 1
    assert call.phones() == []


@pytest.mark.parametrize(("behaviour", "status"), [("draft", "Draft"), ("at_once", "Completed")])
def test_no_schedule(make: Any, behaviour: str, status: str) -> None:
    call = make(no_schedule=behaviour)
    call.contact()
    id = call.broadcast(call.segment())["id"]
    call.emulator.advance(3600)
    assert call.get(f"/v1/broadcasts/{id}")["status"] == status
    assert len(call.phones()) == (1 if behaviour == "at_once" else 0)


def test_a_draft_gets_a_time(make: Any) -> None:
    call = make(put="merge")
    call.contact()
    id = call.broadcast(call.segment())["id"]
    body = {"name": "Hello", "type": "contact", "scheduleDateTime": iso(START + 60)}
    assert made(call("PUT", f"/v1/broadcasts/{id}", body))["status"] == "Scheduled"
    call.emulator.advance(70)
    assert call.phones() == ["15550000001"]


def test_a_time_in_the_past_starts_at_once(call: Caller) -> None:
    broadcast = call.broadcast(call.segment(), at=START - 3600)
    assert broadcast["startedAt"] == "2026-05-28T20:26:40.000Z"


@pytest.mark.parametrize("text", ["2026-05-28T21:00:00", "2026-05-28T21:00:00.000Z", "2026-05-28T23:00:00+02:00"])
def test_schedule_times_are_utc(call: Caller, text: str) -> None:
    assert call.broadcast(scheduleDateTime=text)["scheduleDateTime"] == "2026-05-28T21:00:00.000Z"


@pytest.mark.parametrize("stuck", [True, False])
def test_broadcasts_stay_scheduled(make: Any, stuck: bool) -> None:
    call = make(broadcasts_stay_scheduled=stuck)
    call.contact()
    id = call.broadcast(call.segment(), at=START)["id"]
    call.emulator.advance(86_400)
    assert call.get(f"/v1/broadcasts/{id}")["status"] == ("Scheduled" if stuck else "Completed")
    assert call.phones() == ([] if stuck else ["15550000001"])


@pytest.mark.parametrize(("behaviour", "phones"), [("creation", ["1", "2"]), ("start", ["2", "3"])])
def test_recipients_fixed(make: Any, behaviour: str, phones: list[str]) -> None:
    call = make(recipients_fixed=behaviour)
    ada = call.contact("+1")
    call.contact("+2")
    call.broadcast(call.segment(exclusionTags=["Unsubscribe"]), at=START + 60)
    call.emulator.opt_out(ada["id"])
    call.contact("+3")
    call.emulator.advance(60)
    call.contact("+4")
    call.emulator.advance(60)
    assert call.phones() == phones


def test_those_who_leave_after_the_start_are_not_missed(make: Any) -> None:
    call = make(recipients_fixed="start")
    ada = call.contact("+1")
    call.broadcast(call.segment(), at=START + 60)
    call.emulator.advance(61)
    call("DELETE", f"/v1/contacts/{ada['id']}")
    call.emulator.advance(60)
    assert call.phones() == ["1"]


def test_a_scheduled_broadcast_can_be_changed_and_deleted_a_started_one_cannot(call: Caller) -> None:
    call.contact()
    segment = call.segment()
    cancelled, started = (call.broadcast(segment, at=START + 60)["id"] for _ in range(2))
    later = {
        "name": "Later",
        "type": "contact",
        "segments": [{"id": segment["id"]}],
        "scheduleDateTime": iso(START + 90),
    }
    assert made(call("PUT", f"/v1/broadcasts/{started}", later))["processedStats"]["totalCount"] == 1
    made(call("DELETE", f"/v1/broadcasts/{cancelled}"))
    call.emulator.advance(89)
    assert call.get(f"/v1/broadcasts/{started}")["status"] == "Scheduled"
    call.emulator.advance(1)
    assert error(call("PUT", f"/v1/broadcasts/{started}", later)) == (400, "the broadcast has started")
    assert error(call("DELETE", f"/v1/broadcasts/{started}")) == (400, "the broadcast has started")
    call.emulator.advance(60)
    assert call("DELETE", f"/v1/broadcasts/{started}").status_code == 400
    assert call.get(f"/v1/broadcasts/{started}")["status"] == "Completed"


@pytest.mark.parametrize("behaviour", [(), ("createBroadcast",)])
def test_an_error_inside_a_200(make: Any, behaviour: tuple[str, ...]) -> None:
    call = make(error_in_200=behaviour)
    body = {"name": "N", "type": "contact", "segments": [{"id": "gone"}]}
    status, message = error(call("POST", "/v1/broadcasts", body))
    assert (status, message) == (200 if behaviour else 400, "segments.0.id names none of the segments")
    assert call("POST", "/v1/broadcasts", {}).status_code == 400
    assert call.get("/v1/broadcasts") == []


def test_broadcasts_by_date_of_creation(call: Caller) -> None:
    call.broadcast(at=START + 9 * 86_400)

    def found(**query: str) -> int:
        return len(call.get("/v1/broadcasts", **query))

    assert found(startDate="2026-05-28", endDate="2026-05-28") == 1
    assert found(startDate="2026-05-29") == 0
    assert found(endDate="2026-05-27") == 0


@pytest.mark.parametrize(
    ("form", "looks"),
    [
        ("text", "Message failed to send: (#131026) Message undeliverable"),
        ("words", "Message undeliverable"),
        ("code", "131026"),
        (
            "object",
            {
                "code": 131026,
                "title": "Message undeliverable",
                "error_data": {"details": "Message undeliverable"},
            },
        ),
        ("none", None),
    ],
)
def test_the_error_of_a_log_has_one_of_several_forms(make: Any, form: str, looks: Any) -> None:
    call = make(broadcast_failed_share=1, failure_codes=("131026",), log_error=form)
    call.contact("+4915112345")
    id = call.broadcast(call.segment(), at=START)["id"]
    call.emulator.advance(10)
    [log] = call.get(f"/v1/broadcasts/{id}/logs")
    assert (log["status"], log.get("error")) == ("failed", looks)
    assert ("error" in log) == (form != "none")


def test_who_stopped_marketing_gets_none_ever_again_and_no_tag(make: Any) -> None:
    call = make(broadcast_failed_share=0.5, failure_codes=("131050",))
    for number in range(4):
        call.contact(f"+491511234{number}")
    segment = call.segment()
    stopped: set[str] = set()
    for day in range(3):
        call.broadcast(segment, at=call.emulator.now() + 1)
        call.emulator.advance(100)
        now = {one["phone"] for one in call.emulator.failures()}
        assert stopped <= now
        latest = [one for one in call.emulator.failures() if one["at"] > call.emulator.now() - 100]
        assert stopped <= {one["phone"] for one in latest}, day
        stopped = now
    assert {one["code"] for one in call.emulator.failures()} == {"131050"}
    assert all("tags" not in one or "Unsubscribe" not in one["tags"] for one in call.emulator.contacts())


@pytest.mark.parametrize("answer", ["accept", "refuse"])
def test_a_template_to_somebody_who_stopped_marketing_fails(make: Any, answer: str) -> None:
    call = make(broadcast_failed_share=1, failure_codes=("131050",), stopped_send=answer)
    contact = call.contact("+4915112345")
    call.broadcast(call.segment(), at=call.emulator.now() + 1)
    call.emulator.advance(100)
    said = call.send("template", contact={"id": contact["id"]}).json()
    assert ("error" in said) == (answer == "refuse")
    assert call.emulator.messages() == []
    listed = [one for one in call.get(f"/v1/messages/{contact['id']}") if one.get("id") == said.get("id")]
    if answer == "accept":
        assert [(one["status"], "131050" in one["errorMessage"]) for one in listed] == [("failed", True)]
        assert [one["operation"] for one in call.emulator.failures()] == ["createBroadcast", "sendWhatsappTemplate"]
    else:
        assert "131050" in said["error"]
        assert len(call.emulator.failures()) == 1


@pytest.mark.parametrize("codes", [(), ("131050", "x")])
def test_codes_that_are_none_are_refused(codes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="failure_codes"):
        Behaviour(failure_codes=codes)
