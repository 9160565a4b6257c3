"""`whautomate people forget` and `readmit`: delete a person for good, and take that back."""

from __future__ import annotations

from typing import Annotated

import typer

from whautomate_core.account import Account
from whautomate_core.api.call import Json
from whautomate_core.cli import terminal
from whautomate_core.errors import ConfigurationError
from whautomate_core.state import State
from whautomate_core.values.words import counted

app = typer.Typer(no_args_is_help=True, help="Forget a person, or readmit them.")

Number = Annotated[str | None, typer.Argument(help="Their phone number. The command asks for it if you leave it out.")]
Region = Annotated[str | None, typer.Option(help="Country of a number without a country code, such as DE.")]


@app.callback()
def people() -> None:
    """Forget a person, or readmit them."""


@app.command()
def forget(
    number: Number = None,
    region: Region = None,
    host: terminal.Host = None,
    settings: terminal.Settings = None,
    state_only: Annotated[
        bool,
        typer.Option(
            "--state-only",
            help="Only remove them from the state, for example if their records at Whautomate are gone already.",
        ),
    ] = False,
    yes: terminal.Yes = False,
) -> None:
    """Delete a person at Whautomate and in the state database, and never create or message them again.

    Only a keyed hash of the number is kept, so that syncs and other steps can leave the person out. `readmit` undoes
    this. If somebody adds the person to Whautomate again, the broadcast step sends nothing until they have an opt-out
    tag or are forgotten again. Broadcasts and automations that are started elsewhere do reach them.
    """
    from whautomate_core.client.client import Client
    from whautomate_core.people.forget import forget, forget_in_state, number_of_person, records_of

    with terminal.said():
        account = terminal.account_from_environment(host, settings)
        wanted = number_of_person(_asked(number), region)
        terminal.open_or_make(account.state)
        with Client(account) as client:
            _warn_of_others(client.state, account.id)
            if state_only:
                done = forget_in_state(client.state, account.id, wanted)
                typer.echo(
                    f"forgotten in account {account.id}: {counted(done['lines'], 'line')} removed from the state; "
                    "nothing was deleted at Whautomate"
                )
                _require_overwritten(done)
                return
            records = records_of(client, wanted)
            found = f"{_counts(len(records['contact']), len(records['client']))} with this number"
            question = f"Delete them for good, and never create them again in account {account.id}?"
            terminal.agreed(f"{found}. {question}", yes)
            done = forget(client, wanted, records)
    typer.echo(
        f"forgotten in account {account.id}: {_counts(done['contacts'], done['clients'])} deleted at "
        f"Whautomate, {counted(done['lines'], 'line')} removed from the state"
    )
    if done["left"]:
        typer.echo(
            f"error: {counted(done['left'], 'record')} with this number still at Whautomate, because something else "
            "keeps creating them: stop that, then run this again",
            err=True,
        )
        raise typer.Exit(1)
    _require_overwritten(done)


def _counts(contacts: int, clients: int) -> str:
    return f"{counted(contacts, 'contact')} and {counted(clients, 'client')}"


@app.command()
def readmit(
    number: Number = None,
    region: Region = None,
    host: terminal.Host = None,
    settings: terminal.Settings = None,
    email: Annotated[
        str | None, typer.Option(help="Their e-mail address, if a client without a number had it.")
    ] = None,
    opted_in: Annotated[bool, typer.Option("--opted-in", help="They agreed to messages after they opted out.")] = False,
) -> None:
    """Let a forgotten person be created and messaged again; the next sync that has them creates them.

    If the person had opted out before, they stay opted out, unless `--opted-in` says that they agreed since then.
    """
    from whautomate_core.people.forget import number_of_person
    from whautomate_core.state import open_existing

    with terminal.said():
        account: Account = terminal.account_from_environment(host, settings)
        wanted = number_of_person(_asked(number), region)
        forgotten = open_existing(account.state).forgotten(account.id)
        was = forgotten.remove(wanted)
        if email:
            was |= forgotten.remove(email)
        if opted_in:
            was |= forgotten.remove(wanted, opted_out=True)
        out = bool(forgotten.among([wanted], opted_out=True))
    typer.echo(f"readmitted to account {account.id}" if was else f"account {account.id} had not forgotten this number")
    if out:
        typer.echo(
            "They had opted out, and stay opted out: no step creates or messages them. If they agreed since then, run "
            "this again with --opted-in"
        )


def _require_overwritten(done: Json) -> None:
    if not done["overwritten"]:
        typer.echo(
            "error: the state file still holds the old bytes of what was removed, because another program is reading "
            "it, such as a backup or a sqlite3 shell. Stop that program and run this again to overwrite them",
            err=True,
        )
        raise typer.Exit(1)


def _warn_of_others(state: State, account: str) -> None:
    others = sorted({one.account for one in state.usages()} - {account})
    if others:
        typer.echo(
            f"warning: this forgets the person in account {account} only. The state database also has "
            f"{', '.join(others)}: if one of these names the same account, or has the person too, run this again with "
            "--set account=NAME as in its connection",
            err=True,
        )


def _asked(number: str | None) -> str:
    if number is None:
        terminal.require_person("Which number?")
        number = str(typer.prompt("Phone number", err=True))
    if not number.strip():
        raise ConfigurationError("the number is empty: give one such as +4915123456789")
    return number
