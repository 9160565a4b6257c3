"""`whautomate doctor`: finds out how the API behaves where the vendor's documents leave it open."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer

from whautomate_core.cli.terminal import Host, Settings, Yes, account_from_environment, agreed, said
from whautomate_core.doctor.account import allowance
from whautomate_core.doctor.probe import Finding, learn, require_permits
from whautomate_core.doctor.read import READS, ReadProbe
from whautomate_core.doctor.write import TRACE, WRITES, WriteProbe, scratch_number
from whautomate_core.errors import ConfigurationError
from whautomate_core.state import open_state


def doctor(
    host: Host = None,
    settings: Settings = None,
    write: Annotated[
        bool,
        typer.Option("--write", help="Find out what only a scratch contact shows: it is created, changed and deleted."),
    ] = False,
    scratch_number_: Annotated[
        str | None,
        typer.Option(
            "--scratch-number",
            help="Number of the scratch contact, such as +4915123456789: your own, if nobody in the account has it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Forget what was found before, and send nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Find out what the vendor's documents leave open, with at most 10 requests (15 with --write).

    The findings are stored in the account's state, and every client uses them from then on.
    """
    with said():
        if (scratch_number_ is None) is write:
            raise ConfigurationError(
                "--write and --scratch-number go together, because creating a contact may trigger messages to it"
            )
        account = account_from_environment(host, settings)
        if forget:
            was = open_state(account.state).profiles.forget(account.id)
            typer.echo(f"account {account.id}: {'its findings are forgotten' if was else 'there were no findings'}")
            return
        require_permits(account, WRITES if write else READS)
        exam: ReadProbe | WriteProbe
        if scratch_number_ is not None:
            exam = WriteProbe(account, scratch_number(scratch_number_))
            agreed(
                f"This takes at most {WRITES} requests of account {account.id}. It creates a contact named "
                f"'{TRACE} ...' with your number (twice, to see what happens), changes and deletes it, and a tag "
                "of that name. Automations that start with new contacts will run, and may message your number. "
                "Continue?",
                yes,
            )
        else:
            exam = ReadProbe(account)
            agreed(f"This takes at most {READS} requests of account {account.id}, and they only read. Continue?", yes)
        try:
            with _ends_as_interrupt():
                exam.run()
        finally:
            for left in exam.left_behind:
                typer.echo(f"left behind: {left}", err=True)
        profile = learn(account, exam.path, exam.learned)
        if as_json:
            report = {
                "account": account.id,
                "requests": exam.requests,
                "findings": [asdict(finding) for finding in exam.findings],
                "profile": asdict(profile),
                "stopped": exam.stopped,
                "left_behind": exam.left_behind,
            }
            typer.echo(json.dumps(report, indent=2))
        else:
            _show(exam.findings)
            typer.echo(f"{exam.requests} requests of account {account.id}. {allowance(account)}")
            for name, value in asdict(profile).items():
                typer.echo(f"  {name}: {'not known' if value is None else json.dumps(value)}")
            typer.echo(
                "for the rest, run: whautomate doctor"
                if write
                else "for the rest, run: whautomate doctor --write --scratch-number +49..."
            )
        if exam.stopped:
            typer.echo(f"error: not every question was asked: {exam.stopped}", err=True)
        if exam.stopped or exam.left_behind:
            raise typer.Exit(1)


def _show(findings: list[Finding]) -> None:
    """Print a table, or plain lines if the output is not a terminal."""
    verdicts = {True: "differs", False: "as expected", None: ""}
    if not sys.stdout.isatty():
        for one in findings:
            verdict = f" [{verdicts[one.differs]}]" if one.differs is not None else ""
            typer.echo(f"{one.question}\n  found: {one.found}{verdict}\n  evidence: {one.expected}")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("question", "found", "evidence", "", show_lines=True)
    for one in findings:
        style = "bold yellow" if one.differs else "dim" if one.value is None else ""
        # As `Text`, because a header's value comes from the server and may look like markup.
        table.add_row(one.question, Text(one.found, style), one.expected, Text(verdicts[one.differs], style))
    Console().print(table)


@contextmanager
def _ends_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the probe as Ctrl-C does: what was created is removed first."""
    signals = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(one, signal.default_int_handler) for one in signals]
    try:
        yield
    finally:
        for one, handler in zip(signals, before, strict=True):
            signal.signal(one, handler)
