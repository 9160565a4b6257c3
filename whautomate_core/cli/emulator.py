"""`whautomate emulator`: serves a stand-in for the vendor's API."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

import typer


def emulator(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8787,
    key: Annotated[str, typer.Option(help="The API key it accepts.")] = "emulator-key",
    file: Annotated[
        Path | None,
        typer.Option(help="Keep the data in this file. Without it, the data is gone when the emulator stops."),
    ] = None,
    behaviour: Annotated[
        list[str] | None,
        typer.Option(
            help="Behaviour where the vendor's documents leave it open, as NAME=VALUE. An unknown NAME lists all names."
        ),
    ] = None,
    templates: Annotated[
        str | None,
        typer.Option(
            help="The templates of the account, as spring_sale:en,reminder:de; all others are refused. The number of "
            "values that each part takes may follow: spring_sale:en:marketing:0/2/1 (header, body, buttons). By "
            "default every template is accepted."
        ),
    ] = None,
) -> None:
    """Serve a stand-in for the vendor's API on this machine, to try pipelines offline.

    Where the documents leave the behaviour open, the default is the inconvenient one. GET /_emulator/requests shows
    the requests that arrived.
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
