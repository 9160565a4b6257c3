"""How an operator is derived from a job that is one function of the core. The jobs are with their resources."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints
from urllib.parse import quote, urlsplit

from airflow_provider_whautomate._arguments import named_after
from airflow_provider_whautomate.operators.base import (
    _PARAMS,
    SOURCES,
    WhautomateOperator,
    _shape,
    _storage,
    check_names,
    from_text,
    is_literal,
    step_of,
)
from airflow_provider_whautomate.sources import open_source
from whautomate_core import docs
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.read_once import can_be_read_twice
from whautomate_core.sync.jobs import check_arguments
from whautomate_core.sync.options import Run
from whautomate_core.values.arguments import plain

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.account import Account
    from whautomate_core.client.client import Client
    from whautomate_core.people.kinds import Kind


class WhautomateJobOperator(WhautomateOperator):
    """Base: `class X(WhautomateJobOperator, job=people.find_contact)` is the operator of a job.

    It takes the arguments of the function after the client by keyword, all templated; dicts may be the text of their
    JSON. What the function is told of the run (`_SUPPLIED`) comes from the task. Its function's module must not load
    at import what a DAG file must not load.
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
        arguments = {name: from_text(name, hint, self.given(name)) for name, hint in self._hints.items()}
        for name in SOURCES & arguments.keys():
            if arguments[name] is not None:
                arguments[name] = open_source(arguments[name])[0]
        return arguments

    def work(self, client: Client, context: Context) -> Any:
        """Do the job."""
        arguments = self.arguments()
        wanted = inspect.signature(type(self)._job).parameters
        supplied = {name: value(context) for name, value in _SUPPLIED.items() if name in wanted}
        return type(self)._job(client, **arguments, **supplied)


class WhautomatePeopleJobOperator(WhautomateJobOperator):
    """Base of the jobs that bring rows about people to Whautomate.

    Their requests leave some of the account's to others. Tries of one run go on where the one before left off, and
    tell what all of them did. The sync is named after DAG and task, so that the chunks of a mapped task are one sync.

    An `AssetAlias` among the task's `outlets` becomes, when the task has run, an asset of the account's people, with
    the counts in the event's extra. Its URI names the account as the connection does (`whautomate://ACCOUNT/contacts`),
    else host and connection (`whautomate://HOST/CONN_ID/contacts`).
    """

    lane = "bulk"
    _kind: ClassVar[Kind]

    def __init_subclass__(cls, job: Callable[..., dict[str, Any]] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(job, **kwargs)
        if job is not None:
            cls._kind = job.kind  # type: ignore[attr-defined]

    def check_literals(self) -> None:
        """Raise what is wrong with arguments that stand in the DAG file; paths are of the worker's machine."""
        hints = {name: hint for name, hint in self._hints.items() if not name.endswith("_path")}
        literal = {name: getattr(self, name) for name in hints if is_literal(getattr(self, name))}
        check_arguments(self._kind, {name: from_text(name, hints[name], value) for name, value in literal.items()})

    def work(self, client: Client, context: Context) -> Any:
        """Do the job, and tell of it in the events of the task's assets."""
        report = super().work(client, context)
        from airflow.providers.common.compat.assets import Asset, AssetAlias

        for outlet in self.outlets:
            if isinstance(outlet, AssetAlias):
                asset = Asset(asset_uri(client.account, self.whautomate_conn_id, f"{self._kind.name}s"))
                counts: dict[str, Any] = {name: value for name, value in report.items() if isinstance(value, int)}
                context["outlet_events"][outlet].add(asset, extra=counts)
        return report


def asset_uri(account: Account, conn_id: str, what: str) -> str:
    """Return the URI of what an account has, such as its contacts, under the name that people know the account by.

    :param account: The account.
    :param conn_id: The connection it was made of, for an account without a name.
    :param what: `contacts` or `clients`.
    """
    host = urlsplit(account.host).netloc
    named = quote(account.name, safe="") if account.name else f"{host}/{quote(conn_id, safe='')}"
    return f"whautomate://{named}/{what}"


def _run(context: Context) -> Run:
    ti = context["ti"]
    part = str(ti.map_index) if ti.map_index is not None and ti.map_index >= 0 else ""
    return Run(f"{ti.dag_id}.{ti.task_id}", True, str(ti.run_id), part)


_SUPPLIED: dict[str, Callable[[Context], Any]] = {
    "run": _run,
    "step": step_of,
    "storage": lambda context: _storage,
}
"""Arguments of jobs that are no arguments of their operators."""

_OWN = {"progress", "sleep", "clock"}
"""Arguments of jobs that are left to them."""


def _derive(cls: type[WhautomateJobOperator], job: Callable[..., dict[str, Any]]) -> None:
    hints = get_type_hints(job, localns={"Client": object, "Storage": object})
    for name in ("client", "return", *_SUPPLIED, *_OWN):
        hints.pop(name, None)
    cls._job = staticmethod(job)
    cls._job_name = job.__name__
    cls._hints = hints

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [one.replace(kind=keyword) for one in inspect.signature(job).parameters.values() if one.name in hints]
    base: Any = cls.__base__
    shared = [one for one in inspect.signature(base.__init__).parameters.values() if one.kind is keyword]

    def __init__(self: WhautomateJobOperator, **kwargs: Any) -> None:
        values = {one.name: plain(one.name, kwargs.pop(one.name, one.default)) for one in own}
        super(cls, self).__init__(**kwargs)
        for name, value in values.items():
            setattr(self, name, value)
        with named_after(self):
            check_names(hints, values)
            _check_sources(values)
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
        named = hints.keys() & {"phone", "email_address", "notes", "reason", *SOURCES}
        cls.veiled_fields = frozenset(about_people | named)
    cls.__doc__ = _doc(job, hints, templated, [] if base in _BASES else [base, WhautomateOperator])


def _check_sources(values: dict[str, Any]) -> None:
    """Raise `ConfigurationError` for rows in the DAG file that can be read once: Airflow copies and shows arguments."""
    for name in SOURCES & values.keys():
        if is_literal(values[name]) and not can_be_read_twice(values[name]):
            raise ConfigurationError(
                f"{name} is a {type(values[name]).__name__}, which can be read once: give a list, a path, Sql, or what "
                "another task returns"
            )


_BASES: tuple[type, ...] = (WhautomateJobOperator, WhautomatePeopleJobOperator)


def _doc(job: Callable[..., Any], names: Any, templated: list[str], bases: list[type]) -> str:
    what, arguments, results = docs.parts(job)
    arguments |= {name: _PARAMS[name] for name in arguments.keys() & {"key"}}
    params = [
        f":param {name}: {meaning.rstrip('.')}{' (templated)' if name in templated else ''}."
        for name, meaning in arguments.items()
        if name in names
    ]
    for base in bases or [WhautomateOperator]:  # what all of its operators share is described once, in the base
        _, _, shared = inspect.cleandoc(base.__doc__ or "").partition("\n\n:param ")
        params.append(f":param {shared}")
    made = "Beside it: `requests`, and `waited`, the seconds spent waiting for permits; both of the whole try."
    return "\n\n".join([what, results, made, "\n".join(params)])
