"""An account: where it is, its key, and what it may do. Built from a connection or block by one pure function."""

from __future__ import annotations

import difflib
import hashlib
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError, PolicyRefused
from whautomate_core.policy import Policy, policy_from_settings
from whautomate_core.values.confidential import hides_arguments, raise_alone
from whautomate_core.values.limits import Limits
from whautomate_core.values.redaction import check_proxy

PLANS = {"trial": Limits.trial(), "subscribed": Limits.subscribed()}
LIST_LAG = 30.0
"""Seconds for which a new record may be in no list, where nobody says: how long it takes is not documented."""
MOST_LAG = 600.0
HOSTS = "https://api.whautomate.com, or https://api.in.whautomate.com for India"


@dataclass(frozen=True)
class Account:
    """What a client needs to know. What is secret shows in no repr, also where that of a frame's locals is logged."""

    host: str
    """`https://...` without a path."""
    key: SecretStr
    id: str
    """Names the pool of requests: the connection's `account`, else a hash of host and key."""
    limits: Limits
    name: str | None = None
    """What people call it: the connection's `account`."""
    plan: str | None = None
    """The plan that the limits are of; None where they are the account's own, or assumed."""
    limits_assumed: bool = False
    """Whether nobody said what the limits are, so that a trial's are taken."""
    location_id: str | None = None
    """Location of new records where a step names none."""
    state: SecretStr | None = None
    """URL of the state database; None is the user's SQLite file. Secret, since it may hold a password."""
    state_shared: bool = False
    """Whether the SQLite file is known to be one for all workers."""
    proxy: SecretStr | None = None
    """Secret, since it may hold a password."""
    ca_bundle: str | None = None
    policy: Policy = field(default_factory=Policy)
    """What no caller may do by accident."""
    list_lag: float = field(default_factory=lambda: LIST_LAG)
    """Seconds for which a new record may be in no list."""
    show_server_messages: bool = False
    """Whether errors may hold the server's own words, which may quote people."""
    key_field: str = field(default="the API key", compare=False)
    """Where the key is set, as errors name it."""

    @property
    def state_is_sqlite(self) -> bool:
        """Whether the state is a file of SQLite, as it is where nobody says."""
        return self.state is None or self.state.get_secret_value().startswith("sqlite:")

    def require_location(self, location_id: str | None) -> str:
        """The location of new records: the step's, else the account's. Raises `ConfigurationError` without either."""
        if location := location_id or self.location_id:
            return location
        if self.key_field == KEY_VARIABLE:
            raise ConfigurationError(
                "location_id is missing: add --set location_id=… or set WHAUTOMATE_LOCATION_ID; `whautomate call "
                "locations.list_locations` lists the ids"
            )
        raise ConfigurationError(
            "location_id is missing: name the location of new records in the step, or once in the connection or block "
            "(the ids are what list_locations returns)"
        )


KEY_VARIABLE = "WHAUTOMATE_KEY"
"""Where the key of a terminal's account is set."""

SETTINGS = {
    "plan": "Your plan: trial (60 requests a minute, 100 a day) or subscribed (300 and 432,000). Unset: trial limits "
    "apply.",
    "location_id": "Id of the location that new records belong to, if a step names none. The step list_locations shows "
    "the ids; so does Test in Airflow's connection form while this is empty.",
    "account": "Any name for the account. Connections with the same name share its limits, so name it if you have "
    "several keys or connections for one account.",
    "requests_per_minute": "Your own limit, if your contract has one. Set requests per day as well.",
    "requests_per_day": "Your own limit, if your contract has one. Set requests per minute as well.",
    "state": "Database that counts requests and remembers what was sent: sqlite:////path, or postgresql://... for "
    "several machines. Unset: a SQLite file of the user.",
    "state_shared": "All workers share the SQLite file, even if the executor or work pool could use several machines.",
    "opt_out_tags": "Tags of people who opted out, separated by commas. Unset: Unsubscribe.",
    "sends": "Who may be messaged: on (everybody), listed (only the people and segments in Listed) or off (nobody). "
    "Unset: on.",
    "listed": "If Sends is listed: phone numbers, and names or ids of segments, separated by commas.",
    "max_recipients": "The most people that one broadcast may reach. Counting them reads all contacts.",
    "list_lag": "Seconds until a new record shows in lists. Unset: 30.",
    "proxy": "Proxy for all requests, such as http://proxy.example:3128.",
    "ca_bundle": "File of certificate authorities to trust instead of the usual ones.",
    "show_server_messages": "Show the server's own error messages in errors and logs. They may quote people's names, "
    "numbers and messages: what was sent is blacked out where it is recognised, and the rest is not. Unset: off.",
    "allow_http": "Allow a host that starts with http:// and isn't this machine. The API key then travels unencrypted.",
}
"""The optional settings of a connection or block, in the order of the form, with what each means."""


def unknown_setting(name: str, known: Iterable[str]) -> str:
    """What to say of a setting that there isn't: the nearest one, else all of them."""
    known = list(known)
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"unknown setting {name!r}; " + (f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(known)}")


SECRET_SETTINGS = ("state", "proxy", "listed")
"""Those that may hold a password, or people's numbers."""


