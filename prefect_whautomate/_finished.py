"""Finished tasks are not repeated when their flow run is run again."""

from __future__ import annotations

import hmac
import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from prefect.cache_policies import CachePolicy
from prefect.context import TaskRunContext
from prefect.exceptions import HashError
from prefect.runtime import flow_run
from prefect.utilities.hashing import hash_objects

from prefect_whautomate._flow_runs import deployed_run, kept_name
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.rows.read_once import can_be_read_twice

_calls: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
_counting = threading.Lock()


@dataclass
class FinishedInRun(CachePolicy):
    """The flow run, the inputs, and which of the calls with these inputs it is.

    A later attempt of the flow run gets the results of the earlier one, call by call. Within an attempt, a second call
    with the same inputs is made again, as a flow that syncs a file twice expects. Prefect's own policy INPUTS would
    return the first result, and can't tell two accounts apart, because it hashes secrets as they are shown.
    """

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: dict[str, Any], **kwargs: Any
    ) -> str | None:
        return call_in_run(task_ctx, inputs)


def call_in_run(task_ctx: TaskRunContext, inputs: dict[str, Any]) -> str | None:
    """What identifies a call of a task in all attempts of its flow run; None if nothing does.

    Args:
        task_ctx: The context of the task.
        inputs: Its arguments.
    """
    run, attempt = task_ctx.task_run.flow_run_id, flow_run.run_count
    if run is None:
        return None
    if (deployed := deployed_run()) is not None:  # a flow that it calls is a new run in each of its attempts
        run, attempt = deployed.id, deployed.run_count
    if not isinstance(inputs["credentials"], WhautomateCredentials):
        return None  # the task refuses it
    account = inputs["credentials"].get_account()
    others = {name: value for name, value in inputs.items() if name != "credentials"}
    if not can_be_read_twice(others):
        return None  # hashing would use up the rows of a generator
    try:
        text = hash_objects(kept_name(task_ctx.task), account.id, others, raise_on_failure=True)
    except HashError:
        return None
    # Inputs may be about people, and the key is the name of a file.
    digest = hmac.new(account.key.get_secret_value().encode(), f"{run} {text}".encode(), "sha256").hexdigest()[:32]
    with _counting:
        calls = _calls[run, attempt, digest]
        if task_ctx.task_run.id not in calls:
            calls.append(task_ctx.task_run.id)
        place = calls.index(task_ctx.task_run.id)
    return f"whautomate-{run}-{digest}-{place}"
