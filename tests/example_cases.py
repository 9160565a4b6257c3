"""What the examples that sync exports and a warehouse leave at the emulator, worked out of their data another way."""

import csv
import json
import re
import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import phonenumbers

from whautomate_core.account import account_from_settings
from whautomate_core.api import appointments, broadcasts, services
from whautomate_core.client.client import Client
from whautomate_core.messaging.jobs import broadcast
from whautomate_core.messaging.segments import ensure_segment

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


def quoted(page: str, said: str) -> list[str]:
    """The lines that a page of docs/how-to shows of a log, without those that were said: other ids and times are as
    good."""
    text = (EXAMPLES.parent / "docs" / "how-to" / page).read_text(encoding="utf-8")
    lines = "".join(re.findall(r"^```text\n(.*?)^```", text, re.M | re.S)).splitlines()
    assert lines
    ids = r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{10,11}\b|\d{4}-\d\d-\d\d \d\d:\d\d"
    patterns = {line: ids_free(line, ids) for line in lines}
    return [line for line, pattern in patterns.items() if not re.search(pattern, said)]


def ids_free(line: str, ids: str) -> str:
    """A line as a pattern that any id or time in the place of another fits."""
    return r"[\w:-]+(?: \d\d:\d\d)?".join(re.escape(part) for part in re.split(ids, line))


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
    refused = by_number([row for row in rows if row["WhatsApp consent"] != "Yes"], lambda row: row["Phone Number"])
    wanted = {number: row for number, row in there.items() if number not in opted_out}
    found = held(emulator)
    assert found.keys() == wanted.keys() != there.keys()
    assert refused.keys() & wanted.keys()
    for number, row in wanted.items():
        contact = found[number]
        assert contact["name"] == f"{row['First Name']} {row['Last Name']}"
        assert contact["stage"] == row["Lifecycle Stage"]
        assert contact.get("tags", []) == ([] if number in refused else ["hubspot"])
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


def check_salesforce(emulator: Any, rejects: Path) -> None:
    rows = read("salesforce_contacts.csv")
    numbers: Any = (lambda row: row["MobilePhone"], "MailingCountryCode")
    opted_out = by_number(read("salesforce_opted_out.csv"), *numbers)
    refused = by_number([row for row in rows if row["WhatsApp_Opt_In__c"] == "false"], *numbers)
    there = by_number(rows, *numbers)
    wanted = {number: row for number, row in there.items() if number not in opted_out}
    found = held(emulator)
    assert found.keys() == wanted.keys() != there.keys()
    for number, row in wanted.items():
        contact = found[number]
        assert contact["name"] == f"{row['FirstName']} {row['LastName']}"
        assert contact["customFields"] == {"salesforce_id": row["Id"]}
        assert contact.get("tags", []) == ([] if number in refused else ["salesforce"])
    assert refused.keys() & wanted.keys()
    check_rejects(rejects, len(rows) - len(wanted))


UNSUBSCRIBED = "12125550133"
"""Somebody who is a contact with the tag already, and unsubscribed at Mailchimp."""


def make_mailchimp(emulator: Any) -> None:
    emulator.add_contacts([{"name": "Was there", "phoneNumber": UNSUBSCRIBED, "tags": ["newsletter"]}])


def check_mailchimp(emulator: Any, rejects: Path) -> None:
    rows = read("mailchimp_subscribed.csv")
    unsubscribed = by_number(read("mailchimp_unsubscribed.csv"), lambda row: row["Phone Number"])
    cleaned = by_number(read("mailchimp_cleaned.csv"), lambda row: row["Phone Number"])
    refused = by_number([row for row in rows if row["WhatsApp"] != "Yes"], lambda row: row["Phone Number"])
    there = by_number(rows, lambda row: row["Phone Number"])
    wanted = {number: row for number, row in there.items() if number not in unsubscribed}
    found = held(emulator)
    assert "Unsubscribe" in found.pop(UNSUBSCRIBED)["tags"]
    assert found.keys() == wanted.keys() != there.keys()
    assert cleaned.keys() - there.keys()
    for number, row in wanted.items():
        contact = found[number]
        assert contact["customFields"] == {"email": row["Email Address"]}
        assert contact.get("tags", []) == ([] if number in refused else ["newsletter"])
    assert refused.keys() & wanted.keys()
    check_rejects(rejects, len(rows) - len(wanted))


