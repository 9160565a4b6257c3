"""16 processes with real clients against the emulator, which refuses what is over its limits."""

import itertools
from typing import Any

import pytest
from state_workers import Calls, run_calls

from whautomate_core.state.pool import SHORTEST_PAUSE

TOLD = ((60, 2.0),)
MARGIN = 1.0
"""As of a minute: on a busy machine a request of one of 16 processes is late by tenths of a second."""


def statuses(emulator: Any) -> list[tuple[float, int]]:
    """When each request arrived, from the first on, and what it was answered."""
    requests = [request for request in emulator.requests() if request["status"] is not None]
    return [(request["monotonic"] - requests[0]["monotonic"], request["status"]) for request in requests]


@pytest.mark.parametrize(
    "state_url",
    [
        pytest.param("sqlite", marks=pytest.mark.whautomate(limits=TOLD, window="sliding"), id="sqlite-sliding"),
        pytest.param(
            "postgresql",
            marks=pytest.mark.whautomate(limits=TOLD, window="fixed", window_phase=0.7),
            id="postgresql-fixed",
        ),
    ],
    indirect=True,
)
def test_at_its_limit_the_server_refuses_nothing(whautomate_emulator: Any, state_url: str, account: str) -> None:
    emulator = whautomate_emulator
    run_calls(Calls(emulator.url, emulator.key, state_url, TOLD, 8.0, account=account, margin=MARGIN), 16)
    answered = statuses(emulator)
    assert {status for _, status in answered} == {200}
    assert len(answered) > 60  # it was at its limit: the window was used up at least once


@pytest.mark.parametrize("state_url", ["sqlite"], indirect=True)
@pytest.mark.whautomate(limits=((40, 2.0),))
def test_a_server_stricter_than_told_makes_few_429_and_the_pool_settles(
    whautomate_emulator: Any, state_url: str, account: str
) -> None:
    emulator = whautomate_emulator
    run_calls(Calls(emulator.url, emulator.key, state_url, TOLD, 30.0, account=account, margin=MARGIN), 16)
    answered = statuses(emulator)
    refused = [at for at, status in answered if status == 429]
    # At most those that were on their way, for each pause there was. Told 60 and 40 allowed, four pauses take a tenth
    # each from what it sends.
    pauses = 1 + sum(later - earlier > SHORTEST_PAUSE for earlier, later in itertools.pairwise(refused))
    assert 0 < len(refused) <= 16 * pauses
    assert pauses <= 4
    assert sum(at > max(refused) for at, _ in answered) >= 40
