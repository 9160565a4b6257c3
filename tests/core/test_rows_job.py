"""The engine of jobs over rows: every row has one outcome, and limits hold before anything is sent."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, get_args

import pytest
from conftest import NoLimit, account_of
from hypothesis import given
from hypothesis import strategies as st

from whautomate_core import errors
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.rows.job import LeftOut, RowJob, Wanted, check_mapping, read_lines, run_rows
from whautomate_core.rows.outcomes import CHANGES, ENDS, OUTCOMES, Beside, Outcome
from whautomate_core.rows.store import Item, Line, Store


@dataclass
class Words(RowJob):
    """Writes words into a set that stands for the server."""

    outcomes = ("created", "updated", "unchanged", "missing")
    beside = ("removed",)

    server: dict[str, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    earlier_counts: bool = False
    sent: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        self.said.append("prepare")

    def read(self, cells: Mapping[str, str]) -> Wanted:
        if cells["word"] == "?":
            raise errors.InvalidRequest("word is unclear")
        if cells["word"] == "nobody":
            raise LeftOut("missing", "nobody is there")
        return [((word,), cells.get("meaning", "")) for word in cells["word"].split("+")]

    def choose(self, earlier: Item, later: Item) -> Item:
        return earlier if self.earlier_counts else later

    def look(self, items: Store) -> None:
        self.said.append("look")

    def check(self, item: Item) -> None:
        if item.wanted == "impossible":
            raise errors.InvalidRequest("it is impossible")

    def apply(self, item: Item) -> Outcome:
        (word,) = item.key
        if word in self.refuses:
            raise errors.InvalidRequest("the server refuses it", status=400)
        if word == "lost":
            raise errors.OutcomeUnknown("no answer")
        if word == "quota":
            raise errors.QuotaExhausted("no permits")
        before = self.server.get(word)
        if before == item.wanted:
            return "unchanged"
        self.server[word] = item.wanted
        self.sent.append(word)
        return "created" if before is None else "updated"

    def end(self) -> None:
        self.report.beside["removed"] += 1


def used(earlier: Mapping[str, int] = {}) -> Any:
    return SimpleNamespace(earlier=earlier, changed=lambda: earlier)


def run(job: RowJob, words: list[Any], more: Any = None, **limits: Any) -> Any:
    rows = [{"word": word} if isinstance(word, str) else {"word": word[0], "meaning": word[1]} for word in words]
    lines = (Line(number, cells) for number, cells in enumerate(rows, start=1))
    return run_rows(job, more or used(), lines, **limits)


def test_each_row_has_one_outcome_and_is_in_the_files(tmp_path: Path) -> None:
    job = Words(server={"there": "", "old": "x"}, refuses={"bad"})
    paths = {"rejects_path": f"{tmp_path}/rejects.jsonl", "outcomes_path": f"{tmp_path}/outcomes.jsonl"}
    report = run(job, ["new", "there", "old", "?", "nobody", "bad", "lost", "new"], max_failed=2, **paths)
    assert report == {
        "rows": 8, "created": 1, "updated": 1, "unchanged": 1, "missing": 1, "superseded": 1, "rejected": 1,
        "protected": 0, "failed": 1, "unsettled": 1, "removed": 1,
    }  # fmt: skip
    outcomes = [json.loads(line) for line in (tmp_path / "outcomes.jsonl").read_text().splitlines()]
    assert [one["outcome"] for one in outcomes] == [
        *("superseded", "unchanged", "updated", "rejected", "missing", "failed", "unsettled", "created")
    ]
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert [one["row"] for one in rejects] == [1, 4, 5, 6, 7]
    assert rejects[0]["reason"] == "row 8 is about the same and counts instead"
    assert rejects[1] == {"row": 4, "outcome": "rejected", "reason": "word is unclear"}


def test_of_two_rows_about_the_same_the_job_chooses() -> None:
    job = Words()
    run(job, [("a", "first"), ("a", "second")])
    assert job.server == {"a": "second"}
    job = Words(earlier_counts=True)
    assert run(job, [("a", "first"), ("a", "second")])["superseded"] == 1
    assert job.server == {"a": "first"}


def test_a_row_that_asks_for_several_things_counts_once() -> None:
    job = Words(server={"a": ""}, earlier_counts=True, refuses={"d"})
    report = run(job, ["a+b", "b", "a+c", "c+d", "a+b+c"], max_failed=1)
    assert (report["created"], report["superseded"], report["failed"], report["unchanged"]) == (2, 2, 1, 0)
    assert job.sent == ["b", "c"]
    assert run(Words(server={"a": ""}, earlier_counts=True), ["b+a"])["created"] == 1


@pytest.mark.parametrize(
    ("words", "limits", "says"),
    [
        (
            ["new", "?"],
            {"max_rejected": 0},
            r"1 of 2 rows rejected, over max_rejected=0: 1 x word is unclear \(row 2\)",
        ),
        (["new", ("b", "impossible")], {"max_rejected": "49%"}, "1 of 2 rows rejected, over max_rejected='49%'"),
        (["?", "?"], {}, "all 2 rows rejected: 2 x word is unclear"),
        (["new"], {"max_failed": "some"}, 'max_failed must be a whole number or a share like "5%"'),
        (["new"], {"max_rejected": -1}, "max_rejected must be a whole number"),
        (["new"], {"outcomes_path": "/no/such/folder/o.jsonl"}, "outcomes_path: the folder /no/such/folder does not"),
    ],
)
def test_a_limit_holds_before_anything_is_sent(words: Any, limits: Any, says: str, tmp_path: Path) -> None:
    job = Words()
    with pytest.raises((errors.InvalidRequest, errors.ConfigurationError), match=says):
        run(job, words, rejects_path=f"{tmp_path}/rejects.jsonl", **limits)
    assert job.sent == []


def test_failures_over_the_limit_fail_the_step_once_all_is_done(tmp_path: Path) -> None:
    job = Words(refuses={"b", "c"})
    with pytest.raises(errors.InvalidRequest, match="2 of 4 rows failed, over max_failed='25%': 2 x the server"):
        run(job, ["a", "b", "c", "d"], max_failed="25%", rejects_path=f"{tmp_path}/rejects.jsonl")
    assert job.sent == ["a", "d"]
    assert len((tmp_path / "rejects.jsonl").read_text().splitlines()) == 2
    assert run(job, ["a", "b", "c", "d"], max_failed="50%")["failed"] == 2


def test_a_contradiction_that_is_seen_before_is_over_max_failed_before_anything_is_sent() -> None:
    class Contradicted(Words):
        def choose(self, earlier: Item, later: Item) -> Item:
            raise LeftOut("failed", f"it contradicts row {earlier.row}")

    job = Contradicted()
    with pytest.raises(
        errors.InvalidRequest, match="rows failed, over max_failed=0: nothing was sent: 1 x it contradicts row 1"
    ):
        run(job, ["a", "b", "a"])
    assert job.sent == []
    assert run(job, ["a", "b", "a"], max_failed=1)["failed"] == 1


def test_the_source_is_read_to_its_end_before_the_first_request() -> None:
    job = Words()

    def lines() -> Iterator[Line]:
        for number in range(3):
            assert job.said == []
            yield Line(number, {"word": str(number)})

    run_rows(job, used(), lines())
    assert job.said == ["prepare", "look"]


def test_what_earlier_attempts_changed_is_counted_as_changed() -> None:
    client = used({"created": 2, "removed": 1})
    report = run(Words(server={"a": "", "b": ""}), ["a", "b", "c"], client)
    assert (report["created"], report["unchanged"], report["removed"]) == (3, 0, 2)
    assert client.changed() == {"created": 3, "updated": 0, "removed": 2}


def test_where_the_run_is_stopped_the_files_are_written_and_the_changes_known(tmp_path: Path) -> None:
    client = used()
    with pytest.raises(errors.QuotaExhausted):
        run(Words(), ["a", "?", "quota", "b"], client, outcomes_path=f"{tmp_path}/outcomes.jsonl")
    assert client.changed()["created"] == 1
    outcomes = [json.loads(line) for line in (tmp_path / "outcomes.jsonl").read_text().splitlines()]
    assert [(one["row"], one["outcome"]) for one in outcomes] == [(1, "created"), (2, "rejected")]


def test_memory_does_not_grow_with_the_source() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        lines = (Line(number, {"word": f"{number} {'x' * 200}"}) for number in range(count))
        run_rows(Counting(), used(), lines)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    class Counting(RowJob):
        def read(self, cells: Mapping[str, str]) -> Wanted:
            return [((cells["word"],), cells["word"])]

        def apply(self, item: Item) -> Outcome:
            return "created"

    peak(10)
    assert peak(6000) < 1.5 * peak(1500)


@given(st.lists(st.sampled_from(["a", "b", "c", "a+b", "?", "nobody", "lost", "bad"]), max_size=8), st.booleans())
def test_all_rows_are_accounted_for(words: list[str], earlier_counts: bool) -> None:
    if not earlier_counts:
        words = [word for word in words if "+" not in word]
    job = Words(refuses={"bad"}, earlier_counts=earlier_counts)
    if words and set(words) == {"?"}:
        return
    report = run(job, words, max_failed="100%")
    assert sum(report[name] for name in {*job.outcomes, *ENDS}) == report["rows"] == len(words)
    assert Counter(job.sent).most_common(1) in ([], [(job.sent[0], 1)] if job.sent else [])


def test_mapping_defaults_to_columns_of_the_same_names() -> None:
    assert check_mapping(None, {"b", "a"}, {"c"}) == {"a": "a", "b": "b"}
    with pytest.raises(errors.ConfigurationError, match=r"no column 'word'; there are 'wort'.*; mapping= names it"):
        list(read_lines([{"wort": "x"}], check_mapping(None, {"word"}, set())))


def test_the_job_that_contributing_shows_works(whautomate_emulator: Emulator) -> None:
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text()
    code = text.partition("## Adding a job over rows")[2].partition("```python\n")[2].partition("```")[0]
    made = ModuleType("shown_job")
    exec(compile(code, "CONTRIBUTING.md", "exec"), made.__dict__)
    rows = [{"name": "Hair"}, {"name": ""}, {"name": "Hair"}, {"name": "Nails"}]
    with Client(account_of(whautomate_emulator), pool=NoLimit()) as client:
        first, again = made.sync_categories(client, rows), made.sync_categories(client, rows)
    assert (first["created"], first["rejected"], first["superseded"], again["unchanged"]) == (2, 1, 1, 2)
    assert len(whautomate_emulator.records("serviceCategories")) == 2


def test_every_outcome_is_explained() -> None:
    from whautomate_core.rows import outcomes

    text = Path(outcomes.__file__).read_text()
    for name in (*OUTCOMES, *get_args(Beside)):
        assert f"| {name}" in text or f", {name}" in text
    assert {*OUTCOMES, *get_args(Beside)} >= CHANGES
    assert set(ENDS) <= set(OUTCOMES)
