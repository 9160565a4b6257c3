"""Writes customers.csv: 500 rows as a shop's export looks. Nobody in it exists.

Numbers are libphonenumber's example numbers of 40 countries with other last digits, so some may be somebody's:
the examples that use this file refuse every host that isn't this machine.
"""

import csv
import random
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

COUNTRIES = "DE AT CH FR IT ES PT NL BE DK SE NO FI IE GB PL CZ HU RO GR".split()
COUNTRIES += "TR IL SA AE EG MA ZA NG KE IN PK BD ID MY SG PH JP KR AU NZ".split()
ROWS, DUPLICATES, INVALID = 500, 20, 15
FIRST = ["Jürgen", "Zoë", "Søren", "Łukasz", "Mónica", "Anaïs", "Emily", "Nikos", "Ayşe", "Björn", "Chloé", "Priya"]
FIRST += ["محمد", "فاطمة", "יעל", "דוד", "さくら", "지훈", "Nguyễn", "Siobhán", "Françoise", "Åsa", "Thabo", "Wanjiru"]
LAST = [
    "Müller",
    "Ångström",
    "O'Brien",
    "Łęcki",
    "Núñez",
    "D'Angelo",
    "García-López",
    "Çelik",
    "van der Berg",
    "Sørensen",
]
LAST += [
    "الحسن",
    "כהן",
    "田中",
    "김",
    "Smith",
    "Okafor",
    "Mwangi",
    "Patel",
    "Straße",
    "Yılmaz",
    "Papadopoulos",
    "Lefèvre",
]
CITIES = ["Köln", "Zürich", "Málaga", "Kraków", "Göteborg", "تونس", "חיפה", "São Paulo", "Pune", "Ōsaka", "Lagos", ""]
CAN_NOT_BE = ["n/a", "", "12345", "0", "call the office", "+49 0000", "++", "00", "+999 123 456 789", "123-456"]
CAN_NOT_BE += ["0000000000", "+1 555", "see notes", "+44 20", "9" * 22]


def numbers(rng: random.Random, country: str, count: int) -> list[phonenumbers.PhoneNumber]:
    """Different valid mobile numbers of a country."""
    example = str(phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE).national_number)
    found: dict[int, phonenumbers.PhoneNumber] = {}
    while len(found) < count:
        number = phonenumbers.parse(example[:-4] + f"{rng.randrange(10_000):04d}", country)
        if phonenumbers.is_valid_number(number):
            found[number.national_number] = number
    return list(found.values())


def spellings(number: phonenumbers.PhoneNumber) -> list[str]:
    """National, international, E.164 and dashed, as different people typed it."""
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return [
        national,
        international,
        e164,
        national.replace(" ", "-"),
        "00" + e164[1:] if number.country_code == 49 else e164,
    ]


def main() -> None:
    rng = random.Random(2026)
    people = ROWS - DUPLICATES - INVALID
    per_country = [people // len(COUNTRIES) + (i < people % len(COUNTRIES)) for i in range(len(COUNTRIES))]
    rows = []
    for country, count in zip(COUNTRIES, per_country, strict=True):
        for number in numbers(rng, country, count):
            rows.append((rng.choice(spellings(number)), country, number))
    rng.shuffle(rows)
    again = [(next(s for s in spellings(n) if s != mobile), country, n) for mobile, country, n in rows[:DUPLICATES]]
    broken = [(mobile, rng.choice(COUNTRIES), None) for mobile in CAN_NOT_BE]
    later = [*rows[DUPLICATES:], *again, *broken]
    rng.shuffle(later)
    with (Path(__file__).parent / "customers.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["customer_id", "full_name", "mobile", "country", "city", "plan", "newsletter", "last_order"])
        for i, (mobile, country, _) in enumerate([*rows[:DUPLICATES], *later], start=1):
            out.writerow(
                [
                    f"C{i:05d}",
                    f"{rng.choice(FIRST)} {rng.choice(LAST)}",
                    mobile,
                    country,
                    rng.choice(CITIES),
                    rng.choice(["basic", "plus", "pro", ""]),
                    rng.choices(["yes", "no", ""], weights=[8, 1, 1])[0],
                    rng.choice(["", f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"]),
                ]
            )


if __name__ == "__main__":
    main()
