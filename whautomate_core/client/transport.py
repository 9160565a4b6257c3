"""How requests reach the server: TLS, the key, timeouts, and the request that a call makes. httpx does the rest."""

from __future__ import annotations

import functools
import math
import os
import platform
import ssl
import time
from collections.abc import Generator
from typing import Any

import httpx
from pydantic import SecretStr

from whautomate_core import __version__
from whautomate_core.account import Account
from whautomate_core.api.call import Call
from whautomate_core.client.usage import Used
from whautomate_core.errors import ConfigurationError

AT_ONCE = 16
"""Requests of one client under way at once; others wait in line. That is plenty for five a second, and httpx slows down
as more requests wait for its connections."""
LONGEST_REQUEST = 60.0
"""Seconds from sending a request to the last byte of its answer, however slowly that arrives."""
LONGEST_SILENCE = 30.0
"""Seconds between two bytes."""
LONGEST_CONNECT = 5.0
AFTER_STOP = 10.0
"""Seconds that requests under way still get after the client was told to stop."""
USER_AGENT = f"whautomate-pipelines/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"


def http_settings(account: Account) -> dict[str, Any]:
    """The arguments of `httpx.Client` and `httpx.AsyncClient`. Raises `ConfigurationError` for an unreadable
    `ca_bundle`."""
    try:
        verify = _ssl_context(account)
    except (OSError, ssl.SSLError):
        raise ConfigurationError("ca_bundle is not a file of certificates that can be read") from None
    return {
        "base_url": account.host,
        "auth": Key(account.key),
        "headers": {
            "accept": "application/json",
            # Other encodings can grow by more than a thousandfold when they are unpacked.
            "accept-encoding": "gzip",
            "user-agent": USER_AGENT,
        },
        "timeout": httpx.Timeout(LONGEST_SILENCE, connect=LONGEST_CONNECT),
        # A redirect would carry the key to the host that it names.
        "follow_redirects": False,
        "proxy": account.proxy and httpx.Proxy(account.proxy.get_secret_value()),
        "verify": verify,
        # Servers close idle connections after some seconds. A create sent on a connection that is being closed has an
        # unknown outcome, so a connection is not used again once it may have been idle for too long.
        "limits": httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=2.0),
        "trust_env": account.proxy is None,
    }


def request_of(
    http: httpx.Client | httpx.AsyncClient, account: Account, call: Call[Any], extensions: dict[str, Any]
) -> httpx.Request:
    """The request that a call makes. Its URL is whole: httpx would parse it once more to put it behind `base_url`."""
    query = dict(call.query)
    url = httpx.URL(account.host + call.url, params=query) if query else httpx.URL(account.host + call.url)
    return http.build_request(call.method, url, json=call.body, extensions=extensions)


class Key(httpx.Auth):
    """Adds the API key to a request as it leaves, so that neither the settings nor the client hold it as text."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["x-api-key"] = self._key.get_secret_value()
        yield request


class TooSlow(httpx.ReadTimeout):
    """The whole of a request took longer than `LONGEST_REQUEST`."""


class TimeLeft:
    """Seconds that a request may still take. Sockets ask for it as their timeout before each read and write."""

    def __init__(self, used: Used) -> None:
        self._used = used
        self._until = time.monotonic() + LONGEST_REQUEST

    def __index__(self) -> int:
        stopped = self._used.stopped_at
        until = self._until if stopped is None else min(self._until, stopped + AFTER_STOP)
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return math.ceil(min(left, LONGEST_SILENCE))

    @property
    def timeouts(self) -> dict[str, Any]:
        """In the form of httpx's `timeout` extension."""
        return {"connect": LONGEST_CONNECT, "read": self, "write": self, "pool": LONGEST_SILENCE}

    @property
    def over(self) -> bool:
        return time.monotonic() > self._until


def _ssl_context(account: Account) -> ssl.SSLContext:
    """TLS settings, shared by all clients of a process: reading the certificates takes longer than a request."""
    changed = os.stat(account.ca_bundle).st_mtime_ns if account.ca_bundle else None
    named = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return _read_certificates(account.ca_bundle, account.proxy is None, changed, *named)


@functools.lru_cache(maxsize=8)
def _read_certificates(ca_bundle: str | None, trust_env: bool, *read_anew_when: object) -> ssl.SSLContext:
    if ca_bundle:
        return ssl.create_default_context(cafile=ca_bundle)
    return httpx.create_ssl_context(trust_env=trust_env)
