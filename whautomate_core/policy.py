"""What no caller can do by accident. In Whautomate an opt-out is only a tag (help pages, Marketing opt-out).

The policy is the account's. `client/guard.py` asks it about each call before the call is sent.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whautomate_core import telemetry
from whautomate_core.errors import ConfigurationError, UnexpectedResponse
from whautomate_core.settings import Sends, Settings, names
from whautomate_core.values.phones import as_dialled, canonical

ALLOW_PROTECTED = "set allow_protected=True only after a deliberate human decision"
"""How errors say that a person may decide otherwise."""


@dataclass(frozen=True)
class Policy:
    """What an account permits."""

    opt_out_tags: tuple[str, ...] = ("Unsubscribe",)
    """Contacts and clients with one of these tags, in upper or lower case, are never messaged, tagged, deleted or
    created again, and keep the tag."""
    sends: Sends = "on"
    """`listed`: messages go only to the numbers and segments in `listed`. `off`: nothing is sent. Automations belong to
    the account: tags, stages and creates still trigger them."""
    listed: tuple[str, ...] = field(default=(), repr=False)
    """Phone numbers, and names or ids of segments."""
    max_recipients: int | None = None
    """The most people that one broadcast may reach."""

    def is_opt_out(self, tag: str) -> bool:
        """Whether this is an opt-out tag in any spelling: in upper or lower case, with characters that can't be seen,
        or with letters of other scripts that look the same."""
        return any(_looks_like(tag, one) for one in self.opt_out_tags)

    def protects(self, record: Mapping[str, Any]) -> bool:
        """Whether a contact or client has opted out. Raises `UnexpectedResponse` if its tags can't be read."""
        return any(map(self.is_opt_out, held_tags(record)))

    def as_one(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
        """Two records of one person as one: the older, with the opt-out tags of both."""
        older, newer = sorted((one, other), key=age)
        return {**older, "tags": [*held_tags(older), *filter(self.is_opt_out, held_tags(newer))]}

    def spellings(self, names: Iterable[str]) -> list[str]:
        """The opt-out tags, in every spelling that occurs among the names of an account's tags.

        It isn't documented whether the vendor distinguishes `unsubscribe` from `Unsubscribe`.
        """
        return list(dict.fromkeys([*self.opt_out_tags, *filter(self.is_opt_out, names)]))

    def lists(self, names: Iterable[str]) -> bool:
        """Whether messages may go to one of these numbers (see `numbers`), names or ids."""
        known = {*self.listed, *(canonical(digits(one)) for one in self.listed)}
        return any(name in known for name in names)

    def refuse_opt_out_tags(self, tags: Iterable[str]) -> None:
        """Raise `PolicyRefused` if a job is asked to handle an opt-out tag like any other tag."""
        for tag in filter(self.is_opt_out, tags):
            raise telemetry.refused("opt_out_tag", f"{tag!r} is an opt-out tag: jobs neither add nor remove it")


# Unicode's Default_Ignorable_Code_Point without the format characters, and the blank of Braille.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)


@functools.lru_cache(maxsize=10_000)
def _looks_like(tag: str, other: str) -> bool:
    """Whether people would read one tag as the other."""
    one, two = _seen(tag), _seen(other)
    if _usual(one) == _usual(two):
        return True
    if not {len(one), len(_usual(one))} & {len(two), len(_usual(two))} or (one.isascii() and two.isascii()):
        return False  # without loading Unicode's data of look-alikes, which takes a while
    return _in_latin(one) == _in_latin(two)


def _seen(text: str) -> str:
    """A text without its invisible characters."""
    return "".join(c for c in _IGNORED.sub("", text) if unicodedata.category(c) not in ("Cf", "Cc")).strip()


def _usual(text: str) -> str:
    """A text with each letter in the usual one of its forms."""
    return _seen(unicodedata.normalize("NFKC", text)).casefold()


def _in_latin(text: str) -> str:
    """A text with the Latin letters and digits that its characters look like, by Unicode's data (UTS 39)."""
    # NFKC turns some look-alikes into a letter that looks different.
    return _usual("".join(map(_look_alike, "".join(map(_look_alike_or_usual, text))))).translate(_ONE_SHAPE)


_ONE_SHAPE = str.maketrans("i1|0", "lllo")
"""Latin characters that Unicode lists as look-alikes of each other: I, l, 1 and |; O and 0."""


def _look_alike_or_usual(character: str) -> str:
    alike = _look_alike(character)
    return unicodedata.normalize("NFKC", character) if alike == character else alike


@functools.cache
def _look_alike(character: str) -> str:
    from confusable_homoglyphs.confusables import confusables_data

    if character.isascii():
        return character
    others = [one["c"] for one in confusables_data.get(character, ())]
    return next((one for one in others if len(one) == 1 and one.isascii() and one.isalnum()), character)


def policy_from_settings(given: Settings) -> Policy:
    """The policy that the settings of a connection or block describe.

    Raises `ConfigurationError` if `sends` and `listed` contradict each other.
    """
    sends, listed = given.sends or "on", names(given.listed)
    contradicted = (sends == "listed") != bool(listed)
    del listed  # it holds people's numbers, and a log may show the locals of this frame
    if contradicted and sends == "listed":
        raise ConfigurationError(
            "sends is listed, and listed is empty: name the numbers and segments that may be sent to"
        )
    if contradicted:
        raise ConfigurationError("listed names who may be messaged if sends is listed: set sends to listed")
    tags = names(given.opt_out_tags) or Policy.opt_out_tags
    return Policy(tags, sends, names(given.listed), given.max_recipients)


def age(record: Mapping[str, Any]) -> tuple[str, str]:
    """A sort key that puts the records of a person in order, oldest first."""
    return str(record.get("createdAt") or ""), str(record["id"])


def held_tags(record: Mapping[str, Any]) -> list[str]:
    """The names of the tags of a contact or client. Raises `UnexpectedResponse` if they can't be read."""
    return tag_names(record.get("tags"), "the tags of a record", "whether it opted out")


def tag_names(tags: Any, what: str, unknown: str) -> list[str]:
    """The names of tags as the server shows them.

    Raises `UnexpectedResponse` for anything else: `what` could not be read, so it is `unknown`.
    """
    names = tags or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnexpectedResponse(f"{what} are not a list of names, so it is unknown {unknown}")
    return names


def digits(number: str) -> str:
    """The digits of a number: the server shows it with and without the plus (evidence C)."""
    bare = number.removeprefix("+")
    return bare if bare.isdigit() else "".join(c for c in number if c.isdigit())  # a million times in a large sync


def readings(record: Mapping[str, Any]) -> list[str]:
    """The digits that the number of a contact, client or recipient may mean, from its country code on.

    A client's country code is a field of its own, and the phone may repeat it (evidence C), so both readings count.
    If people entered the number as they dial it (with 00, or the 0 before an area code), so does the number it reaches.
    """
    phone, code = (
        str(record.get("phoneNumber") or record.get("phone") or ""),
        digits(str(record.get("countryCode") or "")),
    )
    bare = digits(phone)
    holds_code = bare.startswith(code) or phone.lstrip().startswith("+")
    read = dict.fromkeys([code + bare, *([bare] if holds_code else [])]) if bare else {}
    return list(dict.fromkeys([*read, *(one for number in read for one in as_dialled(number, code))]))


def numbers(record: Mapping[str, Any]) -> set[str]:
    """The numbers that reach a contact, client or recipient, each in its canonical form."""
    return set(map(canonical, readings(record)))
