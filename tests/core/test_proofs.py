"""The proofs of docs/proofs.md: the page is what was run, and the judge sees what goes wrong.

The rounds themselves take minutes: `nox -s proofs` runs them.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_docs import script

from whautomate_core.emulator import Emulator

PROOFS = Path(__file__).parents[2] / "benchmarks" / "proofs"


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The program that runs the proofs. Its modules import each other as those of a program do."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(PROOFS))
    import contestants
    import run

    monkeypatch.setattr(contestants, "VENVS", Path(sys.executable).parents[2])
    yield run
    for name in set(sys.modules) - before:
        if str(PROOFS) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_the_page_is_what_the_stored_results_say(proofs: Any) -> None:
    page = script("make_proofs")
    kept = json.loads(page.KEPT.read_text(encoding="utf-8"))
    assert page.PAGE.read_text(encoding="utf-8") == page.page(kept), "python scripts/make_proofs.py writes it anew"
    assert {name: set(found) for name, found in kept.items()} == {
        name: set(proof.contestants) for name, proof in proofs.PROOFS.items()
    }
    assert set(page.TITLES) == {name for proof in proofs.PROOFS.values() for name in proof.contestants}


@pytest.mark.parametrize(("hits", "rounds", "says"), [(0, 20, (0, 17)), (20, 20, (83, 100)), (10, 20, (27, 73))])
def test_an_interval_is_exact(hits: int, rounds: int, says: tuple[int, int]) -> None:
    low, high = script("make_proofs").interval(hits, rounds)
    assert (round(low * 100), round(high * 100)) == says


@pytest.mark.parametrize(("name", "twice", "left", "succeeded"), [("SCRIPT", 1, 0, True), ("OURS", 0, 1, False)])
def test_the_judge_sees_who_sends_twice(
    name: str, twice: int, left: int, succeeded: bool, proofs: Any, tmp_path: Path
) -> None:
    import contestants
    import scenes

    player = replace(getattr(contestants, name), env=Path(sys.executable).parents[1].name)
    with scenes.served() as emulator:
        rows = scenes.people(3)
        scenes.add_known(emulator, rows)
        emulator.fault("dropped_after", on=2, operation="sendWhatsappTemplate")
        scene = scenes.Scene(emulator, "send", rows)
        ended = player.start(scene, tmp_path).wait()
        found = scene.judged(tmp_path, contestants.left(tmp_path))
    assert (ended == 0) is succeeded, (tmp_path / "said.txt").read_text()
    assert (found["twice"], found["missed"], found["left"], found["left_unsent"]) == (twice, 0, left, 0)


def test_the_judge_sees_who_is_missed_and_who_should_not_have_been_reached(
    proofs: Any, whautomate_emulator: Emulator
) -> None:
    from judge import judge_export, judge_send

    found = judge_send(whautomate_emulator, ["491", "492", "493"], [], {"492"})
    assert (found["missed"], found["left"], found["left_unsent"]) == (2, 1, 1)
    assert judge_export(["491", "492"], ["491"])["missed"] == 1


def test_each_scene_can_be_made(proofs: Any) -> None:
    for proof in proofs.PROOFS.values():
        with proof.scene(1, 40) as scene:
            assert scene.job in ("send", "create", "export", "hammer"), proof.name


def test_the_judge_knows_a_person_by_both_spellings_of_a_number(proofs: Any) -> None:
    from judge import judge_send

    class Sent:
        def messages(self) -> list[dict[str, str]]:
            return [{"phone": "5215512345600"}, {"phone": "525512345600"}]

    found = judge_send(Sent(), [], ["525512345600"], set())  # type: ignore[arg-type]
    assert (found["twice"], found["reached"]) == (1, 1)
