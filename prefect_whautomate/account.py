"""The account itself, and its requests."""

from __future__ import annotations

from prefect_whautomate._tasks import endpoint_tasks
from prefect_whautomate._waiting import waiting_tasks
from whautomate_core.api import account
from whautomate_core.waiting.quota import QuotaFree

get_account_info, aget_account_info = endpoint_tasks(account.get_account_info)


def _wait_for_quota(requests: int) -> QuotaFree:
    """Wait until the account may make so many requests now.

    The state database is asked, at most 60 s apart; nothing is sent. Nothing is reserved: others may use them first.

    Args:
        requests: How many, within a minute as within a day.

    Returns:
        `left`, the number of requests that are.
    """
    return QuotaFree(requests)


wait_for_quota, await_for_quota = waiting_tasks(_wait_for_quota)
