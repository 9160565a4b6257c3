"""Writes what HubSpot, Shopify, Salesforce and Mailchimp export, and warehouse.sql. Nobody in them exists.

Numbers are of ranges that regulators keep for films (Germany, Sweden, Australia, 555-01xx in the USA and Canada).
Those of the United Kingdom are of such a range too, which libphonenumber takes for invalid: they are among the rows
that can't be sent, as are texts that are no numbers.
"""

import csv
import random
from pathlib import Path
from typing import Any

import phonenumbers
from make_customers import FIRST, LAST
from phonenumbers import PhoneNumberFormat

DATA = Path(__file__).parent
PEOPLE, TWICE = 34, 2
BROKEN = [("", "Germany", "DE"), ("call the office", "United States", "US"), ("12345", "Sweden", "SE")]
BROKEN += [("+44 7700 900123", "United Kingdom", "GB")]
RANGES = [
    ("Germany", "DE", "+49171392{:04d}", range(100)),
    ("Sweden", "SE", "+46701740{}", range(605, 700)),
    ("Australia", "AU", "+61491570{:03d}", (6, 110, 156, 157, 158, 159)),
    ("United States", "US", "+121255501{:02d}", range(100)),
    ("Canada", "CA", "+141655501{:02d}", range(100)),
]

HUBSPOT = ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Contact owner", "Lead Status"]
HUBSPOT += ["Lifecycle Stage", "Marketing contact status", "Country/Region", "Create Date", "Associated Company"]
HUBSPOT += ["WhatsApp consent"]  # a property of the company's own
SHOPIFY = ["Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing"]
SHOPIFY += [
    f"Default Address {part}"
    for part in ("Company", "Address1", "Address2", "City", "Province Code", "Country Code", "Zip", "Phone")
]
SHOPIFY += ["Phone", "Accepts SMS Marketing", "Total Spent", "Total Orders", "Note", "Tax Exempt", "Tags"]
SHOPIFY += ["Accepts WhatsApp Marketing"]
# Names of fields as a query of Salesforce has them. WhatsApp_Opt_In__c is a checkbox that the company added.
SALESFORCE = ["Id", "FirstName", "LastName", "Email", "MobilePhone", "MailingCountryCode", "WhatsApp_Opt_In__c"]
SALESFORCE_OPTED_OUT = ["Id", "MobilePhone", "MailingCountryCode"]
# The audience's own fields come first, WhatsApp among them, and then Mailchimp's.
AUDIENCE = ["Email Address", "First Name", "Last Name", "Phone Number", "WhatsApp", "MEMBER_RATING", "OPTIN_TIME"]
AUDIENCE += ["OPTIN_IP", "CONFIRM_TIME", "CONFIRM_IP", "GMTOFF", "DSTOFF", "TIMEZONE", "CC", "REGION"]
ENDING = ["LEID", "EUID", "NOTES", "TAGS"]
MAILCHIMP = {
    "subscribed": ["LAST_CHANGED"],
    "unsubscribed": ["UNSUB_TIME", "UNSUB_CAMPAIGN_TITLE", "UNSUB_CAMPAIGN_ID", "UNSUB_REASON", "UNSUB_REASON_OTHER"],
    "cleaned": ["CLEAN_TIME", "CLEAN_CAMPAIGN_TITLE", "CLEAN_CAMPAIGN_ID"],
}

Someone = tuple[str, str, str, str, str]
"""First name, last name, number as E.164 or what is none, country, its code."""


def people(rng: random.Random) -> list[Someone]:
    """Those with a number, two of them twice, and those without."""
    numbers = [(form.format(n), country, code) for country, code, form, kept in RANGES for n in kept]
    chosen = rng.sample(numbers, PEOPLE)
    found = [(rng.choice(FIRST), rng.choice(LAST), *one) for one in [*chosen, *BROKEN]]
    rng.shuffle(found)
    return found + [one for one in found if one[2].startswith("+")][:TWICE]


def spelt(rng: random.Random, number: str, *formats: int) -> str:
    """A number in one of several formats; what is none as it is."""
    if not number.startswith("+"):
        return number
    return phonenumbers.format_number(phonenumbers.parse(number), rng.choice(formats))


