"""CSV. An ordinary row costs no dict and no call of a Python function."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from io import StringIO, TextIOWrapper
from itertools import chain
from typing import IO, Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.row import LARGEST_CELL, LONGEST_LINE, Row, choose, clean, make_row, picker

_BLOCK = 256 * 1024
"""Characters read at a time."""


class _Lines:
    """The lines of a file, in blocks, so that rare problems are looked for once per block instead of once per row."""

    def __init__(self, file: IO[str], name: str) -> None:
        self._file = file
        self._name = name
        self._before = 0
        self._block: list[str] = []
        self.rare = False
        """Whether the block may hold a NUL or a cell that is too large."""
        self.strip: Callable[[str], str] = clean
        """Strips the cells of the block."""
        self.unread = 0
        """Characters since the last row: the reader of rows sets it to 0."""

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        # Long lines in parts: one that never ends would fill the memory before its length is known.
        while whole := self._file.read(_BLOCK):
            rest = self._file.readline(LONGEST_LINE)
            if self.unread > LONGEST_LINE or (len(rest) == LONGEST_LINE and rest[-1] not in "\r\n"):
                raise ConfigurationError(
                    f"{self._name} has a row of more than {LONGEST_LINE:,} characters near line "
                    f"{self._before + len(self._block) + 1}: is it CSV, one row per line?"
                )
            whole += rest
            self._before += len(self._block)
            self._block = block = StringIO(whole, newline="").readlines()
            self.unread += len(whole)
            self.rare = "\0" in whole or len(whole) > LARGEST_CELL
            self.strip = str.strip if whole.isascii() else clean
            yield block

    def line(self, number: int) -> str:
        """The line with a number, in the block read last."""
        return self._block[number - self._before - 1]


def read(file: IO[bytes], name: str, columns: Sequence[str] | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a CSV file."""
    # The limit is the whole process's, by default 128 KiB, and one larger cell would end the run. It is only ever
    # raised: lowering it again would affect other readers.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_LINE))
    lines = _Lines(TextIOWrapper(file, encoding="utf-8-sig", newline=""), name)
    # Strict: a quote that is never closed would swallow the rows after it.
    rest = iter(lines)
    head = _head(rest)
    reader = csv.reader(chain(head, rest), strict=True, delimiter=_delimiter(head[-1] if head else ""))
    try:
        header = next(filter(None, reader), None)
    except csv.Error as error:
        raise _broken(name, 1, error) from None
    if not header:
        raise ConfigurationError(f"{name} is empty: it has not even a header")
    if any("\0" in cell for cell in header):
        raise ConfigurationError(f"{name} is not UTF-8 but probably UTF-16: save it as UTF-8")
    hint = "is its first line a header, and are its cells separated by commas, semicolons or tabs?"
    places = choose(name, header, columns, hint)
    return tuple(places), _rows(reader, lines, name, len(header), places)


def _head(lines: Iterator[str]) -> list[str]:
    """The lines up to the first that is not blank."""
    head = []
    for line in lines:
        head.append(line)
        if line.strip():
            break
    return head


def _delimiter(header: str) -> str:
    """What separates cells: a comma, unless the header has none outside quotes. Excel writes semicolons where the comma
    is the decimal separator, as in German, French and Brazilian Portuguese."""
    unquoted = re.sub('"[^"]*"', "", header)
    return next((sign for sign in (",", ";", "\t") if sign in unquoted), ",")


def _rows(reader: Any, lines: _Lines, name: str, width: int, places: dict[str, int]) -> Iterator[Row]:
    pick, chosen, new = picker(places), tuple(places), tuple.__new__
    begins = reader.line_num + 1
    while True:
        try:
            for cells in reader:
                ends, lines.unread = reader.line_num, 0
                if len(cells) != width:
                    if cells:
                        problem = f"row has {len(cells)} cells and the header {width}"
                        # A short row is assumed to end early. In a long one, it is not clear which comma is too many.
                        cells += [""] * (width - len(cells))
                        is_told = len(cells) == width
                        row = make_row(begins, chosen, tuple(map(clean, pick(cells)))) if is_told else Row(begins, ())
                        yield row._replace(problem=problem)
                elif lines.rare or ends != begins:
                    yield make_row(begins, chosen, tuple(map(clean, pick(cells))))
                else:
                    # Row(...) in a quarter of the time.
                    yield new(Row, (begins, tuple(map(lines.strip, pick(cells))), None))
                begins = ends + 1
            return
        except csv.Error as error:
            # If the line has an even number of quotes, the row ends with it. Otherwise the rows after it are unclear.
            if reader.line_num != begins or lines.line(begins).count('"') % 2:
                raise _broken(name, begins, error) from None
            yield Row(begins, (), "row has a quote within a quoted cell that is not doubled")
            begins += 1


def _broken(name: str, line: int, error: csv.Error) -> ConfigurationError:
    return ConfigurationError(
        f"{name} is not CSV from line {line} on: {error}; is a quote never closed, or one inside a cell not doubled?"
    )
