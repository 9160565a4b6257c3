"""The command `whautomate`: what is done from a terminal."""

from __future__ import annotations

import errno
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from whautomate_core.cli import call, doctor, people, state, stops, sync
from whautomate_core.cli.terminal import State
from whautomate_core.cli.terminal import said as _said
from whautomate_core.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.command()(doctor.doctor)
app.command(**call.TAKES_WHAT_THE_ENDPOINT_TAKES)(call.call)
app.command()(sync.sync)
app.command()(stops.stop_sends)
app.command()(stops.resume_sends)
app.add_typer(people.app, name="people")
app.add_typer(state.app, name="state")


@app.callback()
def whautomate() -> None:
    """Whautomate from a terminal."""


@app.command()
def emulator(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8787,
    key: Annotated[str, typer.Option(help="The API key it accepts.")] = "emulator-key",
    file: Annotated[
        Path | None, typer.Option(help="Keep everything in this file; without it, nothing outlives the process.")
    ] = None,
    behaviour: Annotated[
        list[str] | None,
        typer.Option(
            help="How it behaves where the vendor's documents are open, as NAME=VALUE; an unknown NAME lists them."
        ),
    ] = None,
    templates: Annotated[
        str | None,
        typer.Option(help="Names of the approved templates, as a,b: any other is refused. Unset: any name will do."),
    ] = None,
) -> None:
    """Serve a stand-in for the vendor's API on this machine, to try pipelines offline.

    Its defaults are the inconvenient answers to what the documents leave open. GET /_emulator/requests shows what
    arrived.
    """
    try:
        from whautomate_core.emulator import behaviour_from, create_app, serve
    except ImportError as error:
        raise typer.BadParameter(
            f'{error.name} is missing: pip install "whautomate-pipelines[emulator]"', param_hint="emulator"
        ) from None
    try:
        values = dict(_setting(text) for text in behaviour or [])
        if templates is not None:
            values["templates"] = [name.strip() for name in templates.split(",") if name.strip()]
        chosen = behaviour_from(values)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--behaviour") from None
    try:
        served = create_app(chosen, key=key, path=str(file) if file else ":memory:")
    except (OSError, ValueError) as error:
        says = error if isinstance(error, ValueError) else f"{file} can't be written: {error.strerror}"
        raise typer.BadParameter(str(says), param_hint="--file") from None
    try:
        serve(
            served,
            port=port,
            ready=lambda url: typer.echo(f"serving at {url} for the key {key}; Ctrl-C stops it"),
        )
    except OSError as error:
        says = f"port {port} can't be opened: {error.strerror}"
        if error.errno == errno.EADDRINUSE:
            says = (
                f"port {port} is in use, perhaps by another emulator: use --port {port + 1}, and that address as the "
                "host"
            )
        raise typer.BadParameter(says, param_hint="--port") from None


@app.command()
def quota(state: State = None) -> None:
    """What is left of each account's requests, until when it is paused, and who asked last."""
    from whautomate_core.state import open_state

    with _said():
        usages = open_state(state).usages()
    for usage in usages:
        left = ", ".join(f"{left} of {count} {_span(seconds)}" for left, count, seconds in usage.remaining)
        typer.echo(f"{usage.account}\n  left: {left}")
        if usage.paused_for:
            typer.echo(f"  paused: until {_due(usage.paused_for)}, since the server said 429")
        typer.echo(f"  next request: {_due(usage.next_permit_in) if usage.next_permit_in else 'may go now'}")
        host, _, pid = usage.asked_by.rpartition(":")
        typer.echo(f"  last request: by process {pid} on {host}")
    if not usages:
        typer.echo("no account has asked for a request yet")


claims = typer.Typer(no_args_is_help=False, help="Sends that were begun and whose outcome nobody knows.")
app.add_typer(claims, name="claims")


@claims.callback(invoke_without_command=True)
def list_claims(context: typer.Context, state: State = None) -> None:
    """Sends that were begun and whose outcome nobody knows, oldest first."""
    from whautomate_core.state import open_state

    context.obj = state
    if context.invoked_subcommand is not None:
        return
    with _said():
        found = open_state(state).claims.open()
    for claim in found:
        typer.echo(
            f"{claim.key}\n  {claim.what}, account {claim.account}, begun {_time(claim.made_at)} by {claim.made_by}"
        )
    if not found:
        typer.echo("no open claims")


@claims.command()
def release(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The key, as `whautomate claims` shows it.")],
    account: Annotated[str | None, typer.Option(help="The account, where several have the key.")] = None,
) -> None:
    """Let the next run send it again: you have looked at Whautomate, and it has not happened."""
    from whautomate_core.state import open_state

    with _said():
        book = open_state(context.obj).claims
        accounts = [claim.account for claim in book.open(account) if claim.key == key]
        if len(accounts) != 1:
            raise ConfigurationError(
                "no open claim has this key: `whautomate claims` lists them"
                if not accounts
                else f"several accounts have this key, name one by --account: {', '.join(accounts)}"
            )
        book.release(accounts[0], key)
    typer.echo(f"released: the next run of {key} sends it")


def _span(seconds: float) -> str:
    return {60.0: "a minute", 86_400.0: "a day"}.get(seconds, f"per {seconds:g} s")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _due(wait: float) -> str:
    """By the clock of this machine, which need not be the pool's."""
    return f"{_time(time.time() + wait)} (in {wait:,.0f} s)"


def _setting(text: str) -> tuple[str, object]:
    name, separator, value = text.partition("=")
    if not separator:
        raise ValueError(f"{text!r} is not NAME=VALUE")
    for kind in (int, float):
        try:
            return name, kind(value)
        except ValueError:
            continue
    return name, {"true": True, "false": False}.get(value.lower(), value)
