"""People who opted out at Whautomate come back to `suppress` as the same people."""

import functools
import json
import random
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from test_sync import sync

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.people.opt_outs import export_opt_outs
from whautomate_core.values.phones import e164, split_number

FORMS = [pytest.param(form, marks=pytest.mark.whautomate(client_phone=form)) for form in ("repeated", "apart")]


@functools.cache
def numbers() -> list[str]:
    """A number of each country and kind, and many whose national part begins with their country's code."""
    found = set()
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
            if example := phonenumbers.example_number_for_type(region, kind):
                found.add(phonenumbers.format_number(example, PhoneNumberFormat.E164))
    chance = random.Random(7)
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        for _ in range(60):
            rest = str(code) + "".join(chance.choices("0123456789", k=chance.randint(5, 9)))
            number = phonenumbers.parse(f"+{code}{rest}")
            if phonenumbers.is_valid_number(number) and str(number.national_number) == rest:
                found.add(f"+{code}{rest}")
    return sorted(found)


def exported(client: Client, folder: Path) -> list[dict[str, Any]]:
    path = folder / "opt_outs.jsonl"
    export_opt_outs(client, str(path))
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("form", FORMS)
def test_every_number_comes_back_as_it_is(
    form: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    parts = [split_number(number) for number in numbers()]
    assert sum(rest.startswith(code.lstrip("+")) for code, rest in parts) > 150
    out = {"tags": ["Unsubscribe"]}
    whautomate_emulator.add_clients(
        {"fullName": f"{code} {rest}", "countryCode": code, "phone": rest, **out} for code, rest in parts
    )
    whautomate_emulator.add_contacts({"name": "X", "phoneNumber": number, **out} for number in numbers()[::20])
    written = exported(client, tmp_path)
    by_id: dict[str, set[str]] = {}
    for one in written:
        assert e164(one["phoneNumber"], "DE") == one["phoneNumber"]
        by_id.setdefault(one["id"], set()).add(one["phoneNumber"])
    for one in [*whautomate_emulator.clients(), *whautomate_emulator.contacts()]:
        number = f"+{one['phoneNumber']}" if "phoneNumber" in one else one["countryCode"] + one["phone"]
        assert number in by_id[one["id"]]
        assert len(by_id[one["id"]]) <= 2
    assert sum(map(len, by_id.values())) < 1.1 * len(by_id), "few can be read in two ways"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("code", "phone"),
    [("+91", "9123456789"), ("+7", "7012345678"), ("+49", "4915123456"), ("+49", "15123456789"), ("91", "9123456789")],
)
def test_who_is_exported_is_withheld_by_suppress(
    form: str, code: str, phone: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    whautomate_emulator.add_clients([{"fullName": "Ada", "countryCode": code, "phone": phone, "tags": ["Unsubscribe"]}])
    opted_out = exported(client, tmp_path)
    whautomate_emulator.reset()
    people = [{"phoneNumber": f"+{code.lstrip('+')}{phone}", "who": "Ada", "ok": "yes"}]
    mapping = {"name": "who", "phoneNumber": "phoneNumber"}
    report = sync(client, people, mapping=mapping, tags=["news"], suppress=opted_out)
    assert (report["withheld"], report["created"]) == (1, 0)
    assert whautomate_emulator.contacts() == []
