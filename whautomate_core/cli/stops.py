"""`whautomate stop-sends` and `whautomate resume-sends`: a person's hold on an account's messages."""

from __future__ import annotations

import getpass
import socket
from typing import Annotated

import typer
from pydantic import SecretStr

from whautomate_core.cli.terminal import Host, Settings, State, Yes, account_from_environment, agreed, said
from whautomate_core.state import open_state

Named = Annotated[
    str | None,
    typer.Option("--account", help="The account, as `whautomate quota` shows it; else that of --host and key."),
]


def stop_sends(
    account: Named = None,
    host: Host = None,
    settings: Settings = None,
    state: State = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the stopped accounts and stop none.")] = False,
) -> None:
    """Stop the messages and broadcasts of an account, in every process from its next call on.

    What is at Whautomate already goes out: delete scheduled broadcasts there. Reading, syncing, tagging and deleting
    go on, and so do Whautomate's own automations.
    """
    with said():
        if listed:
            found = open_state(state).stops.stopped(account)
            for stop in found:
                typer.echo(str(stop))
            if not found:
                typer.echo("no account is stopped" if account is None else f"account {account} is not stopped")
            return
        account, where = _account(account, host, settings, state)
        stops = open_state(where).stops
        new = stops.stop(account, f"{_login()}@{socket.gethostname()}")
        for stop in stops.stopped(account):
            typer.echo(f"{'' if new else 'already: '}{stop}")


def resume_sends(
    account: Named = None, host: Host = None, settings: Settings = None, state: State = None, yes: Yes = False
) -> None:
    """Let a stopped account send again. Steps that were refused meanwhile are not made up for."""
    with said():
        account, where = _account(account, host, settings, state)
        stops = open_state(where).stops
        for stop in stops.stopped(account):
            agreed(f"{stop}. Let them go again?", yes)
        gone = stops.resume(account)
        typer.echo(f"account {account} {'sends again' if gone else 'was not stopped'}")


def _account(
    account: str | None, host: str | None, settings: list[str] | None, state: str | None
) -> tuple[str, str | SecretStr | None]:
    """The id of the account, and where its state is."""
    if account:
        return account, state
    found = account_from_environment(host, settings)
    return found.id, state or found.state


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "somebody"
