"""How an operator is derived from a job that is one function of the core. The jobs are with their resources."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints

from airflow_provider_whautomate.operators.base import WhautomateOperator, _check_names, _from_text, _shape
from whautomate_core import docs

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client import Client


class WhautomateJobOperator(WhautomateOperator):
    """Base: `class X(WhautomateJobOperator, job=people.find_contact)` is the operator of a job.

    It takes the arguments of the function after the client by keyword, all templated; dicts may be the text of their
    JSON. Its function's module must not load at import what a DAG file must not load.
    """

    untemplated_fields: ClassVar[frozenset[str]] = frozenset()
    """Arguments that are taken as they stand."""

    _job: ClassVar[Callable[..., dict[str, Any]]]

    def __init_subclass__(cls, job: Callable[..., dict[str, Any]] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if job is not None:
            # In time for Airflow's metaclass, which wraps `__init__` by its signature once the class is made.
            _derive(cls, job)

    def check_literals(self) -> None:
        """Raise what else is wrong with arguments that stand in the DAG file."""

    def arguments(self) -> dict[str, Any]:
        """Return the rendered arguments of the job."""
        return {name: _from_text(name, hint, self.given(name)) for name, hint in self._hints.items()}

    def work(self, client: Client, context: Context) -> Any:
        """Do the job."""
        return type(self)._job(client, **self.arguments())


def _derive(cls: type[WhautomateJobOperator], job: Callable[..., dict[str, Any]]) -> None:
    hints = get_type_hints(job, localns={"Client": object})
    del hints["client"], hints["return"]
    cls._job = staticmethod(job)
    cls._hints = hints

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [one.replace(kind=keyword) for one in list(inspect.signature(job).parameters.values())[1:]]
    base: Any = cls.__base__
    shared = [one for one in inspect.signature(base.__init__).parameters.values() if one.kind is keyword]

    def __init__(self: WhautomateJobOperator, **kwargs: Any) -> None:
        values = {one.name: kwargs.pop(one.name, one.default) for one in own}
        super(cls, self).__init__(**kwargs)
        for name, value in values.items():
            setattr(self, name, value)
        _check_names(hints, values)
        self.check_literals()
        self._ready = True

    rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    __init__.__signature__ = inspect.Signature([this, *own, *shared, rest])  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = __init__  # type: ignore[method-assign,assignment]
    templated = [one.name for one in own if one.name not in cls.untemplated_fields]
    cls.template_fields = (*templated, *base.template_fields)
    if "veiled_fields" not in vars(cls) and not base.veiled_fields:
        about_people = {name for name, hint in hints.items() if _shape(hint) is dict}
        cls.veiled_fields = frozenset(about_people | hints.keys() & {"phone", "email_address"})
    cls.__doc__ = _doc(job, templated, [] if base is WhautomateJobOperator else [base, WhautomateOperator])


def _doc(job: Callable[..., Any], templated: list[str], bases: list[type]) -> str:
    what, arguments, results = docs.parts(job)
    params = [
        f":param {name}: {meaning.rstrip('.')}{' (templated)' if name in templated else ''}."
        for name, meaning in arguments.items()
    ]
    for base in bases or [WhautomateOperator]:  # what all of its operators share is described once, in the base
        _, _, shared = inspect.cleandoc(base.__doc__ or "").partition("\n\n:param ")
        params.append(f":param {shared}")
    made = "Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try."
    return "\n\n".join([what, results, made, "\n".join(params)])
