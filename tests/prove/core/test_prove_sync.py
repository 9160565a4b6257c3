"""Syncs in longer and more stories than `make test` has time for, over both stores."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from sync_oracle import ruled, stories, tell

SETTINGS: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],  # a story that fails is long; to make it shorter would take minutes
}


@seed(20_260_101)
@settings(max_examples=300, **SETTINGS)
@given(story=stories(chapters=8))
def test_whatever_happens_the_server_ends_as_the_source_says(story: Any, world: Any, state_url: str) -> None:
    tell(story, world, state_url)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    with ruled(monkeypatch) as begin:
        yield begin
