"""docs/troubleshooting.md has every error class, and each message that it quotes is one that the product prints."""

import ast
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import commands
import documents
import pytest
from documents import ROOT

from whautomate_core import Client, account_from_settings, broadcast, ensure_segment, errors, sync_contacts
from whautomate_core.api import contacts
from whautomate_core.emulator import Emulator

PAGE = ROOT / "docs" / "troubleshooting.md"
PACKAGES = ("whautomate_core", "airflow_provider_whautomate", "prefect_whautomate")
WORDS = 0.5
"""The least share of a message that stands in the code; the rest are values."""
MESSAGES = [line for block in documents.blocks_of(PAGE) if block.language == "text" for line in block.text.splitlines()]


def test_every_error_class_is_explained() -> None:
    text = PAGE.read_text(encoding="utf-8")
    classes = [
        name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.WhautomateError)
    ]
    assert len(classes) > 20
    assert [name for name in classes if f"| `{name}` |" not in text] == []


@cache
def wordings() -> list[list[str]]:
    """All texts of the product, each as what stands between the values that are put into it."""
    return [
        parts
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if "emulator" not in file.parts
        for parts in texts_of(file)
    ]


def texts_of(file: Path) -> Iterator[list[str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [""]
            for value in node.values:
                if isinstance(value, ast.Constant):
                    parts[-1] += str(value.value)
                else:
                    parts.append("")
            yield parts
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.split(r"%[.\d]*[sdfgo]|%\.\d+g|\{\w+\}", node.value)


def words_in(message: str) -> float:
    """The share of a message that is words of the code: of texts whose every part is in it, in order."""
    known = [False] * len(message)
    for parts in wordings():
        found = spans(parts, message)
        if sum(end - start for start, end in found) >= 10:
            for start, end in found:
                known[start:end] = [True] * (end - start)
    return sum(known) / len(message)


def spans(parts: list[str], message: str) -> list[tuple[int, int]]:
    """Where the parts of a text are in a message; nothing if one of them is not."""
    found, at = [], 0
    for part in parts:
        start = message.find(part, at)
        if start < 0:
            return []
        at = start + len(part)
        found.append((start, at))
    return found


@pytest.mark.parametrize("message", MESSAGES)
def test_each_message_is_one_of_ours(message: str) -> None:
    mostly_values = message.startswith("customers.csv has no column")  # it is raised below
    assert mostly_values or words_in(message) >= WORDS, "no text of the code makes this message"


MAPPING = {"name": "full_name", "phoneNumber": "mobile"}
TEMPLATE = {"name": "spring_sale", "language": "en"}


def sync(client: Client, text: str, **options: Any) -> None:
    Path("customers.csv").write_bytes(text.encode("latin-1"))
    sync_contacts(client, "customers.csv", MAPPING, **options)


def send(client: Client, **options: Any) -> None:
    broadcast(client, "spring-sale", TEMPLATE, segment_name="vip", key="k", hold_minutes=0, **options)


def twice(client: Client) -> None:
    client.max_wait = 0
    for _ in range(2):
        client.send(contacts.list_contacts())


@pytest.mark.parametrize(
    ("kind", "provoke", "settings", "fault"),
    [
        (errors.AuthenticationError, lambda it: it.send(contacts.list_contacts()), {"key": "another"}, None),
        (errors.NotFound, lambda it: it.send(contacts.get_contact("c404")), {}, None),
        (errors.NotFound, lambda it: it.send(contacts.get_contact("Ada")), {}, None),
        (errors.UnexpectedResponse, lambda it: it.send(contacts.list_contacts()), {}, "not_json"),
        (errors.ServerError, lambda it: it.send(contacts.get_contact("c404")), {}, "503"),
        (errors.ConnectionFailed, lambda it: it.send(contacts.get_contact("c4")), {"host": "http://127.0.0.1:1"}, None),
        (errors.ConfigurationError, lambda it: sync(it, "full_name,phone\nAda,+49\n"), {}, None),
        (errors.ConfigurationError, lambda it: sync(it, "full_name,mobile,mobile\nAda,+49,+49\n"), {}, None),
        (errors.ConfigurationError, lambda it: sync(it, "full_name,mobile\nÄda,+49\n"), {}, None),
        (errors.ConfigurationError, lambda it: sync(it, 'full_name,mobile\nAda,"+49\n'), {}, None),
        (
            errors.InvalidRequest,
            lambda it: sync(it, "full_name,mobile\nAda,+491\nBob,+4915123456701\n", max_rejected="5%"),
            {},
            None,
        ),
        (errors.ConfigurationError, lambda it: it.account.require_location(None), {"location_id": ""}, None),
        (errors.NotFound, lambda it: send(it), {}, None),
        (errors.QuotaExhausted, twice, {"requests_per_minute": 1, "requests_per_day": 1}, None),
        (errors.ConfigurationError, lambda it: account_from_settings("", "k", {}), {}, None),
        (errors.ConfigurationError, lambda it: account_from_settings("http://a.example", "k", {}), {}, None),
        (errors.ConfigurationError, lambda it: account_from_settings("https://a.example", "", {}), {}, None),
    ],
)
def test_what_is_raised_is_on_the_page(
    kind: type[Exception],
    provoke: Any,
    settings: dict[str, Any],
    fault: str | None,
    whautomate_emulator: Emulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if fault:
        whautomate_emulator.fault(fault, probability=1.0)
    given = {"account": "spring", "list_lag": 0, "plan": "subscribed", "location_id": "loc000000001"} | settings
    host, key = given.pop("host", whautomate_emulator.url), given.pop("key", whautomate_emulator.key)
    if "requests_per_day" in given:
        del given["plan"]
    with (
        Client(account_from_settings(host, key, given), sleep=lambda seconds: None) as client,
        pytest.raises(kind) as raised,
    ):
        provoke(client)
    said = str(raised.value)
    assert [one for one in MESSAGES if re.fullmatch(commands.pattern_of(one), said)], said


@pytest.mark.whautomate(templates=("spring_sale",))
@pytest.mark.parametrize(
    ("template", "kind"), [("spring_salé", errors.UnexpectedResponse), ("spring_sale", errors.PolicyRefused)]
)
def test_refused_broadcasts_are_on_the_page(template: str, kind: Any, whautomate_emulator: Emulator) -> None:
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "+4915123456789", "tags": ["vip"]}])
    given = {"account": "spring", "list_lag": 0, "plan": "subscribed", "location_id": whautomate_emulator.location_id}
    with Client(account_from_settings(whautomate_emulator.url, whautomate_emulator.key, given)) as client:
        segment = ensure_segment(client, "vip", {"tags": ["vip"]})["id"]

        def twice() -> None:
            for key in ("once", "again"):
                content: Any = {"name": template, "language": "de"}
                broadcast(client, "spring-sale", content, segment_id=segment, key=key, hold_minutes=0)

        with pytest.raises(kind) as raised:
            twice()
    said = str(raised.value).replace("salé", "sale")
    assert [one for one in MESSAGES if re.fullmatch(commands.pattern_of(one), said)], said


@pytest.mark.parametrize(
    "field", ["password (in the form: API key) of connection 'whautomate_default'", "key of block 'whautomate'"]
)
def test_a_wrong_key_is_on_the_page_with_where_it_is_set(field: str, whautomate_emulator: Emulator) -> None:
    account = account_from_settings(whautomate_emulator.url, "another", {"plan": "trial"}, key_field=f"the {field}")
    with Client(account) as client, pytest.raises(errors.AuthenticationError) as raised:
        client.send(contacts.list_contacts())
    assert str(raised.value) in MESSAGES


def test_a_message_in_other_words_would_be_found() -> None:
    for message in (
        "GET /v1/contacts: the key was not taken (401); look at the password of the connection",
        "the state database (postgresql) is not there; nothing goes out",
        "broadcast 'spring-sale' reaches no one, so nothing went out (min_recipients=0 allows that)",
    ):
        assert words_in(message) < WORDS
