"""Headers of an answer -> counters."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whautomate_core.client.rate_headers import counters

NOW = 1_790_000_000.0


@pytest.mark.parametrize("prefix", ["RateLimit-", "X-RateLimit-", "x-ratelimit-", "X-RATELIMIT-"])
def test_names_in_any_spelling(prefix: str) -> None:
    headers = {f"{prefix}Remaining": "42", f"{prefix}Limit": "300", f"{prefix}Reset": "17"}
    assert counters(headers, NOW) == (42, 17.0, 300)
    assert counters(httpx.Headers(headers), NOW) == (42, 17.0, 300)


@pytest.mark.parametrize(
    ("reset", "after"),
    [
        ("0", 0.0),
        ("59.5", 59.5),
        (f"{NOW + 30:.0f}", 30.0),
        (f"{(NOW + 30) * 1000:.0f}", 30.0),
        (f"{NOW - 30:.0f}", None),  # past
        (f"{NOW + 40 * 86_400:.0f}", None),  # in forty days
        ("4000000", None),
        ("Tue, 24 Nov 2026 23:00:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("nan", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_a_reset_is_a_span_or_a_time(reset: str, after: float | None) -> None:
    found = counters({"ratelimit-remaining": "1", "ratelimit-reset": reset}, NOW)
    assert found is not None
    assert found.reset_after == (after if after is None else pytest.approx(after))


def test_the_first_number_of_a_list_is_meant() -> None:
    assert counters({"ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "7"}, NOW) == (7, None, 100)


@pytest.mark.parametrize("remaining", ["", "-1", "many", "1e3", "0x10", "٣", "9" * 40, "5 of 10"])
def test_nonsense_is_as_if_it_were_not_there(remaining: str) -> None:
    headers = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Limit": "300", "X-RateLimit-Reset": "10"}
    assert counters(headers, NOW) is None


def test_without_what_remains_there_is_nothing_to_believe() -> None:
    assert counters({}, NOW) is None
    assert counters({"X-RateLimit-Limit": "300", "Retry-After": "5"}, NOW) is None
    assert counters({"RateLimit-Remaining": "?", "X-RateLimit-Remaining": "3"}, NOW) == (3, None, None)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_sent_is_read_without_an_error(remaining: str, reset: str, limit: str) -> None:
    found = counters({"ratelimit-remaining": remaining, "ratelimit-reset": reset, "ratelimit-limit": limit}, NOW)
    if found is not None:
        assert found.remaining >= 0
        assert found.reset_after is None or 0 <= found.reset_after <= 31 * 86_400
