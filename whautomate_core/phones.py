"""Phone numbers as people write them -> E.164, by libphonenumber.

It is imported where it is used: DAG files check mappings at parse, and must not load its tables for that.
"""

from __future__ import annotations

import re

from whautomate_core.errors import ConfigurationError, InvalidRequest


def require_region(region: str) -> str:
    """Check an ISO 3166 country code such as `DE`. Raises `ConfigurationError`."""
    import phonenumbers

    code = region.strip().upper() if isinstance(region, str) else None
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigurationError(f"default_region must be a two-letter country code such as DE, not {region!r}")
    return code


def e164(number: str, region: str | None) -> str:
    """`0151 2345 6789` with region `DE` -> `+4915123456789`.

    Raises `ValueError` with a reason that doesn't hold the number.
    """
    import phonenumbers

    if not number.strip():
        raise ValueError("phone number is empty")
    if number.rstrip("0").endswith(".") and number.count(".") == 1:
        raise ValueError("phone number is a decimal number, as spreadsheets make them: format its column as text")
    code = region.strip().upper() if region else None
    if code is not None and code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("country is not a two-letter code")
    try:
        parsed = phonenumbers.parse(number, code)
    except phonenumbers.NumberParseException as error:
        reasons = {
            phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "phone number has no country code and no country",
            phonenumbers.NumberParseException.TOO_LONG: "phone number is too long",
            phonenumbers.NumberParseException.TOO_SHORT_NSN: "phone number is too short",
            phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "phone number is too short",
        }
        raise ValueError(reasons.get(error.error_type, "not a phone number")) from None
    if parsed.extension:
        raise ValueError("phone number has an extension")
    if any(character.isalpha() for character in number):
        raise ValueError("phone number holds letters")
    if not phonenumbers.is_valid_number(parsed):
        raise ValueError("not a valid phone number of its country")
    national, given = str(parsed.national_number), number.strip()
    has_code = given[0] not in "+0" and national.startswith(str(parsed.country_code))
    # 4915123456789 in Germany: a mobile with its country's code, and a line in Leer.
    if has_code and phonenumbers.is_valid_number(phonenumbers.parse(f"+{national}")):
        raise ValueError("phone number may begin with its country's code or not: write + before the code")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def international(field: str, number: object) -> str:
    """The digits of a number that is spelt from its country code on: `+49 151 2345678` -> `491512345678`.

    The server may find somebody by other spellings (00 before it, a 0 within), whom a search by their digits doesn't
    show: so they are refused, since somebody who opted out could be meant. Raises `InvalidRequest`.
    """
    import phonenumbers

    text = str(number or "").strip()
    digits = "".join(re.findall(r"[0-9]", text))
    try:
        parsed = phonenumbers.parse(f"+{digits}") if re.fullmatch(r"\+?[0-9\s().\-/]+", text, re.ASCII) else None
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != f"+{digits}":
        raise InvalidRequest(
            f"{field} must be a number from its country code on, such as +4915123456789: without 00 before it, and "
            "without the 0 that callers within the country dial"
        )
    return digits


def national_digits(number: str) -> str:
    """`+4915123456789` -> `15123456789`."""
    import phonenumbers

    return phonenumbers.national_significant_number(phonenumbers.parse(number))


def split_number(number: str) -> tuple[str, str]:
    """`+4915123456789` -> `+49` and `15123456789`."""
    national = national_digits(number)
    return number.removesuffix(national), national


def is_valid(digits: str) -> bool:
    """Whether digits are a whole number, from its country code on and as it is dialled from abroad: `4915123456789`."""
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    as_given = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == f"+{digits}"
    return as_given and phonenumbers.is_valid_number(number)
