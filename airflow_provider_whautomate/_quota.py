"""Waiting for permits of the account without a worker slot."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.common.compat.sdk import conf

from airflow_provider_whautomate._versions import AirflowRescheduleException
from whautomate_core.errors import ConfigurationError, QuotaExhausted
from whautomate_core.values.numbers import require_seconds, require_whole

if TYPE_CHECKING:
    from whautomate_core.client.usage import Used

WAITS_IN_SLOT = "waiting %s in the worker slot; with deferrable=True the task waits without one"


def check_quota(max_wait: Any, max_requests: Any) -> None:
    """Check the arguments about permits.

    :param max_wait: A number of seconds, or None.
    :param max_requests: A number of requests, or None.
    :raises ConfigurationError: for anything else.
    """
    require_seconds("max_wait", max_wait, zero=True, none=True)
    require_whole("max_requests", max_requests, 1, none=True)


def wait_for_permit(task: Any, error: QuotaExhausted, so_far: Used) -> NoReturn:
    """Leave the worker slot until the next permit is due; then Airflow calls `task.execute_again`.

    :param task: The task.
    :param error: Why there is no permit yet.
    :param so_far: What the try has used and changed; `execute_again` gets it back.
    """
    now = time.time()
    until = max(now, error.next_permit_at or now + 60.0) + spread()
    moment = datetime.fromtimestamp(until, UTC)
    if reschedules():
        task.log.info("%s: rescheduled to %s", error, f"{moment:%Y-%m-%d %H:%M:%S} UTC")
        raise AirflowRescheduleException(moment)  # type: ignore[no-untyped-call]
    task.log.info("%s: waiting in the triggerer until %s", error, f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    used: dict[str, Any] = {"requests": so_far.requests, "waited": so_far.waited + until - now, "window": error.window}
    used |= {"changed": dict(so_far.changed())}
    task.defer(trigger=task.wait_trigger(until), method_name="execute_again", kwargs=used)
    raise AssertionError("unreachable")


def spread() -> float:
    """Return seconds to add to the moment of a permit, because many tasks may wait for the same one."""
    return random.uniform(0.2, 3.0)  # noqa: S311


def reschedules() -> bool:
    """Whether Airflow's configuration says that tasks wait by the scheduler instead of the triggerer."""
    how = conf.get("whautomate", "wait_for_quota", fallback="defer")
    if how not in ("defer", "reschedule"):
        raise ConfigurationError(f"wait_for_quota in section whautomate must be defer or reschedule, not {how!r}")
    return bool(how == "reschedule")