def hidden(settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """The settings that are not empty, those of `SECRET_SETTINGS` so that no log of a frame's locals shows them."""
    return {
        name: SecretStr(value) if name in SECRET_SETTINGS and isinstance(value, str) else value
        for name, value in (settings or {}).items()
        if _shown(value) not in (None, "")
    }


@hides_arguments
def account_from_settings(
    host: str | None,
    key: str | SecretStr | None,
    settings: Mapping[str, Any] | None = None,
    *,
    key_field: str = "the API key",
) -> Account:
    """Build an account from what a connection or block holds; `settings` are those of `SETTINGS`, None is unset.

    Args:
        key_field: Where the key is set, as errors name it, such as `the password of connection 'x'`.

    Raises `ConfigurationError` that names the field and says what to do.
    """
    # From here on no local of this frame shows a secret.
    key, settings = SecretStr(str(_shown(key) or "").strip()), hidden(settings)
    for name in settings.keys() - SETTINGS.keys():
        raise ConfigurationError(unknown_setting(name, SETTINGS))
    if not key.get_secret_value():
        raise ConfigurationError(
            "the API key is missing: put it into the password of the connection (key of the block)"
        )
    if not _may_be_key(key.get_secret_value()):
        raise ConfigurationError(
            "the API key holds characters that no key has: copy it again from Integrations > REST API"
        )
    if proxy := settings.get("proxy"):
        check_proxy(proxy)
    base = _base_url(host, allow_http=_flag("allow_http", settings.get("allow_http", False)))
    hashed = hashlib.sha256(f"{base}\n{key.get_secret_value()}".encode()).hexdigest()[:16]
    return Account(
        host=base,
        key=key,
        id=str(settings.get("account") or hashed),
        limits=_limits(settings),
        name=str(settings["account"]) if settings.get("account") else None,
        plan=settings.get("plan") if "requests_per_minute" not in settings else None,
        state=settings.get("state"),
        state_shared=_flag("state_shared", settings.get("state_shared", False)),
        limits_assumed=not settings.keys() & {"plan", "requests_per_minute"},
        location_id=settings.get("location_id"),
        proxy=proxy,
        ca_bundle=settings.get("ca_bundle"),
        policy=policy_from_settings(settings),
        list_lag=_seconds("list_lag", settings.get("list_lag", LIST_LAG)),
        show_server_messages=_flag("show_server_messages", settings.get("show_server_messages", False)),
        key_field=key_field,
    )


def _shown(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _may_be_key(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _base_url(host: str | None, *, allow_http: bool) -> str:
    if not isinstance(host, str) or not host.strip():
        raise ConfigurationError(f"the host is missing: copy it from Integrations > REST API ({HOSTS})")
    host = host.strip()
    try:
        url = urlsplit(host if "://" in host else f"https://{host}")
        name, port = url.hostname, url.port
    except ValueError:
        raise_alone(ConfigurationError(f"the host can't be read as an address; expected {HOSTS}"))
    if url.username or url.password or url.query or url.fragment or not name:
        raise ConfigurationError(
            f"the host must be an address alone, without user, query or fragment; expected {HOSTS}"
        )
    if url.path.rstrip("/") not in ("", "/v1"):
        raise ConfigurationError(f"the host must be an address without a path; expected {HOSTS}")
    if url.scheme not in ("https", "http"):
        raise ConfigurationError(f"the host must start with https://; expected {HOSTS}")
    if url.scheme == "http" and not allow_http and not is_loopback(name):
        raise ConfigurationError(
            "the host must start with https://, or the API key travels unencrypted (allow_http=true permits it)"
        )
    usual = {"https": 443, "http": 80}[url.scheme]
    # One way to write an address: the account's id is made of it.
    return f"{url.scheme}://{f'[{name}]' if ':' in name else name}" + (f":{port}" if port and port != usual else "")


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def require_loopback(account: Account) -> None:
    """Raise `PolicyRefused` unless the host is this machine: what carries made-up people goes to an emulator only."""
    name = urlsplit(account.host).hostname or ""
    if not is_loopback(name):
        raise PolicyRefused(f"{name} is not this machine: made-up people are sent to an emulator only")


def _limits(given: dict[str, Any]) -> Limits:
    own = {"requests_per_minute": 60.0, "requests_per_day": 86_400.0}
    named = [name for name in own if name in given]
    if named and len(named) < len(own):
        raise ConfigurationError("requests_per_minute and requests_per_day go together: set both or neither")
    plan = given.get("plan")
    if plan is not None and plan not in PLANS:
        raise ConfigurationError(f"plan must be trial or subscribed, not {plan!r}")
    if not named:
        return PLANS[plan or "trial"]
    return Limits([(_positive(name, given[name]), seconds) for name, seconds in own.items()])


def _seconds(name: str, value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if isinstance(value, bool) or not 0 <= number <= MOST_LAG:
        raise ConfigurationError(f"{name} must be a number of seconds from 0 to {MOST_LAG:.0f}")
    return number


def _positive(name: str, value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        number = 0
    if number < 1:
        raise ConfigurationError(f"{name} must be a whole number of at least 1")
    return number


def _flag(name: str, value: Any) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if isinstance(value, bool):
        return value
    try:
        return words[str(value).strip().lower()]
    except KeyError:
        raise ConfigurationError(f"{name} must be true or false") from None
