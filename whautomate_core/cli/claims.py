"""`whautomate claims`: sends that began and whose outcome is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from whautomate_core.cli.terminal import State, said, utc_time
from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from whautomate_core.state.claims import Claims

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


Key = Annotated[str, typer.Argument(help="The key, as `whautomate claims` shows it.")]
OfAccount = Annotated[str | None, typer.Option(help="The account, if several have this key.")]


@app.command()
def release(context: typer.Context, key: Key, account: OfAccount = None) -> None:
    """Let the next run send it again. Do this only if you looked in Whautomate and it has not happened."""
    with said():
        book, whose = _open_claim(context, key, account)
        book.release(whose, key)
    typer.echo(f"released: the next run of {key} sends it again")


@app.command()
def confirm(context: typer.Context, key: Key, account: OfAccount = None) -> None:
    """Say that it happened, because you saw it in Whautomate. It stays claimed, and is no longer listed as open."""
    with said():
        book, whose = _open_claim(context, key, account)
        book.confirm(whose, key)
    typer.echo(f"confirmed: {key} is not sent again, and no longer listed")


def _open_claim(context: typer.Context, key: str, account: str | None) -> tuple[Claims, str]:
    """The claims, and the account of the one open claim with a key. Raises `ConfigurationError` if it is not one."""
    from whautomate_core.state import open_state

    book = open_state(context.obj).claims
    accounts = [claim.account for claim in book.open(account) if claim.key == key]
    if len(accounts) != 1:
        raise ConfigurationError(
            "no open claim has this key: `whautomate claims` lists the keys there are"
            if not accounts
            else f"several accounts have this key: name one with --account: {', '.join(accounts)}"
        )
    return book, accounts[0]
