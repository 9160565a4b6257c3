"""What a proof gives to each contestant: a server, rows, a folder that outlives its process, and a job.

send    a WhatsApp template to everybody in the rows, but to nobody who has opted out
create  a contact for everybody in the rows who has none
export  the numbers of all opted-out contacts, in `export.txt`
hammer  so many requests as there are rows, as fast as the limit permits, each of them answered in the end
"""

import csv
import os
from pathlib import Path
from typing import Any

URL, KEY, LOCATION = (os.environ.get(f"PROOF_{name}", "") for name in ("URL", "KEY", "LOCATION"))
JOB = os.environ.get("PROOF_JOB", "")
HOME = Path(os.environ.get("PROOF_HOME", "."))
LIMIT, SECONDS = int(os.environ.get("PROOF_LIMIT", "0")), int(os.environ.get("PROOF_SECONDS", "60"))
ROWS = os.environ.get("PROOF_ROWS", "")
HEADERS = {"x-api-key": KEY}
TEMPLATE = {"name": "order_shipped", "language": "en"}
OPTED_OUT = "Unsubscribe"


def rows() -> list[dict[str, str]]:
    """The rows: `name` and `phoneNumber` of each person."""
    with open(ROWS, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def message(row: dict[str, str]) -> dict[str, Any]:
    return {"recepient": {"phoneNumber": row["phoneNumber"]}, "template": TEMPLATE, "location": {"id": LOCATION}}


def contact(row: dict[str, str]) -> dict[str, Any]:
    return {"name": row["name"], "phoneNumber": row["phoneNumber"], "location": {"id": LOCATION}}


def digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


def numbers_of_opted_out(contacts: list[dict[str, Any]]) -> set[str]:
    return {digits(one["phoneNumber"]) for one in contacts if OPTED_OUT in one["tags"]}


def export(numbers: set[str]) -> None:
    (HOME / "export.txt").write_text("\n".join(sorted(numbers)), encoding="utf-8")
