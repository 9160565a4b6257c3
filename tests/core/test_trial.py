"""A trial account: 100 requests a day, and a campaign of 25 people needs less than half of them."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from whautomate_core.account import account_from_settings
from whautomate_core.client.client import Client
from whautomate_core.emulator import Emulator
from whautomate_core.messaging.campaign import Campaign
from whautomate_core.messaging.outcome import conclude
from whautomate_core.messaging.segments import ensure_segment
from whautomate_core.messaging.send import send_broadcast
from whautomate_core.sync.contacts import sync_contacts
from whautomate_core.values.progress import silent

MOST = 45


@pytest.mark.whautomate(limits=((60, 60.0), (100, 86_400.0)))
def test_a_campaign_of_25_people_fits_twice_into_a_day_of_a_trial(whautomate_emulator: Emulator) -> None:
    emulator, now, steps = whautomate_emulator, datetime.now(UTC), dict[str, int]()
    account = account_from_settings(emulator.url, emulator.key, {"plan": "trial", "location_id": emulator.location_id})
    rows = [{"name": f"N{n}", "mobile": f"+49151234{n:05d}"} for n in range(25)]
    with Client(account) as client:
        mapping = {"name": "name", "phoneNumber": "mobile"}
        steps["sync"] = sync_contacts(client, rows, mapping, tags=["spring"], progress=silent)["requests"]
        segment = ensure_segment(client, "spring", {"tags": ["spring"]})
        campaign = Campaign(name="spring", template={"name": "t", "language": "en"}, segment_id=segment["id"])
        steps["segment"] = client.requests - sum(steps.values())
        sent = send_broadcast(client, campaign, "key", clock=lambda: now)
        assert sent["recipients"] == 25
        again_at = datetime.fromtimestamp(sent["look_at"], UTC)
        emulator.advance((again_at - now).total_seconds())
        assert send_broadcast(client, campaign, "key", clock=lambda: again_at)["looked"] is True
        steps["broadcast"] = client.requests - sum(steps.values())
        emulator.advance(timedelta(minutes=10).total_seconds())
        figures = conclude(client, campaign, "key", sent["id"])
        steps["figures"] = client.requests - sum(steps.values())
    assert figures["recipients"] == 25
    assert figures["delivered"] == len(emulator.messages())
    assert sum(steps.values()) == len(emulator.requests())
    assert sum(steps.values()) <= MOST, steps
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "trial-key.md").read_text(encoding="utf-8")
    lines = ("a first sync of 25 people with a tag", "their segment", "a broadcast to them", "its figures")
    said = [re.findall(rf"(?m)^\| {line}.* (\d+) \|$", page) for line in lines]
    assert said == [[str(one)] for one in steps.values()]
    assert f"**a whole campaign to 25 people** | **{sum(steps.values())}**" in page
