"""What differs between the versions of Airflow. No other module of this package asks which one runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator
from airflow.providers.common.compat.version_compat import AIRFLOW_V_3_0_PLUS, AIRFLOW_V_3_3_PLUS
from airflow.triggers.base import BaseTrigger

from whautomate_core.errors import ConfigurationError

__all__ = [
    "HAS_ON_KILL",
    "STATES_COME_BY_API",
    "TEST_GETS_SAVED_KEY",
    "TEST_NEEDS_PORT",
    "TEST_SHOWS_FAILURES",
    "AirflowRescheduleException",
    "BaseEventTrigger",
    "Ended",
    "Reschedulable",
    "RetryDecision",
    "RetryPolicy",
    "SharedStreamProducer",
    "record_span",
    "state_of",
]

TEST_SHOWS_FAILURES = AIRFLOW_V_3_0_PLUS
"""The connection form shows that a test failed. Airflow 2 shows failures in green, too."""

TEST_GETS_SAVED_KEY = AIRFLOW_V_3_0_PLUS
"""A test of a saved connection gets its key. In Airflow 2 the key has to be typed in again."""

TEST_NEEDS_PORT = AIRFLOW_V_3_0_PLUS
"""The connection form can't test an empty port."""

HAS_ON_KILL = hasattr(BaseTrigger, "on_kill")
"""Since Airflow 3.3, a trigger is told when a person acts on a deferred task. Before, it only sees that it ends."""

STATES_COME_BY_API = AIRFLOW_V_3_0_PLUS
"""`state_of` asks Airflow's API, which a triggerer loads at the first question."""

if TYPE_CHECKING or AIRFLOW_V_3_0_PLUS:
    from airflow.sdk.exceptions import AirflowRescheduleException

    Ended: Any = BaseException
else:
    from airflow.exceptions import AirflowRescheduleException, AirflowTaskTerminated

    Ended = AirflowTaskTerminated  # after any other, Airflow 2 overwrites the state that a person gave the task

if TYPE_CHECKING or AIRFLOW_V_3_3_PLUS:
    from airflow.providers.common.compat.sdk import RetryDecision, RetryPolicy
    from airflow.triggers.base import BaseEventTrigger
    from airflow.triggers.shared_stream import SharedStreamProducer
else:
    RetryDecision = None
    SharedStreamProducer = object

    class BaseEventTrigger(BaseTrigger):
        """Stands in for what this Airflow doesn't have."""

        def __init__(self) -> None:
            from airflow import __version__

            raise ConfigurationError(
                f"watchers of assets need Airflow 3.3 or newer, and this is {__version__}: use a sensor instead, such "
                "as WhautomateMessageSensor or WhautomateAppointmentSensor"
            )

    class RetryPolicy:
        """Stands in for what this Airflow doesn't have."""

        def __init__(self) -> None:
            from airflow import __version__

            raise ConfigurationError(
                f"retry policies need Airflow 3.3 or newer, and this is {__version__}. Leave retry_policy out: "
                "Whautomate's operators and sensors fail without a retry where one could repeat a send anyway"
            )


class Reschedulable:
    """Mixin of operators that may be rescheduled, before `BaseOperator`.

    Airflow 2 looks at the time a task was rescheduled to only if it knows that the task may be rescheduled.
    """

    if not AIRFLOW_V_3_0_PLUS:
        from airflow.ti_deps.deps.ready_to_reschedule import ReadyToRescheduleDep

        deps: Any = BaseOperator.deps | {ReadyToRescheduleDep()}  # type: ignore[attr-defined]
        reschedule = property(lambda self: self.may_be_rescheduled())

        @classmethod
        def get_serialized_fields(cls) -> frozenset[str]:
            """Return the fields that Airflow's scheduler sees."""
            fields: frozenset[str] = super().get_serialized_fields()  # type: ignore[misc]
            return fields | {"reschedule"}

    def may_be_rescheduled(self) -> bool:
        """Whether the task may be rescheduled."""
        raise NotImplementedError


def state_of(ti: Any) -> str | None:
    """Return the state that Airflow has of a task instance now: None if it was cleared, "removed" if it is gone.

    :param ti: The task instance: its `dag_id`, `run_id`, `task_id` and `map_index` are used.
    """
    if AIRFLOW_V_3_0_PLUS:
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        name = ti.task_id if ti.map_index < 0 else f"{ti.task_id}_{ti.map_index}"
        states = RuntimeTaskInstance.get_task_states(
            dag_id=ti.dag_id, task_ids=[ti.task_id], run_ids=[ti.run_id], map_index=ti.map_index
        )
        found = states.get(ti.run_id, {}).get(name, "removed")
    else:
        from airflow import settings
        from airflow.models import TaskInstance
        from sqlalchemy.orm import Session

        # In a session of its own, because the task's may be in the middle of something.
        with Session(settings.engine) as session:
            names = {name: getattr(ti, name) for name in ("dag_id", "run_id", "task_id", "map_index")}
            row = session.query(TaskInstance.state).filter_by(**names).one_or_none()
        found = "removed" if row is None else row[0]
    return None if found is None else str(getattr(found, "value", found))


def record_span(name: str, seconds: float, attributes: Mapping[str, str | int]) -> None:
    """Record a span that has ended now, below that of the task.

    :param name: Of the span.
    :param seconds: How long it took.
    :param attributes: Of the span. With `error.type` it counts as failed.
    """
    ended = time.time()
    if AIRFLOW_V_3_0_PLUS:
        from opentelemetry import trace

        span = trace.get_tracer("airflow_provider_whautomate").start_span(
            name, kind=trace.SpanKind.CLIENT, start_time=int((ended - seconds) * 1e9), attributes=dict(attributes)
        )
        if "error.type" in attributes:
            span.set_status(trace.StatusCode.ERROR)
        span.end(int(ended * 1e9))
    else:
        from airflow.traces.tracer import Trace  # type: ignore[import-not-found]
        from opentelemetry import trace

        started = datetime.fromtimestamp(ended - seconds, UTC)
        with Trace.start_span(name, component="whautomate", parent_sc=_span_of_task(), start_time=started) as span:
            span.set_attributes(dict(attributes))
            if "error.type" in attributes:
                span.set_status(trace.StatusCode.ERROR)


def _span_of_task() -> Any:
    """The span of the current task in Airflow 2, whose ids follow from the run; None outside of a task."""
    from airflow.providers.common.compat.sdk import AirflowException, get_current_context
    from airflow.traces.tracer import gen_context
    from airflow.traces.utils import gen_span_id, gen_trace_id  # type: ignore[import-not-found]

    try:
        ti: Any = get_current_context()["ti"]
    except AirflowException:
        return None
    return gen_context(gen_trace_id(ti.dag_run, as_int=True), gen_span_id(ti, as_int=True))
