"""A flow tested against the emulator: who gets the message, and that a lost answer sends nobody another one.

Run it with `pytest` in an environment with `whautomate-pipelines[prefect,emulator]`.
"""

import runpy
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness

from prefect_whautomate import WhautomateCredentials

FLOW_FILE = Path(__file__).parents[1] / "prefect" / "quick_start.py"


@pytest.fixture(scope="session", autouse=True)
def prefect_server():
    """A server of the tests' own. PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS says how long its start may take."""
    with prefect_test_harness(server_startup_timeout=None):
        yield


@pytest.fixture
def flow(whautomate_emulator, monkeypatch, tmp_path):
    """The flow, with a block of an emulator of its own."""
    monkeypatch.setenv("WHAUTOMATE_HOME", str(tmp_path))  # claims and requests of this test alone
    block = WhautomateCredentials(
        host=whautomate_emulator.url,
        key=whautomate_emulator.key,
        plan="subscribed",
        location_id=whautomate_emulator.location_id,
        list_lag=0,
    )
    block.save("whautomate", overwrite=True)
    return runpy.run_path(str(FLOW_FILE))["quick_start"]


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_two_of_four_customers_get_the_message(flow, whautomate_emulator):
    assert flow()["delivered"] == 2
    assert len(whautomate_emulator.messages()) == 2


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_an_answer_that_is_lost_sends_nothing_twice(flow, whautomate_emulator):
    whautomate_emulator.fault("dropped_after", operation="createBroadcast")
    assert flow()["delivered"] == 2
    assert len(whautomate_emulator.messages()) == 2
    assert len(whautomate_emulator.requests("createBroadcast")) == 1
