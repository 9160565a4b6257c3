"""Waiting until the account may make more requests."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from whautomate_core.errors import ConfigurationError
from whautomate_core.values.limits import Limits
from whautomate_core.values.numbers import require_whole
from whautomate_core.values.words import counted
from whautomate_core.waiting.condition import Check, Condition, PagesOf, Seen

if TYPE_CHECKING:
    from whautomate_core.client.client import AsyncClient, Client
    from whautomate_core.state.pool import Usage


@dataclass(frozen=True)
class QuotaFree(Condition):
    """Wait until the account may make this many requests now.

    A check reads the state database and sends nothing. Nothing is reserved, so other steps may use the requests first.
    Because checks cost nothing, they are at most 60 s apart.

    Args:
        requests: The number of requests, within a minute as well as within a day.

    Returns: `left`, the number of requests that the account may make now.
    """

    kind: ClassVar[str] = "quota"
    longest: ClassVar[float] = 60.0

    requests: int

    def __post_init__(self) -> None:
        require_whole("requests", self.requests, 1)

    @property
    def unmet(self) -> str:
        return f"the account has fewer than {counted(self.requests, 'request')} left"

    def check(self, pages_of: PagesOf) -> Check[Seen]:
        return self.decide(*(yield AccountUsage()))

    def decide(self, usage: Usage, limits: Limits, now: float | None = None) -> Seen:
        """What the state of the account's pool means.

        Raises: `ConfigurationError` if the limits never allow this many requests.
        """
        for most, seconds in limits.windows:
            if self.requests > most:
                raise ConfigurationError(
                    f"requests={self.requests} is more than the account ever has: {most} in {seconds:g} s"
                )
        left = min(left for left, _, _ in usage.remaining)
        if usage.paused_for:
            after = f"{counted(left, 'request')} left, after a pause of {usage.paused_for:.0f} s"
            return Seen(after, not_before=(now or time.time()) + usage.paused_for)
        return Seen(f"{counted(left, 'request')} left", result={"left": left} if left >= self.requests else None)


@dataclass(frozen=True)
class AccountUsage:
    """Asks for the state of the account's pool, and its limits."""

    def answer(self, client: Client | AsyncClient) -> tuple[Usage, Limits]:
        account = client.account
        return client.state.pool_of(account).usage(), account.limits
