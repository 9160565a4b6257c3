"""What all Whautomate operators share, and how an operator is derived from a function of `whautomate_core.api`."""

from __future__ import annotations

import inspect
import json
import random
import re
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Union, get_args, get_origin, get_type_hints

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseOperator, conf
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS
from typing_extensions import is_typeddict

from airflow_provider_whautomate._arguments import hints_of, named_after, require_own
from airflow_provider_whautomate.hooks.whautomate import MAX_WAIT, WhautomateHook
from airflow_provider_whautomate.sources import Sql, is_json
from airflow_provider_whautomate.triggers.quota import WhautomateQuotaTrigger
from whautomate_core.api.call import Call, summary, watched
from whautomate_core.api.check import body
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.personal_data import left_out, without_personal_data
from whautomate_core.client.identity import Step
from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.values.arguments import plain, require_kind
from whautomate_core.values.words import counted

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client
    from whautomate_core.client.usage import Used
    from whautomate_core.state.pool import Lane

SOURCES = frozenset({"source", "suppress"})
"""Arguments that are sources of rows."""

WAITS_IN_SLOT = "waiting %s in the worker slot; with deferrable=True the task waits without one"

LARGEST_XCOM = 48 * 1024
"""Bytes of JSON that a read returns; more goes to a file. XComs are rows of Airflow's database."""


