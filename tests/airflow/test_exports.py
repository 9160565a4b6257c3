"""The examples that sync a HubSpot and a Shopify export and a warehouse, run by Airflow on an emulator."""

import json
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from conftest import connection
from example_cases import EXAMPLES, check_hubspot, check_shopify, check_warehouse, make_warehouse

FOLDER = EXAMPLES / "airflow"


@pytest.fixture
def run(airflow, whautomate_emulator, tmp_path):
    def run(name, **env):
        code, said = airflow(
            FOLDER / f"{name}.py",
            AIRFLOW_CONN_WHAUTOMATE_DEFAULT=connection(
                whautomate_emulator.url, whautomate_emulator.key, account=uuid4().hex
            ),
            WHAUTOMATE_DEMO_FILES=tmp_path,
            **env,
        )
        assert code == 0, said
        return said

    return run


def test_a_hubspot_export_arrives_without_who_opted_out_there(run, whautomate_emulator, tmp_path):
    run("hubspot_to_contacts")
    check_hubspot(whautomate_emulator, tmp_path / "hubspot_rejects.jsonl")


def test_a_shopify_export_is_tagged_where_people_accept_it(run, whautomate_emulator, tmp_path):
    run("shopify_to_contacts")
    check_shopify(whautomate_emulator, tmp_path / "shopify_rejects.jsonl")


def test_a_warehouse_and_whautomate_agree_in_the_end(run, whautomate_emulator, postgres, tmp_path):
    make_warehouse(whautomate_emulator, postgres)
    at = urlsplit(postgres)
    place = {"host": at.hostname, "port": at.port, "login": at.username, "schema": at.path[1:]}
    said = run("warehouse_to_contacts", AIRFLOW_CONN_WAREHOUSE=json.dumps({"conn_type": "postgres", **place}))
    check_warehouse(whautomate_emulator, postgres, tmp_path / "warehouse_rejects.jsonl")
    digits = "".join(one for one in said if one.isdigit() or one == "\n")
    assert not [one for one in whautomate_emulator.contacts() if one["phoneNumber"].lstrip("+") in digits]


@pytest.mark.parametrize("name", ["hubspot_to_contacts", "shopify_to_contacts", "warehouse_to_contacts"])
def test_they_refuse_hosts_that_are_not_this_machine_before_all_else(name, connections):
    import runpy

    from whautomate_core.errors import PolicyRefused

    connections("whautomate_default", "https://api.whautomate.invalid")
    dag = runpy.run_path(str(FOLDER / f"{name}.py"))["dag"]
    first, *rest = dag.topological_sort()
    assert all(first.task_id in task.get_flat_relative_ids(upstream=True) for task in rest)
    with pytest.raises(PolicyRefused, match="is not this machine"):
        first.python_callable()
