"""Limits in windows and as a token bucket, by a clock that only tests move."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whautomate_core.emulator.limits import Limits, Refusal

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


def test_a_bucket_holds_a_burst_and_refills_at_the_rate_of_the_shortest_limit(make: Any) -> None:
    call = make(limits=((300, 60), (432_000, 86_400)), window="bucket", burst=3, refused_count=False)
    assert statuses(call, 4) == [200, 200, 200, 429]
    call.clock.at += 0.19
    assert statuses(call, 1) == [429]
    call.clock.at += 0.01
    assert statuses(call, 2) == [200, 429]
    call.clock.at += 3600
    assert statuses(call, 4) == [200, 200, 200, 429]


def test_a_bucket_of_one_by_default(make: Any) -> None:
    assert statuses(make(limits=((300, 60),), window="bucket"), 2) == [200, 429]


def test_a_bucket_gives_its_next_token_to_a_refused_request(make: Any) -> None:
    call = make(limits=((60, 60),), window="bucket", burst=2, refused_count=True)
    assert statuses(call, 3) == [200, 200, 429]
    for _ in range(5):  # hammering never gets through
        call.clock.at += 0.9
        assert statuses(call, 1) == [429]
    call.clock.at += 1
    assert statuses(call, 1) == [200]


def test_the_day_is_a_sliding_window_beside_a_bucket() -> None:
    limits = Limits(((60, 60.0), (3, 86_400.0)), "bucket", refused_count=False, burst=2)
    assert limits.ask(START) is None
    assert limits.ask(START) is None
    assert limits.ask(START) == Refusal(1, is_quota=False)
    assert limits.ask(START + 50) is None
    assert limits.ask(START + 100) == Refusal(86_300, is_quota=True)
    assert limits.ask(START + 86_400) is None


@given(
    gaps=st.lists(st.one_of(st.just(0), st.integers(1, 30)), max_size=60),
    count=st.integers(1, 20),
    seconds=st.integers(1, 60),
    burst=st.integers(1, 8),
    refused_count=st.booleans(),
)
def test_a_bucket_refuses_as_one_that_is_counted_by_hand(
    gaps: list[int], count: int, seconds: int, burst: int, refused_count: bool
) -> None:
    """By hand: each request finds what the bucket held at its last change, and what has come since, in fractions."""
    limits = Limits(((count, seconds),), "bucket", 0.0, refused_count, burst)
    tokens, last = Fraction(burst), 0
    for at in accumulate(gaps):
        tokens, last = min(Fraction(burst), tokens + Fraction(at - last, 1) * Fraction(count, seconds)), at
        refusal = limits.ask(at)
        if tokens >= 1:
            assert refusal is None
            tokens -= 1
        else:
            assert refusal is not None
            assert refusal.wait == pytest.approx(float((1 - tokens) / Fraction(count, seconds)))
            tokens = Fraction(0) if refused_count else tokens


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
@pytest.mark.parametrize(("window", "seconds"), [("sliding", "50"), ("fixed", "10"), ("bucket", "50")])
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
    for window in ("sliding", "fixed", "bucket"):
        assert Limits(((0, 60.0),), window).ask(START) == Refusal(60.0, is_quota=False)


def test_busiest(make: Any) -> None:
    call = make()
    for wait in (0, 1, 58, 1, 0, 300):
        call.clock.at += wait
        statuses(call, 1)
    assert call.emulator.busiest(60) == 4
    assert call.emulator.busiest(61) == 5
    assert call.emulator.busiest(0.5) == 2


DAY = {"limits": ((2, 60), (3, 86_400)), "refused_count": False}


def test_the_gateway_says_whether_the_rate_or_the_quota_of_the_day_is_used_up(make: Any) -> None:
    call = make(**DAY)
    statuses(call, 2)
    rate = call("GET", "/v1/account-info")
    assert (rate.status_code, rate.json()) == (429, {"message": "Too Many Requests"})
    assert rate.headers["x-amzn-errortype"] == "TooManyRequestsException"
    call.clock.at += 60
    statuses(call, 1)
    quota = call("GET", "/v1/account-info")
    assert (quota.status_code, quota.json()) == (429, {"message": "Limit Exceeded"})
    assert quota.headers["x-amzn-errortype"] == "LimitExceededException"
    assert "retry-after" not in quota.headers


def test_without_a_gateway_a_429_does_not_say_which_limit_is_used_up(make: Any) -> None:
    call = make(gateway="none", **DAY)
    statuses(call, 2)
    answers = [call("GET", "/v1/account-info", check=False)]
    call.clock.at += 60
    statuses(call, 1)
    answers.append(call("GET", "/v1/account-info", check=False))
    assert [(one.status_code, one.text) for one in answers] == [(429, "Too Many Requests")] * 2
    assert not any(name.startswith("x-amzn") for one in answers for name in one.headers)
