"""Logs of broadcasts that name one person several times, or not at all."""

import itertools
import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import NoLimit, account_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_stopped_marketing import add_people, holders, taggings

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import Busy, PolicyRefused
from whautomate_core.messaging.audience import count_recipients
from whautomate_core.messaging.unreachable import failed_recipients, suppress_unreachable
from whautomate_core.values.codes import retry_at

FAILED_AT = datetime(2026, 1, 1, tzinfo=UTC)
OVER = datetime(2026, 1, 5, tzinfo=UTC)
"""More than a day later."""


def line(number: Any, code: str | None, **more: Any) -> dict[str, Any]:
    """A line of a log: failed with a code, or delivered."""
    status = {"status": "failed", "error": f"(#{code}) no"} if code else {"status": "delivered"}
    return {"countryCode": "55", "phone": number, "createdAt": FAILED_AT.isoformat(), **status, **more}


Logs = Callable[..., Client]


@pytest.fixture
def with_log(whautomate_emulator: Emulator) -> Iterator[Logs]:
    """Makes a client that reads these lines as the log of each broadcast, and calls `before` with each request."""
    add_people(opened := Client(account_of(whautomate_emulator), pool=NoLimit()), whautomate_emulator)
    clients = [opened]

    def make(lines: list[dict[str, Any]], before: Any = lambda request: None, **more: Any) -> Client:
        def handle(request: httpx.Request) -> httpx.Response:
            before(request)
            if request.url.path.endswith("/logs"):
                page, size = (int(request.url.params[name]) for name in ("page", "limit"))
                return httpx.Response(200, json=lines[(page - 1) * size : page * size])
            request.read()
            return httpx.request(request.method, request.url, headers=request.headers, content=request.content)

        transport = httpx.MockTransport(handle)
        quick: Any = {"pool": NoLimit(), "sleep": lambda seconds: None}
        clients.append(Client(account_of(whautomate_emulator), transport=transport, **quick, **more))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


NUMBER = "11987654000"
OLD = "1187654000"  # the same number of Brazil


@pytest.mark.whautomate(search_delay=0)
@settings(max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codes=st.lists(st.sampled_from(["131050", "131026", "131049", "132000", None]), min_size=1, max_size=3))
def test_who_has_several_lines_is_tried_again_only_where_each_of_them_permits_it(
    codes: list[str | None], with_log: Logs, tmp_path: Path
) -> None:
    numbers = itertools.cycle([NUMBER, OLD])
    client = with_log([line(number, code) for number, code in zip(numbers, codes, strict=False)])
    path = tmp_path / "failed.jsonl"
    may = all(code is not None and retry_at(code, FAILED_AT) for code in codes)
    for now, again in ((FAILED_AT, may and "131049" not in codes), (OVER, may)):
        found = failed_recipients(client, "b1", clock=lambda now=now: now, output_path=str(path))  # type: ignore[misc]
        assert len(found["contacts"]) == again
        assert found["later"] == (may and not again)
        rows = [json.loads(one) for one in path.read_text().splitlines()]
        assert len(rows) == found["undelivered"] == len([code for code in codes if code])
        assert {one["tryAgainAt"] is not None for one in rows} <= {may}
        assert found["never"] == (0 if may else len(rows))


@pytest.mark.whautomate(search_delay=0)
def test_lines_without_a_number_are_said_and_fail_nothing(
    with_log: Logs, whautomate_emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    lines: Any = [line(one, "131050") for one in (None, "", 12, "unknown", NUMBER)]
    with caplog.at_level(logging.WARNING):
        found = suppress_unreachable(with_log([*lines, {"error": "131050"}]), "b1")
    assert (found["stopped"], found["tagged"], found["missing"]) == (6, 1, 5)
    assert "no number that can be read for 5 recipients who stopped marketing" in caplog.text
    assert holders(whautomate_emulator) == {f"55{NUMBER}": 3}
    assert failed_recipients(with_log(lines), "b1")["never"] == 5


@pytest.mark.whautomate(search_delay=0)
def test_broadcasts_that_share_recipients_are_suppressed_one_after_the_other(
    with_log: Logs, whautomate_emulator: Emulator
) -> None:
    lines = [line(f"119876540{n:02}", "131050") for n in range(12)]
    other = with_log(lines, run="one run", max_wait=0.0)
    busy: list[bool] = []

    def meanwhile(request: httpx.Request) -> None:
        if request.url.path.endswith("/tags/add") and not busy:
            busy.append(True)
            with pytest.raises(Busy):
                suppress_unreachable(other, "b2")

    assert suppress_unreachable(with_log(lines, meanwhile, run="one run"), "b1")["tagged"] == 12
    assert busy
    assert suppress_unreachable(other, "b2")["unchanged"] == 12
    assert len(set(taggings(whautomate_emulator))) == len(taggings(whautomate_emulator)) == 28


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize("error", ["(#131050) (#131026)", {"code": 131026, "errors": [{"code": 131050}]}])
def test_a_retarget_is_refused_where_131050_is_one_of_several_codes(error: Any, with_log: Logs) -> None:
    client = with_log([line(NUMBER, "131026", error=error)])
    for kind in ("failed", "sent"):
        with pytest.raises(PolicyRefused, match="1 recipient of broadcast b1 stopped your marketing messages"):
            count_recipients(client, "b1", kind)
    assert suppress_unreachable(client, "b1")["codes"] == {"unread": 1}
