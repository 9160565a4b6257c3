"""Rows from where people have them. A row is a dict of column to text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from whautomate_core.errors import ConfigurationError

Source: TypeAlias = "str | Path | Iterable[Mapping[str, Any]]"
"""A path of a CSV file (UTF-8, with or without BOM, with a header, separated by commas), or rows."""


@dataclass(frozen=True)
class Row:
    """One row of a source, its cells as stripped text. The repr holds no cell."""

    number: int
    """The line of a CSV file it begins in (the header is line 1), else its place from 1."""
    cells: dict[str, str] = field(repr=False)
    problem: str | None = None
    """Why it can't be used, whatever its cells hold."""


def rows(source: Source, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a source with the cells of `columns`.

    Raises `ConfigurationError` that names the column where one is missing or there twice, where there are no rows, and
    where the file can't be read as CSV.
    """
    empty = True
    for row in _csv(Path(source), columns) if isinstance(source, (str, Path)) else _given(source, columns):
        empty = False
        yield row
    if empty:
        raise ConfigurationError(f"{_named(source)} has no rows")


def _csv(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    if path.suffix.lower() != ".csv":
        raise ConfigurationError(f"{path.name} is not a CSV file by its name; a source is a path of one, or rows")
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            # Strict: a quote that is never closed would swallow the rows after it.
            reader = csv.reader(file, strict=True)
            header = next(reader, None)
            if not header:
                raise ConfigurationError(f"{path.name} is empty: not even a header")
            _require(path.name, columns, header)
            for cells in _numbered(reader):
                line, values = cells
                if len(values) != len(header):
                    # Which cell is missing or too many can't be told: those behind it stand in the wrong column.
                    yield Row(line, {}, f"row has {len(values)} cells and the header {len(header)}")
                else:
                    row = dict(zip(header, values, strict=True))
                    yield Row(line, {name: _text(row[name]) for name in columns})
    except OSError as error:
        raise ConfigurationError(f"{path.name} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path.name} is not UTF-8: save it as UTF-8") from None
    except csv.Error as error:
        raise ConfigurationError(f"{path.name} is not CSV from line {line} on: {error}") from None


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    begins = reader.line_num + 1
    for cells in reader:
        if cells:
            yield begins, cells
        begins = reader.line_num + 1


def _given(source: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[Row]:
    for number, row in enumerate(source, start=1):
        if not isinstance(row, Mapping):
            raise ConfigurationError(f"row {number} must be a dict of column to value, got {type(row).__name__}")
        if number == 1:
            _require("the source", columns, list(row))
        yield Row(number, {name: _text(row.get(name)) for name in columns})


def _require(name: str, columns: Sequence[str], there: Sequence[str]) -> None:
    missing = [column for column in columns if column not in there]
    if len(missing) == len(columns):
        # What was taken for the header may be somebody's row, so it is not shown.
        raise ConfigurationError(
            f"{name} has none of the columns {', '.join(map(repr, columns))} (it has {len(there)} columns): "
            "is its first line a header, and are its cells separated by commas?"
        )
    if missing:
        raise ConfigurationError(
            f"{name} has no column {', '.join(map(repr, missing))}; there are {', '.join(map(repr, there))}"
        )
    twice = [column for column in columns if list(there).count(column) > 1]
    if twice:
        raise ConfigurationError(f"{name} has the column {twice[0]!r} twice")


def _text(value: Any) -> str:
    if isinstance(value, float):
        if value != value:  # NaN, as pandas has it for an empty cell
            return ""
        if value.is_integer():  # a column of whole numbers with a gap in it
            value = int(value)
    return "" if value is None else str(value).strip()


def _named(source: Source) -> str:
    return Path(source).name if isinstance(source, (str, Path)) else "the source"
