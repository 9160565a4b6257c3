"""Parquet. Only the requested columns are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.rows import tables
from whautomate_core.rows.files import import_pyarrow
from whautomate_core.rows.row import LONGEST_LINE, UNREADABLE, Row, choose, single

_BATCH = 4096
"""Rows in memory at a time, or fewer where they are large."""


def read(file: IO[bytes], name: str, columns: Sequence[str] | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a Parquet file."""
    pyarrow, parquet = import_pyarrow()
    try:
        whole = parquet.ParquetFile(file)
    except pyarrow.ArrowException:
        raise ConfigurationError(f"{name} is not a Parquet file, or was cut off") from None
    there = whole.schema_arrow.names
    places = choose(name, there, columns)
    columns = [there[place] for place in places.values()]
    # A large text that many rows share is in memory once, as in the file.
    texts = [column for column in columns if _is_text(pyarrow, whole.schema_arrow.field(there.index(column)).type)]
    whole = parquet.ParquetFile(file, metadata=whole.metadata, read_dictionary=texts)
    return tables.read(tables.Table(tuple(places), _rows(pyarrow, whole, name, columns)), name, tuple(places))


def _rows(pyarrow: Any, whole: Any, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    try:
        for batch in whole.iter_batches(batch_size=_batch(whole.metadata, name), columns=list(columns)):
            yield from zip(*(_values(pyarrow, batch.column(column)) for column in columns), strict=True)
    except pyarrow.ArrowException:
        raise ConfigurationError(f"{name} is damaged: it can't be read to its end") from None


def _batch(metadata: Any, name: str) -> int:
    """How many rows to read at a time, by their unpacked size as the file gives it."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    largest = max((group.total_byte_size / group.num_rows for group in groups if group.num_rows), default=0.0)
    if largest > LONGEST_LINE:
        raise ConfigurationError(
            f"{name} has rows of more than {LONGEST_LINE:,} bytes: leave out the columns that are not needed"
        )
    return int(min(_BATCH, 4 * LONGEST_LINE / max(largest, 1.0)))


def _is_text(pyarrow: Any, kind: Any) -> bool:
    return bool(pyarrow.types.is_string(kind) or pyarrow.types.is_binary(kind))


def _values(pyarrow: Any, column: Any) -> list[Any]:
    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        known = _values(pyarrow, column.dictionary)
        return [None if place is None else known[place] for place in column.indices.to_pylist()]
    if pyarrow.types.is_float32(kind) or pyarrow.types.is_float16(kind):
        return [single(value) for value in column.to_pylist()]
    if pyarrow.types.is_timestamp(kind) and kind.unit == "ns":
        # Python has no nanoseconds, and pandas, if it is installed, has another type for them.
        column = column.cast(pyarrow.timestamp("us", kind.tz), safe=False)
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except (ValueError, OverflowError):
        return [_value(cell) for cell in column]


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return UNREADABLE
