"""What all Whautomate operators share, and how an operator is derived from a function of `whautomate_core.api`."""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, get_args, get_origin, get_type_hints

from airflow.providers.common.compat.sdk import BaseOperator
from typing_extensions import is_typeddict

from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from whautomate_core import records
from whautomate_core.call import Call, Json
from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client import Client

LARGEST_XCOM = 48 * 1024
"""Bytes of JSON that a read returns; more goes to a file. XComs are rows of Airflow's database."""


class WhautomateOperator(BaseOperator):
    """Base of the operators. `class X(WhautomateOperator, call=contacts.get_contact)` is the operator of an endpoint.

    Such an operator takes the arguments of the call by keyword, all templated. Field names of literal bodies and
    filters are checked when the DAG is parsed, everything else before it is sent.

    Reads return the record or records, up to 48 KiB of JSON, or write them to `output_path`. Writes return the id
    alone, so that no personal data gets into XCom.

    :param whautomate_conn_id: The connection (templated).
    """

    template_fields: Sequence[str] = ("whautomate_conn_id",)
    ui_color = "#dcf8c6"

    veiled_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields about people: Airflow keeps what they were rendered to, and shows it, so it gets a summary."""

    _call: ClassVar[Callable[..., Call[Any]]]
    _hints: ClassVar[dict[str, Any]] = {}
    _reads: ClassVar[bool] = False
    _lists: ClassVar[bool] = False
    _ready = False

    def __init__(self, *, whautomate_conn_id: str = WhautomateHook.default_conn_name, **kwargs: Any) -> None:
        # What a write or a job returns is a dict: with each key an XCom of its own, `task.output["id"]` works.
        super().__init__(**{"multiple_outputs": not self._reads, **kwargs})
        self.whautomate_conn_id = whautomate_conn_id

    def __init_subclass__(cls, call: Callable[..., Call[Any]] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if call is not None:
            # In time for Airflow's metaclass, which wraps `__init__` by its signature once the class is made.
            _derive(cls, call)

    def __setattr__(self, name: str, value: Any) -> None:
        # What sets a field of an operator that is ready is the rendering.
        if self._ready and name in self.veiled_fields:
            value = Veiled(value)
        super().__setattr__(name, value)

    def given(self, name: str) -> Any:
        """Return the value of an argument as rendered."""
        value = getattr(self, name)
        return value.value if isinstance(value, Veiled) else value

    def session(self) -> AbstractContextManager[Client]:
        """Return `WhautomateHook.session` of the task's connection."""
        return WhautomateHook(self.whautomate_conn_id).session()

    def execute(self, context: Context) -> Any:
        """Send the call."""
        arguments = {name: self.given(name) for name in self._hints}
        for name, hint in self._hints.items():
            # A template gives text, and the text "False" is true.
            if hint is bool and not isinstance(arguments[name], bool):
                raise ConfigurationError(f"{name} must be True or False, not text")
        call = type(self)._call(**arguments)
        with self.session() as client:
            if self._reads:
                return self._read(client, call)
            answer = client.send(call)
        return {"id": answer.get("id") or next(iter(call.ids), None)}

    def _read(self, client: Client, call: Call[Any]) -> Any:
        path: str | None = self.given("output_path")
        if not self._lists:
            found = [client.send(call)]
            return _write(path, found) if path else _small(found)[0]
        limit = self.given("max_records")
        everything = (record for page in client.pages(call) for record in page)
        found_records = islice(everything, None if limit is None else _count(limit))
        return _write(path, found_records) if path else _small(found_records)


class Veiled:
    """A rendered value that Airflow shows as a summary."""

    def __init__(self, value: Any) -> None:
        self.value: Any = value.value if isinstance(value, Veiled) else value

    def __str__(self) -> str:
        if isinstance(self.value, Mapping):
            return f"{len(self.value)} fields: {', '.join(map(str, self.value))}"
        if isinstance(self.value, (list, tuple)):
            return f"{len(self.value)} items"
        return str(self.value)

    __repr__ = __str__


def is_literal(value: Any) -> bool:
    """Whether a value stands in the DAG file as it will be used: no template in it, no result of another task."""
    if isinstance(value, str):
        return not any(mark in value for mark in ("{{", "{%", "{#"))
    if isinstance(value, Mapping):
        return all(map(is_literal, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_literal, value))
    return not hasattr(value, "resolve")  # Airflow's XComArg and what is like it


