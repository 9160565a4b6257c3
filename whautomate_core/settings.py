"""The optional settings of an account: what there are, what each means, and what it may be.

The fields of a Prefect block, the connection form of Airflow, `--set` on the terminal and
docs/reference/settings.md come from the one model here (`scripts/make_settings.py` writes the form and the
document's table).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError, WithJsonSchema

from whautomate_core.errors import ConfigurationError, InvalidRequest
from whautomate_core.values.cells import truth
from whautomate_core.values.confidential import hides_arguments, raise_alone
from whautomate_core.values.phones import recipient

T = TypeVar("T")
Plan = Literal["trial", "subscribed"]
Sends = Literal["on", "listed", "off"]

MOST_LAG = 600.0
"""The largest `list_lag`, in seconds."""


def _one_of(value: T, *known: str) -> T | None:
    if value == "":  # an empty field of a form
        return None
    if value is not None and value not in known:
        raise ValueError(f"must be {', '.join(known[:-1])} or {known[-1]}, not {value!r}")
    return value


def _text(value: Any) -> Any:
    return value if value is None else str(value)


def _flag(value: Any) -> Any:
    said = truth(value)
    if said is None:
        raise ValueError("must be true or false")
    return said


def _positive(value: Any) -> Any:
    try:
        number = None if value is None else int(value)
    except (TypeError, ValueError):
        number = 0
    if number is not None and number < 1:
        raise ValueError("must be a whole number of at least 1")
    return number


def _seconds(value: Any) -> Any:
    try:
        number = None if value is None else float(value)
    except (TypeError, ValueError):
        number = -1.0
    if isinstance(value, bool) or (number is not None and not 0 <= number <= MOST_LAG):
        raise ValueError(f"must be a number of seconds from 0 to {MOST_LAG:.0f}")
    return number


def _address(value: Any) -> Any:
    """Refuse what can't be the address of a state database, without showing it: it may hold a password."""
    kind, separator, _ = str(_shown(value) or "").strip().partition("://")
    if not kind or (separator and kind.partition("+")[0] in ("sqlite", "postgresql", "postgres")):
        return value
    named = f", not {kind}" if separator and re.fullmatch(r"[a-z0-9+]+", kind) else ""
    raise ValueError(f"must be sqlite:////path or postgresql://user:password@host/database{named}")


def _on_call(value: Any) -> Any:
    """Refuse numbers without their country code, as an alert would."""
    try:
        for one in names(value):
            recipient("on_call", one)
    except InvalidRequest:
        raise ValueError(
            "has a number without its country code: write it like +4915123456789, without 00 before it, and without "
            "the 0 that callers within the country dial"
        ) from None
    return value


_OPTIONAL_TEXT: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
_SECRET_TEXT: dict[str, Any] = {
    "anyOf": [{"type": "string", "format": "password", "writeOnly": True}, {"type": "null"}]
}

