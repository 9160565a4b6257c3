"""Rows that share their columns, as a database returns them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from whautomate_core.rows.row import Row, choose, make_row, picker, text


@dataclass(frozen=True)
class Table:
    """Columns, and rows with a value for each column. The repr holds no row."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]] = field(repr=False)


def read(table: Table, name: str, columns: Sequence[str] | None) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns and rows of a table."""
    places = choose(name, list(table.columns), columns)
    pick, chosen = picker(places), tuple(places)
    return chosen, (
        make_row(number, chosen, tuple(map(text, pick(row)))) for number, row in enumerate(table.rows, start=1)
    )
