"""A script with httpx and tenacity, as tenacity's documentation writes it: exponential backoff with jitter, a last try.

The scheduler (cron, a BashOperator with retries) starts it again where it fails. With `pyrate`, each request first
waits for pyrate-limiter: its SQLite bucket with the file lock, which its documentation has for several processes.
"""

import sys
from collections.abc import Iterator
from typing import Any

import given
import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

http = httpx.Client(base_url=given.URL, headers=given.HEADERS, timeout=10)
limiter: Any = None


class Refused(Exception):
    """The server says no; another try is no use."""


@retry(
    retry=retry_if_exception_type(httpx.HTTPError),
    wait=wait_random_exponential(multiplier=1, max=60),
    stop=stop_after_attempt(10),
    reraise=True,
)
def call(method: str, path: str, **how: Any) -> Any:
    if limiter is not None:
        limiter.try_acquire("whautomate")
    response = http.request(method, path, **how)
    if response.status_code == 429 or response.status_code >= 500:
        response.raise_for_status()
    answer = response.json()
    if response.is_error or (isinstance(answer, dict) and "error" in answer):
        raise Refused(response.status_code)
    return answer


def contacts() -> Iterator[dict[str, Any]]:
    page = 1
    while found := call("GET", "/v1/contacts", params={"page": page, "limit": 50}):
        yield from found
        page += 1


def send() -> None:
    opted_out = given.numbers_of_opted_out(list(contacts()))
    for row in given.rows():
        if given.digits(row["phoneNumber"]) not in opted_out:
            call("POST", "/v1/messages/whatsapp/sendtemplate", json=given.message(row))


@retry(
    retry=retry_if_exception_type(httpx.HTTPError),
    wait=wait_random_exponential(multiplier=1, max=60),
    stop=stop_after_attempt(10),
    reraise=True,
)
def create_if_missing(row: dict[str, str]) -> None:
    number = given.digits(row["phoneNumber"])
    response = http.get("/v1/contacts", params={"searchText": number})
    response.raise_for_status()
    if not any(given.digits(one["phoneNumber"]) == number for one in response.json()):
        http.post("/v1/contacts", json=given.contact(row)).raise_for_status()


def create() -> None:
    for row in given.rows():
        create_if_missing(row)


def export() -> None:
    given.export(given.numbers_of_opted_out(list(contacts())))


def hammer() -> None:
    for _ in given.rows():
        call("GET", "/v1/account-info")


if __name__ == "__main__":
    if sys.argv[1:] == ["pyrate"]:
        from pyrate_limiter import Duration, limiter_factory

        limiter = limiter_factory.create_sqlite_limiter(
            rate_per_duration=given.LIMIT,
            duration=Duration.SECOND * given.SECONDS,
            db_path=str(given.HOME / "limiter.sqlite"),
            use_file_lock=True,
        )
    {"send": send, "create": create, "export": export, "hammer": hammer}[given.JOB]()
