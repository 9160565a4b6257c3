"""The command `whautomate`: what is done from a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)


@app.callback()
def whautomate() -> None:
    """Whautomate from a terminal."""


@app.command()
def emulator(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8787,
    key: Annotated[str, typer.Option(help="The API key it accepts.")] = "emulator-key",
    file: Annotated[Path | None, typer.Option(help="Keep everything in this file; else it is gone at the end.")] = None,
    stance: Annotated[
        list[str] | None, typer.Option(help="How it behaves where the vendor's documents are open, as NAME=VALUE.")
    ] = None,
) -> None:
    """Serve a stand-in for the vendor's API on this machine, to try pipelines offline.

    Its defaults are the inconvenient answers to what the documents leave open. GET /_emulator/requests shows what
    arrived.
    """
    try:
        from whautomate_core.emulator import create_app, serve, stances_from
    except ImportError as error:
        raise typer.BadParameter(
            f'{error.name} is missing: pip install "whautomate-pipelines[emulator]"', param_hint="emulator"
        ) from None
    try:
        stances = stances_from(dict(_setting(text) for text in stance or []))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--stance") from None
    try:
        serve(
            create_app(stances, key=key, path=str(file) if file else ":memory:"),
            port=port,
            ready=lambda url: typer.echo(f"serving at {url} for the key {key}; Ctrl-C stops it"),
        )
    except OSError as error:
        raise typer.BadParameter(f"port {port} can't be had: {error.strerror}", param_hint="--port") from None


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
