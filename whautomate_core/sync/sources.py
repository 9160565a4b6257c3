"""Rows from where people have them. A row is a dict of column to text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from whautomate_core.errors import ConfigurationError

Row: TypeAlias = Mapping[str, Any]
Source: TypeAlias = "str | Path | Iterable[Row]"
"""A path of a CSV file (UTF-8, with or without BOM, with a header), or rows."""


def rows(source: Source, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a source with their numbers (a CSV's header is row 1), every cell as stripped text.

    Raises `ConfigurationError` that names the column where one of `columns` is missing, and where there are no rows.
    """
    empty = True
    for number, row in _csv(Path(source), columns) if isinstance(source, (str, Path)) else _given(source, columns):
        empty = False
        yield number, {name: _text(row.get(name)) for name in columns}
    if empty:
        raise ConfigurationError(f"{_named(source)} has no rows")


def _csv(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    if path.suffix.lower() != ".csv":
        raise ConfigurationError(f"{path.name} is not a CSV file by its name; a source is a path of one, or rows")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not reader.fieldnames:
                raise ConfigurationError(f"{path.name} is empty: not even a header")
            _require(path.name, columns, reader.fieldnames)
            yield from enumerate(reader, start=2)
    except OSError as error:
        raise ConfigurationError(f"{path.name} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path.name} is not UTF-8: save it as UTF-8") from None


def _given(source: Iterable[Row], columns: Sequence[str]) -> Iterator[tuple[int, Row]]:
    for number, row in enumerate(source, start=1):
        if not isinstance(row, Mapping):
            raise ConfigurationError(f"row {number} must be a dict of column to value, got {type(row).__name__}")
        if number == 1:
            _require("the source", columns, list(row))
        yield number, row


def _require(name: str, columns: Sequence[str], there: Sequence[str]) -> None:
    missing = [column for column in columns if column not in there]
    if missing:
        raise ConfigurationError(
            f"{name} has no column {', '.join(map(repr, missing))}; there are {', '.join(map(repr, there))}"
        )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _named(source: Source) -> str:
    return Path(source).name if isinstance(source, (str, Path)) else "the source"
