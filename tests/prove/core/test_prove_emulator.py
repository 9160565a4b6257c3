"""16 processes with real clients against the emulator, which refuses what is over its limits."""

import itertools
from typing import Any

import pytest
from state_workers import Calls, run_calls, settled, statuses

from whautomate_core.state.pool import SHORTEST_PAUSE

TOLD = ((60, 2.0),)


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
    job = Calls(emulator.url, emulator.key, state_url, TOLD, account)
    run_calls(job, 16, lambda: statuses(emulator)[200:])
    assert {status for _, status in statuses(emulator)} == {200}


@pytest.mark.parametrize("state_url", ["sqlite"], indirect=True)
@pytest.mark.whautomate(limits=((40, 2.0),))
def test_a_server_stricter_than_told_makes_few_429_and_the_pool_settles(
    whautomate_emulator: Any, state_url: str, account: str
) -> None:
    emulator = whautomate_emulator
    # It has settled when four windows' requests went after the last refusal.
    run_calls(Calls(emulator.url, emulator.key, state_url, TOLD, account), 16, lambda: settled(emulator)[150:])
    refused = [at for at, status in statuses(emulator) if status == 429]
    # At most those that were on their way, for each pause there was. Told 60 and 40 allowed, four pauses take a tenth
    # each from what it sends.
    pauses = 1 + sum(later - earlier > SHORTEST_PAUSE for earlier, later in itertools.pairwise(refused))
    assert 0 < len(refused) <= 16 * pauses
    assert pauses <= 4
