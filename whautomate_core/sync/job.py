"""What a run of a sync is about: the values that its steps share."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_hex

from whautomate_core.client.client import Client
from whautomate_core.errors import Stopped
from whautomate_core.people.kinds import Kind
from whautomate_core.state.leases import Lease
from whautomate_core.state.ledger import Ledger
from whautomate_core.sync.mapping import PeopleMapping
from whautomate_core.sync.options import Drift, Mode
from whautomate_core.sync.staging import Staging
from whautomate_core.values.progress import Progress


@dataclass(frozen=True)
class Job:
    """One run, or the part of it until it is interrupted."""

    client: Client
    mapping: PeopleMapping
    tags: list[str]
    mode: Mode
    drift: Drift
    location: str
    """Id of the location of new people."""
    staging: Staging
    ledger: Ledger
    lease: Lease
    progress: Progress
    settle_after: float
    """Seconds after which a create that was begun and isn't to be seen is taken not to have happened."""
    began: float
    """By `time.monotonic`. Whoever was there then is found."""
    exactly: bool = False
    """Whether who holds the tags and is in no row loses them."""
    refused: set[str] = field(default_factory=set, repr=False)
    """Numbers of people who are known to have opted out through any record, or who are to be suppressed."""
    by: str = field(default_factory=lambda: token_hex(8))
    """Names this process' creates among those of others."""

    @property
    def kind(self) -> Kind:
        return self.mapping.kind

    def require_lease(self) -> None:
        """Raise `Stopped` where another try has taken over while this process was asleep or cut off."""
        if not self.client.state.leases.renew(self.lease):
            self.client.stop()
            raise Stopped("another try of this run has taken over: no more is sent")

    @property
    def trusts(self) -> bool:
        """Whether rows as the ledger has them need no look at the server."""
        return self.drift == "ignore"
