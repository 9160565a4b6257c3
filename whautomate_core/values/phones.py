"""Phone numbers as people write them -> E.164, by libphonenumber, and the spellings of one number.

The library is imported where it is used, because DAG files check mappings and must not load its tables for that.
"""

from __future__ import annotations

import re

from whautomate_core.errors import ConfigurationError, InvalidRequest

_SPELT = [
    (re.compile(pattern), forms)
    for pattern, *forms in (
        # Argentina: abroad the 9 is dialled before a mobile's area code; WhatsApp keeps it, people leave it out.
        (r"549?([1-3]\d{9})", "549{}", "54{}"),
        # Brazil: mobiles got a ninth digit from 2012 to 2016; WhatsApp accounts of before keep eight. Lines in houses
        # begin with 2 to 5.
        (r"55([1-9]\d)9?([6-9]\d{7})", "55{}9{}", "55{}{}"),
        # Mexico: until 2019 a 1 was dialled from abroad before a mobile; WhatsApp keeps it.
        (r"521?([2-9]\d{9})", "52{}", "521{}"),
        # Ivory Coast: on 2021-01-31 mobiles got the two digits of their operator (Moov, MTN, Orange) in front.
        (r"225(?:01)?([04-9][0-3]\d{6})", "22501{}", "225{}"),
        (r"225(?:05)?([04-9][4-6]\d{6})", "22505{}", "225{}"),
        (r"225(?:07)?([04-9][7-9]\d{6})", "22507{}", "225{}"),
        # Benin: on 2024-11-30 all numbers got 01 in front.
        (r"229(?:01)?([2-9]\d{7})", "22901{}", "229{}"),
    )
]


def spellings(number: str) -> tuple[str, ...]:
    """All spellings of a number, given as digits from the country code on. The first is its canonical form.

    WhatsApp stores some numbers in an older spelling than people write today.
    """
    for pattern, forms in _SPELT:
        if found := pattern.fullmatch(number):
            return tuple(form.format(*found.groups()) for form in forms)
    return (number,)


def canonical(number: str) -> str:
    """The form in which all spellings of one number (digits from the country code on) are equal."""
    return spellings(number)[0]


def as_dialled(number: str, code: str) -> list[str]:
    """The valid number that digits lead to which are none, since they hold more than it: `49 0151 2345678` with the 0
    that is dialled within the country, `0049 151 2345678`, or the country's code (`code`) twice. Else nothing."""
    rest = number.removeprefix("00")
    while code and rest.startswith(code * 2):
        rest = rest.removeprefix(code)
    if code and rest.startswith(f"{code}00{code}"):
        rest = rest.removeprefix(f"{code}00")
    # Most numbers are seen to be none of these without asking the library.
    if (rest == number and not re.match(r"[1-9]\d{0,2}0", number)) or is_valid(number):
        return []
    import phonenumbers

    try:
        parsed = phonenumbers.parse(f"+{rest}")
    except phonenumbers.NumberParseException:
        return []
    whole = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:]
    return [whole] if whole != number and is_valid(whole) else []


def shared_digits(number: str) -> str:
    """The digits to search for: all spellings of the number end in them, also without the country code, which clients
    have in a field of its own."""
    import phonenumbers

    try:
        national = phonenumbers.national_significant_number(phonenumbers.parse(f"+{canonical(number)}"))
    except phonenumbers.NumberParseException:
        national = number
    ends = (national[start:] for start in range(len(national)))
    return next(end for end in ends if all(one.endswith(end) for one in spellings(number)))


_TAKEN_FOR_CODES = {"UK": "GB", "EN": "GB", "EL": "GR"}
"""Wrong codes that people write for a country -> its code."""


def _meant(code: str | None) -> str:
    return f"; did you mean {_TAKEN_FOR_CODES[code]}?" if code in _TAKEN_FOR_CODES else ""


def require_region(region: str) -> str:
    """Check an ISO 3166 country code such as `DE`. Raises `ConfigurationError`."""
    import phonenumbers

    code = region.strip().upper() if isinstance(region, str) else None
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ConfigurationError(
            f"default_region must be a two-letter country code (ISO 3166) such as DE, not {region!r}{_meant(code)}"
        )
    return code


