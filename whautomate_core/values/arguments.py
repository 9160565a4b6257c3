"""Checks that the arguments of a step have the right types, before anything is done."""

from __future__ import annotations

import difflib
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal, Required, get_args, get_origin, get_type_hints

from typing_extensions import is_typeddict

from whautomate_core.errors import ConfigurationError
from whautomate_core.values.thresholds import Threshold, check_threshold
from whautomate_core.values.times import hours_of, placed, zone
from whautomate_core.values.words import is_rendered_none, rendered_none


def require_kind(name: str, hint: Any, value: Any) -> None:
    """Raise `ConfigurationError` for a value that an argument does not take. The value itself is not shown.

    Args:
        name: Name of the argument.
        hint: Its type.
        value: Its value.
    """
    if not fits(value, hint):
        raise ConfigurationError(not_taken(name, hint, value))
    check = VALUES.get(name)
    if check is not None and value is not None:
        check(name, value)
    if isinstance(value, str) and name.endswith(_NAMING) and is_rendered_none(value):
        raise ConfigurationError(rendered_none(name, value))


def require_known(what: str, known: Iterable[str], given: Iterable[str], others: Iterable[str] = ()) -> None:
    """Raise `ConfigurationError` for the first argument that is not known. It names the nearest one, and all there are.

    Args:
        what: What has the arguments: the name of a function.
        known: Names of its arguments.
        given: Names of the arguments that it was given.
        others: Names of arguments that it takes as well, and which are too many to be listed.
    """
    known = list(known)
    among = [*known, *others]
    for name in given:
        if name not in among:
            longer = [one for one in among if "_" in name and one.endswith(f"_{name}")]  # conn_id: whautomate_conn_id
            nearest = difflib.get_close_matches(name, among, n=1) or longer
            meant = f"; did you mean {nearest[0]}?" if nearest else "."
            takes = f"It takes {', '.join(known)}" if known else "It takes none"
            raise ConfigurationError(f"{what} has no argument {name!r}{meant} {takes}")


def not_taken(name: str, hint: Any, value: Any) -> str:
    """What to say of a value that an argument does not take. Only names of choices and templates are shown.

    Args:
        name: Name of the argument.
        hint: Its type.
        value: Its value.
    """
    given = repr(value) if get_origin(hint) is Literal and isinstance(value, str) else kind_of(value)
    return f"{name} must be {expected_of(name, hint, value)}, not {given}"


def expected_of(name: str, hint: Any, value: Any = None) -> str:
    """What an argument takes, in words, as `expected` says of a type.

    Args:
        name: Name of the argument. `mapping` and `send_window` have examples of their own.
        hint: Its type.
        value: What was given. The name of a template is put into the dict that is wanted.
    """
    words = expected(hint)
    if name == "mapping":
        return words.replace("a dict", 'a dict of field to column, such as {"name": "full_name"}')
    if name == "send_window":
        return 'start, end and time zone, such as ("09:00", "20:00", "Europe/Berlin"), or None'
    if getattr(hint, "__name__", "") == "Template" and isinstance(value, str):
        return words.replace('"name": ...', f'"name": {json.dumps(value, ensure_ascii=False)}')
    return words


