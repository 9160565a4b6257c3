"""What can go wrong, as types: they are public API, so that a DAG or flow can react to one without reading its text.

Messages carry a method, a path template and a status; ids of records only where they look like ids. They never carry a
key, a query, a body, a person's name or a phone number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class WhautomateError(Exception):
    """Base of every error of this package. `status` is the HTTP status where one was received."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status

    may_have_happened = False
    """Whether a call that writes may have taken effect, though it failed."""


class ConfigurationError(WhautomateError, ValueError):
    """A connection, block or argument can't work as it stands. Raised before anything is sent."""


class InvalidRequest(WhautomateError, ValueError):
    """The request is wrong: refused here before sending (`status` None), or by the server (400, 409, 422, ...)."""


class KeyTaken(InvalidRequest):
    """The key of a call that happens once was used for something else before, which stays as it is."""

    def __init__(self, message: str, *, differs: str = "") -> None:
        super().__init__(message)
        self.differs = differs
        """The fields in which the two differ, by name."""


class AuthenticationError(WhautomateError, PermissionError):
    """The server doesn't accept the key (401, 403; the vendor's error page says 403 is used for a bad key)."""


class NotFound(WhautomateError, LookupError):
    """The record doesn't exist (404)."""


class RateLimited(WhautomateError):
    """The server refused the request because of its limits (429). It did nothing, so any call may be repeated."""

    def __init__(self, message: str, *, status: int | None = 429, retry_after: float | None = None) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after
        """Seconds the server asked for, or None (no evidence that it ever does)."""


class ConnectionFailed(WhautomateError, ConnectionError):
    """No answer, and either nothing was sent or repeating does no harm."""


class ServerError(WhautomateError):
    """The server failed (5xx) on a call that does no harm when repeated."""


class OutcomeUnknown(WhautomateError):
    """A call that must not be made twice got no clear answer: it may have happened. Look before repeating."""

    may_have_happened = True


class UnexpectedResponse(WhautomateError):
    """The answer is none: not JSON, the wrong shape, too large, a redirect, or an `error` inside a 200."""


class WrongRecord(UnexpectedResponse):
    """The server answered with another record than the one that was asked for: the two may have been merged there."""

    def __init__(self, message: str, *, status: int | None = None, record: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, status=status)
        self.record = record
        """What it answered with."""


class UnreadableRecord(UnexpectedResponse):
    """A record lacks what a step has to know, or has it in a form that can't be read. Asking again won't help."""


class ListUnstable(WhautomateError):
    """A list changed each time it was read, so nobody knows what it holds: nothing was concluded from it."""


class QuotaExhausted(WhautomateError):
    """The next permit is further away than the caller wants to wait."""

    def __init__(self, message: str, *, next_permit_at: float | None = None, window: float | None = None) -> None:
        super().__init__(message)
        self.next_permit_at = next_permit_at
        """When the next permit is due, in seconds since the epoch (UTC)."""
        self.window = window
        """The window that binds, in seconds; None where the whole pool is paused."""


class Busy(QuotaExhausted):
    """Another run has what only one may have at a time; `next_permit_at` is when to ask again."""


class BudgetExceeded(WhautomateError):
    """The step would make more requests than its `max_requests`."""


class Stopped(WhautomateError):
    """The step was told to stop before it was done."""


class PolicyRefused(WhautomateError):
    """The account's policy forbids this: someone who opted out, an audience that can't be checked."""


class NotDelivered(WhautomateError):
    """A broadcast went out and reached fewer than it had to, or was not sent at all. It can't be sent again."""


class DiskFull(WhautomateError):
    """No space is left on a disk, or in its quota: for a file that is written, or for a run's temporary files."""


class StateUnavailable(WhautomateError, ConnectionError):
    """The state database can't be reached. Nothing is sent without it."""


class StateLost(StateUnavailable):
    """The state file was deleted or replaced while the process ran. What it knew of what was sent is gone with it."""
