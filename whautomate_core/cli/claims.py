"""`whautomate claims`: sends that began and whose outcome is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from whautomate_core.cli.terminal import State, Yes, agreed, said, utc_time
from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from whautomate_core.state.claims import Claim, Claims

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
    from whautomate_core.state import open_existing

    context.obj = state
    if context.invoked_subcommand is not None:
        return
    with said():
        book = open_existing(state).claims
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
Where = Annotated[str | None, typer.Option("--state", help="State database, as `whautomate claims --state` takes it.")]


@app.command()
def release(context: typer.Context, key: Key, account: OfAccount = None, state: Where = None, yes: Yes = False) -> None:
    """Let the next run send it again. Do this only if you looked in Whautomate and it has not happened.

    It also takes back `confirm`. A segment, a service or another record that steps find by its name can be released
    after it was made, too, if somebody deleted it since. Then you are asked first.
    """
    from whautomate_core.client.once import made_id

    with said():
        book = _book(context, state)
        found = [claim for claim in (*book.open(account), *book.confirmed(account)) if claim.key == key]
        claim = _only(
            found or [claim for claim in book.settled(key, account) if _is_looked_up(claim)],
            "open or confirmed",
            "`whautomate claims` lists the open ones, `whautomate claims --confirmed` the others",
        )
        if claim.settled:
            agreed(
                f"{claim.what} made {made_id(claim)} at {utc_time(claim.made_at)}. The next run makes another one if "
                "it does not find it. Did you see in Whautomate that it is gone?",
                yes,
            )
        book.release(claim.account, key, made_by=claim.made_by)
    again = "makes it again if it is missing" if claim.settled else "sends it again"
    typer.echo(f"released: the next run of {key} {again}")


@app.command()
def confirm(context: typer.Context, key: Key, account: OfAccount = None, state: Where = None) -> None:
    """Say that it happened, because you saw it in Whautomate. It stays claimed, and is no longer listed as open."""
    with said():
        book = _book(context, state)
        found = [claim for claim in book.open(account) if claim.key == key]
        claim = _only(found, "open", "`whautomate claims` lists the keys there are")
        book.confirm(claim.account, key)
    typer.echo(f"confirmed: {key} is not sent again, and no longer listed")


def _book(context: typer.Context, state: str | None) -> Claims:
    from whautomate_core.state import open_existing

    return open_existing(state or context.obj).claims


def _is_looked_up(claim: Claim) -> bool:
    """Whether a settled claim made a record that is looked up before it is made again, and that concerns no person.

    What messaged, booked or created somebody is never among them.
    """
    from whautomate_core.api.registry import BY_REQUEST
    from whautomate_core.client.once import made_id

    endpoint = BY_REQUEST.get(claim.what)
    concerns_nobody = endpoint is not None and endpoint.once and endpoint.act is None
    return concerns_nobody and not claim.payload and made_id(claim) is not None


def _only(found: list[Claim], kinds: str, lists: str) -> Claim:
    """The one claim that was found. Raises `ConfigurationError` if it is not one."""
    if len(found) > 1:
        accounts = ", ".join(claim.account for claim in found)
        raise ConfigurationError(f"several accounts have this key: name one with --account: {accounts}")
    if not found:
        raise ConfigurationError(f"no {kinds} claim has this key: {lists}")
    return found[0]
