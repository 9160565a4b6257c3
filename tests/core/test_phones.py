"""The spellings of one number: WhatsApp keeps some numbers otherwise than people write them today."""

import csv
from collections.abc import Iterator
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whautomate_core.errors import InvalidRequest
from whautomate_core.policy import digits, numbers
from whautomate_core.values.phones import as_dialled, canonical, e164, international, shared_digits, spellings

CASES = Path(__file__).parents[1] / "cases" / "phones.csv"

SEVERAL = {"54", "55", "52", "225", "229"}
"""Countries whose numbers have several spellings."""


def cases() -> Iterator[tuple[str, str, str]]:
    with CASES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield row["number"], row["region"], row["same_person_as"]


@pytest.mark.parametrize(("number", "region", "same"), [case for case in cases() if case[2] and case[1] != "Germany"])
def test_a_number_and_its_other_spelling_are_one(number: str, region: str, same: str) -> None:
    written = e164(number, region)
    assert same in spellings(written[1:])
    assert canonical(same) == canonical(written[1:])
    assert numbers({"phoneNumber": written}) == numbers({"phoneNumber": same})
    assert international("phone", same) == same  # what the server gave goes back as it is
    assert phonenumbers.is_valid_number(phonenumbers.parse(e164(f"+{same}", None)))


@pytest.mark.parametrize(
    ("written", "region", "valid"),
    [
        ("(11) 6123-4567", "BR", "+5511961234567"),
        ("+55 11 6123-4567", None, "+5511961234567"),
        ("+52 1 222 123 4567", None, "+522221234567"),
        ("07 12 34 56", "CI", "+2250707123456"),
        ("+225 05 12 34 56", None, "+2250505123456"),
        ("+225 42 12 34 56", None, "+2250142123456"),
        ("97 12 34 56", "BJ", "+2290197123456"),
        ("+54 11 2345-6789", None, "+541123456789"),  # valid as it is, perhaps a line in a house
        ("011 15-2345-6789", "AR", "+5491123456789"),
    ],
)
def test_a_spelling_of_before_becomes_the_one_that_is_valid(written: str, region: str | None, valid: str) -> None:
    assert e164(written, region) == valid


def test_a_line_in_a_house_is_not_the_mobile_that_ends_like_it() -> None:
    assert canonical("551136123456") != canonical("5511936123456")


def test_a_mobile_of_today_is_not_one_of_another_operator_of_before() -> None:
    assert canonical("22507123456") == canonical("2250707123456")
    assert canonical("2250107123456") == "2250107123456"
    assert spellings("2250507123456") == ("2250507123456",)


@st.composite
def _numbers(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["AR", "BR", "MX", "CI", "BJ", "DE", "IT", "US", "IN", "KZ", "GB", "FR"]))
    code = str(phonenumbers.country_code_for_region(region))
    head = draw(st.sampled_from(["", "9", "1", "01", "05", "07", "11", "119", "96"]))
    rest = draw(st.text("0123456789", min_size=4, max_size=11))
    return f"{code}{head}{rest}"


@given(_numbers(), _numbers())
def test_spellings_are_classes_of_numbers(one: str, other: str) -> None:
    for spelling in spellings(one):
        assert spellings(spelling) == spellings(one)
        assert canonical(spelling) == canonical(one)
        assert spelling.endswith(shared_digits(one))
        assert shared_digits(spelling) == shared_digits(one)
    assert one in spellings(one)
    assert (canonical(one) == canonical(other)) == bool({*spellings(one)} & {*spellings(other)})


@given(_numbers())
def test_numbers_of_other_countries_have_one_spelling(number: str) -> None:
    if not any(number.startswith(code) for code in SEVERAL):
        assert spellings(number) == (number,)


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_no_examples_of_a_country_become_one_number(region: str) -> None:
    seen: dict[str, str] = {}
    for kind in (0, 1, 2, 3, 4, 6, 7):
        example = phonenumbers.example_number_for_type(region, kind)
        if example is not None and phonenumbers.is_valid_number(example):
            number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            assert e164(number, None) == number
            assert seen.setdefault(canonical(digits(number)), number) == number or region == "AR"


def test_what_is_no_spelling_is_refused_still() -> None:
    for number in ("5511", "521222123456", "00522221234567", "52 01 222 123 4567"):
        with pytest.raises(InvalidRequest):
            international("phone", f"0{number}")


@pytest.mark.parametrize(
    ("number", "code", "leads_to"),
    [
        ("49015123456789", "49", ["4915123456789"]),
        ("49015123456789", "", ["4915123456789"]),
        ("004915123456789", "", ["4915123456789"]),
        ("49494915123456789", "49", ["4915123456789"]),
        ("49004915123456789", "49", ["4915123456789"]),
        ("4915123456789", "49", []),
        ("390612345678", "39", []),  # Italy's 0 is the number's own
        ("2250708091011", "225", []),
        ("919123456789", "91", []),
        ("49", "49", []),
        ("0", "", []),
        ("", "49", []),
    ],
)
def test_a_number_as_it_is_dialled_leads_to_the_valid_one(number: str, code: str, leads_to: list[str]) -> None:
    assert as_dialled(number, code) == leads_to
