"""What no caller may do by accident. In Whautomate an opt-out is only a tag (help pages, Marketing opt-out).

The policy is the account's. `client/guard.py` asks it about each call before the call is sent.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from whautomate_core.errors import ConfigurationError, PolicyRefused, UnexpectedResponse
from whautomate_core.settings import Sends, Settings, names
from whautomate_core.values.phones import as_dialled, canonical

ALLOW_PROTECTED = "set allow_protected=True only after a deliberate human decision"
"""How errors say that a person may decide otherwise."""


@dataclass(frozen=True)
class Policy:
    """What an account permits."""

    opt_out_tags: tuple[str, ...] = ("Unsubscribe",)
    """Who holds one of these, in any spelling of upper and lower case, is never messaged, tagged, deleted or made
    anew, and keeps the tag. Contacts and clients alike."""
    sends: Sends = "on"
    """`listed`: only to the numbers and segments of `listed`. `off`: nothing is sent. Automations are the account's
    own: tags, stages and creates still fire them."""
    listed: tuple[str, ...] = field(default=(), repr=False)
    """Phone numbers, and names or ids of segments."""
    max_recipients: int | None = None
    """The most people that one broadcast may reach."""

    def is_opt_out(self, tag: str) -> bool:
        """Whether this is an opt-out tag, in any spelling: of upper and lower case, with characters that can't be seen,
        and with letters of other scripts that look the same."""
        return any(_looks_like(tag, one) for one in self.opt_out_tags)

    def protects(self, record: Mapping[str, Any]) -> bool:
        """Whether a contact or client has opted out. Raises `UnexpectedResponse` where its tags can't be read."""
        return any(map(self.is_opt_out, held_tags(record)))

    def as_one(self, one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
        """Two records of one person as one: the older, with what was refused through either."""
        older, newer = sorted((one, other), key=age)
        return {**older, "tags": [*held_tags(older), *filter(self.is_opt_out, held_tags(newer))]}

    def spellings(self, names: Iterable[str]) -> list[str]:
        """The opt-out tags, in each spelling that stands among the names of an account's tags.

        Whether the vendor tells `unsubscribe` from `Unsubscribe` is not documented.
        """
        return list(dict.fromkeys([*self.opt_out_tags, *filter(self.is_opt_out, names)]))

    def lists(self, names: Iterable[str]) -> bool:
        """Whether one of these numbers (see `numbers`), names or ids may be sent to."""
        known = {*self.listed, *(canonical(digits(one)) for one in self.listed)}
        return any(name in known for name in names)

    def refuse_opt_out_tags(self, tags: Iterable[str]) -> None:
        """Raise `PolicyRefused` where a job is asked to give an opt-out tag as if it were any other."""
        for tag in filter(self.is_opt_out, tags):
            raise PolicyRefused(f"{tag!r} is an opt-out tag: jobs neither give it nor take it away")


# Unicode's Default_Ignorable_Code_Point without the format characters, and the blank of Braille.
_IGNORED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)


@functools.lru_cache(maxsize=10_000)
def _looks_like(tag: str, other: str) -> bool:
    """Whether people take one tag for the other."""
    one, two = _seen(tag), _seen(other)
    if _usual(one) == _usual(two):
        return True
    if not {len(one), len(_usual(one))} & {len(two), len(_usual(two))} or (one.isascii() and two.isascii()):
        return False  # without Unicode's data of look-alikes, which takes a while to load
    return _in_latin(one) == _in_latin(two)


def _seen(text: str) -> str:
    """A text without what can't be seen."""
    return "".join(c for c in _IGNORED.sub("", text) if unicodedata.category(c) not in ("Cf", "Cc")).strip()


def _usual(text: str) -> str:
    """Of several ways to write a letter the usual one."""
    return _seen(unicodedata.normalize("NFKC", text)).casefold()


def _in_latin(text: str) -> str:
    """A text with the Latin letters and digits that its characters look like, by Unicode's data (UTS 39)."""
    # Of some look-alikes NFKC makes a letter that looks otherwise.
    return _usual("".join(map(_look_alike, "".join(map(_look_alike_or_usual, text))))).translate(_ONE_SHAPE)


_ONE_SHAPE = str.maketrans("i1|0", "lllo")
"""Latin characters that Unicode takes for look-alikes of each other: I, l, 1 and |; O and 0."""


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
    """What puts the records of somebody in order: the oldest first."""
    return str(record.get("createdAt") or ""), str(record["id"])


def held_tags(record: Mapping[str, Any]) -> list[str]:
    """The names of the tags of a contact or client. Raises `UnexpectedResponse` where they can't be read."""
    return tag_names(record.get("tags"), "the tags of a record", "whether it opted out")


def tag_names(tags: Any, what: str, unknown: str) -> list[str]:
    """Tags as the server shows them. Raises `UnexpectedResponse`, which says `what` hides what, for all but names."""
    names = tags or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UnexpectedResponse(f"{what} are not a list of names, so it is unknown {unknown}")
    return names


def digits(number: str) -> str:
    """The digits of a number: the server gives it with and without the plus (evidence C)."""
    return "".join(c for c in number if c.isdigit())


def readings(record: Mapping[str, Any]) -> list[str]:
    """The digits that the number of a contact, client or recipient may be, from its country code on.

    A client's country code stands apart from its phone, which may hold it once more (evidence C): both are taken.
    Where people put in what one dials (00, or the 0 before an area code), so is the number that it leads to.
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
    """The numbers by which a contact, client or recipient can be reached, each in its canonical form."""
    return set(map(canonical, readings(record)))
