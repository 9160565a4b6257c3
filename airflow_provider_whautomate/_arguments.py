"""What the arguments of operators and sensors may be, told when the DAG is parsed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, get_type_hints

from whautomate_core.errors import ConfigurationError, InvalidRequest, PolicyRefused
from whautomate_core.values.arguments import fits, require_kind


@contextmanager
def named_after(task: Any) -> Iterator[None]:
    """Put the operator and the task into errors about arguments.

    :param task: The operator or sensor, made by then as far as its task_id.
    """
    try:
        yield
    except (ConfigurationError, InvalidRequest, PolicyRefused) as error:
        name = f"{type(task).__name__} {getattr(task, 'task_id', '')!r}"
        if str(error).startswith(name):
            raise
        raise type(error)(f"{name}: {error}") from None


def require_positive(name: str, seconds: float) -> None:
    """Raise `ConfigurationError` unless it is over 0.

    :param name: Of the argument.
    :param seconds: What it was given.
    """
    if seconds <= 0:
        raise ConfigurationError(f"{name} must be over 0 seconds")


def require_own(task: Any, cls: type, literal: Callable[[Any], bool] = lambda value: True) -> None:
    """Raise `ConfigurationError` for an argument of a class's own `__init__` that is not of its type.

    :param task: What was made.
    :param cls: The class whose arguments they are.
    :param literal: Whether a value stands in the DAG file as it will be used.
    """
    for name, hint in hints_of(cls).items():
        value = getattr(task, name)
        if name in task.template_fields and isinstance(value, str) and value.isdigit() and fits(0, hint):
            value = int(value)  # a template makes the text "5" of the count 5
        if literal(value):
            require_kind(name, hint, value)


@functools.cache
def hints_of(cls: type) -> dict[str, Any]:
    """Return the arguments of a class's own `__init__`: name -> type."""
    hints = get_type_hints(cls.__init__)  # type: ignore[misc]
    return {name: hint for name, hint in hints.items() if name not in ("return", "kwargs")}