def require_kinds(hints: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """`require_kind` for each argument that has a type.

    Args:
        hints: Name -> type.
        given: Name -> value.
    """
    for name in hints.keys() & given.keys():
        require_kind(name, hints[name], given[name])


def _country_code(name: str, value: str) -> None:
    # The run checks whether the country exists: the data of phonenumbers is too heavy to load at every parse.
    if not re.fullmatch("[A-Za-z]{2}", value.strip()):
        raise ConfigurationError(f"{name} must be a two-letter country code such as DE, not {value!r}")


def _at_least_one(name: str, value: int) -> None:
    if value < 1:
        raise ConfigurationError(f"{name} must be at least 1")


_NAMING = ("_id", "_path", "_url", "_name", "key")
"""Ends of the names of arguments that name something, which is never called None."""

THRESHOLDS = (
    "max_rejected",
    "max_consent_rejected",
    "max_suppress_rejected",
    "max_failed",
    "max_created",
    "max_added",
    "max_removed",
    "max_deleted",
    "min_delivered",
)
"""Arguments that are a count or a share."""

VALUES: dict[str, Callable[[str, Any], object]] = {
    "default_region": _country_code,
    "max_records": _at_least_one,
    "timezone": lambda name, value: zone(value),
    "hours": lambda name, value: hours_of([*value]),
    **dict.fromkeys(("earliest", "latest", "start", "now"), lambda name, value: placed(name, value, "UTC")),
    **dict.fromkeys(THRESHOLDS, check_threshold),
}
"""Argument -> what raises for a value of the right type that can't work. A name means the same in every operator."""


def _zone_name(value: Any) -> Any:
    # The zones of pendulum are ZoneInfo too. Fixed offsets other than UTC have no name.
    return "UTC" if value is UTC else getattr(value, "key", None) or value if isinstance(value, tzinfo) else value


def _as_list(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else value


def _as_seconds(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _day(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


_PLAIN: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("tags", "hours"), _as_list),
    **dict.fromkeys(("poll_interval", "timeout", "settle_after", "max_wait"), _as_seconds),
    **dict.fromkeys(("date", "earliest", "latest", "start", "now"), _day),
    "timezone": _zone_name,
}
"""Arguments that also take another kind of value with the same meaning -> what makes it plain."""


def plain(name: str, value: Any) -> Any:
    """The value of an argument in a form that JSON can hold, because orchestrators render, store and show it.

    A set of tags becomes a sorted list, a time zone its name, a day its text, a timedelta its seconds. Only
    lists whose order means nothing may be sets.

    Args:
        name: Name of the argument.
        value: Its value.
    """
    return _PLAIN[name](value) if name in _PLAIN else value


def fits(value: Any, hint: Any) -> bool:
    """Whether a value has a type. Times may be text, whose form is checked where it is read.

    Args:
        value: Any value.
        hint: A type, also of `typing`.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if hint is type(None):
        return value is None
    if origin is Literal:
        return isinstance(value, str) and value in arguments
    if is_typeddict(hint) or origin in (dict, Mapping):
        return isinstance(value, Mapping)
    if origin is tuple:
        plain = isinstance(value, (list, tuple)) and len(value) == len(arguments)
        return plain and all(map(fits, value, arguments))
    if origin in (list, Sequence):
        # For mapped tasks Airflow passes a sequence of its own, which reads each item from its database.
        items = value if isinstance(value, (list, tuple)) else ()
        plain = isinstance(value, Sequence) and not isinstance(value, (str, bytes))
        return plain and all(fits(item, arguments[0]) for item in items)
    if origin is Iterable:
        rows = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
        return rows or isinstance(value, os.PathLike)  # an ObjectStoragePath
    if origin is Callable:
        return callable(value)
    if arguments:
        # Text is accepted as a timedelta only where a number of seconds is not: those arguments are not templated.
        among = [one for one in arguments if not (isinstance(value, str) and one is timedelta and float in arguments)]
        return any(fits(value, one) for one in among)
    if hint in (datetime, timedelta):
        return isinstance(value, (hint, str)) or (hint is timedelta and fits(value, float))
    if hint in (int, float):
        number = isinstance(value, (int, float, Decimal) if hint is float else int) and not isinstance(value, bool)
        return number and math.isfinite(value)
    return isinstance(value, hint)


_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    datetime: "a datetime",
    timedelta: "a timedelta",
    type(None): "None",
    Threshold: 'a count, or a share like "5%"',
    Threshold | None: 'a count, a share like "5%", or None',
}


def expected(hint: Any) -> str:
    """What values a type takes, in words.

    Args:
        hint: As for `fits`.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _WORDS:
        return _WORDS[hint]
    if is_typeddict(hint):
        return f"a dict such as {_example(hint)}"
    if origin in (dict, Mapping):
        return "a dict"
    if origin is Literal:
        return f"{', '.join(arguments[:-1])} or {arguments[-1]}"
    if origin is tuple:
        return f"{len(arguments)} texts"
    if origin in (list, Sequence):
        return f"a list of {'texts' if arguments == (str,) else 'values'}"
    if any(get_origin(one) is Iterable for one in arguments):
        return "a path, a URL, rows as dicts or a query (Sql)" + (" or None" if type(None) in arguments else "")
    if arguments:
        return " or ".join(dict.fromkeys(map(expected, arguments)))
    return str(getattr(hint, "__name__", hint))


def _example(record: Any) -> str:
    """A dict of a record with the fields that it needs, or its first one: `{"name": ..., "language": ...}`."""
    hints = get_type_hints(record, include_extras=True)
    needed = {name: hint for name, hint in hints.items() if record.__total__ or get_origin(hint) is Required}
    shown = []
    for name, hint in (needed or dict([*hints.items()][:1])).items():
        plain = get_args(hint)[0] if get_origin(hint) is Required else hint
        shown.append(f'"{name}": {_example(plain) if is_typeddict(plain) else "..."}')
    return f"{{{', '.join(shown)}}}"


def kind_of(value: Any) -> str:
    """The type of a value, in words: never the value."""
    if isinstance(value, (list, tuple)):
        inside = sorted({type(one).__name__ for one in value})
        return f"a {type(value).__name__} of {len(value)} ({', '.join(inside)})" if inside else "an empty list"
    return "None" if value is None else type(value).__name__
