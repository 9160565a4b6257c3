"""How an operator is derived from a job that is one function of the core. The jobs are with their resources."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints

from airflow_provider_whautomate.operators.base import (
    _PARAMS,
    WhautomateOperator,
    _check_names,
    _from_text,
    _shape,
    _storage,
    run_key,
)
from whautomate_core import docs

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client import Client


class WhautomateJobOperator(WhautomateOperator):
    """Base: `class X(WhautomateJobOperator, job=people.find_contact)` is the operator of a job.

    It takes the arguments of the function after the client by keyword, all templated; dicts may be the text of their
    JSON. Its function's module must not load at import what a DAG file must not load.
    """

    _job: ClassVar[Callable[..., dict[str, Any]]]

    def __init_subclass__(cls, job: Callable[..., dict[str, Any]], **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # In time for Airflow's metaclass, which wraps `__init__` by its signature once the class is made.
        _derive(cls, job)

    def work(self, client: Client, context: Context) -> Any:
        """Do the job."""
        arguments = {name: _from_text(name, hint, self.given(name)) for name, hint in self._hints.items()}
        if "key" in arguments and arguments["key"] is None:
            arguments["key"] = run_key(context)
        if "storage" in inspect.signature(type(self)._job).parameters:
            arguments["storage"] = _storage
        return type(self)._job(client, **arguments)


def _derive(cls: type[WhautomateJobOperator], job: Callable[..., dict[str, Any]]) -> None:
    hints = get_type_hints(job, localns={"Client": object, "Storage": object})
    own = [one for one in list(inspect.signature(job).parameters.values())[1:] if one.name != "storage"]
    hints = {one.name: hints[one.name] for one in own}
    cls._job = staticmethod(job)
    cls._hints = hints

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [one.replace(kind=keyword) for one in own]
    shared = [one for one in inspect.signature(WhautomateOperator.__init__).parameters.values() if one.kind is keyword]

    def __init__(self: WhautomateJobOperator, **kwargs: Any) -> None:
        values = {one.name: kwargs.pop(one.name, one.default) for one in own}
        super(cls, self).__init__(**kwargs)
        for name, value in values.items():
            setattr(self, name, value)
        _check_names(hints, values)
        self._ready = True

    rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    __init__.__signature__ = inspect.Signature([this, *own, *shared, rest])  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = __init__  # type: ignore[method-assign,assignment]
    cls.template_fields = (*(one.name for one in own), *WhautomateOperator.template_fields)
    about_people = {name for name, hint in hints.items() if _shape(hint) is dict}
    cls.veiled_fields = frozenset(about_people | hints.keys() & {"phone", "email_address", "notes", "reason", "source"})
    cls.__doc__ = _doc(job)


def _doc(job: Callable[..., Any]) -> str:
    what, arguments, results = docs.parts(job)
    arguments |= {name: _PARAMS[name] for name in arguments.keys() & {"key", "output_path"}}
    params = [f":param {name}: {meaning.rstrip('.')} (templated)." for name, meaning in arguments.items()]
    _, _, shared = inspect.cleandoc(WhautomateOperator.__doc__ or "").partition("\n\n:param ")
    made = "Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try."
    return "\n\n".join([what, results, made, "\n".join([*params, f":param {shared}"])])
