"""Whatever happens between a source and the server, in whatever order: what must be so in the end, and in between."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sync_oracle import Line, Story, ruled, stories, tell

SETTINGS: dict[str, Any] = {
    **{"deadline": None, "database": None, "derandomize": True},
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],  # a story that fails is long; to make it shorter would take minutes
}


TWO: list[tuple[Any, ...]] = [("write", person, Line(city="Ulm", stage="Lead")) for person in range(2)]
RUN, AGAIN = ("run", {"drift": "ignore"}), ("run", {"drift": "detect"})
MOVED = ("write", 0, Line(city="Bonn", stage="Customer"))
SHORT: dict[str, list[tuple[Any, ...]]] = {
    "dies once a create has left": [("run", {"drift": "ignore", "kill_write": 1}), ("skip", 6.0), RUN],
    "goes on when the intent is old": [("run", {"drift": "ignore", "kill_write": 1}), ("skip", 901.0), RUN],
    "a create comes late": [("fault", "late_commit", "createContact", 1), RUN, RUN, ("release",)],
    "a tag has no answer": [
        ("make", 0, [], False),
        ("skip", 6.0),
        ("fault", "dropped_after", "addContactTags", 1),
        RUN,
    ],
    "somebody opts out and moves": [RUN, ("set_tag", 0, "Unsubscribe", True), MOVED, RUN],
    "fields of others": [RUN, ("edit", 0, {"notes": "x", "customFields": {"size": "L"}}), MOVED, RUN],
    "opted out as a client": [("opt_out_elsewhere", 0), ("skip", 6.0), RUN],
    "opts out, moves, vanishes": [RUN, ("set_tag", 0, "Unsubscribe", True), AGAIN, ("delete", 0), MOVED, RUN],
    **{
        f"merged, {what}, {'old id' if keeps_id else 'new id'}": [RUN, *before, ("merge", 0, 1, keeps_id), MOVED, *then]
        for keeps_id in (False, True)
        for what, before, then in (
            ("then trusted", [], [RUN]),
            ("then looked at", [], [AGAIN]),
            ("gone from the source", [], [("remove", 0), RUN]),
            ("after an opt-out", [("set_tag", 0, "Unsubscribe", True)], [RUN]),
            ("after an opt-out of the other", [("set_tag", 1, "Unsubscribe", True)], [RUN, AGAIN]),
        )
    },
    "refuses in a row that can't be sent": [RUN, ("refuse_badly", 0, True), RUN, ("refuse_badly", 0, False), RUN],
    "and in no other row": [RUN, ("remove", 0), ("refuse_badly", 0, True), RUN, ("spoil", 1), AGAIN],
    "somebody goes between two pages": [
        *(("crowd", 4), RUN, ("crowd", 2), ("set_tag", 0, "Unsubscribe", True)),
        *(("shift", "contacts", "delete", who, on) for who in range(4) for on in (2, 3)),
        AGAIN,
    ],
    "somebody comes and goes between two pages": [
        *(("crowd", 3), ("shift", "contacts", "create", 0, 2), ("shift", "contacts", "delete", 1, 3)),
        *(("shift", "clients", "delete", 0, 2), RUN, ("run", {"members": "exactly"})),
    ],
    "spelt in another way": [
        *(("write", 2, Line(stage="Lead", how=0)), ("make", 2, [], False, 1), ("skip", 6.0), RUN),
        *(("write", 2, Line(city="Bonn", how=1)), RUN, ("opt_out_elsewhere", 2, 1)),
        *(("skip", 6.0), ("write", 2, Line(stage="Customer", how=2)), AGAIN, RUN),
    ],
    "two records, and one has the tag": [
        *(("make", 0, [], False), ("make", 0, ["news"], True), ("make", 1, ["news"], False), ("make", 1, [], True)),
        *(("skip", 6.0), RUN, ("write", 0, Line(ok=False)), ("write", 1, Line(ok=False)), RUN),
    ],
    "a second record came with the tag": [
        *(RUN, ("make", 0, ["news"], True), ("set_tag", 0, "vip", True), ("skip", 6.0)),
        *(("write", 0, Line(ok=False)), RUN, ("run", {"members": "at_least"}), ("write", 0, Line()), RUN),
    ],
    "a second record opted out": [
        *(RUN, ("make", 0, ["Unsubscribe"], True), ("skip", 6.0), ("write", 0, Line(ok=False, stage="Customer")), RUN),
        *(AGAIN, ("write", 0, Line(stage="Lead")), RUN),
    ],
    "two at once": [("run", {"at_once": 2}), MOVED, ("run", {"at_once": 2})],
}


@pytest.mark.parametrize("is_slow", [False, True])
@pytest.mark.parametrize("name", SHORT)
@pytest.mark.parametrize("mode", ["upsert", "mirror"])
def test_what_goes_wrong_by_itself_does_no_harm(
    name: str, mode: str, is_slow: bool, world: Any, tmp_path: Path
) -> None:
    behaviour = {"page_cap": 2} if "between two pages" in name else {}
    story = Story("contacts", mode, behaviour, False, is_slow, TWO + SHORT[name])
    tell(story, world, f"sqlite:///{tmp_path}/state.sqlite")


@settings(max_examples=50, **SETTINGS)
@given(story=stories())
def test_whatever_happens_the_server_ends_as_the_source_says(story: Any, world: Any, tmp_path: Path) -> None:
    tell(story, world, f"sqlite:///{tmp_path}/state.sqlite")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    with ruled(monkeypatch) as begin:
        yield begin
