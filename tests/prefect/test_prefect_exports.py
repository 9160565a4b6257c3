"""The example flows that sync a HubSpot and a Shopify export and a warehouse."""

import runpy

import pytest
from example_cases import EXAMPLES, check_hubspot, check_shopify, check_warehouse, make_warehouse, quoted

from whautomate_core import errors

ROWS = 40


@pytest.fixture
def account(server, credentials_of_emulator):
    credentials_of_emulator().save("exports", overwrite=True)
    return "exports"


def flow_of(name):
    return runpy.run_path(str(EXAMPLES / "prefect" / f"{name}.py"))[name]


def writes(emulator):
    return [request for request in emulator.requests() if request["method"] != "GET"]


def test_a_hubspot_export_arrives_without_who_opted_out_there(whautomate_emulator, account, tmp_path, caplog):
    rejects = tmp_path / "rejects.jsonl"
    flow = flow_of("hubspot_to_contacts")
    first = flow(account, rejects_path=str(rejects))
    check_hubspot(whautomate_emulator, rejects)
    assert quoted("hubspot.md", caplog.text) == []
    assert first["rows"] == ROWS
    assert first["requests"] == len(whautomate_emulator.requests())
    written = len(writes(whautomate_emulator))
    again = flow(account, rejects_path=str(rejects))
    assert (again["created"], again["unchanged"]) == (0, first["created"])
    assert len(writes(whautomate_emulator)) == written


def test_a_shopify_export_is_tagged_where_people_accept_it(whautomate_emulator, account, tmp_path, caplog):
    rejects = tmp_path / "rejects.jsonl"
    report = flow_of("shopify_to_contacts")(account, rejects_path=str(rejects))
    check_shopify(whautomate_emulator, rejects)
    assert quoted("shopify.md", caplog.text) == []
    assert report["created"] + report["rejected"] + report["superseded"] == report["rows"] == ROWS


def test_a_warehouse_and_whautomate_agree_in_the_end(whautomate_emulator, account, postgres, tmp_path):
    from prefect.blocks.system import Secret

    Secret(value=postgres).save("warehouse", overwrite=True)
    make_warehouse(whautomate_emulator, postgres)
    flow = flow_of("warehouse_to_contacts")
    report = flow(account, "warehouse", tmp_path)
    check_warehouse(whautomate_emulator, postgres, tmp_path / "warehouse_rejects.jsonl")
    assert report["tagged"]["untagged"] == 1
    automations = whautomate_emulator.automations()
    written = len(writes(whautomate_emulator))
    again = flow(account, "warehouse", tmp_path)
    assert (again["synced"]["created"], again["synced"]["updated"]) == (0, 0)
    assert len(writes(whautomate_emulator)) == written
    assert whautomate_emulator.automations() == automations


def test_they_refuse_hosts_that_are_not_this_machine(server, credentials_of_emulator, tmp_path):
    credentials_of_emulator(host="https://api.whautomate.com").save("real", overwrite=True)
    for name in ("hubspot_to_contacts", "shopify_to_contacts"):
        with pytest.raises(errors.PolicyRefused, match="not this machine"):
            flow_of(name)("real")
    with pytest.raises(errors.PolicyRefused, match="not this machine"):
        flow_of("warehouse_to_contacts")("real", "none", tmp_path)
