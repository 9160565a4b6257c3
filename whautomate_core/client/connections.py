"""Connections that are used again only where nothing is left over on them.

Over HTTP/1.1 nothing but its place tells to which request an answer belongs. Bytes that come after the end of an answer
(a second answer, a body longer than it said) would be taken for the answer to the next request, which may be about
somebody else. httpcore looks whether the socket is readable before it uses a connection again; what has been read from
the socket already it does not look at. What comes only when the next request has left can't be told from its answer,
except by the id of a record (`call.require_named`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import httpx

Http = TypeVar("Http", httpx.Client, httpx.AsyncClient)


def watched(http: Http) -> Http:
    """The same, its connections watched: one with bytes left over is dropped."""
    for transport in (http._transport, *http._mounts.values()):
        pool: Any = getattr(transport, "_pool", None)  # a transport of a test's own has none
        if pool is not None:
            pool.create_connection = _watching(pool.create_connection)
    return http


def _watching(create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What makes connections for a pool, which asks them before each use whether they have expired."""

    def create_connection(origin: Any) -> Any:
        connection = create(origin)
        is_available, has_expired = connection.is_available, connection.has_expired
        # The pool asks for either without the other: a connection may become idle in between.
        connection.is_available = lambda: is_available() and not _is_left_over(connection)
        connection.has_expired = lambda: has_expired() or (connection.is_idle() and _is_left_over(connection))
        return connection

    return create_connection


def _is_left_over(connection: Any) -> bool:
    """Whether something was read on an idle connection that belongs to no request. True where that can't be told."""
    try:
        while not hasattr(connection, "_h11_state"):  # it lies in others where there is a proxy
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