def write(name: str, header: list[str], rows: list[list[Any]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def hubspot(rng: random.Random) -> None:
    """A contact view and one of those who opted out, as HubSpot exports them: numbers from the country code on."""
    rows = []
    for n, (first, last, number, country, _) in enumerate(people(rng)):
        phone = spelt(rng, number, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
        stage = rng.choice(["Subscriber", "Lead", "Marketing Qualified Lead", "Opportunity", "Customer"])
        marketing = rng.choice(["Marketing contact", "Marketing contact", "Non-marketing contact"])
        company = rng.choice(["", "Example Ltd", "Muster GmbH"])
        row = [151 + n, first, last, f"person{n}@example.com", phone, "Kim Example", rng.choice(["", "New", "Open"])]
        rows.append([*row, stage, marketing, country, f"2026-0{1 + n % 9}-14 09:{n:02d}", company])
        rows[-1].append(["Yes", "Yes", "No", "Yes", ""][n % 5])
    write("hubspot_contacts.csv", HUBSPOT, rows)
    write("hubspot_opted_out.csv", HUBSPOT, [row for row in rows if str(row[4]).startswith("+")][5:8])


def shopify(rng: random.Random) -> None:
    """Customers as Shopify exports them: ids and numbers behind an apostrophe, numbers often with the address only."""
    rows = []
    for n, (first, last, number, _, code) in enumerate(people(rng)):
        phone = "'" * number.startswith("+") + number
        own = rng.choice([phone, phone, ""])
        at_home = phone if not own else spelt(rng, number, PhoneNumberFormat.NATIONAL)
        row = [f"'72104483{n:05d}", first, last, f"person{n}@example.com", rng.choice(["yes", "no"]), ""]
        row += [
            f"Example Street {n}",
            "",
            "Exampleton",
            "",
            code,
            f"{10_000 + n}",
            at_home,
            own,
            rng.choice(["yes", "no"]),
        ]
        row += [f"{rng.randrange(60_000) / 100:.2f}", rng.randrange(12), "", "no", rng.choice(["", "vip", "vip, b2b"])]
        rows.append([*row, rng.choice(["yes", "yes", "no"])])
    write("shopify_customers.csv", SHOPIFY, rows)


def warehouse(rng: random.Random) -> None:
    """Tables of customers and of who opted out, for PostgreSQL."""
    rows, opted_out = [], []
    for n, (first, last, number, _, code) in enumerate(people(rng)):
        mobile = spelt(rng, number, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.E164)
        name = f"{first} {last}".replace("'", "''")
        plan = rng.choice(["basic", "plus", "pro"])
        rows.append(f"    ({n}, '{name}', '{mobile}', '{code}', '{plan}', {rng.choice(['true', 'true', 'false'])})")
        if n % 9 == 5 and number.startswith("+"):
            opted_out.append(f"    ('{number}')")
    columns = "(id integer PRIMARY KEY, full_name text, mobile text, country text, plan text, newsletter boolean)"
    tables = [
        f"CREATE TABLE customers {columns};",
        "INSERT INTO customers VALUES\n" + ",\n".join(rows) + ";",
        "CREATE TABLE opt_outs (phone_number text PRIMARY KEY);",
        "INSERT INTO opt_outs VALUES\n" + ",\n".join(opted_out) + ";",
    ]
    (DATA / "warehouse.sql").write_text("\n".join([*tables, ""]), encoding="utf-8")


def salesforce(rng: random.Random) -> None:
    """What two queries of contacts return: everybody, and those who want no marketing."""
    rows = []
    for n, (first, last, number, _, code) in enumerate(people(rng)):
        phone = spelt(rng, number, PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
        row = [f"003Ex00000{n:05d}AAA", first, last, f"person{n}@example.com", phone, code]
        rows.append([*row, rng.choice(["true", "true", "false"])])
    write("salesforce_contacts.csv", SALESFORCE, rows)
    opted_out = [[row[0], row[4], row[5]] for row in rows if row[6] == "true" and row[4][-4:].isdigit()][4:7]
    write("salesforce_opted_out.csv", SALESFORCE_OPTED_OUT, opted_out)


def mailchimp(rng: random.Random) -> None:
    """The files of an audience. One person unsubscribed with one address and is subscribed with another."""
    files: dict[str, list[list[Any]]] = {status: [] for status in MAILCHIMP}
    of_status = [*["subscribed"] * 31, *["unsubscribed"] * 5, *["cleaned"] * 4]
    someone = people(rng)
    someone[33] = next(one for one in someone if one[2].startswith("+"))
    for n, (status, (first, last, number, _, code)) in enumerate(zip(of_status, someone, strict=True)):
        phone = spelt(rng, number, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
        when = f"2026-0{1 + n % 9}-14 09:{n:02d}:00"
        row = [f"person{n}@example.com", first, last, phone, rng.choice(["Yes", "Yes", "No", ""]), 2, when, ""]
        row += [when, "192.0.2.10", "", "", "", code, ""]
        campaign = ["Spring news", f"{n:010x}"]
        row += {
            "subscribed": [when],
            "unsubscribed": [when, *campaign, "NO_LONGER", ""],
            "cleaned": [when, *campaign],
        }[status]
        files[status].append([*row, 1000 + n, f"{n:010x}", "", rng.choice(["", '"VIP"', '"VIP","shop"'])])
    for status, rows in files.items():
        write(f"mailchimp_{status}.csv", [*AUDIENCE, *MAILCHIMP[status], *ENDING], rows)


if __name__ == "__main__":
    for number, make in enumerate((hubspot, shopify, warehouse, salesforce, mailchimp)):
        make(random.Random(2026 + number))
