"""dlt with a custom destination, as its documentation writes reverse ETL.

`batch_size=1`, which it advises where a batch is not atomic. A load job that fails is retried by dlt, and a run that
finds a package that is not loaded yet resumes it where it stopped.
"""

from typing import Any

import dlt
import given
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

# dlt's own requests, which retry by themselves: on lost connections, 429 and 5xx.
http = Client(request_timeout=10)
reader = RESTClient(
    base_url=given.URL,
    headers=given.HEADERS,
    paginator=PageNumberPaginator(base_page=1, page_param="page", total_path=None, stop_after_empty_page=True),
)


def contacts() -> list[dict[str, Any]]:
    return [one for page in reader.paginate("/v1/contacts", params={"limit": 50}) for one in page]


def post(path: str, body: dict[str, Any]) -> None:
    answer = http.post(f"{given.URL}{path}", json=body, headers=given.HEADERS).json()
    if "error" in answer:
        raise ValueError("refused")


@dlt.destination(batch_size=1, name="whautomate")
def whautomate(items: list[dict[str, Any]], table: Any) -> None:
    for row in items:
        if given.JOB == "send":
            post("/v1/messages/whatsapp/sendtemplate", given.message(row))
            continue
        number = given.digits(row["phoneNumber"])
        found = http.get(f"{given.URL}/v1/contacts", params={"searchText": number}, headers=given.HEADERS).json()
        if not any(given.digits(one["phoneNumber"]) == number for one in found):
            post("/v1/contacts", given.contact(row))


def chosen() -> list[dict[str, str]]:
    if given.JOB == "create":
        return given.rows()
    opted_out = given.numbers_of_opted_out(contacts())
    return [row for row in given.rows() if given.digits(row["phoneNumber"]) not in opted_out]


if __name__ == "__main__":
    if given.JOB == "export":
        given.export(given.numbers_of_opted_out(contacts()))
    else:
        pipeline = dlt.pipeline("campaign", pipelines_dir=str(given.HOME / "dlt"), destination=whautomate)
        if pipeline.has_pending_data:
            pipeline.run()
        else:
            pipeline.run(dlt.resource(chosen, name="people", columns={"phoneNumber": {"data_type": "text"}}))
