"""When Airflow tries a failed task again, for Airflow 3.3 and newer."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from airflow_provider_whautomate._quota import spread
from airflow_provider_whautomate._versions import RetryDecision, RetryPolicy
from airflow_provider_whautomate.hooks.whautomate import FINAL
from whautomate_core.errors import AuthenticationError, ConfigurationError, InvalidRequest, QuotaExhausted, RateLimited
from whautomate_core.values.words import time_of

if TYPE_CHECKING:
    from airflow.providers.common.compat.sdk import Context


def whautomate_retry_policy() -> RetryPolicy:
    """Return the retry policy for tasks that call Whautomate, for `retry_policy` of a task or of `default_args`.

    Whautomate's operators and sensors wait for permits without failing, and fail without a retry where one could repeat
    a send, with or without it. It does the same for tasks of your own that use `WhautomateHook`. For both it ends the
    retries after an error that a person has to mend. Airflow asks it only if a task raises an error, not if its worker
    dies: operators claim what they send, the hook doesn't.

    - `OutcomeUnknown`, `PolicyRefused`, `NotDelivered`, `BudgetExceeded` and `StateLost` fail the task at once, also
      if they are the cause of the error that it raised.
    - After `QuotaExhausted`, the retry is made when the next permit is due.
    - After `RateLimited`, it is made when the server's `Retry-After` has passed.
    - `ConfigurationError`, `AuthenticationError`, and `InvalidRequest` if the server refused the request, fail the task
      at once too.
    - For all other errors, the task's own `retry_delay` and the other settings apply.

    The number of `retries` is the task's own in each case.

    :raises ConfigurationError: before Airflow 3.3, which has no retry policies.
    """
    return WhautomateRetryPolicy()


class WhautomateRetryPolicy(RetryPolicy):
    """What `whautomate_retry_policy` returns."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Context | None = None
    ) -> RetryDecision:
        """Decide whether and when a failed task is tried again. The reasons hold no text of the errors.

        :param exception: What it raised.
        :param try_number: Number of the attempt, from 1.
        :param max_tries: How many attempts it has.
        :param context: Of the task.
        """
        errors = _involved(exception)
        for error in errors:
            if isinstance(error, FINAL):
                return RetryDecision.fail(f"{type(error).__name__}: a retry could repeat a send, or fail again")
        due = {at: error for error in errors if (at := _due(error)) is not None}
        if not due:
            for error in errors:
                if _needs_mending(error):
                    return RetryDecision.fail(f"{type(error).__name__}: a retry would fail again")
            return RetryDecision.default()
        latest = max(due)
        delay = timedelta(seconds=max(0.0, latest - time.time()) + spread())
        return RetryDecision.retry(delay, f"{type(due[latest]).__name__}: not before {time_of(latest)}")


def _needs_mending(error: BaseException) -> bool:
    """Whether somebody has to change a setting, an argument or a right before it can succeed.

    What this package refused before it was sent may be otherwise next time: too many failed rows, a template that is
    not approved yet, another run that has the sync.
    """
    if isinstance(error, InvalidRequest):
        return error.status is not None
    return isinstance(error, (ConfigurationError, AuthenticationError))


def _due(error: BaseException) -> float | None:
    """When to try again, in seconds since the epoch; None if the error doesn't say."""
    if isinstance(error, QuotaExhausted):
        return error.next_permit_at
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return time.time() + error.retry_after
    return None


def _involved(error: BaseException) -> list[BaseException]:
    """An error, what led to it, and what is in it if it is a group."""
    found: dict[int, BaseException] = {}
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in found:
            continue
        found[id(one)] = one
        waiting.append(one.__cause__)
        if not one.__suppress_context__:
            waiting.append(one.__context__)
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
    return list(found.values())
