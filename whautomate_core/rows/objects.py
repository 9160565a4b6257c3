"""Rows that each name their columns: JSON lines, and dicts."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import IO, Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.row import LONGEST_LINE, Row, choose, make_row, text

_FIRST = 1000
"""Rows whose keys are the columns: many exports leave out empty values."""

_Numbered = tuple[int, "Mapping[str, Any] | str"]
"""The number of a row, and the row or its problem."""


def read_lines(file: IO[bytes], name: str, columns: Sequence[str] | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a file of JSON lines."""
    return _rows(_parsed(file), name, columns, "is it JSON lines in UTF-8, one object per line?")


def read(
    source: Iterable[Mapping[str, Any]], name: str, columns: Sequence[str] | None
) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of dicts."""
    return _rows(_given(source), name, columns)


def _parsed(file: IO[bytes]) -> Iterator[_Numbered]:
    for number, line in enumerate(_lines(file), start=1):
        if line is None:
            yield number, f"line has more than {LONGEST_LINE:,} bytes"
            continue
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.isspace():
            continue
        try:
            found = json.loads(line.decode(), object_pairs_hook=_object)
        except UnicodeDecodeError:
            found = "line is not UTF-8"
        except _KeyTwice as error:
            found = f"line has the key {str(error)[:60]!r} twice, and only one of the values can be read"
        except (ValueError, RecursionError):
            found = "line is not JSON"
        else:
            found = found if isinstance(found, dict) else "line is not a JSON object"
        yield number, found


class _KeyTwice(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _KeyTwice(next(name for name in names if names.count(name) > 1))
    return found


def _lines(file: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of a file; None for a line that is too long."""
    while line := file.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None


def _given(source: Iterable[Mapping[str, Any]]) -> Iterator[_Numbered]:
    for number, row in enumerate(source, start=1):
        if isinstance(row, Mapping):
            yield number, row
        elif number == 1:
            raise ConfigurationError(f"row 1 must be a dict of column to value, got {type(row).__name__}")
        else:
            yield number, f"row must be a dict of column to value, got {type(row).__name__}"


def _rows(
    found: Iterator[_Numbered], name: str, columns: Sequence[str] | None, hint: str = ""
) -> tuple[tuple[str, ...], Iterator[Row]]:
    first = list(islice(found, _FIRST))
    problems = Counter(row for _, row in first if isinstance(row, str))
    if first and problems.total() == len(first):
        commonest = "; ".join(f"{count} x {problem}" for problem, count in problems.most_common(5))
        raise ConfigurationError(
            f"{name} can't be read: none of its first {len(first)} rows can: {commonest}{f': {hint}' if hint else ''}"
        )
    there = list(dict.fromkeys(column for _, row in first if not isinstance(row, str) for column in row))
    # `Rows` raises for a source without rows.
    places = choose(name, there, columns, hint) if first else dict.fromkeys(columns or (), 0)
    keys = [there[place] for place in places.values()] if first else []
    known = frozenset(keys) if columns is None else None
    chosen = tuple(places)
    return chosen, (_row(number, row, chosen, keys, known) for number, row in chain(first, found))


def _row(
    number: int,
    row: Mapping[str, Any] | str,
    chosen: tuple[str, ...],
    keys: Sequence[str],
    known: frozenset[str] | None,
) -> Row:
    if isinstance(row, str):
        return Row(number, (), row)
    made = make_row(number, chosen, tuple([text(row.get(key)) for key in keys]))
    if known is not None and not known.issuperset(row):
        return made._replace(problem=f"row has a column that none of the first {_FIRST:,} rows has")
    return made
