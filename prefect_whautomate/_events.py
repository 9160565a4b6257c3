"""What came of a run, as events of Prefect that automations can react to: docs/guides/prefect.md.

Each event is told once, under a claim in the account's state, whatever runs again. It holds counts, and ids of records,
and nothing about people.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from prefect.context import FlowRunContext, TaskRunContext
from prefect.events import emit_event
from prefect.events.worker import should_emit_events
from prefect.transactions import get_transaction

from prefect_whautomate._flow_runs import flow_runs
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.account import Account
from whautomate_core.errors import Busy, InvalidRequest, PolicyRefused, QuotaExhausted, WhautomateError
from whautomate_core.rows.outcomes import counts_of
from whautomate_core.state import open_state

log = logging.getLogger(__name__)

_OF_OPT_OUTS = ("opted_out", "forgotten", "stopped_marketing")
_REJECTS = ("max_rejected", "max_consent_rejected", "max_suppress_rejected")
_DELIVERY = ("recipients", "sent", "delivered", "undelivered")


def tell_job(account: Account, job: str, report: Mapping[str, Any]) -> None:
    """Tell that a job over rows is done: `sync.completed` with its counts.

    Args:
        account: The account.
        job: Name of the job.
        report: What it returned.
    """
    if job.startswith(("sync_", "tag_")) and not report.get("plan"):
        transaction = get_transaction()
        once = (transaction and transaction.key) or _attempt(job)
        _tell(account, "sync.completed", once, {"job": job, **counts_of(report)})


def tell_sent(account: Account, made: Mapping[str, Any]) -> None:
    """Tell that a broadcast was created, and when it starts: `broadcast.sent`. Not if it was skipped."""
    if made["id"] is not None:
        payload = {"broadcast_id": made["id"], "starts": made.get("start"), **_figures(made, "recipients")}
        _tell(account, "broadcast.sent", made["id"], payload, broadcast=made["id"])


def tell_ended(account: Account, receipt: Mapping[str, Any]) -> None:
    """Tell how a broadcast ended: `broadcast.delivered`, or `broadcast.failed` if a threshold was not met."""
    kind = "broadcast.delivered" if receipt["problem"] is None else "broadcast.failed"
    payload = {"broadcast_id": receipt["id"], "status": receipt["status"], **_figures(receipt, *_DELIVERY)}
    _tell(account, kind, receipt["id"], payload, broadcast=receipt["id"])


def tell_error(account: Account, step: str, error: WhautomateError) -> None:
    """Tell of an error that people want to hear of: too many rejects, no requests left, somebody has opted out.

    Args:
        account: The account.
        step: Name of the task.
        error: Why it ends.
    """
    if isinstance(error, InvalidRequest) and error.over in _REJECTS:
        _tell(account, "rejects.exceeded", _attempt(step), {"job": step, "threshold": error.over})
    elif isinstance(error, QuotaExhausted) and not isinstance(error, Busy):
        # One for all steps that wait for the same: at most one in an hour.
        due = error.next_permit_at or time.time()
        once = f"{error.window} {int(due // max(3600.0, error.window or 0.0))}"
        _tell(
            account, "quota.exhausted", once, {"window_seconds": error.window, "next_permit_at": error.next_permit_at}
        )
    elif isinstance(error, PolicyRefused) and error.kind in _OF_OPT_OUTS:
        _tell(account, "opt_out.refused", _attempt(step), {"task": step, "kind": error.kind})


def telling_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make the function of a task, sync or async, tell of its errors. Its first argument is the block."""

    def tell(args: tuple[Any, ...], kwargs: dict[str, Any], error: WhautomateError) -> None:
        credentials = args[0] if args else kwargs["credentials"]
        if isinstance(credentials, WhautomateCredentials):
            tell_error(credentials.get_account(), function.__name__, error)

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except WhautomateError as error:
            tell(args, kwargs, error)
            raise

    @functools.wraps(function)
    async def run_async(*args: Any, **kwargs: Any) -> Any:
        try:
            return await function(*args, **kwargs)
        except WhautomateError as error:
            await asyncio.to_thread(tell, args, kwargs, error)
            raise

    return run_async if inspect.iscoroutinefunction(function) else run


def _attempt(step: str) -> str:
    """What identifies a failure: the attempt of the flow run, and the step, of whose mapped runs many may fail."""
    runs, task = flow_runs(), TaskRunContext.get()
    if runs:
        return f"{runs[0].id} {runs[0].run_count} {step}"
    return f"{task.task_run.id if task else time.time_ns()} {step}"


def _figures(of: Mapping[str, Any], *names: str) -> dict[str, int]:
    return {name: count for name, count in counts_of(of).items() if name in names}


def _tell(account: Account, kind: str, once: str, payload: dict[str, Any], *, broadcast: str | None = None) -> None:
    if (FlowRunContext.get() is None and TaskRunContext.get() is None) or not should_emit_events():
        return
    of_account = {"prefect.resource.id": f"whautomate.account.{account.id}"}
    resource, related = of_account, []
    if broadcast is not None:
        resource = {"prefect.resource.id": f"whautomate.broadcast.{broadcast}"}
        related = [{**of_account, "prefect.resource.role": "account"}]
    key = f"event {kind} {once}"
    try:
        claims = open_state(account.state).claims
        if claims.get(account.id, key) is not None:
            return
        # The id tells Prefect that it is the same event if the process dies before the claim is written.
        event_id = uuid5(NAMESPACE_URL, f"whautomate {account.id} {key}")
        emit_event(f"whautomate.{kind}", resource=resource, related=related, payload=payload, id=event_id)
        claims.claim(account.id, key, {}, "an event", settled=True)
    except Exception as error:  # the work is done, whether it is told or not
        log.warning("the event whautomate.%s could not be told: %s", kind, type(error).__name__)
