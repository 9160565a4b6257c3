"""`whautomate sync`: a file of people to an account, with a bar."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from whautomate_core.cli import terminal
from whautomate_core.errors import ConfigurationError, Stopped
from whautomate_core.outcome_lines import job_line
from whautomate_core.values.progress import Progress, waits


def sync(
    source: Annotated[str, typer.Argument(help="CSV, JSON lines or Parquet file: a path or URL.")],
    fields: Annotated[
        list[str],
        typer.Option("--map", metavar="FIELD=COLUMN", help="A field and its column, such as phoneNumber=mobile."),
    ],
    host: terminal.Host = None,
    settings: terminal.Settings = None,
    clients: Annotated[bool, typer.Option("--clients", help="Sync clients instead of contacts.")] = False,
    tag: Annotated[list[str] | None, typer.Option(help="A tag for everybody; repeat it for several.")] = None,
    region: Annotated[str | None, typer.Option(help="Country of numbers without a country code, such as DE.")] = None,
    region_column: Annotated[str | None, typer.Option(help="Column with the country of the row's number.")] = None,
    consent_column: Annotated[str | None, typer.Option(help="Column that says yes or no; no means no tag.")] = None,
    mode: Annotated[str, typer.Option(help="upsert, insert, update or mirror.")] = "upsert",
    detect: Annotated[
        bool, typer.Option("--detect", help="Read everybody, and correct what was changed at Whautomate.")
    ] = False,
    suppress: Annotated[
        str | None,
        typer.Option(help="A file of people who opted out elsewhere, with its columns named as in the source."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Names this sync; needed for mirror.")] = None,
    max_deleted: Annotated[str, typer.Option(help="The most that mirror may delete: a count, or a share.")] = "10%",
    max_suppress_rejected: Annotated[
        str,
        typer.Option(
            help="Rows of --suppress that may lack a readable number: a count, or a share. With more, nothing is sent."
        ),
    ] = "0",
    max_consent_rejected: Annotated[
        str, typer.Option(help="Rows without a yes to consent that may lack a readable number: likewise.")
    ] = "0",
    rejects: Annotated[str | None, typer.Option(help="File for rows that were not used: a path or URL.")] = None,
    outcomes: Annotated[str | None, typer.Option(help="File for what became of each row: likewise.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done and what it costs, and stop.")] = False,
    yes: terminal.Yes = False,
) -> None:
    """Make contacts (or clients) match a file. It shows the plan first, and asks.

    Running it again sends only what has changed since. Ctrl-C stops it cleanly; the next run resumes where it stopped.
    """
    from whautomate_core.client.client import Client
    from whautomate_core.sync.clients import sync_clients
    from whautomate_core.sync.contacts import sync_contacts
    from whautomate_core.sync.options import Run

    job: Any = sync_clients if clients else sync_contacts
    with terminal.said():
        account = terminal.account_from_environment(host, settings)
        options: dict[str, Any] = {
            "default_region": region,
            "region_column": region_column,
            "consent_column": consent_column,
            "tags": tag or [],
            "mode": mode,
            "drift": "detect" if detect else "ignore",
            "suppress": suppress,
            "sync_name": name,
            "max_deleted": max_deleted,
            "max_suppress_rejected": max_suppress_rejected,
            "max_consent_rejected": max_consent_rejected,
            "run": Run(began=time.monotonic()),  # plan and work are one run, which waits once for new records to show
        }
        mapping = _mapping(fields)
        if mode == "mirror" and name is None:
            raise ConfigurationError("--mode mirror needs --name: it deletes whom the sync of that name had before")

        def run(**more: Any) -> dict[str, Any]:
            with Client(account, lane="bulk") as client, _bar() as progress:
                try:
                    report: dict[str, Any] = job(client, source, mapping, progress=progress, **options, **more)
                except KeyboardInterrupt:
                    client.stop()
                    raise Stopped("stopped; run it again to resume") from None
                return report

        if not plan and not yes:
            terminal.require_person("Go on?")  # before the plan's requests are made
        if plan or not yes:
            planned = run(plan_only=True, rejects_path=rejects, outcomes_path=outcomes if plan else None)
            if plan:
                typer.echo(json.dumps(planned, indent=2))
                return
            typer.echo(json.dumps(planned["plan"], indent=2), err=True)
            terminal.agreed("Go on?", yes)
        report = run(rejects_path=rejects, outcomes_path=outcomes)
        typer.echo(json.dumps(report, indent=2))
        typer.echo(job_line(job.__name__, report), err=True)


def _mapping(fields: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for text in fields:
        field, separator, column = text.partition("=")
        if not separator or not field or not column:
            raise ConfigurationError(f"--map takes FIELD=COLUMN, such as phoneNumber=mobile, not {text!r}")
        if field in mapping:
            raise ConfigurationError(f"--map names {field} twice")
        mapping[field] = column
    return mapping


@contextmanager
def _bar() -> Iterator[Progress]:
    """Progress as a bar on the terminal, with a line for what it waits for."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    class Said(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            bars.print(record.getMessage(), markup=False, highlight=False)

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        shown: dict[str, Any] = {}
        said = Said(logging.INFO)
        level = waits.level
        waits.addHandler(said)
        waits.setLevel(logging.INFO)

        def progress(what: str, done: int, total: int) -> None:
            if what not in shown:
                shown[what] = bars.add_task(what, total=total or None)
            bars.update(shown[what], completed=done, total=total or None)

        try:
            yield progress
        finally:
            waits.removeHandler(said)
            waits.setLevel(level)