class WhautomateOperator(BaseOperator):
    """Base of the operators. `class X(WhautomateOperator, call=contacts.get_contact)` is the operator of an endpoint.

    Such an operator takes the arguments of the call by keyword, all templated. Bodies, filters, `extra` and `tags` may
    be dicts and lists, results of other tasks, or text that is their JSON, as `"{{ ... | tojson }}"` makes it. Field
    names of literal ones are checked when the DAG is parsed, everything else before it is sent.

    Reads return the record or records without personal data, up to 48 KiB of JSON: ids, tags, stages, states, dates and
    counts stay; names, numbers, addresses, texts and secrets are left out (`whautomate_core.api.personal_data`). Whole
    records go to `output_path`, or to XCom with `return_records=True`, where Airflow keeps and shows them. Writes
    return the id alone. Of bodies and filters, Airflow's rendered fields show only the names of the fields. Values
    written in the DAG file itself are kept and shown by Airflow in clear, as is the file: pass people by templates and
    results of other tasks.

    What must not happen twice is sent under a claim in the state database: whatever dies, a retry sends it only where
    nothing was sent before, and fails without retry where nobody knows. The claim's key is the DAG, the task, the
    logical date (the run id where there is none), the endpoint, and the person or booking that the call is about;
    never the map index, since lists shift between two runs. So a task that is cleared sends only to people it has not
    sent to, and returns the result of the first time for the others. Mapped tasks that would send the same to one
    person send it once; something else to the same person is an error, and nothing is sent. `key=` replaces the key,
    where both are meant.

    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes. For a
        longer wait the task is deferred (or rescheduled: see `wait_for_quota` in the section `whautomate` of Airflow's
        configuration), and starts again then.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields: Sequence[str] = ("whautomate_conn_id",)
    ui_color = "#dcf8c6"

    veiled_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields about people: Airflow keeps what they were rendered to, and shows it, so it gets a summary."""

    lane: ClassVar[Lane] = "interactive"
    """`bulk` leaves some of the account's requests to `interactive` steps."""

    _call: ClassVar[Callable[..., Call[Any]]]
    _hints: ClassVar[dict[str, Any]] = {}
    _answer: ClassVar[type]
    _reads: ClassVar[bool] = False
    _lists: ClassVar[bool] = False
    _once: ClassVar[bool] = False
    _ready = False
    _client: Client | None = None
    return_records = False
    _line = ""
    _job_name: ClassVar[str] = ""

    if not AIRFLOW_V_3_0_PLUS:
        # Airflow 2 looks at the time a task was rescheduled to only where it is told that the task may be.
        from airflow.ti_deps.deps.ready_to_reschedule import ReadyToRescheduleDep

        deps: ClassVar[Any] = BaseOperator.deps | {ReadyToRescheduleDep()}  # type: ignore[attr-defined]
        reschedule = property(lambda self: _reschedules())

        @classmethod
        def get_serialized_fields(cls) -> frozenset[str]:
            """Return the fields that Airflow's scheduler sees."""
            fields: frozenset[str] = super().get_serialized_fields()  # type: ignore[no-untyped-call]
            return fields | {"reschedule"}

    def __init__(
        self,
        *,
        max_wait: float | timedelta | None = MAX_WAIT,
        max_requests: int | None = None,
        whautomate_conn_id: str = WhautomateHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        # What a write or a job returns is a dict: with each key an XCom of its own, `task.output["id"]` works.
        super().__init__(**{"multiple_outputs": not self._reads, **kwargs})
        self.max_wait: float | None = plain("max_wait", max_wait)
        self.max_requests = max_requests
        self.whautomate_conn_id = whautomate_conn_id
        with named_after(self):
            require_own(self, WhautomateOperator, is_literal)
            check_quota(self.max_wait, max_requests)

    def __init_subclass__(cls, call: Callable[..., Call[Any]] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if call is not None:
            # In time for Airflow's metaclass, which wraps `__init__` by its signature once the class is made.
            _derive(cls, call)

    def __setattr__(self, name: str, value: Any) -> None:
        # What sets a field of an operator that is ready is the rendering.
        if self._ready and name in self.veiled_fields:
            value = Veiled(value, is_path=name in SOURCES and isinstance(value, str))
        super().__setattr__(name, value)

    def given(self, name: str) -> Any:
        """Return the value of an argument as rendered."""
        value = getattr(self, name)
        return value.value if isinstance(value, Veiled) else value

    def session(self, max_wait: float | None = None, run: str | None = None) -> AbstractContextManager[Client]:
        """Return `WhautomateHook.session` of the task's connection.

        :param max_wait: In place of the task's own.
        :param run: The run it is for.
        """
        return WhautomateHook(self.whautomate_conn_id).session(
            lane=self.lane,
            max_wait=self.max_wait if max_wait is None else max_wait,
            max_requests=self.max_requests,
            run=run,
        )

    def execute(self, context: Context) -> Any:
        """Do the work, or wait for a permit first."""
        return self._attempt(context)

    def execute_again(self, context: Context, event: Any = None, **used: Any) -> Any:
        """Do the work after a wait for a permit. It starts anew: what was done is seen at Whautomate, or is claimed.

        :param event: The trigger's; it says no more than that the time has come.
        :param used: What the attempts before made of the quota.
        """
        return self._attempt(context, **used)

    def _attempt(
        self,
        context: Context,
        requests: int = 0,
        waited: float = 0.0,
        window: float | None = None,
        changed: Mapping[str, int] | None = None,
    ) -> dict[str, Any] | Any:
        # Who waited for the window of a minute before stays for the next ones: a step with more requests than fit
        # into one would begin again for ever.
        longest = (
            self.max_wait if self.max_wait is None or not window or window > 60 else max(self.max_wait, 2 * window)
        )
        try:
            with self.session(longest, run_of(context)) as client:
                client.used.go_on(requests, waited, changed)
                self._client = client
                result = self.work(client, context)
                if not hasattr(self, "_call") and isinstance(result, dict):  # a job
                    result |= {"requests": client.requests, "waited": round(client.used.waited, 1)}
        except QuotaExhausted as error:
            if self._reads and window and window > 60 and client.requests > requests:
                raise  # a list that takes more than a day's requests would be begun again every day
            wait_for_permit(self, error, client.used)
        if line := self._job_line(result) if self._job_name else self._line:
            self.log.info("%s", line)
        return result

    def _job_line(self, result: Mapping[str, Any]) -> str:
        from whautomate_core.jobs import JOBS

        return JOBS[self._job_name].line(result)

    def wait_trigger(self, until: float) -> Any:
        """Return what waits for a permit in the triggerer.

        :param until: The moment, in seconds since the epoch.
        """
        return WhautomateQuotaTrigger(until)

    def on_kill(self) -> None:
        """Let no more requests leave; those under way end by themselves."""
        if self._client is not None:
            self._client.stop()

    def work(self, client: Client, context: Context) -> Any:
        """Send the call."""
        arguments = {name: from_text(name, hint, self.given(name)) for name, hint in self._hints.items()}
        call = type(self)._call(**arguments)
        if self._reads:
            result = self._read(client, call)
            self._line = endpoint_line(call, result)
            return result
        if not self._once:
            call, did = watched(call)
            result = summary(call, client.send(call))
            self._line = endpoint_line(call, result, did=did())
            return result
        from whautomate_core.client.once import send_once

        key, earlier = self.given("key"), list[Any]()
        step = step_of(context) if key is None else key
        result, _ = send_once(client, step, call, partial(summary, call), met=earlier.append)
        self._line = endpoint_line(call, result, earlier=earlier[0].origin if earlier else None)
        return result

    def _read(self, client: Client, call: Call[Any]) -> Any:
        records: Iterator[Any]
        if self._lists:
            limit = self.given("max_records")
            everything = (record for page in client.pages(call) for record in page)
            records = islice(everything, None if limit is None else _count(limit))
        else:
            records = (client.send(one) for one in (call,))
        path = self.given("output_path")
        if not path:
            found = _small(records if self.return_records else self._without_personal_data(records))
            return found if self._lists else found[0]
        from whautomate_core.rows.files import write_records

        return {
            "path": str(path),
            "records": write_records(str(path), records, record=self._answer, storage=_storage),
        }

    def _without_personal_data(self, records: Iterable[Any]) -> Iterator[Any]:
        dropped: set[str] = set()
        for record in records:
            dropped.update(left_out(self._answer, [record]))
            yield without_personal_data(self._answer, record)
        if dropped:
            self.log.info(
                "personal data is left out of the result (%s): output_path=... writes whole records to a file, "
                "return_records=True returns them",
                ", ".join(sorted(dropped)),
            )


class Veiled:
    """A rendered value that Airflow shows as a summary: the names of fields, the number of items, never a text.

    :param is_path: Whether the value is a path, which is shown.
    """

    def __init__(self, value: Any, *, is_path: bool = False) -> None:
        self.value: Any = value.value if isinstance(value, Veiled) else value
        self.is_path = is_path

    def __str__(self) -> str:
        value = self.value
        if isinstance(value, Sql):
            return repr(value)  # shows no values of its parameters
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return value if self.is_path and not is_json(value) and "\n" not in value else "text"
        if isinstance(value, Mapping):
            return f"{counted(len(value), 'field')}: {', '.join(map(str, value))}"
        if isinstance(value, (list, tuple)):
            return counted(len(value), "item")
        return "text" if isinstance(value, str) else "None" if value is None else type(value).__name__

    __repr__ = __str__


def run_of(context: Context) -> str | None:
    """Return what people know the attempt of a task by: claims hold it, and name it to whoever comes later.

    :param context: Of the task.
    """
    ti: Any = context.get("ti")
    if getattr(ti, "task_id", None) is None:
        return None  # somebody runs the operator outside of Airflow
    index = getattr(ti, "map_index", None)
    task = f"{ti.task_id}[{index}]" if index is not None and index >= 0 else ti.task_id
    return f"run {ti.run_id} (DAG {ti.dag_id}, task {task}, try {getattr(ti, 'try_number', 1)})"


def step_of(context: Context, task_id: str | None = None) -> Step:
    """Return what makes a task of a DAG run the same one when it runs again, mapped or not: never its map index.

    :param context: Of the task.
    :param task_id: Another task of its run, in place of its own.
    """
    from whautomate_core.client.keys_before import AirflowKeys

    ti = context["ti"]
    logical_date = context.get("logical_date")
    when = f"at {logical_date.astimezone(UTC).isoformat()}" if logical_date else f"run {ti.run_id}"
    task = task_id or ti.task_id
    is_mapped = ti.map_index is not None and ti.map_index >= 0
    return Step(f"airflow {ti.dag_id} {task} {when}", AirflowKeys(ti.dag_id, task, when, is_mapped=is_mapped))


def due_of(context: Context) -> datetime | None:
    """Return when a run was due: its `run_after` (Airflow 3), or the end of its interval.

    None for a run that somebody started by hand, whatever date it is for: it is wanted now.

    :param context: Of a task.
    """
    if _run_type(context) == "manual":
        return None
    due = getattr(context["dag_run"], "run_after", None) or context.get("data_interval_end")
    return due if isinstance(due, datetime) else None


def skip_backfill(context: Context, max_lateness: Any) -> None:
    """Skip a task of a back-fill that would message people, unless `max_lateness` is None.

    :param context: Of the task.
    :param max_lateness: Its argument.
    """
    if _run_type(context).startswith("backfill") and max_lateness is not None:
        raise AirflowSkipException("skipped: a backfill sends nothing unless max_lateness=None; nothing sent")


def _run_type(context: Context) -> str:
    kind = context["dag_run"].run_type
    return str(getattr(kind, "value", kind))


def wait_for_permit(task: WhautomateOperator, error: QuotaExhausted, so_far: Used) -> NoReturn:
    """Leave the worker slot until the next permit is due; then `task.execute_again` is called.

    :param task: The task.
    :param error: Why there is none yet.
    :param so_far: What the try has used and changed; it is told of it again.
    """
    now = time.time()
    # Not all at once, when many wait for the same.
    until = max(now, error.next_permit_at or now + 60.0) + random.uniform(0.2, 3.0)  # noqa: S311
    moment = datetime.fromtimestamp(until, UTC)
    if _reschedules():
        task.log.info("%s: rescheduled to %s", error, moment.isoformat(timespec="seconds"))
        raise _reschedule_exception()(moment)
    task.log.info("%s: waiting in the triggerer until %s", error, moment.isoformat(timespec="seconds"))
    used: dict[str, Any] = {"requests": so_far.requests, "waited": so_far.waited + until - now, "window": error.window}
    used |= {"changed": dict(so_far.changed())}
    task.defer(trigger=task.wait_trigger(until), method_name="execute_again", kwargs=used)


_SHARED_HINTS: dict[str, Any] = {
    "max_records": int | None,
    "output_path": str | None,
    "key": str | None,
}
"""Arguments that operators of endpoints take beside those of the endpoint."""


def check_quota(max_wait: Any, max_requests: Any) -> None:
    """Raise `ConfigurationError` unless they are a number of seconds or None, and a number of requests or None."""
    if max_wait is not None and (isinstance(max_wait, bool) or not isinstance(max_wait, (int, float)) or max_wait < 0):
        raise ConfigurationError("max_wait must be a number of seconds, 0 or more, or None")
    if max_requests is not None and (
        isinstance(max_requests, bool) or not isinstance(max_requests, int) or max_requests < 1
    ):
        raise ConfigurationError("max_requests must be a whole number of at least 1, or None")


def _reschedules() -> bool:
    how = conf.get("whautomate", "wait_for_quota", fallback="defer")
    if how not in ("defer", "reschedule"):
        raise ConfigurationError(f"wait_for_quota in section whautomate must be defer or reschedule, not {how!r}")
    return bool(how == "reschedule")


def _reschedule_exception() -> type[Exception]:
    if AIRFLOW_V_3_0_PLUS:
        from airflow.sdk.exceptions import AirflowRescheduleException
    else:
        from airflow.exceptions import AirflowRescheduleException
    return AirflowRescheduleException


def is_literal(value: Any) -> bool:
    """Whether a value stands in the DAG file as it will be used: no template in it, no result of another task.

    What can be called is a template to Airflow too.
    """
    if isinstance(value, str):
        return not any(mark in value for mark in ("{{", "{%", "{#"))
    if isinstance(value, Mapping):
        return all(map(is_literal, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(is_literal, value))
    return not hasattr(value, "resolve") and not callable(value)  # Airflow's XComArg and what is like it


def threshold(value: Any) -> Any:
    """Return a threshold as the core takes it: a template makes the text "5" of the count 5."""
    return int(value) if isinstance(value, str) and value.isdigit() else value


def _derive(cls: type[WhautomateOperator], call: Callable[..., Call[Any]]) -> None:
    """Make a class the operator of a call."""
    hints = get_type_hints(call)
    (answer,) = get_args(hints.pop("return"))
    lists = get_origin(answer) is list
    verb = call.__name__.partition("_")[0]
    cls._call = staticmethod(call)
    cls._hints = hints
    cls._reads = verb in ("get", "list")
    cls._lists = lists
    cls._answer = get_args(answer)[0] if lists else answer
    # Tag calls look first what is left to do.
    cls._once = verb not in ("get", "list", "update", "delete") and "tags" not in hints

    keyword = inspect.Parameter.KEYWORD_ONLY
    own = [one.replace(kind=keyword) for one in inspect.signature(call).parameters.values()]
    if lists:
        own.append(inspect.Parameter("max_records", keyword, default=None))
    if cls._reads:
        own.append(inspect.Parameter("output_path", keyword, default=None))
        own.append(inspect.Parameter("return_records", keyword, default=False, annotation="bool"))
    if cls._once:
        own.append(inspect.Parameter("key", keyword, default=None))
    shared = [one for one in inspect.signature(WhautomateOperator.__init__).parameters.values() if one.kind is keyword]

    def __init__(self: WhautomateOperator, **kwargs: Any) -> None:
        values = {one.name: plain(one.name, kwargs.pop(one.name, one.default)) for one in own}
        super(cls, self).__init__(**kwargs)
        for name, value in values.items():
            setattr(self, name, value)
        with named_after(self):
            check_names({**_SHARED_HINTS, **hints}, values)
            require_kind("return_records", bool, self.return_records)
        self._ready = True

    rest = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    this = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    __init__.__signature__ = inspect.Signature([this, *own, *shared, rest])  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    cls.__init__ = __init__  # type: ignore[method-assign]
    # Whether people get into XCom is for who writes the DAG to say, not for a template.
    templated = [one.name for one in own if one.name != "return_records"]
    cls.template_fields = (*templated, *WhautomateOperator.template_fields)
    cls.veiled_fields = frozenset(name for name, hint in hints.items() if _shape(hint) is dict)
    cls.__doc__ = _doc(call, hints, [one.name for one in own], templated)


def check_names(hints: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise what is wrong with a value that stands in the DAG file: its kind, or the name of a field of a dict."""
    read = dict(values)
    for name in hints.keys() & values.keys():
        if is_literal(values[name]):
            read[name] = from_text(name, hints[name], values[name])
    extra = read.get("extra")
    if extra is not None and not isinstance(extra, dict):
        return  # fields may come with it
    for name, hint in hints.items():
        record = _record(hint)
        if record is not None and isinstance(read.get(name), dict):
            body(record, read[name], extra, names_only=True)


def check_own(task: Any, cls: type[BaseOperator]) -> None:
    """Raise what is wrong with arguments of a class's own `__init__` that stand in the DAG file.

    Those that are templated may be the text that a template would make of them.

    :param task: What was made.
    :param cls: The class whose arguments they are.
    """
    hints = hints_of(cls)
    rendered = set(cls.template_fields)
    check_names(
        {name: hint for name, hint in hints.items() if name in rendered},
        {name: getattr(task, name) for name in hints.keys() & rendered},
    )
    for name in hints.keys() - rendered:
        require_kind(name, hints[name], getattr(task, name))


def from_text(name: str, hint: Any, value: Any) -> Any:
    """A value of an argument, taken from its JSON where it is text, as templates make it.

    Raises `ConfigurationError` that shows nothing of the value, which may be about a person.
    """
    value = plain(name, value)  # a template or another task may make what an argument in a DAG file may be
    among: tuple[Any, ...] = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if isinstance(value, str):
        if value.lstrip().startswith("[") and any(get_origin(one) is Sequence for one in among):
            value = _from_json(name, list, value)
        elif str not in among:
            value = _parsed(name, among, value)
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, list)) and _shape(hint) is list:
        value = list(value)  # of mapped tasks Airflow gives a sequence of its own
    require_kind(name, hint, value)
    return value


def _parsed(name: str, among: Sequence[Any], text: str) -> Any:
    """Text as what a template made it of: True, a number, a dict or a list. Other text stays as it is."""
    if bool in among and text in ("True", "False"):
        return text == "True"
    for number in (int, float):
        with suppress(ValueError):
            if number in among:
                return number(text)
    sequence = list if any(get_origin(one) is Sequence for one in among) else None
    shape = next(filter(None, map(_shape, among)), sequence)
    return text if shape is None else _from_json(name, shape, text)


def _from_json(name: str, shape: type, text: str) -> Any:
    kind, json_kind = ("a dict", "object") if shape is dict else ("a list", "array")
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


_PARAMS = {
    "extra": "Fields to send that the check of names doesn't know",
    "overwrite": "Send the body alone, in place of merging it over what is there",
    "tags": "Names of tags",
    "allow_protected": "Also apply to opted-out people. Set it only after a deliberate human decision",
    "max_records": "The most records to read; defaults to all",
    "key": "What makes it the same call when the task runs again; defaults to DAG, task, logical date (run id if "
    "there is none), and the person or booking that it is about. Never anything that changes between two runs of the "
    "same task, such as the map index",
    "output_path": "File to write the records to in place of returning them: JSON lines, or Parquet where it ends in "
    ".parquet; local, or an object as `s3://conn_id@bucket/key`. It is there once it is whole; a local one can be read "
    "by its owner only. Returns `path` and `records`, their number",
    "return_records": "Return whole records, names, numbers and texts included: Airflow keeps them in its database as "
    "XCom and shows them to everybody who may read the DAG. By default personal data is left out",
}


def _doc(call: Callable[..., Any], hints: Mapping[str, Any], names: Sequence[str], templated: Sequence[str]) -> str:
    def meaning(name: str) -> str:
        record = _record(hints.get(name))
        if record is not None:
            fields = "Filters" if name == "filters" else "Fields"
            return f"{fields}, see `whautomate_core.api.records.{record.__name__}`"
        return _PARAMS.get(name) or f"Id of the {name.removesuffix('_id').replace('_', ' ')}"

    params = [
        textwrap.fill(
            f":param {name}: {meaning(name)}{' (templated)' if name in templated else ''}.",
            112,
            subsequent_indent="    ",
        )
        for name in names
    ]
    # What all operators share is described once, in the base.
    _, _, shared = inspect.cleandoc(WhautomateOperator.__doc__ or "").partition("\n\n:param ")
    return inspect.cleandoc(call.__doc__ or "") + "\n\n" + "\n".join([*params, f":param {shared}"])


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


def _storage(url: str) -> tuple[Any, str]:
    """The file system of `s3://conn_id@bucket/key`, with the credentials of that connection."""
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    try:
        path = ObjectStoragePath(url)
        return path.fs, path.path
    except (ImportError, ValueError) as error:
        raise ConfigurationError(
            f"{url.partition('://')[0]}:// can't be opened: {error}; is Airflow's provider of that storage there?"
        ) from None


def _count(limit: Any) -> int:
    if isinstance(limit, bool) or not re.fullmatch(r"0*[1-9]\d*", str(limit)):
        raise ConfigurationError("max_records must be a whole number of at least 1")
    return int(limit)
