"""`whautomate claims`: sends that began and whose outcome is unknown."""

from __future__ import annotations

from typing import Annotated

import typer

from whautomate_core.cli.terminal import State, said, utc_time
from whautomate_core.errors import ConfigurationError

app = typer.Typer(no_args_is_help=False, help="Sends that began and whose outcome is unknown.")


@app.callback(invoke_without_command=True)
def list_claims(context: typer.Context, state: State = None) -> None:
    """List the sends that began and whose outcome is unknown, oldest first."""
    from whautomate_core.state import open_state

    context.obj = state
    if context.invoked_subcommand is not None:
        return
    with said():
        found = open_state(state).claims.open()
    for claim in found:
        typer.echo(
            f"{claim.key}\n  {claim.what}, account {claim.account}, started {utc_time(claim.made_at)} by "
            f"{claim.made_by}"
        )
    if not found:
        typer.echo("no open claims")


@app.command()
def release(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The key, as `whautomate claims` shows it.")],
    account: Annotated[str | None, typer.Option(help="The account, if several have this key.")] = None,
) -> None:
    """Let the next run send it again. Do this only if you looked in Whautomate and it has not happened."""
    from whautomate_core.state import open_state

    with said():
        book = open_state(context.obj).claims
        accounts = [claim.account for claim in book.open(account) if claim.key == key]
        if len(accounts) != 1:
            raise ConfigurationError(
                "no open claim has this key: `whautomate claims` lists the keys there are"
                if not accounts
                else f"several accounts have this key: name one with --account: {', '.join(accounts)}"
            )
        book.release(accounts[0], key)
    typer.echo(f"released: the next run of {key} sends it again")
