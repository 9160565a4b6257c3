"""The errors of this package. They are public API: a DAG or flow can react to a type without reading its text.

Messages hold a method, a path template and a status, and ids of records if they look like ids. They never hold a key, a
query, a body, a person's name or a phone number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class WhautomateError(Exception):
    """Base of every error of this package. `status` is the HTTP status, if one was received."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status

    may_have_happened = False
    """Whether a call that writes may have taken effect although it failed."""

    report: Mapping[str, Any] | None = None
    """What a job over rows had done when it raised this: the counts that it would have returned."""


class ConfigurationError(WhautomateError, ValueError):
    """A connection, block or argument is wrong. Raised before anything is sent."""


class InvalidRequest(WhautomateError, ValueError):
    """The request is wrong. It was refused here before it was sent (`status` is None), or by the server (400, 409, ...;
    404 if something that the request refers to doesn't exist, such as its location)."""

    over: str | None = None
    """The argument whose threshold was exceeded, such as `max_rejected`."""


class KeyTaken(InvalidRequest):
    """The key was used before for a call with other content. That call stays as it is."""

    def __init__(self, message: str, *, differs: str = "") -> None:
        super().__init__(message)
        self.differs = differs
        """The fields in which the two differ, by name."""


class AuthenticationError(WhautomateError, PermissionError):
    """The server doesn't accept the key, or the key has no access to this: 401, or 403 `Forbidden` (A)."""


class NotFound(WhautomateError, LookupError):
    """The record doesn't exist (404, whose answer is about a record)."""


class NoSuchPath(WhautomateError, LookupError):
    """The server doesn't know the path or the method, so the host may be wrong. It did nothing.

    It is no `NotFound`, since it says nothing about any record: a 405, a 403 `Missing Authentication Token` of AWS API
    Gateway (D), or a 404 that may be about the path.
    """

    def __init__(self, message: str, *, status: int | None = None, form: str | None = None) -> None:
        super().__init__(message, status=status)
        self.form = form
        """How a 404 looks that may be about a record as well; None if it can only be about the path."""


class RateLimited(WhautomateError):
    """The server refused the request because of its limits (429). It did nothing, so any call may be repeated."""

    def __init__(
        self, message: str, *, status: int | None = 429, retry_after: float | None = None, quota: bool = False
    ) -> None:
        super().__init__(message, status=status)
        self.retry_after = retry_after
        """Seconds that the server asked to wait, or None (a gateway like the vendor's was seen not to ask, D)."""
        self.quota = quota
        """Whether the answer says that the day's quota is used up. If not, it may be the rate or the quota."""


class ConnectionFailed(WhautomateError, ConnectionError):
    """There was no answer, and either nothing was sent or repeating does no harm."""


class ServerError(WhautomateError):
    """The server failed (5xx) on a call that does no harm when repeated."""


class OutcomeUnknown(WhautomateError):
    """A call that must not be made twice got no clear answer, so it may have happened. Check before you repeat it."""

    may_have_happened = True


class UnexpectedResponse(WhautomateError):
    """The answer can't be used: it is not JSON, of the wrong shape, too large, a redirect, or holds an `error`."""


class WrongRecord(UnexpectedResponse):
    """The server returned a different record than the one requested. The two may have been merged at Whautomate."""

    def __init__(self, message: str, *, status: int | None = None, record: Mapping[str, Any] | None = None) -> None:
        super().__init__(message, status=status)
        self.record = record
        """The record it returned."""


class UnreadableRecord(UnexpectedResponse):
    """A record lacks something that a step needs, or has it in an unreadable form. Asking again won't help."""


class ListUnstable(WhautomateError):
    """A list changed every time it was read, so its contents are unknown and nothing was concluded from it."""


class QuotaExhausted(WhautomateError):
    """The next permit is due later than the caller is willing to wait."""

    def __init__(
        self, message: str, *, next_permit_at: float | None = None, window: float | None = None, why: str | None = None
    ) -> None:
        super().__init__(message)
        self.why = why or message
        """Why there is no permit, without the time of the next one."""
        self.next_permit_at = next_permit_at
        """When the next permit is due, in seconds since the epoch (UTC)."""
        self.window = window
        """The length in seconds of the window that is used up; None if the whole pool is paused."""


class Busy(QuotaExhausted):
    """Another run holds what only one run may hold at a time. `next_permit_at` is when to try again."""


class BudgetExceeded(WhautomateError):
    """The step would make more requests than its `max_requests`."""


class Stopped(WhautomateError):
    """The step was told to stop before it was done."""


class PolicyRefused(WhautomateError):
    """The account's policy forbids this, for example because somebody opted out or an audience can't be checked. If
    `status` is set, the server refused it because the person stopped the business' marketing in WhatsApp (131050)."""

    kind: str | None = None
    """Which rule, as metrics name it (docs/operations/metrics.md), such as `opted_out`."""


class NotDelivered(WhautomateError):
    """A broadcast reached fewer people than it had to, or was not sent at all. It can't be sent again."""


class DiskFull(WhautomateError):
    """The disk or its quota is full, for a file that is written or for temporary files."""


class StateUnavailable(WhautomateError, ConnectionError):
    """The state database can't be reached. Nothing is sent without it."""


class StateLost(StateUnavailable):
    """The state file was deleted or replaced while the process ran. Its record of what was sent is lost."""
