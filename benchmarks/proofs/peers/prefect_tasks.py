"""Prefect: a task for each person, with retries, and results that are kept by their inputs.

So a flow that is run again finds what was sent, as Prefect's documentation of caching recommends. A global concurrency
limit with slots that decay is its rate limit: each request first asks the server for a slot.
"""

from typing import Any

import given
import httpx
from prefect import flow, task
from prefect.cache_policies import INPUTS
from prefect.concurrency.sync import rate_limit

ONCE: Any = {"persist_result": True, "cache_policy": INPUTS}
RETRIED: Any = {"retries": 9, "retry_delay_seconds": [1, 2, 4, 8, 16, 32, 60, 60, 60], "retry_jitter_factor": 0.5}

http = httpx.Client(base_url=given.URL, headers=given.HEADERS, timeout=10)


def call(method: str, path: str, **how: Any) -> Any:
    if given.LIMIT:
        rate_limit("whautomate")
    response = http.request(method, path, **how)
    response.raise_for_status()
    answer = response.json()
    if isinstance(answer, dict) and "error" in answer:
        raise ValueError("refused")
    return answer


@task(**RETRIED)
def page_of_contacts(page: int) -> list[dict[str, Any]]:
    return call("GET", "/v1/contacts", params={"page": page, "limit": 50})


def contacts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while page := page_of_contacts(len(found) // 50 + 1):
        found += page
    return found


@task(**RETRIED, **ONCE)
def send_one(row: dict[str, str]) -> None:
    call("POST", "/v1/messages/whatsapp/sendtemplate", json=given.message(row))


@task(**RETRIED, **ONCE)
def create_if_missing(row: dict[str, str]) -> None:
    number = given.digits(row["phoneNumber"])
    found = call("GET", "/v1/contacts", params={"searchText": number})
    if not any(given.digits(one["phoneNumber"]) == number for one in found):
        call("POST", "/v1/contacts", json=given.contact(row))


@task(**RETRIED)
def read_account(number: int) -> None:
    call("GET", "/v1/account-info")


@flow
def job() -> None:
    if given.JOB == "export":
        given.export(given.numbers_of_opted_out(contacts()))
    elif given.JOB == "create":
        for row in given.rows():
            create_if_missing(row)
    elif given.JOB == "hammer":
        for number, _ in enumerate(given.rows()):
            read_account(number)
    else:
        opted_out = given.numbers_of_opted_out(contacts())
        for row in given.rows():
            if given.digits(row["phoneNumber"]) not in opted_out:
                send_one(row)


if __name__ == "__main__":
    job()
