"""The location of new people and messages: whether the account has it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

from whautomate_core.api.locations import get_location, list_locations
from whautomate_core.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRequest,
    NoSuchPath,
    NotFound,
    UnexpectedResponse,
    WhautomateError,
)

if TYPE_CHECKING:
    from whautomate_core.client.client import Client


class Location:
    """A location of the account, which the server is asked for at most once in a run."""

    def __init__(self, client: Client, id: str) -> None:
        self.id = id
        self._client = client
        self._asking = threading.Lock()
        self._found: Literal["there", "absent", "unclear"] | None = None

    def require(self) -> bool:
        """Find out whether the account has the location. False if the server does not say.

        Raises: `ConfigurationError` if the account has no such location; what `Client.send` raises.
        """
        with self._asking:  # one thread asks, and the others learn what it was told
            self._found = self._found or self._ask()
        if self._found == "absent":
            raise ConfigurationError(
                f"the account has no location {self.id!r} (location_id); list_locations shows the ids"
            )
        return self._found == "there"

    def require_after(self, error: WhautomateError) -> None:
        """`require` it if the server refused a request with the location: a wrong one concerns all, and not this one.

        Raises: what `require` does.
        """
        if isinstance(error, (InvalidRequest, NotFound, UnexpectedResponse)) and error.status is not None:
            self.require()

    def _ask(self) -> Literal["there", "absent", "unclear"]:
        try:
            self._client.send(get_location(self.id))
        except NotFound:
            listed = self._client.send(list_locations())
            return "absent" if listed and self.id not in {str(one.get("id")) for one in listed} else "unclear"
        except (AuthenticationError, NoSuchPath, UnexpectedResponse, InvalidRequest):
            return "unclear"  # locations may be what this key or server does not serve (evidence C)
        return "there"
