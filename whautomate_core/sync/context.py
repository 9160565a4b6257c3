"""What the steps of a sync share while it runs."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from secrets import token_hex

from whautomate_core.client.client import Client
from whautomate_core.errors import Stopped
from whautomate_core.people.kinds import Hash, Kind, match_hash
from whautomate_core.people.location import Location
from whautomate_core.state.leases import Lease
from whautomate_core.state.ledger import Confirmed, Ledger, Result
from whautomate_core.sync.mapping import PeopleMapping
from whautomate_core.sync.options import Drift, Mode
from whautomate_core.sync.stage import Stage
from whautomate_core.sync.stage_people import Staged
from whautomate_core.values.progress import Progress


@dataclass(frozen=True)
class Context:
    """One run of a sync, or the part of it until it is interrupted."""

    client: Client
    mapping: PeopleMapping
    tags: list[str]
    mode: Mode
    drift: Drift
    location: Location
    """The location of new people."""
    stage: Stage
    ledger: Ledger
    lease: Lease
    progress: Progress
    settle_after: float
    """Seconds after which a create that was begun, and that no look-up shows, is taken not to have happened."""
    began: float
    """By `time.monotonic`. The run finds everybody who was there then."""
    exactly: bool = False
    """Whether people who hold the tags and are in no row lose them."""
    refused: set[str] = field(default_factory=set, repr=False)
    """Numbers of people who opted out through any record, or whom `suppress` names."""
    creator: str = field(default_factory=lambda: token_hex(8))
    """Tells this process' creates from those of others."""

    @property
    def kind(self) -> Kind:
        return self.mapping.kind

    @property
    def trusts(self) -> bool:
        """Whether rows that are as the ledger has them are taken for unchanged without asking the server."""
        return self.drift == "ignore"

    @property
    def puts_merge(self) -> bool:
        """Whether a person who was read is written with one request. Otherwise it takes two."""
        body = {name.partition(".")[0]: None for name in self.mapping.fields}
        return self.mode != "insert" and self.client.profile.spares_reading(self.kind.update("any", {}).path, body)

    @functools.cached_property
    def match_of(self) -> Hash:
        """Turns a key (`kinds.key_of`) into the hash under which the ledger and the stage know the person."""
        return match_hash(self.client.state, self.kind, self.mapping.match)

    def require_lease(self) -> None:
        """Raise `Stopped` if another try has taken over while this process was asleep or cut off."""
        if not self.client.state.leases.renew(self.lease):
            self.client.stop()
            raise Stopped("another try of this run has taken over: this one sends nothing more")

    def confirm(self, done: Iterable[tuple[Staged, Result]]) -> None:
        """Note in the ledger and the stage what became of people, once the server has confirmed it."""
        confirmed, results = [], []
        for person, result in done:
            if result == Result("unchanged") and person.done:
                result = person.done  # it was written earlier in this run, and is equal by now
            if person.unfit:
                result = Result("rejected", untagged=result.untagged)  # and the ledger does not confirm its row
            else:
                confirmed.append(Confirmed(person.match, person.raw, person.payload, self.lease.run, result))
            results.append((person.match, result))
        self.ledger.confirm(self.lease.sync, confirmed)
        self.stage.people.confirm(results)
