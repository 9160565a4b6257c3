"""Arguments of operators and sensors: what they may be, checked when the DAG is parsed and again once rendered."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from inspect import signature
from types import UnionType
from typing import Annotated, Any, ParamSpec, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from airflow.providers.common.compat.sdk import BaseOperator, XComArg
from typing_extensions import is_typeddict

from whautomate_core.api.check import body
from whautomate_core.errors import ConfigurationError, InvalidRequest, PolicyRefused
from whautomate_core.values.arguments import expected_of, fits, plain, require_kind, require_known

P = ParamSpec("P")
R = TypeVar("R")

_BY_TEMPLATE = "a template, or the result of another task"

Templated: TypeAlias = Annotated[str | XComArg, _BY_TEMPLATE]
"""What a templated argument takes beside its own type: text with a template, or the result of another task."""


@contextmanager
def named_after(task: Any) -> Iterator[None]:
    """Put the operator and the task into errors about arguments.

    :param task: The operator or sensor; its task_id has to be set already.
    """
    try:
        yield
    except (ConfigurationError, InvalidRequest, PolicyRefused) as error:
        name = f"{type(task).__name__} {getattr(task, 'task_id', '')!r}"
        if str(error).startswith(name):
            raise
        raise type(error)(f"{name}: {error}") from None


def require_positive(name: str, seconds: float) -> None:
    """Raise `ConfigurationError` unless a number of seconds is over 0.

    :param name: Name of the argument.
    :param seconds: Its value.
    """
    if seconds <= 0:
        raise ConfigurationError(f"{name} must be over 0 seconds")


def require_own(task: Any, cls: type, literal: Callable[[Any], bool] = lambda value: True) -> None:
    """Raise `ConfigurationError` for an argument of a class's own `__init__` that is not of its type.

    :param task: The operator or sensor.
    :param cls: The class whose arguments they are.
    :param literal: Whether a value is in the DAG file as it will be used.
    """
    for name, hint in hints_of(cls).items():
        value = getattr(task, name)
        if name in task.template_fields and isinstance(value, str) and value.isdigit() and fits(0, hint):
            value = int(value)  # a template makes the text "5" of the count 5
        if literal(value):
            require_kind(name, hint, value)


@functools.cache
def hints_of(cls: type) -> dict[str, Any]:
    """Return the types of the arguments of a class's own `__init__`, by name, without `Templated`."""
    hints = get_type_hints(cls.__init__, include_extras=True)  # type: ignore[misc]
    return {name: _untemplated(hint) for name, hint in hints.items() if name not in ("return", "kwargs")}


@functools.cache
def arguments_of(cls: type) -> dict[str, Any]:
    """Return the types of all arguments that a class takes by the classes of this package, by name.

    Those that a user's subclass adds are left out: their types may be known only to type checkers.
    """
    own = [one for one in cls.__mro__ if one.__module__.startswith(f"{__package__}.") and "__init__" in vars(one)]
    return {name: hint for one in reversed(own) for name, hint in hints_of(one).items()}


def require_taken(cls: type[BaseOperator], given: Mapping[str, Any]) -> None:
    """Raise `ConfigurationError` for an argument that a class of this package does not take.

    Classes of users are left to Airflow: they may read arguments that no signature names.

    :param cls: The class of an operator or sensor.
    :param given: The arguments.
    """
    if not cls.__module__.startswith(f"{__package__}."):
        return
    named = [name for name in given if not name.startswith("_")]  # Airflow's own begin so
    require_known(f"{cls.__name__} {given.get('task_id', '')!r}", arguments_of(cls), named, _names_of(cls))


def knows_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function that refuses an unknown argument as operators do: the error names the nearest one.

    :param function: A function, or the `__init__` of a class, that names all its arguments.
    """
    name = function.__qualname__.removesuffix(".__init__")
    known = [one for one in signature(function).parameters if one != "self"]

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        require_known(name, known, kwargs)
        return function(*args, **kwargs)

    return checked


@functools.cache
def _names_of(cls: type) -> list[str]:
    """The names of all arguments of a class and its bases, Airflow's too."""
    own = [one for one in cls.__mro__ if "__init__" in vars(one)]
    return [name for one in own for name in signature(one.__init__).parameters]  # type: ignore[misc]


