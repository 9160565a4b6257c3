"""`whautomate people forget` and `readmit`: a person asks to be deleted, and not to be made anew."""

from __future__ import annotations

from typing import Annotated

import typer

from whautomate_core.account import Account
from whautomate_core.commands import terminal
from whautomate_core.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, help="Single people: what is known of them here.")

Number = Annotated[str | None, typer.Argument(help="Their phone number; asked for where it is left out.")]
Region = Annotated[str | None, typer.Option(help="Country of a number without a country code, such as DE.")]


@app.callback()
def people() -> None:
    """Single people: what is known of them here."""


@app.command()
def forget(
    number: Number = None,
    region: Region = None,
    host: terminal.Host = None,
    settings: terminal.Settings = None,
    state_only: Annotated[
        bool, typer.Option("--state-only", help="Leave Whautomate alone; the records there may be gone already.")
    ] = False,
    yes: terminal.Yes = False,
) -> None:
    """Delete a person at Whautomate and in the state database, and never make or message them again.

    What stays is a keyed hash of the number, by which syncs and other steps leave the person out. `readmit` takes that
    back. If somebody adds the person to Whautomate again, the broadcast step sends nothing until they have an opt-out
    tag or were forgotten once more; broadcasts and automations that are started elsewhere reach them.
    """
    from whautomate_core.client import Client
    from whautomate_core.forget import forget, forget_in_state, number_of_person, records_of

    with terminal.said():
        account = terminal.account_from_environment(host, settings)
        wanted = number_of_person(_asked(number), region)
        with Client(account) as client:
            if state_only:
                lines = forget_in_state(client.state, account.id, wanted)
                typer.echo(f"forgotten: {lines} lines of the state removed; nothing was deleted at Whautomate")
                return
            records = records_of(client, wanted)
            found = f"{len(records['contact'])} contacts and {len(records['client'])} clients have this number"
            terminal.agreed(f"{found}. Delete them for good, and never make them again?", yes)
            done = forget(client, wanted, records)
    typer.echo(
        f"forgotten: {done['contacts']} contacts and {done['clients']} clients deleted at Whautomate, {done['lines']} "
        "lines of the state removed"
    )
    if done["left"]:
        typer.echo(
            f"error: {done['left']} contacts and clients with this number are still at Whautomate, because somebody "
            "else keeps creating them: stop that, then run this again",
            err=True,
        )
        raise typer.Exit(1)


@app.command()
def readmit(
    number: Number = None,
    region: Region = None,
    host: terminal.Host = None,
    settings: terminal.Settings = None,
) -> None:
    """Let a person who was forgotten be made and messaged again; the next sync that has them makes them anew."""
    from whautomate_core.forget import number_of_person
    from whautomate_core.state import open_state

    with terminal.said():
        account: Account = terminal.account_from_environment(host, settings)
        wanted = number_of_person(_asked(number), region)
        was = open_state(account.state).forgotten(account.id).remove(wanted)
    typer.echo("readmitted" if was else "this number was not forgotten")


def _asked(number: str | None) -> str:
    if number is None:
        terminal.require_person("Which number?")
        number = str(typer.prompt("Phone number", err=True))
    if not number.strip():
        raise ConfigurationError("which number? Give it as people write it, such as +4915123456789")
    return number
