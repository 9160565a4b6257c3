"""Rows that can be read only once, such as a generator, which would seem to be empty the second time."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from weakref import WeakSet

from whautomate_core.errors import ConfigurationError

_begun: WeakSet[Any] = WeakSet()
_latest: deque[Any] = deque(maxlen=16)
"""Those without weak references: `map`, `zip`, readers of `csv`."""
_lock = threading.Lock()


def begin(rows: Iterable[Any], name: str) -> None:
    """Note that rows are being read. Raises `ConfigurationError` where they can be read only once and were before."""
    if not isinstance(rows, Iterator):
        return
    with _lock:
        if any(one is rows for one in _latest) or any(one is rows for one in _begun):
            raise ConfigurationError(
                f"{name} is a {type(rows).__name__}, which can be read once, and it was read before: give a list, a "
                "path or a query, or make a new one for each attempt and each argument"
            )
        try:
            _begun.add(rows)
        except TypeError:  # no weak reference to it, or it has no hash
            _latest.append(rows)


def can_be_read_twice(value: Any) -> bool:
    """Whether reading an argument, for example to hash it, uses nothing up."""
    if type(value) in _PLAIN:
        return True
    if isinstance(value, Mapping):
        return all(map(can_be_read_twice, value.values()))
    if isinstance(value, Collection):
        return all(map(can_be_read_twice, value))
    if dataclasses.is_dataclass(value):
        return all(can_be_read_twice(getattr(value, one.name)) for one in dataclasses.fields(value))
    return not isinstance(value, Iterable) or hasattr(type(value), "model_fields")  # pydantic's models are iterable


_PLAIN = {str, bytes, int, float, bool, type(None)}
