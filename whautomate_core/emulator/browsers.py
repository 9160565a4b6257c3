"""Keeps web pages out: any page in a browser on this machine could reach the emulator's port.

A page of another site may send requests here without being able to read the answers; it names its site in `Origin`.
A page whose name was made to lead to this machine (DNS rebinding) could read them too; the browser names it in `Host`.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

CONTROL = "/_emulator"


class NoBrowsers:
    """An app that answers 403 to requests that may come from a web page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wrong = _wrong(HttpRequest(scope)) if scope["type"] == "http" else None
        if wrong is None:
            return await self._app(scope, receive, send)
        await JSONResponse({"error": wrong}, 403)(scope, receive, send)


def _wrong(request: HttpRequest) -> str | None:
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    served = (request.scope.get("server") or ("",))[0]
    is_control = request.url.path.startswith(f"{CONTROL}/")
    name = _name(f"//{host}")
    # In one process, without a port, a client names the app as it likes.
    if name != served and not _is_own(name) and (is_control or _is_own(served)):
        return "the emulator answers by its IP address or as localhost: a web page may be behind any other name"
    if is_control and origin is not None and origin != f"{request.url.scheme}://{host}":
        return "the emulator's control endpoints are not for web pages of other sites"
    return None


def _name(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_own(name: str) -> bool:
    """Whether a name is an IP address or this machine, which can't be redirected by DNS."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
