"""When a wait began, which stays the same when its flow run goes on in another process."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass

from prefect.context import TaskRunContext

from prefect_whautomate._finished import call_in_run
from prefect_whautomate._flow_runs import deployed_run
from whautomate_core.account import Account
from whautomate_core.state import open_state
from whautomate_core.state.claims import Claims
from whautomate_core.waiting.condition import Condition

WHAT = "wait"
"""What the claims are for that remember waits."""


@dataclass
class Begun:
    """A wait, when it began, and how far it is."""

    condition: Condition
    at: float
    """Seconds since the epoch."""
    checks: int = 0
    """See `Moment.checks`."""
    claims: Claims | None = None
    account: str = ""
    key: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether another process would go on with it, rather than begin it."""
        return self.claims is not None

    def note(self, checks: int) -> None:
        """Keep how far it is."""
        if self.claims is not None and checks != self.checks:
            self.claims.amend(self.account, self.key, {"checks": checks})
            self.checks = checks

    def give_up(self) -> None:
        """Forget it: an attempt after this one begins anew."""
        if self.claims is not None:
            self.claims.release(self.account, self.key)


def begun(account: Account, condition: Condition, key: str | None) -> Begun:
    """Begin a wait, or go on with it in a deployed flow run.

    Args:
        account: The account.
        condition: What is waited for. Its moments that default to the start of the step are those of the first start.
        key: What makes it the same wait; defaults to the call of the task.
    """
    run = deployed_run()
    if run is not None and key is None and (task := TaskRunContext.get()) is not None:
        key = call_in_run(task, task.parameters)
    if run is None or key is None:
        return Begun(condition, time.time())
    claims, key = open_state(account.state).claims, f"{key} wait"
    note = {name: getattr(condition, name) for name in condition.from_start}
    claim = claims.claim(account.id, key, {}, WHAT, {**note, "checks": 0}, settled=True)
    kept = {name: claim.result[name] for name in condition.from_start}
    return Begun(dataclasses.replace(condition, **kept), claim.made_at, claim.result["checks"], claims, account.id, key)
