"""Addresses that may hold a password: parsed in one place, by a library, and never shown with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

ENCODED = "with @ / # ? : in user and password written as %40 %2F %23 %3F %3A"
_PROXIES = {"http", "https", "socks5", "socks5h"}
_SECRET_NAMES = re.compile("pass|pwd|secret|token|key|cred|odbc_connect", re.IGNORECASE)
"""In the query of a database's address."""


def plain(value: str | SecretStr) -> str:
    """The text of what may be secret."""
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def shown_url(url: str | SecretStr) -> str:
    """An address as errors and logs may show it: without user, password, query and fragment.

    Where a password with `#`, `?` or `/` could have been taken for another part, only the scheme is shown.
    """
    scheme, separator, rest = plain(url).partition("://")
    if not separator:
        return scheme
    before, _, after = re.sub("[?#]", "\0", rest).partition("\0")
    host = before.rpartition("@")[2].partition("/")[0]
    if "@" in after or not re.fullmatch(r"(\[[^]]*\]|[^:]*)(:\d*)?", host):
        return f"{scheme}://…"
    return f"{scheme}://{before.rpartition('@')[2]}"


def database_url(url: str | SecretStr, what: str) -> URL:
    """The address of a database as SQLAlchemy has it.

    Args:
        what: The setting that holds it, as errors name it.

    Raises: `ConfigurationError` where it is no address, or where a password with `@` would be cut in two, and its end
        be taken for the host.
    """
    url = SecretStr(plain(url))  # no local of this frame shows it
    if found := _parsed(url):
        return found
    raise ConfigurationError(
        f"{what} must be an address such as sqlite:////path or postgresql://user:password@host/database, {ENCODED}"
    )


def _parsed(url: SecretStr) -> URL | None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        found = make_url(re.sub("^postgres://", "postgresql://", plain(url)))
    except (ArgumentError, ValueError):  # no port
        return None
    _, _, rest = plain(url).partition("://")
    if not rest.startswith("/") and rest.count("@") != (found.username is not None):
        return None
    if isinstance(given := found.query.get("password"), str) and found.password is None:
        found = found.set(password=given).difference_update_query(["password"])  # where its repr is masked
    # The default differs between the versions of SQLAlchemy.
    return found.set(drivername="postgresql+psycopg2") if found.drivername == "postgresql" else found


def secrets_of(url: URL) -> list[str]:
    """What of a database's address must not be shown."""
    query: Mapping[str, Any] = url.query
    return [str(one) for one in (url.password, *(query[name] for name in query if _SECRET_NAMES.search(name))) if one]


def driver_words(error: Exception, secrets: Iterable[object]) -> str:
    """The first line of what a database's driver says, unless it holds a secret in whichever spelling."""
    line = next(iter(str(getattr(error, "orig", None) or error).strip().splitlines()), "")
    return "" if not line or any(_holds(line, str(one)) for one in secrets if one) else f" ({line[:200]})"


def _holds(line: str, secret: str) -> bool:
    spellings = {secret, unquote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    return any(one.casefold() in line.casefold() for one in spellings)


def check_proxy(url: SecretStr) -> None:
    """Raise `ConfigurationError` unless this is the address of a proxy, and can be read in one way only."""
    try:
        parts = urlsplit(plain(url))
        named = parts.hostname and (parts.port is None or parts.port > 0)
        is_address = named and parts.scheme in _PROXIES and parts.path in ("", "/") and not parts.query + parts.fragment
    except ValueError:
        is_address = False
    if not is_address:
        raise ConfigurationError(f"proxy must be an address such as http://user:password@proxy.example:3128, {ENCODED}")
