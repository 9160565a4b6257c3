"""The operators of endpoints: the base of the written ones, and one for any endpoint by its name."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Unpack

from airflow_provider_whautomate._arguments import Templated, check_names, from_text, is_literal
from airflow_provider_whautomate._redacted import unredacted
from airflow_provider_whautomate._runs import step_of
from airflow_provider_whautomate._task_arguments import TaskArguments
from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
from airflow_provider_whautomate.sources import airflow_storage
from whautomate_core.api.call import Call, summary, watched
from whautomate_core.api.endpoint import Endpoint
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.personal_data import left_out, without_personal_data
from whautomate_core.api.registry import BY_NAME
from whautomate_core.errors import ConfigurationError
from whautomate_core.values.arguments import require_known

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context

    from whautomate_core.client.client import Client

LARGEST_XCOM = 48 * 1024
"""Bytes of JSON that a read returns; more goes to a file. XComs are rows of Airflow's database."""


class WhautomateEndpointOperator(WhautomateBaseOperator):
    """Base of the operators that send the call of one endpoint.

    They take the arguments of the endpoint's function by keyword, all templated. Bodies, filters, `extra` and `tags`
    may be dicts and lists, results of other tasks, or text that is their JSON, as `"{{ ... | tojson }}"` makes it.
    Field names of literal ones are checked when the DAG is parsed, everything else before it is sent.

    Reads return the record or records without personal data, up to 48 KiB of JSON: ids, tags, stages, states, dates and
    counts stay; names, numbers, addresses, texts and secrets are left out (`whautomate_core.api.personal_data`). Whole
    records go to `output_path`, or to XCom with `return_records=True`, where Airflow keeps and shows them. Writes
    return the id alone. Of bodies and filters, Airflow's rendered fields show only the names of the fields. Airflow
    keeps and shows values that are written in the DAG file itself, as it does the file: pass people by templates and
    results of other tasks.

    Calls that must not happen twice are sent under a claim in the state database. After a crash, a retry sends the call
    only if it was not sent before, and fails without another retry if that is unknown. The claim's key is the DAG, the
    task, the logical date (the run id if there is none), the endpoint, and the person or booking that the call is
    about; never the map index, because lists shift between two runs. So a cleared task sends only to people it has not
    sent to yet, and returns the earlier result for the others. Mapped tasks that would send the same to one person send
    it once; something else to the same person is an error, and nothing is sent. `key=` replaces the key, if both are
    intended.
    """

    endpoint: str = ""
    """Name of its function in `whautomate_core.api`: `contacts.update_contact`."""

    return_records: bool = False

    def call(self) -> Call[Any]:
        """Return the call of the rendered arguments."""
        raise NotImplementedError

    def work(self, client: Client, context: Context) -> Any:
        """Send the call."""
        endpoint, call = BY_NAME[self.endpoint], self.call()
        if endpoint.reads:
            result = self._read(client, endpoint, call)
            self._outcome = endpoint_line(call, result)
        elif endpoint.once:
            from whautomate_core.client.once import send_once

            key, earlier = self.given("key"), list[Any]()
            step = step_of(context) if key is None else key
            result, _ = send_once(client, step, call, partial(summary, call), met=earlier.append)
            self._outcome = endpoint_line(call, result, earlier=earlier[0].origin if earlier else None)
        else:
            call, did = watched(call)
            result = summary(call, client.send(call))
            self._outcome = endpoint_line(call, result, did=did())
        return result

    def _read(self, client: Client, endpoint: Endpoint, call: Call[Any]) -> Any:
        records: Iterator[Any]
        if endpoint.lists:
            everything = (record for page in client.pages(call) for record in page)
            records = islice(everything, self.given("max_records"))
        else:
            records = (client.send(one) for one in (call,))
        path = self.given("output_path")
        if not path:
            found = _small(records if self.return_records else self._without_personal_data(endpoint, records))
            return found if endpoint.lists else found[0]
        from whautomate_core.rows.files import write_records

        written = write_records(str(path), records, record=endpoint.record, storage=airflow_storage)
        return {"path": str(path), "records": written}

    def _without_personal_data(self, endpoint: Endpoint, records: Iterable[Any]) -> Iterator[Any]:
        dropped: set[str] = set()
        for record in records:
            dropped.update(left_out(endpoint.record, [record]))
            yield without_personal_data(endpoint.record, record)
        if dropped:
            self.log.info(
                "personal data is left out of the result (%s): output_path=... writes whole records to a file, "
                "return_records=True returns them",
                ", ".join(sorted(dropped)),
            )


