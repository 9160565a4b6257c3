"""`whautomate sync`: brings a file of people to an account, with a progress bar."""

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
from whautomate_core.job import job_of
from whautomate_core.values.progress import Progress, waits


def sync(
    source: Annotated[str, typer.Argument(help="CSV, JSON lines or Parquet file: a path or URL.")],
    fields: Annotated[
        list[str],
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="A field and its column, such as phoneNumber=mobile; repeat it for each field.",
        ),
    ],
    host: terminal.Host = None,
    settings: terminal.Settings = None,
    clients: Annotated[bool, typer.Option("--clients", help="Sync clients instead of contacts.")] = False,
    tag: Annotated[
        list[str] | None, typer.Option(help="A tag for everybody in the file; repeat it for several.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Country of numbers without a country code, such as DE.")] = None,
    region_column: Annotated[str | None, typer.Option(help="Column with the country of the row's number.")] = None,
    consent_column: Annotated[
        str | None, typer.Option(help="Column that says yes or no. People with no get no tag.")
    ] = None,
    mode: Annotated[str, typer.Option(help="upsert, insert, update or mirror.")] = "upsert",
    detect: Annotated[
        bool, typer.Option("--detect", help="Also read everybody at Whautomate, and write back what was changed there.")
    ] = False,
    suppress: Annotated[
        str | None,
        typer.Option(
            help="A file of people who opted out elsewhere. Its columns have the same names as in the source."
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of this sync; required for mirror.")] = None,
    max_deleted: Annotated[
        str, typer.Option(help="The most people that mirror may delete: a count, or a share such as 10%.")
    ] = "10%",
    max_suppress_rejected: Annotated[
        str,
        typer.Option(
            help="Rows of --suppress that may lack a readable number: a count or a share. If there are more, nothing "
            "is sent."
        ),
    ] = "0",
    max_consent_rejected: Annotated[
        str,
        typer.Option(
            help="Rows without consent that may lack a readable number: a count or a share. If there are more, "
            "nothing is sent."
        ),
    ] = "0",
    rejects: Annotated[
        str | None, typer.Option(help="File for rows that were not used, with the reasons: a path or URL.")
    ] = None,
    outcomes: Annotated[str | None, typer.Option(help="File for the outcome of each row: a path or URL.")] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print what would be done and the requests it takes, and stop.")
    ] = False,
    yes: terminal.Yes = False,
) -> None:
    """Make contacts (or clients) match a file. It shows the plan first, and asks before it writes.

    Another run sends only what changed since. Ctrl-C stops it cleanly, and the next run resumes where it stopped.
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
            # One run for plan and work, so that it waits only once for new records to show up.
            "run": Run(began=time.monotonic()),
        }
        mapping = _mapping(fields)
        if mode == "mirror" and name is None:
            raise ConfigurationError(
                "--mode mirror needs --name: it deletes people that the sync of that name had before and the file no "
                "longer has"
            )

        def run(**more: Any) -> dict[str, Any]:
            with Client(account, lane="bulk") as client, _bar() as progress:
                try:
                    report: dict[str, Any] = job(client, source, mapping, progress=progress, **options, **more)
                except KeyboardInterrupt:
                    client.stop()
                    raise Stopped("stopped; run it again to resume") from None
                return report

        if not plan and not yes:
            terminal.require_person("Continue?")  # before the plan's requests are made
        if plan or not yes:
            planned = run(plan_only=True, rejects_path=rejects, outcomes_path=outcomes if plan else None)
            if plan:
                typer.echo(json.dumps(planned, indent=2))
                return
            typer.echo(json.dumps(planned["plan"], indent=2), err=True)
            terminal.agreed("Continue?", yes)
        report = run(rejects_path=rejects, outcomes_path=outcomes)
        typer.echo(json.dumps(report, indent=2))
        typer.echo(job_of(job).line(report), err=True)


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
    """Show progress as a bar on the terminal, with a line for each wait."""
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
