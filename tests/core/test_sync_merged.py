"""Records that a person merged at the vendor: an id that leads to somebody else by now is nobody's to write or delete.

The old id answers with the survivor's record, under the survivor's id or under its own.
"""

from typing import Any

import pytest
from test_sync import ADA, BOB, EVE, counts, sync, writes

from whautomate_core.api.contacts import get_contact
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.errors import WrongRecord
from whautomate_core.messaging.messages import send_template_to_contacts

OLD_ID = pytest.mark.parametrize("keeps_id", [False, True], ids=["survivor's id", "old id"])


def mirror(client: Client, rows: Any, **more: Any) -> dict[str, Any]:
    return sync(client, rows, mode="mirror", sync_name="all", max_deleted="100%", **more)


def merge(emulator: Emulator, gone: str, into: str, keeps_id: bool) -> None:
    ids = {contact["name"]: contact["id"] for contact in emulator.contacts()}
    emulator.merge(ids[gone], ids[into], keeps_id=keeps_id)


def held(emulator: Emulator) -> dict[str, list[str]]:
    return {contact["name"]: contact["tags"] for contact in emulator.contacts()}


@OLD_ID
@pytest.mark.parametrize("drift", ["ignore", "detect"])
def test_mirror_deletes_no_customer_who_is_in_the_source(
    drift: str, keeps_id: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    mirror(client, [ADA, BOB, EVE])
    merge(whautomate_emulator, "Bob", "Ada", keeps_id)
    report = mirror(client, [ADA, EVE], drift=drift)
    assert counts(report, "unchanged", "deleted", "failed") == (2, 0, 0)
    assert set(held(whautomate_emulator)) == {"Ada", "Eve"}
    assert "deleteContact" not in writes(whautomate_emulator)
    sent = len(whautomate_emulator.requests())
    assert counts(mirror(client, [ADA, EVE]), "unchanged", "deleted") == (2, 0)
    assert len(whautomate_emulator.requests()) == sent, "nobody is looked at again for that"
    assert mirror(client, [ADA])["deleted"] == 1, "whoever is gone from the source still goes"


@OLD_ID
def test_mirror_leaves_whose_number_was_changed_by_hand(
    keeps_id: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    """The id is confused for a moment: the record it leads to is one that no sync knows."""
    mirror(client, [ADA, BOB])
    [stranger] = whautomate_emulator.add_contacts([{"name": "By hand", "phoneNumber": "+4915199999999"}])
    ids = {contact["name"]: contact["id"] for contact in whautomate_emulator.contacts()}
    whautomate_emulator.confuse(ids["Bob"], stranger, keeps_id=keeps_id)
    assert mirror(client, [ADA])["deleted"] == 0
    assert set(held(whautomate_emulator)) == {"Ada", "Bob", "By hand"}


@OLD_ID
@pytest.mark.parametrize("drift", ["ignore", "detect"])
def test_what_a_row_says_is_not_written_to_whom_its_record_was_merged_into(
    drift: str, keeps_id: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB], sync_name="all")
    merge(whautomate_emulator, "Bob", "Ada", keeps_id)
    whautomate_emulator.advance(60.0)
    report = sync(client, [ADA, {**BOB, "city": "Ulm"}], sync_name="all", tags=["news"], drift=drift)
    # The number of the second is nobody's any more, so the row makes its person anew.
    assert counts(report, "created", "failed", "unsettled") == (1, 0, 0)
    cities = {one["name"]: one["customFields"].get("city") for one in whautomate_emulator.contacts()}
    assert cities == {"Ada": ADA["city"], "Bob": "Ulm"}
    assert held(whautomate_emulator) == {"Ada": ["news"], "Bob": ["news"]}


@OLD_ID
@pytest.mark.parametrize("drift", ["ignore", "detect"])
def test_who_was_merged_into_somebody_who_opted_out_is_not_made_anew(
    drift: str, keeps_id: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB], sync_name="all")
    bob = next(one["id"] for one in whautomate_emulator.contacts() if one["name"] == "Bob")
    whautomate_emulator.opt_out(bob)  # since the last sync, so that nothing but the survivor tells of it
    merge(whautomate_emulator, "Bob", "Ada", keeps_id)
    whautomate_emulator.advance(60.0)
    fired = len(whautomate_emulator.automations())
    for _ in range(2):
        report = sync(client, [ADA, {**BOB, "city": "Ulm"}], sync_name="all", tags=["news"], drift=drift)
        assert counts(report, "created", "withheld", "failed") == (0, 1, 0)
    assert held(whautomate_emulator) == {"Ada": ["Unsubscribe"]}
    assert len(whautomate_emulator.automations()) == fired


@OLD_ID
def test_the_emulator_merges(keeps_id: bool, client: Client, whautomate_emulator: Emulator) -> None:
    gone, into = whautomate_emulator.add_contacts(
        [
            {"name": "One", "phoneNumber": "+4915100000001", "tags": ["a"], "notes": "of one"},
            {"name": "Two", "phoneNumber": "+4915100000002", "tags": ["b"]},
        ]
    )
    whautomate_emulator.merge(gone, into, keeps_id=keeps_id)
    [left] = whautomate_emulator.contacts()
    assert (left["id"], left["name"], set(left["tags"]), left["notes"]) == (into, "Two", {"a", "b"}, "of one")
    if keeps_id:
        assert client.send(get_contact(gone)) == {**client.send(get_contact(into)), "id": gone}
    else:
        with pytest.raises(WrongRecord):
            client.send(get_contact(gone))
    with pytest.raises(ValueError, match="two contacts or two clients"):
        whautomate_emulator.merge(into, into)


@OLD_ID
def test_who_was_merged_into_somebody_who_opted_out_gets_no_message_of_a_list(
    keeps_id: bool, client: Client, whautomate_emulator: Emulator
) -> None:
    sync(client, [ADA, BOB, EVE], sync_name="all")
    merge(whautomate_emulator, "Bob", "Ada", keeps_id)
    ada = next(one["id"] for one in whautomate_emulator.contacts() if one["name"] == "Ada")
    whautomate_emulator.opt_out(ada)
    whautomate_emulator.advance(60.0)
    rows = [{"phoneNumber": one["mobile"]} for one in (ADA, BOB, EVE)]
    template: Any = {"name": "hello", "language": "en"}
    report = send_template_to_contacts(client, rows, template, key="k", default_region="DE")
    assert counts(report, "protected", "sent", "rejected") == (2, 1, 0)
    assert len(whautomate_emulator.messages()) == 1