class WhautomateOperator(WhautomateEndpointOperator):
    """Send the call of any endpoint, by its name.

    It does what the operator of the endpoint does, with the same claims and checks and the same result. Use it where
    the endpoint is only known to a loop or a configuration; the endpoints' own operators also let editors and type
    checkers see the arguments.

    :param endpoint: The endpoint, such as `contacts.update_contact`: names are in docs/reference/endpoints.md.
    :param arguments: Its arguments by name, such as `{"contact_id": ..., "contact": {...}}`. The dict, or any value in
        it, may be a template or the result of another task (templated).
    :param max_records: Lists: the most records to read; defaults to all (templated).
    :param output_path: Reads: file to write the records to instead of returning them, as the endpoint's operator takes
        it (templated).
    :param return_records: Reads: return whole records, names, numbers and texts included, which Airflow keeps and
        shows. By default personal data is left out.
    :param key: Calls that must not happen twice: what makes it the same call when the task runs again (templated).
    :param max_wait: Seconds to wait for a permit of the account on the worker slot; None: as long as it takes.
    :param max_requests: How many requests a try may make before it fails with `BudgetExceeded`; defaults to unlimited.
    :param whautomate_conn_id: The connection (templated).
    """

    template_fields = (
        "arguments",
        "max_records",
        "output_path",
        "key",
        *WhautomateEndpointOperator.template_fields,
    )
    redacted_fields = frozenset({"arguments"})

    def __init__(
        self,
        *,
        endpoint: str,
        arguments: Mapping[str, Any] | Templated | None = None,
        max_records: int | Templated | None = None,
        output_path: str | Templated | None = None,
        return_records: bool = False,
        key: str | Templated | None = None,
        **kwargs: Unpack[TaskArguments],
    ) -> None:
        known = BY_NAME.get(str(endpoint))
        reads = known is not None and known.reads
        of_the_task: dict[str, Any] = {"multiple_outputs": not reads, **kwargs}
        super().__init__(**of_the_task)
        self.reads = reads
        self.endpoint = endpoint
        self.arguments = arguments
        self.max_records = max_records
        self.output_path = output_path
        self.return_records = return_records
        self.key = key
        self.check_arguments(WhautomateOperator)

    def check_literals(self) -> None:
        """Check the endpoint, which options it has, and the arguments that are in the DAG file."""
        endpoint = _known(self.endpoint)
        options = {
            "max_records": endpoint.lists,
            "output_path": endpoint.reads,
            "return_records": endpoint.reads,
            "key": endpoint.once,
        }
        for name, is_one in options.items():
            if not is_one and getattr(self, name) not in (None, False):
                raise ConfigurationError(f"{name} is no option of {self.endpoint}")
        given = unredacted(self.arguments)
        if is_literal(given):
            given = self.given("arguments") or {}
        if isinstance(given, Mapping):
            _check_arguments(endpoint, given)
            check_names(endpoint.arguments, given)

    def call(self) -> Call[Any]:
        """Return the call of the rendered arguments."""
        endpoint, given = _known(self.endpoint), self.given("arguments") or {}
        _check_arguments(endpoint, given)
        return endpoint.function(**{name: from_text(name, endpoint.arguments[name], given[name]) for name in given})


def _known(endpoint: object) -> Endpoint:
    found = BY_NAME.get(str(endpoint))
    if found is None:
        nearest = get_close_matches(str(endpoint), BY_NAME, n=1)
        raise ConfigurationError(
            f"no endpoint {endpoint!r}"
            + (f"; did you mean {nearest[0]}?" if nearest else ": see docs/reference/endpoints.md")
        )
    return found


def _check_arguments(endpoint: Endpoint, given: Mapping[str, Any]) -> None:
    """Raise `ConfigurationError` for an argument that the endpoint does not take, and for one that it needs."""
    name = f"{endpoint.resource}.{endpoint.name}"
    require_known(f"arguments: {name}", endpoint.arguments, given)
    parameters = inspect.signature(endpoint.function).parameters
    missing = [one for one in parameters if parameters[one].default is inspect.Parameter.empty and one not in given]
    if missing:
        raise ConfigurationError(f"arguments: {name} needs {' and '.join(missing)}")


def _small(found: Iterator[Any]) -> list[Any]:
    """The records, if they are small enough for XCom."""
    taken, size = [], 2
    for record in found:
        taken.append(record)
        size += len(json.dumps(record)) + 2
        if size > LARGEST_XCOM:
            raise ConfigurationError(
                f"the answer is over {LARGEST_XCOM // 1024} KiB, too large for XCom: output_path=... writes it to a "
                "file, max_records=... takes less of a list"
            )
    return taken