OneOfPlans = Annotated[Plan | None, BeforeValidator(lambda value: _one_of(value, *get_args(Plan)))]
OneOfSends = Annotated[Sends | None, BeforeValidator(lambda value: _one_of(value, *get_args(Sends)))]
Text = Annotated[str | None, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[Annotated[int, Field(ge=1)] | None, BeforeValidator(_positive)]
Seconds = Annotated[Annotated[float, Field(ge=0, le=MOST_LAG)] | None, BeforeValidator(_seconds)]
# Forms show a line of text; the extra of a connection may also hold a list, whose names may contain commas.
Names = Annotated[str | list[str] | None, WithJsonSchema(_OPTIONAL_TEXT)]
Address = Annotated[SecretStr | None, BeforeValidator(_address)]
SecretNames = Annotated[SecretStr | list[SecretStr] | None, WithJsonSchema(_SECRET_TEXT)]


class Settings(BaseModel):
    """The settings, in the order of the forms. All are optional. Those that may hold a password or people's numbers
    are `SecretStr`, so that no repr, error or log shows them."""

    plan: OneOfPlans = Field(
        default=None,
        title="Plan",
        description="Your plan: trial (60 requests a minute, 100 a day) or subscribed (300 and 432,000). If empty, "
        "trial limits apply.",
    )
    location_id: Text = Field(
        default=None,
        title="Location",
        description="Id of the location that jobs (sync, segments, bookings, broadcasts) use if they name none. The "
        "step list_locations shows the ids; so does Test in Airflow's connection form while this is empty.",
    )
    account: Text = Field(
        default=None,
        title="Account",
        description="Any name for the account. Connections and blocks with the same name share its limits, so name it "
        "if you have several keys or connections for one account.",
    )
    requests_per_minute: Count = Field(
        default=None,
        title="Requests per minute",
        description="Your own limit, if your contract has one. Set requests per day as well.",
    )
    requests_per_day: Count = Field(
        default=None,
        title="Requests per day",
        description="Your own limit, if your contract has one. Set requests per minute as well.",
    )
    burst: Count = Field(
        default=None,
        title="Burst",
        description="How many requests the server takes at once, if you know that it has a token bucket. Then requests "
        "go at an even pace. If empty, the account learns that by itself.",
    )
    state: Address = Field(
        default=None,
        title="State",
        description="Database that counts requests and remembers what was sent. For several machines: "
        "postgresql://..., or in Airflow the id of a PostgreSQL connection. If empty, a SQLite file of the user on "
        "this machine; sqlite:////path names another.",
    )
    state_shared: Flag = Field(
        default=False,
        title="State is shared",
        description="All workers (in Airflow also all triggerers) share the SQLite file, even if the executor or work "
        "pool could use several machines.",
    )
    opt_out_tags: Names = Field(
        default=None,
        title="Opt-out tags",
        description="Tags of people who opted out, separated by commas. If empty: Unsubscribe.",
    )
    sends: OneOfSends = Field(
        default=None,
        title="Sends",
        description="Who may be messaged: on (everybody), listed (only the people and segments in Listed) or off "
        "(nobody). If empty: on.",
    )
    listed: SecretNames = Field(
        default=None,
        title="Listed",
        description="If Sends is listed: phone numbers, and names or ids of segments, separated by commas.",
    )
    max_recipients: Count = Field(
        default=None,
        title="Most recipients",
        description="The most people that one broadcast may reach. Counting them reads all contacts.",
    )
    on_call: Annotated[SecretNames, BeforeValidator(_on_call)] = Field(
        default=None,
        title="On call",
        description="Who gets the alerts of pipelines that name nobody else: phone numbers with country code, "
        "or ids of contacts, separated by commas.",
    )
    list_lag: Seconds = Field(
        default=None,
        title="List lag",
        description="Seconds until a new record shows in lists; a sync may wait that long. If empty: 30.",
    )
    proxy: SecretStr | None = Field(
        default=None, title="Proxy", description="Proxy for all requests, such as http://proxy.example:3128."
    )
    ca_bundle: Text = Field(
        default=None,
        title="CA bundle",
        description="File of certificate authorities to trust instead of the usual ones.",
    )
    show_server_messages: Flag = Field(
        default=False,
        title="Show server messages",
        description="Show the server's own error messages in errors and logs. They may quote people's names, numbers "
        "and messages: what was sent is blacked out where it is recognised, and the rest is not. If empty: off.",
    )
    allow_http: Flag = Field(
        default=False,
        title="Allow plain http",
        description="Allow a host that starts with http:// and isn't this machine. The API key then travels "
        "unencrypted.",
    )


NAMES: tuple[str, ...] = tuple(Settings.model_fields)
"""The names of the settings, in the order of the forms."""

MASKED = ("state", "proxy")
"""Settings that forms show as dots, because they may hold a password."""

ADVANCED = ("burst", "state_shared", "list_lag", "proxy", "ca_bundle", "show_server_messages", "allow_http")
"""Settings that few accounts need."""


def unknown_setting(name: str, known: Iterable[str] = NAMES) -> str:
    """What to say of a setting that doesn't exist: the nearest one, else all of them."""
    known = list(known)
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"unknown setting {name!r}; " + (f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(known)}")


@hides_arguments
def read_settings(given: Mapping[str, Any] | None) -> Settings:
    """Read what a connection, a block or a terminal holds. None and "" count as unset.

    Raises `ConfigurationError` that names the setting and says what it may be; never with a value that is secret.
    """
    held = {name: value for name, value in (given or {}).items() if _shown(value) not in (None, "")}
    for name in held:
        if name not in NAMES:
            raise ConfigurationError(unknown_setting(name))
    try:
        return Settings.model_validate(held)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        said = ConfigurationError(f"{first['loc'][0]} {first['msg'].removeprefix('Value error, ')}")
    raise_alone(said)


def names(value: str | SecretStr | Iterable[str | SecretStr] | None) -> tuple[str, ...]:
    """Names apart, given as a list or as text with commas between them."""
    shown = _shown(value)
    parts = shown.split(",") if isinstance(shown, str) else [_shown(one) for one in shown or ()]
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _shown(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
