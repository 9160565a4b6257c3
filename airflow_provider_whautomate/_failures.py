"""Errors of the triggerer, raised in the worker as if they had happened there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException

from airflow_provider_whautomate.hooks.whautomate import FINAL
from whautomate_core import errors


def failed_event(error: Exception) -> dict[str, Any]:
    """Return the event of a trigger that failed. Airflow keeps it in its metadata database.

    :param error: What it raised. Of our own errors the event holds the text, which names nobody, and the numbers, such
        as `status` and `retry_after`. The text of another error may hold anything, so it is only in the log.
    """
    kind = type(error)
    event: dict[str, Any] = {"status": "error", "type": kind.__name__}
    if _own(event["type"]) is not kind:
        if kind.__module__ != "builtins":  # other packages have a NotFound, too
            event["type"] = f"{kind.__module__}.{kind.__qualname__}"
        return event | {"message": "the log of the trigger says what happened", "numbers": {}}
    numbers = {name: value for name, value in vars(error).items() if isinstance(value, int | float)}
    return event | {"message": str(error), "numbers": numbers}


def failure_of(event: Mapping[str, Any]) -> Exception:
    """Return the error that a worker raises for the event of a trigger that failed.

    It is what the same failure raises in a worker: the error itself, or `AirflowFailException` caused by it if it is
    final. So a retry policy, and code that catches errors, need not know where it happened. An error that is not ours
    becomes an `AirflowException`.

    :param event: What `failed_event` returned, or another event that says that a trigger failed.
    """
    kind = _own(str(event.get("type")))
    if kind is None:
        return AirflowException(f"the trigger failed: {event.get('type', 'no event')}: {event.get('message', event)}")
    error = kind(str(event.get("message")))
    vars(error).update(event.get("numbers") or {})  # an event of a version before has none
    if not isinstance(error, FINAL):
        return error
    failure = AirflowFailException(str(error))
    failure.__cause__ = error
    return failure


def _own(name: str) -> type[errors.WhautomateError] | None:
    """The error of this package with a name."""
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, errors.WhautomateError) else None
