"""An account: its host, its key and what it may do. One pure function builds it from a connection or block."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError, PolicyRefused
from whautomate_core.policy import Policy, policy_from_settings
from whautomate_core.settings import Settings, names, read_settings
from whautomate_core.values.confidential import hides_arguments, raise_alone
from whautomate_core.values.limits import Limits
from whautomate_core.values.redaction import check_proxy, plain

PLANS = {"trial": Limits.trial(), "subscribed": Limits.subscribed()}
LIST_LAG = 30.0
"""Default of `list_lag`: seconds until a new record shows in lists. The real time is not documented."""
HOSTS = "https://api.whautomate.com, or https://api.in.whautomate.com for India"

HOST = r"^\s*(https?://)?(\w([\w.-]*\w)?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/v1)?/?\s*$"
"""What a host may look like, also to the forms of Prefect: a regular expression of JSON schemas."""
NO_PLAIN_HTTP = r"^\s*(?!http://(?!(localhost|127(\.[0-9]{1,3}){3}|\[::1\])([:/]|\s*$)))"
"""What a host may look like without `allow_http`, for forms. `is_loopback` is the rule."""


@dataclass(frozen=True)
class Account:
    """What a client needs to know. Its repr shows no secrets, because loggers print it with the locals of frames."""

    host: str
    """`https://...` without a path."""
    key: SecretStr
    id: str
    """Names the pool of requests: the connection's `account`, else a hash of host and key."""
    limits: Limits
    name: str | None = None
    """What people call it: the connection's `account`."""
    plan: str | None = None
    """The plan that the limits belong to; None if they are the account's own, or assumed."""
    limits_assumed: bool = False
    """Whether the limits are unset, so that those of a trial apply."""
    location_id: str | None = None
    """Id of the location of new records if a step names none."""
    state: SecretStr | None = None
    """URL of the state database; None for the user's SQLite file. Secret, because it may hold a password."""
    state_shared: bool = False
    """Whether all workers are known to share the SQLite file."""
    proxy: SecretStr | None = None
    """Secret, because it may hold a password."""
    ca_bundle: str | None = None
    policy: Policy = field(default_factory=Policy)
    """What no caller can do by accident."""
    on_call: tuple[str, ...] = field(default=(), repr=False)
    """Who gets alerts that name nobody else: numbers, or ids of contacts."""
    list_lag: float = field(default_factory=lambda: LIST_LAG)
    """Seconds until a new record shows in lists."""
    show_server_messages: bool = False
    """Whether errors may contain the server's own words, which may quote people."""
    key_field: str = field(default="the API key", compare=False)
    """Where the key is set, in the words of errors."""

    @property
    def shown(self) -> str:
        """Its name and what holds its settings, as lines of the log call it: "account spring (block 'whautomate')"."""
        holder = self.key_field.rpartition(" of ")[2] if " of " in self.key_field else ""
        return f"account {self.id}" + (f" ({holder})" if holder else "")

    def command(self, words: str) -> str:
        """A command of the terminal for this account, as errors name it.

        `--state …` stands for the address of its state, which is not shown, because it may hold a password.
        """
        elsewhere = self.state is not None and self.key_field != KEY_VARIABLE
        return f"`whautomate {words} --account {shlex.quote(self.id)}{' --state …' if elsewhere else ''}`"

    @property
    def state_is_sqlite(self) -> bool:
        """Whether the state is a SQLite file, which is the default."""
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
            "(list_locations shows the ids)"
        )


KEY_VARIABLE = "WHAUTOMATE_KEY"
"""Where the key of an account on the terminal is set."""


@hides_arguments
def account_from_settings(
    host: str | None,
    key: str | SecretStr | None,
    settings: Mapping[str, Any] | None = None,
    *,
    key_field: str = "the API key",
) -> Account:
    """Build an account from what a connection or block holds.

    Args:
        settings: Values by the names in `whautomate_core.settings.Settings`; None and "" count as unset.
        key_field: Where the key is set, as errors name it, such as `the password of connection 'x'`.

    Raises `ConfigurationError` that names the field and says what to do.
    """
    key, given = SecretStr(plain(key or "").strip()), read_settings(settings)
    del settings  # from here on no local of this frame shows a secret
    if not key.get_secret_value():
        raise ConfigurationError(
            "the API key is missing: put it into the password of the connection (key of the block)"
        )
    if not _may_be_key(key.get_secret_value()):
        raise ConfigurationError(
            "the API key contains characters that no key has: copy it again from Integrations > REST API"
        )
    if given.proxy:
        check_proxy(given.proxy)
    base = _base_url(host, allow_http=given.allow_http)
    hashed = hashlib.sha256(f"{base}\n{key.get_secret_value()}".encode()).hexdigest()[:16]
    has_own_limits = given.requests_per_minute is not None
    return Account(
        host=base,
        key=key,
        id=given.account or hashed,
        limits=_limits(given),
        name=given.account,
        plan=None if has_own_limits else given.plan,
        state=given.state,
        state_shared=given.state_shared,
        limits_assumed=given.plan is None and not has_own_limits,
        location_id=given.location_id,
        proxy=given.proxy,
        ca_bundle=given.ca_bundle,
        policy=policy_from_settings(given),
        on_call=names(given.on_call),
        list_lag=LIST_LAG if given.list_lag is None else given.list_lag,
        show_server_messages=given.show_server_messages,
        key_field=key_field,
    )


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
        # Only a path of an API is shown: what else was pasted may hold a password, or be cut in two by one.
        if re.fullmatch(r"(/(api|rest|v\d|contacts|clients))+/?", url.path):
            raise ConfigurationError(f"The host has a path, {url.path!r}. Remove it: {url.scheme}://{url.netloc}.")
        raise ConfigurationError(f"The host has a path. Remove it: the host is an address alone, such as {HOSTS}")
    if url.scheme not in ("https", "http"):
        raise ConfigurationError(f"the host must start with https://; expected {HOSTS}")
    if url.scheme == "http" and not allow_http and not is_loopback(name):
        raise ConfigurationError(
            "the host must start with https://, or the API key travels unencrypted (allow_http=true permits it)"
        )
    if not re.fullmatch(HOST, host, re.IGNORECASE):
        raise ConfigurationError(f"the host can't be read as an address; expected {HOSTS}")
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


def asset_uri(account: Account, held_in: str, what: str) -> str:
    """The URI of what an account has, such as its contacts, under the name that people know the account by.

    Args:
        held_in: The connection or block that holds the account, for an account without a name.
        what: What it is, percent-encoded, as `Job.parts` returns it: `contacts`, `broadcasts/Spring%20sale`.
    """
    host = urlsplit(account.host).netloc
    named = quote(account.name, safe="") if account.name else f"{host}/{quote(held_in, safe='')}"
    return f"whautomate://{named}/{what}"


def require_loopback(account: Account) -> None:
    """Raise `PolicyRefused` unless the host is this machine: made-up people are sent to an emulator only."""
    name = urlsplit(account.host).hostname or ""
    if not is_loopback(name):
        raise PolicyRefused(f"{name} is not this machine: made-up people are sent to an emulator only")


def _limits(given: Settings) -> Limits:
    minute, day = given.requests_per_minute, given.requests_per_day
    if minute is None and day is None:
        return Limits(PLANS[given.plan or "trial"].windows, given.burst)
    if minute is None or day is None:
        raise ConfigurationError("requests_per_minute and requests_per_day go together: set both or neither")
    return Limits([(minute, 60.0), (day, 86_400.0)], given.burst)
