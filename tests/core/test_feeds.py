"""What is new in lists that grow, and what the state database keeps of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from whautomate_core.client.pages import Pages
from whautomate_core.messaging.feeds import MessagesOf
from whautomate_core.state import open_state, schema
from whautomate_core.waiting.feed import LATE, Cursor, Entry

DAY = 86_400.0


def entry(number: int, at: float | None) -> Entry:
    return Entry(f"id{number}", at, {})


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[float, list[Entry]]]:
    """Looks at a list: when, and what came since the look before, up to nearly a day late or without a time."""
    now, number, history = 1_000_000.0, 0, []
    for _ in range(draw(st.integers(1, 12))):
        since, now = now, now + draw(st.sampled_from([1.0, 60.0, LATE / 2, 5 * DAY]))
        come = []
        for _ in range(draw(st.integers(0, 4))):
            number += 1
            late = draw(st.floats(0, LATE * 0.9))
            came = draw(st.floats(since, now))
            come.append(entry(number, draw(st.sampled_from([None, max(came - late, since - LATE * 0.9)]))))
        history.append((now, come))
    return history


@given(histories(), st.data())
def test_each_record_is_reported_once_whenever_the_watcher_dies(
    history: list[tuple[float, list[Entry]]], data: st.DataObject
) -> None:
    (began, before), *later = history
    there, cursor, reported = list(before), Cursor.begin(before, began), list[str]()
    for now, come in later:
        there += come
        listed = data.draw(st.permutations(there))  # in whichever order
        kept = Cursor(**json.loads(json.dumps(cursor.as_json())))  # as a triggerer that starts finds it
        news = kept.news(listed)
        assert [one.at or 0.0 for one in news] == sorted(one.at or 0.0 for one in news)
        cursor = kept.moved(listed, now)
        if data.draw(st.booleans()) or now == later[-1][0]:  # else it dies before Airflow has stored the events
            cursor = cursor.with_seen(news)
            reported += [one.id for one in news]
        else:
            cursor = kept
        # What can't come again is forgotten.
        assert all(at is None or at >= cursor.since for at in cursor.seen.values())
    assert sorted(reported) == sorted(one.id for _, come in later for one in come)


def test_what_comes_more_than_a_day_late_is_not_reported() -> None:
    cursor = Cursor.begin([], 10 * DAY)
    assert cursor.news([entry(1, 9 * DAY - 1), entry(2, 9 * DAY + 1)]) == [entry(2, 9 * DAY + 1)]


def test_what_leaves_the_list_and_comes_back_is_not_reported_again() -> None:
    one = entry(1, 10 * DAY)
    cursor = Cursor.begin([], 10 * DAY).with_seen([one]).moved([], 10 * DAY + 60)
    assert cursor.news([one]) == []


def test_a_record_without_a_time_that_one_answer_leaves_out_is_not_reported_again() -> None:
    one = entry(1, None)
    cursor = Cursor.begin([one], 10 * DAY).moved([], 10 * DAY + 60)
    kept = Cursor(**json.loads(json.dumps(cursor.as_json())))
    assert kept.news([one]) == []
    assert kept.moved([one], 10 * DAY + 120).moved([], 11 * DAY + 180).news([one]) == []
    assert kept.moved([], 11 * DAY + 120).seen == {}  # it has been missing for a day


def test_a_clock_that_was_days_ahead_loses_nothing_once_it_is_right() -> None:
    now = 10 * DAY
    cursor = Cursor.begin([], now).moved([], now + 9 * DAY)
    assert cursor.not_ahead_of(now + 60).news([entry(1, now + 30)]) == [entry(1, now + 30)]
    assert cursor.not_ahead_of(now + 9 * DAY) == cursor
    assert cursor.not_ahead_of(now + 9 * DAY - 60) == cursor  # set by a minute


def test_what_was_kept_before_there_were_missing_records_is_read() -> None:
    assert Cursor(**{"since": 1.0, "seen": {"a": None}}).missing == {}


def test_records_without_an_id_are_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    feed = MessagesOf("c1")
    reading = feed.read(0.0, Pages)
    next(reading)
    reading.send([{"isIncoming": True, "id": "m"}, {"isIncoming": True, "text": "a secret"}])
    with pytest.raises(StopIteration) as end:
        reading.send([])
    assert [one.id for one in end.value.value] == ["m"]
    assert caplog.messages == ["1 of 2 records of messages of contact_id c1 have no id, so they can't be reported"]


def test_a_watcher_is_told_ids_and_a_time() -> None:
    assert Entry("m", 0.0, {"contact_id": "c"}).as_json() == {
        "id": "m",
        "contact_id": "c",
        "at": "1970-01-01T00:00:00+00:00",
    }
    assert entry(1, None).as_json() == {"id": "id1", "at": None}


def test_watches_of_accounts_are_kept_apart_and_old_ones_pruned(state_url: str, account: str) -> None:
    state = open_state(state_url)
    state.watches.put(account, {"one": {"since": 1.0}, "two": {"since": 2.0}})
    state.watches.put(f"{account} other", {"one": {"since": 3.0}})
    state.watches.put(account, {"one": {"since": 4.0}})
    assert state.watches.get(account, ["one", "two", "three"]) == {"one": {"since": 4.0}, "two": {"since": 2.0}}
    table = schema.watches
    old = update(table).where((table.c.account == account) & (table.c.name == "two"))
    state._database.run(lambda connection: connection.execute(old.values(at=table.c.at - 40 * DAY)))
    dry = state.prune(30 * DAY, dry_run=True).watches
    assert state.prune(30 * DAY).watches == dry >= 1  # other tests may have left theirs in a shared database
    assert state.watches.get(account, ["one", "two"]) == {"one": {"since": 4.0}}