def threshold(value: Any) -> Any:
    """Return a threshold as the core takes it: a template makes the text "5" of the count 5."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _derive(cls: type[WhautomateOperator], call: Callable[..., Call[Any]]) -> None:
    """Make a class the operator of a call."""
    hints = get_type_hints(call)
    (answer,) = get_args(hints.pop("return"))
    verb = call.__name__.partition("_")[0]
    cls._call = staticmethod(call)
    cls._hints = hints
    cls._reads = verb in ("get", "list")
    cls._lists = get_origin(answer) is list

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [one.replace(kind=keyword) for one in inspect.signature(call).parameters.values()]
    if cls._lists:
        own.append(inspect.Parameter("max_records", keyword, default=None))
    if cls._reads:
        own.append(inspect.Parameter("output_path", keyword, default=None))
    connection = inspect.Parameter("whautomate_conn_id", keyword, default=WhautomateHook.default_conn_name)

    def __init__(self: WhautomateOperator, **kwargs: Any) -> None:
        values = {one.name: kwargs.pop(one.name, one.default) for one in own}
        super(cls, self).__init__(**kwargs)
        for name, value in values.items():
            setattr(self, name, value)
        _check_names(hints, values)
        self._ready = True

    rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    __init__.__signature__ = inspect.Signature([this, *own, connection, rest])  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = __init__  # type: ignore[method-assign]
    cls.template_fields = (*(one.name for one in own), *WhautomateOperator.template_fields)
    cls.veiled_fields = frozenset(name for name, hint in hints.items() if _record(hint) or name == "extra")
    cls.__doc__ = _doc(call, hints, [one.name for one in own])


def _check_names(hints: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise `InvalidRequest` for a wrong field name in a dict that stands in the DAG file."""
    extra = values.get("extra")
    if extra is not None and not isinstance(extra, dict):
        return  # fields may come with it
    for name, hint in hints.items():
        record = _record(hint)
        if record is not None and isinstance(values[name], dict):
            records.body(record, values[name], extra, names_only=True)


def _record(hint: Any) -> type | None:
    """The TypedDict of `ContactInput` or `ContactFilters | None`, if it is one."""
    return next((one for one in (hint, *get_args(hint)) if is_typeddict(one)), None)


_PARAMS = {
    "extra": "Fields to send that the check of names doesn't know",
    "overwrite": "Send the body alone, in place of merging it over what is there",
    "tags": "Names of tags",
    "max_records": "The most records to read; all where None",
    "output_path": "File to write the records to, as JSON lines, in place of returning them; returns `path` and "
    "`records`, their number. Only its owner can read it",
}


def _doc(call: Callable[..., Any], hints: Mapping[str, Any], names: Sequence[str]) -> str:
    def meaning(name: str) -> str:
        record = _record(hints.get(name))
        if record is not None:
            return f"{'Filters' if name == 'filters' else 'Fields'}, see `whautomate_core.records.{record.__name__}`"
        return _PARAMS.get(name) or f"Id of the {name.removesuffix('_id').replace('_', ' ')}"

    params = [f":param {name}: {meaning(name)} (templated)." for name in names]
    params.append(":param whautomate_conn_id: The connection (templated).")
    return inspect.cleandoc(call.__doc__ or "") + "\n\n" + "\n".join(params)


def _small(found: Iterator[Any] | list[Any]) -> list[Any]:
    taken, size = [], 2
    for record in found:
        taken.append(record)
        size += len(json.dumps(record)) + 2
        if size > LARGEST_XCOM:
            raise ConfigurationError(
                f"the answer is over {LARGEST_XCOM // 1024} KiB, too large for XCom: "
                "output_path=... writes it to a file, max_records=... takes less of a list"
            )
    return taken


def _write(path: str, found: Iterator[Any] | list[Any]) -> Json:
    """Write JSON lines, so that the file is there once it is whole."""
    part, count = Path(f"{path}.part"), 0
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        for record in found:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            count += 1
    part.replace(path)
    return {"path": path, "records": count}


def _count(limit: Any) -> int:
    if isinstance(limit, bool) or not re.fullmatch(r"0*[1-9]\d*", str(limit)):
        raise ConfigurationError("max_records must be a whole number of at least 1")
    return int(limit)
