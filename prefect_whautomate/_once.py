"""What identifies a call across the attempts of its task and of its flow run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prefect.context import TaskRunContext

from prefect_whautomate._flow_runs import flow_runs
from whautomate_core.api.call import Call, Repeat
from whautomate_core.client.client import Client
from whautomate_core.client.identity import Step
from whautomate_core.client.keys_before import PrefectKeys
from whautomate_core.client.once import send_once
from whautomate_core.state.claims import Claim


def send_task_call(
    client: Client,
    call: Call[Any],
    key: str | None,
    result: Callable[[Any], Any],
    met: Callable[[Claim], object] = lambda claim: None,
) -> Any:
    """Send the call of a task, under a claim if it must not happen twice.

    Args:
        client: The client that sends it.
        call: The call.
        key: Its key; defaults to the outermost flow run, the endpoint and what the call is about. Outside of runs
            nothing tells a repetition from another call, so without a key it is sent each time.
        result: Makes the result of an answer.
        met: Called with the claim of the attempt that has sent it before.
    """
    once = key if key is not None else step_of_run()
    if call.repeat is not Repeat.ONCE or once is None:
        return result(client.send(call))
    stored, _ = send_once(client, once, call, result, met=met)
    # Claims of the first form also held the place of the call.
    return stored["result"] if isinstance(stored, dict) and stored.keys() == {"result", "place"} else stored


def step_of_run() -> Step | None:
    """The outermost flow run, or outside of flows the task run, as a step; None outside of runs."""
    task = TaskRunContext.get()
    run = next((str(one.id) for one in flow_runs()), task and str(task.task_run.id))
    return Step(f"prefect {run}", PrefectKeys(run)) if run else None
