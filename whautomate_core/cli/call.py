"""`whautomate call`: any endpoint from a terminal, with the arguments of its function as options."""

from __future__ import annotations

import difflib
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from whautomate_core.api.call import Call, summary, watched
from whautomate_core.api.endpoint import Endpoint
from whautomate_core.api.lines import endpoint_line
from whautomate_core.api.registry import BY_NAME
from whautomate_core.cli.terminal import Host, Settings, Yes, account_from_environment, agreed, said
from whautomate_core.client.client import Client
from whautomate_core.client.once import send_once
from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.rows.files import write_records
from whautomate_core.state.claims import Claim

TAKES_WHAT_THE_ENDPOINT_TAKES: Any = {
    "context_settings": {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
}


def call(context: typer.Context) -> None:
    """Call an endpoint, such as contacts.list_contacts --filters '{"tags": "vip"}'. Without a name: list them all."""
    name, *arguments = context.args or [""]
    with said():
        if name in ("", "--help", "-h") or "." not in name:
            _overview(None if name.startswith("-") or not name else name)
            return
        endpoint = find_endpoint(name)
        # A command for this endpoint alone, so that only its own signature is read.
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        alone.command(help=inspect.getdoc(endpoint.function))(_command(name, endpoint))
        alone(arguments, prog_name=f"{context.command_path} {name}")


def find_endpoint(name: str) -> Endpoint:
    """The endpoint named like `contacts.list_contacts`. Raises `ConfigurationError` that suggests similar names."""
    if name not in BY_NAME:
        nearest = difflib.get_close_matches(name, BY_NAME, n=3, cutoff=0.5)
        raise ConfigurationError(
            f"there is no endpoint {name!r}; "
            + (f"did you mean {' or '.join(nearest)}?" if nearest else "`whautomate call` lists them")
        )
    return BY_NAME[name]


def _overview(resource: str | None) -> None:
    resources = list(dict.fromkeys(one.resource for one in BY_NAME.values()))
    if resource is not None and resource not in resources:
        nearest = difflib.get_close_matches(resource, resources, n=1) or resources
        raise ConfigurationError(f"there is no resource {resource!r}; there are {', '.join(nearest)}")
    typer.echo("usage: whautomate call RESOURCE.FUNCTION [OPTIONS]; --help of one shows its options")
    width = max(map(len, BY_NAME))
    for one in resources if resource is None else [resource]:
        typer.echo("")
        for name, endpoint in BY_NAME.items():
            if endpoint.resource == one:
                typer.echo(f"{name:{width}}  {(inspect.getdoc(endpoint.function) or '').partition(' (`')[0]}")


def _command(name: str, endpoint: Endpoint) -> Callable[..., None]:
    """The function that typer turns into a command: the endpoint's own arguments, and those that every call has."""
    hints, parameters = endpoint.arguments, inspect.signature(endpoint.function).parameters

    def command(
        host: str | None,
        settings: list[str] | None,
        max_records: int | None,
        output: str | None,
        key: str | None,
        yes: bool,
        **given: Any,
    ) -> None:
        with said():
            arguments = {one: _value(one, hints[one], text) for one, text in given.items() if text is not None}
            made = endpoint.function(**arguments)
            if key is not None and not endpoint.once:
                raise ConfigurationError("--key is for calls that must happen once; this call may be repeated")
            if max_records is not None and not endpoint.lists:
                raise ConfigurationError("--max-records is for lists")
            account = account_from_environment(host, settings)
            if endpoint.once:
                agreed(f"{made.method} {made.path} is sent once and never repeated automatically. Send it?", yes)
            # Somebody waits at the terminal: a longer wait is an error that says when the next permit is due.
            with Client(account, max_wait=LONGEST_WAIT) as client:
                records = _records(client, endpoint, made, key, max_records)
                if output not in (None, "-"):
                    write_records(str(output), records)
                    return
                for record in records:
                    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")

    own = [_option(one, hints[one.name]) for one in parameters.values()]
    # The arguments are known at run time only, and typer reads them from a signature.
    command.__signature__ = inspect.Signature([*own, *_COMMON])  # type: ignore[attr-defined]
    command.__annotations__ = {one.name: one.annotation for one in [*own, *_COMMON]}
    command.__name__ = name
    return command


def _records(client: Client, endpoint: Endpoint, call: Call[Any], key: str | None, most: int | None) -> Iterator[Any]:
    if endpoint.lists:
        left = most
        for page in client.pages(call):
            yield from page if left is None else page[:left]
            left = None if left is None else left - len(page)
            if left is not None and left <= 0:
                return
    elif key is not None:
        earlier: list[Claim] = []
        stored, _ = send_once(client, key, call, lambda answer: summary(call, answer), met=earlier.append)
        yield stored
        typer.echo(endpoint_line(call, stored, earlier=earlier[0].origin if earlier else None), err=True)
    else:
        call, did = watched(call)
        answer = client.send(call)
        yield answer
        if not endpoint.reads:
            typer.echo(endpoint_line(call, summary(call, answer), did=did()), err=True)


LONGEST_WAIT = 60.0
"""Seconds that the command waits for a permit."""

_FLAGS = {
    "allow_protected": "Also apply to opted-out people. Set it only after a deliberate human decision.",
    "overwrite": "Send the body alone instead of merging it into the existing record.",
}


def _option(parameter: inspect.Parameter, hint: Any) -> inspect.Parameter:
    """A parameter of an endpoint as an option: ids are text, tags are repeated, dicts are JSON."""
    required = parameter.default is inspect.Parameter.empty
    flag = "--" + parameter.name.strip("_").replace("_", "-")
    if hint is bool:
        return _parameter(parameter.name, bool, typer.Option(flag, help=_FLAGS[parameter.name]), False)
    if hint is str:
        return _parameter(parameter.name, str, typer.Option(flag), ... if required else None)
    if hint == list[str]:
        names = typer.Option(flag, help="One name; repeat it for several.", callback=_no_json)
        return _parameter(parameter.name, list[str], names, ...)
    shape = next((one for one in (hint, *get_args(hint)) if is_typeddict(one)), None)
    what = f"JSON, or @FILE with the JSON: {_fields(shape) if shape else 'fields that the check does not know'}"
    kind = str if required else str | None
    return _parameter(parameter.name, kind, typer.Option(flag, metavar="JSON", help=what), ... if required else None)


def _no_json(names: list[str]) -> list[str]:
    """Refuse JSON where one name is expected: it would become a tag of that name."""
    if any(name.lstrip().startswith("[") for name in names):
        raise typer.BadParameter("give one name, not JSON; repeat the option for several names")
    return names


def _parameter(name: str, kind: Any, option: Any, default: Any) -> inspect.Parameter:
    default = inspect.Parameter.empty if default is ... else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def _fields(record: Any) -> str:
    """The fields of a record; required ones have an asterisk."""
    required = TypeAdapter(record).json_schema().get("required", [])
    return ", ".join(f"{name}*" if name in required else name for name in get_type_hints(record))


_COMMON = [
    inspect.Parameter("host", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Host),
    inspect.Parameter("settings", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Settings),
    _parameter(
        "max_records",
        int | None,
        typer.Option("--max-records", min=1, help="Read at most this many records of a list; defaults to all."),
        None,
    ),
    _parameter(
        "output",
        str | None,
        typer.Option(
            "--output", metavar="FILE", help="Write the records to a file, JSON lines or .parquet; - prints them."
        ),
        None,
    ),
    _parameter(
        "key",
        str | None,
        typer.Option(
            "--key",
            help="For calls that must happen once: under one key the call is sent once, however often you run this.",
        ),
        None,
    ),
    inspect.Parameter("yes", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Yes),
]


def _value(name: str, hint: Any, given: Any) -> Any:
    """The value of an option. Raises `InvalidRequest` that names the option."""
    if hint in (bool, str) or hint == list[str]:
        return given
    text, flag = str(given), "--" + name.strip("_").replace("_", "-")
    if text.startswith("@"):
        try:
            text = sys.stdin.read() if text == "@-" else Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequest(f"{flag}: the file can't be read ({type(error).__name__})") from None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidRequest(f"{flag} is not JSON{where}; in a shell, put single quotes around it") from None
