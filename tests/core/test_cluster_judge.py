"""What judges how the cluster uses the limit: a pool that exceeds it, or lets requests wait for nothing, is seen."""

import runpy
from pathlib import Path
from typing import Any

import pytest

JUDGE: Any = runpy.run_path(str(Path(__file__).parents[1] / "cluster" / "judge.py"))


def arrivals(interval: float, seconds: float = 300.0) -> list[dict[str, float]]:
    return [{"at": n * interval} for n in range(int(seconds / interval))]


@pytest.mark.parametrize(("interval", "most"), [(0.2001, 300), (0.25, 240), (0.1899, 316)])
def test_the_busiest_minute(interval: float, most: int) -> None:
    assert JUDGE["busiest"](arrivals(interval)) == most


@pytest.mark.parametrize(("interval", "share"), [(61 / 300, 0.98), (0.25, 0.8)])
def test_the_share_that_is_used_while_requests_wait(interval: float, share: float) -> None:
    assert JUDGE["used"](arrivals(interval), [100.5, 200.5]) == pytest.approx(share, abs=0.01)


def test_bursts_fill_the_minute_before_whoever_waits() -> None:
    bursts = [{"at": 61.0 * burst + n / 100} for burst in range(5) for n in range(300)]
    assert JUDGE["used"](bursts, [float(at) for at in range(100, 161)]) == pytest.approx(60 / 61, abs=0.02)


def test_who_waits_is_a_chunk_that_wrote_nothing_for_a_while_and_had_not_ended() -> None:
    writes = {0: [10.0, 10.5, 15.5, 16.0], 1: [20.0, 30.0], 2: [100.0, 130.0]}
    assert JUDGE["waiting"](writes, {1}, [5.0, 60.0]) == [11.0, 12.0, 13.0, 14.0, 15.0]


def test_a_write_belongs_to_the_chunk_of_its_person() -> None:
    made = [
        {"at": 1.0, "operation": "createContact", "path": "/v1/contacts", "body": {"phoneNumber": "+491"}},
        {"at": 2.0, "operation": "updateContact", "path": "/v1/contacts/c2", "body": {}},
        {"at": 3.0, "operation": "updateContact", "path": "/v1/contacts/stranger", "body": {}},
        {"at": 4.0, "operation": "getContact", "path": "/v1/contacts/c2", "body": None},
    ]
    assert JUDGE["writes_of_chunks"](made, {"491": 0, "492": 1}, {"c2": "492"}) == {0: [1.0], 1: [2.0]}
