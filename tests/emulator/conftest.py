"""A caller that goes through httpx and holds every answer against the contract, without the emulator's own reading
of it."""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from whautomate_core.emulator import LOCATION_ID, STAFF_ID, Emulator, behaviour_from, create_app

START = 1_780_000_000.0  # a minute boundary is 20 s away: fixed windows and sliding ones differ


@functools.cache
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(resources.files("whautomate_core").joinpath("contract.yaml").read_text())
    return loaded


@functools.cache
def answer_validator(operation_id: str, status: str) -> Draft202012Validator:
    operation = next(
        operation
        for item in contract()["paths"].values()
        for operation in item.values()
        if operation["operationId"] == operation_id
    )
    answer = operation["responses"][{"503": "500", "401": "403"}.get(status, status)]
    if "$ref" in answer:
        answer = contract()["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    schema = answer["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": contract()["components"]})


def operation_of(method: str, path: str) -> str | None:
    best = None
    for template, item in contract()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path) and method.lower() in item and (best is None or "{" not in template):
            best = item[method.lower()]["operationId"]
    return best


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> float:
        return self.at


class Caller:
    """Calls an emulator in this process. `check=False` for answers that are wrong on purpose."""

    def __init__(self, runner: asyncio.Runner, clock: Clock, path: str = ":memory:", **behaviour: Any) -> None:
        self.clock = clock
        self.app = create_app(behaviour_from(behaviour), path=path, clock=clock)
        self.emulator = Emulator(self.app)
        self.answered: set[tuple[str, int]] = set()
        self._runner = runner
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://emulator",
            headers={"x-api-key": self.emulator.key},
        )

    def __call__(self, method: str, path: str, json: Any = None, check: bool = True, **given: Any) -> httpx.Response:
        response = self._runner.run(self.http.request(method, path, json=json, **given))
        operation = operation_of(method, response.request.url.path)
        if operation is not None and check:
            answer_validator(operation, str(response.status_code)).validate(response.json())
            if response.status_code >= 400:
                (text,) = response.json().values()  # one text: message or error
                assert isinstance(text, str)
            self.answered.add((operation, response.status_code))
        return response

    def run(self, awaitable: Any) -> Any:
        return self._runner.run(awaitable)

    # Shorthands for what most tests begin with; each gives the record

    def contact(self, phone: str = "+15550000001", name: str = "Ada", **fields: Any) -> Any:
        body = {"name": name, "phoneNumber": phone, "location": {"id": LOCATION_ID}, **fields}
        return made(self("POST", "/v1/contacts", body))

    def client(self, phone: str = "5550000001", name: str = "Ada Client", **fields: Any) -> Any:
        body = {"fullName": name, "primaryLocation": {"id": LOCATION_ID}, "countryCode": "+1", "phone": phone, **fields}
        return made(self("POST", "/v1/clients", body))

    def service(self, kind: str = "APPOINTMENT", minutes: float = 60, **fields: Any) -> Any:
        """A service that `STAFF_ID` offers, unless told otherwise."""
        body = {"name": "Cut", "serviceType": kind, "durationMinutes": minutes, "staffs": [{"id": STAFF_ID}], **fields}
        return made(self("POST", "/v1/services", body))

    def book(
        self, service: Any, client: Any, /, date: str = "2026-06-01", time: str = "09:00 AM", **fields: Any
    ) -> Any:
        """The answer to booking an appointment, be it an error."""
        references = {"service": {"id": service["id"]}, "client": {"id": client["id"]}, "staff": {"id": STAFF_ID}}
        body = {**references, "location": {"id": LOCATION_ID}, "date": date, "time": time, **fields}
        return self("POST", "/v1/appointments", {name: value for name, value in body.items() if value is not None})

    def class_(self, places: int = 2, date: str = "2026-06-01", time: str = "09:00 AM", **fields: Any) -> Any:
        service = fields.pop("service", None) or self.service("CLASS")
        references = {"service": {"id": service["id"]}, "staff": {"id": STAFF_ID}, "location": {"id": LOCATION_ID}}
        body = {**references, "date": date, "time": time, "numberOfParticipants": places, **fields}
        return made(self("POST", "/v1/classes", body))

    def join(self, class_: Any, client: Any, **fields: Any) -> Any:
        """The answer to adding a client to a class, be it an error."""
        return self("POST", f"/v1/classes/{class_['id']}/participants/add", {"clientId": client["id"], **fields})

    def leave(self, class_: Any, **named: Any) -> Any:
        """The answer to taking a participant out of a class, be it an error."""
        return self("POST", f"/v1/classes/{class_['id']}/participants/cancel", named)

    def slots(self, **query: Any) -> list[str]:
        """When free slots begin, of all days asked for."""
        return [slot["startTime"] for day in self.get("/v1/appointments/slots", **query) for slot in day["slots"]]

    def send(self, kind: str, *, channel: str = "whatsapp", **fields: Any) -> Any:
        """The answer to sending a message (text, media, template), be it an error."""
        content = {
            "text": {"textMessage": "Hi"},
            "media": {"mediaUrl": "https://example.com/a.png", "mimeType": "image/png"},
            "template": {"template": {"name": "hello", "language": "en"}, "elements": []},
        }[kind]
        body = {"location": {"id": LOCATION_ID}, **content, **fields}
        return self("POST", f"/v1/messages/{channel}/send{kind}", body)

    def segment(self, location: str = LOCATION_ID, type: str = "contact", **criteria: Any) -> Any:
        body = {"name": "Seg", "type": type, "criteria": criteria, "location": {"id": location}}
        return made(self("POST", "/v1/segments", body))

    def broadcast(self, *segments: dict[str, Any], at: float | None = None, **fields: Any) -> Any:
        body = {
            "name": "Hello",
            "type": "contact",
            "segments": [{"id": segment["id"]} for segment in segments],
            "template": {"name": "hello", "language": "en"},
            **fields,
        }
        if at is not None:
            body["scheduleDateTime"] = iso(at)
        return made(self("POST", "/v1/broadcasts", body))

    def get(self, path: str, **query: Any) -> Any:
        return made(self("GET", path, params=query))

    def people(self, count: int, **fields: Any) -> list[str]:
        return self.emulator.add_contacts(
            {"name": f"P{n}", "phoneNumber": f"+1555{n:07}", **fields} for n in range(count)
        )

    def phones(self) -> list[str]:
        return [message["phone"] for message in self.emulator.messages()]


def made(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def iso(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def error(response: httpx.Response) -> tuple[int, str]:
    """Status, and why the emulator refused, which the documented texts don't say."""
    if response.status_code == 200:
        return 200, response.json()["error"]
    return response.status_code, response.headers["x-emulator-reason"]


def refused(reason: str) -> int:
    """The status of a refusal: 404 if a body or query names no location or client, 400 for anything else."""
    return 404 if reason.endswith(("names none of the locations", "names none of the clients")) else 400


@pytest.fixture
def make() -> Iterator[Callable[..., Caller]]:
    """Makes emulators with given behaviour; limits off unless a test is about them."""
    callers: list[Caller] = []
    with asyncio.Runner() as runner:

        def make(clock: Clock | None = None, path: str = ":memory:", **behaviour: Any) -> Caller:
            callers.append(Caller(runner, clock or Clock(), path, **{"limits": (), **behaviour}))
            return callers[-1]

        yield make
    for caller in callers:
        caller.emulator.close()


@pytest.fixture
def call(make: Callable[..., Caller]) -> Caller:
    return make()
