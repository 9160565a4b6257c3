"""Parquet, of which only the columns asked for are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from whautomate_core.errors import ConfigurationError
from whautomate_core.files import import_pyarrow
from whautomate_core.sources import tables
from whautomate_core.sources.row import UNREADABLE, Row, choose

_BATCH = 4096
"""Rows that are in memory at a time."""


def read(file: IO[bytes], name: str, columns: Sequence[str] | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a Parquet file."""
    pyarrow, parquet = import_pyarrow()
    try:
        whole = parquet.ParquetFile(file)
    except pyarrow.ArrowException:
        raise ConfigurationError(f"{name} is no Parquet file, or was cut off") from None
    chosen = choose(name, whole.schema_arrow.names, columns)
    return tables.read(tables.Table(chosen, _rows(pyarrow, whole, name, chosen)), name, chosen)


def _rows(pyarrow: Any, whole: Any, name: str, chosen: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    try:
        for batch in whole.iter_batches(batch_size=_BATCH, columns=list(chosen)):
            yield from zip(*(_values(pyarrow, batch.column(column)) for column in chosen), strict=True)
    except pyarrow.ArrowException:
        raise ConfigurationError(f"{name} is damaged: it can't be read to its end") from None


def _values(pyarrow: Any, column: Any) -> list[Any]:
    kind = column.type
    if pyarrow.types.is_timestamp(kind) and kind.unit == "ns":
        # Python has no nanoseconds, and pandas, where it is there, another type for them.
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
