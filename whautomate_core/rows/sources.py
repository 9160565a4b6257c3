"""Rows from files, databases and Python, read as a stream, as text.

What is wrong with one row is its `Row.problem`, so that one bad row does not end a run. pyarrow, fsspec (extra:
`files`) and SQLAlchemy load when a source needs them.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from pathlib import Path, PurePath
from typing import IO, Any, TypeAlias, cast

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows import csv_files, objects, parquet, sql, tables
from whautomate_core.rows import read_once as once
from whautomate_core.rows.files import open_file as open_file_or_object
from whautomate_core.rows.files import storage_errors
from whautomate_core.rows.row import Row
from whautomate_core.rows.sql import Sql
from whautomate_core.rows.tables import Table
from whautomate_core.values.confidential import hides_arguments, raise_alone, without_locals
from whautomate_core.values.redaction import file_name, shown_path, shown_url

__all__ = ["OpenFile", "Row", "Rows", "Source", "Sql", "Table", "rows"]

Source: TypeAlias = str | Path | Iterable[Mapping[str, Any]] | Sql | Table
"""Path or URL of a file, rows (dicts of column to value; read once), a query, or columns with their rows.

A file's name tells its kind: .csv (UTF-8, with or without BOM, with a header, separated by commas, semicolons or
tabs), .jsonl or .ndjson (UTF-8, one object per line), both also as .gz, and .parquet.
"""

OpenFile = Callable[[str], IO[bytes]]
"""Path or URL of a file -> the file, open for reading."""

_READERS = {
    ".csv": csv_files.read,
    ".jsonl": objects.read_lines,
    ".ndjson": objects.read_lines,
    ".parquet": parquet.read,
}
_KINDS = "CSV, JSON lines or Parquet file by its name (.csv, .jsonl, .ndjson, each also as .gz, or .parquet)"


class Rows:
    """The rows of a source, once, from first to last. The source is closed after the last, or with this object."""

    columns: tuple[str, ...]
    """The columns of the cells of each row: the requested ones, or all that the source has."""

    def __init__(
        self, name: str, columns: tuple[str, ...], found: Iterator[Row], opened: ExitStack, may_be_empty: bool
    ) -> None:
        self.columns = columns
        # A generator that has started closes what it opened when nothing refers to it any more.
        begun = _closing(found, opened)
        first = next(begun, None)
        if first is None and not may_be_empty:
            raise ConfigurationError(f"{name} has no rows")
        self._rows = chain(() if first is None else (first,), begun)

    def __iter__(self) -> Iterator[Row]:
        return self._rows


@hides_arguments
def rows(
    source: Source,
    columns: Sequence[str] | None,
    *,
    open_file: OpenFile = open_file_or_object,
    may_be_empty: bool = False,
) -> Rows:
    """The rows of a source with the cells of `columns`; defaults to all columns.

    Cells are text without surrounding space: empty for None and NaN, `true` and `false`, whole numbers without a point,
    ISO 8601 for dates and times, JSON for dicts and lists. A source of dicts has a column if one of the first 1,000
    rows has it; a row without it has an empty cell.

    Raises: `ConfigurationError` that names the column where one is missing or is there twice, where there are no rows
        unless it `may_be_empty`, and where the source can't be read, also later while the rows are read; and for an
        iterator that was read before, which would seem to be empty. The error holds no cell.
    """
    with ExitStack() as opened:
        name, there, found = _read(source, columns, open_file, opened)
        return Rows(name, there, found, opened.pop_all(), may_be_empty)


def _read(
    source: Source, columns: Sequence[str] | None, open_file: OpenFile, opened: ExitStack
) -> tuple[str, tuple[str, ...], Iterator[Row]]:
    if isinstance(source, (str, Path)):
        path = str(source)
        name, kind, is_gzip = _kind(path)
        if "://" in path:
            opened.enter_context(storage_errors(path, "read"))
        opened.enter_context(_file_errors(name, shown_path(path)))
        file = opened.enter_context(open_file(path))
        if is_gzip:
            file = cast("IO[bytes]", gzip.GzipFile(fileobj=file))
        return name, *_READERS[kind](file, name, columns)
    if isinstance(source, Sql):
        name = "the query"
        return name, *tables.read(sql.run(source, opened), name, columns)
    name = "the source"
    if isinstance(source, Table):
        once.begin(source.rows, name)
        return name, *tables.read(source, name, columns)
    if not isinstance(source, Iterable):
        raise ConfigurationError(f"a source must be a path, rows or a query, not {type(source).__name__}")
    once.begin(source, name)
    return name, *objects.read(source, name, columns)


def _kind(path: str) -> tuple[str, str, bool]:
    """The name of a file without its folder, its kind, and whether it is compressed."""
    if "\n" in path:
        raise ConfigurationError("the source is text of several lines, not the path of a file")
    name = file_name(path) or shown_url(path)
    # What looks like a query may be part of an object's name, as in s3://bucket/report#1.csv.
    for one in (name.lower(), PurePath(path).name.lower()):
        plain = one.removesuffix(".gz")
        kind = PurePath(plain).suffix
        if kind in _READERS and not (kind == ".parquet" and plain != one):
            return name, kind, plain != one
    raise ConfigurationError(f"{name} is not a {_KINDS}; a source is the path of one, rows, or a query")


def _closing(found: Iterator[Row], opened: ExitStack) -> Iterator[Row]:
    with without_locals(), opened:
        yield from found


@contextmanager
def _file_errors(name: str, shown: str) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name} is not UTF-8: save it as UTF-8") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise ConfigurationError(f"{name} is not a gzip file, or was cut off") from None
    except OSError as error:
        raise_alone(ConfigurationError(f"{shown} can't be read: {error.strerror or type(error).__name__}"))
