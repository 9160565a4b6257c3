"""Whatever happens between a source and the server, in whatever order: what must be so in the end, and in between."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sync_oracle import ruled, stories, tell

SETTINGS: dict[str, Any] = {
    **{"deadline": None, "database": None, "derandomize": True},
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],  # a story that fails is long; to make it shorter would take minutes
}


@settings(max_examples=20, **SETTINGS)
@given(story=stories())
def test_whatever_happens_the_server_ends_as_the_source_says(story: Any, world: Any, tmp_path: Path) -> None:
    tell(story, world, f"sqlite:///{tmp_path}/state.sqlite")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    with ruled(monkeypatch) as begin:
        yield begin
