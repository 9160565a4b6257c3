"""Addresses that may hold a password: parsed in one place, by a library, and never shown with it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from pydantic import SecretStr

from whautomate_core.errors import ConfigurationError
from whautomate_core.values.confidential import raise_alone

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


def shown_id(id: str, *, of_person: bool = True) -> str:
    """The id of a record as errors and logs may show it; `…` for what may be a number, an address, a name or a text.

    Ids are seen as about 10 to 12 letters and digits (evidence C). So it needs letters beside its digits, or is of that
    length and in letters as mixed as no name.

    Args:
        of_person: Whether it is the id of a person or of their booking. Others are shown unless they may be a phone
            number or a text.
    """
    if not of_person:
        return id if re.fullmatch(r"(?!\d{7,15}$)[\w-]{1,64}", id, re.ASCII) else "…"
    has_digits = re.fullmatch(r"(?=.*\d)(?=.*[A-Za-z])[\w-]{1,64}", id, re.ASCII)
    return id if has_digits or re.fullmatch(r"(?=(.*[a-z][A-Z]){2})[A-Za-z]{10,12}", id) else "…"


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
    if re.fullmatch(r"/[\w./-]+", path := plain(url)):  # a path holds no password
        raise ConfigurationError(f"{what} must be an address: for the file {path} write sqlite:///{path}")
    del path
    login = f", {ENCODED}" if "@" in plain(url) or plain(url).startswith("postgres") else ""
    raise ConfigurationError(
        f"{what} must be an address such as sqlite:////path or postgresql://user:password@host/database{login}"
    )


def _parsed(url: SecretStr) -> URL | None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        found = make_url(re.sub("^postgres://", "postgresql://", plain(url)))
    except (ArgumentError, ValueError):  # no port
        return None
    _, _, rest = plain(url).partition("://")
    login, at, after = rest.partition("@")
    if not rest.startswith("/") and at and (found.username is None or "@" in after or re.search("[/?#]", login)):
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


def without_login(url: str) -> tuple[str, dict[str, str]]:
    """The URL of a file without user and password, and these as fsspec takes them: it doesn't decode what is in a URL.

    Raises: `ConfigurationError` where it can't be read as a URL.
    """
    scheme = url.partition("://")[0]
    if "::" in scheme or re.search(r"::\w+://", url):  # several in one, such as zip://x.csv::ftp://...
        return url, {}
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise_alone(
            ConfigurationError(f"{scheme}://… is no address: write {scheme}://user:password@host/path, {ENCODED}")
        )
    if not parts.password or scheme in ("http", "https"):  # whose storage decodes it
        return url, {}
    login = {"username": unquote(parts.username or ""), "password": unquote(parts.password)}
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), login


def shown_path(path: str) -> str:
    """A file as errors may show it: the whole path of a local one, or a URL as `shown_url` shows it."""
    return shown_url(path) if "://" in path else os.path.abspath(path)


def file_name(path: str) -> str:
    """The name of a file without its folder: of a path, or of a URL as `shown_url` shows it. It may be empty."""
    scheme, is_url, rest = path.partition("://")
    if is_url and scheme != "file":
        rest = shown_url(path).partition("://")[2].partition("/")[2]
    return PurePath(rest if is_url else path).name


def check_proxy(url: SecretStr) -> None:
    """Raise `ConfigurationError` unless this is the address of a proxy, and can be read in one way only."""
    if not _is_proxy(url):
        raise ConfigurationError(f"proxy must be an address such as http://user:password@proxy.example:3128, {ENCODED}")


def proxy_password(url: str) -> str | None:
    """The password in the address of a proxy, as it is written there."""
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _is_proxy(url: SecretStr) -> bool:
    try:
        parts = urlsplit(plain(url))
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_host and parts.scheme in _PROXIES and parts.path in ("", "/") and not parts.query + parts.fragment
