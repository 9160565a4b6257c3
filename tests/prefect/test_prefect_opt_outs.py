"""Recipients who stopped marketing in WhatsApp: what tasks, coroutines and the block do about them."""

import asyncio
import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from prefect import flow

from prefect_whautomate import WhautomateCredentials, broadcasts, segments
from prefect_whautomate.aio import broadcasts as aio_broadcasts
from prefect_whautomate.aio import segments as aio_segments
from prefect_whautomate.broadcasts import Broadcast
from whautomate_core import errors

TEMPLATE = {"name": "spring_sale", "language": "en"}
CODES = ["131050", "131026", "132000"]
"""Of six people two have stopped marketing, two can't be reached, and two may be tried again."""
pytestmark = pytest.mark.whautomate(
    broadcast_seconds=0.0,
    delivery_seconds=0.0,
    broadcast_failed_share=1.0,
    failure_codes=CODES,
    limits=((10**6, 60.0),),
)
BOTH = pytest.mark.parametrize("which", [0, 1], ids=["sync", "aio"])


@pytest.fixture
def emulator(credentials, whautomate_emulator):
    """With six people and their segment."""
    segments.ensure_segment.fn(credentials, "vip", {"tags": ["vip"]})
    people = [{"name": "N", "phoneNumber": f"491512345670{n}", "tags": ["vip"]} for n in range(6)]
    whautomate_emulator.add_contacts(people)
    return whautomate_emulator


def call(task, *given, **more):
    done = task.fn(*given, **more)
    return asyncio.run(done) if asyncio.iscoroutine(done) else done


def send(credentials, key="k", **more):
    given = {"segment_name": "vip", "hold_minutes": 0, "cooldown": None, **more}
    return broadcasts.broadcast.fn(credentials, "spring", TEMPLATE, **given, key=key)


def failed(emulator, code):
    return {one["contact"] for one in emulator.failures() if one["code"] == code}


def opted_out(emulator):
    return {one["id"] for one in emulator.contacts() if "Unsubscribe" in one["tags"]}


@BOTH
def test_who_waits_gives_the_tag_where_it_is_asked_to(server, credentials, emulator, which, caplog):
    id = send(credentials)["id"]
    wait = (broadcasts, aio_broadcasts)[which].wait_for_broadcast
    bare = call(wait, credentials, id)
    assert (bare["codes"], bare["requests"]) == (dict.fromkeys(CODES, 2), 3)
    with pytest.raises(errors.WhautomateError, match=r"over max_failed='5%': .*2 x stopped .*\(131050\)"):
        call(wait, credentials, id, max_failed="5%")
    assert opted_out(emulator) == set()
    found = call(wait, credentials, id, suppress_failed=True)
    assert (found["codes"], found["suppressed"]["tagged"]) == (dict.fromkeys(CODES, 2), 2)
    (said,) = (one for one in caplog.messages if "newly given" in one)
    assert "not delivered; 2 recipients stopped marketing (131050): 2 newly given the opt-out tag, 0 had it" in said
    assert opted_out(emulator) == failed(emulator, "131050")
    assert "49151" not in json.dumps(found)


def test_the_block_gives_the_tag_and_the_task_refuses_what_it_does_not_wait_for(server, credentials, emulator):
    with pytest.raises(errors.ConfigurationError, match="suppress_failed: the task broadcast does not wait"):
        send(credentials, suppress_failed=True)
    given = {"name": "spring", "template": TEMPLATE, "segment_name": "vip", "hold_minutes": 0, "key": "b"}
    sent = Broadcast(credentials=credentials, suppress_failed=True, **given).trigger()
    sent.wait_for_completion(poll_interval=0.2)
    assert sent.fetch_result()["suppressed"]["tagged"] == 2
    assert opted_out(emulator) == failed(emulator, "131050")


@BOTH
def test_who_stopped_gets_the_tag_and_the_others_another_broadcast(server, credentials, emulator, tmp_path, which):
    jobs, people = (broadcasts, aio_broadcasts)[which], (segments, aio_segments)[which]
    id, path = send(credentials)["id"], tmp_path / "unreachable.jsonl"
    found = call(jobs.suppress_unreachable, credentials, id, unreachable_path=str(path))
    assert (found["stopped"], found["tagged"], found["unreachable"]) == (2, 2, 2)
    assert len(path.read_text().splitlines()) == 2
    with pytest.raises(errors.PolicyRefused, match="stopped your marketing messages"):
        send(credentials, "r", segment_name=None, retarget=id, retarget_type="failed")
    tried = call(jobs.failed_recipients, credentials, id)
    assert set(tried["contacts"]) == failed(emulator, "132000")
    segment = call(people.ensure_audience, credentials, "again", contacts=tried["contacts"])
    second = send(credentials, "2", segment_name=None, segment_id=segment["id"])
    assert second["recipients"] == 2


@pytest.mark.parametrize(
    "code",
    [pytest.param(one, marks=pytest.mark.whautomate(failure_codes=[one])) for one in ("131049", "131026", "132000")],
)
def test_the_recipe_of_the_docs(server, credentials, emulator, code):
    docs = (Path(__file__).parents[2] / "docs" / "guides" / "opt-outs.md").read_text()
    [text] = re.findall(r"```python\n(@flow\ndef try_again.*?)```", docs, re.DOTALL)
    started = []
    names = {
        "WhautomateCredentials": WhautomateCredentials,
        "broadcast": broadcasts.broadcast,
        "datetime": datetime,
        "ensure_audience": segments.ensure_audience,
        "failed_recipients": broadcasts.failed_recipients,
        "flow": flow,
        "run_deployment": lambda name, **more: started.append(more),
    }
    exec(text.replace("segment_id=", "hold_minutes=0, segment_id="), names)
    credentials.save("whautomate", overwrite=True)
    id = send(credentials)["id"]
    names["try_again"](id)
    assert len(started) == (code == "131049")
    assert len(emulator.records("broadcasts")) == (2 if code == "132000" else 1)
    for one in started:
        assert one["parameters"] == {"broadcast_id": id}
        last = max(failure["at"] for failure in emulator.failures())
        assert abs(one["scheduled_time"].timestamp() - last - 86_400) < 2
