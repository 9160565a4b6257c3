"""Limits in sliding and fixed windows, by a clock that only tests move."""

from __future__ import annotations

from typing import Any

import pytest

from whautomate_core.emulator.limits import Limits

from .conftest import START, Caller


def statuses(call: Caller, count: int) -> list[int]:
    return [call("GET", "/v1/account-info").status_code for _ in range(count)]


def test_a_sliding_window_forgets_each_request_by_itself(make: Any) -> None:
    call = make(limits=((3, 60),), window="sliding", refused_count=False)
    assert statuses(call, 2) == [200, 200]
    call.clock.at += 30
    assert statuses(call, 2) == [200, 429]
    call.clock.at += 29.9
    assert statuses(call, 1) == [429]
    call.clock.at += 0.1
    assert statuses(call, 3) == [200, 200, 429]


@pytest.mark.parametrize(("phase", "boundary"), [(0, 20), (15, 35), (50, 10)])
def test_a_fixed_window_forgets_all_at_its_boundary(make: Any, phase: float, boundary: float) -> None:
    call = make(limits=((3, 60),), window="fixed", window_phase=phase, refused_count=False)
    call.clock.at += boundary - 0.1
    assert statuses(call, 4) == [200, 200, 200, 429]
    call.clock.at += 0.1
    assert statuses(call, 4) == [200, 200, 200, 429]
    call.clock.at += 59.9
    assert statuses(call, 1) == [429]


@pytest.mark.parametrize(("counts", "then"), [(True, 429), (False, 200)])
def test_refused_requests_count_or_not(make: Any, counts: bool, then: int) -> None:
    call = make(limits=((1, 60),), refused_count=counts)
    assert statuses(call, 1) == [200]
    call.clock.at += 40
    assert statuses(call, 1) == [429]
    call.clock.at += 40
    assert statuses(call, 1) == [then]


def test_every_limit_holds(make: Any) -> None:
    call = make(limits=((2, 60), (3, 86_400)), refused_count=False)
    assert statuses(call, 3) == [200, 200, 429]
    call.clock.at += 60
    assert statuses(call, 2) == [200, 429]
    call.clock.at += 86_339
    assert statuses(call, 1) == [429]
    call.clock.at += 1
    assert statuses(call, 2) == [200, 200]


@pytest.mark.parametrize("retry_after", [True, False])
@pytest.mark.parametrize(("window", "seconds"), [("sliding", "50"), ("fixed", "10")])
def test_retry_after(make: Any, retry_after: bool, window: str, seconds: str) -> None:
    call = make(limits=((1, 60),), window=window, retry_after=retry_after, refused_count=False)
    assert statuses(call, 1) == [200]
    call.clock.at += 10
    response = call("GET", "/v1/account-info")
    assert response.status_code == 429
    assert response.headers.get("retry-after") == (seconds if retry_after else None)
    call.clock.at += int(seconds)
    assert statuses(call, 1) == [200]


def test_the_subscribed_account_is_the_default() -> None:
    from whautomate_core.emulator import Behaviour

    assert Behaviour().limits == ((300, 60.0), (432_000, 86_400.0))


def test_a_wrong_key_does_not_count_an_invalid_request_does(make: Any) -> None:
    call = make(limits=((2, 60),))
    for _ in range(3):
        assert call("GET", "/v1/contacts", headers={"x-api-key": "wrong"}).status_code == 403
    assert call("GET", "/v1/contacts?page=0").status_code == 400
    assert call("POST", "/v1/contacts", {}).status_code == 400
    assert call("GET", "/v1/contacts").status_code == 429
    assert [each["counted"] for each in call.emulator.requests()] == [False] * 3 + [True] * 3


def test_nothing_passes_a_limit_of_nothing() -> None:
    for window in ("sliding", "fixed"):
        assert Limits(((0, 60.0),), window).ask(START) is not None


def test_busiest(make: Any) -> None:
    call = make()
    for wait in (0, 1, 58, 1, 0, 300):
        call.clock.at += wait
        statuses(call, 1)
    assert call.emulator.busiest(60) == 4
    assert call.emulator.busiest(61) == 5
    assert call.emulator.busiest(0.5) == 2
