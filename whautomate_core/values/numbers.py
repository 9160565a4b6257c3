"""Checks of numbers that arguments take. True and False are no numbers, although Python says so."""

from __future__ import annotations

import math

from whautomate_core.errors import ConfigurationError


def require_whole(name: str, value: object, least: int = 0, most: int | None = None, *, none: bool = False) -> None:
    """Raise `ConfigurationError` unless an argument is a whole number from `least` to `most`.

    Args:
        name: Of the argument.
        value: What it was given.
        least: The smallest number it takes.
        most: The largest; None for no limit.
        none: Whether it may be None.
    """
    if none and value is None:
        return
    fits = isinstance(value, int) and not isinstance(value, bool) and value >= least and (most is None or value <= most)
    if not fits:
        among = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigurationError(f"{name} must be a whole number {among}{', or None' if none else ''}")


def require_seconds(name: str, value: object, *, zero: bool = False, none: bool = False) -> None:
    """Raise `ConfigurationError` unless an argument is a number of seconds over 0.

    Args:
        name: Of the argument.
        value: What it was given.
        zero: Whether it may be 0.
        none: Whether it may be None.
    """
    if none and value is None:
        return
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
    if not (number > 0 or (zero and number == 0)):
        among = ", 0 or more" if zero else " over 0"
        raise ConfigurationError(f"{name} must be a number of seconds{among}{', or None' if none else ''}")
