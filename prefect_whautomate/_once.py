"""What identifies a call across the attempts of its task and of its flow run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from prefect.context import TaskRunContext

from prefect_whautomate._runs import flow_runs
from whautomate_core.call import Call, Repeat
from whautomate_core.client import Client
from whautomate_core.errors import InvalidRequest
from whautomate_core.once import send_once
from whautomate_core.policy import digits
from whautomate_core.state import open_state

_ABOUT = (
    # Bookings: whose and of what, not when. A flow that books the first free slot finds another one when it runs again.
    ("appointmentId",),
    ("participantId",),
    ("client", "service"),
    # Messages: to whom, not what.
    ("contact",),
    ("clientId",),
    ("recepient",),
    # People.
    ("phoneNumber",),
    ("phone",),
    ("email",),
    # Classes and blocked times are their times.
    ("service", "staff", "location", "date", "time"),
    ("startDate", "endDate"),
    # The rest: tags, segments, services, webhooks. Broadcasts too: their location is not whom they reach.
    ("name",),
    ("fullName",),
)
"""The first of these that a body has says what a call is about, together with the ids in its path."""


def send_task_call(client: Client, name: str, call: Call[Any], key: str | None, result: Callable[[Any], Any]) -> Any:
    """Send the call of a task; where it must not happen twice, under a claim.

    Its key is `key`, else the outermost flow run, the endpoint and what the call is about: never the rest of what it
    says, which may differ when a flow runs again, and not its place among the calls, which shifts when a list does.
    Of two calls about the same in one attempt nobody knows whether both are meant, so the second is an error. Outside
    of runs nothing tells a repetition from another call: without `key` it is sent as often as it is asked for.
    """
    place = _place()
    if call.repeat is not Repeat.ONCE or (key is None and place is None):
        return result(client.send(call))
    if key is not None:
        return send_once(client, key, call, result)[0]
    assert place is not None
    state = open_state(client.account.state)
    fields = _about(call.body or {})
    # Keyed with the database's secret: a plain hash of a phone number tells the number to who tries them all.
    about = state.secret.digest([call.ids, *fields.values()])
    key = f"prefect {place['flow_runs'][0][0] if place['flow_runs'] else place['task_run']} {name} {about}"
    stored, sent = send_once(client, key, call, lambda record: {"result": result(record), "place": place})
    if not sent and stored["place"] != place:
        if not _is_later_attempt(stored["place"], place):
            raise InvalidRequest(
                f"{name} is called twice in this flow run for the same {' and '.join(fields) or 'record'}: nothing was "
                "sent the second time; if both are meant, give each its own key=..."
            )
        state.claims.settle(client.account.id, key, {**stored, "place": place})
    return stored["result"]


def key_of_job(name: str, arguments: Mapping[str, Any]) -> str | None:
    """What identifies a job in its flow run: what it is about, never when. None outside of runs."""
    place = _place()
    if place is None:
        return None
    about = {one: arguments[one] for one in _ABOUT_JOB if arguments.get(one) is not None}
    run = place["flow_runs"][0][0] if place["flow_runs"] else place["task_run"]
    return f"prefect {run} {name} {json.dumps(about, sort_keys=True)}"


_ABOUT_JOB = ("appointment_id", "client_id", "service_id", "date")


def _about(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body is about: its fields of that, each as what identifies it."""
    fields = next((fields for fields in _ABOUT if fields[0] in body), ())
    return {field: _identity(field, body) for field in fields if field in body}


def _identity(field: str, body: Mapping[str, Any]) -> Any:
    value = body[field]
    if field == "recepient":
        field, value = "phoneNumber", value["phoneNumber"]
    if field in ("phoneNumber", "phone"):
        # Some write the plus and spaces, some don't.
        return digits(f"{body.get('countryCode') or ''}{value}")
    return value.get("id", value) if isinstance(value, Mapping) else value


def _place() -> dict[str, Any] | None:
    """Where a call is made: the flow runs outermost first, each with its attempt, and the task run."""
    task = TaskRunContext.get()
    runs = [[str(run.id), run.run_count] for run in flow_runs()]
    if not runs and task is None:
        return None
    return {"flow_runs": runs, "task_run": task and str(task.task_run.id)}


def _is_later_attempt(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether the two are of different attempts of one flow run, and not two calls within one attempt."""
    for (run, count), (same, later) in zip(before["flow_runs"], now["flow_runs"], strict=False):
        if run != same:
            return False
        if count != later:
            return True
    return False
