"""The command `whautomate`, and its subcommands."""

from __future__ import annotations

import typer

from whautomate_core.cli import call, claims, doctor, emulator, people, quota, state, stops, sync
from whautomate_core.cli.terminal import warn_of_unknown_variables

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.command()(sync.sync)
app.command(**call.TAKES_WHAT_THE_ENDPOINT_TAKES)(call.call)
app.command()(doctor.doctor)
app.command()(quota.quota)
app.command()(stops.stop_sends)
app.command()(stops.resume_sends)
app.add_typer(claims.app, name="claims")
app.add_typer(people.app, name="people")
app.add_typer(state.app, name="state")
app.command()(emulator.emulator)


@app.callback()
def whautomate() -> None:
    """Whautomate from a terminal."""
    warn_of_unknown_variables()
