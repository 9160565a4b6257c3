"""How requests reach the server: TLS, the key, timeouts, and the request that a call makes. httpx does the rest."""

from __future__ import annotations

import functools
import math
import os
import platform
import ssl
import time
from typing import Any

import httpx

from whautomate_core.account import Account
from whautomate_core.api.call import Call
from whautomate_core.client.usage import Used
from whautomate_core.errors import ConfigurationError
from whautomate_core.version import __version__

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


_HEADERS = httpx.Headers(
    {
        "accept": "application/json",
        # Other encodings can grow by more than a thousandfold when they are unpacked.
        "accept-encoding": "gzip",
        "connection": "keep-alive",
        "user-agent": USER_AGENT,
    }
)
_TIMEOUTS = httpx.Timeout(LONGEST_SILENCE, connect=LONGEST_CONNECT).as_dict()


def http_settings(account: Account) -> dict[str, Any]:
    """The arguments of `httpx.Client` and `httpx.AsyncClient`. Raises `ConfigurationError` for an unreadable
    `ca_bundle`."""
    try:
        verify = _ssl_context(account)
    except (OSError, ssl.SSLError):
        raise ConfigurationError("ca_bundle is not a file of certificates that can be read") from None
    return {
        "proxy": account.proxy and httpx.Proxy(account.proxy.get_secret_value()),
        "verify": verify,
        # Servers close idle connections after some seconds. A create sent on a connection that is being closed has an
        # unknown outcome, so a connection is not used again once it may have been idle for too long.
        "limits": httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=2.0),
        "trust_env": account.proxy is None,
    }


def request_of(call: Call[Any], account: Account, extensions: dict[str, Any]) -> httpx.Request:
    """The request that a call makes. It alone holds the API key as text."""
    query = dict(call.query)
    url = httpx.URL(account.host + call.url, params=query) if query else httpx.URL(account.host + call.url)
    extensions.setdefault("timeout", _TIMEOUTS)
    request = httpx.Request(call.method, url, headers=_HEADERS, json=call.body, extensions=extensions)
    request.headers["x-api-key"] = account.key.get_secret_value()
    return request


def transport_for(http: Any, request: httpx.Request) -> Any:
    """What sends a request: the transport of an `httpx.Client` or `httpx.AsyncClient`, or that of a proxy.

    The rest of httpx's client would follow redirects, which would carry the key elsewhere, and keep cookies, which
    would tie one call to another; all of it costs time.
    """
    if http.is_closed:
        raise RuntimeError("the client is closed")
    return http._transport_for_url(request.url)


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
