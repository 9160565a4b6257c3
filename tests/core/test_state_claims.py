"""Claims in either store: who inserts one may send, and nobody else."""

import secrets
import threading
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from state_workers import PATIENCE, PAYLOAD, claim, create, create_and_wait, processes

from whautomate_core.account import Account
from whautomate_core.errors import InvalidRequest
from whautomate_core.state import State, open_state
from whautomate_core.state.claims import Claims
from whautomate_core.state.database import Database
from whautomate_core.values.limits import Limits


@pytest.fixture
def book(state_url: str) -> Claims:
    return State(state_url).claims


def test_of_16_processes_and_8_threads_one_may_send(state_url: str, account: str, book: Claims) -> None:
    ready, mine = processes.Barrier(16), processes.Queue()
    started = [processes.Process(target=claim, args=(state_url, account, "k", ready, mine)) for _ in range(16)]
    for process in started:
        process.start()
    assert sorted(mine.get(timeout=PATIENCE) for _ in started) == [False] * 15 + [True]
    for process in started:
        process.join()
    outcomes: list[bool] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(book.claim(account, "t", PAYLOAD, "POST /x").mine))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 7 + [True]


def test_a_settled_claim_returns_what_was_stored(book: Claims, account: str) -> None:
    assert book.claim(account, "k", PAYLOAD, "POST /x").mine
    book.settle(account, "k", {"id": "b1", "list": [1, None]})
    again = book.claim(account, "k", PAYLOAD, "POST /x")
    assert (again.mine, again.settled, again.result) == (False, True, {"id": "b1", "list": [1, None]})
    assert [claim.key for claim in book.open(account)] == []


def test_another_account_and_another_key_are_others(book: Claims, account: str) -> None:
    for account_, key in ((account, "k"), (account, "other"), (f"{account}-2", "k")):
        assert book.claim(account_, key, PAYLOAD, "POST /x").mine


def test_keys_as_long_as_schedulers_make_them(book: Claims, account: str) -> None:
    key = "d" * 250 + "/" + "t" * 250 + "/7/2026-01-01T00:00:00+00:00"
    assert book.claim(account, key, PAYLOAD, "POST /x").mine
    assert not book.claim(account, key, PAYLOAD, "POST /x").mine


def test_another_payload_under_the_key_is_an_error_that_names_what_differs(book: Claims, account: str) -> None:
    book.claim(account, "k", PAYLOAD, "POST /x")
    with pytest.raises(InvalidRequest, match=r"differs in extra, name\)") as raised:
        book.claim(account, "k", {**PAYLOAD, "name": "Autumn", "extra": 1}, "POST /x")
    assert "Autumn" not in str(raised.value)
    assert "+49" not in str(raised.value)
    with pytest.raises(InvalidRequest, match=r"differs in the call"):
        book.claim(account, "k", PAYLOAD, "POST /y")
    book.settle(account, "k", {})
    with pytest.raises(InvalidRequest):
        book.claim(account, "k", {**PAYLOAD, "name": "Autumn"}, "POST /x")


def test_the_order_of_fields_is_no_difference(book: Claims, account: str) -> None:
    book.claim(account, "k", {"a": {"x": 1, "y": 2}, "b": 3}, "POST /x")
    assert not book.claim(account, "k", {"b": 3, "a": {"y": 2, "x": 1}}, "POST /x").mine


def test_nothing_of_a_payload_is_stored_in_clear(state_url: str, book: Claims, account: str) -> None:
    book.claim(account, "k", PAYLOAD, "POST /x")
    with Database(state_url)._engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM whautomate_claim WHERE account = :a"), {"a": account}).all()
    assert "Spring" not in str(row)
    assert "15112345678" not in str(row)


def test_release_lets_the_next_send_and_only_ones_own_is_released(book: Claims, account: str) -> None:
    first = book.claim(account, "k", PAYLOAD, "POST /x")
    assert book.release(account, "k")  # a person
    assert not book.release(account, "k")
    second = book.claim(account, "k", PAYLOAD, "POST /x")
    assert second.mine
    assert not book.release(account, "k", made_by=first.made_by)  # the first attempt comes to its end
    assert not book.claim(account, "k", PAYLOAD, "POST /x").mine
    assert book.release(account, "k", made_by=second.made_by)


def test_a_claim_that_goes_between_insert_and_look_is_inserted_again(
    state_url: str, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, other = State(state_url).claims, State(state_url).claims
    stop = threading.Event()
    problems: list[BaseException] = []

    def churn() -> None:
        while not stop.is_set():
            try:
                other.claim(account, "k", PAYLOAD, "POST /x")
                other.release(account, "k")
            except BaseException as error:
                problems.append(error)
                return

    threads = [threading.Thread(target=churn) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(150):
            if book.claim(account, "k", PAYLOAD, "POST /x").mine:
                book.release(account, "k")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []


def test_a_claim_whose_commit_was_confirmed_to_nobody_is_still_ours(
    book: Claims, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = book._database.run

    def twice(work: Any) -> Any:
        run(work)  # committed, but the connection was lost before we heard of it
        return run(work)

    monkeypatch.setattr(book._database, "run", twice)
    assert book.claim(account, "k", PAYLOAD, "POST /x").mine


def test_open_claims_are_listed_oldest_first(book: Claims, account: str) -> None:
    for key in ("b", "a", "c"):
        book.claim(account, key, PAYLOAD, "POST /x")
    book.settle(account, "a", {})
    listed = book.open(account)
    assert [claim.key for claim in listed] == ["b", "c"]
    assert all(claim.what == "POST /x" and ":" in claim.made_by for claim in listed)
    assert {claim.key for claim in book.open() if claim.account == account} == {"b", "c"}


def test_killed_while_waiting_for_a_permit_leaves_no_claim(
    whautomate_emulator: Any, pool: Any, state_url: str, account: str
) -> None:
    emulator, state = whautomate_emulator, open_state(state_url)
    two_a_while = Account(
        emulator.url, SecretStr(emulator.key), account, Limits([(2, 50.0)]), state=SecretStr(state_url)
    )
    state.pool(account, two_a_while.limits).acquire(2)
    waiting = processes.Event()
    process = processes.Process(target=create_and_wait, args=(two_a_while, waiting), daemon=True)
    process.start()
    try:
        assert waiting.wait(PATIENCE)
    finally:
        process.kill()
        process.join()
    assert emulator.requests() == []
    assert state.claims.open(account) == []
    contact, sent = create(two_a_while, pool)  # the next attempt, which gets its permit
    assert sent
    assert [one["id"] for one in emulator.contacts()] == [contact]
    assert len(emulator.requests("createContact")) == 1


@pytest.mark.parametrize("key", ["", " ", "None", "n\0ul", "\ud83d", "ä" * 1001, None, 5, ["k"]])
def test_what_can_be_no_key_is_refused(key: Any, book: Claims, account: str) -> None:
    for ask in (book.claim, book.look):
        with pytest.raises(InvalidRequest, match="key must be text"):
            ask(account, key, PAYLOAD, "POST /x")
    assert book.open(account) == []


def test_a_long_key_is_a_key(book: Claims, account: str) -> None:
    key = secrets.token_hex(1000)
    assert book.claim(account, key, PAYLOAD, "POST /x").mine
    assert not book.claim(account, key, PAYLOAD, "POST /x").mine
