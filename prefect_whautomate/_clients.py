"""The HTTP client of a task, and what a task has used of the account's requests."""

from __future__ import annotations

import asyncio
from typing import Any, TypeVar

from prefect_whautomate._flow_runs import deployed_run, require_one_state, run_in_words
from prefect_whautomate._leaving import leave_with_others, shortest_absence
from prefect_whautomate.credentials import WhautomateCredentials
from whautomate_core.client.client import AsyncClient, Client
from whautomate_core.client.retries import ATTEMPTS
from whautomate_core.state.pool import Lane, Pool

AnyClient = TypeVar("AnyClient", Client, AsyncClient)


def open_client(
    credentials: WhautomateCredentials, *, lane: Lane = "interactive", max_requests: int | None = None
) -> Client:
    """The client of a task. Use it as a context manager.

    Args:
        credentials: The account.
        lane: `bulk` leaves some of the account's requests to `interactive` tasks.
        max_requests: The most requests it may make, repeats included.
    """
    return task_client(Client, credentials, lane=lane, max_requests=max_requests)


async def open_async_client(credentials: WhautomateCredentials, *, max_requests: int | None = None) -> AsyncClient:
    """`open_client` for coroutines."""
    # In a thread: it may ask Prefect's API which run this is, and it opens the state database.
    return await asyncio.to_thread(task_client, AsyncClient, credentials, max_requests=max_requests)


def task_client(
    kind: type[AnyClient],
    credentials: WhautomateCredentials,
    *,
    lane: Lane = "interactive",
    max_requests: int | None = None,
    pool: Pool | None = None,
    attempts: int = ATTEMPTS,
) -> AnyClient:
    """The client of a task.

    In a deployed flow run it waits for a permit up to `max_wait`, or as long as the shortest absence of a flow run if
    that is longer; elsewhere it waits without limit.

    Args:
        kind: Its class.
        credentials: The account.
        lane: `bulk` leaves some of the account's requests to `interactive` tasks.
        max_requests: The most requests it may make, repeats included.
        pool: Where its permits come from; defaults to the account's pool.
        attempts: How often it sends a request that may be repeated.

    Raises:
        ConfigurationError: In a flow run of a work pool whose workers may each have a state of their own.
    """
    account, run = credentials.get_account(), deployed_run()
    max_wait = None
    if run is not None:
        require_one_state(account, credentials._block_document_name, run)
        leave_with_others(run)
        max_wait = max(credentials.max_wait, shortest_absence())
    return kind(
        account,
        pool=pool,
        lane=lane,
        max_requests=max_requests,
        max_wait=max_wait,
        attempts=attempts,
        run=run_in_words(),
    )


def used(client: Client | AsyncClient) -> dict[str, Any]:
    """What a task took, for its result: `requests`, and `waited`, the seconds spent waiting for permits."""
    return {"requests": client.used.requests, "waited": round(client.used.waited, 1)}
