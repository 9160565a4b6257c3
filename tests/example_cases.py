"""What the examples that sync exports and a warehouse leave at the emulator, worked out of their data another way."""

import csv
import json
from pathlib import Path
from typing import Any

import phonenumbers

EXAMPLES = Path(__file__).parents[1] / "example_dags"
DATA = EXAMPLES / "data"
SETTLED_ELSEWHERE = "4915123456789"
"""Somebody in no row, who holds the tag of the warehouse's query until it is made exactly the query's."""
SAID_STOP = "491713929999"
"""Somebody in no row, who opted out in WhatsApp."""

Rows = list[dict[str, str]]


def by_number(rows: Rows, column: Any, region: str | None = None) -> dict[str, dict[str, str]]:
    """The digits of each valid number, with the last row that has it."""
    found = {}
    for row in rows:
        try:
            number = phonenumbers.parse(column(row), region and row[region])
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            found[phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]] = row
    return found


def read(name: str) -> Rows:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def held(emulator: Any) -> dict[str, dict[str, Any]]:
    """What the emulator holds, by number; nobody twice."""
    contacts = emulator.contacts()
    found = {contact["phoneNumber"].lstrip("+"): contact for contact in contacts}
    assert len(found) == len(contacts)
    return found


def check_hubspot(emulator: Any, rejects: Path) -> None:
    rows = read("hubspot_contacts.csv")
    opted_out = by_number(read("hubspot_opted_out.csv"), lambda row: row["Phone Number"])
    there = by_number(rows, lambda row: row["Phone Number"])
    wanted = {number: row for number, row in there.items() if number not in opted_out}
    found = held(emulator)
    assert found.keys() == wanted.keys() != there.keys()
    for number, row in wanted.items():
        contact = found[number]
        assert contact["name"] == f"{row['First Name']} {row['Last Name']}"
        assert contact["stage"] == row["Lifecycle Stage"]
        assert contact["tags"] == ["hubspot"]
        company = {"company": row["Associated Company"]} if row["Associated Company"] else {}
        assert contact["customFields"] == {"hubspot_id": row["Record ID"], "source": "HubSpot", **company}
    check_rejects(rejects, len(rows) - len(wanted))


def check_shopify(emulator: Any, rejects: Path) -> None:
    rows = read("shopify_customers.csv")
    wanted = by_number(rows, lambda row: row["Phone"] or row["Default Address Phone"], "Default Address Country Code")
    # Of two rows about one person the refusal counts, whichever is the later.
    refused = by_number(
        [row for row in rows if row["Accepts WhatsApp Marketing"] == "no"],
        lambda row: row["Phone"] or row["Default Address Phone"],
        "Default Address Country Code",
    )
    found = held(emulator)
    assert found.keys() == wanted.keys()
    for number, row in wanted.items():
        contact = found[number]
        assert contact["name"] == f"{row['First Name']} {row['Last Name']}"
        assert contact["customFields"]["shopify_id"] == row["Customer ID"][1:]
        assert contact["customFields"]["spent"] == row["Total Spent"]
        assert contact.get("tags", []) == ([] if number in refused else ["shop"])
    assert refused
    check_rejects(rejects, len(rows) - len(wanted))


def make_warehouse(emulator: Any, url: str) -> None:
    """The warehouse's tables as they are told to be made, and two people at Whautomate."""
    with _cursor(url) as cursor:
        cursor.execute("DROP TABLE IF EXISTS customers; DROP TABLE IF EXISTS opt_outs")
        cursor.execute((DATA / "warehouse.sql").read_text(encoding="utf-8"))
    emulator.add_contacts(
        [
            {"name": "Was pro", "phoneNumber": SETTLED_ELSEWHERE, "tags": ["pro"]},
            {"name": "Said stop", "phoneNumber": SAID_STOP, "tags": ["Unsubscribe"]},
        ]
    )


def check_warehouse(emulator: Any, url: str, rejects: Path) -> None:
    with _cursor(url) as cursor:
        cursor.execute("SELECT full_name, mobile, country, plan, newsletter::text FROM customers ORDER BY id")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("SELECT phone_number FROM opt_outs")
        opted_out = {number[1:] for (number,) in cursor.fetchall()}
    assert SAID_STOP in opted_out
    assert len(opted_out) == 5
    there = by_number(rows, lambda row: row["mobile"], "country")
    refused = by_number([row for row in rows if row["newsletter"] == "false"], lambda row: row["mobile"], "country")
    # Who is on the plan by any of their rows is in the query.
    pro = by_number([row for row in rows if row["plan"] == "pro"], lambda row: row["mobile"], "country")
    wanted = {number: row for number, row in there.items() if number not in opted_out}
    found = held(emulator)
    assert found.pop(SETTLED_ELSEWHERE)["tags"] == []
    assert found.pop(SAID_STOP)["tags"] == ["Unsubscribe"]
    assert found.keys() == wanted.keys() != there.keys()
    for number, row in wanted.items():
        assert found[number]["name"] == row["full_name"]
        assert found[number]["customFields"] == {"plan": row["plan"]}
        tags = {"newsletter"} - ({"newsletter"} if number in refused else set()) | ({"pro"} if number in pro else set())
        assert set(found[number].get("tags", [])) == tags
    check_rejects(rejects, len(rows) - len(wanted))


def check_rejects(rejects: Path, count: int) -> None:
    """The file of rejects tells of each row that did not become somebody, without its number."""
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    lines = [line for line in told if line["of"] == "source"]
    assert len(lines) == count > 0
    assert {line["outcome"] for line in lines} <= {"rejected", "superseded", "withheld"}
    assert all(line["match"] is None or "…" in line["match"] for line in lines)


def _cursor(url: str) -> Any:
    import contextlib

    import psycopg2

    @contextlib.contextmanager
    def opened() -> Any:
        with contextlib.closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            yield cursor

    return opened()
