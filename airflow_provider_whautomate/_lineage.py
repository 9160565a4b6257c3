"""What a job tells OpenLineage: what it reads, what it writes, and counts. Nothing about people, and no query.

OpenLineage is optional: its packages are imported only in what Airflow's OpenLineage provider asks for.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from airflow_provider_whautomate.assets import dataset
from airflow_provider_whautomate.hooks.whautomate import WhautomateHook
from airflow_provider_whautomate.sources import SOURCES, Sql, is_json
from whautomate_core.account import asset_uri
from whautomate_core.values.redaction import shown_url

if TYPE_CHECKING:
    from airflow.providers.common.compat.openlineage.facet import Dataset, RunFacet
    from airflow.providers.openlineage.extractors import OperatorLineage

    from airflow_provider_whautomate.operators.base import WhautomateBaseOperator
    from whautomate_core.account import Account
    from whautomate_core.job import Job

log = logging.getLogger(__name__)

_SCHEMES = {"gcs": "gs", "s3a": "s3", "s3n": "s3"}
"""Other spellings of the schemes by which OpenLineage names storages."""


def lineage_of(
    task: WhautomateBaseOperator, job: Job, given: Mapping[str, Any], counts: Mapping[str, int]
) -> OperatorLineage:
    """Return the inputs and outputs of a task, and what it counted.

    :param task: The task.
    :param job: Its job.
    :param given: The rendered arguments, by the names that the job's function has for them.
    :param counts: Of its result; none before, and if it failed.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.providers.openlineage.extractors.manager import ExtractorManager

    def of_account(parts: Iterable[str]) -> list[Dataset]:
        return [dataset(asset_uri(_account_of(task), task.whautomate_conn_id, one)) for one in parts]

    rows = {name: _told(name, read_from, given[name]) for name in sorted(SOURCES & given.keys())}
    files = {name: _told(name, file, given[name]) for name in given if name.endswith("_path") and given[name]}
    _add_statistics(rows.get("source", []), files.get("output_path", []), counts)
    found = OperatorLineage(
        inputs=[*chain(*rows.values()), *_told("the account", of_account, job.parts(job.reads, given))],
        outputs=[*_told("the account", of_account, job.written(given)), *chain(*files.values())],
        run_facets={"whautomate_counts": _facet(counts)} if counts else {},
    )
    # Airflow leaves out what the DAG names as inlets and outlets where an operator says anything itself.
    ExtractorManager().extract_inlets_and_outlets(found, task)
    found.inputs, found.outputs = _once(found.inputs), _once(found.outputs)
    return found


def read_from(source: Any) -> list[Dataset]:
    """Return what a source of rows reads; nothing for rows that come from the DAG or from another task.

    :param source: The rendered argument.
    """
    from airflow.providers.common.compat.sdk import ObjectStoragePath

    if isinstance(source, Sql):
        return tables(source)
    is_file = isinstance(source, (str, os.PathLike, ObjectStoragePath)) and not is_json(source)
    return file(source) if is_file else []


def file(path: Any) -> list[Dataset]:
    """Return a file as a dataset: `/data/people.csv` in `file`, or the object's key in `s3://bucket`.

    Nothing for an address that may hold a secret, or names several storages.

    :param path: A path, or the URL of an object.
    """
    from openlineage.client.event_v2 import Dataset

    scheme, is_url, rest = str(path).partition("://")
    if not is_url or scheme == "file":
        return [Dataset(namespace="file", name=os.path.abspath(rest if is_url else scheme))]
    shown = shown_url(str(path))
    is_web = scheme in ("http", "https")
    # Elsewhere, `?` and `#` may be part of the name, and the name without its end may be that of another file.
    if shown.endswith("…") or "::" in str(path) or (not is_web and re.search("[?#]", rest)):
        log.info("OpenLineage is not told of a file at %s://: its address may hold a secret", scheme)
        return []
    at, _, name = shown.partition("://")[2].partition("/")
    return [Dataset(namespace=f"{_SCHEMES.get(scheme, scheme)}://{at}", name=name)]


def tables(query: Sql) -> list[Dataset]:
    """Return the tables that a query reads, named by the OpenLineage support of its connection's hook.

    The warehouse is asked for its default schema only if a table comes without one.

    :param query: The query. Its text stays here: it may hold values about people.
    """
    from airflow.providers.common.compat.sdk import BaseHook
    from airflow.providers.openlineage.sqlparser import SQLParser
    from openlineage.common.sql import DbTableMeta

    connection = BaseHook.get_connection(query.conn_id)
    hook: Any = connection.get_hook()  # type: ignore[no-untyped-call]
    info, dialect = hook.get_openlineage_database_info(connection), hook.get_openlineage_database_dialect(connection)
    if info is None:
        return []
    found = SQLParser(dialect).parse(SQLParser.split_sql_string(_with_values(query.sql)))
    read = found.in_tables if found else []
    if not all(one.schema for one in read):
        # Given to the parser, it would lose tables of common table expressions.
        schema = hook.get_openlineage_default_schema() or connection.schema
        read = [one if one.schema else DbTableMeta(f"{schema}.{one.name}") for one in read] if schema else []
    inputs, _ = SQLParser.get_metadata_from_parser(read, [], info, SQLParser.create_namespace(info))
    return list(inputs)


def _with_values(sql: str) -> str:
    """A query with a value in place of each placeholder of Python's drivers, which the parser does not know."""
    return re.sub(r"%(\(\w+\))?s", "('')", sql).replace("%%", "%")


def _once(datasets: Iterable[Dataset]) -> list[Dataset]:
    """Each dataset once, as the first of its name has it."""
    found: dict[tuple[str, str], Dataset] = {}
    for one in datasets:
        found.setdefault((one.namespace, one.name), one)
    return [*found.values()]


def _account_of(task: WhautomateBaseOperator) -> Account:
    client = task._client
    return client.account if client else WhautomateHook(task.whautomate_conn_id).get_account()


def _told(what: str, find: Callable[..., list[Dataset]], *arguments: Any) -> list[Dataset]:
    """What `find` returns. Lineage must not cost a task anything, and the rest of it is still true."""
    try:
        return find(*arguments)
    except Exception as error:  # whose text may hold an address or a value
        log.info("OpenLineage is not told of %s: %s", what, type(error).__name__)
        return []


def _add_statistics(rows: list[Dataset], records: list[Dataset], counts: Mapping[str, int]) -> None:
    """Tell how many rows were read from the one dataset that they come from, and how many records were written."""
    from openlineage.client.event_v2 import InputDataset, OutputDataset
    from openlineage.client.facet_v2 import input_statistics_input_dataset as of_input
    from openlineage.client.facet_v2 import output_statistics_output_dataset as of_output

    if len(rows) == 1 and "rows" in counts:
        read = of_input.InputStatisticsInputDatasetFacet(rowCount=counts["rows"])
        rows[0] = InputDataset(rows[0].namespace, rows[0].name, inputFacets={"inputStatistics": read})
    if records and "records" in counts:
        written = of_output.OutputStatisticsOutputDatasetFacet(rowCount=counts["records"])
        records[0] = OutputDataset(records[0].namespace, records[0].name, outputFacets={"outputStatistics": written})


def _facet(counts: Mapping[str, int]) -> RunFacet:
    from attrs import make_class
    from openlineage.client.facet_v2 import RunFacet

    return make_class("WhautomateCountsRunFacet", list(counts), bases=(RunFacet,))(**counts)