def e164(number: str, region: str | None) -> str:
    """`0151 2345 6789` with region `DE` -> `+4915123456789`. An old spelling becomes the one that is valid today.

    Raises `ValueError` with a reason that doesn't hold the number.
    """
    import phonenumbers

    if not number.strip():
        raise ValueError("phone number is empty")
    number = _one_whole_number(number.strip())
    code = region.strip().upper() if region else None
    is_whole = number.lstrip("( ").startswith(("+", "\uff0b"))
    if is_whole:
        code = None
    if code is not None and code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(
            f"country must be a two-letter code such as DE, not a name, where a number has no + before it{_meant(code)}"
        )
    try:
        parsed = phonenumbers.parse(number, code)
    except phonenumbers.NumberParseException as error:
        reasons = {
            phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: (
                "phone number has a + but no country code that exists"
                if is_whole
                else "phone number has no + and country code: write them, or give its country (default_region)"
            ),
            phonenumbers.NumberParseException.TOO_LONG: "phone number is too long",
            phonenumbers.NumberParseException.TOO_SHORT_NSN: "phone number is too short",
            phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "phone number is too short",
        }
        raise ValueError(reasons.get(error.error_type, "not a phone number")) from None
    if parsed.extension:
        raise ValueError("phone number has an extension")
    if any(character.isalpha() for character in number):
        raise ValueError("phone number holds letters")
    whole = _valid_spelling(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)[1:])
    national, given = str(parsed.national_number), number.strip()
    has_code = given[0] not in "+0" and national.startswith(str(parsed.country_code))
    if has_code and phonenumbers.is_valid_number(with_code := phonenumbers.parse(f"+{national}")):
        kinds = phonenumbers.PhoneNumberType
        read = (phonenumbers.number_type(with_code), phonenumbers.number_type(parsed))
        # 4915123456789 in Germany: a mobile with its country's code, or a landline in Leer of more digits than any has.
        if read == (kinds.MOBILE, kinds.FIXED_LINE):
            return f"+{_valid_spelling(national)}"
        raise ValueError("phone number may begin with its country's code or not: write + before the code")
    return f"+{whole}"


def _one_whole_number(number: str) -> str:
    """A cell's number as it was before a spreadsheet made a decimal number of it, if no digit was lost.

    Raises `ValueError` if digits may be lost, and for several numbers.
    """
    if re.fullmatch(r"\+?\d+\.0", number):
        return number[:-2]
    if re.fullmatch(r"[+-]?\d+([.,]\d*)?[eE][+-]?\d+|\+?\d{6,}[.,]0*", number):
        raise ValueError(
            "phone number was damaged by a spreadsheet or a 32-bit float, which make a decimal number of it: format "
            "its column as text, and export it anew"
        )
    parts = re.split(r"[/;,|&\\\r\n\t]|(?<=\d)\s*\+", number)
    digits = [sum(map(str.isdecimal, part)) for part in parts]
    # An area code and a / before the rest are usual: 030/123456.
    if any(sum(digits[:place]) > 6 and digits[place] for place in range(1, len(parts))):
        raise ValueError("cell holds several phone numbers: give one")
    return number


def _valid_spelling(number: str) -> str:
    """The number if it is valid, otherwise its spelling that is. Raises `ValueError` if none is."""
    import phonenumbers

    for one in (number, *spellings(number)):
        if phonenumbers.is_valid_number(phonenumbers.parse(f"+{one}")):
            return one
    raise ValueError("not a valid phone number of its country")


def international(field: str, number: object) -> str:
    """The digits of a number that begins with its country code: `+49 151 2345678` -> `491512345678`.

    The server may find people by other spellings (00 in front, a 0 within) that a search for their digits does not
    show. They might have opted out, so other spellings are refused. Raises `InvalidRequest`.
    """
    import phonenumbers

    text = str(number or "").strip()
    digits = "".join(re.findall(r"[0-9]", text))
    try:
        parsed = phonenumbers.parse(f"+{digits}") if re.fullmatch(r"\+?[0-9\s().\-/]+", text, re.ASCII) else None
    except phonenumbers.NumberParseException:
        parsed = None
    whole = None if parsed is None else phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if whole is None or whole[1:] not in spellings(digits):
        raise InvalidRequest(
            f"{field} must be a number with its country code, such as +4915123456789: without 00 before it, and "
            "without the 0 that callers within the country dial"
        )
    return digits


def recipient(field: str, given: str) -> str | None:
    """The digits of somebody who is named by a number with its country code; None for what is the id of a contact.

    Raises: `InvalidRequest` for other numbers.
    """
    if not given.removeprefix("+")[:1].isdigit() or any(one.isalpha() for one in given):
        return None
    return international(field, given)


def split_number(number: str) -> tuple[str, str]:
    """`+4915123456789` -> `+49` and `15123456789`."""
    import phonenumbers

    national = phonenumbers.national_significant_number(phonenumbers.parse(number))
    return number.removesuffix(national), national


def is_valid(digits: str) -> bool:
    """Whether digits are a whole number in one of its spellings, from the country code on: `4915123456789`."""
    return any(map(_is_valid, spellings(digits)))


def _is_valid(digits: str) -> bool:
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    as_given = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == f"+{digits}"
    return as_given and phonenumbers.is_valid_number(number)
