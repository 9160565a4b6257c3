"""`whautomate emulator`: serves a stand-in for the vendor's API."""

from __future__ import annotations

import contextlib
import errno
import itertools
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # the extra `emulator` may be missing
    from whautomate_core.emulator import Behaviour


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
            help="Behaviour where the vendor's documents leave it open, as NAME=VALUE. --list-behaviours shows all."
        ),
    ] = None,
    list_behaviours: Annotated[
        bool, typer.Option("--list-behaviours", help="List the behaviours with their values and defaults, and exit.")
    ] = False,
    plan: Annotated[
        str | None,
        typer.Option(help="Plan whose limits apply: trial (60 a minute, 100 a day) or subscribed (300 and 432,000)."),
    ] = None,
    limits: Annotated[
        str | None, typer.Option(help="Limits of your own, as REQUESTS/SECONDS: 60/60,100/86400.")
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
        from whautomate_core.emulator import create_app, serve
    except ImportError as error:
        raise typer.BadParameter(
            f'{error.name} is missing: pip install "whautomate-pipelines[emulator]"', param_hint="emulator"
        ) from None
    if list_behaviours:
        typer.echo("\n".join(_listed()))
        return
    chosen = _chosen(behaviour or [], plan, limits, templates)
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


def _chosen(behaviour: list[str], plan: str | None, limits: str | None, templates: str | None) -> Behaviour:
    """The behaviour that the options ask for. Raises `BadParameter`, which names the option."""
    from whautomate_core.emulator import PLANS, behaviour_from

    if plan is not None and limits is not None:
        raise typer.BadParameter("a plan has its own limits: give one of the two", param_hint="--limits")
    if plan is not None and plan not in PLANS:
        raise typer.BadParameter(f"the plan is {' or '.join(PLANS)}, not {plan!r}", param_hint="--plan")
    options: dict[str, object] = {"limits": PLANS[plan] if plan else limits, "templates": templates}
    options = {name: value for name, value in options.items() if value is not None}
    for name, value in options.items():
        with _blamed_on(f"--{name}"):
            behaviour_from({name: value})
    with _blamed_on("--behaviour"):
        return behaviour_from({**dict(_setting(text) for text in behaviour), **options})


@contextlib.contextmanager
def _blamed_on(option: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _listed() -> Iterator[str]:
    """Every behaviour with its default, its other values and what it means, by topic, in 80 columns."""
    from whautomate_core.emulator import all_questions

    for topic, several in itertools.groupby(all_questions(), key=lambda one: one.topic):
        yield f"{topic}:"
        for one in several:
            yield from _lines(f"{one.name}={one.default}  ({one.others})", 2)
            yield from _lines(one.asks, 6)
        yield ""
    yield "Questions are about the vendor: each default is the inconvenient answer."
    yield "The reasons and the evidence are in docs/reference/vendor.md."


def _lines(text: str, indent: int) -> list[str]:
    return textwrap.wrap(text, 80, initial_indent=" " * indent, subsequent_indent=" " * 6, break_on_hyphens=False)


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
