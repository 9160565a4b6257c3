"""Lists show new records 20 seconds late and a step runs again: what our own state knows is read by its id first."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import NoLimit, account_of
from test_sync import ADA, BOB, EVE, counts, sync, tag

from whautomate_core.api import contacts
from whautomate_core.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.once import send_once

LAG = pytest.mark.whautomate(list_lag=20.0, search_delay=5.0)
pytestmark = LAG


@pytest.fixture
def client(state_url: str, account: str, whautomate_emulator: Emulator) -> Any:
    settings = account_of(whautomate_emulator, state=state_url, account=account)
    with Client(settings, pool=NoLimit(), sleep=lambda seconds: None) as client:
        yield client


@pytest.fixture
def skip(later: Callable[[float], None], whautomate_emulator: Emulator) -> Callable[[float], None]:
    """Moves both clocks forward: of the state and of the server."""

    def skip(seconds: float) -> None:
        later(seconds)
        whautomate_emulator.advance(seconds)

    return skip


def sent(emulator: Emulator, operation: str) -> int:
    return len(emulator.requests(operation))


# --- sync


def test_detecting_drift_doubles_nobody_whose_id_the_ledger_has(client: Client, whautomate_emulator: Emulator) -> None:
    people = [ADA, BOB, EVE]
    sync(client, people)
    for changed in ({}, {"city": "Ulm"}):
        report = sync(client, [{**one, **changed} for one in people], drift="detect")
        assert counts(report, "created", "failed", "unsettled") == (0, 0, 0)
        assert len(whautomate_emulator.contacts()) == 3
    assert [one["customFields"]["city"] for one in whautomate_emulator.contacts()] == ["Ulm"] * 3


def test_who_is_not_listed_costs_one_request_each_and_the_rest_none(
    client: Client, whautomate_emulator: Emulator, skip: Any
) -> None:
    sync(client, [ADA, BOB])
    skip(30)
    sync(client, [ADA, BOB, EVE])
    sync(client, [ADA, BOB, EVE], drift="detect")
    assert sent(whautomate_emulator, "getContact") == 1
    skip(30)
    sync(client, [ADA, BOB, EVE], drift="detect")
    assert sent(whautomate_emulator, "getContact") == 1


def test_a_tag_reaches_those_whom_no_list_shows(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA, BOB])
    report = tag(client, [ADA, BOB], "news", members="exactly")
    assert counts(report, "tagged", "missing", "untagged") == (2, 0, 0)


def test_who_was_deleted_is_made_anew(client: Client, whautomate_emulator: Emulator, skip: Any) -> None:
    sync(client, [ADA, BOB])
    skip(30)
    client.send(contacts.delete_contact(whautomate_emulator.contacts()[0]["id"]))
    assert counts(sync(client, [ADA, BOB], drift="detect"), "created") == (1,)
    assert len(whautomate_emulator.contacts()) == 2


def test_who_opted_out_and_is_not_listed_is_known_to_have(client: Client, whautomate_emulator: Emulator) -> None:
    sync(client, [ADA])
    whautomate_emulator.opt_out(whautomate_emulator.contacts()[0]["id"])
    report = sync(client, [{**ADA, "stage": "Lead"}], drift="detect", tags=["news"])
    assert counts(report, "created", "tagged", "protected") == (0, 0, 1)


@pytest.mark.parametrize("number", ["+4915123456789", "4915123456789"])
def test_who_was_just_made_by_a_step_of_its_own_is_known_to_a_sync(
    number: str, client: Client, whautomate_emulator: Emulator
) -> None:
    body: Any = {"name": "Ada", "phoneNumber": number, "location": {"id": Emulator.location_id}}
    send_once(client, "step", contacts.create_contact(body), lambda record: {"id": record["id"]})
    report = sync(client, [ADA, BOB])
    assert counts(report, "created", "updated") == (1, 1)
    assert len(whautomate_emulator.contacts()) == 2
