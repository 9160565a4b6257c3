"""A Prefect server and a state database for the tests alone."""

import os
import tempfile

import pytest
from prefect.testing.utilities import prefect_test_harness

os.environ |= {"WHAUTOMATE_HOME": tempfile.mkdtemp(prefix="whautomate-"), "HOLD_MINUTES": "0", "POLL_INTERVAL": "1"}


@pytest.fixture(scope="session", autouse=True)
def prefect_server():
    with prefect_test_harness(server_startup_timeout=240):
        yield
