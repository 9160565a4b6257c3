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
def list_claims(
    context: typer.Context,
    state: State = None,
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="List those that a person confirmed instead: `release` undoes that.")
    ] = False,
) -> None:
    """List the sends that began and whose outcome is unknown, oldest first."""
    from whautomate_core.state import open_state

    context.obj = state
    if context.invoked_subcommand is not None:
        return
    with said():
        book = open_state(state).claims
        found = book.confirmed() if confirmed else book.open()
    for claim in found:
        typer.echo(
            f"{claim.key}\n  {claim.what}, account {claim.account}, started {utc_time(claim.made_at)} by "
            f"{claim.made_by}"
        )
    if not found:
        typer.echo("no confirmed claims" if confirmed else "no open claims")


Key = Annotated[str, typer.Argument(help="The key, as `whautomate claims` shows it.")]
OfAccount = Annotated[str | None, typer.Option(help="The account, if several have this key.")]


@app.command()
def release(context: typer.Context, key: Key, account: OfAccount = None) -> None:
    """Let the next run send it again. Do this only if you looked in Whautomate and it has not happened.

    It also takes back `confirm`.
    """
    with said():
        book, whose = _claim(context, key, account, or_confirmed=True)
        book.release(whose, key)
    typer.echo(f"released: the next run of {key} sends it again")


@app.command()
def confirm(context: typer.Context, key: Key, account: OfAccount = None) -> None:
    """Say that it happened, because you saw it in Whautomate. It stays claimed, and is no longer listed as open."""
    with said():
        book, whose = _claim(context, key, account)
        book.confirm(whose, key)
    typer.echo(f"confirmed: {key} is not sent again, and no longer listed")


def _claim(context: typer.Context, key: str, account: str | None, *, or_confirmed: bool = False) -> tuple[Claims, str]:
    """The claims, and the account of the one open claim with a key. Raises `ConfigurationError` if it is not one."""
    from whautomate_core.state import open_state

    book = open_state(context.obj).claims
    found = [*book.open(account), *(book.confirmed(account) if or_confirmed else ())]
    accounts = [claim.account for claim in found if claim.key == key]
    if len(accounts) > 1:
        raise ConfigurationError(f"several accounts have this key: name one with --account: {', '.join(accounts)}")
    if not accounts:
        kinds, lists = "open", "`whautomate claims` lists the keys there are"
        if or_confirmed:
            kinds = "open or confirmed"
            lists = "`whautomate claims` lists the open ones, `whautomate claims --confirmed` the others"
        raise ConfigurationError(f"no {kinds} claim has this key: {lists}")
    return book, accounts[0]
