"""`whautomate state prune`: what is kept ends, and nobody is messaged twice for that."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from killing import Killed, run
from sqlalchemy import update
from typer.testing import CliRunner

from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.client.keys_before import AirflowKeys, PrefectKeys
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError, OutcomeUnknown
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.state import State, open_state, pruned, schema

DAY = 86_400.0
SEND = "POST /v1/messages/whatsapp/sendtemplate"
CLASS = "POST /v1/classes"


@pytest.fixture
def state(state_url: str) -> State:
    return State(state_url)


def sent(state: State, account: str, key: str, what: str = SEND, *, days: float = 0.0, settled: bool = True) -> None:
    """A claim made so many days ago."""
    state.claims.claim(account, key, {"to": key}, what)
    if settled:
        state.claims.settle(account, key, {"id": "m1"})
    age(state, account, key, days)


def age(state: State, account: str, key: str, days: float) -> None:
    table = schema.claims
    mine = (table.c.account == account) & (table.c.key == key)
    earlier = update(table).where(mine).values(made_at=table.c.made_at - days * DAY)
    state._database.run(lambda connection: connection.execute(earlier))


def keys(state: State, account: str) -> set[str]:
    return {claim.key for claim in state.claims.under(account, "")}


def step(run: str, endpoint: str = "sendWhatsappTemplate", person: int = 0) -> str:
    return f"v2 airflow dag task at {run} {endpoint} {person:016x}"


def test_old_claims_go_and_their_steps_send_nothing_any_more(state: State, account: str) -> None:
    for person in range(3):
        sent(state, account, step("2026-01-01", person=person), days=200)
    sent(state, account, "order 4711", days=200)
    sent(state, account, f"spring to {1:016x}", days=200)
    young = [step("2026-06-01"), "order 4712"]
    for key in young:
        sent(state, account, key, days=179)
    dry = state.prune(180 * DAY, dry_run=True)
    assert len(keys(state, account)) == 7
    removed = state.prune(180 * DAY)
    assert (removed.claims, removed.marks) == (dry.claims, dry.marks) == (5, 3)
    assert keys(state, account) == {*young}
    # The same people, others of the step, others of the job under its key: who knows whether they got it?
    for key in (step("2026-01-01"), step("2026-01-01", person=9), "order 4711", f"spring to {2:016x}"):
        for _ in range(2):
            with pytest.raises(OutcomeUnknown, match=r"removed on \d{4}-\d\d-\d\d by `whautomate state prune`"):
                state.claims.claim(account, key, {"to": key}, SEND)
    assert keys(state, account) == {*young}
    for key in (step("2026-07-01"), "order 4713", "summer", step("2026-01-01", endpoint="createContact"), "order"):
        assert state.claims.claim(account, key, {"to": key}, SEND).mine
    assert state.claims.claim("another account", step("2026-01-01"), {}, SEND).mine
    assert state.prune(180 * DAY).claims == 0


def test_what_may_still_be_needed_stays(state: State, account: str) -> None:
    kept = {
        step("cleared", person=1): (200, SEND, True),
        step("cleared", person=2): (1, SEND, True),  # the run was cleared yesterday
        step("open", person=1): (200, SEND, True),
        step("open", person=2): (200, SEND, False),
        "order 1": (200, SEND, False),
        "class/c1/yoga": (200, CLASS, True),  # whose it is, and not what a run did
        '["staff block", "off", "s1"]': (200, "POST /v1/staffs/{}/availabilityBlocks", True),
        '["dag", "task", 0, "at 2026-01-01"]': (200, SEND, True),  # of the first form
        "prefect f0 send_whatsapp_text 0123": (200, SEND, True),
        "spring": (399, "POST /v1/broadcasts", True),  # its figures are compared with those of the next
    }
    for key, (days, what, settled) in kept.items():
        sent(state, account, key, what, days=days, settled=settled)
    sent(state, account, "winter", "POST /v1/broadcasts", days=401)
    state.prune(180 * DAY)
    assert keys(state, account) == kept.keys()


def test_a_claim_that_a_person_confirmed_goes_as_a_settled_one_does_and_is_not_sent_again(
    state: State, account: str
) -> None:
    for key, days in ((step("old"), 200), ("order 1", 200), ("order 2", 20)):
        sent(state, account, key, days=days, settled=False)
        state.claims.confirm(account, key)
    assert (state.prune(180 * DAY).claims, keys(state, account)) == (2, {"order 2"})
    for key in (step("old"), "order 1"):
        with pytest.raises(OutcomeUnknown, match="was removed on"):
            state.claims.claim(account, key, {"to": key}, SEND)
    assert not state.claims.claim(account, "order 2", {"to": "order 2"}, SEND).mine


def test_young_things_are_never_removed(state: State) -> None:
    with pytest.raises(ConfigurationError, match="30d or more"):
        state.prune(29 * DAY)


def test_a_random_history_sends_nothing_twice(state: State, account: str) -> None:
    """Claims of any age, pruned now and then: what was claimed once is never claimed again."""
    chance = random.Random(13)
    claimed: set[str] = set()
    for _ in range(120):
        if chance.random() < 0.1:
            state.prune(chance.choice([30, 60, 180]) * DAY)
            continue
        key = chance.choice([step(str(chance.randrange(6)), person=chance.randrange(4)), f"own {chance.randrange(9)}"])
        try:
            mine = state.claims.claim(account, key, {"to": key}, SEND).mine
        except OutcomeUnknown:
            mine = False
        assert not (mine and key in claimed), key
        if mine:
            claimed.add(key)
            if chance.random() < 0.8:
                state.claims.settle(account, key, {"id": "m1"})
            age(state, account, key, chance.randrange(400))


def test_killed_anywhere_it_loses_no_promise(state_url: str, account: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("killing.WATCHED", (pruned.__file__,))
    monkeypatch.setattr(pruned, "_AT_ONCE", 2)
    state = State(state_url)
    old = [step("2026-01-01", person=person) for person in range(5)]
    for key in old:
        sent(state, account, key, days=200)
    at, done = 1, False
    while not done:
        ended, _ = run(lambda: state.prune(180 * DAY), at)
        done = not isinstance(ended, Killed)
        at += 7
        for key in old:
            try:
                assert not state.claims.claim(account, key, {"to": key}, SEND).mine
            except OutcomeUnknown:
                continue
    assert keys(state, account) == set()


def test_a_claim_that_is_made_while_its_step_is_pruned_is_refused(
    state: State, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(state, account, step("2026-01-01"), days=200)
    remove = pruned._remove

    def meanwhile(*given: Any) -> int:
        # Between the look and the removal the run was cleared.
        assert state.claims.claim(account, step("2026-01-01", person=1), {}, SEND).mine
        return remove(*given)

    monkeypatch.setattr(pruned, "_remove", meanwhile)
    state.prune(180 * DAY)
    assert keys(state, account) == {step("2026-01-01", person=1)}
    with pytest.raises(OutcomeUnknown):
        state.claims.claim(account, step("2026-01-01"), {}, SEND)


@pytest.mark.whautomate(search_delay=0)
def test_a_job_whose_claims_were_pruned_sends_nothing(client: Client, whautomate_emulator: Emulator) -> None:
    given: Any = ([{"phoneNumber": "+4915123456700"}], {"name": "hello", "language": "en"})
    how: list[dict[str, Any]] = [{"key": "spring"}, {"step": Step("airflow dag task at 2026-01-01")}]
    for one in how:
        assert send_template_to_contacts(client, *given, **one)["sent"] == 1
    for claim in client.state.claims.under(client.account.id, ""):
        age(client.state, client.account.id, claim.key, 200)
    assert client.state.prune(180 * DAY).claims == 2
    asked = len(whautomate_emulator.requests())
    for one in how:
        with pytest.raises(OutcomeUnknown, match="so nothing is sent"):
            send_template_to_contacts(client, *given, **one)
    assert len(whautomate_emulator.requests()) == asked
    assert len(whautomate_emulator.messages()) == 2


@pytest.mark.whautomate(search_delay=0)
@pytest.mark.parametrize(
    ("first", "step"),
    [
        ('["dag", "task", -1, "at 2026-01-01"]',
         Step("airflow dag task at 2026-01-01", AirflowKeys("dag", "task", "at 2026-01-01", is_mapped=False))),
        ("prefect f0 send_template_to_contacts {}", Step("prefect f0 task", PrefectKeys("f0"))),
    ],
    ids=["airflow", "prefect"],
)  # fmt: skip
def test_a_job_whose_claims_are_of_the_first_form_sends_nothing_after_pruning(
    client: Client, whautomate_emulator: Emulator, first: str, step: Step
) -> None:
    given: Any = ([{"phoneNumber": "+4915123456700"}], {"name": "hello", "language": "en"})
    assert send_template_to_contacts(client, *given, key=first)["sent"] == 1
    for claim in client.state.claims.under(client.account.id, ""):
        age(client.state, client.account.id, claim.key, 200)
    assert client.state.prune(180 * DAY).claims == 0
    assert send_template_to_contacts(client, *given, step=step)["unchanged"] == 1
    assert len(whautomate_emulator.messages()) == 1


# --- the ledger


def synced(state: State, account: str, name: str, days: float, *, ended: bool = True) -> int:
    """A sync that was at work so many days ago, with a row."""
    from whautomate_core.state.ledger import Confirmed, Result, Seen

    lease: Any = state.leases.take(account, name, "holder")
    ledger = state.ledger(account)
    ledger.see([Seen(f"{name} m", "id", False)])
    ledger.miss([f"{name} n"], lease.run)
    ledger.note("id", [f"{name} number"])
    ledger.confirm(lease.sync, [Confirmed(f"{name} m", "raw", "payload", lease.run, Result("created"))])
    if ended:
        state.leases.end(lease)
    else:
        state.leases.renew(lease, 0.0)
    earlier = update(schema.leases).where(schema.leases.c.sync == lease.sync)
    until = earlier.values(until=schema.leases.c.until - days * DAY)
    state._database.run(lambda connection: connection.execute(until))
    noted = update(schema.details).where(schema.details.c.detail == f"{name} number")
    at = noted.values(at=schema.details.c.at - days * DAY)
    state._database.run(lambda connection: connection.execute(at))
    return int(lease.sync)


def test_syncs_that_no_longer_run_go_with_their_rows(state: State, account: str) -> None:
    idle, young = synced(state, account, "idle", 200), synced(state, account, "young", 100)
    unfinished = synced(state, account, "unfinished", 200, ended=False)
    dry = state.prune(180 * DAY, dry_run=True)
    removed = state.prune(180 * DAY)
    assert (dry.syncs, dry.rows) == (removed.syncs, removed.rows)
    assert dry.details == removed.details >= 2
    assert removed.syncs >= 1  # other tests may have left theirs in a shared database
    ledger = state.ledger(account)
    assert [bool(ledger.payloads(sync, [f"{name} m"])) for sync, name in ((idle, "idle"), (young, "young"))] == [
        False,
        True,
    ]
    assert ledger.payloads(unfinished, ["unfinished m"])
    # Who is there is known as before, of others only what a run that goes on found.
    known = ledger.people([f"{name} {one}" for name in ("idle", "young", "unfinished") for one in "mn"])
    assert known.keys() == {"idle m", "young m", "unfinished m", "unfinished n"}
    numbers = [f"{name} number" for name in ("idle", "young", "unfinished")]
    assert ledger.ids(numbers) == {"young number": ["id"]}
    assert synced(state, account, "idle", 0) != 0


def test_the_command_says_what_went_by_table(whautomate_home: Path) -> None:
    state = open_state()
    for person in range(3):
        sent(state, "shop", step("2026-01-01", person=person), days=200)
    for flag, words in (("--dry-run", "would be removed (--dry-run):"), ("", "removed:")):
        said = CliRunner().invoke(app, ["state", "prune", "--older-than", "180d", *([flag] if flag else [])])
        assert said.exit_code == 0, said.output
        assert said.output.splitlines()[:2] == [
            words,
            "  claims: 3 (one mark is kept for each step of a run and each key: 1)",
        ]
    for given, says in (("180", "a number of days such as 180d"), ("7d", "30d or more")):
        refused = CliRunner().invoke(app, ["state", "prune", "--older-than", given])
        assert refused.exit_code == 1
        assert says in refused.output
