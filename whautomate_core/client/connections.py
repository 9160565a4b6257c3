"""Connections that are used again only if nothing is left over on them, and the moment at which a request leaves.

Over HTTP/1.1 only its position tells to which request an answer belongs. Bytes that come after the end of an answer (a
second answer, a body longer than it said) would be taken for the answer to the next request, which may be about
somebody else. httpcore checks whether the socket is readable before it uses a connection again, but not what has been
read from the socket already. Bytes that arrive after the next request has left can't be told from its answer, except by
the id of a record (`call.require_named`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpcore
import httpx

Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)

_CONNECTION = "whautomate_connection"
"""The extension of a request that names the connection it is sent on, if that was used before."""


def watched(http: Http) -> Http:
    """The same client. Its requests carry their connection, so that `leaves` can look at it."""
    for transport in (http._transport, *http._mounts.values()):
        pool: Any = getattr(transport, "_pool", None)  # a test's own transport has none
        if pool is not None:
            pool.create_connection = _watching(pool.create_connection)
    return http


def leaves(event: str, info: Mapping[str, Any]) -> bool:
    """Whether an event of httpcore (its `trace` extension) says that a request leaves now: the connection is made and
    belongs to this request alone, and nothing has been sent.

    Raises: `httpcore.ConnectionNotAvailable` if something is left over on the connection. httpcore then closes it and
        sends the request on another one.
    """
    if not event.endswith("send_request_headers.started"):
        return False
    request = info["request"]
    connection = request.extensions.get(_CONNECTION)
    if connection is not None and _is_left_over(connection):
        raise httpcore.ConnectionNotAvailable
    if request.method == b"CONNECT":  # after the request to a proxy the real one leaves
        return False
    # A dozen more events would follow, each of which costs time.
    request.extensions.pop("trace", None)
    return True


def _watching(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What makes connections for a pool: each tells its requests which connection they are on."""

    def create_connection(origin: Any) -> Any:
        connection = create(origin)
        name = "handle_request" if hasattr(connection, "handle_request") else "handle_async_request"
        handle, is_new = getattr(connection, name), True

        def handle_request(request: Any) -> Any:
            nonlocal is_new
            # A new one is not looked at: where nothing can be told of connections, each request gets its own.
            request.extensions[_CONNECTION] = None if is_new else connection
            is_new = False
            return handle(request)

        setattr(connection, name, handle_request)
        return connection

    return create_connection


def _is_left_over(connection: Any) -> bool:
    """Whether something was read that belongs to no request. True if that can't be told."""
    try:
        while not hasattr(connection, "_h11_state"):  # a proxy's connection holds others
            connection = connection._connection
        unread, _ = connection._h11_state.trailing_data
        return bool(unread) or _is_waiting(connection._network_stream)
    except AttributeError:
        return True


def _is_waiting(stream: Any) -> bool:
    """Whether bytes wait between the socket and HTTP: in the queue of an event loop, or still encrypted."""
    layers = [stream]
    while layers:
        layer = layers.pop()
        queue, encrypted = getattr(layer, "read_queue", None), getattr(layer, "_read_bio", None)
        encrypted = encrypted or getattr(layer, "_incoming", None)
        if queue or (encrypted is not None and encrypted.pending):
            return True
        inner = ("_stream", "transport_stream", "_protocol")
        layers += [one for name in inner if (one := getattr(layer, name, None)) is not None]
    return False
