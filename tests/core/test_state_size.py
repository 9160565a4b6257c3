"""docs/operations/state.md says how large the state database grows. Here it is measured, on both stores."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from conftest import NoLimit, account_of
from sqlalchemy import text

from whautomate_core import sync_contacts
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.state import State, schema
from whautomate_core.state.database import Database
from whautomate_core.state.ledger import Confirmed, Result, Seen

PAGE = (Path(__file__).parents[2] / "docs" / "operations" / "state.md").read_text(encoding="utf-8")
DIGEST = "0123456789abcdef"
LINES = 4000


def digest(n: object, length: int = 32) -> str:
    """As keyed hashes are: in no order, which is what takes the most room in an index."""
    return sha256(str(n).encode()).hexdigest()[:length]


def size(database: Database) -> int:
    """Bytes of all tables and indexes."""
    query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    if not database.is_sqlite:
        query = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname ~ '^whautomate_'"
    return int(database.run(lambda connection: connection.execute(text(query)).scalar_one()))


def a_claim(state: State, database: Database) -> None:
    name = "airflow nightly_customers send_spring_offer at 2026-03-01T06:00:00+00:00"
    payload = {"recepient": DIGEST, "template": DIGEST, "location": DIGEST, "bodyTextParameters": DIGEST}
    values = [
        {
            "account": DIGEST, "key": f"v2 {name} sendWhatsappTemplate {digest(n, 16)}",
            "what": "POST /v1/messages/whatsapp-template", "payload": str(payload), "status": "settled",
            "result": '{"id": "65f1c0ffee65f1c0ffee65f1"}', "made_at": 1.7e9 + n / 7,
            "made_by": "worker-1.example.com:12345:0123abcd", "version": 2,
        }
        for n in range(LINES)
    ]  # fmt: skip
    database.run(lambda connection: connection.execute(schema.claims.insert(), values))


def a_person(state: State, database: Database) -> None:
    state.ledger(DIGEST).see(Seen(digest(n), "65f1c0ffee65f1c0ffee65f1", False) for n in range(LINES))


def a_row(state: State, database: Database) -> None:
    found = (
        Confirmed(digest(n), digest(("raw", n)), digest(("payload", n)), DIGEST, Result("unchanged"))
        for n in range(LINES)
    )
    state.ledger(DIGEST).confirm(1, found)


def a_detail(state: State, database: Database) -> None:
    ids = [f"65f1c0ffee65f1c0{n:08x}" for n in range(LINES)]
    values = [{"account": DIGEST, "detail": digest(n), "id": id, "at": 1.7e9} for n, id in enumerate(ids)]
    database.run(lambda connection: connection.execute(schema.details.insert(), values))


def a_mark(state: State, database: Database) -> None:
    values = [{"mark": digest(n, 16), "at": 1.7e9 + n / 7} for n in range(LINES)]
    database.run(lambda connection: connection.execute(schema.pruned.insert(), values))


def a_permit(state: State, database: Database) -> None:
    values = [{"account": "shop", "seq": n, "at": 1.7e9 + n / 5} for n in range(LINES)]
    database.run(lambda connection: connection.execute(schema.permits.insert(), values))


KINDS: dict[str, Callable[[State, Database], None]] = {
    "`whautomate_claim`": a_claim,
    "`whautomate_identity`": a_person,
    "`whautomate_row`": a_row,
    "`whautomate_detail`": a_detail,
    "`whautomate_pruned`": a_mark,
    "`whautomate_permit`": a_permit,
}


def said(line: str, is_sqlite: bool) -> float:
    """The figure of a line of the page, in bytes."""
    found = re.findall(rf"(?m)^\| {re.escape(line)}[^|]*\|.*? ([\d,.]+)(?: MB)? \| ([\d,.]+)(?: MB)?[^|]*\|$", PAGE)
    assert len(found) == 1, line
    return float(found[0][0 if is_sqlite else 1].replace(",", ""))


@pytest.mark.parametrize("line", KINDS)
def test_a_row_takes_as_much_as_the_page_says(empty_url: str, line: str) -> None:
    state, database = State(empty_url), Database(empty_url)
    before = size(database)
    KINDS[line](state, database)
    assert said(line, database.is_sqlite) == pytest.approx((size(database) - before) / LINES, rel=0.15)


@pytest.mark.whautomate(limits=((1_000_000, 60.0),))
def test_a_first_sync_leaves_a_person_and_a_row_of_each_contact(whautomate_emulator: Emulator, empty_url: str) -> None:
    database = Database(empty_url)
    people = [{"name": f"Person {n}", "phoneNumber": f"+49151{n:08}"} for n in range(300)]
    account = account_of(whautomate_emulator, account="shop", plan="subscribed", state=empty_url)
    before = size(database)
    with Client(account, pool=NoLimit(), sleep=lambda seconds: None) as client:
        mapping = {"name": "name", "phoneNumber": "phoneNumber"}
        assert sync_contacts(client, people, mapping=mapping)["created"] == 300
        grown = size(database) - before
        assert sync_contacts(client, people, mapping=mapping)["unchanged"] == 300
    for table, count in (("identity", 300), ("row", 300), ("detail", 0), ("claim", 0)):
        query = text(f"SELECT count(*) FROM whautomate_{table}")
        assert database.run(lambda connection, query=query: connection.execute(query).scalar_one()) == count, table
    assert size(database) == before + grown, "a sync that finds nothing to do adds nothing"
    assert said("a first sync of 1,000 contacts", database.is_sqlite) * 1e6 / 1000 == pytest.approx(
        grown / 300, rel=0.4
    )


def test_what_it_adds_up_to() -> None:
    """Lines of the page that follow from others."""
    for is_sqlite in (True, False):
        assert said("1,000 messages, creates", is_sqlite) == pytest.approx(
            said("`whautomate_claim`", is_sqlite) / 1000, rel=0.05
        )
        day = 432_000 * said("`whautomate_permit`", is_sqlite) / 1e6
        assert said("requests: the last day's permits", is_sqlite) == pytest.approx(day, rel=0.1)
