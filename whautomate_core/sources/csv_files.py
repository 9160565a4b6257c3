"""CSV: no dict and no function of ours for a row that is as most are."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from itertools import chain
from typing import IO, Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.sources.row import LARGEST_CELL, Row, choose, make_row, picker

_BLOCK = 256 * 1024
"""Characters that are read at a time."""

_LONGEST_FIELD = 16 * LARGEST_CELL
"""Characters after which a quote that is never closed stops swallowing the rest of the file into memory."""


class _Lines:
    """The lines of a file, in blocks, so that what is rare is looked for once a block and not once a row."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._before = 0
        self._block: list[str] = []
        self.rare = False
        """Whether the block may hold a NUL or a cell that is too large."""

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[list[str]]:
        while block := self._file.readlines(_BLOCK):
            self._before += len(self._block)
            self._block = block
            whole = "".join(block)
            self.rare = "\0" in whole or len(whole) > LARGEST_CELL
            yield block

    def line(self, number: int) -> str:
        """The line of a number, in the block read last."""
        return self._block[number - self._before - 1]


def read(file: IO[bytes], name: str, columns: Sequence[str] | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a CSV file."""
    # The limit is the whole process's, and 128 KiB by default, where one cell too large would end the run. It is only
    # ever raised: lowered again, it would hit whoever else reads.
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    lines = _Lines(TextIOWrapper(file, encoding="utf-8-sig", newline=""))
    # Strict: a quote that is never closed would swallow the rows after it.
    reader = csv.reader(lines, strict=True)
    try:
        header = next(filter(None, reader), None)
    except csv.Error as error:
        raise _broken(name, 1, error) from None
    if not header:
        raise ConfigurationError(f"{name} is empty: not even a header")
    if any("\0" in cell for cell in header):
        raise ConfigurationError(f"{name} is not UTF-8 (UTF-16, as it looks): save it as UTF-8")
    chosen = choose(name, header, columns, "is its first line a header, and are its cells separated by commas?")
    return chosen, _rows(reader, lines, name, header, chosen)


def _rows(reader: Any, lines: _Lines, name: str, header: list[str], chosen: tuple[str, ...]) -> Iterator[Row]:
    pick, width, strip, new = picker(header, chosen), len(header), str.strip, tuple.__new__
    begins = reader.line_num + 1
    while True:
        try:
            for cells in reader:
                ends = reader.line_num
                if len(cells) != width:
                    if cells:
                        problem = f"row has {len(cells)} cells and the header {width}"
                        # A short one is taken to end early. Where a comma is too many, which one it is can't be told.
                        cells += [""] * (width - len(cells))
                        is_told = len(cells) == width
                        row = make_row(begins, chosen, tuple(map(strip, pick(cells)))) if is_told else Row(begins, ())
                        yield row._replace(problem=problem)
                elif lines.rare or ends != begins:
                    yield make_row(begins, chosen, tuple(map(strip, pick(cells))))
                else:
                    # As Row(...), in a quarter of the time.
                    yield new(Row, (begins, tuple(map(strip, pick(cells))), None))
                begins = ends + 1
            return
        except csv.Error as error:
            # In a line with its quotes in pairs the row ends where the line does. Else the rows after it are anybody's.
            if reader.line_num != begins or lines.line(begins).count('"') % 2:
                raise _broken(name, begins, error) from None
            yield Row(begins, (), "row has a quote within a quoted cell that is not doubled")
            begins += 1


def _broken(name: str, line: int, error: csv.Error) -> ConfigurationError:
    return ConfigurationError(
        f"{name} is not CSV from line {line} on: {error}; is a quote never closed, or one within a cell not doubled?"
    )
