"""A row, and what all kinds of sources do to make one: choose columns, turn values into text, look for what is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from operator import itemgetter
from typing import Any, NamedTuple

from whautomate_core.errors import ConfigurationError

LARGEST_CELL = 1024 * 1024
"""Characters of the largest cell that is read; a larger one is a problem of its row."""

UNREADABLE = "\udcff"
"""Stands for a value that its source can't give: half a character, which no text holds."""


class Row(NamedTuple):
    """One row of a source. The repr holds no cell."""

    number: int
    """The line of a CSV or JSON lines file it begins in (the header of a CSV file is line 1), else its place from 1."""
    cells: tuple[str, ...]
    """Stripped text in the order of the columns asked for. Where there is a problem: the cells that can be read all the
    same, with "" for the others; nothing where cells can't be told apart."""
    problem: str | None = None
    """Why it can't be used as a whole. It holds no cell."""

    def __repr__(self) -> str:
        return f"Row(number={self.number}, problem={self.problem!r})"


def make_row(number: int, columns: Sequence[str], cells: tuple[str, ...]) -> Row:
    """A row with its cells, or with what is wrong with one of them."""
    whole = "".join(cells)  # once over all cells: what is looked for is rare
    if len(whole) <= LARGEST_CELL and "\0" not in whole and (whole.isascii() or is_text(whole)):
        return Row(number, cells)
    problem = None
    for column, cell in zip(columns, cells, strict=True):
        if len(cell) > LARGEST_CELL:
            problem = f"the cell of {column!r} has more than {LARGEST_CELL:,} characters"
    if "\0" in whole:
        problem = "row holds NUL bytes"
    if not is_text(whole):
        problem = "row holds what is no text"
    readable = tuple(cell if len(cell) <= LARGEST_CELL and "\0" not in cell and is_text(cell) else "" for cell in cells)
    return Row(number, readable if problem else cells, problem)


def is_text(cell: str) -> bool:
    """Whether no half of a character is in it."""
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def text(value: Any) -> str:
    """A value of a cell as stripped text."""
    if isinstance(value, str):
        return value.strip()
    if type(value).__module__ == "numpy":
        value = value.tolist()
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # pandas' empty cells
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (float, Decimal)):
        if value != value:  # NaN, as pandas has it for an empty cell
            return ""
        if isinstance(value, Decimal):
            return format(value, "f")
        # Whole: a column of whole numbers with a gap in it.
        return str(int(value) if value.is_integer() else value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode(errors="surrogateescape").strip()
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(dict(value) if isinstance(value, Mapping) else value, ensure_ascii=False, default=text)
    return str(value).strip()


class IfThere(str):
    """The name of a column that a source need not have."""


def choose(name: str, there: Sequence[str], columns: Sequence[str] | None, hint: str = "") -> tuple[str, ...]:
    """The columns to read of those that are there.

    Raises `ConfigurationError` where one is missing or there twice; `hint` is for where none of them is there.
    """
    wanted = there if columns is None else columns
    chosen = tuple(column for column in wanted if column in there or not isinstance(column, IfThere))
    missing = [column for column in chosen if column not in there]
    if missing and len(missing) == len(chosen):
        # What was taken for the header may be somebody's row, so it is not shown.
        raise ConfigurationError(
            f"{name} has none of the columns {', '.join(map(repr, chosen))} (it has {len(there)} columns)"
            + (f": {hint}" if hint else "")
        )
    if missing:
        raise ConfigurationError(
            f"{name} has no column {', '.join(map(repr, missing))}; there are {', '.join(map(repr, there))}"
        )
    twice = [column for column in chosen if there.count(column) > 1]
    if twice:
        raise ConfigurationError(f"{name} has the column {twice[0]!r} twice")
    return chosen


def picker(there: Sequence[str], chosen: Sequence[str]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """What takes the cells of `chosen` out of a row that has those of `there`."""
    places = [there.index(column) for column in chosen]
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)
