"""The state of one machine moves to PostgreSQL, with everything that it promises."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
from conftest import NoLimit, account_of
from documents import block_of
from sqlalchemy import text
from typer.testing import CliRunner

from whautomate_core import sync_contacts
from whautomate_core.api import contacts
from whautomate_core.cli.main import app
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.emulator import Emulator
from whautomate_core.state import State, open_state
from whautomate_core.state.schema import clocks, metadata, schema_version
from whautomate_core.values.limits import Limits

PEOPLE = [{"name": "Ada", "phoneNumber": "+4915123456789"}, {"name": "Bob", "phoneNumber": "+4915123456788"}]
MAPPING = {"name": "name", "phoneNumber": "phoneNumber"}


@pytest.fixture
def target(postgres: str) -> Any:
    from databases import own_database

    with own_database("moved") as url:
        yield url


def counts(state: State) -> dict[str, int]:
    tables = [one.name for one in metadata.sorted_tables if one not in (schema_version, clocks)]

    def read(connection: Any) -> dict[str, int]:
        return {one: connection.execute(text(f"SELECT count(*) FROM {one}")).scalar_one() for one in tables}

    return state._database.run(read)


def rest() -> None:
    """Have all claims and permits of the file be three minutes older."""

    def work(connection: Any) -> None:
        for table, column in (("claim", "made_at"), ("permit", "at"), ("pool", "last_at")):
            connection.execute(text(f'UPDATE whautomate_{table} SET "{column}" = "{column}" - 180'))

    open_state()._database.run(work)


def copy(target: str) -> Any:
    """As docs/operations/state.md has it."""
    command = block_of("docs/operations/state.md", holds="state copy --to").text.replace("$STATE", target)
    return CliRunner().invoke(app, shlex.split(command)[1:])


def test_everything_moves_and_goes_on_as_it_was(whautomate_emulator: Emulator, target: str) -> None:
    cem = {"name": "Cem", "phoneNumber": "+4915123456787", "location": {"id": whautomate_emulator.location_id}}
    created = contacts.create_contact(cem)

    def work(state: str | None, name: str) -> tuple[Any, bool]:
        account = account_of(whautomate_emulator, account="shop", plan="subscribed", state=state)
        with Client(account, pool=NoLimit(), sleep=lambda seconds: None) as client:
            report = sync_contacts(client, PEOPLE, mapping=MAPPING, sync_name=name)
            return report, send_once(client, "order-17", created, lambda one: {"id": one["id"]})[1]

    first, sent = work(None, "nightly")
    assert (first["created"], sent) == (2, True)
    old = open_state()
    old.pool("shop", Limits.subscribed()).acquire(7)
    old.stops.stop("mailings")
    old.forgotten("shop").add("4915123456786")
    old.claims.claim("shop", "open", {}, "POST /x")
    before = counts(old)
    assert min(before[f"whautomate_{one}"] for one in ("pool", "permit", "claim", "stop", "row", "sync", "secret")) > 0

    rest()
    done = copy(target)
    assert done.exit_code == 0, done.output
    assert "copied, with 1 open claim." in done.output
    assert done.output.splitlines()[:-1] == [f"  {name}: {count}" for name, count in before.items()]
    new = open_state(target)
    assert counts(new) == before
    assert new.secret.value() == old.secret.value()
    assert new.pool("shop", Limits.subscribed()).remaining()[1] == 432_000 - 7
    assert new.stops.stopped("mailings")
    assert new.forgotten("shop").among(["4915123456786"])
    requests = len(whautomate_emulator.requests())
    again, sent = work(target, "nightly")
    assert (again["unchanged"], again["created"], sent) == (2, 0, False)
    assert len(whautomate_emulator.requests()) == requests, "not even a look was needed"
    other, _ = work(target, "weekly")  # its number is the next one
    assert other["created"] == 0


def test_into_a_used_database_or_while_a_sync_works_nothing_is_copied(target: str) -> None:
    open_state().claims.claim("shop", "k", {}, "POST /x")
    rest()
    open_state(target).claims.claim("shop", "other", {}, "POST /x")
    refused = copy(target)
    assert refused.exit_code == 1
    assert "the target has been used, for its table whautomate_claim is not empty" in refused.output
    open_state(target).claims.release("shop", "other")
    lease = open_state().leases.take("shop", "nightly", "run")
    assert "a run is working on a sync of this state" in copy(target).output
    open_state().leases.end(lease)  # type: ignore[arg-type]
    assert copy(target).exit_code == 0
    assert open_state(target).claims.get("shop", "k")


def test_while_something_may_be_sending_nothing_is_copied(target: str) -> None:
    book = open_state().claims
    book.claim("shop", "k", {}, "POST /x")
    refused = copy(target)
    assert refused.exit_code == 1
    assert "a send of account shop began less than two minutes ago and has no outcome yet" in refused.output
    assert "stop everything that uses this state, and copy two minutes later" in refused.output
    book.settle("shop", "k", {})
    open_state().pool("other", Limits.subscribed()).acquire()
    assert "account other made a request less than two minutes ago" in copy(target).output
    assert sum(counts(open_state(target)).values()) == 1, "the secret alone"
    rest()
    assert "copied, with 0 open claims." in copy(target).output


def test_a_source_that_is_not_there_or_holds_nothing_is_refused(tmp_path: Any, target: str) -> None:
    typo = tmp_path / "typo.sqlite"
    for arguments, named in (([], "whautomate/state.sqlite"), (["--state", f"sqlite:///{typo}"], str(typo))):
        refused = CliRunner().invoke(app, ["state", "copy", "--to", target, *arguments])
        assert refused.exit_code == 1
        assert re.search(f"error: there is no state file at \\S*{re.escape(named)}", refused.output)
    assert not typo.exists()
    open_state()
    assert "has been used by nothing: there is nothing to copy" in copy(target).output
    open_state().stops.stop("shop")
    assert copy(target).exit_code == 0


def test_other_kinds_have_their_own_tools(tmp_path: Any, target: str) -> None:
    open_state()
    for arguments in (["--to", f"sqlite:///{tmp_path}/x.sqlite"], ["--to", target, "--state", target]):
        refused = CliRunner().invoke(app, ["state", "copy", *arguments])
        assert refused.exit_code == 1
        assert "this copies a SQLite file to PostgreSQL" in refused.output
