"""Text as a value: numbers, and yes or no."""

from __future__ import annotations

from typing import Any

from whautomate_core.errors import InvalidRequest

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def truth(text: object) -> bool | None:
    """Whether a text says yes or no, in upper or lower case; None where it says neither.

    Cells about consent know more words (`sync/consent.py`).
    """
    return _WORDS.get(str(text).strip().casefold())


def cell_value(name: str, cell: str, kind: type) -> Any:
    """The value of a cell that is not empty.

    Args:
        name: What the cell is, for the error.
        cell: Its stripped text.
        kind: `str`, `bool`, `int` or `float`. Numbers must not be negative; whole floats become integers.

    Raises: `InvalidRequest` that names the field and shows no cell.
    """
    if kind is str:
        return cell
    if kind is bool:
        said = truth(cell)
        if said is None:
            raise InvalidRequest(f"{name} must be yes or no")
        return said
    try:
        value = kind(cell)
    except ValueError:
        raise InvalidRequest(f"{name} must be {'a whole number' if kind is int else 'a number such as 12.5'}") from None
    if not 0 <= value < float("inf"):
        raise InvalidRequest(f"{name} must not be negative, nor infinite")
    return int(value) if kind is float and value.is_integer() else value
