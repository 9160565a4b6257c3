"""A row, and what every kind of source does to make one: choose columns, turn values into text, check the text."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from whautomate_core.errors import ConfigurationError

LARGEST_CELL = 1024 * 1024
"""Characters of the largest cell that is accepted; a larger one is a problem of its row."""

LONGEST_LINE = 16 * LARGEST_CELL
"""Characters of the longest line or quoted cell that is read into memory."""

_SHOWN = 30
"""How many names of columns an error shows."""

UNREADABLE = "\udcff"
"""Stands for a value that its source can't give: half a character, which no valid text holds."""


class Row(NamedTuple):
    """One row of a source. The repr holds no cell."""

    number: int
    """The line of a CSV or JSON lines file on which it starts (a CSV header is line 1), otherwise its place from 1."""
    cells: tuple[str, ...]
    """Stripped text in the order of the requested columns. If there is a problem: the cells that can still be read,
    with "" for the others, or no cells if they can't be told apart."""
    problem: str | None = None
    """Why the row can't be used as a whole. It holds no cell."""

    def __repr__(self) -> str:
        return f"Row(number={self.number}, problem={self.problem!r})"


def make_row(number: int, columns: Sequence[str], cells: tuple[str, ...]) -> Row:
    """A row with its cells, or with what is wrong with one of them."""
    whole = "".join(cells)  # one look at all cells, because problems are rare
    if len(whole) <= LARGEST_CELL and "\0" not in whole and (whole.isascii() or is_text(whole)):
        return Row(number, cells)
    problem = None
    for column, cell in zip(columns, cells, strict=True):
        if len(cell) > LARGEST_CELL:
            problem = f"the cell of {column!r} has more than {LARGEST_CELL:,} characters"
    if "\0" in whole:
        problem = "row holds NUL bytes"
    if not is_text(whole):
        problem = "row holds invalid text"
    readable = tuple(cell if len(cell) <= LARGEST_CELL and "\0" not in cell and is_text(cell) else "" for cell in cells)
    return Row(number, readable if problem else cells, problem)


_SPACE = "".join(filter(str.isspace, map(chr, range(0x3001))))
_UNSEEN = (
    "\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters without width: marks of direction, joiners, and the BOM."""


def clean(cell: str) -> str:
    """Text without invisible characters around it."""
    return cell.strip() if cell.isascii() else cell.strip(_SPACE + _UNSEEN)


def is_text(cell: str) -> bool:
    """Whether a text is valid, without half characters."""
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def text(value: Any) -> str:
    """The value of a cell as stripped text."""
    if isinstance(value, str):
        return clean(value)
    if type(value).__module__ == "numpy":
        if value.dtype.name in ("float32", "float16"):
            return single(value.tolist())
        value = value.tolist()
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # empty cells of pandas
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (float, Decimal)):
        if value != value:  # NaN, an empty cell of pandas
            return ""
        if isinstance(value, Decimal):
            return format(value, "f")
        # pandas makes floats of a column of whole numbers with a gap in it.
        return str(int(value) if value.is_integer() else value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return clean(bytes(value).decode(errors="surrogateescape"))
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, default=text)
    return clean(str(value))


def single(value: float | None) -> str:
    """A 32-bit float as text. It holds seven digits, so a larger number is shown with these and an exponent."""
    if value is None or value != value:
        return ""
    return text(value) if abs(value) < 2**24 else f"{value:.6E}"


class IfThere(str):
    """The name of a column that is optional in a source."""


class Named(str):
    """The name of a column that comes from an argument, which errors name."""

    argument: str

    def __new__(cls, column: str, argument: str) -> Named:
        made = super().__new__(cls, column)
        made.argument = argument
        return made


def choose(name: str, there: Sequence[str], columns: Sequence[str] | None, hint: str = "") -> dict[str, int]:
    """The columns to read -> their places in the source. Invisible characters around a name don't count.

    Raises `ConfigurationError` where one is missing or is there twice. It ends with `hint` where none of them is there
    and the header does not look like one, or looks as if its cells were not told apart.
    """
    names = [clean(str(column)) for column in there]
    times = Counter(names)
    wanted = {column: clean(column) for column in (names if columns is None else columns)}
    chosen = {column: called for column, called in wanted.items() if called in times or not isinstance(column, IfThere)}
    missing = [column for column, called in chosen.items() if called not in times]
    if missing:
        none = len(missing) == len(chosen)
        says = f"has {'none of the columns' if none and missing[1:] else 'no column'} {', '.join(map(repr, missing))}"
        argument = "".join(f"; {one.argument}= names it" for one in missing if isinstance(one, Named))
        unsplit = none and hint and (len(names) < 2 or not _are_names(names))
        raise ConfigurationError(
            f"{name} {says}; {_said(names)}{_nearest(missing, names)}{argument}{f': {hint}' if unsplit else ''}"
        )
    twice = [column for column, called in chosen.items() if times[called] > 1]
    if twice:
        raise ConfigurationError(f"{name} has the column {twice[0]!r} twice")
    places = {called: place for place, called in enumerate(names)}
    return {column: places[called] for column, called in chosen.items()}


def _said(names: Sequence[str]) -> str:
    """The names of the columns, unless they look like a row about a person that was taken for a header."""
    if not _are_names(names):
        return f"it has {len(names)} columns, and its first line does not look like a header"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"there are {', '.join(repr(name[:60]) for name in names[:_SHOWN])}{more}" if names else "there are none"


def _are_names(names: Sequence[str]) -> bool:
    return not any("@" in name or len(re.findall(r"\d", name)) > 5 for name in names)


def _nearest(missing: Sequence[str], names: Sequence[str]) -> str:
    if not _are_names(names):
        return ""
    known = {name.casefold(): name for name in names}
    found = {column: difflib.get_close_matches(clean(column).casefold(), known, n=1) for column in missing}
    near = [f"{known[close[0]]!r} for {column!r}" for column, close in found.items() if close]
    return f" (did you mean {', '.join(near)}?)" if near else ""


def picker(places: Mapping[str, int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """A function that picks the cells of the chosen columns out of a row."""
    if len(places) > 1:
        return itemgetter(*places.values())
    return lambda cells: tuple(cells[place] for place in places.values())