def _untemplated(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kept = tuple(one for one in get_args(hint) if _BY_TEMPLATE not in getattr(one, "__metadata__", ()))
    return Union[kept]  # noqa: UP007 - a union of types that are known only now


def is_literal(value: Any) -> bool:
    """Whether a value is in the DAG file as it will be used: no template in it, no result of another task.

    :param value: What an argument was given. Airflow takes a callable for a template too.
    """
    if isinstance(value, str):
        return not any(mark in value for mark in ("{{", "{%", "{#"))
    if isinstance(value, Mapping):
        return all(map(is_literal, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_literal, value))
    return not hasattr(value, "resolve") and not callable(value)  # Airflow's XComArg and its like


def threshold(value: Any) -> Any:
    """Return a threshold as the core takes it: a template makes the text "5" of the count 5.

    :param value: What was rendered.
    """
    return int(value) if isinstance(value, str) and value.isdigit() else value


def check_names(hints: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Check the types of the values that are in the DAG file, and the names of the fields in those that are records.

    :param hints: Types of arguments, by name.
    :param values: Their values, by name.
    :raises ConfigurationError: for a value of another type.
    :raises InvalidRequest: for an unknown field; it names the nearest one.
    """
    read = dict(values)
    for name in hints.keys() & values.keys():
        if is_literal(values[name]):
            read[name] = from_text(name, hints[name], values[name])
    extra = read.get("extra")
    if extra is not None and not isinstance(extra, dict):
        return  # required fields may come with it
    for name, hint in hints.items():
        record = _record(hint)
        if record is not None and isinstance(read.get(name), dict):
            body(record, read[name], extra, names_only=True)


def check_own(task: Any, cls: type[BaseOperator]) -> None:
    """Check the arguments of a class's own `__init__`, as far as they are in the DAG file.

    Templated arguments may be the text that a template would make of them.

    :param task: The operator or sensor.
    :param cls: The class whose arguments they are.
    :raises ConfigurationError: and `InvalidRequest`, as `check_names` does.
    """
    hints = hints_of(cls)
    rendered = set(cls.template_fields)
    for name in hints.keys() - rendered:
        require_kind(name, hints[name], getattr(task, name))
    # Fields of a record are checked with `extra`, so all at once.
    check_names(
        {name: hint for name, hint in hints.items() if name in rendered},
        {name: getattr(task, name) for name in hints if name in rendered},
    )


def from_text(name: str, hint: Any, value: Any) -> Any:
    """Return the value of an argument, read from its JSON if it is text that a template made.

    :param name: Name of the argument.
    :param hint: Its type.
    :param value: What was rendered.
    :raises ConfigurationError: for a value of another type. Of the value it shows no more than the name of a template,
        since it may be about a person.
    """
    value = plain(name, value)  # a template or another task may make what an argument in a DAG file may be
    among: tuple[Any, ...] = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if isinstance(value, str):
        if value.lstrip().startswith("[") and any(get_origin(one) is Sequence for one in among):
            value = _from_json(name, hint, list, value)
        elif str not in among:
            value = _parsed(name, hint, among, value)
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, list)) and _shape(hint) is list:
        value = list(value)  # Airflow has a sequence type of its own for results of mapped tasks
    require_kind(name, hint, value)
    return value


def _parsed(name: str, hint: Any, among: Sequence[Any], text: str) -> Any:
    """Text as what a template made it of: True, a number, a dict or a list. Other text stays as it is."""
    if bool in among and text in ("True", "False"):
        return text == "True"
    for number in (int, float):
        with suppress(ValueError):
            if number in among:
                return number(text)
    sequence = list if any(get_origin(one) is Sequence for one in among) else None
    shape = next(filter(None, map(_shape, among)), sequence)
    return text if shape is None else _from_json(name, hint, shape, text)


def _from_json(name: str, hint: Any, shape: type, text: str) -> Any:
    kind, json_kind = (expected_of(name, hint, text), "object") if shape is dict else ("a list", "array")
    expected = f"{name} must be {kind}, or text that is a JSON {json_kind}"
    try:
        value = json.loads(text)
    except ValueError as error:
        at = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        said = f". Its text is not JSON{at} (in a template, `tojson` quotes a value)"
    else:
        if isinstance(value, shape) or value is None:
            return value
        said = f", not JSON of a {type(value).__name__}"
    raise ConfigurationError(expected + said)


def _shape(hint: Any) -> type | None:
    """dict or list, of `ContactInput`, `Json | None` or `list[str]`; else None."""
    kinds = (dict if is_typeddict(one) else get_origin(one) for one in (hint, *get_args(hint)))
    return next((dict if kind is Mapping else kind for kind in kinds if kind in (dict, list, Mapping)), None)


def _record(hint: Any) -> type | None:
    """The TypedDict of `ContactInput` or `ContactFilters | None`, if it is one."""
    return next((one for one in (hint, *get_args(hint)) if is_typeddict(one)), None)
