"""One real Prefect server for the session, one emulator of the vendor's API for each test."""

import importlib.metadata
import importlib.util
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pytest

# Before Prefect is imported, which reads its settings at import.
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-home-")
os.environ["DO_NOT_TRACK"] = "1"
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"

try:
    importlib.metadata.version("prefect")
except importlib.metadata.PackageNotFoundError:
    collect_ignore_glob = ["*.py"]


@pytest.fixture(scope="session")
def block_types_at_start():
    """A server; gives the slugs of the blocks that it knew before anything was saved to it."""
    from prefect.client.orchestration import get_client
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120), get_client(sync_client=True) as client:
        slugs: set[str] = set()
        for _ in range(100):  # blocks are registered while the server is answering already
            response = client.request("POST", "/block_types/filter", json={"limit": 200})
            slugs = {block_type["slug"] for block_type in response.json()}
            if "whautomate-credentials" in slugs:
                break
            time.sleep(0.2)
        yield slugs


@pytest.fixture
def server(block_types_at_start):
    """A client of the Prefect server."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def credentials(credentials_of_emulator):
    return credentials_of_emulator()


@pytest.fixture
def credentials_of_emulator(whautomate_emulator):
    """Makes credentials of this test's emulator, with other settings where they are given."""
    from prefect_whautomate import WhautomateCredentials

    def make(**settings):
        given = {
            "host": whautomate_emulator.url,
            "key": whautomate_emulator.key,
            "account": uuid.uuid4().hex,  # a pool of requests of its own
            "requests_per_minute": 1_000_000,
            "requests_per_day": 1_000_000,
            "location_id": whautomate_emulator.location_id,
        }
        return WhautomateCredentials(**given | settings)

    return make


@pytest.fixture
def example():
    """The example flow's module, as a copy of the file would be imported."""
    path = Path(__file__).parents[2] / "example_dags" / "prefect" / "contacts_to_campaign.py"
    spec = importlib.util.spec_from_file_location("contacts_to_campaign", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]
