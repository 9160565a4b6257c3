"""The README's flow runs."""

import re
from pathlib import Path
from typing import Any

import pytest

from prefect_whautomate import WhautomateCredentials
from whautomate_core.emulator import Emulator

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_the_flow_of_the_readme_runs_and_is_short(whautomate_emulator: Emulator, tmp_path: Path, server: Any) -> None:
    (code,) = re.findall(r"```python\n(from prefect import.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(code.splitlines()) < 25
    customers = tmp_path / "customers.csv"
    customers.write_text("full_name,mobile,plan,newsletter\nAda,0151 23456789,pro,yes\n", encoding="utf-8")
    credentials = WhautomateCredentials(
        host=whautomate_emulator.url,
        key=whautomate_emulator.key,
        plan="subscribed",
        location_id=whautomate_emulator.location_id,
    )
    credentials.save("whautomate", overwrite=True)
    namespace: dict[str, Any] = {}
    code = code.replace("/data/customers.csv", str(customers)).replace('key=f"', 'hold_minutes=0, key=f"')
    exec(code.replace('max_failed="5%"', 'max_failed="5%", poll_interval=1'), namespace)
    assert namespace["spring_sale"]("2026-01-01")["delivered"] == 1