def make_tagged(emulator: Any, url: str) -> dict[str, set[str]]:
    """The warehouse's tables, and all its customers as contacts. All but one who are in the query and agreed have the
    tag, and so have one who did not agree, and somebody who isn't in the query. Gives who agreed, and who did not."""
    with _cursor(url) as cursor:
        cursor.execute("DROP TABLE IF EXISTS customers; DROP TABLE IF EXISTS opt_outs")
        cursor.execute((DATA / "warehouse.sql").read_text(encoding="utf-8"))
        cursor.execute("SELECT mobile, country, newsletter::text, plan FROM customers ORDER BY id")
        rows = [dict(zip(("mobile", "country", "newsletter", "plan"), row, strict=True)) for row in cursor.fetchall()]
    everybody = by_number(rows, lambda row: row["mobile"], "country")
    pro = by_number([row for row in rows if row["plan"] == "pro"], lambda row: row["mobile"], "country")
    refused = {number for number, row in pro.items() if row["newsletter"] == "false"}
    agreed = pro.keys() - refused
    tagged = {*sorted(agreed)[1:], sorted(refused)[0], SETTLED_ELSEWHERE}
    emulator.add_contacts(
        [
            {"name": "N", "phoneNumber": number, "tags": ["pro"] if number in tagged else []}
            for number in [*everybody, SETTLED_ELSEWHERE]
        ]
    )
    return {"agreed": agreed, "refused": refused}


def refuse_everybody(url: str) -> None:
    with _cursor(url) as cursor:
        cursor.execute("UPDATE customers SET newsletter = false")


def check_tagged(emulator: Any, people: dict[str, set[str]]) -> None:
    tagged = {number for number, one in held(emulator).items() if "pro" in (one.get("tags") or [])}
    assert tagged == people["agreed"]


def book_tomorrow(emulator: Any, name: str, clients: list[Any]) -> list[str]:
    """An appointment of each client between 24 and 48 hours from now; gives the ids of the clients."""
    ids: list[str] = emulator.add_clients(clients)
    now = datetime.now(UTC)
    settings = {"requests_per_minute": 10_000, "requests_per_day": 10_000, "account": name}
    with Client(account_from_settings(emulator.url, emulator.key, settings)) as client:
        service: Any = {"name": "Cut", "serviceType": "APPOINTMENT", "staffs": [{"id": emulator.staff_id}]}
        cut = client.send(services.create_service({**service, "durationMinutes": 30}))["id"]
        for n, id in enumerate(ids):
            start = datetime.combine(
                now + timedelta(days=1), time(10 + n // 2, 30 * (n % 2)), ZoneInfo("Europe/Berlin")
            )
            start += timedelta(days=start < now + timedelta(days=1))
            booked: Any = {
                "date": f"{start:%Y-%m-%d}",
                "time": f"{start:%I:%M %p}",
                "timezone": "Europe/Berlin",
                "service": {"id": cut},
                "client": {"id": id},
                "staff": {"id": emulator.staff_id},
                "location": {"id": emulator.location_id},
            }
            client.send(appointments.book_appointment(booked, allow_protected=True))
    return ids


EXPORTS = {
    "hubspot": ("hubspot_contacts.csv", "Phone Number", {"WhatsApp consent": "No"}, "hubspot"),
    "mailchimp": ("mailchimp_subscribed.csv", "Phone Number", None, "newsletter"),
    "salesforce": ("salesforce_contacts.csv", "MobilePhone", {"WhatsApp_Opt_In__c": "false"}, "salesforce"),
    "shopify": ("shopify_customers.csv", "Phone", {"Accepts WhatsApp Marketing": "no"}, "shop"),
}
"""The file of each export, its numbers, how somebody withdraws in it (None: by moving to another file), and its tag."""


def copy_of(orchestrator: str, folder: Path) -> Path:
    """The examples of an orchestrator beside their data, which may be changed there."""
    shutil.copytree(DATA, folder / "data")
    return Path(shutil.copytree(EXAMPLES / orchestrator, folder / orchestrator))


def withdraw(emulator: Any, data: Path, export: str) -> str:
    """Somebody who has the tag withdraws; gives the digits of their number."""
    name, phone, no, tag = EXPORTS[export]
    with (data / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tagged = {number for number, contact in held(emulator).items() if tag in contact.get("tags", [])}
    chosen = next(row for row in rows if re.sub(r"\D", "", row[phone]) in tagged)
    if no is not None:
        chosen |= no
    else:
        rows.remove(chosen)
        with (data / "mailchimp_unsubscribed.csv").open("r+", encoding="utf-8", newline="") as file:
            columns = csv.DictReader(file).fieldnames or []
            file.seek(0, 2)
            csv.DictWriter(file, columns, extrasaction="ignore", restval="").writerow(chosen)
    with (data / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return re.sub(r"\D", "", chosen[phone])


def campaign(emulator: Any, export: str, name: str) -> set[str]:
    """Send a broadcast to the tag of an export; gives the digits of the numbers that it reached."""
    tag, before = EXPORTS[export][3], len(emulator.messages())
    settings = {"requests_per_minute": 10_000, "requests_per_day": 10_000, "account": uuid4().hex, "list_lag": 0}
    settings |= {"location_id": emulator.location_id}
    with Client(account_from_settings(emulator.url, emulator.key, settings)) as client:
        ensure_segment(client, tag, {"tags": [tag]})
        sent = broadcast(
            client,
            name,
            {"name": "news", "language": "en"},
            segment_name=tag,
            body_parameters=[name],
            hold_minutes=0,
            key=name,
        )
        while client.send(broadcasts.get_broadcast(sent["id"])).get("status") != "Completed":
            sleep(0.1)
    return {one["phone"] for one in emulator.messages()[before:]}


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
