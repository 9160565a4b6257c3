"""`whautomate stop-sends` and `whautomate resume-sends`: stop all messages of an account by hand."""

from __future__ import annotations

import getpass
import socket
from typing import Annotated

import typer
from pydantic import SecretStr

from whautomate_core.cli.terminal import (
    Host,
    Settings,
    State,
    Yes,
    account_from_environment,
    agreed,
    open_or_make,
    said,
)
from whautomate_core.state import open_existing

Named = Annotated[
    str | None,
    typer.Option(
        "--account", help="The account as `whautomate quota` shows it. By default, the account of --host and the key."
    ),
]


def stop_sends(
    account: Named = None,
    host: Host = None,
    settings: Settings = None,
    state: State = None,
    listed: Annotated[bool, typer.Option("--list", help="Only list the stopped accounts.")] = False,
) -> None:
    """Stop the messages and broadcasts of an account. Every process obeys from its next call on.

    What is already at Whautomate is still sent: delete scheduled broadcasts there. Reading, syncing, tagging and
    deleting continue, and so do Whautomate's own automations.
    """
    with said():
        if listed:
            found = open_existing(state).stops.stopped(account)
            for stop in found:
                typer.echo(str(stop))
            if not found:
                typer.echo("no account is stopped" if account is None else f"account {account} is not stopped")
            return
        account, where = _account(account, host, settings, state)
        opened = open_or_make(where)
        new = opened.stops.stop(account, f"{_login()}@{socket.gethostname()}")
        for stop in opened.stops.stopped(account):
            typer.echo(f"{'' if new else 'already: '}{stop}")
        known = [one.account for one in opened.usages()]
    if account not in known:
        typer.echo(
            f"warning: no step has used account {account} with this state database. It knows "
            f"{', '.join(known) or 'no account'}. Steps of another account, or with another state database, still send",
            err=True,
        )


def resume_sends(
    account: Named = None, host: Host = None, settings: Settings = None, state: State = None, yes: Yes = False
) -> None:
    """Let a stopped account send again. Steps that were refused in the meantime are not repeated."""
    with said():
        account, where = _account(account, host, settings, state)
        stops = open_existing(where).stops
        for stop in stops.stopped(account):
            agreed(f"{stop}. Let it send again?", yes)
        gone = stops.resume(account)
        typer.echo(f"account {account} {'sends again' if gone else 'was not stopped'}")


def _account(
    account: str | None, host: str | None, settings: list[str] | None, state: str | None
) -> tuple[str, str | SecretStr | None]:
    """The id of the account, and the address of its state database."""
    if account:
        return account, state
    found = account_from_environment(host, settings)
    return found.id, state or found.state


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "somebody"
