"""What all commands use: the account, errors as one sentence, a question before something happens."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from whautomate_core.account import HOSTS, KEY_VARIABLE, Account, account_from_settings
from whautomate_core.errors import ConfigurationError, WhautomateError
from whautomate_core.settings import NAMES

if TYPE_CHECKING:
    from whautomate_core.state import State as OpenState

Host = Annotated[
    str | None, typer.Option(help="Host of the API, as Integrations > REST API shows it [WHAUTOMATE_HOST].")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A setting such as plan=subscribed; repeat it for several [WHAUTOMATE_PLAN].",
    ),
]
State = Annotated[
    str | None,
    typer.Option(
        "--state",
        envvar="WHAUTOMATE_STATE",
        help="State database: sqlite:////path or postgresql://...; defaults to your own file.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def account_from_environment(host: str | None = None, settings: Sequence[str] | None = None) -> Account:
    """The account that a command works on.

    The key is `WHAUTOMATE_KEY`, or asked for, because the list of processes shows arguments. The settings are those of
    `whautomate_core.settings.Settings`, each as `NAME=VALUE` in `settings` or as `WHAUTOMATE_<NAME>`; the former wins.

    Raises: `ConfigurationError` that names what is missing and where to put it.
    """
    given: dict[str, str | None] = {name: os.environ.get(f"WHAUTOMATE_{name.upper()}") for name in NAMES}
    for text in settings or ():
        name, separator, value = text.partition("=")
        if name == "key":
            raise ConfigurationError(
                "the key can't be an argument, because other users see arguments in ps: put it into WHAUTOMATE_KEY"
            )
        if not separator:
            raise ConfigurationError(f"--set takes NAME=VALUE, such as plan=subscribed, not {name!r}")
        given[name] = value
    host = host or os.environ.get("WHAUTOMATE_HOST")
    if not host:
        raise ConfigurationError(f"the host is missing: give it with --host or WHAUTOMATE_HOST: {HOSTS}")
    key = os.environ.get("WHAUTOMATE_KEY")
    if not key:
        if not _is_person_there():
            raise ConfigurationError("the API key is missing: put it into WHAUTOMATE_KEY")
        key = typer.prompt("API key", hide_input=True, err=True)
    return account_from_settings(host, key, given, key_field=KEY_VARIABLE)


_VARIABLES = ("HOST", "KEY", "HOME", *map(str.upper, NAMES))
_OTHERS = ("_", "DEMO_", "TEST_")
"""Beginnings of variables that the examples and tests of this package read."""


def warn_of_unknown_variables() -> None:
    """Print a warning for each variable `WHAUTOMATE_...` that no command reads, because it may be misspelt.

    It is no error, since other programs may have such variables too.
    """
    for variable in sorted(os.environ):
        prefix, _, name = variable.partition("_")
        if prefix.upper() != "WHAUTOMATE" or name.startswith(_OTHERS):
            continue
        if prefix != prefix.upper() or name not in _VARIABLES:
            nearest = difflib.get_close_matches(name.upper(), _VARIABLES, n=1)
            meant = f"did you mean WHAUTOMATE_{nearest[0]}?" if nearest else "no setting has this name"
            typer.echo(f"warning: the environment variable {variable} is ignored: {meant}", err=True)


def open_or_make(state: str | SecretStr | None) -> OpenState:
    """A state database, for what may come before anything else. Prints a warning if a new file was made, because the
    path may be a wrong one."""
    from whautomate_core.state import missing_file, open_state

    path = missing_file(state)
    opened = open_state(state)
    if path is not None:
        typer.echo(
            f"warning: there was no state file at {path}, so a new one was made. Steps that use another state database "
            "know nothing of this: give theirs as --state or WHAUTOMATE_STATE, or its folder as WHAUTOMATE_HOME",
            err=True,
        )
    return opened


@contextmanager
def said() -> Iterator[None]:
    """Print our errors as one sentence instead of a traceback, and exit with 1."""
    try:
        yield
    except WhautomateError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


def agreed(question: str, yes: bool) -> None:
    """Ask whether to continue, unless `--yes` was given. Exits if the answer is no, or nobody can answer."""
    if yes:
        return
    require_person(question)
    typer.confirm(question, abort=True, err=True)


def require_person(question: str) -> None:
    """Raise `ConfigurationError` if there is no terminal to ask on."""
    if not _is_person_there():
        raise ConfigurationError(f"{question} There is no terminal to ask on: add --yes to continue.")


def _is_person_there() -> bool:
    return sys.stdin.isatty()


def utc_time(seconds: float) -> str:
    """A time in seconds since the epoch, as "2026-03-01 19:20:00 UTC"."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
