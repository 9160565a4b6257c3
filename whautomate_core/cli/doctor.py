"""`whautomate doctor`: finds out how the API behaves where the vendor's documents leave it open."""

from __future__ import annotations

import difflib
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from whautomate_core.account import Account
from whautomate_core.cli.terminal import Host, Settings, Yes, account_from_environment, agreed, said
from whautomate_core.doctor.account import allowance
from whautomate_core.doctor.coverage import NOT_WRITTEN
from whautomate_core.doctor.probe import LISTS, Finding, Probe, learn, require_permits
from whautomate_core.doctor.read import READS, ReadProbe
from whautomate_core.doctor.report import VERDICTS, make_report
from whautomate_core.doctor.write import TRACE, WRITES
from whautomate_core.doctor.write_people import PersonProbe, scratch_number
from whautomate_core.doctor.write_tags import TagProbe
from whautomate_core.errors import ConfigurationError
from whautomate_core.rows.files import write_text
from whautomate_core.rows.outputs import require_folder
from whautomate_core.state import open_existing
from whautomate_core.state.profiles import Profile

REPORT = "whautomate-doctor.md"


def doctor(
    host: Host = None,
    settings: Settings = None,
    resource: Annotated[
        str, typer.Option("--resource", help=f"What to ask about: {', '.join(sorted(LISTS))}.")
    ] = "contacts",
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help="Find out what only a new record shows: a contact, client or tag is created, changed and deleted.",
        ),
    ] = False,
    scratch_number_: Annotated[
        str | None,
        typer.Option(
            "--scratch-number",
            help="Number of the new contact or client, such as +4915123456789: your own, if nobody in the account has "
            "it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    report: Annotated[
        str | None,
        typer.Option("--report", help=f"Also write a page to attach to an issue, such as {REPORT}. It names nobody."),
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Forget what was found before, and send nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Find out what the vendor's documents leave open, with at most 10 requests (15 with --write).

    The findings are stored in the account's state, and every client uses them from then on.
    """
    with said():
        number = _number_of(resource, write, scratch_number_)
        if report is not None and (not report or report.startswith("-")):
            raise ConfigurationError(f"--report takes the path of a file, such as {REPORT}, not {report!r}")
        require_folder("--report", report)
        account = account_from_environment(host, settings)
        if forget:
            was = open_existing(account.state).profiles.forget(account.id)
            typer.echo(f"account {account.id}: {'its findings are forgotten' if was else 'there were no findings'}")
            return
        require_permits(account, WRITES if write else READS)
        probe, question = _probe_of(account, resource, write, number)
        agreed(question, yes)
        try:
            with _ends_as_interrupt():
                probe.run()
        finally:
            for left in probe.left_behind:
                typer.echo(f"left behind: {left}", err=True)
        if not probe.reached:
            typer.echo(f"error: {probe.stopped}", err=True)
            raise typer.Exit(1)
        profile = learn(account, probe.path, probe.learned)
        if as_json:
            typer.echo(json.dumps(_as_json(probe, profile), indent=2))
        else:
            _show(probe.findings)
            typer.echo(f"{probe.requests} requests of account {account.id}. {allowance(account)}")
            _show_profile(profile)
            if not probe.stopped:
                typer.echo(_next_step(resource, write, profile))
        if report:
            write_text(report, make_report(probe, datetime.now(UTC).date()))
            typer.echo(f"Wrote {report}. Read it before you attach it to an issue.", err=True)
        if probe.stopped:
            typer.echo(f"error: not every question was asked: {probe.stopped}", err=True)
        if probe.stopped or probe.left_behind:
            raise typer.Exit(1)


def _number_of(resource: str, write: bool, number: str | None) -> str | None:
    """The scratch number as E.164. Raises `ConfigurationError` unless it fits what is asked about."""
    if resource not in LISTS:
        meant = difflib.get_close_matches(resource, LISTS, n=1)
        what = f"did you mean {meant[0]}?" if meant else f"it is one of {', '.join(sorted(LISTS))}"
        raise ConfigurationError(f"--resource {resource}: there is no such resource; {what}")
    if write and resource in NOT_WRITTEN:
        raise ConfigurationError(f"--write: the doctor creates no {resource}. {NOT_WRITTEN[resource]}")
    if resource.endswith("_tags"):
        if number is not None:
            raise ConfigurationError("--scratch-number is for contacts and clients only: leave it out")
    elif (number is None) is write:
        raise ConfigurationError(
            "--write and --scratch-number go together, because creating somebody may trigger messages to them"
        )
    return None if number is None else scratch_number(number)


def _probe_of(account: Account, resource: str, write: bool, number: str | None) -> tuple[Probe, str]:
    """The probe to run, and what to ask the user before that."""
    if not write:
        return (
            ReadProbe(account, resource),
            f"This takes at most {READS} requests of account {account.id}, and they only read. Continue?",
        )
    takes = f"This takes at most {WRITES} requests of account {account.id}."
    if number is None:
        what = f"It creates a tag named '{TRACE} ...' (twice, to see what happens), and deletes it. Nobody gets it."
        return TagProbe(account, resource), f"{takes} {what} Continue?"
    one = resource.removesuffix("s")
    return PersonProbe(account, number, resource), (
        f"{takes} It creates a {one} named '{TRACE} ...' with your number (twice, to see what happens), changes and "
        f"deletes it, and a tag of that name. Automations that start with a new {one} will run, and may message your "
        "number. Continue?"
    )


def _as_json(probe: Probe, profile: Profile) -> dict[str, object]:
    return {
        "account": probe.account.id,
        "resource": probe.resource,
        "requests": probe.requests,
        "findings": [asdict(finding) for finding in probe.findings],
        "headers": sorted(probe.header_names),
        "profile": asdict(profile),
        "stopped": probe.stopped,
        "left_behind": probe.left_behind,
    }


def _next_step(resource: str, write: bool, profile: Profile) -> str:
    """The other run about a resource; where there is none or it was made already, that about another resource."""
    of = "" if resource == "contacts" else f" --resource {resource}"
    known = profile.of(LISTS[resource])
    if write and known.page_cap is None and known.absent is None and (of or profile.template_list is None):
        return f"To find out what reading shows: `whautomate doctor{of}`."
    if not write and resource not in NOT_WRITTEN and known.search_delay is None and known.put_merges is None:
        number = "" if resource.endswith("_tags") else " --scratch-number +49..."
        return f"To find out what only writing shows: `whautomate doctor{of} --write{number}`."
    other = "clients" if resource != "clients" else "contact_tags"
    return f"To ask about another resource: `whautomate doctor --resource {other}`."


def _show_profile(profile: Profile) -> None:
    """Print what clients use from now on."""
    known = asdict(profile)
    del known["seen_at"]
    for name, one in known.pop("resources").items():
        known |= {f"{name}: {trait}": value for trait, value in one.items()}
    lines = [f"  {name}: {json.dumps(value)}" for name, value in known.items() if value is not None]
    typer.echo(
        "\n".join(["Clients use from now on:", *lines] if lines else ["Nothing found so far changes what clients do."])
    )


def _show(findings: list[Finding]) -> None:
    """Print a table, or plain lines if the output is not a terminal; then in a line each what stays unknown."""
    known = [one for one in findings if one.value is not None]
    if sys.stdout.isatty():
        _show_table(known)
    else:
        for one in known:
            verdict = f" [{VERDICTS[one.differs]}]" if one.differs is not None else ""
            typer.echo(f"{one.question}\n  found: {one.found}{verdict}\n  evidence: {one.evidence}")
    for one in findings:
        if one.value is None:
            typer.echo(f"{one.question} {one.found}")


def _show_table(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("question", "found", "evidence", "", show_lines=True)
    for one in findings:
        style = "bold yellow" if one.differs else ""
        # As `Text`, because a header's value comes from the server and may look like markup.
        table.add_row(one.question, Text(one.found, style), one.evidence, Text(VERDICTS[one.differs], style))
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
