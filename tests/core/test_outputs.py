"""A file that a job writes at its end is checked before anything is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_campaign import campaign, clock

from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import ConfigurationError
from whautomate_core.messaging.messages import send_template_to_contacts
from whautomate_core.messaging.outcome import conclude
from whautomate_core.messaging.plan import plan_broadcast
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.messaging.unreachable import failed_recipients, suppress_unreachable
from whautomate_core.rows.outputs import require_writable
from whautomate_core.sync.contacts import sync_contacts, tag_contacts

ADA = [{"name": "Ada", "mobile": "+4915112345678"}]
MAPPING = {"name": "name", "phoneNumber": "mobile"}
TEMPLATE = {"name": "t", "language": "en"}
JOBS: dict[str, Callable[..., Any]] = {
    "receipt_path": lambda client, **path: send_broadcast(client, campaign(**path), "key"),
    "logs_path": lambda client, **path: plan_broadcast(client, campaign(**path)),
    "rejects_path": lambda client, **path: sync_contacts(client, ADA, MAPPING, **path),
    "outcomes_path": lambda client, **path: tag_contacts(client, ADA, "vip", mapping={"phoneNumber": "mobile"}, **path),
    "unreachable_path": lambda client, **path: suppress_unreachable(client, "b1", **path),
    "output_path": lambda client, **path: failed_recipients(client, "b1", **path),
}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nowhere/at/all.html", "the folder /nowhere/at does not exist"),
        ("{tmp_path}", "is a folder: name a file in it"),
        ("nosuch://bucket/all.html", "nosuch:// can't be opened: Protocol not known"),
    ],
)
@pytest.mark.parametrize("name", JOBS)
def test_nothing_is_sent_if_a_file_can_not_be_written(
    name: str, path: str, says: str, client: Client, whautomate_emulator: Emulator, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name}: .*{says}"):
        JOBS[name](client, **{name: path.format(tmp_path=tmp_path)})
    assert whautomate_emulator.requests() == []


def test_nothing_is_sent_to_the_people_of_a_source_if_the_file_of_their_outcomes_can_not_be_written(
    client: Client, whautomate_emulator: Emulator
) -> None:
    with pytest.raises(ConfigurationError, match=r"^outcomes_path: nosuch://"):
        send_template_to_contacts(
            client, ADA, TEMPLATE, key="k", mapping={"phoneNumber": "mobile"}, outcomes_path="nosuch://bucket/o.jsonl"
        )
    assert whautomate_emulator.requests() == []


def test_a_receipt_is_kept_even_if_its_storage_refuses_it(client: Client, whautomate_emulator: Emulator) -> None:
    class Refusing:
        def put_file(self, *paths: str) -> None:
            raise PermissionError("no right to write")

    def storage(url: str) -> Any:
        return Refusing(), url

    kept: list[Any] = []
    ensure_segment(client, "vip", {"tags": ["vip"]})
    whautomate_emulator.add_contacts([{"name": "Ada", "phoneNumber": "4915112345678", "tags": ["vip"]}])
    meant = campaign(receipt_path="s3://bucket/r.html")
    made = send_broadcast(client, meant, "key", clock=clock(whautomate_emulator), storage=storage)
    whautomate_emulator.advance(300)
    with pytest.raises(ConfigurationError, match="can't be written"):
        conclude(client, meant, "key", made["id"], storage=storage, keep=kept.append)
    assert [one["delivered"] for one in kept] == [1]


def test_a_password_in_a_url_is_not_shown() -> None:
    def storage(url: str) -> Any:
        raise OSError(f"no login at {url}")

    with pytest.raises(ConfigurationError) as raised:
        require_writable(storage=storage, receipt_path="s3://me:hidden@bucket/r.html")
    assert "receipt_path: " in str(raised.value)
    assert "hidden" not in repr(raised.value) + repr(raised.value.__context__)
