"""The README shows the flow of its quick start as it is, and it runs."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from prefect_whautomate import WhautomateCredentials
from whautomate_core.emulator import Emulator

ROOT = Path(__file__).parents[2]
QUICK_START = ROOT / "example_dags" / "prefect" / "quick_start.py"


def test_the_readme_shows_the_quick_start_as_it_is() -> None:
    code = QUICK_START.read_text(encoding="utf-8").split('"""\n\n', 1)[1].split("\n\n\nif __name__", 1)[0]
    assert f"```python\n{code}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_quick_start_reaches_two_of_four(whautomate_emulator: Emulator, server: Any) -> None:
    credentials = WhautomateCredentials(
        host=whautomate_emulator.url,
        key=whautomate_emulator.key,
        plan="subscribed",
        location_id=whautomate_emulator.location_id,
        list_lag=0,
    )
    credentials.save("whautomate", overwrite=True)
    figures = runpy.run_path(str(QUICK_START))["quick_start"]()
    assert (figures["recipients"], figures["delivered"]) == (2, 2)
