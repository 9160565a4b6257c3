"""The flow runs on an emulator, which the fixture `whautomate_emulator` of the package starts."""

import runpy
from pathlib import Path

import pytest

from prefect_whautomate import WhautomateCredentials

FLOW_FILE = Path(__file__).parents[1] / "flows" / "first_campaign.py"


@pytest.mark.whautomate(broadcast_seconds=0, delivery_seconds=0)
def test_exactly_the_two_who_agreed_get_the_message(whautomate_emulator):
    WhautomateCredentials(
        host=whautomate_emulator.url,
        key=whautomate_emulator.key,
        plan="subscribed",
        location_id=whautomate_emulator.location_id,
        list_lag=0,
    ).save("tested", overwrite=True)

    figures = runpy.run_path(str(FLOW_FILE))["first_campaign"]("tested")

    assert (figures["status"], figures["recipients"], figures["delivered"]) == ("Completed", 2, 2)
    names = {one["id"]: one["name"] for one in whautomate_emulator.contacts()}
    assert sorted(names.values()) == ["Ada Beispiel", "Ben Muster", "Cem Ohnepost"]
    reached = [names[one["contact"]] for one in whautomate_emulator.messages()]
    assert sorted(reached) == ["Ada Beispiel", "Ben Muster"]
