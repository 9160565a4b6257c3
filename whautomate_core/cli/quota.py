"""`whautomate quota`: the requests that each account has left."""

from __future__ import annotations

import time

import typer

from whautomate_core.cli.terminal import State, said, utc_time


def quota(state: State = None) -> None:
    """Show the requests that each account has left, whether its sends are stopped, any pause, and which process asked
    last."""
    from whautomate_core.state import open_existing

    with said():
        opened = open_existing(state)
        usages = opened.usages()
        stops = {stop.account: stop for stop in opened.stops.stopped()}
    for usage in usages:
        left = ", ".join(f"{left} of {count} {_span(seconds)}" for left, count, seconds in usage.remaining)
        typer.echo(f"{usage.account}\n  left: {left}")
        if stop := stops.get(usage.account):
            typer.echo(f"  sends: stopped since {utc_time(stop.at)} ({stop.made_by})")
        if usage.paused_for:
            why = "Whautomate says the day's requests are used up" if usage.is_spent else "the server answered 429"
            typer.echo(f"  paused: until {_due(usage.paused_for)}, because {why}")
        if usage.paced:
            typer.echo(f"  {usage.paced.in_words()}")
        typer.echo(f"  next request: {_due(usage.next_permit_in) if usage.next_permit_in else 'may be sent now'}")
        host, _, pid = usage.asked_by.rpartition(":")
        typer.echo(f"  last request: by process {pid} on {host}")
    if not usages:
        typer.echo("no account has made a request yet")


def _span(seconds: float) -> str:
    return {60.0: "a minute", 86_400.0: "a day"}.get(seconds, f"per {seconds:g} s")


def _due(wait: float) -> str:
    """A time by the clock of this machine, which may differ from the pool's."""
    return f"{utc_time(time.time() + wait)} (in {wait:,.0f} s)"
