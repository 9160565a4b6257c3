"""pytest plugin: the fixture `whautomate_emulator`, and the marker that sets its behaviour.

    @pytest.mark.whautomate(put="merge", search_delay=0)
    def test_my_dag(whautomate_emulator):
        whautomate_emulator.fault("500_after", operation="createContact")
        ...
        assert len(whautomate_emulator.messages()) == 3

Imports nothing but pytest, since pytest loads it wherever the distribution is installed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .control import Emulator


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "whautomate(**behaviour): the behaviour of this test's `whautomate_emulator`, by the names of "
        "whautomate_core.emulator.Behaviour; nearer markers win",
    )


@pytest.fixture
def whautomate_emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """An emulator of its own for this test, on a free loopback port and with a key of its own: `.url`, `.key`, and what
    `whautomate_core.emulator.Emulator` controls it."""
    try:
        from . import Emulator, behaviour_from, create_app, running
    except ModuleNotFoundError as missing:
        pytest.fail(f'{missing}: pip install "whautomate-pipelines[emulator]"', pytrace=False)
    behaviour: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("whautomate"))):
        behaviour |= marker.kwargs
    # An account is its host and key: a port that comes again would bring the claims and contacts of an earlier test.
    app = create_app(behaviour_from(behaviour), key=f"emulator-key-{secrets.token_hex(8)}")
    emulator = Emulator(app)
    try:
        with running(app) as emulator.url:
            yield emulator
    finally:
        emulator.close()
